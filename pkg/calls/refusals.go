package calls

import (
	"errors"

	"call-load-tester/pkg/twilioapi"
)

// Refusals counts what Twilio refused, by reason, in the order met first.
type Refusals []Refusal

// A Refusal counts what was refused for one reason.
type Refusal struct {
	Err   error // the first of its kind
	Count int
}

// Total returns how many refusals there are in all.
func (r Refusals) Total() int {
	total := 0
	for _, refusal := range r {
		total += refusal.Count
	}
	return total
}

func (r *Refusals) add(err error) {
	for i := range *r {
		if sameReason((*r)[i].Err, err) {
			(*r)[i].Count++
			return
		}
	}
	*r = append(*r, Refusal{err, 1})
}

// sameReason reports whether two errors have the same code and status; messages
// differ by the numbers they name.
func sameReason(a, b error) bool {
	var x, y *twilioapi.APIError
	if errors.As(a, &x) && errors.As(b, &y) {
		return x.Code == y.Code && x.Status == y.Status
	}
	return a.Error() == b.Error()
}
