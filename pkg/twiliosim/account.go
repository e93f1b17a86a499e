package twiliosim

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// Account is a simulated Twilio account. Make one with [New]. All methods may be called at the same time.
type Account struct {
	cfg   Config
	owned map[string]bool
	start time.Time     // all times inside count from here
	slot  time.Duration // 1/CPS
	done  chan struct{} // closed by Close
	mem   memory        // in-memory connections

	mu        sync.Mutex // guards all that follows
	password  string
	suspended bool
	traps     []*trap
	sids      *rand.Rand // one source a purpose: more lists do not change who picks up
	ids       *rand.Rand
	spread    *rand.Rand
	fates     *rand.Rand

	calls    []*call // in order of creation; deleted ones stay, so that a page goes on where its predecessor ended
	bySID    map[string]*call
	pairs    map[[2]string]*pair
	names    map[string]string // one copy of every address
	open     []*call           // those that were live at the last look
	queue    []*call           // in order of creation; may hold calls that were hung up
	waiting  int               // calls in queue that were not hung up
	nextSlot time.Duration

	log journal
}

// New returns an account in the state cfg describes; its time begins now. It starts no goroutine, and panics if cfg
// makes no sense (a negative time, shares above 1), which is the programmer's mistake.
func New(cfg Config) *Account {
	if err := cfg.check(); err != nil {
		panic("twiliosim: " + err.Error())
	}
	if cfg.Username == "" {
		cfg.Username = cfg.SID
	}
	a := &Account{
		cfg:      cfg,
		owned:    make(map[string]bool),
		start:    time.Now(),
		done:     make(chan struct{}),
		password: cfg.Password,
		sids:     rand.New(rand.NewPCG(cfg.Seed, 1)),
		spread:   rand.New(rand.NewPCG(cfg.Seed, 2)),
		fates:    rand.New(rand.NewPCG(cfg.Seed, 3)),
		ids:      rand.New(rand.NewPCG(cfg.Seed, 4)),
		bySID:    make(map[string]*call),
		pairs:    make(map[[2]string]*pair),
		names:    make(map[string]string),
	}
	for _, n := range cfg.Numbers {
		a.owned[n] = true
	}
	for i, f := range cfg.Faults {
		a.traps = append(a.traps, &trap{Fault: f, dice: rand.New(rand.NewPCG(cfg.Seed, uint64(5+i)))})
	}
	if cfg.CPS > 0 {
		// Rounded up, so that no second ever sees more than CPS calls dialed.
		slots := time.Duration(cfg.CPS)
		a.slot = (time.Second + slots - 1) / slots
	}
	return a
}

// SetPassword changes the password that passes from now on, as if the auth token or the API key had been rotated or
// revoked. An empty one lets everybody in.
func (a *Account) SetPassword(password string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.password = password
}

// Suspend makes the account refuse every request from now on (403, code 20005) until Resume. Its calls go on.
func (a *Account) Suspend() { a.suspend(true) }

// Resume ends what Suspend began.
func (a *Account) Resume() { a.suspend(false) }

func (a *Account) suspend(yes bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.suspended = yes
}

// Put adds a call under a given SID that was created, dialed and answered this moment. It checks nothing and no limit
// holds for it but those on its length. A SID the account has already stays as it is.
func (a *Account) Put(sid, from, to string) { a.PutEarlier(sid, from, to, 0) }

// PutEarlier does the same, but the call was created, dialed and answered so long ago. Put older calls first.
func (a *Account) PutEarlier(sid, from, to string, ago time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.bySID[sid] != nil {
		return
	}
	then := a.now() - ago
	c := a.add(strings.Clone(sid), a.pair(stored(from), stored(to)), then)
	c.limit, c.fate, c.final = a.timeLimit(0), statusCompleted, statusCompleted
	c.dialed, c.answered, c.ended = then, then, then+c.talk(&a.cfg)
}

// Calls returns every record of the account as it is now, in order of creation; deleted ones are left out.
func (a *Account) Calls() []Call {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	all := make([]Call, 0, len(a.calls))
	for _, c := range a.calls {
		if !c.deleted {
			all = append(all, a.view(c, now))
		}
	}
	return all
}

// Live returns the calls that are not over now, in order of creation. Inbound records are left out: each is a second
// view of a call that is here.
func (a *Account) Live() []Call {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	a.forgetEnded(now)
	var live []Call
	for _, c := range a.open {
		if c.leg == nil {
			live = append(live, a.view(c, now))
		}
	}
	return live
}

// now is the time since the account's start, after all that the clock alone brings about has been brought about.
// It requires a.mu, like everything below.
func (a *Account) now() time.Duration {
	now := time.Since(a.start)
	for a.waiting > 0 {
		c := a.queue[0]
		at := max(c.created, a.nextSlot)
		if at > now && c.live(now) {
			break
		}
		a.queue = a.queue[1:]
		if c.live(now) {
			a.waiting--
			a.nextSlot = at + a.slot
			a.dial(c, at)
		}
	}
	if a.waiting == 0 {
		a.queue = nil
	}
	return now
}

