// Package attack sends webhook requests to an endpoint as Twilio would, in a
// closed or an open loop, and measures the answers.
//
// In a closed loop a number of connections work back to back: as fast as the
// endpoint can. In an open loop requests are due in bursts, so many a second,
// whatever the endpoint does; latency then counts from when a request was due,
// so that an endpoint that stalls cannot hide it by being asked less.
//
// Of the kinds of conversations, package dialog says what follows an answer, and
// when; then it is conversations that are begun back to back or in bursts.
//
// Requests are written, signed and judged by package webhook. This package
// keeps the connections: it writes a request's bytes to one, and fasthttp's
// response parser reads the answer. Compared on loopback with 50 connections,
// that took 0.9 CPU seconds per 100,000 requests, fasthttp's own client 1.0 and
// a tuned net/http 1.8.
package attack

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"call-load-tester/pkg/burst"
	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/webhook"
)

// Late is how long after it was due a request counts as late.
const Late = 100 * time.Millisecond

// DefaultTimeout is Twilio's own: the time for a whole answer, connecting and
// redirects included. Twilio: error dictionary 11205.
const DefaultTimeout = 15 * time.Second

// DefaultMaxInFlight bounds the requests in flight of an open loop.
const DefaultMaxInFlight = 10_000

// MaxTotal is the most that one attack can send, or begin.
const MaxTotal = 1_000_000_000

// A Config says what to send where. Total, Token, Envelope.URL and either
// Concurrency or Rate are needed. Where the kind is a conversation, these count
// conversations.
type Config struct {
	Envelope webhook.Envelope
	Rows     []webhook.Row // request i is made of row i modulo their number
	Token    string        // the account's auth token, which signs
	First    int           // the number of the first request: request i is made of row First + i modulo their number
	Total    int           // how many requests to send, or conversations to hold, 1 to MaxTotal
	Users    int           // of tw_load's configuration; the plan tells it

	Persons []*dialog.Person // of conversations, in the place of Rows
	Rules   dialog.Rules     // likewise; the envelope is that above
	Pace    Pace             // likewise
	Agents  AgentRules       // of sessions with voice agents

	Concurrency int           // closed loop: connections
	Rate        int           // open loop, if above 0: requests due at the start of each second
	Wanted      func() int    // nil, or where the number of Rate or Concurrency comes from; see [Attack.Run]
	MaxInFlight int           // open loop: requests in flight at most, and in both loops callbacks; 0: DefaultMaxInFlight
	Ramp        time.Duration // in which Concurrency or Rate is reached, evenly; with Rate whole seconds

	Timeout      time.Duration // 0: DefaultTimeout
	BadSignature float64       // percent of the requests that get a wrong signature, 0 to 100

	Failures *failures.Log // takes a line for each request that is incomplete; may be nil
	DataFile string        // for these: what Rows or Persons were read from, and
	Lines    []int         // the line of each; empty: not known

	Prices *webhook.Prices // nil: not known
	Pass   Pass            // what the run must reach

	Before     *Result // an earlier run, to compare this one with; may be nil
	BeforeFile string  // what it was read from

	// Observe, if not nil, is told of each request that is over, of one after the
	// other: with others, or when SoFar is called. It must return soon.
	Observe func(Outcome)

	// Connect, if not nil, opens connections instead of the network, ready for
	// HTTP even where the URL says https. addr is host:port.
	Connect func(ctx context.Context, addr string) (net.Conn, error)
	RootCAs *x509.CertPool // for https; nil: the system's
}

