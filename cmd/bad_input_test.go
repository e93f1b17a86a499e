package cmd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Bad input gets a clear error and does nothing: no file, no request. Each row
// has its exact message and exit status.
func TestBadInput(t *testing.T) {
	t.Parallel()
	const (
		key       = "SK0123456789abcdef0123456789abcdef"
		partyHint = "write a number with + and country code (+14155550100), an address as sip:name@host, a client as client:name"
		sipHint   = "leave the password out; TwiML's <Sip> takes one"
		setHint   = "credentials are taken from one place as a set, and never mixed"
		noSecret  = "no Twilio credentials: neither --sid and --token, nor the environment, nor twilio.env has a secret"
		copyHint  = "copy twilio.env.example to twilio.env and fill it in; a --dry_run of start, or of end --file, needs none"
		shapeHint = "copy it from the Twilio Console"
		fileHint  = "name the file that start wrote the call SIDs to"
		urlHint   = "TwiML begins with <Response>; a URL with https://"
		callSID   = "CA00000000000000000000000000000001"
		strayHint = "every value belongs to a flag; quote one that holds spaces"
	)
	loadFiles := map[string]string{
		"tw_load.ini": "[Load]\nUsers = 1\nConcurrency = 1\nURI = http://127.0.0.1/\n",
		"data.txt":    `{"Body": "hello"}`,
	}
	fileNeeded := func(example string) string {
		return "name a file that can be written, such as " + example + ", a pipe that is read, or - for standard output"
	}
	good := []string{"--dry_run", "-c", from, "-d", to}
	real := []string{"-c", from, "-d", to}
	with := func(base []string, more ...string) []string { return append(base[:len(base):len(base)], more...) }
	type problem struct{ err, hint string }
	for _, tc := range []struct {
		what    string
		command string
		args    []string
		env     []string
		files   map[string]string
		want    []problem
	}{
		{"nothing at all", "start", nil, nil, nil, []problem{
			{"--caller_id is missing", partyHint}, {"--destination is missing", partyHint}, {noSecret, copyHint}}},
		{"a number without its plus", "start", []string{"--dry_run", "-c", "15005550006", "-d", to}, nil, nil, []problem{
			{`--caller_id "15005550006" is not a phone number, SIP address or client name`, partyHint}}},
		{"a number too long", "start", []string{"--dry_run", "-c", from, "-d", "+1234567890123456"}, nil, nil, []problem{
			{`--destination "+1234567890123456" is not a phone number, SIP address or client name`, partyHint}}},
		{"one bad number of several", "start", []string{"--dry_run", "-c", from, "-d", to + ",,bob"}, nil, nil, []problem{
			{`--destination "" is not a phone number, SIP address or client name`, partyHint},
			{`--destination "bob" is not a phone number, SIP address or client name`, partyHint}}},
		{"a SIP address without host", "start", []string{"--dry_run", "-c", from, "-d", "sip:alice"}, nil, nil, []problem{
			{`--destination "sip:alice" is not a phone number, SIP address or client name`, partyHint}}},
		{"a SIP address with a password is not shown", "start", []string{"--dry_run", "-c", from, "-d", "sip:alice:s3cret@example.com"}, nil, nil, []problem{
			{"--destination has a SIP address with a password, which would be shown and logged", sipHint}}},
		{"nor a password with an @, nor one without sip:", "start", []string{"--dry_run", "-c", "SIP:alice:s3@cret@example.com", "-d", "alice:s3cret@example.com"}, nil, nil, []problem{
			{"--caller_id has a SIP address with a password, which would be shown and logged", sipHint},
			{"--destination has a SIP address with a password, which would be shown and logged", sipHint}}},
		{"nor to end", "end", []string{"-c", from, "-d", "sips:alice:s3cret@example.com"}, []string{"TWILIO_ACCOUNT_SID=" + accountSID, "TWILIO_AUTH_TOKEN=" + authToken}, nil, []problem{
			{"--destination has a SIP address with a password, which would be shown and logged", sipHint}}},
		{"a client that calls a phone", "start", []string{"--dry_run", "-c", "client:bob", "-d", to}, nil, nil, []problem{
			{`--caller_id "client:bob" cannot call a phone number (` + to + `)`, "use a Twilio number or a verified caller ID"}}},
		{"no call", "start", with(good, "--call_count", "0"), nil, nil, []problem{{"--call_count is 0", "ask for at least one call"}}},
		{"less than no call", "start", with(good, "--call_count=-3"), nil, nil, []problem{{"--call_count is -3", "ask for at least one call"}}},
		{"more calls than a run can be", "start", with(good, "--call_count", "99999999999"), nil, nil, []problem{{"--call_count is 99999999999; the most is 10000000", "split the run"}}},
		{"a count that is no number", "start", with(good, "--call_count", "many"), nil, nil, []problem{{`--call_count "many" is not a whole number`, "give a whole number, such as 20"}}},
		{"a cap of zero", "start", with(good, "--cps", "0"), nil, nil, []problem{{"--cps is 0", "the least is one call a second"}}},
		{"a fraction of a call a second", "start", with(good, "--cps", "0.5"), nil, nil, []problem{{`--cps "0.5" is not a whole number`, "give a whole number, such as 20"}}},
		{"a cap beyond reason", "start", with(good, "--cps", "1000000"), nil, nil, []problem{{"--cps is 1000000; the most is 10000", "no account dials as fast"}}},
		{"a negative hold", "start", with(good, "-h", "-1"), nil, nil, []problem{{"--hold is negative (-1s)", "give whole seconds from 0 up"}}},
		{"a ramp of half a second", "start", with(good, "--ramp", "2.5"), nil, nil, []problem{{"--ramp is 2.5s", "give whole seconds from 0 to 86400"}}},
		{"a ramp that goes down", "start", with(good, "--ramp", "-60"), nil, nil, []problem{{"--ramp is -1m0s", "give whole seconds from 0 to 86400"}}},
		{"a cost that is no amount", "start", with(good, "--max_cost", "5$"), nil, nil, []problem{{`--max_cost "5$" is not an amount`, "give an amount, such as 5 or 2.50"}}},
		{"a cost below nothing", "start", with(good, "--max_cost", "-1"), nil, nil, []problem{{"--max_cost is negative", "give an amount from 0 up, in the currency of the account"}}},
		{"a cost of calls that nothing ends", "start", with(good, "--max_cost", "5", "--time_limit", "0"), nil, nil, []problem{
			{"--max_cost needs a time limit: without one nothing bounds what a call costs", "give --time_limit 60 or more"}}},
		{"nor of calls that go on", "start", with(good, "--max_cost", "5", "-e", "false"), nil, nil, []problem{
			{"--max_cost needs a time limit: without one nothing bounds what a call costs", "give --time_limit 60 or more"}}},
		{"a cost of calls without a price", "start", []string{"--dry_run", "-c", from, "-d", to + ",sip:a@example.com,client:bob", "--max_cost", "5"}, nil, nil, []problem{
			{"--max_cost cannot bound calls to sip:a@example.com: Twilio tells prices of phone numbers only", "call phone numbers, or leave --max_cost out"},
			{"--max_cost cannot bound calls to client:bob: Twilio tells prices of phone numbers only", "call phone numbers, or leave --max_cost out"}}},
		{"a cost too low, and what would do", "start", with(good, "--call_count", "10", "--cps", "10", "-h", "90", "--max_cost", "1"), nil, nil, []problem{
			{"--max_cost is less than the calls could cost, which is 1.9600 USD", "--call_count 5 or --time_limit 419 or --max_cost 1.9600 would do"}}},
		{"no cost at all", "start", with(good, "--max_cost", "0"), nil, nil, []problem{
			{"--max_cost is less than the calls could cost, which is 0.1540 USD", "--max_cost 0.1540 would do"}}},
		{"-h for help", "start", with(good, "-h"), nil, nil, []problem{{"-h needs a value", "-h is short for --hold; help is -help"}}},
		{"end_calls that is neither", "start", with(good, "-e", "maybe"), nil, nil, []problem{{`--end_calls "maybe" is not true or false`, "give true or false, or yes or no, or 1 or 0"}}},
		{"a URL that is none, and may hold a password", "start", with(good, "-t", "bob:secret@example.com"), nil, nil, []problem{
			{"--twiml is neither TwiML nor an http or https URL", urlHint}}},
		{"TwiML that is not well-formed", "start", with(good, "-t", "<Response><Say>hello</Response>"), nil, nil, []problem{
			{"--twiml is not well-formed TwiML: XML syntax error on line 1: element <Say> closed by </Response>", "close every element, and begin with <Response>"}}},
		{"TwiML without its root", "start", with(good, "-t", "<Say>hello</Say>"), nil, nil, []problem{
			{"--twiml has the root element <Say>; TwiML needs <Response>", "put <Response> and </Response> around it"}}},
		{"TwiML too long", "start", with(good, "-t", "<Response>"+strings.Repeat("é", 3980)+"</Response>"), nil, nil, []problem{
			{"--twiml has 4001 characters; Twilio takes at most 4000", "host it and give its URL"}}},
		{"a call duration of nothing", "start", with(good, "--call_duration", "0"), nil, nil, []problem{
			{"--call_duration is 0", "give seconds above 0, or leave it out to hang all calls up together"}}},
		{"a call duration below nothing", "start", with(good, "--call_duration", "-5"), nil, nil, []problem{
			{"--call_duration is negative (-5s)", "give seconds above 0"}}},
		{"a call duration and a hold of nothing", "start", with(good, "--call_duration", "60", "-h", "0"), nil, nil, []problem{
			{"--hold has no meaning beside --call_duration, not even 0", "leave it out"}}},
		{"a call duration with all that it excludes", "start", with(good, "--call_duration", "90", "-h", "5", "-e", "false", "--time_limit", "60"), nil, nil, []problem{
			{"--hold has no meaning beside --call_duration", "leave it out"},
			{"--end_calls is false, and --call_duration hangs calls up", "leave one of them out"},
			{"--call_duration of 1m30s is above the time limit of 1m0s, after which Twilio ends a call", "give a shorter duration or a longer --time_limit"}}},
		{"a call duration of hours without a time limit", "start", with(good, "--call_duration", "14400"), nil, nil, []problem{
			{"--time_limit is needed: a call lasts 4h0m0s, and Twilio ends calls after 4 hours unless the account says otherwise",
				"give seconds after which Twilio should end an answered call, or 0 to leave it to the account"}}},
		{"a call duration of hours, and a bound of the cost, which needs a limit", "start", with(good, "--call_duration", "20000", "--max_cost", "100"), nil, nil, []problem{
			{"--time_limit is needed: a call lasts 5h33m20s, and Twilio ends calls after 4 hours unless the account says otherwise",
				"give seconds after which Twilio should end an answered call"}}},
		{"a time limit too short", "start", with(good, "--time_limit", "59"), nil, nil, []problem{
			{"--time_limit is 59s", "give 60 to 86400 seconds, or 0 to leave it to the account"}}},
		{"a plan longer than calls last", "start", with(good, "-h", "7000"), nil, nil, []problem{
			{"--time_limit is needed: the plan takes 1h56m40s, and Twilio ends calls after 4 hours unless the account says otherwise",
				"give seconds after which Twilio should end an answered call, or 0 to leave it to the account"}}},
		{"a mistyped flag", "start", with(good, "--calls_count", "3"), nil, nil, []problem{{"unknown flag --calls_count", "did you mean --call_count?"}}},
		{"an abbreviated flag", "start", with(good, "--dest", to), nil, nil, []problem{{"unknown flag --dest", "did you mean --destination?"}}},
		{"a value stuck to its flag", "start", []string{"--dry_run", "-c" + from, "-d", to}, nil, nil, []problem{
			{"unknown flag -c…", "put a space between a flag and its value: -c VALUE"}}},
		{"an argument too many", "start", with(good, "10"), nil, nil, []problem{{`unexpected argument "10"`, strayHint}}},
		{"two mistakes at once", "start", with(good, "--cps", "0", "--hold", "-5"), nil, nil, []problem{
			{"--cps is 0", "the least is one call a second"}, {"--hold is negative (-5s)", "give whole seconds from 0 up"}}},
		{"a JSON file that cannot be written", "start", with(good, "--json", "missing/out.json"), nil, nil, []problem{
			{"--json: open missing/out.json: no such file or directory", fileNeeded("out.json")}}},
		{"a page that cannot be written", "start", with(good, "--report", "missing/out.html"), nil, nil, []problem{
			{"--report: open missing/out.html: no such file or directory", fileNeeded("out.html")}}},
		{"a page and JSON in one file", "start", with(good, "--json", "out", "--report", "out"), nil, nil, []problem{
			{"--report and --json name the same file", "give each a file of its own"}}},
		{"the same, spelt otherwise", "start", with(good, "--json", "out", "--report", "./out"), nil, nil, []problem{
			{"--report and --json name the same file", "give each a file of its own"}}},
		{"both on standard output", "start", with(good, "--json", "/dev/stdout", "--report", "-"), nil, nil, []problem{
			{"--report and --json name the same file", "give each a file of its own"}}},
		{"neither can be written", "start", with(good, "--json", "missing/out.json", "--report", "."), nil, nil, []problem{
			{"--json: open missing/out.json: no such file or directory", fileNeeded("out.json")},
			{"--report: open .: is a directory", fileNeeded("out.html")}}},
		{"JSON over the credentials", "start", with(good, "--json", "twilio.env"), nil, map[string]string{"twilio.env": "# mine\n"}, []problem{
			{"--json would overwrite twilio.env, which is read", "name another file"}}},
		{"JSON over the calls to end", "end", []string{"--dry_run", "-f", "calls.csv", "--json", "./calls.csv"}, nil, map[string]string{"calls.csv": callSID}, []problem{
			{"--json would overwrite calls.csv, which is read", "name another file"}}},
		{"a page over the configuration", "load", []string{"--dry_run", "-f", "tw_load.ini", "-d", "data.txt", "--report", "tw_load.ini"}, nil, loadFiles, []problem{
			{"--report would overwrite tw_load.ini, which is read", "name another file"}}},
		{"a page over the data", "load", []string{"--dry_run", "-f", "tw_load.ini", "-d", "data.txt", "--report", "data.txt"}, nil, loadFiles, []problem{
			{"--report would overwrite data.txt, which is read", "name another file"}}},

		{"a limit of failures that are not written", "start", with(good, "--failures_max", "5"), nil, nil, []problem{
			{"--failures_max limits the file of --failures, and there is none", "name it with --failures, or leave the limit out"}}},
		{"nor by load", "load", []string{"--dry_run", "-f", "tw_load.ini", "-d", "data.txt", "--failures_max", "5"}, nil, loadFiles, []problem{
			{"--failures_max limits the file of --failures, and there is none", "name it with --failures, or leave the limit out"}}},
		{"a locustfile and a run", "load", []string{"--locustfile", "-f", "tw_load.ini"}, nil, loadFiles, []problem{
			{"--locustfile prints a file and takes no other flag", "give the others with --worker"}}},
		{"a merge of nothing", "load", []string{"--merge"}, nil, nil, []problem{{"--merge needs a value", "give the name of a file, and more if there are, such as a.json b.json"}}},
		{"a record and nothing to compare with it", "load", []string{"--compare", "before.json"}, nil, nil, []problem{
			{"--compare needs a run, or a record, to compare with that", "name the run's files with -f and -d, or the later record with --merge"}}},

		{"a token behind an equals sign and a space is not shown", "start", with(real, "--token=", "s3cret"), nil, nil, []problem{
			{"unexpected argument", strayHint}, {noSecret, copyHint}}},
		{"a token stuck to its flag is not shown", "start", with(real, "-token:s3cret"), nil, nil, []problem{
			{"unknown flag -token…", "put a space between a flag and its value: --token VALUE"}}},
		{"an API key without its secret", "start", real, []string{"TWILIO_ACCOUNT_SID=" + accountSID, "TWILIO_API_KEY=" + key}, nil, []problem{
			{"TWILIO_API_SECRET is missing from the environment", setHint}}},
		{"an API key without its secret beside a token", "start", real, []string{"TWILIO_ACCOUNT_SID=" + accountSID, "TWILIO_API_KEY=" + key, "TWILIO_AUTH_TOKEN=" + authToken}, nil, []problem{
			{"TWILIO_API_SECRET is missing from the environment", setHint}}},
		{"half a set on the command line", "start", with(real, "--sid", accountSID), nil, nil, []problem{{"--token is missing from the command line", setHint}}},
		{"sets are not mixed", "start", with(real, "--sid", accountSID), []string{"TWILIO_AUTH_TOKEN=" + authToken}, nil, []problem{
			{"--token is missing from the command line", setHint}}},
		{"half a set in the environment", "start", real, []string{"TWILIO_AUTH_TOKEN=" + authToken}, nil, []problem{
			{"TWILIO_ACCOUNT_SID is missing from the environment", setHint}}},
		{"an API secret without its key", "start", real, []string{"TWILIO_ACCOUNT_SID=" + accountSID, "TWILIO_API_SECRET=" + authToken}, nil, []problem{
			{"TWILIO_API_KEY is missing from the environment", setHint}}},
		{"an account SID that is none", "start", real, []string{"TWILIO_ACCOUNT_SID=" + key, "TWILIO_AUTH_TOKEN=" + authToken}, nil, []problem{
			{"TWILIO_ACCOUNT_SID from the environment is not an account SID (AC and 32 hex digits)", shapeHint}}},
		{"an API key that is none", "start", real, []string{"TWILIO_ACCOUNT_SID=" + accountSID, "TWILIO_API_KEY=" + accountSID, "TWILIO_API_SECRET=" + authToken}, nil, []problem{
			{"TWILIO_API_KEY from the environment is not an API key (SK and 32 hex digits)", shapeHint}}},
		{"a token with a stray character is not shown", "start", real, nil,
			map[string]string{"twilio.env": "export TWILIO_ACCOUNT_SID='" + accountSID + "'\nexport TWILIO_AUTH_TOKEN='s3cret!'\n"}, []problem{
				{"TWILIO_AUTH_TOKEN from twilio.env is not an auth token (letters and digits only)", shapeHint}}},
		{"twilio.env with a broken line", "start", real, nil,
			map[string]string{"twilio.env": "export TWILIO_ACCOUNT_SID='" + accountSID + "'\n!!s3cret\n"}, []problem{
				{"twilio.env:2: not a line of the form NAME='value'", "see twilio.env.example"}}},
		{"twilio.env with half a set", "start", real, nil,
			map[string]string{"twilio.env": "TWILIO_AUTH_TOKEN=" + authToken}, []problem{
				{"TWILIO_ACCOUNT_SID is missing from twilio.env", setHint}}},

		{"end without a file", "end", []string{"--dry_run"}, nil, nil, []problem{
			{"--file is missing", "name the file that start wrote the call SIDs to; if it is lost, give --caller_id and --destination"}}},
		{"a file that is not there", "end", []string{"--dry_run", "-f", "calls.csv"}, nil, nil, []problem{
			{"--file: stat calls.csv: no such file or directory", fileHint}}},
		{"a directory for a file", "end", []string{"--dry_run", "-f", "."}, nil, nil, []problem{{`--file "." is a directory`, fileHint}}},
		{"a dry run's file for real", "end", []string{"-f", "call_sids_1700000000_dry_run.csv"}, []string{"TWILIO_ACCOUNT_SID=" + accountSID, "TWILIO_AUTH_TOKEN=" + authToken},
			map[string]string{"call_sids_1700000000_dry_run.csv": accountSID}, []problem{
				{`--file "call_sids_1700000000_dry_run.csv" was written by a dry run; its calls do not exist`, "add --dry_run to end them in the simulator"}}},
		{"a file and numbers", "end", []string{"--dry_run", "-f", "calls.csv", "-c", from, "-d", to}, []string{"TWILIO_ACCOUNT_SID=" + accountSID, "TWILIO_AUTH_TOKEN=" + authToken}, nil, []problem{
			{"--file cannot go with --caller_id and --destination", "give the file, or the two numbers if it is lost"}}},
		{"one number of two", "end", []string{"-c", from}, []string{"TWILIO_ACCOUNT_SID=" + accountSID, "TWILIO_AUTH_TOKEN=" + authToken}, nil, []problem{
			{"--destination is missing", partyHint}}},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range tc.files {
				writeFile(t, dir, name, text)
			}
			p := command(t, dir, tc.command, tc.env, tc.args...)
			if status := p.status(t); status != 2 {
				t.Errorf("exit status %d, want 2", status)
			}
			var want strings.Builder
			for _, problem := range tc.want {
				want.WriteString(tc.command + ": error: " + problem.err + "\n")
				if problem.hint != "" {
					want.WriteString(tc.command + ": hint: " + problem.hint + "\n")
				}
			}
			if got := p.stderr.String(); got != want.String() {
				t.Errorf("stderr\n%swant\n%s", got, want.String())
			}
			if got := p.stdout.String(); got != "" {
				t.Errorf("stdout %q, want nothing", got)
			}
			for name, text := range tc.files {
				if got := readFile(t, filepath.Join(dir, name)); got != text {
					t.Errorf("%s holds %q, want %q as before", name, got, text)
				}
			}
			files, err := os.ReadDir(dir)
			if err != nil || len(files) != len(tc.files) {
				t.Errorf("%d files afterwards (error %v), want the %d from before", len(files), err, len(tc.files))
			}
		})
	}
}

