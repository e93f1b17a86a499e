package attack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"
)

// Read reads the JSON of an earlier run, from a file of that name. It returns an
// error that names the file if it is anything else, or not as it was written:
// cut off, edited, of another command or of another version.
func Read(name string, content []byte) (*Result, error) {
	var head struct {
		Command       *string `json:"command"`
		RecordVersion int     `json:"record_version"`
	}
	if err := decode(content, &head); err != nil {
		return nil, fmt.Errorf("%s%w", name, err)
	}
	switch {
	case head.Command == nil:
		return nil, fmt.Errorf("%s: no result of load", name)
	case *head.Command != "load":
		return nil, fmt.Errorf("%s: the result of %q, not of load", name, *head.Command)
	case head.RecordVersion == 0:
		return nil, fmt.Errorf("%s: written by an earlier version of load, which kept no histograms", name)
	case head.RecordVersion != RecordVersion:
		return nil, fmt.Errorf("%s: a record of version %d, and this load reads version %d", name, head.RecordVersion, RecordVersion)
	}
	r := new(Result)
	if err := decode(content, r); err != nil {
		return nil, fmt.Errorf("%s%w", name, err)
	}
	if err := r.checkTime(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("%s: its figures do not agree, as if it had been edited: %w", name, err)
	}
	return r, nil
}

// decode reads JSON that stands alone. Its errors begin with a colon, and where
// it is known with the line.
func decode(content []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(content))
	err := d.Decode(into)
	line := func(offset int64) int { return 1 + bytes.Count(content[:min(int(offset), len(content))], []byte("\n")) }
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case err == nil:
		if _, err := d.Token(); err != io.EOF {
			return fmt.Errorf(":%d: more than one JSON text", line(d.InputOffset()))
		}
		return nil
	case errors.Is(err, io.EOF):
		return errors.New(": empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf(":%d: cut off", line(int64(len(content))))
	case errors.As(err, &syntax):
		return fmt.Errorf(":%d: no JSON: %w", line(syntax.Offset), err)
	case errors.As(err, &mismatch) && mismatch.Field == "":
		return fmt.Errorf(":%d: no result of load: the JSON is no object", line(mismatch.Offset))
	case errors.As(err, &mismatch):
		return fmt.Errorf(":%d: %s is of another type: %s", line(mismatch.Offset), mismatch.Field, mismatch.Value)
	}
	return fmt.Errorf(": %w", err)
}

// check returns an error if the figures of a result contradict each other.
func (r *Result) check() error {
	n := r.Requests
	sum := n.Accepted + n.Errored + n.Unanswered + n.Refused + n.LetThrough
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"requests sent", n.Sent, sum},
		{"requests of all verdicts", count(r.Verdicts, func(v Verdict) int { return v.Requests }), sum - n.Refused - n.LetThrough},
		{"requests of all statuses", count(r.Statuses, func(s Status) int { return s.Requests }), sum - n.Unanswered},
		{"requests of all causes", count(r.Causes, func(c Cause) int { return c.Requests }), n.Unanswered},
		{"times measured", r.Histograms.Latency.Count(), sum - n.Untimed},
		{"service times measured", r.Histograms.Service.Count(), sum - n.Untimed},
		{"times in the timeline", count(r.Timeline, func(i Interval) int { return i.Latency.Count() }), sum - n.Untimed},
		{"errors and unanswered in the timeline", count(r.Timeline, Interval.failures), n.Errored + n.Unanswered},
		{"segments received in the timeline", count(r.Timeline, func(i Interval) int { return i.Received }), r.Received},
		{"reply segments in the timeline", count(r.Timeline, func(i Interval) int { return i.Replies.Segments }), r.Replies.Segments},
	} {
		if c.got < 0 || c.got != c.want {
			return fmt.Errorf("%d %s, and not %d", c.got, c.what, c.want)
		}
	}
	for class := range classes {
		inTimeline := count(r.Timeline, func(i Interval) int { return *i.of(class) })
		if own := *n.of(class); own < 0 || own != inTimeline {
			return fmt.Errorf("%d requests in the timeline, and not %d", inTimeline, own)
		}
	}
	failed := n.Errored + n.Unanswered + n.LetThrough + count(r.Agents, func(a Agent) int { return a.Failed + a.LetThrough })
	if f := r.Failures; f != nil && f.All() != failed {
		return fmt.Errorf("%d failures, and not %d", f.All(), failed)
	}
	if c := r.Conversations; c != nil {
		over := c.Finished + c.HungUpByApp + c.HungUpByCaller + c.Rejected + c.Failed + c.Endless + c.Forged + c.Interrupted
		if begun := count(r.Timeline, func(i Interval) int { return i.Begun }); c.Begun != over || c.Begun != begun {
			return fmt.Errorf("%d conversations were begun, %d are over, and the timeline has %d", c.Begun, over, begun)
		}
	}
	return errors.Join(r.checkTimeline(), r.checkSteps(), r.checkAgents(), r.checkFigures())
}

