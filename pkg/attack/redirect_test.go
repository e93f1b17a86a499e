package attack_test

import (
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

func TestRedirectsAreFollowedAsTwilioDoes(t *testing.T) {
	other := &guard{}
	otherURL := serve(t, other)
	for _, tc := range []struct {
		what     string
		location string
		status   int
		body     string // of the request that follows; "" for a GET
	}{
		{"moved for good: the fields are lost", "/next?x=%7e", 301, ""},
		{"moved for now: the fields are lost", "/next", 302, ""},
		{"see other", "next", 303, ""},
		{"temporary redirect: the fields are kept", "/next#rc=1", 307, "4566"},
		{"to another host", otherURL + "/next", 307, "4566"},
	} {
		g := &guard{}
		mux := http.NewServeMux()
		mux.Handle("POST /sms", http.RedirectHandler(tc.location, tc.status))
		mux.Handle("/next", g)
		r := run(t, attack.Config{Total: 3, Envelope: webhook.Envelope{URL: serve(t, mux) + "/sms"}})
		if strings.HasPrefix(tc.location, "http") {
			g = other
		}
		if r.Requests.Accepted != 3 || g.passed != 3 || g.bodies[tc.body] != 3 {
			t.Errorf("%s: %v, %d signatures passed, bodies %v; want 3 accepted", tc.what, verdicts(r), g.passed, g.bodies)
		}
	}
}

func TestTenRedirectsAreFollowed(t *testing.T) {
	for redirects, want := range map[int]webhook.Code{10: webhook.Accepted, 11: webhook.TooManyRedirects} {
		mux := http.NewServeMux()
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			if len(r.URL.Path) <= redirects {
				http.Redirect(w, r, r.URL.Path+"x", http.StatusTemporaryRedirect)
				return
			}
			thanks(w, r)
		})
		r := run(t, attack.Config{Total: 2, Envelope: webhook.Envelope{URL: serve(t, mux) + "/"}})
		if !maps.Equal(verdicts(r), map[webhook.Code]int{want: 2}) {
			t.Errorf("%d redirects: %v, want %d twice", redirects, verdicts(r), want)
		}
	}
}

// Behind a tunnel the endpoint redirects to the URL that the world knows.
func TestRedirectsBehindATunnel(t *testing.T) {
	const public = "https://public.example"
	for _, location := range []string{"/next", public + "/next"} {
		g := &guard{url: public + "/next"}
		mux := http.NewServeMux()
		mux.Handle("/sms", http.RedirectHandler(location, http.StatusTemporaryRedirect))
		mux.Handle("/next", g)
		r := run(t, attack.Config{Total: 2, Envelope: webhook.Envelope{URL: serve(t, mux) + "/sms", SignURL: public + "/sms"}})
		if r.Requests.Accepted != 2 || g.passed != 2 {
			t.Errorf("to %s: %v (%v), %d signatures passed", location, verdicts(r), causes(r), g.passed)
		}
	}
}

func TestThePasswordIsSentWhenAskedFor(t *testing.T) {
	var mu sync.Mutex
	tokens := map[string]int{}
	asked := 0
	protected := func(realm string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			tokens[r.Header.Get("I-Twilio-Idempotency-Token")]++
			asked++
			mu.Unlock()
			if user, password, ok := r.BasicAuth(); !ok || user != "me" || password != "se:cret" {
				w.Header().Set("WWW-Authenticate", realm)
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			thanks(w, r)
		}
	}
	for _, tc := range []struct {
		what, user, realm string
		want              webhook.Code
		asked             int
	}{
		{"the right password", "me:se%3acret@", `Basic realm="x"`, webhook.Accepted, 4},
		{"a wrong one is not tried twice", "me:wrong@", `Basic realm="x"`, webhook.ErrorStatus, 4},
		{"none", "", `Basic realm="x"`, webhook.ErrorStatus, 2},
		{"a way that is not known", "me:se%3acret@", `Digest realm="x"`, webhook.ErrorStatus, 2},
	} {
		clear(tokens)
		asked = 0
		url := strings.Replace(serve(t, protected(tc.realm)), "http://", "http://"+tc.user, 1)
		r := run(t, attack.Config{Total: 2, Envelope: webhook.Envelope{URL: url}})
		if !maps.Equal(verdicts(r), map[webhook.Code]int{tc.want: 2}) || asked != tc.asked || len(tokens) != 2 {
			t.Errorf("%s: %v, %d requests with %d idempotency tokens, want %d twice, %d requests with 2", tc.what, verdicts(r), asked, len(tokens), tc.want, tc.asked)
		}
	}
}

// The password is for one host only.
func TestThePasswordStaysWithItsHost(t *testing.T) {
	var leaked atomic.Value
	leaked.Store("")
	otherURL := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leaked.Store(r.Header.Get("Authorization"))
		thanks(w, r)
	}))
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		http.Redirect(w, r, otherURL, http.StatusTemporaryRedirect)
	}))
	r := run(t, attack.Config{Total: 1, Envelope: webhook.Envelope{URL: strings.Replace(url, "http://", "http://me:secret@", 1)}})
	if r.Requests.Accepted != 1 || leaked.Load() != "" {
		t.Errorf("accepted %d of 1, the other host was told %q", r.Requests.Accepted, leaked.Load())
	}
}
