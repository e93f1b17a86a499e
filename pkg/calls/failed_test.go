package calls_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// failed are the failures that an observer was told.
type failed []calls.Failed

// beside returns an observer that keeps the failures, and tells all to another.
func (f *failed) beside(other calls.Observer) calls.Observer {
	return func(e calls.Event) {
		if failure, ok := e.(calls.Failed); ok {
			*f = append(*f, failure)
		}
		if other != nil {
			other(e)
		}
	}
}

func (f failed) count(how calls.Failing) (n int) {
	for _, failure := range f {
		if failure.How == how {
			n++
		}
	}
	return n
}

// check holds the failures to the record: one for each call that it counts.
func (f failed) check(t *testing.T, r *calls.Result) {
	t.Helper()
	want := map[calls.Failing]int{}
	if s := r.Starts; s != nil {
		want[calls.Refused], want[calls.StartNotFound], want[calls.LeftAlone] = s.Refused, s.NotFound, len(s.Strangers)
	}
	if h := r.HangUps; h != nil {
		want[calls.CallNotFound], want[calls.FailedToEnd], want[calls.StillLive] = h.NotFound, h.Failed, h.Live-h.Failed
	}
	all := 0
	for how, n := range want {
		if got := f.count(how); got != n {
			t.Errorf("told %d calls %s, the record has %d", got, how, n)
		}
		all += n
	}
	if all != len(f) {
		t.Errorf("told %d failures, the record has %d", len(f), all)
	}
}

// Each call that fails is told once, with all that is known of it.
func TestEachFailureIsTold(t *testing.T) {
	const other = "+14155550199"
	type fault = twiliosim.Fault
	describe := func(f calls.Failed, began time.Time) string {
		text := fmt.Sprintf("%v %s %s from %q to %q", f.At.Sub(began), f.How, f.SID, f.From, f.To)
		if answer, ok := f.Err.(*twilioapi.APIError); ok {
			return fmt.Sprintf("%s: %d %d, request %t", text, answer.Status, answer.Code, len(answer.RequestID) == 34)
		}
		return fmt.Sprintf("%s: %v", text, f.Err)
	}
	synctest.Test(t, func(t *testing.T) { // the outcomes of starts
		client, account := newClient(t, twiliosim.Config{ResponseTime: 100 * time.Millisecond, Faults: []fault{
			{Op: twiliosim.OpCreate, To: other, Code: 21211}, {Op: twiliosim.OpCreate, Nth: []int{5}, Do: twiliosim.Drop},
		}})
		began := time.Now()
		time.AfterFunc(2500*time.Millisecond, func() {
			account.Put("CA57000000000000000000000000000001", from, to)
			account.Put("CA57000000000000000000000000000002", from, to)
		})
		p := plan(6, 1)
		p.Destinations = []string{to, other}
		var told failed
		result := calls.Run(t.Context(), context.Background(), client, p, new(memory), told.beside(nil))
		told.check(t, result)
		var got []string
		for _, f := range told {
			got = append(got, describe(f, began))
		}
		want := []string{
			`1.1s refused  from "+15005550006" to "+14155550199": 400 21211, request true`,
			`3.1s refused  from "+15005550006" to "+14155550199": 400 21211, request true`,
			`4.1s start not found  from "+15005550006" to "+14155550100": no answer: EOF`,
			`1m4.2s left alone CA57000000000000000000000000000001 from "+15005550006" to "+14155550100": <nil>`,
			`1m4.2s left alone CA57000000000000000000000000000002 from "+15005550006" to "+14155550100": <nil>`,
		}
		if !slices.Equal(got, want) {
			t.Errorf("told %q\nwant %q", got, want)
		}
	})
	synctest.Test(t, func(t *testing.T) { // those of hang-ups
		client, account := newClient(t, twiliosim.Config{EndDelay: time.Hour, Faults: []fault{{Op: twiliosim.OpHangUp, To: other, Code: 20409}}})
		placed := putCalls(account, 1)
		account.Put("CA57000000000000000000000000000001", from, other)
		placed = append(placed, calls.Placed{SID: "CA57000000000000000000000000000001"}, calls.Placed{SID: "CA57000000000000000000000000000002"})
		var told failed
		result := calls.End(t.Context(), client, slices.Values(placed), math.MaxInt, told.beside(nil))
		told.check(t, result)
		if told.count(calls.CallNotFound) != 1 || told.count(calls.FailedToEnd) != 1 || told.count(calls.StillLive) != 1 {
			t.Errorf("told %+v", told)
		}
	})
}
