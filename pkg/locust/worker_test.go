package locust

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// seconds are the whole seconds from a to b, so many apart.
func seconds(a, b, apart int) (at []time.Duration) {
	for s := a; s <= b; s += apart {
		at = append(at, time.Duration(s)*time.Second)
	}
	return at
}

func TestFromTheFirstSpawnToTheNextTest(t *testing.T) {
	f := &fakeMaster{answers: true}
	withWorker(t, f, func(t *testing.T, w *Worker) {
		f.spawn(1, 3, 10)
		test := wait(t, w)
		f.expect("spawning, spawning_complete 3")
		if test.Index != 2 || test.Users() != 3 {
			t.Errorf("index %d, %d users, want 2 and 3", test.Index, test.Users())
		}
		test.Report(counter(10, 20, 30))
		time.Sleep(4 * time.Second)
		f.expect("stats 10 of 3")
		f.spawn(2, 5, 10)
		f.expect("spawning, spawning_complete 5")
		if test.Users() != 5 {
			t.Errorf("%d users, want 5", test.Users())
		}
		time.Sleep(3 * time.Second)
		f.expect("stats 20 of 5")

		f.say("stop", nil)
		<-test.Stopping().Done()
		if cause := context.Cause(test.Stopping()); cause != ErrStop || test.Users() != 0 {
			t.Errorf("stopped by %v with %d users, want %v and none", cause, test.Users(), ErrStop)
		}
		f.expect("")
		time.Sleep(time.Second)
		if err := test.End([]byte("all")); err != nil {
			t.Error(err)
		}
		f.expect("stats 30 of 5, record all, client_stopped, client_ready -1")
		if err := test.End([]byte("again")); err != nil {
			t.Error(err)
		}
		f.expect("")

		f.spawn(3, 1, nil)
		if next := wait(t, w); next == test || next.Users() != 1 {
			t.Error("the next spawn does not begin a new test with one user")
		}
		f.expect("spawning, spawning_complete 1")
	})
}

func TestHeartbeatsAndFiguresComeOnTime(t *testing.T) {
	f := &fakeMaster{}
	withWorker(t, f, func(t *testing.T, w *Worker) {
		time.Sleep(2500 * time.Millisecond)
		f.spawn(1, 1, 0)
		wait(t, w)
		time.Sleep(18 * time.Second)
		for _, tc := range []struct {
			what string
			want []time.Duration
		}{
			{"heartbeat ready", seconds(1, 2, 1)},
			{"heartbeat running", seconds(3, 20, 1)},
			{"stats 0 of 1", seconds(3, 20, 3)},
			{"PING", seconds(10, 20, 10)},
		} {
			if got := f.times(tc.what); !slices.Equal(got, tc.want) {
				t.Errorf("%s at %v, want %v", tc.what, got, tc.want)
			}
		}
		if want := []float64{2.5, 3, 6, 9, 12, 15}; !slices.Equal(f.since, want) {
			t.Errorf("the figures are those since %v, want %v", f.since, want)
		}
	})
}

func TestTestIsCutOffOneSecondBeforeTheMasterLosesPatience(t *testing.T) {
	for _, tc := range []struct {
		what        string
		stopTimeout any
		message     string
		want        time.Duration
	}{
		{"--stop-timeout 20", 20, "stop", 19 * time.Second},
		{"a time-out that is not whole", 2.5, "stop", 1500 * time.Millisecond},
		{"less than a second is none", 0.5, "stop", 0},
		{"none given, to masters of today", 0, "stop", 0},
		{"none given, to older ones", nil, "stop", 0},
		{"a master that quits", 20, "quit", 19 * time.Second},
	} {
		t.Run(tc.what, func(t *testing.T) {
			f := new(fakeMaster)
			withWorker(t, f, func(t *testing.T, w *Worker) {
				f.spawn(1, 3, 30)
				test := wait(t, w)
				f.spawn(2, 3, tc.stopTimeout)
				synctest.Wait()
				start := time.Now()
				f.say(tc.message, nil)
				<-test.Cutoff().Done()
				if got := time.Since(start); got != tc.want {
					t.Errorf("cut off after %v, want %v", got, tc.want)
				}
				if test.Stopping().Err() == nil {
					t.Error("cut off and not stopped")
				}
				_ = test.End(nil)
			})
		})
	}
}

