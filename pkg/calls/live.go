package calls

import (
	"cmp"
	"context"
	"slices"
)

// Live lists the calls from one party to another that were placed through the
// API and are not over, oldest first.
func (c *Client) Live(ctx context.Context, from, to string) ([]Call, error) {
	found := map[string]Call{}
	for _, status := range liveStatuses { // in the order of a call's life, so that none slips through
		for call, err := range c.list(ctx, filter{From: from, To: to, Status: status}) {
			if err != nil {
				return nil, err
			}
			if call.Direction == outboundAPI {
				found[call.SID] = call
			}
		}
	}
	return oldestFirst(found), nil
}

// oldestFirst returns the calls in the order of their creation.
func oldestFirst(found map[string]Call) []Call {
	calls := make([]Call, 0, len(found))
	for _, call := range found {
		calls = append(calls, call)
	}
	slices.SortFunc(calls, func(a, b Call) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.SID, b.SID))
	})
	return calls
}
