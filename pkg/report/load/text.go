package load

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"call-load-tester/pkg/report"
)

// In milliseconds: how long Twilio waits for an answer, and what is called late.
const (
	twilioWaits = 15_000
	late        = 100
)

// Text writes the record for a person: the lines of the original tw_load
// first, in its order and with its meanings, then what it did not know. It
// showed the URL whole; here what may be secret of it is left out.
func (l *Record) Text(w io.Writer) error {
	t := &loadText{}
	t.original(l)
	t.requests(l)
	t.times(l)
	t.verdicts(l)
	t.messages(l)
	t.signatures(l)
	t.pass(l)
	t.warnings(l)
	_, err := io.WriteString(w, t.String())
	return err
}

// A loadText is lines of a label and a value, as those of ab.
type loadText struct{ report.Table }

// labelWidth is that of tw_load.
const labelWidth = 22

func (t *loadText) label(label, format string, args ...any) {
	value := fmt.Sprintf(format, args...)
	t.Rows = append(t.Rows, report.Row{Label: label, Value: value})
	t.Line("%-*s%s", labelWidth, label+":", value)
}

// more adds a line to the value above it.
func (t *loadText) more(format string, args ...any) {
	value := fmt.Sprintf(format, args...)
	t.Rows = append(t.Rows, report.Row{Value: value})
	t.Line("%-*s%s", labelWidth, "", value)
}

func (t *loadText) original(l *Record) {
	t.label("Document Path", "%s", l.Plan.Endpoint)
	t.label("Concurrency Level", "%d", l.Plan.Concurrency)
	t.label("Users", "%d", l.Plan.Users)
	t.label("Completed requests", "%d", l.Requests.Completed)
	t.label("Failed requests", "%d", l.Requests.NotCompleted)
	t.label("Total time", "%.3f s", l.Seconds)
	if l.Latency.Count > 0 {
		t.label("Time per request", "%s", milliseconds(l.Latency.Mean))
	} else {
		t.label("Time per request", "unknown: no request was answered")
	}
	t.Line("%s", strings.Repeat("-", 35))
	t.label("Total recv", "%d", l.Messages)
	t.label("Total sent", "%d", l.Replies.Count)
	if l.Cost.Priced {
		t.label("Approx cost", "$%s", money(l.Cost.Total))
	} else {
		t.label("Approx cost", "unknown: no price in [Cost]")
	}
}

func (t *loadText) requests(l *Record) {
	r := l.Requests
	t.Line("")
	t.label("Requests", "%d sent of %d: %s", r.Sent, l.Plan.Requests, r.text())
	if l.DryRun {
		t.more("(a dry run: an endpoint inside the process answered)")
	}
	if l.Interrupted {
		t.more("(the run was interrupted)")
	}
	if l.Plan.Rate == 0 {
		t.label("Requests per second", "%.1f, as many as %s could", l.Rate, report.Count(l.Plan.Concurrency, "connection"))
		return
	}
	t.label("Requests per second", "%.1f of %d asked", l.Rate, l.Plan.Rate)
	if r.Late == 0 {
		t.label("Late", "0: every request went within 100 ms of when it was due")
		return
	}
	if late := r.Late - r.Unsent; late > 0 {
		t.label("Late", "%d sent 100 ms or more after they were due", late)
	} else {
		t.label("Late", "0 of those sent")
	}
	if r.Unsent > 0 {
		t.more("%d more were due by the interrupt, but not sent", r.Unsent)
	}
	t.more("the longest wait to be sent was %s", milliseconds(r.MostLate))
}

// text says what became of all that were sent.
func (r Requests) text() string {
	text := fmt.Sprintf("%d accepted, %s, %d unanswered", r.Accepted, report.Count(r.Errors, "error"), r.Unanswered)
	if r.BadSignatures > 0 {
		text += fmt.Sprintf(", %d bad signatures refused, %d let through", r.Refused, r.LetThrough)
	}
	return text
}

func (t *loadText) times(l *Record) {
	if l.Latency.Count == 0 {
		return
	}
	t.label("Latency", "%s", l.Latency.text())
	if l.Plan.Rate > 0 {
		t.label("Service time", "%s", l.Service.text())
		t.more("(latency counts from when a request was due, service time from when it was sent)")
	}
	if n := l.Requests.Untimed; n > 0 {
		t.more("(%s died unanswered, and not by a time-out: not in these times)", report.Count(n, "request"))
	}
	t.label("Twilio's limit", "p99 is %s %% of the 15 s that Twilio waits", report.Apart(100*l.Latency.P99/twilioWaits, 0, 100))
	if own := 1000 * l.Plan.TimeoutSeconds; own > 0 && own < twilioWaits {
		t.more("(this run waited only %s: what takes longer is not in these times)", milliseconds(own))
	}
}

func (q Times) text() string {
	return fmt.Sprintf("p50 %s, p90 %s, p95 %s, p99 %s, p99.9 %s, max %s", milliseconds(q.P50), milliseconds(q.P90),
		milliseconds(q.P95), milliseconds(q.P99), milliseconds(q.P999), milliseconds(q.Max))
}