func TestQuittingMaster(t *testing.T) {
	t.Run("without a test the worker is over", func(t *testing.T) {
		f := new(fakeMaster)
		withWorker(t, f, func(t *testing.T, w *Worker) {
			f.say("quit", nil)
			if _, err := w.Wait(t.Context()); err != ErrQuit {
				t.Errorf("got %v, want %v", err, ErrQuit)
			}
			f.expect("")
		})
	})
	t.Run("in a test it gets the figures at once, and what it still listens to", func(t *testing.T) {
		f := new(fakeMaster)
		withWorker(t, f, func(t *testing.T, w *Worker) {
			f.spawn(1, 3, 10)
			test := wait(t, w)
			test.Report(counter(10, 20))
			f.heard()
			f.say("quit", nil)
			<-test.Stopping().Done()
			if cause := context.Cause(test.Stopping()); cause != ErrQuit {
				t.Errorf("stopped by %v, want %v", cause, ErrQuit)
			}
			f.expect("stats 10 of 3")
			if err := test.End([]byte("all")); err != nil {
				t.Error(err)
			}
			f.expect("stats 20 of 3, record all")
			if _, err := w.Wait(t.Context()); err != ErrQuit {
				t.Errorf("got %v, want %v", err, ErrQuit)
			}
		})
	})
	t.Run("in a test, and has left when that ends", func(t *testing.T) {
		f := &fakeMaster{answers: true}
		withWorker(t, f, func(t *testing.T, w *Worker) {
			f.spawn(1, 3, 10)
			test := wait(t, w)
			f.say("quit", nil)
			time.Sleep(500 * time.Millisecond)
			f.hangUp()
			f.set(&f.refusing, true)
			time.Sleep(2 * time.Minute)
			if err := test.End([]byte("all")); err != ErrQuit {
				t.Errorf("got %v, want %v", err, ErrQuit)
			}
			if len(f.notices) > 0 {
				t.Errorf("told of %q", f.notices)
			}
		})
	})
}

func TestWorkerLeaves(t *testing.T) {
	t.Run("without a test", func(t *testing.T) {
		f := new(fakeMaster)
		withWorker(t, f, func(t *testing.T, w *Worker) {
			w.Close()
			f.expect("quit")
			if _, err := w.Wait(t.Context()); err != ErrClosed {
				t.Errorf("got %v, want %v", err, ErrClosed)
			}
		})
	})
	t.Run("in a test, as at SIGTERM: it finishes, reports and quits", func(t *testing.T) {
		f := new(fakeMaster)
		withWorker(t, f, func(t *testing.T, w *Worker) {
			signal := errors.New("SIGTERM")
			ctx, cancel := context.WithCancelCause(t.Context())
			f.spawn(1, 3, 10)
			test, err := w.Wait(ctx)
			if err != nil {
				t.Fatal(err)
			}
			test.Report(counter(30))
			f.heard()
			cancel(signal)
			<-test.Stopping().Done()
			if cause := context.Cause(test.Stopping()); cause != signal {
				t.Errorf("stopped by %v, want %v", cause, signal)
			}
			f.spawn(2, 9, 10)
			f.expect("spawning, spawning_complete 9")
			if test.Users() != 0 {
				t.Errorf("%d users of a test that stops", test.Users())
			}
			time.Sleep(100 * time.Millisecond)
			if err := test.End([]byte("all")); err != nil || test.Cutoff().Err() != nil {
				t.Errorf("error %v, cut off: %v; want neither", err, test.Cutoff().Err())
			}
			f.expect("stats 30 of 9, record all")
			w.Close()
			f.expect("quit")
		})
	})
	t.Run("in the middle of a test, which stops", func(t *testing.T) {
		f := new(fakeMaster)
		withWorker(t, f, func(t *testing.T, w *Worker) {
			f.spawn(1, 3, 10)
			test := wait(t, w)
			w.Close()
			if cause := context.Cause(test.Stopping()); cause != ErrClosed {
				t.Errorf("stopped by %v, want %v", cause, ErrClosed)
			}
			if err := test.End(nil); err != ErrClosed {
				t.Errorf("got %v, want %v", err, ErrClosed)
			}
		})
	})
	t.Run("while waiting, which is given up", func(t *testing.T) {
		f := new(fakeMaster)
		withWorker(t, f, func(t *testing.T, w *Worker) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if _, err := w.Wait(ctx); err != context.DeadlineExceeded {
				t.Errorf("got %v", err)
			}
		})
	})
}

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

