//go:build linux

package cmd_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"call-load-tester/pkg/twiliosim"
	"call-load-tester/pkg/twiliosim/loopback"
)

// The cap holds at the server from the very first burst on, with connections
// that have to be made through a proxy and over TLS first.
func TestTheCapHoldsAtTheServerFromTheFirstBurstOn(t *testing.T) {
	var creates arrivals
	twilio := newTwilioBehind(t, twiliosim.Config{ResponseTime: 200 * time.Millisecond}, creates.before)
	dir := t.TempDir()
	start := command(t, dir, "start", twilio.env, "-c", from, "-d", to, "--call_count", "600", "--cps", "200", "-e", "false")
	if status := start.status(t); status != 0 {
		t.Fatalf("exit status %d\n%s", status, start.stderr.String())
	}
	if n := len(twilio.Creates()); n != 600 || len(creates.at) != 600 {
		t.Fatalf("%d creates arrived, %d were seen; want 600", n, len(creates.at))
	}
	if got := creates.most(950 * time.Millisecond); got > 200 {
		t.Errorf("%d creates within 0.95 s, want at most 200", got)
	}
	if live := len(twilio.Live()); live != 600 {
		t.Fatalf("%d calls live, want 600", live)
	}

	end := command(t, dir, "end", twilio.env, "-f", sidFile(t, dir))
	if status := end.status(t); status != 0 {
		t.Fatalf("exit status %d\n%s", status, end.stderr.String())
	}
	if live := len(twilio.Live()); live != 0 {
		t.Errorf("%d calls live after end, want none", live)
	}
	if !strings.Contains(end.stdout.String(), "  Ended               600\n") {
		t.Errorf("end reports:\n%s", end.stdout.String())
	}
}

// arrivals are when requests to create a call came to this machine, to within
// some milliseconds. This process may come to read them much later, when others
// have the processors.
type arrivals struct {
	mu sync.Mutex
	at []time.Time
}

// before notes them, and lets a handler serve them.
func (a *arrivals) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/Calls.json") {
			at := arrived(r)
			a.mu.Lock()
			a.at = append(a.at, at)
			a.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

// arrived returns when the last bytes of a request have come. The kernel says how
// long ago that was; it is asked again if another process had the processor
// between the question and the look at the clock.
func arrived(r *http.Request) time.Time {
	var info *unix.TCPInfo
	raw, err := loopback.Conn(r).SyscallConn()
	for err == nil {
		asked := time.Now()
		_ = raw.Control(func(fd uintptr) { info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) })
		if err == nil && time.Since(asked) < time.Millisecond {
			return asked.Add(-time.Duration(info.Last_data_recv) * time.Millisecond)
		}
	}
	return time.Now()
}

// most returns the largest number within a span of time.
func (a *arrivals) most(span time.Duration) int {
	slices.SortFunc(a.at, time.Time.Compare)
	most, first := 0, 0
	for i, at := range a.at {
		for at.Sub(a.at[first]) >= span {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}
