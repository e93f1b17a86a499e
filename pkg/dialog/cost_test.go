package dialog_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// What does not end in a document is bounded, whatever its size.
func TestLargeDocumentsAreSoonPlayed(t *testing.T) {
	for _, verb := range []string{
		`<Say loop="1000">a</Say>`, `<Gather><Say/></Gather>`, `<Record recordingStatusCallback="/"/>`, `<Dial><Number statusCallback="/"/></Dial>`,
		`<Pause length="0"/>`, `<Enqueue waitUrl=""/>`, `<Sai/>`, `<Say><p><s>a</s></p></Say>`, `<Leave/>`, `<Play loop="1000"/>`, `<Connect/>`,
	} {
		body := "<Response>" + strings.Repeat(verb, (webhook.MaxAnswer-30)/len(verb)) + "</Response>"
		c := newPlayer(t, callRules(), `{}`).Begin(0, begin, [2]uint64{})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		next := c.Answered(webhook.NewJudge(webhook.Call).Read(webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(body)}, false), "", 0)
		runtime.ReadMemStats(&after)
		if !next.Over {
			t.Errorf("%s: not over", verb)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 32<<20 {
			t.Errorf("%s: reading and playing 64 kB allocates %d bytes", verb, grown)
		}
	}
	nested := "<Response>" + strings.Repeat("<Say>", 5900) + strings.Repeat("</Say>", 5900) + "</Response>"
	c := newPlayer(t, callRules(), `{}`).Begin(0, begin, [2]uint64{})
	if next := c.Answered(webhook.NewJudge(webhook.Call).Read(webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(nested)}, false), "", 0); !next.Over || c.Ending() != dialog.Finished {
		t.Errorf("a document nested 5,900 deep: %v", c.Ending())
	}
}

// 20,000 conversations that wait are to leave room for all else in 400 MiB.
func TestAConversationThatWaitsIsSmall(t *testing.T) {
	const n = 1000
	player := newPlayer(t, callRules(), `{"Then": ["1", "2", "my phone bill, please"]}`)
	judge := webhook.NewJudge(webhook.Call)
	answer := webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(
		`<Response><Gather numDigits="1" action="https://app.example/menu/choice?lang=en&amp;x=1"><Say>Press one.</Say></Gather></Response>`)}
	conversations := make([]*dialog.Conversation, n)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for i := range conversations {
		c := player.Begin(i, begin, [2]uint64{uint64(i), 1})
		if next := c.Answered(judge.Read(answer, false), "", 0); next.Over {
			t.Fatal("it is over")
		}
		conversations[i] = c
	}
	if each := (heap() - before) / n; each > 1500 {
		t.Errorf("a conversation that waits holds %d bytes", each)
	}
	runtime.KeepAlive(conversations)
}

// A whole call of four requests, without the network.
func BenchmarkCall(b *testing.B) {
	player := newPlayer(b, callRules(), `{"Then": ["1", "my phone bill, please", "2"]}`)
	judge := webhook.NewJudge(webhook.Call)
	writer, err := webhook.NewWriter("token")
	if err != nil {
		b.Fatal(err)
	}
	answer := webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(
		`<?xml version="1.0" encoding="UTF-8"?><Response><Gather input="dtmf speech" numDigits="1" action="/menu/choice"><Say>Press one, please, or say what you want.</Say></Gather></Response>`)}
	b.ReportAllocs()
	var r dialog.Request
	for k := 0; b.Loop(); k++ {
		c := player.Begin(k, begin, [2]uint64{uint64(k), 1})
		for next := (dialog.Next{}); !next.Over; next = c.Answered(judge.Read(answer, false), "", time.Millisecond) {
			c.Request(&r)
			writer.Write(&r.Request, false)
		}
	}
}
