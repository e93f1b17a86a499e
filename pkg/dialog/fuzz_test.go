package dialog_test

import (
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

func FuzzPersonParser(f *testing.F) {
	for _, seed := range []string{`{"From": "+1", "Then": ["1w#", "", {"a": "b"}, "hangup"]}`, `[{"name": "Then", "value": ["Hang up"]}]`, `{"Then": null}`, `{"Then": [[]]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for _, kind := range []webhook.Kind{webhook.Call, webhook.Chat} {
			person, err := dialog.PersonParser(kind)(line)
			if (person == nil) != (err != nil) {
				t.Errorf("%v: %v, %v", kind, person, err)
			}
		}
	})
}

// No document makes a conversation loop or panic, nor ask who may not be asked.
func FuzzConversation(f *testing.F) {
	f.Add(`<Response><Gather numDigits="1" action="/a"><Say loop="0">a</Say></Gather></Response>`, `{"Then": ["1", "", "hangup"]}`, false)
	f.Add(`<Response><Record/><Dial action="/a"><Number statusCallback="/b">1</Number></Dial></Response>`, `{"Then": ["a", {"DialCallStatus": "busy"}]}`, true)
	f.Add(`<Response><Enqueue action="" waitUrl="/w">q</Enqueue><Leave/><Redirect>//[</Redirect></Response>`, `{"Then": [{"QueueResult": "leave"}]}`, true)
	f.Add(`<Response><Play loop="999999999999"/><Pause length="9999999999"/><Redirect>http://b.example/</Redirect></Response>`, `{}`, false)
	f.Add(`<Response><Message statusCallback="/s" to="1"><Media>a</Media></Message><Redirect method="GET">?</Redirect></Response>`, `{"Then": ["a", {"From": "b"}]}`, true)
	f.Fuzz(func(t *testing.T, document, row string, fallback bool) {
		for _, kind := range []webhook.Kind{webhook.Call, webhook.Chat} {
			fuzzConversation(t, kind, document, row, fallback)
		}
	})
}

func fuzzConversation(t *testing.T, kind webhook.Kind, document, row string, fallback bool) {
	person, err := dialog.PersonParser(kind)(row)
	if err != nil {
		return
	}
	const most = 60
	rules := dialog.Rules{Envelope: webhook.Envelope{Kind: kind, URL: "http://app.example/menu"}, MaxRequests: most}
	if fallback {
		rules.FallbackURI = "http://app.example/fallback"
	}
	if kind == webhook.Call {
		rules.StatusURI = "http://app.example/status"
	}
	player, err := dialog.New(rules, []*dialog.Person{person})
	if err != nil {
		return
	}
	judge := webhook.NewJudge(kind)
	writer, err := webhook.NewWriter("token")
	if err != nil {
		t.Fatal(err)
	}
	c := player.Begin(0, begin, [2]uint64{1, 2})
	var next dialog.Next
	asked, statuses := 0, 0
	var r dialog.Request
	check := func(r *dialog.Request) {
		if host := mustParse(t, r.URL).Hostname(); host != "app.example" {
			t.Errorf("%s is asked", r.URL)
		}
		writer.Write(&r.Request, false)
	}
	var total time.Duration
	for ; ; next = c.Answered(judge.Read(webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(document)}, r.TollFree), "", time.Second) {
		if next.Wait < 0 {
			t.Fatalf("%v until the next request", next.Wait)
		}
		total += next.Wait + time.Second
		if next.Status != nil {
			statuses++
			next.Callbacks = append(next.Callbacks, *next.Status)
		}
		for i := range next.Callbacks {
			check(&next.Callbacks[i])
			if next.Callbacks[i].Wait < 0 || next.Callbacks[i].Role != dialog.Callback {
				t.Errorf("%+v is not a callback", next.Callbacks[i])
			}
		}
		if next.Over {
			break
		}
		c.Request(&r)
		check(&r)
		if asked++; asked > 2*most {
			t.Fatalf("more than %d requests", 2*most)
		}
	}
	counts := c.Counts()
	switch {
	case c.Ending() == dialog.Live || c.Ending() > dialog.Endless:
		t.Errorf("it ended %v", c.Ending())
	case (c.Code() != 0) != (c.Ending() == dialog.Failed):
		t.Errorf("%v for code %d", c.Ending(), c.Code())
	case counts.NoTaker > counts.Turns:
		t.Errorf("%+v", counts)
	case kind == webhook.Call && c.Lasted() > 4*time.Hour+2*most*time.Second+4*time.Hour:
		t.Errorf("a call of %v", c.Lasted())
	case kind == webhook.Call && statuses != 1:
		t.Errorf("%d status callbacks", statuses)
	case c.Lasted() > total:
		t.Errorf("it lasted %v, and took %v", c.Lasted(), total)
	}
}
