package webhook_test

import (
	"encoding/json"
	"strings"
	"testing"

	"call-load-tester/pkg/webhook"

	"pgregory.net/rapid"
)

const (
	myApp = "mycompany.com/myapp.php?foo=1&bar=2"
	// Of the body {"property": "value", "boolean": true}.
	bodySHA256 = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
)

var (
	call = webhook.Row{
		{"CallSid", "CA1234567890ABCDE"}, {"Caller", "+14158675309"}, {"Digits", "1234"},
		{"From", "+14158675309"}, {"To", "+18005551212"},
	}
	conference = append(call[:5:5], webhook.Field{"Reason", "Participant"}, webhook.Field{"ReasonConferenceEnded", "test"})
)

// The vectors of Twilio's documentation and of its helper libraries' tests, of
// tw_load, and two for what those leave out.
func TestSignatureVectors(t *testing.T) {
	for _, tc := range []struct {
		what, token, url string
		row              webhook.Row
		want             string
	}{
		{"1: twilio-python", "12345", "https://" + myApp, call, "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
		{"2: twilio-go, a name that begins another", "12345", "https://" + myApp, conference, "vOEb5UThFn24KEfnOFLQY2AE5FY="},
		{"3: twilio-go, http", "12345", "http://" + myApp, conference, "n2xBNyzSW7rfYStDtOFiFMv7qNo="},
		{"4: twilio-python, port of https", "12345", "https://mycompany.com:443/myapp.php?foo=1&bar=2", call, "kvajT1Ptam85bY51eRf/AJRuM3w="},
		{"5: twilio-python, port of http", "12345", "http://mycompany.com:1234/myapp.php?foo=1&bar=2", call, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="},
		{"6: twilio-python, port 80", "12345", "http://mycompany.com:80/myapp.php?foo=1&bar=2", call, "0ZXoZLH/DfblKGATFgpif+LLRf4="},
		{"7: JSON body", "12345", "https://" + myApp + "&bodySHA256=" + bodySHA256, nil, "a9nBmqA0ju/hNViExpshrM61xv4="},
		{"8: JSON body, no other query", "12345", "https://mycompany.com/myapp.php?bodySHA256=" + bodySHA256, nil, "y77kIzt2vzLz71DgmJGsen2scGs="},
		{"9: twilio-go", "12345", "https://" + myApp, webhook.Row{{"property", "value"}, {"boolean", "true"}}, "NBdBDr/T/lgjI+tlgpXjKZQZs/k="},
		{"10: twilio-python, repeated names", "12345", "https://" + myApp,
			webhook.Row{{"Sid", "CA123"}, {"SidAccount", "AC123"}, {"Digits", "5678"}, {"Digits", "1234"}, {"Digits", "1234"}}, "IK+Dwps556ElfBT0I3Rgjkr1wJU="},
		{"11: documentation", "12345", "https://example.com/myapp.php?foo=1&bar=2",
			webhook.Row{{"CallSid", "CA1234567890ABCDE"}, {"Caller", "+14158675310"}, {"Digits", "1234"}, {"From", "+14158675310"}, {"To", "+18005551212"}},
			"L/OH5YylLD5NRKLltdqwSvS0BnU="},
		{"12: GET", "12345", "https://example.com/sms?b=2&a=1&Body=Hi%20there&From=%2B14155551234", nil, "JAZ/uww8lpcFtofxVK/BZEA/TK0="},
		{"13: beyond ASCII, upper before lower case", "12345", "https://example.com/sms",
			webhook.Row{{"Body", "Héllo 👋 a b+c"}, {"From", "+14155551234"}, {"MessageSid", "SM0123456789abcdef0123456789abcdef"}, {"body", "x"}},
			"Aird3kxEEY9vonSrBFqfyQiEIps="},
		{"tw_load", "12345566778", "http://127.0.0.1:5000/sms", webhook.Row{{"Body", "4566"}, {"From", "199999999992"}}, "9/sJicrE1hXxBW3H8W21KkdNo3I="},
	} {
		// The way of the command: a request, signed as it is written.
		w, err := webhook.NewWriter(tc.token)
		if err != nil {
			t.Fatal(err)
		}
		template := webhook.NewTemplate(webhook.Envelope{Kind: webhook.Raw, URL: tc.url, Get: tc.row == nil}, tc.row)
		if got := receive(t, w.Request(template, false)).Header.Get("X-Twilio-Signature"); got != tc.want {
			t.Errorf("%s: a request is signed %q, want %q", tc.what, got, tc.want)
		}
		request := webhook.Request{Kind: webhook.Raw, Get: tc.row == nil, URL: "http://a.example/", SignURL: tc.url, Fields: tc.row}
		if got := receive(t, w.Write(&request, false)).Header.Get("X-Twilio-Signature"); got != tc.want {
			t.Errorf("%s: a request that is no template's is signed %q, want %q", tc.what, got, tc.want)
		}
	}
}

func TestSigningURL(t *testing.T) {
	for _, tc := range []struct {
		what      string
		kind      webhook.Kind
		url, want string
	}{
		{"as written", webhook.SMS, "https://example.com", "https://example.com"},
		{"nothing is encoded anew", webhook.SMS, "http://example.com/%7ea?b=%20+&c", "http://example.com/%7ea?b=%20+&c"},
		{"user and password go", webhook.SMS, "https://me:pa@ss@example.com/a@b?c=@", "https://example.com/a@b?c=@"},
		{"an empty user goes", webhook.SMS, "https://@example.com/a", "https://example.com/a"},
		{"the fragment goes", webhook.SMS, "https://example.com/a#rc=2&rp=all", "https://example.com/a"},
		{"messages over HTTPS keep the port", webhook.SMS, "https://example.com:8443/a", "https://example.com:8443/a"},
		{"status callbacks of messages too", webhook.Status, "https://example.com:8443/a", "https://example.com:8443/a"},
		{"calls over HTTPS drop it", webhook.Voice, "https://example.com:8443/a:1?b", "https://example.com/a:1?b"},
		{"calls over HTTP keep it", webhook.Voice, "http://example.com:8080/a", "http://example.com:8080/a"},
		{"in whole calls, too", webhook.Call, "https://example.com:8443/a", "https://example.com/a"},
		{"chats are messages", webhook.Chat, "https://example.com:8443/a", "https://example.com:8443/a"},
		{"calls to an IPv6 address", webhook.Voice, "https://[::1]:8443/a", "https://[::1]/a"},
		{"calls to an IPv6 address without a port", webhook.Voice, "https://[::1]/a", "https://[::1]/a"},
		{"a query right after the host", webhook.SMS, "https://u@example.com?a=b", "https://example.com?a=b"},
	} {
		if got := webhook.SigningURL(tc.kind, tc.url); got != tc.want {
			t.Errorf("%s: SigningURL(%v, %q) = %q, want %q", tc.what, tc.kind, tc.url, got, tc.want)
		}
	}
}

func TestNoSignatureWithoutAToken(t *testing.T) {
	if _, err := webhook.NewSigner(""); err == nil {
		t.Error("an empty token signs")
	}
	if _, err := webhook.NewWriter(""); err == nil {
		t.Error("an empty token signs requests")
	}
}

// sign returns the signature of a text.
func sign(t testing.TB, token, text string) string {
	t.Helper()
	signer, err := webhook.NewSigner(token)
	if err != nil {
		t.Fatal(err)
	}
	var signature [webhook.SignatureLen]byte
	signer.Sign(signature[:], []byte(text))
	return string(signature[:])
}

func TestSigningAllocatesNothing(t *testing.T) {
	signer, err := webhook.NewSigner("12345")
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(strings.Repeat("MessageSid", 45))
	var signature [webhook.SignatureLen]byte
	if n := testing.AllocsPerRun(100, func() { signer.Sign(signature[:], text) }); n != 0 {
		t.Errorf("a signature allocates %v times", n)
	}
}

// drawURL draws a webhook's URL as it may be configured, with a port only where
// Twilio's own validators agree on what is signed.
func drawURL(t *rapid.T) string {
	return rapid.SampledFrom([]string{"http://", "https://"}).Draw(t, "scheme") +
		rapid.StringMatching(`[a-z]{1,9}\.example`).Draw(t, "host") +
		rapid.SampledFrom([]string{"", ":80", ":443", ":5000"}).Draw(t, "port") +
		rapid.StringMatching(`(/[A-Za-z0-9._~-]{0,5}){1,3}`).Draw(t, "path") +
		rapid.StringMatching(`(\?([a-z]{1,3}=[A-Za-z0-9%+]{0,0}[a-z0-9]{0,5}(%20|%2B|\+)?&?){1,3})?`).Draw(t, "query")
}

// drawRow draws a row whose names are all different.
func drawRow(t *rapid.T) webhook.Row {
	fields := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) webhook.Field {
		return webhook.Field{
			Name:  rapid.StringN(1, 12, -1).Draw(t, "name"),
			Value: rapid.StringN(0, 40, -1).Draw(t, "value"),
		}
	}), 0, 20, func(f webhook.Field) string { return f.Name }).Draw(t, "row")
	return webhook.Row(fields)
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

func BenchmarkSign(b *testing.B) {
	signer, err := webhook.NewSigner("12345")
	if err != nil {
		b.Fatal(err)
	}
	text := []byte(strings.Repeat("MessageSid", 45))
	var signature [webhook.SignatureLen]byte
	b.ReportAllocs()
	for b.Loop() {
		signer.Sign(signature[:], text)
	}
}
