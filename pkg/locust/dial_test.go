package locust

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestNoMasterThere(t *testing.T) {
	for _, tc := range []struct {
		what    string
		dial    func(context.Context) (net.Conn, error)
		took    time.Duration
		want    string
		notices int
		notice  string
	}{
		{"nothing listens: tried for two minutes, and told", refusedDial, 2 * time.Minute,
			"no Locust master at master:5557 for 2m0s: connection refused", 119,
			"no Locust master at master:5557 yet: connection refused"},
		{"the name has no address yet, and that takes long to find out", slowDial, 2 * time.Minute,
			"no Locust master at master:5557 for 2m0s: context deadline exceeded", 20,
			"no Locust master at master:5557 yet: context deadline exceeded"},
		{"something listens and says nothing", (&fakeMaster{}).silentDial, 2 * time.Minute,
			"no Locust master at master:5557 for 2m0s: it accepts connections but does not speak ZeroMQ", 20, ""},
		{"a ZeroMQ socket that does not acknowledge", (&fakeMaster{mute: true}).dial, 2 * time.Minute,
			"no Locust master at master:5557 for 2m0s: it does not acknowledge this worker", 7,
			"no Locust master at master:5557 yet: it does not acknowledge this worker"},
		{"a web server: no second try", saying("HTTP/1.1 400 Bad Request\r\n"), 0,
			`no Locust master at master:5557: what answers is something else: it greets with "HTTP/1.1 4", not as ZeroMQ does`, 0, ""},
		{"ZMTP 2", saying("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x01" + strings.Repeat("\x00", 53)), 0,
			`no Locust master at master:5557: what answers is something else: it speaks ZMTP 1, not 3`, 0, ""},
		{"a socket that wants a password", saying("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00PLAIN" + strings.Repeat("\x00", 47)), 0,
			`no Locust master at master:5557: what answers is something else: it wants ZeroMQ's security mechanism "PLAIN", and Locust has none`, 0, ""},
		{"a socket of another type", saying("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL" + strings.Repeat("\x00", 48) + "\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x03PUB"), 0,
			`no Locust master at master:5557: what answers is something else: its ZeroMQ socket is a "PUB", not a ROUTER`, 0, ""},
		{"a handshake that fails", saying("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL" + strings.Repeat("\x00", 48) + "\x04\x0b\x05ERROR\x04full"), 0,
			`no Locust master at master:5557: what answers is something else: it answers ZeroMQ's handshake with "\x05ERROR\x04full"`, 0, ""},
	} {
		t.Run(tc.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var notices []string
				_, err := connect(t.Context(), "master:5557", func(err error) { notices = append(notices, err.Error()) }, tc.dial)
				if err == nil || err.Error() != tc.want {
					t.Errorf("error %q, want %q", err, tc.want)
				}
				if took := time.Since(start); took != tc.took {
					t.Errorf("took %v, want %v", took, tc.took)
				}
				if len(notices) != tc.notices || tc.notice != "" && notices[0] != tc.notice {
					t.Errorf("%d notices, want %d, the last %q", len(notices), tc.notices, notices[len(notices)-1:])
				}
			})
		})
	}
	t.Run("the caller gives up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Minute, func() { cancel(errors.New("SIGINT")) })
			start := time.Now()
			_, err := connect(ctx, "master:5557", nil, (&fakeMaster{mute: true}).dial)
			if err == nil || err.Error() != "SIGINT" || time.Since(start) != time.Minute {
				t.Errorf("got %v after %v", err, time.Since(start))
			}
		})
	})
}

// refusedDial takes a little time, as real ones do.
func refusedDial(ctx context.Context) (net.Conn, error) {
	select {
	case <-time.After(10 * time.Millisecond):
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func slowDial(ctx context.Context) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (f *fakeMaster) silentDial(context.Context) (net.Conn, error) {
	here, there := net.Pipe()
	go func() {
		defer here.Close()
		for b := make([]byte, 100); ; {
			if _, err := here.Read(b); err != nil {
				return
			}
		}
	}()
	return there, nil
}

// saying returns a dial function to something that says text, whatever it hears.
func saying(text string) func(context.Context) (net.Conn, error) {
	return func(context.Context) (net.Conn, error) {
		here, there := net.Pipe()
		go func() {
			b := make([]byte, 1000)
			_, _ = here.Read(b)
			first := min(64, len(text))
			_, _ = here.Write([]byte(text[:first]))
			if len(text) > first {
				_, _ = here.Read(b)
				_, _ = here.Write([]byte(text[first:]))
			}
			here.Close()
		}()
		return there, nil
	}
}

func TestLateMaster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeMaster{t: t, start: time.Now(), refusing: true}
		time.AfterFunc(90500*time.Millisecond, func() { f.set(&f.refusing, false) })
		w, err := connect(t.Context(), "master:5557", nil, f.dial)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		if took := time.Since(f.start); took != 91*time.Second {
			t.Errorf("connected after %v, want at the try after 91 s", took)
		}
	})
}
