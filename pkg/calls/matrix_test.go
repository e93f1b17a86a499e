package calls_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// A faultRow is one thing that goes wrong during one run.
type faultRow struct {
	what string
	cfg  twiliosim.Config
	plan calls.Plan
}

func faultMatrix() []faultRow {
	type fault = twiliosim.Fault
	const create, hangUp = twiliosim.OpCreate, twiliosim.OpHangUp
	creates := func(f fault) twiliosim.Config {
		f.Op, f.Share = create, 0.2
		return twiliosim.Config{Faults: []fault{f}}
	}
	hangUps := func(f fault) twiliosim.Config {
		f.Op, f.Share = hangUp, 0.3
		return twiliosim.Config{Faults: []fault{f}}
	}
	return []faultRow{
		{"nothing goes wrong", twiliosim.Config{}, plan(100, 10)},
		{"20 % of creates answered 429", creates(fault{Status: 429}), plan(100, 10)},
		{"20 % of creates answered 500, not placed", creates(fault{Status: 500}), plan(100, 10)},
		{"20 % of creates answered 500, but placed", creates(fault{Status: 500, After: true}), plan(100, 10)},
		{"20 % of creates dropped before they take effect", creates(fault{Do: twiliosim.Drop}), plan(100, 10)},
		{"20 % of creates dropped after they took effect", creates(fault{Do: twiliosim.Drop, After: true}), plan(100, 10)},
		{"20 % of creates hung, not placed", creates(fault{Do: twiliosim.Hang}), plan(100, 10)},
		{"20 % of creates hung, but placed", creates(fault{Do: twiliosim.Hang, After: true}), plan(100, 10)},
		{"20 % of creates answered with an HTML 503", creates(fault{Do: twiliosim.HTML}), plan(100, 10)},
		{"20 % of creates answered 201 with half a body", creates(fault{Do: twiliosim.Cut}), plan(100, 10)},
		{"20 % of creates answered 201 {}", creates(fault{Do: twiliosim.Empty}), plan(100, 10)},
		{"calls of lost creates that end before they are looked up",
			twiliosim.Config{TalkTime: time.Second, Faults: []fault{{Op: create, Share: 0.2, Do: twiliosim.Drop, After: true}}}, plan(100, 10)},
		{"all answers late by 40 s for 20 s", twiliosim.Config{Faults: []fault{{From: 3 * time.Second, For: 20 * time.Second, Delay: 40 * time.Second}}}, plan(100, 3)},
		{"all creates late by 40 s for 20 s, placed at the end", twiliosim.Config{Faults: []fault{{Op: create, From: 3 * time.Second, For: 5 * time.Second, Delay: 25 * time.Second}}}, plan(100, 3)},
		{"records show in lists 20 s late", twiliosim.Config{ListDelay: 20 * time.Second, Faults: []fault{{Op: create, Share: 0.2, Do: twiliosim.Drop, After: true}}}, plan(100, 10)},
		{"30 % of hang-ups answered 500", hangUps(fault{Status: 500}), plan(100, 50)},
		{"30 % of hang-ups answered 500, but done", hangUps(fault{Status: 500, After: true}), plan(100, 50)},
		{"30 % of hang-ups dropped", hangUps(fault{Do: twiliosim.Drop}), plan(100, 50)},
		{"30 % of hang-ups answered 429", hangUps(fault{Status: 429}), plan(100, 50)},
		{"the API down for 60 s while placing", twiliosim.Config{Faults: []fault{{Do: twiliosim.Outage, From: 3 * time.Second, For: time.Minute}}}, plan(100, 10)},
		{"the API down for 60 s while ending", twiliosim.Config{Faults: []fault{{Do: twiliosim.Outage, From: 9 * time.Second, For: time.Minute}}}, plan(100, 10)},
		{"503 for 60 s while ending", twiliosim.Config{Faults: []fault{{Op: hangUp, For: 70 * time.Second, Do: twiliosim.HTML}}}, plan(100, 10)},
		{"the account is suspended midway", twiliosim.Config{Faults: []fault{{Op: create, From: 3 * time.Second, Status: 403, Code: 20005}}}, plan(100, 10)},
		{"the queue is full", twiliosim.Config{CPS: 1, MaxQueue: 30}, plan(100, 10)},
		{"the limit of calls at once", twiliosim.Config{MaxLive: 42}, plan(100, 10)},
		{"the limit of calls at once, answered as 429", twiliosim.Config{Faults: []fault{{Op: create, From: 3 * time.Second, Status: 429, Code: 10004}}}, plan(100, 10)},
		{"a slow account: most calls still wait in its queue", twiliosim.Config{CPS: 1}, plan(100, 20)},
		{"ten requests at once are allowed", twiliosim.Config{MaxConcurrent: 10, ResponseTime: 200 * time.Millisecond}, plan(300, 100)},
	}
}