// Runs are put together by the time between them, which is not to be longer than a
// time.Duration can be. A clock that was never set begins with 1970.
var (
	earliest = time.Unix(0, 0)
	newest   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

const longestRun = 4e9 // seconds

// checkTime returns an error if it is not said when the run was, or if that cannot be.
func (r *Result) checkTime() error {
	if r.Began.Before(earliest) || r.Began.After(newest) {
		return fmt.Errorf("when it began is missing or cannot be: %s", r.Began.Format(time.RFC3339))
	}
	longest := r.Seconds
	for _, i := range r.Timeline {
		longest = max(longest, i.Start+i.Width)
	}
	if r.Seconds < 0 || longest > longestRun {
		return fmt.Errorf("a run cannot take %g seconds", longest)
	}
	return nil
}

// failures returns how many requests have an error's code.
func (i Interval) failures() int {
	all := 0
	for _, n := range i.Codes {
		all += n
	}
	return all
}

// count adds up the counts of a list.
func count[E any](list []E, n func(E) int) int {
	all := 0
	for _, e := range list {
		all += n(e)
	}
	return all
}

// checkTimeline returns an error if the intervals do not follow each other.
func (r *Result) checkTimeline() error {
	for k, i := range r.Timeline {
		if i.Width < 1 || i.Width != r.Timeline[0].Width || i.Start != float64(k)*i.Width {
			return fmt.Errorf("interval %d of the timeline does not follow the one before", k)
		}
		if i.Sent != i.Accepted+i.Errored+i.Unanswered+i.Refused+i.LetThrough {
			return fmt.Errorf("interval %d of the timeline has sent %d requests, and not the sum", k, i.Sent)
		}
		for code, n := range i.Codes {
			if n < 0 {
				return fmt.Errorf("interval %d of the timeline has %d times %d", k, n, code)
			}
		}
		for name, s := range i.Steps {
			if s == nil || s.Incomplete < 0 || s.Incomplete > s.Requests {
				return fmt.Errorf("interval %d of the timeline counts step %s wrongly", k, name)
			}
		}
	}
	return nil
}

// checkSteps returns an error if the steps are not those of the timeline.
func (r *Result) checkSteps() error {
	for _, s := range r.Steps {
		var all StepInterval
		times := 0
		for _, i := range r.Timeline {
			if of := i.Steps[s.Name]; of != nil {
				all.Requests += of.Requests
				all.Incomplete += of.Incomplete
				times += of.Latency.Count()
			}
		}
		if all.Requests != s.Requests || all.Incomplete != s.Incomplete || times != s.Latency.Count() {
			return fmt.Errorf("step %s has %d requests in the timeline, and not %d", s.Name, all.Requests, s.Requests)
		}
	}
	return nil
}

// checkAgents returns an error if the sessions are not those that are over, or
// the answers not those of the timeline.
func (r *Result) checkAgents() error {
	for _, a := range r.Agents {
		if over := a.Finished + a.EndedByAgent + a.HungUpByCaller + a.Failed + a.Interrupted; a.Begun != over {
			return fmt.Errorf("%d sessions with %s were begun, and %d are over", a.Begun, a.URL, over)
		}
		if sent := a.Histograms.FrameDelay.Count(); a.Frames != sent {
			return fmt.Errorf("%d frames were sent to %s, and %d are in the histogram", a.Frames, a.URL, sent)
		}
	}
	if i := slices.IndexFunc(r.Agents, func(a Agent) bool { return a.Answered+a.Unheard > a.Turns }); i >= 0 {
		return fmt.Errorf("more turns were answered or stopped than taken with %s", r.Agents[i].URL)
	}
	answered := count(r.Agents, func(a Agent) int { return a.Answered })
	first := count(r.Agents, func(a Agent) int { return a.Histograms.FirstWord.Count() })
	inTimeline := count(r.Timeline, func(i Interval) int { return i.FirstWord.Count() })
	if answered != first || answered != inTimeline {
		return fmt.Errorf("%d turns were answered, %d in the histograms and %d in the timeline", answered, first, inTimeline)
	}
	return nil
}

// checkFigures returns an error if what is worked out of other figures is not
// what it should be.
func (r *Result) checkFigures() error {
	again := *r
	again.Steps, again.Timeline, again.Agents = slices.Clone(r.Steps), slices.Clone(r.Timeline), slices.Clone(r.Agents)
	if r.Conversations != nil {
		held := *r.Conversations
		again.Conversations = &held
	}
	again.figure()
	switch {
	case again.Requests != r.Requests:
		return errors.New("the requests that were completed")
	case again.Latency != r.Latency || again.Service != r.Service || !reflect.DeepEqual(again.Curve, r.Curve):
		return errors.New("the times and their histograms")
	case !reflect.DeepEqual(again.Conversations, r.Conversations):
		return errors.New("the lengths of conversations and their histogram")
	case !reflect.DeepEqual(again.Steps, r.Steps):
		return errors.New("the times of steps and their histograms")
	case !reflect.DeepEqual(again.Agents, r.Agents):
		return errors.New("the times of agents and their histograms")
	case !reflect.DeepEqual(again.Timeline, r.Timeline):
		return errors.New("the times of the timeline and their histograms")
	}
	return nil
}
