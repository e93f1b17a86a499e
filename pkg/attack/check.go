package attack

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"call-load-tester/pkg/webhook"
)

// check returns an error if the figures of a result contradict each other.
func (r *Result) check() error {
	if err := checkCounts("", reflect.ValueOf(*r)); err != nil {
		return err
	}
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
		{"replies in the timeline", count(r.Timeline, func(i Interval) int { return i.Replies.Count }), r.Replies.Count},
		{"answers in the timeline", count(r.Timeline, func(i Interval) int { return i.Answered }), sum - n.Unanswered},
		{"replies with media in the timeline", count(r.Timeline, func(i Interval) int { return i.Replies.Media }), r.Replies.Media},
		{"reply segments in the timeline", count(r.Timeline, func(i Interval) int { return i.Replies.Segments }), r.Replies.Segments},
	} {
		if c.got != c.want {
			return fmt.Errorf("%d %s, and not %d", c.got, c.what, c.want)
		}
	}
	for _, v := range r.Verdicts {
		inTimeline := count(r.Timeline, func(i Interval) int { return i.Codes[v.Code] })
		if v.Code != webhook.Accepted && v.Requests != inTimeline {
			return fmt.Errorf("%d requests with code %d in the timeline, and not %d", inTimeline, v.Code, v.Requests)
		}
	}
	for class := range classes {
		inTimeline := count(r.Timeline, func(i Interval) int { return *i.of(class) })
		if own := *n.of(class); own != inTimeline {
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
	return errors.Join(r.checkValues(), r.checkTimeline(), r.checkSteps(), r.checkAgents(), r.checkParts(), r.checkRate(), r.checkFigures())
}

// checkCounts returns an error if a count in a value, or in what it holds, is
// negative. Codes may be.
func checkCounts(path string, v reflect.Value) error {
	switch v.Kind() {
	case reflect.Int, reflect.Int64:
		if _, code := v.Interface().(webhook.Code); !code && v.Int() < 0 {
			return fmt.Errorf("%s is %d", path, v.Int())
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return checkCounts(path, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := checkCounts(fmt.Sprintf("%s[%d]", path, i), v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if err := checkCounts(fmt.Sprintf("%s[%v]", path, key), v.MapIndex(key)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() {
				continue
			}
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if err := checkCounts(strings.Trim(path+"."+name, "."), v.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkParts returns an error if more are counted of something than there are.
func (r *Result) checkParts() error {
	n, c := r.Requests, r.Conversations
	if c == nil {
		c = new(Conversations)
	}
	for _, of := range []struct {
		what       string
		part, most int
	}{
		{"requests never timed", n.Untimed, n.Unanswered},
		{"requests held up by this computer", n.OwnLimit, n.Unanswered},
		{"requests signed wrongly", n.BadSignatures, n.Sent},
		{"wrong signatures refused or let through", n.Refused + n.LetThrough, n.BadSignatures},
		{"messages received", r.Messages, n.Sent},
		{"replies with media", r.Replies.Media, r.Replies.Count},
		{"requests late", n.Late, n.Sent + n.Unsent},
		{"conversations as meant", c.AsMeant, c.Finished + c.HungUpByApp + c.HungUpByCaller + c.Rejected},
		{"conversations live at once", c.PeakLive, c.Begun},
		{"callbacks", c.Callbacks, n.Sent},
		{"callbacks not completed", c.CallbacksIncomplete, c.Callbacks},
	} {
		if of.part > of.most {
			return fmt.Errorf("%d %s, of %d", of.part, of.what, of.most)
		}
	}
	return nil
}

// checkValues returns an error if a kind, a share, a price or a status is none that
// there can be.
func (r *Result) checkValues() error {
	if _, err := webhook.ParseKind(r.Plan.Kind); err != nil {
		return err
	}
	if bad := r.Plan.BadSignature; !(bad >= 0 && bad <= 100) {
		return fmt.Errorf("%g %% bad signatures", bad)
	}
	for _, price := range []float64{r.Cost.Receive, r.Cost.Send, r.Cost.MMS, r.Cost.Minute} {
		if !(price >= 0) {
			return fmt.Errorf("a price of %g", price)
		}
	}
	for _, s := range r.Statuses {
		if s.Status < 100 || s.Status > 999 {
			return fmt.Errorf("HTTP status %d", s.Status)
		}
	}
	return nil
}

// checkRate returns an error if the requests cannot have been sent at the rate. The
// time of sending ends after the beginning of the last interval with a request, and
// before the end of the run, with the second of the last burst. Runs that were put
// together began up to half a second apart from their intervals, so that a
// rate of theirs may be above what was asked for in any of these.
func (r *Result) checkRate() error {
	wrong := fmt.Errorf("%d requests in %g seconds, and a rate of %g", r.Requests.Sent, r.Seconds, r.Rate)
	if r.Rate <= 0 || r.Requests.Sent == 0 {
		if r.Rate < 0 || (r.Rate > 0) != (r.Requests.Sent > 0 && r.Seconds > 0) {
			return wrong
		}
		return nil
	}
	took, last := float64(r.Requests.Sent)/r.Rate, 0.0
	for _, i := range r.Timeline {
		if i.Sent > 0 {
			last = i.Start
		}
	}
	const exactly = 1e-6 // but for nanoseconds
	toTheEnd := !r.Plan.IsOpen() || r.Conversations != nil
	switch {
	case took < last-1, took > r.Seconds+1+exactly,
		toTheEnd && len(r.Runs) < 2 && math.Abs(took-r.Seconds) > exactly*r.Seconds,
		!toTheEnd && len(r.Runs) < 2 && r.Rate > float64(r.Plan.Rate)*(1+exactly):
		return wrong
	}
	return nil
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
		for name, s := range i.Steps {
			if s == nil || s.Incomplete > s.Requests {
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
		if n := count(s.Verdicts, func(v Verdict) int { return v.Requests }); n > s.Requests {
			return fmt.Errorf("step %s has %d verdicts on %d requests", s.Name, n, s.Requests)
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
	if i := slices.IndexFunc(r.Agents, func(a Agent) bool { return a.Answered > a.WordsDue() }); i >= 0 {
		return fmt.Errorf("more turns were answered, handed off or stopped than taken with %s", r.Agents[i].URL)
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
	cost := r.Cost
	if cost.Priced {
		cost = costOf(cost.Prices, r)
	}
	switch {
	case math.Abs(cost.Total-r.Cost.Total) > 1e-9*cost.Total: // processors round differently
		return errors.New("the cost and the prices")
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
