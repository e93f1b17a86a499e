package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
)

// Flags reads a command line as the originals did: every flag has one or more
// names, with one dash or two. Values that cannot be read are collected, so
// that all of them are told at once.
//
// Name the long spelling of a flag last; messages use it.
type Flags struct {
	set       *flag.FlagSet
	problems  []error
	ambiguous bool
	files     map[string]bool // names of flags that take several
}

// Ambiguous reports whether there were flags that are none, or lack their value,
// so that what the others say may be misread.
func (f *Flags) Ambiguous() bool { return f.ambiguous }

// NewFlags returns Flags without any flag.
func NewFlags() *Flags {
	set := flag.NewFlagSet("", flag.ContinueOnError)
	set.SetOutput(io.Discard) // errors are told by the command, help by its own text
	set.Usage = func() {}
	return &Flags{set: set}
}

// A UsageError is something wrong with a command line.
type UsageError struct{ Text, Help string }

func (e *UsageError) Error() string { return e.Text }

// Hint says what to do about the error; it may be empty.
func (e *UsageError) Hint() string { return e.Help }

// String defines a flag that takes any text.
func (f *Flags) String(p *string, names ...string) {
	f.define(names, func(s string) (string, bool) { *p = s; return "", true })
}

// List defines a flag that takes texts separated by commas.
func (f *Flags) List(p *[]string, names ...string) {
	f.define(names, func(s string) (string, bool) {
		*p = nil
		for item := range strings.SplitSeq(s, ",") {
			*p = append(*p, strings.TrimSpace(item))
		}
		return "", true
	})
}

// Files defines a flag that takes one name or more: all up to the next flag.
func (f *Flags) Files(p *[]string, names ...string) {
	if f.files == nil {
		f.files = make(map[string]bool)
	}
	for _, name := range names {
		f.files[name] = true
	}
	f.define(names, func(s string) (string, bool) {
		*p = append(*p, s)
		return "the name of a file", !strings.HasPrefix(s, "-")
	})
}

// Int defines a flag that takes a whole number.
func (f *Flags) Int(p *int, names ...string) {
	f.define(names, func(s string) (string, bool) {
		n, err := strconv.Atoi(s)
		if err != nil {
			return "a whole number", false
		}
		*p = n
		return "", true
	})
}

// Seconds defines a flag that takes a number of seconds.
func (f *Flags) Seconds(p *time.Duration, names ...string) {
	f.define(names, func(s string) (string, bool) {
		const most = 1e9 // what a Duration can hold, and 30 years
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || !(n > -most && n < most) {
			return "a number of seconds", false
		}
		*p = time.Duration(n * float64(time.Second))
		return "", true
	})
}

// Amount defines a flag that takes an amount of money, exactly.
func (f *Flags) Amount(p **big.Rat, names ...string) {
	f.define(names, func(s string) (string, bool) {
		if !amountForm.MatchString(s) {
			return "an amount", false
		}
		*p, _ = new(big.Rat).SetString(s)
		return "", true
	})
}

