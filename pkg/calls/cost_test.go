package calls_test

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twilioapi"
)

func amount(s string) *big.Rat {
	if s == "" {
		return nil
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return r
}

// Costs worked out by hand.
func TestCostOfAPlan(t *testing.T) {
	const a, b, x, y, z = "+15005550001", "+15005550002", "+14155550101", "+14155550102", "+14155550103"
	quote := func(from, to, outbound, inbound, unit string) twilioapi.Quote {
		return twilioapi.Quote{Parties: twilioapi.Parties{From: from, To: to}, Price: twilioapi.Price{Outbound: amount(outbound), Inbound: amount(inbound), Currency: unit}}
	}
	none := twilioapi.Quote{Parties: twilioapi.Parties{From: a, To: y}, Err: errors.New("there is no price for it")}
	held := func(count int, from, to []string) calls.Plan {
		p := plan(count, 100)
		p.CallerIDs, p.Destinations, p.Hold = from, to, 10*time.Second
		p.TimeLimit = p.DefaultTimeLimit() // 10m20s: 11 minutes
		return p
	}
	unended, exact := held(10, []string{a}, []string{x}), held(10, []string{a}, []string{x})
	unended.EndCalls, exact.TimeLimit = false, 10*time.Minute
	longer := exact
	longer.Hold = 61 * time.Second
	for _, tc := range []struct {
		what           string
		plan           calls.Plan
		quotes         []twilioapi.Quote
		planned, worst string
		unpriced       int
	}{
		{"ten calls of ten seconds", held(10, []string{a}, []string{x}), []twilioapi.Quote{quote(a, x, "0.014", "", "USD")}, "0.1400 USD", "1.5400 USD", 0},
		{"each with a second leg", held(10, []string{a}, []string{x}), []twilioapi.Quote{quote(a, x, "0.014", "0.0085", "USD")}, "0.2250 USD", "2.4750 USD", 0},
		{"a limit of ten minutes may be ten and a second: eleven", exact, []twilioapi.Quote{quote(a, x, "0.014", "", "USD")}, "0.1400 USD", "1.5400 USD", 0},
		{"calls that go on have no plan", unended, []twilioapi.Quote{quote(a, x, "0.014", "", "USD")}, "", "1.5400 USD", 0},
		{"less than the last digit is one", held(1, []string{a}, []string{x}), []twilioapi.Quote{quote(a, x, "0.00001", "", "USD")}, "0.0001 USD", "0.0002 USD", 0},
		{"a little more than the last digit is one more", held(1, []string{a}, []string{x}), []twilioapi.Quote{quote(a, x, "0.00011", "", "USD")}, "0.0002 USD", "0.0013 USD", 0},
		{"seven calls, to two in turn: four and three", held(7, []string{a}, []string{x, y}),
			[]twilioapi.Quote{quote(a, x, "1", "", "USD"), quote(a, y, "10", "", "USD")}, "34.0000 USD", "374.0000 USD", 0},
		{"two by two are two pairs, not four", held(5, []string{a, b}, []string{x, y}),
			[]twilioapi.Quote{quote(a, x, "1", "", "USD"), quote(b, y, "10", "", "USD")}, "23.0000 USD", "253.0000 USD", 0},
		{"two by three are six pairs", held(7, []string{a, b}, []string{x, y, z}), []twilioapi.Quote{
			quote(a, x, "1", "", "USD"), quote(b, y, "10", "", "USD"), quote(a, z, "100", "", "USD"), quote(b, x, "1000", "", "USD"), quote(a, y, "10000", "", "USD"), quote(b, z, "100000", "", "USD")},
			"111112.0000 USD", "1222232.0000 USD", 0},
		{"a call of a second more than a minute is two", longer, []twilioapi.Quote{quote(a, x, "0.014", "", "USD")}, "0.2800 USD", "1.5400 USD", 0},
		{"currencies are told apart", held(2, []string{a}, []string{x, y}),
			[]twilioapi.Quote{quote(a, x, "1", "", "USD"), quote(a, y, "2", "", "EUR")}, "2.0000 EUR and 1.0000 USD", "22.0000 EUR and 11.0000 USD", 0},
		{"what has no price is not nothing", held(7, []string{a}, []string{x, y}), []twilioapi.Quote{quote(a, x, "1", "", "USD"), none}, "4.0000 USD", "44.0000 USD", 3},
	} {
		got := tc.plan.Cost(tc.quotes)
		if len(tc.plan.Parties()) != len(tc.quotes) {
			t.Errorf("%s: asks for %v, want %d pairs", tc.what, tc.plan.Parties(), len(tc.quotes))
		}
		if got.Planned.String() != tc.planned || got.Worst.String() != tc.worst || got.Unpriced != tc.unpriced {
			t.Errorf("%s: planned %v, worst %v, unpriced %d; want %s, %s, %d", tc.what, got.Planned, got.Worst, got.Unpriced, tc.planned, tc.worst, tc.unpriced)
		}
		s := got.Summary()
		if inText(s.Worst) != tc.worst || inText(s.Planned) != tc.planned || s.Unpriced != tc.unpriced || (s.Planned != nil) != tc.plan.EndCalls {
			t.Errorf("%s: the record has %+v; want the same", tc.what, s)
		}
	}
}

// inText writes the amounts of a record as its text does.
func inText(amounts map[string]float64) string {
	var parts []string
	for _, unit := range slices.Sorted(maps.Keys(amounts)) {
		parts = append(parts, fmt.Sprintf("%.4f %s", amounts[unit], unit))
	}
	return strings.Join(parts, " and ")
}

// What is proposed keeps the bound, and one more of it would not.
func TestWhatWouldCostNoMore(t *testing.T) {
	p := plan(10, 10)
	p.Destinations = []string{to, "+442071838750", "+14155550109"}
	p.Hold, p.TimeLimit = 90*time.Second, 10*time.Minute
	var quotes []twilioapi.Quote
	for i, of := range p.Parties() {
		quotes = append(quotes, twilioapi.Quote{Parties: of, Price: twilioapi.Price{Outbound: amount([]string{"0.014", "0.1", "0"}[i]), Currency: "USD"}})
	}
	for cents := range 392 {
		most := big.NewRat(int64(cents), 100)
		c := p.Cost(quotes)
		worst := func(p calls.Plan) *big.Rat { return p.Cost(quotes).Worst["USD"] }
		if worst(p).Cmp(most) <= 0 {
			t.Fatalf("%d cents are enough", cents)
		}
		fewer := p
		if fewer.CallCount = p.CallsWithin(most, c); fewer.CallCount > 0 && worst(fewer).Cmp(most) > 0 {
			t.Errorf("%d cents: %d calls cost %v", cents, fewer.CallCount, worst(fewer))
		}
		if fewer.CallCount++; worst(fewer).Cmp(most) <= 0 {
			t.Errorf("%d cents: %d calls would do, too", cents, fewer.CallCount)
		}
		shorter := p
		shorter.TimeLimit = p.TimeLimitWithin(most, c)
		if shorter.TimeLimit == 0 {
			shorter.TimeLimit = p.LongestCall() - time.Second // would be too short
		} else if worst(shorter).Cmp(most) > 0 || shorter.TimeLimit < p.LongestCall() {
			t.Errorf("%d cents: a limit of %v costs %v", cents, shorter.TimeLimit, worst(shorter))
		}
		if shorter.TimeLimit += time.Second; worst(shorter).Cmp(most) <= 0 {
			t.Errorf("%d cents: a limit of %v would do, too", cents, shorter.TimeLimit)
		}
	}
}

// To the cent: what costs exactly as much as there may be is within it, and no more
// calls are proposed than were planned.
func TestCallsWithinTheCent(t *testing.T) {
	p := plan(10, 10)
	p.Hold, p.TimeLimit = 119*time.Second, 9*time.Minute+59*time.Second // ten minutes at worst
	for _, tc := range []struct {
		price, most string
		calls       int
		limit       time.Duration
	}{
		{"0.05", "4.99", 9, 8*time.Minute + 59*time.Second},
		{"0.05", "1.50", 3, 2*time.Minute + 59*time.Second},
		{"0.05", "1.00", 2, time.Minute + 59*time.Second}, // as long as a call that goes as planned
		{"0.05", "0.99", 1, 0},
		{"0.05", "0.49", 0, 0},
		{"0.05", "50", 10, 99*time.Minute + 59*time.Second},
		{"0", "0", 10, 0},
	} {
		c := p.Cost([]twilioapi.Quote{{Parties: p.Parties()[0], Price: twilioapi.Price{Outbound: amount(tc.price), Currency: "USD"}}})
		if got := p.CallsWithin(amount(tc.most), c); got != tc.calls {
			t.Errorf("%s at %s a minute: %d calls, want %d", tc.most, tc.price, got, tc.calls)
		}
		if got := p.TimeLimitWithin(amount(tc.most), c); got != tc.limit {
			t.Errorf("%s at %s a minute: a limit of %v, want %v", tc.most, tc.price, got, tc.limit)
		}
	}
	p.Destinations = append(p.Destinations, "+442071838750") // by turns
	c := p.Cost([]twilioapi.Quote{
		{Parties: p.Parties()[0], Price: twilioapi.Price{Outbound: amount("0.05"), Currency: "USD"}},
		{Parties: p.Parties()[1], Price: twilioapi.Price{Outbound: amount("0.1"), Currency: "USD"}},
	})
	for most, want := range map[string]int{"50": 10, "7.5": 10, "7.49": 9, "2": 3} {
		if got := p.CallsWithin(amount(most), c); got != want {
			t.Errorf("%s at 0.05 and 0.1 a minute by turns: %d calls, want %d", most, got, want)
		}
	}
}

// Three pairs without a price are named; the others are counted.
func TestPairsWithoutAPrice(t *testing.T) {
	quote := func(to string) twilioapi.Quote {
		return twilioapi.Quote{Parties: twilioapi.Parties{From: "a", To: to}, Err: errors.New("none for it")}
	}
	quotes := []twilioapi.Quote{quote("u"), quote("v"), quote("w"), quote("x"), quote("y")}
	for n, want := range map[int]string{
		1: "no price of calls from a to u: none for it",
		3: "no price of calls from a to u, from a to v, from a to w: none for it",
		4: "no price of calls from a to u, from a to v, from a to w and between 1 other pair: none for it",
		5: "no price of calls from a to u, from a to v, from a to w and between 2 other pairs: none for it",
	} {
		if got := (&calls.NoPriceError{Quotes: quotes[:n]}).Error(); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