func TestSilentMasterIsGone(t *testing.T) {
	for _, tc := range []struct {
		what   string
		master *fakeMaster
		freeze func(f *fakeMaster)
		want   time.Duration // from the freezing, 30 s after the start
	}{
		{"its application no longer answers heartbeats, though its socket lives", &fakeMaster{answers: true}, func(f *fakeMaster) { f.set(&f.answers, false) }, 60 * time.Second},
		{"it never answered heartbeats, being old, and its socket no longer answers pings", &fakeMaster{}, func(f *fakeMaster) { f.set(&f.mute, true) }, 60 * time.Second},
		{"it never answers heartbeats, but its socket answers pings: it is there", &fakeMaster{}, func(f *fakeMaster) {}, 0},
	} {
		t.Run(tc.what, func(t *testing.T) {
			f := tc.master
			withWorker(t, f, func(t *testing.T, w *Worker) {
				f.spawn(1, 3, 10)
				test := wait(t, w)
				time.Sleep(30*time.Second + time.Millisecond)
				start := time.Now().Truncate(time.Second)
				tc.freeze(f)
				select {
				case <-test.Stopping().Done():
				case <-time.After(10 * time.Minute):
				}
				if tc.want == 0 {
					if test.Stopping().Err() != nil {
						t.Errorf("gone: %v", context.Cause(test.Stopping()))
					}
					return
				}
				cause := context.Cause(test.Stopping())
				if !errors.Is(cause, ErrGone) || cause.Error() != "the Locust master is gone: it has been silent for 1m0s" {
					t.Errorf("stopped by %v", cause)
				}
				if took := time.Since(start); took != tc.want {
					t.Errorf("gone after %v, want %v", took, tc.want)
				}
				if err := test.End(nil); !errors.Is(err, ErrGone) {
					t.Errorf("End: %v", err)
				}
				if _, err := w.Wait(t.Context()); !errors.Is(err, ErrGone) {
					t.Errorf("Wait: %v", err)
				}
			})
		})
	}
}

func TestUnacknowledgingMasterIsGone(t *testing.T) {
	f := new(fakeMaster)
	withWorker(t, f, func(t *testing.T, w *Worker) {
		time.Sleep(5 * time.Minute)
		f.spawn(1, 3, 10)
		test := wait(t, w)
		f.set(&f.unaware, true)
		f.say("stop", nil)
		<-test.Stopping().Done()
		if err := test.End(nil); err != nil {
			t.Error(err)
		}
		start := time.Now()
		if _, err := w.Wait(t.Context()); !errors.Is(err, ErrGone) || time.Since(start) != silence {
			t.Errorf("got %v after %v, want %v after %v", err, time.Since(start), ErrGone, silence)
		}
	})
}

