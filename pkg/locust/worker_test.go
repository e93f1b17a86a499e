package locust

import (
	"context"
	"errors"
	"slices"
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
