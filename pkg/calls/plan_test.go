package calls_test

import (
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// The time limit goes out with every call, and ends it if nobody else does.
func TestTheTimeLimitEndsTheCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, account := newClient(t, twiliosim.Config{})
		asked := plan(10, 10)
		asked.TimeLimit = time.Minute
		place(t, client, asked, new(memory))
		time.Sleep(time.Minute - time.Second)
		if live := len(account.Live()); live != 10 {
			t.Errorf("%d live just before the limit, want 10", live)
		}
		time.Sleep(time.Second)
		if live := len(account.Live()); live != 0 {
			t.Errorf("%d live at the limit, want none", live)
		}
	})
}

// Passwords in what the calls are to hear, and what may be such, are not shown.
func TestTreatmentShowsNoPassword(t *testing.T) {
	for twiml, want := range map[string]string{
		"https://bob:hunter2@example.com/a?key=hunter2":                           "https://example.com/a?…",
		`<Response><Play>https://bob:hunter2@example.com/a.mp3</Play></Response>`: `<Response><Play>https://…@example.com/a.mp3</Play></Response>`,
		` <Response><Dial><Sip password='hunter2'>x</Sip></Dial></Response>`:      ` <Response><Dial><Sip password='…'>x</Sip></Dial></Response>`,
	} {
		if got := (calls.Plan{TwiML: twiml}).Treatment(); got != want {
			t.Errorf("%s\nshown as %s\nwant     %s", twiml, got, want)
		}
	}
}
