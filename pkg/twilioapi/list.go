package twilioapi

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// pageSize is the most that Twilio gives at once (Twilio: Call resource, 20007).
const pageSize = 1000

// A Filter chooses calls to list. Zero fields choose all.
type Filter struct {
	From, To     string
	Status       string
	StartedSince time.Time // calls that were never dialed have no start time and match no such filter

	// CreatedSince leaves out calls that were created earlier, by Twilio's
	// clock. A list is read no further where it is seen to be latest first and
	// past that time. With StartedSince nothing is missed; without it, calls
	// that were never dialed may be.
	CreatedSince time.Time
}

// Calls yields the calls that f chooses, page by page, in Twilio's order, which
// may be any. The first error is the last thing yielded. Each page is one of the
// requests in flight; nil bounds those not.
func (c *Client) Calls(ctx context.Context, inFlight *InFlight, f Filter) iter.Seq2[Call, error] {
	return func(yield func(Call, error) bool) {
		next, seen := "", order{}
		for {
			page, err := c.page(ctx, inFlight, f, next)
			if err != nil {
				yield(Call{}, err)
				return
			}
			for i := range page.Calls {
				call := fromAPI(&page.Calls[i])
				seen.see(call)
				if f.chooses(call) && !yield(call, nil) {
					return
				}
			}
			if next = text(page.NextPageUri); next == "" || seen.isPast(f.CreatedSince) {
				return
			}
		}
	}
}

// page reads the page at a next_page_uri, or the first one. It is asked for
// again while Twilio cannot answer, for as long as [Retry] does.
func (c *Client) page(ctx context.Context, inFlight *InFlight, f Filter, next string) (*api.ListCallResponse, error) {
	var page *api.ListCallResponse
	err := Retry(ctx, func() error {
		return inFlight.Do(ctx, ForRead, func() error {
			conn := c.pool.any(ctx, ForRead)
			defer c.pool.put(conn)
			return c.send(ctx, conn, nil, func(a *api.ApiService) (err error) {
				if next == "" {
					page, err = a.PageCall(f.params(), "", "")
				} else {
					page, err = further(a, next)
				}
				return err
			}).failure()
		})
	})
	return page, err
}

// further reads a further page. The library's own way to do it reads all pages.
func further(a *api.ApiService, uri string) (*api.ListCallResponse, error) {
	res, err := a.RequestHandler().Get("https://api.twilio.com"+uri, nil, nil, "")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	page := new(api.ListCallResponse)
	return page, json.NewDecoder(res.Body).Decode(page)
}

// params are the filters that Twilio applies. The library cuts a dot and the
// digits behind it out of every query value, which spoils an address such as
// sip:alice@203.0.113.5; so a party that is no phone number is left for
// chooses.
func (f Filter) params() *api.ListCallParams {
	p := new(api.ListCallParams).SetPageSize(pageSize)
	if isPhoneNumber(f.From) {
		p.SetFrom(f.From)
	}
	if isPhoneNumber(f.To) {
		p.SetTo(f.To)
	}
	if f.Status != "" {
		p.SetStatus(f.Status)
	}
	if !f.StartedSince.IsZero() {
		p.SetStartTimeAfter(f.StartedSince.UTC().Truncate(24 * time.Hour))
	}
	return p
}

// chooses reports whether a call that Twilio listed is between the parties, and
// late enough.
func (f Filter) chooses(c Call) bool {
	return (f.From == "" || sameParty(f.From, c.From)) && (f.To == "" || sameParty(f.To, c.To)) &&
		!c.Created.Before(f.CreatedSince)
}

func isPhoneNumber(party string) bool { return strings.HasPrefix(party, "+") }

// sameParty reports whether two addresses are the same party: Twilio shows
// sip:user@host without its scheme.
func sameParty(a, b string) bool {
	return strings.EqualFold(strings.TrimPrefix(a, "sip:"), strings.TrimPrefix(b, "sip:"))
}
