package calls

import (
	"fmt"
	"time"

	"call-load-tester/pkg/twilioapi"
)

// note puts a request on record, if one was sent.
func (p *placing) note(a twilioapi.Attempt, err error) {
	if a.SentAt.IsZero() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, start{a.SentAt, a.Took, twilioapi.OutcomeOf(err)})
}

func (p *placing) countRetry() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starts.Retries++
}

func (p *placing) countNotStarted(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starts.NotStarted += n
}

// accept keeps the SID of a call, in the file before anywhere else.
func (p *placing) accept(placed Placed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.file.Append(placed.SID)
	p.sids = append(p.sids, placed.SID)
	p.due.add(placed)
	p.starts.Accepted++
	p.lastAt = time.Now()
	p.unknownInRow = 0
	n := p.starts.Accepted + p.starts.Adopted
	if err != nil {
		p.watch.tell(Unwritten{n, placed.SID})
		p.stop(&FileError{err})
		return
	}
	p.watch.tell(Started{n, placed.SID})
}

// adopt keeps the SID of a start that was found again.
func (p *placing) adopt(placed Placed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.file.Append(placed.SID) // if it cannot be written it is hung up from memory, like the rest
	p.due.add(placed)
	p.starts.Adopted++
	p.watch.tell(Adopted{p.starts.Accepted + p.starts.Adopted, placed.SID})
}

// watchQueue tells if Twilio's queue grows, and once if calls are likely to be
// hung up before they are dialed.
func (p *placing) watchQueue(sent time.Time, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if rate, grows := p.waits.add(sent, wait); grows {
		n := p.plan.CallCount
		p.watch.tell(Queueing{rate, n, time.Duration(float64(n) / rate * float64(time.Second))})
	}
	if duration := p.plan.CallDuration; duration > 0 && wait >= duration && !p.queueTold {
		p.queueTold = true
		p.watch.tell(QueuedTooLong{wait, duration})
	}
}

// lose notes a start whose outcome was not seen.
func (p *placing) lose(start UnknownStart) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unknown = append(p.unknown, start)
	p.lastAt = time.Now()
	p.lostAt = p.lastAt
	p.watch.tell(OutcomeUnknown{start.To, start.Err})
	if p.unknownInRow++; p.unknownInRow == maxUnknownInARow {
		p.stop(fmt.Errorf("%d starts in a row had no certain outcome; the last: %w", maxUnknownInARow, start.Err))
	}
}

// refuse notes a call that Twilio did not accept, and does not repeat what
// would be refused again.
func (p *placing) refuse(i int, sent time.Time, err error) {
	from, to := p.plan.parties(i)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watch.tell(Failed{How: Refused, At: sent, From: from, To: to, Err: err})
	p.unknownInRow = 0
	p.starts.Refused++
	p.starts.Failures.add(err)
	switch twilioapi.ScopeOf(err) {
	case twilioapi.ScopeDestination:
		if !p.dropped[to] {
			p.dropped[to] = true
			p.watch.tell(CallRefused{to, err})
		}
	case twilioapi.ScopeAccount:
		p.stop(err)
	default:
		p.watch.tell(CallRefused{to, err})
	}
}

// lostSince reports whether the outcome of a start was not seen since a time.
func (p *placing) lostSince(t time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lostAt.After(t)
}