func (c Config) check() error {
	switch {
	case c.First < 0:
		return fmt.Errorf("first request %d: it must not be negative", c.First)
	case c.Wanted != nil && (c.Total != 0 || c.Ramp != 0):
		return errors.New("a run that is asked how much is wanted has neither total nor ramp")
	case c.Wanted == nil && (c.Total < 1 || c.Total > MaxTotal):
		return fmt.Errorf("%d requests: it must be 1 to %d", c.Total, MaxTotal)
	case len(c.Rows) == 0 && !c.Envelope.Kind.IsConversation():
		return errors.New("there is no row to send")
	case c.Rate < 0:
		return fmt.Errorf("rate %d: it must not be negative", c.Rate)
	case c.Wanted == nil && c.Rate == 0 && c.Concurrency < 1:
		return fmt.Errorf("concurrency %d: it must be at least 1", c.Concurrency)
	case c.MaxInFlight < 0:
		return fmt.Errorf("%d requests in flight at most: it must not be negative", c.MaxInFlight)
	case c.Ramp < 0 || c.Rate > 0 && c.Ramp%time.Second != 0:
		return fmt.Errorf("ramp %v: it must not be negative, and with a rate whole seconds", c.Ramp)
	case c.Timeout < 0:
		return fmt.Errorf("timeout %v: it must not be negative", c.Timeout)
	case !(c.BadSignature >= 0 && c.BadSignature <= 100):
		return fmt.Errorf("%v %% bad signatures: it must be 0 to 100", c.BadSignature)
	}
	if err := c.Agents.check(); err != nil {
		return err
	}
	if c.Envelope.SignURL != "" {
		if err := webhook.CheckLocation(c.Envelope.SignURL); err != nil {
			return err
		}
	}
	return webhook.CheckURL(c.Envelope.URL)
}

// Schedule returns how many requests, or conversations, are due at the beginning
// of each second of an open loop. It needs a Rate.
func (c Config) Schedule() burst.Schedule { return burst.Ramp(c.Rate, int(c.Ramp/time.Second)) }

// An Attack is one run. It runs once.
type Attack struct {
	cfg       Config
	templates []*webhook.Template // of the rows
	player    *dialog.Player      // of the persons; nil if there are rows
	addr      address             // of the endpoint
	route     webhook.Route       // to it
	total     int                 // of the requests, or conversations
	forgeries forgeries
	recorder  *recorder
	dialer    dialer
	pools     senderPools
	senders   sync.Map // all that are open: *sender

	callbacks sync.WaitGroup // that were not due when they were handed out
	calling   chan struct{}  // held by callbacks under way
	hangingUp chan struct{}  // held by those sent because of an interrupt

	wantedLast int // how many were wanted last; the loop's
	wantedMost atomic.Int64

	sent, done, incomplete atomic.Int64

	life context.Context // ends when all is cut off
	cut  context.CancelFunc
}

