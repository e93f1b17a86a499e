package webhook_test

import (
	"fmt"
	"strings"
	"testing"

	"call-load-tester/pkg/webhook"
)

// outline returns a document in short: name, attributes, text, children.
func outline(e *webhook.Element) string {
	if e == nil {
		return "none"
	}
	var s strings.Builder
	s.WriteString(e.Name)
	for _, a := range e.Attrs {
		fmt.Fprintf(&s, " %s=%s", a.Name, a.Value)
	}
	if e.Text != "" {
		fmt.Fprintf(&s, " %q", e.Text)
	}
	for _, child := range e.Children {
		fmt.Fprintf(&s, " [%s]", outline(child))
	}
	return s.String()
}

func TestDocuments(t *testing.T) {
	for _, tc := range []struct {
		what   string
		kind   webhook.Kind
		answer webhook.Answer
		code   webhook.Code
		want   string
	}{
		{"what it holds, in its order", webhook.Call, twiml(`<Response><Say voice="a" loop="2">Hi <p>you</p>!</Say><!-- c --><Play>b.mp3</Play></Response>`), 0,
			`Response [Say voice=a loop=2 "Hi !" [p "you"]] [Play "b.mp3"]`},
		{"no namespaces", webhook.Chat, twiml(`<Response xmlns:x="y" x:a="b"><Message xmlns="c" to="+15551234567">a</Message></Response>`), 0, `Response [Message to=+15551234567 "a"]`},
		{"an unknown verb is a warning", webhook.Call, twiml(`<Response><Sai/></Response>`), 12200, `Response [Sai]`},
		{"text without a verb is one", webhook.Call, twiml(`<Response>a<Say/></Response>`), 12200, `Response "a" [Say]`},
		{"in messages, too", webhook.Chat, twiml(`<Response><Msg/></Response>`), 12200, `Response [Msg]`},
		{"an unusable answer has none", webhook.Call, twiml(`<Response><Say></Response>`), 12100, `none`},
		{"a failed one", webhook.Call, answer(500, "text/xml", `<Response/>`), 11217, `none`},
		{"another root", webhook.Call, twiml(`<html/>`), 12102, `none`},
		{"a reply that cannot be sent", webhook.Chat, twiml(`<Response><Message to="you">a</Message></Response>`), 14101, `none`},
		{"no content", webhook.Call, answer(204, "", ""), 0, `Response`},
		{"an empty answer to a message", webhook.Chat, answer(200, "", ""), 0, `Response`},
		{"plain text is spoken", webhook.Call, answer(200, "text/plain", "a<b"), 0, `Response [Say "a<b"]`},
		{"unless it is TwiML", webhook.Call, answer(200, "text/plain", `<Response><Hangup/></Response>`), 0, `Response [Hangup]`},
		{"or nearly", webhook.Call, answer(200, "text/plain", `<Response><hangup/></Response>`), 0, `Response [Say "<Response><hangup/></Response>"]`},
		{"plain text is the reply", webhook.Chat, answer(200, "text/plain", "a"), 0, `Response [Message "a"]`},
		{"sound is played", webhook.Call, answer(200, "audio/wav", "RIFF"), 0, `Response [Play]`},
		{"where a row is one request, nothing is kept", webhook.Voice, twiml(`<Response><Say/></Response>`), 0, `none`},
		{"nor of a message", webhook.SMS, twiml(`<Response/>`), 0, `none`},
		{"a long document, which is not remembered", webhook.Call, twiml(`<Response><Say>` + strings.Repeat("a", 5000) + `</Say></Response>`), 0, `Response [Say "` + strings.Repeat("a", 5000) + `"]`},
		{"nor kept", webhook.Voice, twiml(`<Response><Say>` + strings.Repeat("a", 5000) + `</Say></Response>`), 0, `none`},
	} {
		judge := webhook.NewJudge(tc.kind)
		for range 2 {
			if r := judge.Read(tc.answer, false); r.Code != tc.code || outline(r.Document) != tc.want {
				t.Errorf("%s: %d, %s, want %d, %s", tc.what, r.Code, outline(r.Document), tc.code, tc.want)
			}
		}
	}
}

