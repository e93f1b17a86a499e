package calls

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"call-load-tester/pkg/twilioapi"
)

// A Cost is what the calls of a plan cost by the prices that Twilio tells, exactly:
// each call's started minutes times the price of each of its legs. Nothing is added
// for repeats: what may have been placed is never placed again.
type Cost struct {
	Planned Amounts // if all are answered at once and go as planned; none if they are not to be ended
	Worst   Amounts // if all are answered and nothing but the time limit ends them

	NoPrice  []twilioapi.Quote // of which there is none
	Unpriced int               // calls between these

	perMinute map[twilioapi.Parties]*big.Rat
}

// Amounts are of money, by currency.
type Amounts map[string]*big.Rat

// String writes the amounts to four decimals, as Twilio writes prices, rounded up.
func (a Amounts) String() string {
	var parts []string
	for _, unit := range slices.Sorted(maps.Keys(a)) {
		parts = append(parts, roundUp(a[unit]).FloatString(4)+" "+unit)
	}
	return strings.Join(parts, " and ")
}

// roundUp rounds an amount up to four decimals.
func roundUp(amount *big.Rat) *big.Rat {
	steps := new(big.Rat).Mul(amount, big.NewRat(1e4, 1))
	whole := new(big.Int).Div(new(big.Int).Add(steps.Num(), new(big.Int).Sub(steps.Denom(), big.NewInt(1))), steps.Denom())
	return new(big.Rat).SetFrac(whole, big.NewInt(1e4))
}

func (a Amounts) add(unit string, perMinute *big.Rat, minutes int) {
	if a[unit] == nil {
		a[unit] = new(big.Rat)
	}
	a[unit].Add(a[unit], new(big.Rat).Mul(perMinute, big.NewRat(int64(minutes), 1)))
}

// floats returns the amounts as String writes them.
func (a Amounts) floats() map[string]float64 {
	floats := map[string]float64{}
	for unit, amount := range a {
		floats[unit], _ = roundUp(amount).Float64()
	}
	return floats
}

// A CostSummary is a cost as the record of a run tells it: to four decimals, rounded
// up, as the plan does.
type CostSummary struct {
	Planned  map[string]float64 `json:"planned,omitempty"` // by currency
	Worst    map[string]float64 `json:"worst"`
	Unpriced int                `json:"unpriced_calls"`
}

// Summary returns the cost for the record of the run.
func (c *Cost) Summary() *CostSummary {
	s := &CostSummary{Worst: c.Worst.floats(), Unpriced: c.Unpriced}
	if c.Planned != nil {
		s.Planned = c.Planned.floats()
	}
	return s
}

// Parties returns who calls whom by the plan, each pair once.
func (p Plan) Parties() []twilioapi.Parties {
	var order []twilioapi.Parties
	seen := map[twilioapi.Parties]bool{}
	for i := range min(p.CallCount, p.cycle()) {
		if of := p.partiesOf(i); !seen[of] {
			seen[of] = true
			order = append(order, of)
		}
	}
	return order
}

func (p Plan) partiesOf(i int) twilioapi.Parties {
	from, to := p.parties(i)
	return twilioapi.Parties{From: from, To: to}
}

// cycle returns after how many calls the parties come again.
func (p Plan) cycle() int {
	a, b := len(p.CallerIDs), len(p.Destinations)
	for b != 0 {
		a, b = b, a%b
	}
	return len(p.CallerIDs) / a * len(p.Destinations)
}

// Cost returns what the plan costs at the prices of its parties.
func (p Plan) Cost(quotes []twilioapi.Quote) *Cost {
	count := map[twilioapi.Parties]int{}
	cycle := p.cycle()
	for i := range min(p.CallCount, cycle) {
		count[p.partiesOf(i)] += (p.CallCount - i + cycle - 1) / cycle
	}
	c := &Cost{Worst: Amounts{}, perMinute: map[twilioapi.Parties]*big.Rat{}}
	if p.EndCalls {
		c.Planned = Amounts{}
	}
	planned, worst := p.Minutes()/p.CallCount, p.WorstMinutes()/p.CallCount
	for _, quote := range quotes {
		n := count[quote.Parties]
		if quote.Err != nil {
			c.NoPrice = append(c.NoPrice, quote)
			c.Unpriced += n
			continue
		}
		legs := new(big.Rat).Set(quote.Outbound)
		if quote.Inbound != nil {
			legs.Add(legs, quote.Inbound)
		}
		c.perMinute[quote.Parties] = legs
		c.Worst.add(quote.Currency, legs, n*worst)
		if c.Planned != nil {
			c.Planned.add(quote.Currency, legs, n*planned)
		}
	}
	return c
}

// CallsWithin returns how many calls of the plan cost no more than this at worst.
// All must have a price, in one currency.
func (p Plan) CallsWithin(most *big.Rat, c *Cost) int {
	minutes := big.NewRat(int64(p.WorstMinutes()/p.CallCount), 1)
	price := func(i int) *big.Rat { return new(big.Rat).Mul(minutes, c.perMinute[p.partiesOf(i)]) }
	cycle, calls := new(big.Rat), 0
	length := min(p.CallCount, p.cycle())
	for i := range length {
		cycle.Add(cycle, price(i))
	}
	left := new(big.Rat).Set(most)
	if cycle.Sign() > 0 {
		rounds := min(floor(new(big.Rat).Quo(left, cycle)), p.CallCount/length)
		calls = rounds * length
		left.Sub(left, new(big.Rat).Mul(cycle, big.NewRat(int64(rounds), 1)))
	}
	for ; calls < p.CallCount; calls++ {
		if left.Sub(left, price(calls)).Sign() < 0 {
			break
		}
	}
	return calls
}

// TimeLimitWithin returns the longest time limit, in whole seconds, with which the
// plan costs no more than this at worst; 0 if Twilio takes none as short, or if it
// would cut calls off that go as planned. All must have a price, in one currency.
func (p Plan) TimeLimitWithin(most *big.Rat, c *Cost) time.Duration {
	perMinute := new(big.Rat)
	for _, worst := range c.Worst {
		perMinute.Quo(worst, big.NewRat(int64(p.WorstMinutes()/p.CallCount), 1))
	}
	if perMinute.Sign() == 0 {
		return 0
	}
	limit := time.Duration(floor(new(big.Rat).Quo(most, perMinute)))*time.Minute - overTheLimit
	if limit < minTimeLimit || limit < p.LongestCall() {
		return 0
	}
	return limit
}

// floor returns the whole part of an amount that is at most a plan's cost.
func floor(r *big.Rat) int { return int(new(big.Int).Div(r.Num(), r.Denom()).Int64()) }

// A NoPriceError says of which calls there is no price.
type NoPriceError struct{ Quotes []twilioapi.Quote }

func (e *NoPriceError) Error() string {
	const most = 3
	var of []string
	for _, quote := range e.Quotes[:min(most, len(e.Quotes))] {
		of = append(of, fmt.Sprintf("from %s to %s", quote.From, quote.To))
	}
	text := "no price of calls " + strings.Join(of, ", ")
	switch more := len(e.Quotes) - most; {
	case more == 1:
		text += " and between 1 other pair"
	case more > 1:
		text += fmt.Sprintf(" and between %d other pairs", more)
	}
	return text + ": " + e.Quotes[0].Err.Error()
}