var amountForm = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,12})?$`)

// Bool defines a flag that takes a word for yes or no, as a separate argument
// or behind "=".
func (f *Flags) Bool(p *bool, names ...string) {
	f.define(names, func(s string) (string, bool) {
		switch strings.ToLower(s) {
		case "1", "true", "yes", "y", "t":
			*p = true
		case "0", "false", "no", "n", "f":
			*p = false
		default:
			return "true or false", false
		}
		return "", true
	})
}

// Switch defines a flag that stands alone.
func (f *Flags) Switch(p *bool, names ...string) {
	for _, name := range names {
		f.set.BoolVar(p, name, *p, "")
	}
}

// example helps with what a flag wants.
var example = map[string]string{
	"a whole number":      "such as 20",
	"a number of seconds": "such as 90 or 2.5",
	"an amount":           "such as 5 or 2.50",
	"the name of a file":  "and more if there are, such as a.json b.json",
	"true or false":       "or yes or no, or 1 or 0",
}

// define defines a flag under all its names. read takes its text, or says what
// the flag wants instead.
func (f *Flags) define(names []string, read func(string) (want string, ok bool)) {
	long := names[len(names)-1]
	for _, name := range names {
		f.set.Func(name, "", func(s string) error {
			if want, ok := read(s); !ok {
				f.problems = append(f.problems, &UsageError{fmt.Sprintf("--%s %q is not %s", long, s, want), "give " + want + ", " + example[want]})
			}
			return nil
		})
	}
}

// Parse reads the arguments. It returns [flag.ErrHelp] alone if help is asked
// for, and otherwise everything that is wrong, each a [*UsageError]. A flag with
// a value that cannot be read keeps the value it had.
func (f *Flags) Parse(args []string) []error {
	args = f.eachWithItsFlag(args)
	for len(args) > 0 {
		err := f.set.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			return []error{err}
		}
		rest := f.set.Args()
		switch {
		case err != nil:
			f.ambiguous = true
			f.problems = append(f.problems, f.explain(err, args[:len(args)-len(rest)]))
		case len(rest) > 0:
			stray := fmt.Sprintf("unexpected argument %q", rest[0])
			if f.set.Lookup("token") != nil && f.IsSet("token") {
				stray = "unexpected argument" // it may be the token
			}
			f.problems = append(f.problems, &UsageError{stray, "every value belongs to a flag; quote one that holds spaces"})
			rest = rest[1:]
		}
		args = fromNextFlag(rest)
	}
	return f.problems
}

// eachWithItsFlag writes the flag before each of the names that it takes.
func (f *Flags) eachWithItsFlag(args []string) []string {
	var all []string
	last := "" // the flag that takes more names
	for i, arg := range args {
		name := strings.TrimLeft(arg, "-")
		switch {
		case strings.HasPrefix(arg, "-"):
			last = ""
			if given, _, _ := strings.Cut(name, "="); f.files[given] {
				last = "--" + given
			}
		case last != "" && args[i-1] != last && args[i-1] != last[1:]:
			all = append(all, last)
		}
		all = append(all, arg)
	}
	return all
}

// fromNextFlag skips what does not look like a flag.
func fromNextFlag(args []string) []string {
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	return args
}

// IsSet reports whether the flag with this long name, or one of the others
// given, was on the command line.
func (f *Flags) IsSet(names ...string) bool {
	found := false
	f.set.Visit(func(set *flag.Flag) {
		for _, name := range names {
			found = found || set.Name == name
		}
	})
	return found
}

// explain turns an error of package flag about the last of the arguments into
// one of ours.
func (f *Flags) explain(err error, args []string) error {
	typed := args[len(args)-1]
	if name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
		if i := strings.IndexFunc(typed, func(r rune) bool { return !isFlagRune(r) }); i >= 0 {
			typed = typed[:i] + "…" // what follows may be secret
		}
		return &UsageError{"unknown flag " + typed, f.suggest(name)}
	}
	if strings.HasPrefix(err.Error(), "flag needs an argument:") {
		help := "put it behind the flag"
		if typed == "-h" {
			help = "-h is short for --hold; help is -help"
		} else if f.files[strings.TrimLeft(typed, "-")] {
			help = "give the name of a file, " + example["the name of a file"]
		}
		return &UsageError{typed + " needs a value", help}
	}
	if strings.HasPrefix(err.Error(), "invalid boolean value") {
		return &UsageError{typed + ": this flag stands alone, without a value", ""}
	}
	return &UsageError{err.Error(), ""}
}

// suggest says what flag may have been meant.
func (f *Flags) suggest(name string) string {
	stem := name
	if i := strings.IndexFunc(name, func(r rune) bool { return !isFlagRune(r) }); i >= 0 {
		stem = name[:i]
	} else if rest := name[1:]; !strings.Contains(rest, "_") && !isWord(rest) {
		stem = name[:1] // a short flag and a number
	}
	if stem != name && f.set.Lookup(stem) != nil {
		return "put a space between a flag and its value: " + dashed(stem) + " VALUE"
	}
	var known []string
	best := ""
	f.set.VisitAll(func(flag *flag.Flag) {
		if len(flag.Name) == 1 {
			return
		}
		known = append(known, flag.Name)
		if len(name) > 1 && strings.HasPrefix(flag.Name, name) {
			best = flag.Name
		}
	})
	if best == "" {
		best = Nearest(known, name, 2)
	}
	if best == "" {
		return "-help lists the flags"
	}
	return "did you mean --" + best + "?"
}

func isFlagRune(r rune) bool {
	return r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// Nearest returns the known name most like what was written, whatever the case;
// "" if all of them differ in more places than most.
func Nearest(known []string, written string, most int) string {
	best, distance := "", most+1
	for _, name := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(written)); d < distance {
			best, distance = name, d
		}
	}
	return best
}

func isWord(s string) bool {
	return strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz-") == ""
}

// dashed writes a flag as a person would.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}
