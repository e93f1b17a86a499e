package calls_test

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// A losing network loses all connections just when a create is to be sent: after
// a warm one was chosen for it, and before its first byte is written.
type losing struct {
	account *twiliosim.Account
	times   int // creates to do that to

	mu   sync.Mutex
	open []net.Conn
	lost []time.Time
}

func (l *losing) transport() *http.Transport {
	t := l.account.Transport()
	t.DialTLSContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := l.account.Dial(ctx, network, addr)
		if err == nil {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.open = append(l.open, conn)
		}
		return conn, err
	}
	t.Proxy = l.proxy // net/http asks for it before it takes a connection
	return t
}

func (l *losing) proxy(r *http.Request) (*url.URL, error) {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/Calls.json") {
		return nil, nil
	}
	l.mu.Lock()
	loses := len(l.lost) < l.times
	if loses {
		l.lost = append(l.lost, time.Now())
		for _, conn := range l.open {
			_ = conn.Close()
		}
		l.open = nil
	}
	l.mu.Unlock()
	if loses {
		time.Sleep(time.Nanosecond) // until it is noticed
	}
	return nil, nil
}

// A start whose connection turns out to be lost goes again at once, three times;
// after that it waits as any repeat does. The waits that Twilio asks for, and the
// end after two minutes, hold all the same.
func TestAStartOnALostConnection(t *testing.T) {
	const reopened = 500 * time.Millisecond // until there is another connection
	for _, tc := range []struct {
		what   string
		times  int
		faults []twiliosim.Fault
		check  func(t *testing.T, l *losing, r *calls.Result)
	}{
		{"three times: each goes again at once", 3, nil, func(t *testing.T, l *losing, r *calls.Result) {
			if at := l.account.Creates()[0].At.Sub(l.lost[0]); at != 3*reopened+3*time.Nanosecond {
				t.Errorf("sent after %v, want no more than three new connections take", at)
			}
		}},
		{"six times: the fourth waits, and so on", 6, nil, func(t *testing.T, l *losing, r *calls.Result) {
			for i, lost := range l.lost[1:] {
				wait := lost.Sub(l.lost[i]) - reopened - time.Nanosecond
				if least := 50 * time.Millisecond << max(0, i-3); (i >= 3) != (wait >= least) || i < 3 && wait != 0 {
					t.Errorf("repeat %d waited for %v", i+1, wait)
				}
			}
		}},
		{"once, and Twilio asks for a wait then", 1, []twiliosim.Fault{{Op: twiliosim.OpCreate, Nth: []int{1, 2}, Status: 429, RetryAfter: 7 * time.Second}},
			func(t *testing.T, l *losing, r *calls.Result) {
				creates := l.account.Creates()
				for i := range 2 {
					if wait := creates[i+1].At.Sub(creates[i].At); wait < 7*time.Second || wait > 8*time.Second {
						t.Errorf("repeat %d came after %v, want the 7s that Twilio asked for", i+1, wait)
					}
				}
			}},
	} {
		t.Run(tc.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &losing{account: twiliosim.New(twiliosim.Config{Faults: tc.faults}), times: tc.times}
				defer l.account.Close()
				r := l.place(t)
				if r.Starts.Accepted != 1 || len(l.lost) != tc.times || r.Starts.Retries != tc.times+2*len(tc.faults) || len(l.account.Calls()) != 1 {
					t.Fatalf("%+v after %d losses, %d calls; want one call, accepted after %d", r.Starts, len(l.lost), len(l.account.Calls()), tc.times)
				}
				tc.check(t, l, r)
			})
		})
	}
	t.Run("for ever: it ends after two minutes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := &losing{account: twiliosim.New(twiliosim.Config{}), times: 1 << 20}
			defer l.account.Close()
			r := l.place(t)
			s := r.Starts
			if r.Err == nil || s.NotStarted != 1 || s.Requests != 0 || len(l.account.Creates()) != 0 {
				t.Errorf("stopped by %v, %+v; want it not started, and told", r.Err, s)
			}
			if n, took := len(l.lost), l.lost[len(l.lost)-1].Sub(l.lost[0]); n < 20 || n > 40 || took < 110*time.Second || took > 2*time.Minute+reopened {
				t.Errorf("%d tries in %v; want some 25 in up to two minutes", n, took)
			}
			if gaps := l.gaps(); slices.Max(gaps) > 10*time.Second+reopened+time.Nanosecond {
				t.Errorf("waited for up to %v", slices.Max(gaps))
			}
		})
	})
}

// place places one call over the network.
func (l *losing) place(t *testing.T) *calls.Result {
	const sid = "AC00000000000000000000000000000000"
	client := twilioapi.New(twilioapi.Config{AccountSID: sid, Username: sid, Password: "token", Transport: l.transport()})
	defer client.Close()
	return place(t, client, plan(1, 1), new(memory))
}

// gaps are the times between two losses.
func (l *losing) gaps() (gaps []time.Duration) {
	for i, at := range l.lost[1:] {
		gaps = append(gaps, at.Sub(l.lost[i]))
	}
	return gaps
}
