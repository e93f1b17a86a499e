package relay

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A playback is what the agent has given to speak and to play since the caller's
// last turn. Speaking begins when the first word is there, and rests when it has
// caught up with what is there.
type playback struct {
	parts []part
	until time.Duration // when all of it has been played
	talks bool          // text has come whose last token has not
}

// A part is spoken or played from one time to another.
type part struct {
	text          string // empty for media
	from, to      time.Duration
	interruptible interruptible
	preemptible   bool
}

// add adds what is there at a time and takes so long.
func (p *playback) add(at time.Duration, text string, takes time.Duration, i interruptible, preemptible bool) {
	from := max(at, p.until)
	p.until = from + takes
	if n := len(p.parts); takes == 0 && n > 0 {
		return // nothing that is heard
	} else if n > 0 && text != "" && p.parts[n-1].to == from && p.parts[n-1].interruptible == i && p.parts[n-1].text != "" {
		p.parts[n-1].text += text
		p.parts[n-1].to = p.until
		p.parts[n-1].preemptible = preemptible
		return
	}
	p.parts = append(p.parts, part{text, from, p.until, i, preemptible})
}

// playing returns what is played at a time; nil if nothing is.
func (p *playback) playing(at time.Duration) *part {
	for i := range p.parts {
		if part := &p.parts[i]; part.from <= at && at < part.to {
			return part
		}
	}
	return nil
}

// cut drops what has not been played at a time.
func (p *playback) cut(at time.Duration) {
	for i := range p.parts {
		if part := &p.parts[i]; part.to > at {
			part.text = part.spoken(at)
			part.to = max(part.from, at)
			p.parts = p.parts[:i+1]
			break
		}
	}
	p.until = min(p.until, at)
}

// spoken returns the text that has been spoken by then.
func (p *playback) spoken(at time.Duration) string {
	var all strings.Builder
	for i := range p.parts {
		if p.parts[i].from < at {
			all.WriteString(p.parts[i].spoken(at))
		}
	}
	return all.String()
}

// spoken returns how much of the part's text has been spoken by then.
func (p *part) spoken(at time.Duration) string {
	if at >= p.to {
		return p.text
	}
	if at <= p.from {
		return ""
	}
	characters := int(int64(utf8.RuneCountInString(p.text)) * int64(at-p.from) / int64(p.to-p.from))
	for i := range p.text {
		if characters == 0 {
			return p.text[:i]
		}
		characters--
	}
	return p.text
}

// began returns when the playback began; not if there is nothing in it.
func (p *playback) began() (at time.Duration, ok bool) {
	if len(p.parts) == 0 {
		return 0, false
	}
	return p.parts[0].from, true
}
