package webhook_test

import (
	"net/url"
	"strings"
	"testing"

	"call-load-tester/pkg/webhook"
)

func TestCheckURL(t *testing.T) {
	for _, good := range []string{"http://127.0.0.1:5000/sms", "https://u:p@example.com?a=b#rc=2", "http://[::1]:80/~a;b", "HTTP://[::1]", "http://me:pa%2Fss@a.example", "http://a~b.example:1/", "http://a.example:65535"} {
		if err := webhook.CheckURL(good); err != nil {
			t.Errorf("CheckURL(%q) = %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		"":                         "neither http:// nor https://",
		"127.0.0.1:5000/sms":       "neither http:// nor https://",
		"ftp://example.com":        "neither http:// nor https://",
		"http://":                  "names no host",
		"http://:80/sms":           "names no host",
		"http:///sms":              "names no host",
		"http://a.example/a b":     "percent-encoded",
		"http://a.example/é":       "percent-encoded",
		"http://é.example/":        "Punycode",
		"http://a.example/\r\nX:":  "percent-encoded",
		"http://me:pass@a b/":      "percent-encoded",
		"http://a.example:port/":   "port is not a number from 1 to 65535",
		"http://a.example:0/":      "port is not a number from 1 to 65535",
		"http://a.example:65536/":  "port is not a number from 1 to 65535",
		"http://a.example:/":       "port is not a number from 1 to 65535",
		"http://a.example/%zz":     "two hex digits",
		`http://a.example/a\b?c=d`: "percent-encoded",
		"http://[::1/":             "cannot be read",
		"http://a[b.example/":      "cannot be read",
	} {
		if err := webhook.CheckURL(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("CheckURL(%q) = %v, want %q", bad, err, want)
		}
	}
}

// Whatever is wrong with a URL, the error does not repeat its password; and no
// password passes for a path, to be shown as one.
func TestCheckURLKeepsPasswordsSecret(t *testing.T) {
	for _, bad := range []string{
		"http://me:s3cr3t#x@127.0.0.1:7001/ok",
		"http://me:s3cr3t/x@127.0.0.1:7001/ok",
		"http://me:s3cr3t?x@127.0.0.1:7001/ok",
		"http://me:1234/s3cr3t@127.0.0.1:7001/ok",
		"http://me:1234?s3cr3t@127.0.0.1:7001/ok",
		"http://me:1234#s3cr3t@127.0.0.1:7001/ok",
		"http://me:s3cr3t%zz@127.0.0.1:7001/ok",
		"http://me:%s3cr3t@127.0.0.1:7001/ok",
		"http://me:s3cr3t<>@127.0.0.1:7001/ok",
		"http://me:s3cr3t\x00@127.0.0.1:7001/ok",
		"http://me:s3cr3té@127.0.0.1:7001/ok",
		"http://me:s3cr3t",
		"http://me:s3cr3t@127.0.0.1:x",
		"me:s3cr3t@127.0.0.1/ok",
	} {
		err := webhook.CheckURL(bad)
		if err == nil || strings.Contains(err.Error(), "3cr3t") || strings.Contains(err.Error(), "zz") {
			t.Errorf("CheckURL(%q) = %v, want an error without the password", bad, err)
		}
	}
}

// An application may redirect to /@me.
func TestCheckLocation(t *testing.T) {
	if err := webhook.CheckLocation("http://a.example/@me?to=a@b.example"); err != nil {
		t.Error(err)
	}
	if webhook.CheckLocation("file:///etc/passwd") == nil {
		t.Error("a file is a place that a redirect may lead to")
	}
}

func mustParse(t testing.TB, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
