package calls

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"call-load-tester/pkg/twilioapi"
)

// Live lists the calls from one party to another that were placed through the
// API and are not over, oldest first.
func Live(ctx context.Context, client *twilioapi.Client, from, to string) ([]twilioapi.Call, error) {
	found := map[string]twilioapi.Call{}
	for _, status := range twilioapi.LiveStatuses { // in the order of a call's life, so that none slips through
		for call, err := range client.Calls(ctx, nil, twilioapi.Filter{From: from, To: to, Status: status}) {
			if err != nil {
				return nil, err
			}
			if call.Direction == twilioapi.Outbound {
				found[call.SID] = call
			}
		}
	}
	return oldestFirst(found), nil
}

// oldestFirst returns the calls in the order of their creation.
func oldestFirst(found map[string]twilioapi.Call) []twilioapi.Call {
	return slices.SortedFunc(maps.Values(found), func(a, b twilioapi.Call) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.SID, b.SID))
	})
}
