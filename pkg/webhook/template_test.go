package webhook_test

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"call-load-tester/pkg/webhook"

	"pgregory.net/rapid"
)

// What a row leaves out is filled in before it is asked who replies.
func TestTemplatesKnowTollFreeReplies(t *testing.T) {
	for _, tc := range []struct {
		what string
		row  webhook.Row
		want bool
	}{
		{"to a toll-free number, from whoever", webhook.Row{{"To", "+18885550100"}}, true},
		{"from abroad", webhook.Row{{"To", "+18885550100"}, {"From", "+4915112345678"}}, false},
		{"to another number", webhook.Row{{"From", "+18885550100"}}, false},
	} {
		if got := webhook.NewTemplate(webhook.Envelope{URL: "http://a.example"}, tc.row).TollFree; got != tc.want {
			t.Errorf("%s: toll-free is %v, want %v", tc.what, got, tc.want)
		}
	}
}

func TestAgainKeepsWhatWasFresh(t *testing.T) {
	template := webhook.NewTemplate(webhook.Envelope{URL: "http://a.example/"}, webhook.Row{{"Body", "hi"}})
	w := newWriter(t)
	first := receive(t, w.Request(template, false))

	request := w.Sent(template)
	request.URL, request.SignURL = "http://b.example/x?y=1", "https://public.example/x?y=1"
	request.Authorization, request.Cookie = "Basic bWU6eA==", "a=1; b=2"
	second := receive(t, w.Again(&request))
	if !maps.EqualFunc(first.form, second.form, slices.Equal) {
		t.Errorf("the fields are %v, want those of the first request, %v", second.form, first.form)
	}
	if first.Header.Get("I-Twilio-Idempotency-Token") != second.Header.Get("I-Twilio-Idempotency-Token") {
		t.Error("the idempotency token is another")
	}
	if !second.isSignedFor("https://public.example/x?y=1") || second.Host != "b.example" || second.RequestURI != "/x?y=1" {
		t.Errorf("not a signed request for b.example/x?y=1: %+v", second.Request)
	}
	if user, _, _ := second.BasicAuth(); user != "me" || second.Header.Get("Cookie") != "a=1; b=2" {
		t.Errorf("the password or the cookies are not sent: %v", second.Header)
	}

	request = webhook.Request{Get: true, URL: "http://b.example/x", SignURL: "http://b.example/x"}
	third := receive(t, w.Again(&request))
	if third.Method != "GET" || len(third.body) > 0 || third.RequestURI != "/x" || third.Header.Get("Content-Type") != "" || !third.isSignedFor("http://b.example/x") {
		t.Errorf("not a signed GET without fields: %+v", third.Request)
	}

	w.Request(template, true)
	request = w.Sent(template)
	if receive(t, w.Again(&request)).isSignedFor("http://a.example/") {
		t.Error("a forged request sent again has a good signature")
	}
}

// What a template makes fast and what Write makes of the same fields differ in
// nothing but the idempotency token.
func TestWriteAndTemplatesAgree(t *testing.T) {
	w := newWriter(t)
	rapid.Check(t, func(t *rapid.T) {
		envelope := webhook.Envelope{
			Kind:    webhook.Kind(rapid.IntRange(0, 5).Draw(t, "kind")),
			URL:     drawURL(t),
			SignURL: rapid.SampledFrom([]string{"", "https://public.example:8443/x?y=%7e"}).Draw(t, "sign"),
			Get:     rapid.Bool().Draw(t, "get"),
		}
		forged := rapid.Bool().Draw(t, "forged")
		template := webhook.NewTemplate(envelope, drawRow(t))
		withoutToken := func(wire []byte) string {
			return regexp.MustCompile("(Token: ).*").ReplaceAllString(string(wire), "$1")
		}
		fast := withoutToken(w.Request(template, forged))
		request := w.Sent(template)
		if request.Segments != template.Segments || request.TollFree != template.TollFree {
			t.Errorf("%+v is not of %+v", request, template)
		}
		if slow := withoutToken(w.Write(&request, forged)); slow != fast {
			t.Errorf("written as\n%s\nthe template makes\n%s", slow, fast)
		}
	})
}

// Each request written has a token of its own.
func TestWriteRenewsTheToken(t *testing.T) {
	w := newWriter(t)
	request := webhook.Request{Get: true, URL: "http://a.example/", SignURL: "http://a.example/"}
	seen := map[string]bool{}
	for range 100 {
		r := receive(t, w.Write(&request, false))
		seen[r.Header.Get("I-Twilio-Idempotency-Token")] = true
	}
	if len(seen) != 100 {
		t.Errorf("100 requests have %d tokens", len(seen))
	}
}