func TestLostConnection(t *testing.T) {
	const lost = "the connection to the Locust master is lost: EOF"
	t.Run("without a test: the worker announces itself again", func(t *testing.T) {
		f := new(fakeMaster)
		withWorker(t, f, func(t *testing.T, w *Worker) {
			f.hangUp()
			time.Sleep(999 * time.Millisecond)
			f.expect("")
			time.Sleep(time.Millisecond)
			f.expect("client_ready -1")
			f.spawn(1, 3, 10)
			wait(t, w)
			f.expect("spawning, spawning_complete 3")
			if fmt.Sprint(f.notices) != "["+lost+"]" {
				t.Errorf("told of %q", f.notices)
			}
		})
	})
	t.Run("in a test: it goes on, and all figures arrive", func(t *testing.T) {
		f := &fakeMaster{answers: true}
		withWorker(t, f, func(t *testing.T, w *Worker) {
			f.spawn(1, 3, 10)
			test := wait(t, w)
			test.Report(counter(10, 20, 30))
			time.Sleep(3500 * time.Millisecond)
			f.expect("spawning, spawning_complete 3, stats 10 of 3")
			f.set(&f.refusing, true)
			f.hangUp()
			time.Sleep(4800 * time.Millisecond)
			f.set(&f.refusing, false)
			time.Sleep(time.Second)
			if test.Users() != 3 {
				t.Errorf("%d users, want 3", test.Users())
			}
			f.expect("stats 20 of 3")
			f.spawn(2, 4, 10)
			f.expect("spawning, spawning_complete 4")
			f.say("stop", nil)
			synctest.Wait()
			if err := test.End([]byte("all")); err != nil {
				t.Error(err)
			}
			f.expect("stats 30 of 4, record all, client_stopped, client_ready -1")
		})
	})
	t.Run("at the end of a test: the record arrives first", func(t *testing.T) {
		f := &fakeMaster{answers: true}
		withWorker(t, f, func(t *testing.T, w *Worker) {
			f.spawn(1, 3, 10)
			test := wait(t, w)
			test.Report(counter(10))
			time.Sleep(1500 * time.Millisecond)
			f.say("stop", nil)
			f.heard()
			f.hangUp()
			synctest.Wait()
			if err := test.End([]byte("all")); err != nil {
				t.Error(err)
			}
			f.expect("stats 10 of 3, record all, client_ready -1")
		})
	})
	t.Run("in a test, with a master that does not answer heartbeats: another one would not show", func(t *testing.T) {
		f := new(fakeMaster)
		withWorker(t, f, func(t *testing.T, w *Worker) {
			f.spawn(1, 3, 10)
			test := wait(t, w)
			f.heard()
			f.hangUp()
			synctest.Wait()
			if cause := context.Cause(test.Stopping()); !errors.Is(cause, ErrGone) || cause.Error() != "the Locust master is gone: the connection is lost: EOF" {
				t.Errorf("stopped by %v", cause)
			}
		})
	})
	t.Run("it does not come back", func(t *testing.T) {
		f := &fakeMaster{answers: true}
		withWorker(t, f, func(t *testing.T, w *Worker) {
			f.spawn(1, 3, 10)
			test := wait(t, w)
			time.Sleep(1500 * time.Millisecond)
			f.set(&f.refusing, true)
			f.hangUp()
			start := time.Now()
			<-test.Stopping().Done()
			if took := time.Since(start); took != 10*time.Second {
				t.Errorf("gone after %v, want 10 s", took)
			}
			want := "the Locust master is gone: the connection is lost and does not come back: connection refused"
			if cause := context.Cause(test.Stopping()); !errors.Is(cause, ErrGone) || cause.Error() != want {
				t.Errorf("stopped by %v", cause)
			}
		})
	})
	t.Run("the master asks for a new one, in a test", func(t *testing.T) {
		f := new(fakeMaster)
		withWorker(t, f, func(t *testing.T, w *Worker) {
			f.spawn(1, 3, 10)
			test := wait(t, w)
			f.heard()
			f.say("reconnect", nil)
			time.Sleep(1500 * time.Millisecond)
			f.expect("")
			f.spawn(2, 4, 10)
			f.expect("spawning, spawning_complete 4")
			if test.Users() != 4 {
				t.Errorf("%d users, want 4", test.Users())
			}
		})
	})
	t.Run("the new connection is ignored, as one with the identity of another that lives: the master is gone", func(t *testing.T) {
		f := new(fakeMaster)
		withWorker(t, f, func(t *testing.T, w *Worker) {
			f.hangUp()
			f.set(&f.unaware, true)
			if _, err := w.Wait(t.Context()); !errors.Is(err, ErrGone) {
				t.Errorf("got %v, want %v", err, ErrGone)
			}
			if got := time.Since(f.start); got != 61*time.Second {
				t.Errorf("gone after %v, want 60 s after the new connection", got)
			}
		})
	})
	t.Run("the worker leaves meanwhile", func(t *testing.T) {
		f := new(fakeMaster)
		withWorker(t, f, func(t *testing.T, w *Worker) {
			f.set(&f.refusing, true)
			f.hangUp()
			time.Sleep(5 * time.Second)
			w.Close()
		})
	})
}

