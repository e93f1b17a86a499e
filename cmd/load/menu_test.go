package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"

	"github.com/cockroachdb/datadriven"
)

// The phone menu of the dry run, called by persons: each row's way through it.
// go test ./cmd/load -run Menu -rewrite writes what follows ---- anew.
func TestPhoneMenu(t *testing.T) {
	datadriven.RunTest(t, "testdata/phone_menu", func(t *testing.T, d *datadriven.TestData) string {
		person, err := dialog.PersonParser(webhook.Call)(d.Input)
		if err != nil {
			t.Fatal(err)
		}
		player, err := dialog.New(dialog.Rules{
			Envelope:  webhook.Envelope{Kind: webhook.Call, URL: "http://127.0.0.1/ivr/voice"},
			StatusURI: "http://127.0.0.1/ivr/status",
		}, []*dialog.Person{person})
		if err != nil {
			t.Fatal(err)
		}
		return callMenu(t, player)
	})
}

// callMenu returns the requests of a call, and how it ends.
func callMenu(t *testing.T, player *dialog.Player) string {
	var way strings.Builder
	var clock time.Duration
	judge := webhook.NewJudge(webhook.Call)
	c := player.Begin(0, time.Time{}, [2]uint64{})
	var next dialog.Next
	for {
		callbacks := next.Callbacks
		if next.Status != nil {
			callbacks = append(callbacks, *next.Status)
		}
		for _, callback := range callbacks {
			if got := phoneMenu(webhook.MustParseURL(callback.URL).Path, form(callback)); got != "" {
				t.Errorf("%s is answered %s", callback.Step, got)
			}
			fmt.Fprintf(&way, "%v %s\n", clock+callback.Wait, callback.Step)
		}
		clock += next.Wait
		if next.Over {
			break
		}
		var r dialog.Request
		c.Request(&r)
		fmt.Fprintf(&way, "%v %s\n", clock, r.Step)
		answer := webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(phoneMenu(webhook.MustParseURL(r.URL).Path, form(r)))}
		reading := judge.Read(answer, false)
		if reading.Code != webhook.Accepted {
			t.Errorf("%s: %s is %s", r.Step, answer.Body, reading.Code.Name())
		}
		next = c.Answered(reading, "", 0)
	}
	fmt.Fprintf(&way, "%v %v, as meant: %v\n", clock, c.Ending(), c.AsMeant())
	return way.String()
}

func form(r dialog.Request) url.Values {
	form := url.Values{}
	for _, f := range r.Fields {
		form.Set(f.Name, f.Value)
	}
	return form
}
