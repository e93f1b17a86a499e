package twiliosim

import (
	"cmp"
	"hash/fnv"
	"iter"
	"slices"
	"sort"
	"time"
)

// Order is the order of the calls in a list. Twilio's pages name none: a client that works must work under each.
type Order uint8

// The orders of lists.
const (
	ByCreation Order = iota // latest first
	ByStart                 // latest first, and calls that were not dialed below all others
	Shuffled                // in no order of time, but always the same one
	numOrders
)

// below yields what is listed below the last call of the page before, all if that is nil. The calls are given in order
// of creation.
func (o Order) below(last *call, calls []*call) iter.Seq[*call] {
	if o == ByCreation {
		return latestFirst(last, calls)
	}
	calls = slices.SortedFunc(slices.Values(calls), o.compare)
	if last != nil {
		calls = calls[sort.Search(len(calls), func(i int) bool { return o.compare(last, calls[i]) < 0 }):]
	}
	return slices.Values(calls)
}

// latestFirst does the same for the usual order, in which most lists end soon, without sorting.
func latestFirst(last *call, calls []*call) iter.Seq[*call] {
	if last != nil {
		calls = calls[:sort.Search(len(calls), func(i int) bool { return calls[i].index >= last.index })]
	}
	return func(yield func(*call) bool) {
		for _, c := range slices.Backward(calls) {
			if !yield(c) {
				return
			}
		}
	}
}

func (o Order) compare(a, b *call) int {
	first := 0
	if o == Shuffled {
		first = cmp.Compare(a.shuffled, b.shuffled)
	} else {
		first = cmp.Compare(b.start(), a.start())
	}
	return cmp.Or(first, cmp.Compare(b.index, a.index))
}

// start is when c was dialed, before all times if it was not.
func (c *call) start() time.Duration {
	if dialed := c.times().dialed; dialed != never {
		return dialed
	}
	return -never
}

func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}