func TestARepeatedAnswerIsNotParsedAgain(t *testing.T) {
	judge := webhook.NewJudge(webhook.Call)
	a := twiml(`<Response><Say>Hello.</Say></Response>`)
	first := judge.Read(a, false)
	if n := testing.AllocsPerRun(100, func() { judge.Read(a, false) }); n != 0 || judge.Read(a, false) != first {
		t.Errorf("it is read anew, with %v allocations", n)
	}
}

// What a judge remembers is bounded in number and in size.
func TestWhatAJudgeForgets(t *testing.T) {
	say := func(i, length int) webhook.Answer {
		return twiml(fmt.Sprintf("<Response><Say>%d%s</Say></Response>", i, strings.Repeat("a", length)))
	}
	for _, tc := range []struct {
		what         string
		others, size int // answers between the first and its repetition
		remembered   bool
	}{
		{"one other answer", 1, 10, true},
		{"as many as are remembered", 63, 10, true},
		{"one more", 64, 10, false},
		{"four of 4 kB", 4, 4000, true},
		{"one more", 5, 4000, false},
	} {
		judge := webhook.NewJudge(webhook.Call)
		first := judge.Read(say(0, 10), false)
		for i := range tc.others {
			judge.Read(say(i+1, tc.size), false)
		}
		if got := judge.Read(say(0, 10), false).Document == first.Document; got != tc.remembered {
			t.Errorf("after %s it is remembered: %v, want %v", tc.what, got, tc.remembered)
		}
	}
}

// An attribute given twice is found in any number, in little time.
func TestManyAttributes(t *testing.T) {
	var all strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&all, ` a%d=""`, i)
	}
	judge := webhook.NewJudge(webhook.Call)
	if r := judge.Read(twiml(`<Response><Say`+all.String()+`/></Response>`), false); r.Code != 0 {
		t.Errorf("5,000 attributes: %d", r.Code)
	}
	if r := judge.Read(twiml(`<Response><Say`+all.String()+` a17=""/></Response>`), false); r.Code != 12100 {
		t.Errorf("one of them twice: %d", r.Code)
	}
}

func TestRoute(t *testing.T) {
	for _, tc := range []struct{ what, url, signURL, signed, want string }{
		{"no SignURL", "http://127.0.0.1:5000/x", "", "http://127.0.0.1:5000/a?b", "http://127.0.0.1:5000/a?b"},
		{"its origin goes to the endpoint's", "http://127.0.0.1:5000/x", "https://app.example/y", "https://app.example/a?b=%7e", "http://127.0.0.1:5000/a?b=%7e"},
		{"written in another way", "http://127.0.0.1:5000/x", "HTTPS://APP.example:443/y", "https://app.example/a", "http://127.0.0.1:5000/a"},
		{"the port of http", "https://b.example/x", "http://app.example/y", "http://app.example:80/a", "https://b.example/a"},
		{"another port", "http://127.0.0.1:5000/x", "https://app.example/y", "https://app.example:8443/a", "https://app.example:8443/a"},
		{"another scheme", "http://127.0.0.1:5000/x", "https://app.example/y", "http://app.example:443/a", "http://app.example:443/a"},
		{"another host", "http://127.0.0.1:5000/x", "https://app.example/y", "https://b.example/a", "https://b.example/a"},
		{"user and password of the endpoint", "http://me:x@127.0.0.1/", "https://app.example/y", "https://app.example/a", "http://me:x@127.0.0.1/a"},
		{"not those that are signed", "http://127.0.0.1/", "https://me:x@app.example/y", "https://me:x@app.example/a", "http://127.0.0.1/a"},
	} {
		signed := mustParse(t, tc.signed)
		got := webhook.NewRoute(webhook.Envelope{URL: tc.url, SignURL: tc.signURL}).To(signed).String()
		if got != tc.want || signed.String() != tc.signed {
			t.Errorf("%s: %s leads to %s, want %s", tc.what, tc.signed, got, tc.want)
		}
	}
}