// dial dials c. A call to a number of the account's own arrives there as an inbound call, unless it fails.
func (a *Account) dial(c *call, at time.Duration) {
	c.dial(at, &a.cfg)
	if a.owned[c.pair.to] && c.fate != statusFailed {
		a.add(newSID("CA", a.sids), c.pair, at).leg = c
	}
}

// place creates an outbound call that is dialed as soon as the queue lets it.
func (a *Account) place(p *pair, ring, limit time.Duration, now time.Duration) *call {
	c := a.add(newSID("CA", a.sids), p, now)
	c.ring, c.limit, c.fate = ring, limit, a.drawFate()
	c.estimate = max(0, a.nextSlot-now) + time.Duration(a.waiting)*a.slot
	if a.slot == 0 {
		a.dial(c, now)
		return c
	}
	a.queue = append(a.queue, c)
	a.waiting++
	return c
}

// hangUp ends a live call or inbound record: one still queued at once, another after EndDelay.
func (a *Account) hangUp(c *call, now time.Duration) {
	c = c.times()
	if now < c.dialed {
		a.waiting--
		c.hangUp(now)
		return
	}
	c.hangUp(min(c.ended, now+a.cfg.EndDelay))
}

// add appends a queued record.
func (a *Account) add(sid string, p *pair, now time.Duration) *call {
	c := &call{
		sid: sid, index: len(a.calls), pair: p,
		created: now, dialed: never, answered: never, ended: never,
	}
	if a.cfg.ListOrder == Shuffled {
		c.shuffled = hash(sid)
	}
	a.calls = append(a.calls, c)
	a.open = append(a.open, c)
	a.bySID[sid] = c
	p.calls = append(p.calls, c)
	return c
}

// pair returns the pair of two addresses in stored form.
func (a *Account) pair(from, to string) *pair {
	key := [2]string{a.name(from), a.name(to)}
	p := a.pairs[key]
	if p == nil {
		p = &pair{from: key[0], to: key[1]}
		a.pairs[key] = p
	}
	return p
}

// name returns the account's own copy of an address, so that records do not keep requests in memory.
func (a *Account) name(s string) string {
	own, ok := a.names[s]
	if !ok {
		own = strings.Clone(s)
		a.names[own] = own
	}
	return own
}

// liveCount is the number of live records.
func (a *Account) liveCount(now time.Duration) int {
	a.forgetEnded(now)
	return len(a.open)
}

// forgetEnded drops what is over from the open calls.
func (a *Account) forgetEnded(now time.Duration) {
	a.open = slices.DeleteFunc(a.open, func(c *call) bool { return c.deleted || !c.live(now) })
}

// timeLimit is the length a call may have whose request asks for seconds, 0 for none.
func (a *Account) timeLimit(seconds int) time.Duration {
	if a.cfg.Trial {
		return trialLimit * time.Second
	}
	if seconds == 0 {
		seconds = defaultLimit
	}
	return time.Duration(seconds) * time.Second
}

// drawFate decides what the next call comes to.
func (a *Account) drawFate() string {
	switch x := a.fates.Float64(); {
	case x < a.cfg.Busy:
		return statusBusy
	case x < a.cfg.Busy+a.cfg.NoAnswer:
		return statusNoAnswer
	case x < a.cfg.Busy+a.cfg.NoAnswer+a.cfg.Failed:
		return statusFailed
	default:
		return statusCompleted
	}
}

// view is the truth about c at a moment.
func (a *Account) view(c *call, now time.Duration) Call {
	t := c.times()
	v := Call{
		SID: c.sid, From: c.pair.from, To: c.pair.to,
		Direction: outbound, Status: c.status(now),
		Created:  a.start.Add(c.created),
		Dialed:   a.when(t.dialed, now),
		Answered: a.when(t.answered, now),
		Ended:    a.when(t.ended, now),
		Estimate: c.estimate,
	}
	if c.leg != nil {
		v.Direction = inbound
	}
	if v.Status == statusCompleted {
		v.Duration = t.duration()
		if now >= t.ended+a.cfg.PriceDelay {
			minutes := max(1, (v.Duration+time.Minute-1)/time.Minute)
			v.Price = float64(minutes) * a.cfg.PricePerMinute
		}
	}
	return v
}

// shown is c as the API shows it, by the account's own clock.
func (a *Account) shown(c *call, now time.Duration) Call {
	v := a.view(c, now)
	for _, t := range []*time.Time{&v.Created, &v.Dialed, &v.Answered, &v.Ended} {
		*t = later(*t, a.cfg.ClockAhead)
	}
	return v
}

// later is t and d more, zero if t is.
func later(t time.Time, d time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(d)
}

// when is the moment t counted from the start, zero if it has not come.
func (a *Account) when(t, now time.Duration) time.Time {
	if t > now {
		return time.Time{}
	}
	return a.start.Add(t)
}
