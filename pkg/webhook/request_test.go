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