// orders are those in which lists may come. With -short each test takes one.
var orders = []struct {
	name  string
	order twiliosim.Order
}{{"by creation", twiliosim.ByCreation}, {"by start", twiliosim.ByStart}, {"shuffled", twiliosim.Shuffled}}

// Whatever goes wrong, no call that can be ended is left live, the file has the
// SID of every call that was ever live, and Twilio never may have processed
// more creates than calls were asked for. In whatever order lists come, and
// although the two numbers have a history.
func TestFaultMatrix(t *testing.T) {
	matrix := faultMatrix()
	lines := make([]string, len(matrix)*len(orders))
	for i, row := range matrix {
		for j, o := range orders {
			if testing.Short() && j != i%len(orders) {
				continue
			}
			t.Run(row.what+"/"+o.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					row.cfg.ListOrder = o.order
					lines[j*len(matrix)+i] = row.run(t)
				})
			})
		}
	}
	t.Cleanup(func() {
		if *update {
			writeMatrix(t, lines[:len(matrix)])
		}
	})
}

// run returns the row's line in FAULTS.md.
func (row faultRow) run(t *testing.T) string {
	time.Sleep(12 * time.Hour) // since midnight: lists are by the day
	client, account := newClient(t, row.cfg)
	putHistory(account, older())
	file := new(memory)
	var told failed
	result := calls.Run(t.Context(), context.Background(), client, row.plan, file, told.beside(nil))
	told.check(t, result)
	took := time.Since(result.Began).Round(time.Millisecond)
	checkNothingIsLeft(t, account, file)
	checkNothingIsDialedTwice(t, account, row.plan.CallCount)
	checkSums(t, row.plan, result)
	if live := result.HangUps.Live; live > 0 {
		t.Errorf("%d calls reported live", live)
	}
	p := result.Starts
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %v | %d | %d |\n", row.what, p.Accepted, p.Refused, p.Adopted+p.NotFound,
		p.Adopted, p.NotStarted, took, len(account.Live()), len(ofTheRun(account))-len(file.sids))
}

// older is how many calls there were before a run. Short tests, which look for
// races, do with a tenth.
func older() int {
	if testing.Short() {
		return 200
	}
	return 2000
}

// putHistory gives an account calls of earlier the same day, which are over.
// The last was created 4 hours and 11 minutes ago.
func putHistory(account *twiliosim.Account, n int) {
	for i := range n {
		account.PutEarlier(fmt.Sprintf("CA01d%029x", i), from, to, 4*time.Hour+11*time.Minute+time.Duration(n-1-i)*time.Second)
	}
}

// ofTheRun are the calls of an account without its history.
func ofTheRun(account *twiliosim.Account) []twiliosim.Call {
	return slices.DeleteFunc(account.Calls(), func(c twiliosim.Call) bool {
		return strings.HasPrefix(c.SID, "CA01d") || c.Direction != "outbound-api"
	})
}