// New returns an Attack, or an error if something in cfg is out of range. It
// sends nothing yet.
func New(cfg Config) (*Attack, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if _, err := webhook.NewSigner(cfg.Token); err != nil {
		return nil, err
	}
	if cfg.MaxInFlight == 0 {
		cfg.MaxInFlight = DefaultMaxInFlight
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	total := cfg.Total
	if cfg.Wanted != nil {
		total = MaxTotal
	}
	a := &Attack{
		cfg:       cfg,
		total:     total,
		addr:      newAddress(webhook.MustParseURL(cfg.Envelope.URL)),
		route:     webhook.NewRoute(cfg.Envelope),
		forgeries: newForgeries(total, cfg.BadSignature),
		recorder:  newRecorder(cfg.Observe),
		dialer:    newDialer(cfg),
		calling:   make(chan struct{}, cfg.MaxInFlight),
		hangingUp: make(chan struct{}, maxHangingUp),
	}
	a.life, a.cut = context.WithCancel(context.Background())
	a.pools = senderPools{attack: a, pools: make(map[string]*senderPool)}
	if cfg.Envelope.Kind.IsConversation() {
		var err error
		cfg.Rules.Envelope = cfg.Envelope
		a.player, err = dialog.New(cfg.Rules, cfg.Persons)
		return a, err
	}
	for _, row := range cfg.Rows[:min(len(cfg.Rows), cfg.First+total)] {
		a.templates = append(a.templates, webhook.NewTemplate(cfg.Envelope, row))
	}
	return a, nil
}

// Run sends the requests and blocks until the last is answered or has timed
// out. When ctx is done no more are sent, those in flight are waited for, and
// the result tells of what was sent. Run must be called only once.
//
// Where the configuration has Wanted, Run goes on until ctx is done, or MaxTotal
// are sent. It begins with the next whole second of the wall clock, and at the
// beginning of each asks how many requests are due then, if Rate is above 0, or
// how many senders, or conversations at once, there are to be from then on. So
// the bursts of several computers fall together as far as their clocks agree.
func (a *Attack) Run(ctx context.Context) *Result {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(a.life, stop)()
	var sending time.Duration
	if a.cfg.Rate > 0 {
		sending = a.openLoop(ctx)
	} else {
		a.closedLoop(ctx)
	}
	a.callbacks.Wait()
	took := max(0, time.Since(a.recorder.start))
	if a.cfg.Rate == 0 || a.player != nil {
		sending = took // there are requests to the end
	}
	a.pools.close()

	r := a.recorder.conclude()
	a.complete(r)
	r.Seconds = took.Seconds()
	if sending > 0 {
		r.Rate = float64(r.Requests.Sent) / sending.Seconds()
	}
	r.Interrupted = ctx.Err() != nil && a.cfg.Wanted == nil
	r.Pass = a.pass(r)
	if a.cfg.Before != nil {
		r.Compare(a.cfg.BeforeFile, a.cfg.Before)
	}
	return r
}

// pass judges a result. Whether the load is slower than before is judged of the
// whole of it: not where the numbers come from Wanted, which asks for a part.
func (a *Attack) pass(r *Result) *Pass {
	asked := a.cfg.Pass
	if a.cfg.Wanted == nil || asked.MaxSlower == nil {
		return asked.judge(r)
	}
	asked.MaxSlower = nil
	judged := asked.judge(r)
	if judged == nil {
		judged = &Pass{Passed: true}
	}
	judged.MaxSlower = a.cfg.Pass.MaxSlower
	return judged
}

// SoFar returns what Run has counted so far, without times, steps and timeline,
// and without a judgement by Pass; of times only those to the first words of
// agents. It may be called at any time. Of all that is counted Observe was told, and of
// nothing else, when then is called.
func (a *Attack) SoFar(then func()) *Result {
	a.senders.Range(func(s, _ any) bool {
		s.(*sender).flush()
		return true
	})
	r := a.recorder.soFar(then)
	a.complete(r)
	return r
}

// complete fills in what was asked for, what it would cost, and the hosts that were
// not asked. Where the numbers came from Wanted, they are all that was due, and the
// most at a time.
func (a *Attack) complete(r *Result) {
	cfg := a.cfg
	if cfg.Wanted != nil {
		cfg.Total = r.Requests.Sent + r.Requests.Unsent
		if c := r.Conversations; c != nil {
			cfg.Total = c.Begun + r.Requests.Unsent
		}
		cfg.Users = int(a.wantedMost.Load())
		cfg.Concurrency = cfg.Users
		if cfg.Rate > 0 {
			cfg.Rate = cfg.Users
		}
	}
	r.Plan = cfg.PlanSummary()
	r.Plan.Open = a.cfg.Rate > 0 // with a Wanted of 0, too
	for i := range r.Agents {
		r.Agents[i].Patience = ms(cfg.Agents.rules(cfg.Rules).Patience)
	}
	if p := cfg.Prices; p != nil {
		r.Cost = costOf(*p, r)
	}
	if c := r.Conversations; c != nil && c.Elsewhere > 0 {
		c.ElsewhereHosts = a.player.ElsewhereHosts()
	}
}

// Cut ends at once what Run has under way, and no more is begun: connections are
// closed, requests without an answer count as unanswered with the verdict CutOff,
// conversations as interrupted, and callbacks are not sent. It may be called at
// any time.
func (a *Attack) Cut() { a.cut() }

// isCut reports whether all is cut off.
func (a *Attack) isCut() bool { return a.life.Err() != nil }

// Progress is a look at a running attack.
type Progress struct {
	Sent       int // requests
	Done       int // of these, answered or given up
	Incomplete int // of these, neither accepted nor refused on purpose

	Begun int // conversations
	Over  int // of these
}

// Progress returns how far the attack is. It may be called at any time.
func (a *Attack) Progress() Progress {
	// In this order, so that never more seem done than sent.
	incomplete, done := a.incomplete.Load(), a.done.Load()
	over, begun := a.recorder.overAndBegun()
	return Progress{Sent: int(a.sent.Load()), Done: int(done), Incomplete: int(incomplete), Begun: begun, Over: over}
}
