package cmd_test

import (
	"path/filepath"
	"strings"
	"testing"

	"call-load-tester/pkg/twiliosim"
)

// What a run may cost is told before it begins, and a bound that Twilio's prices
// do not prove is none.
func TestCost(t *testing.T) {
	t.Parallel()
	const second = "+442071838750"
	dollars := twiliosim.Config{PricePerMinute: 0.014}
	unpriced, rejected, mixed, silent := dollars, dollars, dollars, dollars
	silent.Faults = []twiliosim.Fault{{Op: twiliosim.OpPrice, Do: twiliosim.Hang}}
	unpriced.Prices = []twiliosim.Price{{To: "+1", Outbound: "0.0140"}}
	rejected.Faults = []twiliosim.Fault{{Op: twiliosim.OpPrice, Status: 401}}
	mixed.Prices = []twiliosim.Price{{To: "+1", Outbound: "0.0140"}, {To: "+44", Outbound: "0.1", Unit: "GBP"}}
	for _, tc := range []struct {
		what    string
		account twiliosim.Config
		args    []string
		status  int
		says    []string // on standard error
		calls   int
	}{
		{"the plan tells it", dollars, []string{"-d", to, "--call_count", "10", "--cps", "10"}, 0,
			[]string{"start: plan: about 0.1400 USD if all are answered for 1s, at worst 1.5400 USD\n"}, 10},
		{"a bound that holds", dollars, []string{"-d", to, "--call_count", "10", "--cps", "10", "--max_cost", "1.54"}, 0, nil, 10},
		{"a bound that does not", dollars, []string{"-d", to, "--call_count", "10", "--cps", "10", "--max_cost", "1.53"}, 2,
			[]string{"start: error: --max_cost is less than the calls could cost, which is 1.5400 USD\n" +
				"start: hint: --call_count 9 or --time_limit 599 or --max_cost 1.5400 would do\n"}, 0},
		{"a number without a price is a note", unpriced, []string{"-d", to + "," + second, "--call_count", "3", "--cps", "10"}, 0,
			[]string{"start: plan: about 0.0280 USD if all are answered for 1s, at worst 0.3080 USD\n",
				"start: plan: not counted: 1 call; no price of calls from " + from + " to " + second + ": there is no price for it\n"}, 3},
		{"but no bound", unpriced, []string{"-d", to + "," + second, "--call_count", "3", "--max_cost", "5"}, 1,
			[]string{"start: error: no price of calls from " + from + " to " + second + ": there is no price for it\n" +
				"start: hint: --max_cost holds only where all calls have a price; without it they are placed all the same\n"}, 0},
		{"credentials that the Pricing API rejects are a note", rejected, []string{"-d", to}, 0,
			[]string{"start: plan: not counted: 1 call; no price of calls from " + from + " to " + to + ": Twilio error 20003 (HTTP 401): " +
				"the credentials are wrong, of another region, or revoked (\"Authenticate\")\n"}, 1},
		{"prices that do not come are waited for two seconds", silent, []string{"-d", to}, 0,
			[]string{"start: plan: not counted: 1 call; no price of calls from " + from + " to " + to + ": no answer: the 2s for asking are over\n"}, 1},
		{"two currencies", mixed, []string{"-d", to + "," + second, "--call_count", "2", "--cps", "10"}, 0,
			[]string{"start: plan: about 0.1000 GBP and 0.0140 USD if all are answered for 1s, at worst 1.1000 GBP and 0.1540 USD\n"}, 2},
		{"have no bound", mixed, []string{"-d", to + "," + second, "--call_count", "2", "--max_cost", "9"}, 2,
			[]string{"start: error: --max_cost cannot bound several currencies: the calls could cost 1.1000 GBP and 0.1540 USD\n" +
				"start: hint: make a run for each of them\n"}, 0},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			twilio, dir := newTwilio(t, tc.account), t.TempDir()
			start := command(t, dir, "start", twilio.env, append([]string{"-c", from, "--json", "run.json"}, tc.args...)...)
			if status := start.status(t); status != tc.status {
				t.Errorf("exit status %d, want %d", status, tc.status)
			}
			stderr := start.stderr.String()
			for _, want := range tc.says {
				if !strings.Contains(stderr, want) {
					t.Errorf("%s\nwant\n%s", stderr, want)
				}
			}
			if n := len(twilio.Creates()); n != tc.calls {
				t.Errorf("%d calls were created, want %d", n, tc.calls)
			}
			files, _ := filepath.Glob(filepath.Join(dir, "*"))
			if (len(files) > 0) != (tc.calls > 0) {
				t.Errorf("%d calls were placed, and there are the files %v", tc.calls, files)
			}
		})
	}
}