func TestTemplatesKnowWhatReceivingCosts(t *testing.T) {
	for _, tc := range []struct {
		what string
		kind webhook.Kind
		row  webhook.Row
		want int
	}{
		{"a text", webhook.SMS, webhook.Row{{"Body", "hi"}}, 1},
		{"an empty text", webhook.SMS, nil, 1},
		{"a long text", webhook.SMS, webhook.Row{{"Body", strings.Repeat("a", 307)}}, 3},
		{"to a toll-free number: only what it sends has smaller segments", webhook.SMS, webhook.Row{{"Body", strings.Repeat("a", 306)}, {"To", "+18005550100"}, {"From", "+14155550100"}}, 2},
		{"media that the row only counts", webhook.SMS, webhook.Row{{"Body", strings.Repeat("a", 307)}, {"NumMedia", "2"}}, 1},
		{"what the row says, be it none", webhook.SMS, webhook.Row{{"Body", "hi"}, {"NumSegments", "0"}}, 0},
		{"what the row says", webhook.SMS, webhook.Row{{"Body", "hi"}, {"NumSegments", "4"}}, 4},
		{"a picture with a long text", webhook.SMS, webhook.Row{{"Body", strings.Repeat("a", 307)}, {"MediaUrl0", "http://a"}}, 1},
		{"a call", webhook.Voice, webhook.Row{{"Body", "hi"}}, 0},
		{"a status callback", webhook.Status, nil, 0},
		{"a raw row with a body is a text", webhook.Raw, webhook.Row{{"Body", "hi"}}, 1},
		{"a raw row without is not", webhook.Raw, webhook.Row{{"CallSid", "CA1"}}, 0},
	} {
		if got := webhook.NewTemplate(webhook.Envelope{Kind: tc.kind, URL: "http://a.example"}, tc.row).Segments; got != tc.want {
			t.Errorf("%s: %d segments, want %d", tc.what, got, tc.want)
		}
	}
}

func FuzzRequest(f *testing.F) {
	f.Add("http://a.example/sms?x=1#f", "Body", "hi", uint8(0))
	f.Add("https://u:p@[::1]:443", "MessageSid", "SM1\r\n", uint8(1))
	f.Fuzz(func(t *testing.T, link, name, value string, kind uint8) {
		if webhook.CheckURL(link) != nil {
			t.Skip()
		}
		row := webhook.Row{{name, value}}
		template := webhook.NewTemplate(webhook.Envelope{Kind: webhook.Kind(kind % 6), URL: link}, row)
		r := receive(t, newWriter(t).Request(template, false))
		if !slices.Equal(r.form[name], []string{value}) {
			t.Errorf("%q arrives as %q, want %q", name, r.form[name], value)
		}
	})
}

// Every byte is encoded as net/url does it, but for the space of a query.
func TestEncoding(t *testing.T) {
	var all strings.Builder
	for c := range 256 {
		all.WriteByte(byte(c))
	}
	row := webhook.Row{{"a b", all.String()}}
	w := newWriter(t)
	form := url.QueryEscape("a b") + "=" + url.QueryEscape(all.String())
	request := webhook.Request{URL: "http://a.example/", SignURL: "http://a.example/", Fields: row}
	if r := receive(t, w.Write(&request, false)); string(r.body) != form {
		t.Errorf("the form is %s, want %s", r.body, form)
	}
	request.Get = true
	if r := receive(t, w.Write(&request, false)); r.RequestURI != "/?"+strings.ReplaceAll(form, "+", "%20") {
		t.Errorf("the query is %s, want %s", r.RequestURI, form)
	}
}

func TestARequestAllocatesNothing(t *testing.T) {
	template := webhook.NewTemplate(webhook.Envelope{URL: "http://a.example/sms"}, webhook.Row{{"Body", "4566"}})
	w := newWriter(t)
	w.Request(template, false)
	if n := testing.AllocsPerRun(100, func() { w.Request(template, true) }); n != 0 {
		t.Errorf("a request of a template allocates %v times", n)
	}
	for _, get := range []bool{false, true} {
		request := w.Sent(template)
		request.Get, request.Cookie = get, "a=1"
		w.Write(&request, false)
		if n := testing.AllocsPerRun(100, func() { w.Write(&request, true) }); n != 0 {
			t.Errorf("a request allocates %v times", n)
		}
	}
}

func BenchmarkRequest(b *testing.B) {
	template := webhook.NewTemplate(webhook.Envelope{URL: "http://127.0.0.1:5000/sms"}, webhook.Row{{"Body", "4566"}, {"From", "+15551234567"}})
	w := newWriter(b)
	b.ReportAllocs()
	for b.Loop() {
		w.Request(template, false)
	}
}

func BenchmarkWrite(b *testing.B) {
	w := newWriter(b)
	request := webhook.Envelope{Kind: webhook.Call, URL: "http://127.0.0.1:5000/menu"}.Request(webhook.Row{{"Digits", "1"}, {"From", "+15551234567"}}, "00112233445566778899aabbccddeeff")
	b.ReportAllocs()
	for b.Loop() {
		w.Write(&request, false)
	}
}
