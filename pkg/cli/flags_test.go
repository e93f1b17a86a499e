package cli_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"call-load-tester/pkg/cli"
)

// values are what the flags of these tests are read into.
type values struct {
	from  []string
	count int
	hold  time.Duration
	end   bool
	dry   bool
	text  string
}

func parse(args ...string) (values, []error) {
	v := values{count: 1, end: true}
	f := cli.NewFlags()
	f.List(&v.from, "c", "caller_id")
	f.Int(&v.count, "call_count")
	f.Seconds(&v.hold, "h", "hold")
	f.Bool(&v.end, "e", "end_calls")
	f.Switch(&v.dry, "dry_run")
	f.String(&v.text, "t", "twiml")
	return v, f.Parse(args)
}

func TestFlagsAreReadAsTheOriginalsAre(t *testing.T) {
	for _, tc := range []struct {
		line string
		want values
	}{
		{"", values{count: 1, end: true}},
		{"-c +1 --call_count 5", values{from: []string{"+1"}, count: 5, end: true}},
		{"--c=+1 -call_count=5", values{from: []string{"+1"}, count: 5, end: true}},
		{"-caller_id +1,+2", values{from: []string{"+1", "+2"}, count: 1, end: true}},
		{"-h 2.5", values{count: 1, hold: 2500 * time.Millisecond, end: true}},
		{"-e false", values{count: 1}},
		{"-e=NO --dry_run", values{count: 1, dry: true}},
		{"--end_calls 0 -t x", values{count: 1, text: "x"}},
		{"--end_calls Y", values{count: 1, end: true}},
		{"-e yes -e n", values{count: 1}},
		{"-t -x", values{count: 1, end: true, text: "-x"}},
	} {
		got, problems := parse(strings.Fields(tc.line)...)
		if fmt.Sprint(got) != fmt.Sprint(tc.want) || len(problems) > 0 {
			t.Errorf("%s: %+v, problems %v; want %+v", tc.line, got, problems, tc.want)
		}
	}
}

func TestAllProblemsOfACommandLineAreTold(t *testing.T) {
	for _, tc := range []struct {
		line string
		want []string
	}{
		{"--call_count many -h soon", []string{`--call_count "many" is not a whole number (give a whole number, such as 20)`, `--hold "soon" is not a number of seconds (give a number of seconds, such as 90 or 2.5)`}},
		{"--holt 5 --call_count x", []string{"unknown flag --holt (did you mean --hold?)", `--call_count "x" is not a whole number (give a whole number, such as 20)`}},
		{"-c+1415 -e", []string{"unknown flag -c… (put a space between a flag and its value: -c VALUE)", "-e needs a value (put it behind the flag)"}},
		{"-e=maybe -c5", []string{`--end_calls "maybe" is not true or false (give true or false, or yes or no, or 1 or 0)`, "unknown flag -c5 (put a space between a flag and its value: -c VALUE)"}},
		{"--xyzzy", []string{"unknown flag --xyzzy (-help lists the flags)"}},
		{"--caller +1", []string{"unknown flag --caller (did you mean --caller_id?)"}},
		{"a --dry_run b - -- c", []string{`unexpected argument "a" (every value belongs to a flag; quote one that holds spaces)`,
			`unexpected argument "b" (every value belongs to a flag; quote one that holds spaces)`,
			`unexpected argument "-" (every value belongs to a flag; quote one that holds spaces)`,
			`unexpected argument "c" (every value belongs to a flag; quote one that holds spaces)`}},
		{"--dry_run=maybe", []string{"--dry_run=maybe: this flag stands alone, without a value"}},
		{"-h 1e300", []string{`--hold "1e300" is not a number of seconds (give a number of seconds, such as 90 or 2.5)`}},
		{"-h NaN", []string{`--hold "NaN" is not a number of seconds (give a number of seconds, such as 90 or 2.5)`}},
	} {
		_, problems := parse(strings.Fields(tc.line)...)
		var got []string
		for _, problem := range problems {
			text := problem.Error()
			var usage *cli.UsageError
			if errors.As(problem, &usage) && usage.Help != "" {
				text += " (" + usage.Help + ")"
			}
			got = append(got, text)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s:\n got %q\nwant %q", tc.line, got, tc.want)
		}
	}
}

func TestHelpIsAskedForByItsLongNameOnly(t *testing.T) {
	for _, args := range [][]string{{"-help"}, {"--help"}, {"--dry_run", "-help", "--nonsense"}} {
		if _, problems := parse(args...); len(problems) != 1 || !errors.Is(problems[0], flag.ErrHelp) {
			t.Errorf("%v: %v, want help alone", args, problems)
		}
	}
}

func FuzzFlags(f *testing.F) {
	f.Add("-c +1 --call_count 5 -- - -e no")
	f.Add("-help -h --= -=")
	f.Fuzz(func(t *testing.T, line string) {
		_, problems := parse(strings.Fields(line)...)
		for _, problem := range problems {
			var usage *cli.UsageError
			if !errors.As(problem, &usage) && !errors.Is(problem, flag.ErrHelp) {
				t.Errorf("%q: error %T", line, problem)
			}
		}
	})
}
