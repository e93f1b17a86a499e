package twiliosim

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const benchCalls = "/2010-04-01/Accounts/AC00000000000000000000000000000000/Calls"

// serve answers one request without a network.
func serve(a *Account, method, uri, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, uri, strings.NewReader(form))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

func BenchmarkCreate(b *testing.B) {
	a := New(Config{})
	b.ReportAllocs()
	for b.Loop() {
		serve(a, "POST", benchCalls+".json", "From=%2B15005550006&To=%2B14155550100&Url=https%3A%2F%2Fexample.com%2F")
	}
}

// BenchmarkListPage asks for the few live calls among 100,000 between two numbers.
func BenchmarkListLive(b *testing.B) {
	a := benchAccount()
	b.ReportAllocs()
	for b.Loop() {
		serve(a, "GET", benchCalls+".json?From=%2B15005550006&To=%2B14155550100&PageSize=1000&Status=ringing", "")
	}
}

func BenchmarkListPage(b *testing.B) {
	a := benchAccount()
	b.ReportAllocs()
	for b.Loop() {
		serve(a, "GET", benchCalls+".json?From=%2B15005550006&To=%2B14155550100&PageSize=1000", "")
	}
}

// benchAccount has 100,000 calls that are not ringing.
func benchAccount() *Account {
	a := New(Config{})
	for i := range 100_000 {
		a.Put(fmt.Sprintf("CA%032x", i), "+15005550006", "+14155550100")
	}
	return a
}

func BenchmarkMemory(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		benchAccount()
	}
}
