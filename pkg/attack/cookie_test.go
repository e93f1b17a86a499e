package attack_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"call-load-tester/pkg/webhook"
)

// Cookies are a conversation's own, over redirects of HTTP, too, and to the host
// that set them; a relative URL is seen from where the answer came.
func TestCookiesAndURLsAfterHTTPRedirects(t *testing.T) {
	for _, kind := range []webhook.Kind{webhook.Call, webhook.Chat} {
		synctest.Test(t, func(t *testing.T) {
			app := documents(map[string]string{"/fourth": `<Redirect>http://app.example/fifth</Redirect>`})
			n := 0
			app.paths["/first"] = func(w http.ResponseWriter, r *http.Request) {
				n++
				w.Header().Add("Set-Cookie", fmt.Sprintf("person=%d; Path=/; HttpOnly", n))
				w.Header().Add("Set-Cookie", "deep=1; Path=/deep")
				w.Header().Set("Location", "/deep/er/second")
				w.WriteHeader(307)
			}
			app.paths["/deep/er/second"] = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Add("Set-Cookie", "second=2")
				response(`<Redirect>third</Redirect>`)(w, r)
			}
			app.paths["/deep/er/third"] = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Add("Set-Cookie", "third=3")
				response(`<Redirect>http://other.example/fourth</Redirect>`)(w, r)
			}
			cfg := conversations(t, kind, app, 3, `{"To": "+14155550100"}`)
			cfg.Rules.Hosts = []string{"other.example"}
			r := run(t, cfg)
			if r.Requests.Sent != 12 || r.Conversations.Finished != 3 || r.Conversations.Elsewhere != 0 {
				t.Errorf("%v: %d requests, %s; want 3 conversations of 4: an HTTP redirect is no request of its own", kind, r.Requests.Sent, endings(r))
			}
			var got []string
			for _, a := range app.came() {
				got = append(got, a.url+" "+a.cookie)
				if !a.isSigned() || a.method != "POST" || a.fields.Get("To") != "+14155550100" {
					t.Errorf("%v: %+v is not signed, or no POST of the fields", kind, a)
				}
			}
			var want []string
			for i := 1; i <= 3; i++ {
				want = append(want,
					"http://app.example/first ",
					fmt.Sprintf("http://app.example/deep/er/second deep=1; person=%d", i),
					fmt.Sprintf("http://app.example/deep/er/third second=2; deep=1; person=%d", i),
					"http://other.example/fourth ",
					fmt.Sprintf("http://app.example/fifth person=%d", i),
				)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v: asked\n%s\nwant\n%s", kind, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// A callback carries the cookies of its conversation, but not to another host.
func TestCookiesOfCallbacks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := documents(nil)
		app.paths["/first"] = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Set-Cookie", "a=1")
			response(`<Say>Hello</Say>`)(w, r)
		}
		app.paths["/over"] = redirect("/here", 307)
		app.paths["/here"] = redirect("http://other.example/there", 307)
		cfg := conversations(t, webhook.Call, app, 1, `{}`)
		cfg.Rules.StatusURI, cfg.Rules.Hosts = "http://app.example/over", []string{"other.example"}
		run(t, cfg)
		for path, want := range map[string]string{"/over": "a=1", "/here": "a=1", "/there": ""} {
			if got := app.to(path); len(got) != 1 || got[0].cookie != want || !got[0].isSigned() {
				t.Errorf("%s: %+v, want the cookie %q", path, got, want)
			}
		}
	})
}
