package mediastream

import (
	"time"

	"call-load-tester/pkg/dialog"
)

// A playback is what the agent has sent to be played to the caller, one piece
// after the other, at the speed of speech.
type playback struct {
	until time.Duration // when all of it has been played
	words []span        // in which something is heard
	marks []mark        // that have not been answered
}

// A span is from one time to another.
type span struct{ from, to time.Duration }

// A mark is due when what was sent before it has been played.
type mark struct {
	name string
	at   time.Duration
}

const (
	// pause is the longest silence that is part of what is said around it.
	pause = 200 * time.Millisecond

	// maxMarks is how many marks wait at most; more are not answered. It is made up.
	maxMarks = 10_000
)

// add plays audio that is there at a time, after what is there already. It
// returns when something in it is first heard.
func (p *playback) add(at time.Duration, mulaw []byte) (first time.Duration, ok bool) {
	begins := max(at, p.until)
	if begins-at > dialog.LongestTalk {
		return 0, false // nobody waits for it
	}
	p.until = begins + length(len(mulaw))
	from, to, ok := heard(mulaw)
	if !ok {
		return 0, false
	}
	s := span{begins + length(from), begins + length(to)}
	if n := len(p.words); n > 0 && s.from-p.words[n-1].to <= pause {
		p.words[n-1].to = s.to
	} else {
		p.words = append(p.words, s)
	}
	return s.from, true
}

// length returns how long so many samples are.
func length(samples int) time.Duration { return time.Duration(samples) * (time.Second / rate) }

// mark has a mark answered when all that is there has been played.
func (p *playback) mark(at time.Duration, name string) {
	if len(p.marks) < maxMarks {
		p.marks = append(p.marks, mark{name, max(at, p.until)})
	}
}

// clear drops what has not been played at a time. The marks in it are due.
func (p *playback) clear(at time.Duration) {
	p.until = min(p.until, at)
	for i := range p.marks {
		p.marks[i].at = min(p.marks[i].at, at)
	}
	for i := range p.words {
		if p.words[i].from >= at {
			p.words = p.words[:i]
			break
		}
		p.words[i].to = min(p.words[i].to, at)
	}
}

// forget drops what was heard before a time.
func (p *playback) forget(at time.Duration) {
	for len(p.words) > 0 && p.words[0].to <= at {
		p.words = p.words[1:]
	}
	if len(p.words) > 0 {
		p.words[0].from = max(p.words[0].from, at)
	}
}

// began returns when the first word was heard, or will be.
func (p *playback) began() (at time.Duration, ok bool) {
	if len(p.words) == 0 {
		return 0, false
	}
	return p.words[0].from, true
}

// ended returns when the last word was over, or will be; 0 if there was none.
func (p *playback) ended() time.Duration {
	if len(p.words) == 0 {
		return 0
	}
	return p.words[len(p.words)-1].to
}

// isHeard reports whether the agent talks at a time, or pauses between words.
func (p *playback) isHeard(at time.Duration) bool {
	began, ok := p.began()
	return ok && began <= at && at < p.ended()
}
