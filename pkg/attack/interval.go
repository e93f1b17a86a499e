package attack

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"call-load-tester/pkg/timeline"
	"call-load-tester/pkg/webhook"
)

// An Interval is a part of the run: the requests due in it, and the answers
// that came in it.
type Interval struct {
	Start float64 `json:"start_seconds"`
	Width float64 `json:"width_seconds"`

	Sent       int `json:"sent"` // of all classes
	Answered   int `json:"answered"`
	Accepted   int `json:"accepted"`
	Errored    int `json:"errors"`
	Unanswered int `json:"unanswered"`
	Refused    int `json:"refused"`
	LetThrough int `json:"let_through"`

	Wanted int `json:"wanted,omitempty"` // the most that [Config.Wanted] returned

	Begun int `json:"begun,omitempty"` // conversations
	Live  int `json:"live,omitempty"`  // conversations at once, at most

	Sessions       int `json:"sessions,omitempty"` // with voice agents, live at once, at most
	SessionsBegun  int `json:"sessions_begun,omitempty"`
	SessionsFailed int `json:"sessions_failed,omitempty"` // of these
	Turns          int `json:"turns,omitempty"`           // over in it, after which an agent was to answer
	Wordless       int `json:"turns_without_word,omitempty"`

	FirstWordP50 float64 `json:"first_word_p50_ms,omitempty"` // of answers to turns that were over in it
	FirstWordP99 float64 `json:"first_word_p99_ms,omitempty"`

	P50 float64 `json:"latency_p50_ms"` // to two digits, as the others
	P99 float64 `json:"latency_p99_ms"`
	Max float64 `json:"latency_max_ms"`

	// What the figures above come from, and what a comparison needs besides.
	Latency  *Histogram               `json:"latency_histogram,omitempty"` // nil if there is nothing in it
	Codes    map[webhook.Code]int     `json:"codes,omitempty"`             // of the errored and unanswered
	Received int                      `json:"received_segments,omitempty"`
	Replies  webhook.Replies          `json:"replies,omitzero"`
	Minutes  int                      `json:"billed_minutes,omitempty"` // of the conversations that were over in it
	Steps    map[string]*StepInterval `json:"steps,omitempty"`          // of conversations, by name

	FirstWord *Histogram `json:"first_word_histogram,omitempty"` // nil if there is nothing in it
}

// A StepInterval is what an [Interval] has of a step.
type StepInterval struct {
	Requests   int        `json:"requests"`
	Incomplete int        `json:"not_completed,omitempty"`
	Latency    *Histogram `json:"latency_histogram,omitempty"` // nil if there is nothing in it
}

// of returns the count of a class.
func (i *Interval) of(c class) *int {
	return [...]*int{&i.Accepted, &i.Errored, &i.Unanswered, &i.Refused, &i.LetThrough}[c]
}

// A bin is an Interval that is being filled.
type bin struct {
	Interval
	latency *hdrhistogram.Histogram // nil if there is nothing in it; faster than the Interval's
	over    int                     // conversations

	closed int // sessions
}

// place counts an outcome in its bins.
func place(t *timeline.Timeline[bin], o *outcome) {
	b := t.At(o.due)
	b.Sent++
	*b.of(o.class)++
	if o.class == errored || o.class == unanswered {
		if b.Codes == nil {
			b.Codes = make(map[webhook.Code]int)
		}
		b.Codes[o.code]++
	}
	if o.billed() {
		b.Received += o.received
	}
	if o.class == accepted {
		b.Replies.Add(o.replies)
	}
	if o.timed() {
		if b.latency == nil {
			b.latency = newDense(fewDigits)
		}
		must(b.latency.RecordValue(bounded(o.ended - o.due)))
	}
	if o.step != nil {
		b.countStep(o)
	}
	if o.class != unanswered {
		t.At(o.ended).Answered++
	}
}

// countStep counts an outcome of a step.
func (b *bin) countStep(o *outcome) {
	s := b.Steps[o.step.Name]
	if s == nil {
		if b.Steps == nil {
			b.Steps = make(map[string]*StepInterval)
		}
		s = new(StepInterval)
		b.Steps[o.step.Name] = s
	}
	s.Requests++
	if !o.class.complete() {
		s.Incomplete++
	}
	if o.timed() {
		s.Latency = s.Latency.with(o.ended - o.due)
	}
}

// merge adds the bin that follows, which is not to be used any more.
func (b *bin) merge(other *bin) {
	b.Wanted = max(b.Wanted, other.Wanted)
	b.Live = max(b.Live, other.Live)
	b.over += other.over
	b.Sessions = max(b.Sessions, other.Sessions)
	b.closed += other.closed
	b.add(&other.Interval)
	switch {
	case b.latency == nil:
		b.latency = other.latency
	case other.latency != nil:
		b.latency.Merge(other.latency)
	}
}

// add adds what is counted in another interval. It takes over, or adds to, what
// the two point to.
func (i *Interval) add(other *Interval) {
	i.Sent += other.Sent
	i.Answered += other.Answered
	for c := range classes {
		*i.of(c) += *other.of(c)
	}
	i.Begun += other.Begun
	i.Received += other.Received
	i.Replies.Add(other.Replies)
	i.Minutes += other.Minutes
	i.SessionsBegun += other.SessionsBegun
	i.SessionsFailed += other.SessionsFailed
	i.Turns += other.Turns
	i.Wordless += other.Wordless
	i.Latency = i.Latency.plus(other.Latency)
	i.FirstWord = i.FirstWord.plus(other.FirstWord)
	if i.Codes == nil {
		i.Codes = make(map[webhook.Code]int)
	}
	for code, n := range other.Codes {
		i.Codes[code] += n
	}
	if i.Steps == nil {
		i.Steps = make(map[string]*StepInterval)
	}
	for name, s := range other.Steps {
		if own := i.Steps[name]; own != nil {
			own.Requests += s.Requests
			own.Incomplete += s.Incomplete
			own.Latency = own.Latency.plus(s.Latency)
		} else {
			i.Steps[name] = s
		}
	}
}

// intervals concludes the bins.
func intervals(t *timeline.Timeline[bin]) []Interval {
	list := make([]Interval, len(t.Bins))
	live, sessions := 0, 0
	for i, b := range t.Bins {
		b.Live = max(b.Live, live)
		live += b.Begun - b.over
		b.Sessions = max(b.Sessions, sessions)
		sessions += b.SessionsBegun - b.closed
		b.Start = (time.Duration(i) * t.Width).Seconds()
		b.Width = t.Width.Seconds()
		b.Latency = pack(b.latency)
		list[i] = b.Interval
	}
	return list
}

// figure works out the times from the histogram. None is longer than the
// longest, as it might be when it is rounded up to two digits.
func (i *Interval) figure(longest, longestWord time.Duration) {
	if h := i.FirstWord; h != nil {
		upTo := func(value int64) float64 { return ms(min(time.Duration(value), longestWord)) }
		i.FirstWordP50, i.FirstWordP99 = upTo(h.ValueAtPercentile(50)), upTo(h.ValueAtPercentile(99))
	}
	if h := i.Latency; h != nil {
		upTo := func(value int64) float64 { return ms(min(time.Duration(value), longest)) }
		i.P50, i.P99, i.Max = upTo(h.ValueAtPercentile(50)), upTo(h.ValueAtPercentile(99)), upTo(h.Max())
	}
}