// checkNothingIsLeft fails the test if a call is live, or one that was ever
// live is missing from the file.
func checkNothingIsLeft(t *testing.T, account *twiliosim.Account, file *memory) {
	t.Helper()
	if live := account.Live(); len(live) > 0 {
		t.Errorf("%d calls are live, the first %+v", len(live), live[0])
	}
	missing := 0
	for _, call := range ofTheRun(account) {
		if !slices.Contains(file.sids, call.SID) {
			missing++
		}
	}
	if missing > 0 {
		t.Errorf("the SIDs of %d calls are missing from the file", missing)
	}
}

// checkNothingIsDialedTwice counts the creates that Twilio may have processed:
// all but those answered 429.
func checkNothingIsDialedTwice(t *testing.T, account *twiliosim.Account, asked int) {
	t.Helper()
	processed := 0
	for _, create := range account.Creates() {
		if create.Status != 429 {
			processed++
		}
	}
	if processed > asked {
		t.Errorf("%d creates may have been processed, for %d calls", processed, asked)
	}
	if n := len(ofTheRun(account)); n > asked {
		t.Errorf("%d calls for %d asked for", n, asked)
	}
}

// checkSums holds the record to its own words: every call is counted once.
func checkSums(t *testing.T, plan calls.Plan, r *calls.Result) {
	t.Helper()
	s := r.Starts
	if sum := s.Accepted + s.Adopted + s.NotFound + s.Refused + s.NotStarted; sum != plan.CallCount || s.Asked != sum {
		t.Errorf("accepted %d + adopted %d + not found %d + refused %d + not started %d = %d, want %d",
			s.Accepted, s.Adopted, s.NotFound, s.Refused, s.NotStarted, sum, plan.CallCount)
	}
	h := r.HangUps
	if h == nil {
		return
	}
	if want := s.Accepted + s.Adopted; h.Asked != want {
		t.Errorf("%d hang-ups asked for, want %d", h.Asked, want)
	}
	if sum := h.Ended + h.AlreadyOver + h.NotFound + h.Live; sum != h.Asked || h.Failed > h.Live || len(h.LiveSIDs) != h.Live {
		t.Errorf("ended %d + over %d + not found %d + live %d (%d failed) = %d, want %d", h.Ended, h.AlreadyOver, h.NotFound, h.Live, h.Failed, sum, h.Asked)
	}
}

func TestAnInterruptHangsUpWhatWasPlaced(t *testing.T) {
	held := plan(100, 10)
	held.Hold = time.Minute
	for _, tc := range []struct {
		what string
		at   time.Duration
		cfg  twiliosim.Config
	}{
		{"before the first start", 0, twiliosim.Config{ResponseTime: 100 * time.Millisecond}},
		{"while placing", 3500 * time.Millisecond, twiliosim.Config{ResponseTime: time.Second}},
		{"while holding", 30 * time.Second, twiliosim.Config{}},
		{"while holding, with lost creates", 30 * time.Second, twiliosim.Config{Faults: []twiliosim.Fault{{Op: twiliosim.OpCreate, Share: 0.2, Do: twiliosim.Hang, After: true}}}},
		{"while ending", 69*time.Second + 100*time.Millisecond, twiliosim.Config{ResponseTime: 200 * time.Millisecond}},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, account := newClient(t, tc.cfg)
				file := new(memory)
				stop, interrupt := context.WithTimeout(t.Context(), tc.at)
				defer interrupt()
				var told failed
				result := calls.Run(t.Context(), stop, client, held, file, told.beside(nil))
				told.check(t, result)
				checkNothingIsLeft(t, account, file)
				checkSums(t, held, result)
				if p := result.Starts; result.Err != nil || (tc.at < 9*time.Second) != (p.NotStarted > 0) {
					t.Errorf("%d not started, placing stopped because of %v; want no error", p.NotStarted, result.Err)
				}
			})
		})
	}
}
