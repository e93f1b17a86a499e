package locust

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

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
