package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
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
	set      *flag.FlagSet
	problems []error
}

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

// define defines a flag under all its names. read takes its text, or says what
// the flag wants instead.
func (f *Flags) define(names []string, read func(string) (want string, ok bool)) {
	long := names[len(names)-1]
	for _, name := range names {
		f.set.Func(name, "", func(s string) error {
			if want, ok := read(s); !ok {
				f.problems = append(f.problems, &UsageError{fmt.Sprintf("--%s %q is not %s", long, s, want), ""})
			}
			return nil
		})
	}
}

// Parse reads the arguments. It returns [flag.ErrHelp] alone if help is asked
// for, and otherwise everything that is wrong, each a [*UsageError]. A flag with
// a value that cannot be read keeps the value it had.
func (f *Flags) Parse(args []string) []error {
	for len(args) > 0 {
		err := f.set.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			return []error{err}
		}
		rest := f.set.Args()
		switch {
		case err != nil:
			f.problems = append(f.problems, f.explain(err, args[:len(args)-len(rest)]))
		case len(rest) > 0:
			f.problems = append(f.problems, &UsageError{
				fmt.Sprintf("unexpected argument %q", rest[0]),
				"every value belongs to a flag; quote one that holds spaces",
			})
			rest = rest[1:]
		}
		args = fromNextFlag(rest)
	}
	return f.problems
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
		typed, _, _ = strings.Cut(typed, "=")
		return &UsageError{"unknown flag " + typed, f.suggest(name)}
	}
	if strings.HasPrefix(err.Error(), "flag needs an argument:") {
		help := ""
		if typed == "-h" {
			help = "-h is short for --hold; help is -help"
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
	if short, rest := name[:1], name[1:]; rest != "" && f.set.Lookup(short) != nil && !strings.Contains(rest, "_") && !isWord(rest) {
		return fmt.Sprintf("put a space between a short flag and its value: -%s %s", short, rest)
	}
	best, distance := "", 3
	f.set.VisitAll(func(known *flag.Flag) {
		if len(known.Name) == 1 {
			return
		}
		if d := levenshtein.ComputeDistance(name, known.Name); d < distance {
			best, distance = known.Name, d
		}
		if len(name) > 1 && strings.HasPrefix(known.Name, name) {
			best, distance = known.Name, 0
		}
	})
	if best == "" {
		return "-help lists the flags"
	}
	return "did you mean --" + best + "?"
}

func isWord(s string) bool {
	return strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz-") == ""
}