func TestUnreadingMasterIsGone(t *testing.T) {
	f := new(fakeMaster)
	withWorker(t, f, func(t *testing.T, w *Worker) {
		f.spawn(1, 3, 10)
		test := wait(t, w)
		f.heard()
		f.set(&f.deaf, true) // after the next message
		<-test.Stopping().Done()
		if got := time.Since(f.start); got != 32*time.Second {
			t.Errorf("gone after %v, want two heartbeats and 30 s", got)
		}
	})
}

func TestRubbishIsToldAndPassedOver(t *testing.T) {
	f := new(fakeMaster)
	withWorker(t, f, func(t *testing.T, w *Worker) {
		f.send([]byte("hello"))
		f.send([]byte{0x93, 0xa4, 's', 't', 'o', 'p', 0xc0})
		f.send(append(message{"stop", nil}.encode("node"), 1))
		f.send([]byte{0x94, 0xa4, 's', 't', 'o', 'p', 0xc0, 0xc0, 0xc0})
		f.say("spawn", map[string]any{"timestamp": 1})
		f.say("spawn", map[string]any{"timestamp": "now", "user_classes_count": map[string]any{}})
		f.say("spawn", map[string]any{"timestamp": 1, "user_classes_count": map[string]any{"Load": -1}})
		f.say("spawn", map[string]any{"timestamp": 1, "user_classes_count": map[string]any{"Load": 1.5}})
		f.say("ack", "you")
		synctest.Wait()
		want := []string{
			`not a message of Locust's: "hello": msgp: attempted to decode type "int" with method for "array"`,
			`not a message of Locust's: "\x93\xa4stop\xc0": msgp: too few bytes left to read object`,
			`not a message of Locust's: "\x93\xa4stop\xc0\xa4node\x01": 1 bytes too many`,
			`not a message of Locust's: "\x94\xa4stop\xc0\xc0\xc0": 4 parts, not 3`,
			`the Locust master's spawn is not understood: timestamp or user_classes_count is missing`,
			`the Locust master's spawn is not understood: "timestamp": msgp: attempted to decode type "str" with method for "int"`,
			`the Locust master's spawn is not understood: "user_classes_count": "Load": the number -1`,
			`the Locust master's spawn is not understood: "user_classes_count": "Load": 1.5 users`,
			`the Locust master's ack is not understood: msgp: attempted to decode type "str" with method for "map"`,
		}
		if got := strings.Join(f.notices, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("told\n%s\nwant\n%s", got, strings.Join(want, "\n"))
		}
		f.spawn(1, 3, 10)
		wait(t, w)
		f.expect("spawning, spawning_complete 3")
	})
}
