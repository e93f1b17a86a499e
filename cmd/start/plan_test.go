package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/cli"
)

// The plan is told before anything is done, in the words of its flags.
func TestThePlanIsTold(t *testing.T) {
	for _, tc := range []struct {
		what string
		args []string
		want []string
	}{
		{"a hold", []string{"--call_count", "20", "--cps", "5", "-h", "10"}, []string{
			"start: plan: account a simulated one",
			"start: plan: 20 calls from +15005550006 to +14155550100",
			"start: plan: at most 5 a second, which takes 3s or more; SIDs go to sids.csv",
			"start: plan: hold them for 10s after the last start, then hang up",
			"start: plan: should this program die, Twilio ends calls 10m26s after their answer;",
			"start: plan: calls that wait in its queue are dialed all the same",
			"start: plan: about 20 calls live at once; 20 minutes billed if all are answered, at worst 220",
			"start: plan: about 0.2800 USD if all are answered for 13s, at worst 3.0800 USD, at the simulator's prices",
		}},
		{"a duration", []string{"--call_count", "3600", "--cps", "2", "--call_duration", "60"}, []string{
			"start: plan: account a simulated one",
			"start: plan: 3600 calls from +15005550006 to +14155550100",
			"start: plan: at most 2 a second, which takes 29m59s or more; SIDs go to sids.csv",
			"start: plan: hang up each 1m0s after Twilio accepts it, while others are started;",
			"start: plan: the time in Twilio's queue and the ringing count",
			"start: plan: should this program die, Twilio ends calls 1m55s after their answer;",
			"start: plan: calls that wait in its queue are dialed all the same",
			"start: plan: about 120 calls live at once; 3600 minutes billed if all are answered, at worst 7200",
			"start: plan: about 50.4000 USD if all are answered for 1m0s, at worst 100.8000 USD, at the simulator's prices",
		}},
		{"a ramp", []string{"--call_count", "15", "--cps", "10", "--ramp", "2"}, []string{
			"start: plan: account a simulated one",
			"start: plan: 15 calls from +15005550006 to +14155550100",
			"start: plan: at most 10 a second, which takes 1s or more; SIDs go to sids.csv",
			"start: plan: the cap grows from 5 to 10 over 2s",
			"start: plan: hold them for 0s after the last start, then hang up",
			"start: plan: should this program die, Twilio ends calls 10m2s after their answer;",
			"start: plan: calls that wait in its queue are dialed all the same",
			"start: plan: about 15 calls live at once; 15 minutes billed if all are answered, at worst 165",
			"start: plan: about 0.2100 USD if all are answered for 1s, at worst 2.3100 USD, at the simulator's prices",
		}},
		{"a time limit that is shorter than the hold", []string{"-h", "100", "--time_limit", "60"}, []string{
			"start: plan: account a simulated one",
			"start: plan: 1 call from +15005550006 to +14155550100",
			"start: plan: at most 1 a second, which takes 0s or more; SIDs go to sids.csv",
			"start: plan: hold them for 1m40s after the last start, then hang up",
			"start: warning: Twilio ends calls 1m0s after their answer, before they are to be hung up",
			"start: hint: raise --time_limit, or leave it out",
			"start: plan: about 1 call live at once; 1 minute billed if all are answered, at worst 2",
			"start: plan: about 0.0140 USD if all are answered for 1m0s, at worst 0.0280 USD, at the simulator's prices",
		}},
		{"calls that are left running", []string{"-e", "false"}, []string{
			"start: plan: account a simulated one",
			"start: plan: 1 call from +15005550006 to +14155550100",
			"start: plan: at most 1 a second, which takes 0s or more; SIDs go to sids.csv",
			"start: plan: the calls are left running",
			"start: warning: nothing but a hang-up ends the calls before Twilio's own limit, which is 4 hours unless the account says otherwise",
			"start: plan: about 1 call live at once; 1 minute billed if all are answered, at worst 241",
			"start: plan: at worst 3.3740 USD, at the simulator's prices",
		}},
	} {
		o, problems := parse(append([]string{"--dry_run", "-c", "+15005550006", "-d", "+14155550100"}, tc.args...))
		if len(problems) > 0 {
			t.Fatalf("%s: %v", tc.what, problems)
		}
		file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
		if err != nil {
			t.Fatal(err)
		}
		console := cli.NewConsole("start", file, file)
		client, closeClient := o.client(cli.Credentials{})
		status := o.askCost(console, client)
		closeClient()
		o.describe(console, cli.Credentials{}, "sids.csv")
		console.Close()
		text, err := os.ReadFile(file.Name())
		if want := strings.Join(tc.want, "\n") + "\n"; err != nil || status != cli.StatusDone || string(text) != want {
			t.Errorf("%s: status %d, %v, told\n%s\nwant\n%s", tc.what, status, err, text, want)
		}
	}
}

// Without a time limit of its own a plan gets one, by its hold or by the duration
// of its calls; one that is given stays.
func TestTheTimeLimitOfTheFlags(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want time.Duration
	}{
		{nil, 10 * time.Minute},
		{[]string{"-h", "60"}, 12 * time.Minute},
		{[]string{"--call_duration", "2"}, time.Minute},
		{[]string{"--call_duration", "60"}, 115 * time.Second},
		{[]string{"--call_duration", "60", "--time_limit", "60"}, time.Minute},
		{[]string{"--call_duration", "60", "--time_limit", "0"}, 0},
		{[]string{"-e", "false"}, 0},
		{[]string{"-e", "false", "--time_limit", "90"}, 90 * time.Second},
	} {
		o, problems := parse(append([]string{"-c", "+15005550006", "-d", "+14155550100"}, tc.args...))
		if len(problems) > 0 || o.plan.TimeLimit != tc.want {
			t.Errorf("%q: %v, %v; want %v", tc.args, o.plan.TimeLimit, problems, tc.want)
		}
	}
}