// Secrets given in the wrong place are warned of, and shown nowhere.
func TestSecretsAreWarnedOfAndShownNowhere(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		what string
		args []string
		env  string
		want string
	}{
		{"a token on the command line", []string{"--sid", accountSID, "--token", authToken}, "",
			"start: warning: --token can be seen by other users of this machine\nstart: hint: put it into twilio.env or the environment\n"},
		{"a file that others can read", nil, "export TWILIO_ACCOUNT_SID='" + accountSID + "'\nexport TWILIO_AUTH_TOKEN='" + authToken + "'\n",
			"start: warning: twilio.env can be read by other users of this machine\nstart: hint: chmod 600 twilio.env\n"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Parallel()
			twilio := newTwilio(t, simple)
			dir := t.TempDir()
			if tc.env != "" {
				writeFile(t, dir, "twilio.env", tc.env)
				if err := os.Chmod(filepath.Join(dir, "twilio.env"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			args := append([]string{"-c", from, "-d", to, "-t", "https://bob:hunter2@example.com/twiml?key=hunter2", "--json", "out.json", "--report", "out.html"}, tc.args...)
			p := command(t, dir, "start", twilio.env[:2], args...)
			if status := p.status(t); status != 0 {
				t.Errorf("exit status %d, want 0", status)
			}
			if !strings.HasPrefix(p.stderr.String(), tc.want) {
				t.Errorf("stderr\n%swant it to begin with\n%s", p.stderr.String(), tc.want)
			}
			if !strings.Contains(p.stderr.String(), "start: plan: account AC0123…cdef, auth token from ") {
				t.Errorf("stderr does not say whose credentials are used:\n%s", p.stderr.String())
			}
			for name, text := range map[string]string{"stdout": p.stdout.String(), "stderr": p.stderr.String(), "the JSON": readFile(t, filepath.Join(dir, "out.json")), "the page": readFile(t, filepath.Join(dir, "out.html"))} {
				if strings.Contains(text, authToken) || strings.Contains(text, "hunter2") {
					t.Errorf("%s holds a secret:\n%s", name, text)
				}
			}
		})
	}
}