func (t *loadText) verdicts(l *Record) {
	list := make([]string, 0, len(l.Verdicts))
	for _, v := range l.Verdicts {
		list = append(list, fmt.Sprintf("%d × %s", v.Requests, v))
	}
	t.list("Twilio's verdict", list)

	list = list[:0]
	for _, s := range l.Statuses {
		list = append(list, fmt.Sprintf("%d × %d", s.Requests, s.Status))
	}
	t.list("HTTP status", list)

	list = list[:0]
	for _, c := range l.Causes {
		list = append(list, fmt.Sprintf("%d × %s", c.Requests, c.Cause))
	}
	t.list("Unanswered because", list)
}

// maxListed is how many lines of a list are worth reading.
const maxListed = 12

func (t *loadText) list(label string, values []string) {
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

func (t *loadText) messages(l *Record) {
	if l.Messages > 0 || l.Replies.Count > 0 {
		t.label("Messages received", "%d: %s", l.Messages, report.Count(l.Received, "segment"))
		t.label("Replies", "%d: %s, and %d with media", l.Replies.Count, report.Count(l.Replies.Segments, "segment"), l.Replies.Media)
	}
	t.label("Traffic", "%s sent, %s received", bytes(l.BytesSent), bytes(l.BytesReceived))
}

func (t *loadText) signatures(l *Record) {
	r := l.Requests
	if r.BadSignatures == 0 {
		return
	}
	t.label("Bad signatures", "%d sent, %d refused, %d let through", r.BadSignatures, r.Refused, r.LetThrough)
	if neither := r.BadSignatures - r.Refused - r.LetThrough; neither > 0 {
		t.more("%d neither: they count as errors or unanswered", neither)
	}
}

func (t *loadText) warnings(l *Record) {
	if l.Requests.LetThrough > 0 {
		t.Line("")
		t.Line("Warning: this endpoint accepts forged requests. Anybody who knows its URL can")
		t.Line("pretend to be Twilio. Check X-Twilio-Signature before anything else.")
	}
	if n := l.Requests.OwnLimit; n > 0 {
		t.Line("")
		t.Line("Warning: %s failed at a limit of this computer, not of the endpoint.", report.Count(n, "request"))
		t.Line("Use fewer connections or a lower Rate or MaxInFlight, or raise ulimit -n.")
	}
	if r := l.Requests; r.MostLate >= late {
		t.Line("")
		t.Line("Warning: %s went up to %s late, or not at all: this computer or", report.Count(r.Late, "request"), milliseconds(r.MostLate))
		t.Line("MaxInFlight was the limit, and the endpoint got less than the rate asked for.")
	}
}

func (t *loadText) pass(l *Record) {
	if l.Pass == nil {
		return
	}
	verdict := map[bool]string{true: "passed", false: "missed"}[l.Pass.Passed]
	var limits []string
	if limit := l.Pass.MaxFailedPercent; limit != nil {
		limits = append(limits, fmt.Sprintf("failed %s, at most %v %%", l.failedAgainst(*limit), *limit))
	}
	if limit := l.Pass.MaxP99; limit != nil {
		limits = append(limits, fmt.Sprintf("p99 %s, at most %s", l.p99Against(*limit), milliseconds(*limit)))
	}
	t.label("Pass", "%s (%s)", verdict, strings.Join(limits, "; "))
}

// failedAgainst writes the share of failed requests so that it does not read
// like a limit that it is not.
func (l *Record) failedAgainst(limit float64) string {
	if l.Requests.Sent == 0 {
		return "unknown: no request was sent"
	}
	return report.Apart(l.FailedPercent(), 0, 100, limit) + " %"
}

// p99Against writes the 99th percentile of the latency likewise, or why there
// is none.
func (l *Record) p99Against(limit float64) string {
	switch text := milliseconds(l.Latency.P99); {
	case l.Requests.Sent == 0:
		return "unknown: no request was sent"
	case !l.HasP99():
		return fmt.Sprintf("unknown: %d of %s died unanswered", l.Requests.Untimed, report.Count(l.Requests.Sent, "request"))
	case text == milliseconds(limit):
		return report.Apart(l.Latency.P99, limit) + " ms"
	default:
		return text
	}
}

// milliseconds writes a time with three digits or so, in its best unit.
func milliseconds(ms float64) string {
	switch {
	case ms >= 10_000:
		return fmt.Sprintf("%.1f s", ms/1000)
	case ms >= 1000:
		return fmt.Sprintf("%.2f s", ms/1000)
	case ms >= 100:
		return fmt.Sprintf("%.0f ms", ms)
	case ms >= 10:
		return fmt.Sprintf("%.1f ms", ms)
	default:
		return fmt.Sprintf("%.2f ms", ms)
	}
}

func bytes(n int64) string {
	switch {
	case n >= 10_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 10_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}

// money writes an amount with cents, and with what is smaller where it matters.
func money(amount float64) string {
	if amount > 0 && amount < 1 {
		return strconv.FormatFloat(amount, 'f', 4, 64)
	}
	return strconv.FormatFloat(amount, 'f', 2, 64)
}
