package webhook_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"call-load-tester/pkg/webhook"

	"github.com/twilio/twilio-go/client"
	"pgregory.net/rapid"
)

const token = "12345566778"

// received is a request as an application sees it.
type received struct {
	*http.Request
	body []byte
	form url.Values
}

// receive reads a request with net/http, whole, and nothing after it.
func receive(t testing.TB, wire []byte) received {
	t.Helper()
	r := bufio.NewReader(bytes.NewReader(wire))
	req, err := http.ReadRequest(r)
	if err != nil {
		t.Fatalf("%v in\n%s", err, wire)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil || r.Buffered() > 0 {
		t.Fatalf("%v, %d bytes after the request\n%s", err, r.Buffered(), wire)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		t.Fatal(err)
	}
	return received{req, body, form}
}

func newWriter(t testing.TB) *webhook.Writer {
	t.Helper()
	w, err := webhook.NewWriter(token)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (r received) isSignedFor(url string) bool {
	validator := client.NewRequestValidator(token)
	return validator.ValidateBody(url, r.body, r.Header.Get("X-Twilio-Signature"))
}

func TestRequestsAreWhatTwilioSends(t *testing.T) {
	const sid = `[0-9a-f]{32}`
	for _, tc := range []struct {
		what   string
		kind   webhook.Kind
		row    webhook.Row
		fields map[string]string // name to pattern; all that are not empty
		empty  int               // how many more there are, all empty
	}{
		{"a text", webhook.SMS, webhook.Row{{"Body", "4566"}, {"From", "+15551234567"}}, map[string]string{
			"Body": "4566", "From": `\+15551234567`, "To": `\+14155550199`, "MessageSid": "SM" + sid, "SmsSid": "SM" + sid, "SmsMessageSid": "SM" + sid,
			"AccountSid": "AC0{32}", "ApiVersion": "2010-04-01", "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received"}, 8},
		{"a text of two segments", webhook.SMS, webhook.Row{{"Body", strings.Repeat("a", 161)}}, map[string]string{
			"Body": "a{161}", "From": `\+14155550100`, "To": `\+14155550199`, "MessageSid": "SM" + sid, "SmsSid": "SM" + sid, "SmsMessageSid": "SM" + sid,
			"AccountSid": "AC0{32}", "ApiVersion": "2010-04-01", "NumMedia": "0", "NumSegments": "2", "SmsStatus": "received"}, 8},
		{"pictures: an MMS, and an empty body", webhook.SMS, webhook.Row{{"MediaUrl0", "http://a"}, {"MediaUrl1", "http://b"}, {"FromCity", "BERLIN"}}, map[string]string{
			"MediaUrl0": "http://a", "MediaUrl1": "http://b", "FromCity": "BERLIN", "From": `\+14155550100`, "To": `\+14155550199`,
			"MessageSid": "MM" + sid, "SmsSid": "MM" + sid, "SmsMessageSid": "MM" + sid,
			"AccountSid": "AC0{32}", "ApiVersion": "2010-04-01", "NumMedia": "2", "NumSegments": "1", "SmsStatus": "received"}, 8},
		{"the row's own SID is everybody's", webhook.SMS, webhook.Row{{"SmsSid", "SM1"}, {"Body", "a"}}, map[string]string{
			"Body": "a", "From": `\+14155550100`, "To": `\+14155550199`, "MessageSid": "SM1", "SmsSid": "SM1", "SmsMessageSid": "SM1",
			"AccountSid": "AC0{32}", "ApiVersion": "2010-04-01", "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received"}, 8},
		{"a call", webhook.Voice, webhook.Row{{"From", "client:alice"}}, map[string]string{
			"From": "client:alice", "Caller": "client:alice", "To": `\+14155550199`, "Called": `\+14155550199`, "CallSid": "CA" + sid,
			"AccountSid": "AC0{32}", "ApiVersion": "2010-04-01", "CallStatus": "ringing", "Direction": "inbound"}, 16},
		{"a status callback", webhook.Status, webhook.Row{{"MessageStatus", "failed"}, {"ErrorCode", "30003"}}, map[string]string{
			"MessageStatus": "failed", "SmsStatus": "failed", "ErrorCode": "30003", "From": `\+14155550100`, "To": `\+14155550199`,
			"MessageSid": "SM" + sid, "SmsSid": "SM" + sid, "AccountSid": "AC0{32}", "ApiVersion": "2010-04-01"}, 0},
		{"a status callback with the old name only", webhook.Status, webhook.Row{{"SmsStatus", "undelivered"}}, map[string]string{
			"MessageStatus": "undelivered", "SmsStatus": "undelivered", "From": `\+14155550100`, "To": `\+14155550199`,
			"MessageSid": "SM" + sid, "SmsSid": "SM" + sid, "AccountSid": "AC0{32}", "ApiVersion": "2010-04-01"}, 0},
		{"media that the row only counts: an MMS too", webhook.SMS, webhook.Row{{"NumMedia", "1"}, {"Body", "hi"}}, map[string]string{
			"Body": "hi", "From": `\+14155550100`, "To": `\+14155550199`, "MessageSid": "MM" + sid, "SmsSid": "MM" + sid, "SmsMessageSid": "MM" + sid,
			"AccountSid": "AC0{32}", "ApiVersion": "2010-04-01", "NumMedia": "1", "NumSegments": "1", "SmsStatus": "received"}, 8},
		{"a raw row, as it is", webhook.Raw, webhook.Row{{"a", "1 +&=é"}}, map[string]string{"a": `1 \+&=é`}, 0},
		{"a raw row that is empty", webhook.Raw, webhook.Row{}, nil, 0},
	} {
		link := "http://127.0.0.1:5000/sms?x=%7e"
		wire := newWriter(t).Request(webhook.NewTemplate(webhook.Envelope{Kind: tc.kind, URL: link}, tc.row), false)
		r := receive(t, wire)
		if r.Method != "POST" || r.RequestURI != "/sms?x=%7e" || r.Host != "127.0.0.1:5000" {
			t.Errorf("%s: %s %s to %s", tc.what, r.Method, r.RequestURI, r.Host)
		}
		for name, pattern := range tc.fields {
			if got := r.form[name]; len(got) != 1 || !regexp.MustCompile("^"+pattern+"$").MatchString(got[0]) {
				t.Errorf("%s: %s = %q, want %s", tc.what, name, got, pattern)
			}
		}
		maps.DeleteFunc(r.form, func(name string, values []string) bool { return tc.fields[name] != "" })
		if got := slices.Concat(slices.Collect(maps.Values(r.form))...); len(got) != tc.empty || strings.Join(got, "") != "" {
			t.Errorf("%s: %d more fields, want %d and all empty: %v", tc.what, len(got), tc.empty, r.form)
		}
		if !r.isSignedFor(link) {
			t.Errorf("%s: twilio-go refuses the signature of\n%s", tc.what, wire)
		}
	}
}

func TestRequestHeaders(t *testing.T) {
	template := webhook.NewTemplate(webhook.Envelope{URL: "https://me:secret@example.com#rc=1"}, nil)
	r := receive(t, newWriter(t).Request(template, false))
	if !r.isSignedFor("https://example.com") {
		t.Error("the signature is not of the URL without a slash, user and fragment")
	}
	for name, pattern := range map[string]string{
		"Content-Type":               "application/x-www-form-urlencoded",
		"User-Agent":                 "TwilioProxy/1.1",
		"Accept":                     `\*/\*`,
		"X-Home-Region":              "us1",
		"X-Twilio-Signature":         "[A-Za-z0-9+/]{27}=",
		"I-Twilio-Idempotency-Token": "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
		"Content-Length":             "[0-9]+",
	} {
		if got := r.Header.Get(name); !regexp.MustCompile("^" + pattern + "$").MatchString(got) {
			t.Errorf("%s: %q, want %s", name, got, pattern)
		}
		r.Header.Del(name)
	}
	if len(r.Header) > 0 {
		t.Errorf("further headers: %v", r.Header)
	}
	if r.Host != "example.com" || r.RequestURI != "/" {
		t.Errorf("Host %q, target %q, want example.com and /", r.Host, r.RequestURI)
	}
}

func TestEveryRequestIsFresh(t *testing.T) {
	template := webhook.NewTemplate(webhook.Envelope{URL: "http://a.example/"}, webhook.Row{{"Body", "same"}})
	seen := map[string]bool{}
	for range 4 {
		w := newWriter(t)
		for range 500 {
			r := receive(t, w.Request(template, false))
			seen[r.form.Get("MessageSid")] = true
			seen[r.Header.Get("I-Twilio-Idempotency-Token")] = true
			seen[r.Header.Get("X-Twilio-Signature")] = true
		}
	}
	if len(seen) != 4*500*3 {
		t.Errorf("2000 requests hold %d different SIDs, tokens and signatures, want 6000", len(seen))
	}
}

func TestForgedRequestsLookRightAndAreRefused(t *testing.T) {
	template := webhook.NewTemplate(webhook.Envelope{URL: "http://a.example/"}, nil)
	w := newWriter(t)
	for i := range 500 {
		forged := i%2 == 0
		r := receive(t, w.Request(template, forged))
		signature := r.Header.Get("X-Twilio-Signature")
		if !regexp.MustCompile("^[A-Za-z0-9+/]{27}=$").MatchString(signature) {
			t.Errorf("%q does not look like a signature", signature)
		}
		if r.isSignedFor("http://a.example/") == forged {
			t.Errorf("forged %v, yet twilio-go says %v", forged, !forged)
		}
	}
}

func TestRequestsOfAnyRowPassTwiliosValidator(t *testing.T) {
	w := newWriter(t)
	rapid.Check(t, func(t *rapid.T) {
		link := drawURL(t)
		row := drawRow(t)
		kind := rapid.SampledFrom([]webhook.Kind{webhook.SMS, webhook.Voice, webhook.Status, webhook.Raw}).Draw(t, "kind")
		if webhook.CheckURL(link) != nil {
			t.Skip("not a URL that can be sent to")
		}
		var wire []byte
		template := webhook.NewTemplate(webhook.Envelope{Kind: kind, URL: "http://10.0.0.1/tunnel", SignURL: link}, row)
		for range 2 {
			wire = w.Request(template, false)
		}
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body)
		validator := client.NewRequestValidator(token)
		if !validator.ValidateBody(link, body, r.Header.Get("X-Twilio-Signature")) {
			t.Errorf("twilio-go refuses\n%s", wire)
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range row {
			if !slices.Equal(form[f.Name], []string{f.Value}) {
				t.Errorf("%q arrives as %q, want %q", f.Name, form[f.Name], f.Value)
			}
		}
	})
}

// With GET the fields are in the URL, and the signature is of the URL alone.
func TestGetRequests(t *testing.T) {
	for _, tc := range []struct{ what, url, signURL, target string }{
		{"no query yet", "http://me:x@a.example#rc=1", "", "/?"},
		{"a query", "http://a.example/sms?b=%7e", "", "/sms?b=%7e&"},
		{"behind a tunnel", "http://127.0.0.1:5000/x?y=1", "https://public.example/sms", "/x?y=1&"},
	} {
		template := webhook.NewTemplate(webhook.Envelope{URL: tc.url, SignURL: tc.signURL, Get: true}, webhook.Row{{"Body", "a b+c&é"}, {"Body2", ""}})
		w := newWriter(t)
		r := receive(t, w.Request(template, false))
		_, query, _ := strings.Cut(r.RequestURI, "Body=")
		query = "Body=" + query
		signed := webhook.SigningURL(webhook.SMS, tc.url)
		if tc.signURL != "" {
			signed = tc.signURL
		}
		separator := "?"
		if strings.Contains(signed, "?") {
			separator = "&"
		}
		want := sign(t, token, signed+separator+query)
		if r.Header.Get("X-Twilio-Signature") != want {
			t.Errorf("%s: the signature is not of %s", tc.what, signed+separator+query)
		}
		form, err := url.ParseQuery(query)
		if err != nil || form.Get("Body") != "a b+c&é" || !strings.HasPrefix(form.Get("MessageSid"), "SM") || strings.Contains(query, "+") {
			t.Errorf("%s: %s, %v: not the fields, with spaces as %%20", tc.what, query, err)
		}
		if r.Method != "GET" || len(r.body) > 0 || r.Header.Get("Content-Type") != "" || r.RequestURI != tc.target+query {
			t.Errorf("%s: not a GET of %s…: %s %s %v", tc.what, tc.target, r.Method, r.RequestURI, r.Header)
		}
		sent := w.Sent(template)
		sent.Authorization = "Basic bWU6eA=="
		again := receive(t, w.Again(&sent))
		if again.RequestURI != r.RequestURI || again.Header.Get("X-Twilio-Signature") != want {
			t.Errorf("%s: with a password it is another request: %s", tc.what, again.RequestURI)
		}
	}
}

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

func ExampleWriter_Request() {
	template := webhook.NewTemplate(
		webhook.Envelope{Kind: webhook.Raw, URL: "http://127.0.0.1:5000/sms"},
		webhook.Row{{Name: "Body", Value: "4566"}, {Name: "From", Value: "199999999992"}})
	writer, err := webhook.NewWriter("12345566778")
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.SplitSeq(string(writer.Request(template, false)), "\r\n") {
		if !strings.HasPrefix(line, "I-Twilio-Idempotency-Token") {
			fmt.Println(line)
		}
	}
	// Output:
	// POST /sms HTTP/1.1
	// Host: 127.0.0.1:5000
	// Content-Type: application/x-www-form-urlencoded
	// Content-Length: 27
	// X-Home-Region: us1
	// X-Twilio-Signature: 9/sJicrE1hXxBW3H8W21KkdNo3I=
	// Accept: */*
	// User-Agent: TwilioProxy/1.1
	//
	// Body=4566&From=199999999992
}
