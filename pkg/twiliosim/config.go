package twiliosim

import (
	"fmt"
	"time"
)

// Config says what kind of account to simulate. The zero value is a friendly one: it takes any credentials, answers at
// once, dials at once, and everybody picks up at once and stays until the call is ended.
type Config struct {
	// SID is the account's SID; requests for another account find nothing (404, code 20404). Empty: every well-formed
	// account SID in a path is taken for this account's own.
	SID string
	// Username and Password are the only credentials that pass (else 401, code 20003): the account's SID and auth token,
	// or an API key and its secret. An empty Username stands for SID; an empty Password lets everybody in.
	Username, Password string
	// Trial makes it a trial account: it refuses the parameters TimeLimit and Twiml (code 10002) and ends every call
	// ten minutes after its answer. Twilio: docs/usage/trials/try-out-voice, error dictionary 13805.
	Trial bool

	// Numbers are the phone numbers the account owns or has verified, in E.164. If there are any, a call from another
	// phone number is refused (code 21210), and a call to one of them shows a second, inbound record with its own SID
	// once it rings. Empty: all callers are good, no inbound records.
	Numbers []string

	// ResponseTime is how long a request takes, and ResponseSpread how far that may be off either way, evenly
	// distributed. What a request does, it does on arrival.
	ResponseTime, ResponseSpread time.Duration
	// ConnectTime is how long setting up an in-memory connection takes ([Account.Dial]).
	ConnectTime time.Duration
	// MaxConcurrent is the number of requests the account serves at once; more get 429, code 20429, immediately and
	// without effect. 0: no limit.
	MaxConcurrent int

	// CPS is the account's calls per second. Calls above it wait in the queue, which lets one go every 1/CPS seconds.
	// 0: no limit, calls are dialed on arrival.
	CPS int
	// MaxQueue is the number of calls that may wait in that queue; more are refused (code 22005). 0: no limit.
	MaxQueue int
	// MaxLive is the number of calls, queued ones and inbound records included, that may be live at once; more are
	// refused (code 10004). 0: no limit.
	MaxLive int

	// Busy, NoAnswer and Failed are the shares of calls, 0 to 1 and together at most 1, that nobody picks up. Busy and
	// failed ones end when they are dialed, unanswered ones after the Timeout of their request (60 s if it has none).
	Busy, NoAnswer, Failed float64
	// RingTime is how long a call rings before it is answered; a Timeout in the request that comes first makes it
	// no-answer. 0: calls are answered when they are dialed.
	RingTime time.Duration
	// TalkTime is how long an answered call runs if nobody ends it. 0: until the TimeLimit of its request, counted from
	// the answer (14,400 s if it has none).
	TalkTime time.Duration

	// PricePerMinute is charged, in USD, for each started minute of an answered call, PriceDelay after its end.
	// 0: calls never get a price.
	PricePerMinute float64
	PriceDelay     time.Duration
	// Prices are what the Pricing API tells, whatever calls are charged; of those that fit a destination the ones with
	// the longest To count. nil: PricePerMinute for all destinations, or null if that is 0.
	Prices []Price
	// ClockAhead is how far the account's clock, by which its records and the Date header of its answers go, is ahead
	// of this process's; behind, if it is negative.
	ClockAhead time.Duration
	// ListDelay is how long after its creation a record shows up in lists. Fetching by SID finds it at once.
	ListDelay time.Duration
	// ListOrder is the order of the calls in a list.
	ListOrder Order
	// EndDelay is how long a dialed call lives on after a hang-up was accepted; the answer to it shows the call live.
	EndDelay time.Duration
	// AllowEndTwice makes a hang-up of a call that is over succeed (200 and the record). By default it is refused with
	// 400, code 21220. Twilio's pages leave open which it is.
	AllowEndTwice bool

	// Faults are what goes wrong. If several fit a request, the first of them strikes.
	Faults []Fault
	// Seed decides everything random: SIDs, response times, who picks up, which share of requests a fault strikes. The
	// same seed and the same requests in the same order give the same account.
	Seed uint64
}

// Limits of a call in seconds, and of its TwiML. Twilio: OpenAPI document (Timeout, Twiml); blog on configurable call
// limits for programmable voice; error dictionary 13805. The numbers for TimeLimit are derived: 1 minute, 4 h, 24 h.
const (
	defaultRing     = 60
	maxRing         = 600
	defaultLimit    = 14400
	minLimit        = 60
	maxLimit        = 86400
	trialLimit      = 600
	maxTwimlLetters = 4000
)

// check reports a value of c that makes no sense.
func (c *Config) check() error {
	for name, d := range map[string]time.Duration{
		"ResponseTime": c.ResponseTime, "ResponseSpread": c.ResponseSpread, "ConnectTime": c.ConnectTime,
		"RingTime": c.RingTime, "TalkTime": c.TalkTime, "PriceDelay": c.PriceDelay, "ListDelay": c.ListDelay,
		"EndDelay": c.EndDelay,
	} {
		if d < 0 {
			return fmt.Errorf("%s is negative: %v", name, d)
		}
	}
	for name, n := range map[string]int{
		"MaxConcurrent": c.MaxConcurrent, "CPS": c.CPS, "MaxQueue": c.MaxQueue, "MaxLive": c.MaxLive,
	} {
		if n < 0 {
			return fmt.Errorf("%s is negative: %d", name, n)
		}
	}
	if c.Busy < 0 || c.NoAnswer < 0 || c.Failed < 0 || c.Busy+c.NoAnswer+c.Failed > 1+1e-9 {
		return fmt.Errorf("shares Busy %v, NoAnswer %v, Failed %v are not within 0 to 1", c.Busy, c.NoAnswer, c.Failed)
	}
	if c.SID != "" && !isSID("AC", c.SID) {
		return fmt.Errorf("account SID %q is not AC and 32 hex digits", c.SID)
	}
	if c.ListOrder >= numOrders {
		return fmt.Errorf("unknown ListOrder %d", c.ListOrder)
	}
	for i := range c.Faults {
		if err := c.Faults[i].check(); err != nil {
			return fmt.Errorf("fault %d: %w", i, err)
		}
	}
	return nil
}
