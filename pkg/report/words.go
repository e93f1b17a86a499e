package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Count writes how many there are of what a noun names.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// IfAny puts how many there are into the format, if there are any.
func IfAny(n int, noun, format string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(format, Count(n, noun))
}

// HintIf returns the hint if it is called for.
func HintIf(wanted bool, hint string) string {
	if wanted {
		return hint
	}
	return ""
}

// Number writes a value with at most one decimal.
func Number(v float64) string { return decimals(v, 1) }

// decimals writes a value with at most n decimals, n > 0.
func decimals(v float64, n int) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(v, 'f', n, 64), "0"), ".")
}

// Apart writes a value with one decimal. Where it differs from one of the others
// and would read the same, it gets as many more as tell them apart.
func Apart(v float64, others ...float64) string {
	for n := 1; ; n++ {
		text := decimals(v, n)
		same := func(other float64) bool { return other != v && decimals(other, n) == text }
		if n == 9 || !slices.ContainsFunc(others, same) {
			return text
		}
	}
}

// Percent writes a share, which reads as nothing or all only if it is; nothing
// of nothing is 0 %.
func Percent(part, whole int) string {
	if whole == 0 {
		return "0\u00a0%"
	}
	return Apart(100*float64(part)/float64(whole), 0, 100) + "\u00a0%"
}

// RunOf says what kind of run it was, and how long it took.
func RunOf(interrupted, dry bool, seconds float64) string {
	return fmt.Sprintf("a%s%s run of %v", HintIf(interrupted, "n interrupted"), HintIf(dry, " dry"), Took(seconds))
}

// Took returns a time that is worth reading: of less than a second to the
// millisecond.
func Took(seconds float64) time.Duration {
	exact := time.Duration(seconds * float64(time.Second))
	if exact < time.Second {
		return exact.Round(time.Millisecond)
	}
	return exact.Round(100 * time.Millisecond)
}
