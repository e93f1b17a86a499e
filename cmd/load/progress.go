package main

import (
	"fmt"
	"math"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/report"
	"call-load-tester/pkg/webhook"
)

// progress says how many requests or conversations are done; how fast they are
// sent or begun, against the rate if one is asked for; what became of them; and
// how long it takes at that speed until all are begun.
func progress(p attack.Progress, asked attack.Config, gone time.Duration) (done int, detail string) {
	begun, done := p.Sent, p.Done
	if asked.Envelope.Kind.IsConversation() {
		begun, done = p.Begun, p.Over
	}
	seconds := max(gone.Seconds(), 0.1)
	against := ""
	if asked.Rate > 0 { // a burst stands for the whole of its second, whether or not that has begun here
		whole := math.Floor(seconds)
		seconds = min(max(float64(begun)/float64(asked.Rate), whole, 0.1), whole+1)
		against = fmt.Sprintf(" of %d", asked.Rate)
	}
	speed := float64(begun) / seconds
	detail = fmt.Sprintf("%.0f/s%s, ", speed, against)
	if asked.Envelope.Kind.IsConversation() {
		detail += fmt.Sprintf("live %d, ", begun-done)
	}
	detail += fmt.Sprintf("in flight %d, incomplete %d", p.Sent-p.Done, p.Incomplete)
	if begun < asked.Total {
		left := time.Duration(float64(asked.Total-begun) / max(speed, 1) * float64(time.Second))
		detail += fmt.Sprintf(", %v left", left.Round(time.Second))
	}
	return done, detail
}

// doneLabel names what is counted as done: requests that are answered or given up,
// or conversations that are over.
func doneLabel(kind webhook.Kind) string {
	if kind.IsConversation() {
		return fmt.Sprintf("%vs over", kind)
	}
	return "requests done"
}

// stopping says what is waited for after an interrupt: every request in flight is
// answered or has timed out by then.
func stopping(p attack.Progress, timeout time.Duration) string {
	if live := p.Begun - p.Over; live > 0 {
		return fmt.Sprintf("%s hung up, callbacks are sent; waiting for answers, for at most %v each", areHungUp(live), timeout)
	}
	if p.Sent == p.Done {
		return "no more is sent"
	}
	return fmt.Sprintf("no more is sent; waiting for %s, for at most %v", report.Count(p.Sent-p.Done, "answer"), timeout)
}

func areHungUp(n int) string {
	if n == 1 {
		return "1 conversation is"
	}
	return fmt.Sprintf("%d conversations are", n)
}
