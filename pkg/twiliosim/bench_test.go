package twiliosim

import (
	"fmt"
	"runtime"
	"testing"
)

const pairQuery = "From=%2B15005550006&To=%2B14155550100&PageSize=1000"

// answer is one request of a benchmark.
func answer(b *testing.B, a *Account, method, query, form string, status int) {
	if r, err := serve(a, method, testCalls+".json", query, form); err != nil || r.StatusCode != status {
		b.Fatal(r, err)
	}
}

func BenchmarkCreate(b *testing.B) {
	a := New(Config{})
	b.ReportAllocs()
	for b.Loop() {
		answer(b, a, "POST", "", "From=%2B15005550006&To=%2B14155550100&Url=https%3A%2F%2Fexample.com%2F", 201)
	}
}

// A full page of calls.
func BenchmarkListPage(b *testing.B) {
	a := hundredThousand()
	b.ReportAllocs()
	for b.Loop() {
		answer(b, a, "GET", pairQuery, "", 200)
	}
}

// An empty page: no call of the pair has the status asked for.
func BenchmarkListNone(b *testing.B) {
	a := hundredThousand()
	b.ReportAllocs()
	for b.Loop() {
		answer(b, a, "GET", pairQuery+"&Status=ringing", "", 200)
	}
}

// What the account keeps of a create and its call.
func BenchmarkMemoryPerCall(b *testing.B) {
	const n = 20_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		a := New(Config{CPS: 1000})
		for range n {
			answer(b, a, "POST", "", "From=%2B15005550006&To=%2B14155550100&Twiml=%3CResponse%2F%3E", 201)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/call")
		runtime.KeepAlive(a)
	}
}

// hundredThousand is an account with that many answered calls between two numbers.
func hundredThousand() *Account {
	a := New(Config{})
	for i := range 100_000 {
		a.Put(fmt.Sprintf("CA%032x", i), "+15005550006", "+14155550100")
	}
	return a
}
