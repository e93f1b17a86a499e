package twiliosim

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const testCalls = "/2010-04-01/Accounts/AC00000000000000000000000000000000/Calls"

// serve answers one request without a network.
func serve(a *Account, method, path, query, form string) (*http.Response, error) {
	r, err := http.NewRequest(method, "/", strings.NewReader(form))
	if err != nil {
		return nil, err
	}
	r.URL.Path, r.URL.RawQuery = path, query
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Result(), nil
}

// On a listener of somebody else's an outage cannot close connections; it drops the requests that are in flight.
func TestOutageDropsRequestsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Config{ResponseTime: time.Second, Faults: []Fault{{From: time.Second / 2, For: time.Hour, Do: Outage}}})
		defer func() {
			if err := recover(); err != http.ErrAbortHandler {
				t.Errorf("the handler ended with %v, want an aborted request", err)
			}
			if creates := a.Creates(); len(creates) != 1 || creates[0].SID == "" || creates[0].Status != 0 {
				t.Errorf("log %v, want one create that took effect and was not answered", creates)
			}
		}()
		serve(a, "POST", testCalls+".json", "", "From=%2B15005550006&To=%2B14155550100&Url=https%3A%2F%2Fexample.com")
	})
}

// Whatever is sent, the answer is JSON, a refusal says its own status, and no answer is the server's fault.
func FuzzServeHTTP(f *testing.F) {
	const sid = "CA0123456789abcdef0123456789abcdef"
	for _, seed := range []struct{ method, path, query, form string }{
		{"POST", testCalls + ".json", "", "From=%2B15005550006&To=%2B14155550100&Url=https%3A%2F%2Fexample.com"},
		{"POST", testCalls + ".json", "", "From=client:a&To=sip:b@c&Twiml=<Response/>&Timeout=5&TimeLimit=60&SendDigits=1"},
		{"POST", testCalls + ".json", "", "To=%zz&Timeout=99999999999999999999"},
		{"GET", testCalls + ".json", "PageSize=2&Page=1&PageToken=PA" + sid, ""},
		{"GET", testCalls + ".json", "PageSize=1&To=%2B14155550100&From=%2B15005550006&Status=in-progress", ""},
		{"GET", testCalls + ".json", "StartTime%3C=2000-01-01&StartTime%3E=1999-12-31T00:00:00Z&EndTime=2000-02-30", ""},
		{"GET", testCalls + ".json", "PageSize=1&Page=9223372036854775807", ""},
		{"GET", testCalls + "/" + sid + ".json", "", ""},
		{"POST", testCalls + "/" + sid + ".json", "", "Status=completed&TimeLimit=60&Url=x"},
		{"DELETE", testCalls + "/" + sid + ".json", "", ""},
		{"PUT", "/2010-04-01/Accounts//Calls/.json", "", ""},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.form)
	}
	f.Fuzz(func(t *testing.T, method, path, query, form string) {
		a := New(Config{CPS: 1, Numbers: []string{"+15005550006", "+14155550100"}})
		a.Put(sid, "+15005550006", "+14155550100")
		a.Put("CA0123456789abcdef0123456789abcde0", "+15005550006", "+14155550100")
		answer, err := serve(a, method, path, query, form)
		if err != nil {
			t.Skip(err) // no HTTP method
		}
		if answer.StatusCode == http.StatusNoContent {
			return
		}
		var body struct {
			Code   int
			Status any
			Next   *string `json:"next_page_uri"`
		}
		err = json.NewDecoder(answer.Body).Decode(&body)
		_, known := problems[body.Code]
		switch {
		case err != nil:
			t.Fatalf("%s: no JSON: %v", answer.Status, err)
		case answer.StatusCode >= 300 && (body.Status != float64(answer.StatusCode) || !known || answer.StatusCode >= 500):
			t.Fatalf("%s: refused with code %d, status %v", answer.Status, body.Code, body.Status)
		case body.Next != nil:
			path, query, _ := strings.Cut(*body.Next, "?")
			if answer, err := serve(a, "GET", path, query, ""); err != nil || answer.StatusCode != 200 {
				t.Fatalf("next page %s: %v, %v", *body.Next, answer, err)
			}
		}
	})
}
