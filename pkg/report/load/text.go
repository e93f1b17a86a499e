// Package load shows the record of a run of load as text and as a page with
// charts for a person; its JSON, for a machine, has the same fields.
package load

import (
	"fmt"
	"io"
	"strings"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report"
)

// A Report shows the record of a run.
type Report struct{ *attack.Result }

// Text writes the record for a person: the lines of the original tw_load
// first, in its order and with its meanings, then what it did not know. It
// showed the URL whole; here what may be secret of it is left out.
func (r Report) Text(w io.Writer) error {
	t := &text{Report: r}
	t.original()
	t.requests()
	t.conversations()
	t.agents()
	t.times()
	t.verdicts()
	t.failures()
	t.steps()
	t.messages()
	t.signatures()
	t.comparison()
	if r.Pass != nil {
		t.label("Pass", "%s", r.pass())
	}
	for _, warning := range r.warnings() {
		t.Line("\n%s", warning)
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// A text is lines of a label and a value, as those of ab.
type text struct {
	report.Table
	Report
}

// labelWidth is that of tw_load.
const labelWidth = 22

func (t *text) label(label, format string, args ...any) {
	value := fmt.Sprintf(format, args...)
	t.Rows = append(t.Rows, report.Row{Label: label, Value: value})
	t.Line("%-*s%s", labelWidth, label+":", value)
}

// more adds a line to the value above it.
func (t *text) more(format string, args ...any) {
	value := fmt.Sprintf(format, args...)
	t.Rows = append(t.Rows, report.Row{Value: value})
	t.Line("%-*s%s", labelWidth, "", value)
}

func (t *text) original() {
	t.label("Document Path", "%s", t.Plan.Endpoint)
	t.label("Concurrency Level", "%d", t.Plan.Concurrency)
	t.label("Users", "%d", t.Plan.Users)
	t.label("Completed requests", "%d", t.Requests.Completed)
	t.label("Failed requests", "%d", t.Requests.Incomplete)
	t.label("Total time", "%.3f s", t.Seconds)
	if t.Latency.Count > 0 {
		t.label("Time per request", "%s", milliseconds(t.Latency.Mean))
	} else {
		t.label("Time per request", "unknown: no request was answered")
	}
	t.Line("%s", strings.Repeat("-", 35))
	t.label("Total recv", "%d", t.Messages)
	t.label("Total sent", "%d", t.Replies.Count)
	switch {
	case t.Cost.Priced:
		t.label("Approx cost", "$%s", money(t.Cost.Total))
	case t.Cost.IsMixed():
		t.label("Approx cost", "$%s, the sum of runs with different prices", money(t.Cost.Total))
	default:
		t.label("Approx cost", "unknown: no price in [Cost]")
	}
}

func (t *text) requests() {
	r := t.Requests
	t.Line("")
	if t.Conversations == nil {
		t.label("Requests", "%d sent of %d: %s", r.Sent, t.Plan.Requests, became(r))
	} else {
		t.label("Requests", "%d sent: %s", r.Sent, became(r))
	}
	if t.DryRun {
		t.more("(a dry run: an endpoint inside the process answered)")
	}
	if len(t.Runs) > 1 {
		t.more("(%d runs, put together)", len(t.Runs))
	}
	if t.Interrupted {
		t.more("(the run was interrupted)")
	}
	switch {
	case !t.isOpenLoop() && t.Conversations == nil:
		t.label("Requests per second", "%.1f, as many as %s could", t.Rate, report.Count(t.Plan.Concurrency, "connection"))
		return
	case t.Conversations == nil:
		t.label("Requests per second", "%.1f %s", t.Rate, t.asked(t.Plan.Rate))
	default:
		t.label("Requests per second", "%.1f", t.Rate)
	}
	if r.Late == 0 {
		t.label("Late", "0: every request went within %s of when it was due", milliseconds(late))
		return
	}
	if n := r.Late - r.Unsent; n > 0 {
		t.label("Late", "%d sent %s or more after they were due", n, milliseconds(late))
	} else {
		t.label("Late", "0 of those sent")
	}
	if r.Unsent > 0 {
		t.more("%d more were due by the interrupt, but not sent", r.Unsent)
	}
	t.more("the longest wait to be sent was %s", milliseconds(r.MostLate))
}

// isOpenLoop reports whether requests or conversations were due at a rate.
func (r Report) isOpenLoop() bool { return r.Plan.IsOpen() }

// became says what became of all that were sent.
func became(r attack.Requests) string {
	text := fmt.Sprintf("%d accepted, %s, %d unanswered", r.Accepted, report.Count(r.Errored, "error"), r.Unanswered)
	if r.BadSignatures > 0 {
		text += fmt.Sprintf(", %d bad signatures refused, %d let through", r.Refused, r.LetThrough)
	}
	return text
}

// failures says what is in the file of them.
func (t *text) failures() {
	f := t.Failures
	if f == nil {
		return
	}
	t.label("Failures written", "%d of %d", f.Written, f.All())
	if f.OverLimit > 0 {
		t.more("%d more were over the limit, --failures_max", f.OverLimit)
	}
	if f.TooSlow > 0 {
		t.more("%d more could not be written, or not in time", f.TooSlow)
	}
}

func (t *text) times() {
	if t.Latency.Count == 0 {
		return
	}
	t.label("Latency", "%s", percentiles(t.Latency))
	if t.isOpenLoop() {
		t.label("Service time", "%s", percentiles(t.Service))
		t.more("(latency counts from when a request was due, service time from when it was sent)")
	}
	if n := t.Requests.Untimed; n > 0 {
		t.more("(%s died unanswered, and not by a time-out: not in these times)", report.Count(n, "request"))
	}
	t.label("Twilio's limit", "p99 is %s %% of the %v s that Twilio waits", report.Apart(100*t.Latency.P99/twilioWaits, 0, 100), twilioWaits/1000)
	if own := 1000 * t.Plan.TimeoutSeconds; own > 0 && own < twilioWaits {
		t.more("(this run waited only %s: what takes longer is not in these times)", milliseconds(own))
	}
}

// percentiles writes a distribution.
func percentiles(q attack.Times) string {
	return fmt.Sprintf("p50 %s, p90 %s, p95 %s, p99 %s, p99.9 %s, max %s", milliseconds(q.P50), milliseconds(q.P90),
		milliseconds(q.P95), milliseconds(q.P99), milliseconds(q.P999), milliseconds(q.Max))
}

func (t *text) verdicts() {
	list := make([]string, 0, len(t.Verdicts))
	for _, v := range t.Verdicts {
		list = append(list, fmt.Sprintf("%d × %s", v.Requests, v))
	}
	t.list("Twilio's verdict", list)

	list = list[:0]
	for _, s := range t.Statuses {
		list = append(list, fmt.Sprintf("%d × %d", s.Requests, s.Status))
	}
	t.list("HTTP status", list)

	list = list[:0]
	for _, c := range t.Causes {
		list = append(list, fmt.Sprintf("%d × %s", c.Requests, c.Cause))
	}
	t.list("Unanswered because", list)
}

// maxListed is how many lines of a list are worth reading.
const maxListed = 12

func (t *text) list(label string, values []string) {
	if hidden := len(values) - maxListed; hidden > 0 {
		values = append(values[:maxListed:maxListed], fmt.Sprintf("and %d others", hidden))
	}
	for i, value := range values {
		if i == 0 {
			t.label(label, "%s", value)
		} else {
			t.more("%s", value)
		}
	}
}

func (t *text) messages() {
	if t.Messages > 0 || t.Replies.Count > 0 {
		t.label("Messages received", "%d: %s", t.Messages, report.Count(t.Received, "segment"))
		t.label("Replies", "%d: %s, and %d with media", t.Replies.Count, report.Count(t.Replies.Segments, "segment"), t.Replies.Media)
	}
	t.label("Traffic", "%s sent, %s received", bytes(t.BytesSent), bytes(t.BytesReceived))
}

func (t *text) signatures() {
	r := t.Requests
	if r.BadSignatures == 0 {
		return
	}
	t.label("Bad signatures", "%d sent, %d refused, %d let through", r.BadSignatures, r.Refused, r.LetThrough)
	if neither := r.BadSignatures - r.Refused - r.LetThrough; neither > 0 {
		t.more("%d neither: they count as errors or unanswered", neither)
	}
}

// warnings are what must not be missed, in lines.
func (r Report) warnings() []string {
	var all []string
	add := func(format string, args ...any) { all = append(all, "Warning: "+fmt.Sprintf(format, args...)) }
	n := r.Requests
	if n.LetThrough > 0 {
		add("this endpoint accepts forged requests. Anybody who knows its URL can\n" +
			"pretend to be Twilio. Check X-Twilio-Signature before anything else.")
	}
	for _, a := range r.Agents {
		if a.LetThrough > 0 {
			add("the agent at %s accepts forged handshakes. Anybody who knows its\n"+
				"URL can pretend to be Twilio. Check X-Twilio-Signature before the WebSocket opens.", a.URL)
		}
	}
	if c := r.Conversations; c != nil && c.Elsewhere > 0 {
		which := ""
		if len(c.ElsewhereHosts) > 0 {
			which = " (" + strings.Join(c.ElsewhereHosts, ", ") + ")"
		}
		add("%s to hosts that may not be asked%s: their conversations went on as if\n"+
			"the answer had been empty. Hosts of yours can be named in [Call] Hosts.", report.Count(c.Elsewhere, "request"), which)
	}
	if n.OwnLimit > 0 {
		add("%s failed at a limit of this computer, not of the endpoint.\n"+
			"Use fewer connections or a lower Rate or MaxInFlight, or raise ulimit -n.", report.Count(n.OwnLimit, "request"))
	}
	if n.MostLate >= late {
		limit := "this computer was the limit."
		if r.Plan.Rate+r.Plan.ConversationRate > 0 {
			limit = "this computer or\nMaxInFlight was the limit, and the endpoint got less than the rate asked for."
		}
		add("%s went up to %s late, or not at all: %s", report.Count(n.Late, "request"), milliseconds(n.MostLate), limit)
	}
	for _, a := range r.Agents {
		if 100*a.FramesLate > a.Frames {
			add("%d of %s of audio to %s went 20 ms late or more:\n"+
				"this computer was the limit, and the agent heard gaps.", a.FramesLate, report.Count(a.Frames, "frame"), a.URL)
		}
	}
	return all
}

// In milliseconds: when a request counts as late, and how long Twilio waits.
const (
	late        = float64(attack.Late / time.Millisecond)
	twilioWaits = float64(attack.DefaultTimeout / time.Millisecond)
)
