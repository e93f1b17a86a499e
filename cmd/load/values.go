package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/cli"
)

// The functions here return what sets a value from its text. Their errors do
// not repeat texts that may be secret.

func text(target *string) func(string) error {
	return func(value string) error {
		if value == "" {
			return errors.New("the value is empty")
		}
		*target = value
		return nil
	}
}

func accountSID(target *string) func(string) error {
	return func(value string) error {
		if !cli.IsAccountSID(value) {
			return fmt.Errorf("%q is not an account SID: AC and 32 hex digits", value)
		}
		*target = value
		return nil
	}
}

func link(target *string, check func(string) error) func(string) error {
	return func(value string) error {
		*target = value
		return check(value)
	}
}

func method(get *bool) func(string) error {
	return func(value string) error {
		*get = strings.EqualFold(value, "GET")
		if !*get && !strings.EqualFold(value, "POST") {
			return fmt.Errorf("%q is neither POST nor GET", value)
		}
		return nil
	}
}

func pace(target *attack.Pace) func(string) error {
	return func(value string) error {
		for _, pace := range []attack.Pace{attack.Fast, attack.Real} {
			if strings.EqualFold(value, pace.String()) {
				*target = pace
				return nil
			}
		}
		return fmt.Errorf("%q is neither fast nor real", value)
	}
}

// hosts takes names, separated by commas.
func hosts(target *[]string) func(string) error {
	return func(value string) error {
		for host := range strings.SplitSeq(value, ",") {
			host = strings.TrimSpace(host)
			if host == "" || strings.ContainsAny(host, "/@ ") {
				return fmt.Errorf("%q is not the name of a host, such as api.example.com", host)
			}
			*target = append(*target, host)
		}
		return nil
	}
}

func yesNo(target *bool) func(string) error {
	return func(value string) error {
		*target = strings.EqualFold(value, "yes")
		if !*target && !strings.EqualFold(value, "no") {
			return fmt.Errorf("%q is neither yes nor no", value)
		}
		return nil
	}
}

func whole(target *int, least, most int) func(string) error {
	return func(value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is not a whole number from %d to %d", value, least, most)
		}
		*target = n
		return nil
	}
}

// duration takes a time with a unit, or a number of seconds.
func duration(target *time.Duration) func(string) error {
	const most = time.Hour
	return func(value string) error {
		compact := strings.ReplaceAll(value, " ", "")
		if seconds, err := strconv.ParseFloat(compact, 64); err == nil {
			compact = strconv.FormatFloat(seconds, 'f', -1, 64) + "s"
		}
		d, err := time.ParseDuration(compact)
		if err != nil || d <= 0 || d > most {
			return fmt.Errorf("%q is not a time such as 500ms or 15s, above 0 and up to an hour", value)
		}
		*target = d
		return nil
	}
}

// milliseconds takes a time with a unit, and sets milliseconds. A number alone might
// be meant in either of the units that limits have.
func milliseconds(target *float64) func(string) error {
	return func(value string) error {
		if _, err := strconv.ParseFloat(value, 64); err == nil {
			return fmt.Errorf("%q has no unit: say %sms or %ss", value, value, value)
		}
		var d time.Duration
		err := duration(&d)(value)
		*target = float64(d) / float64(time.Millisecond)
		return err
	}
}

func percent(target *float64) func(string) error {
	return func(value string) error {
		n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(value, "%")), 64)
		if err != nil || !(n >= 0 && n <= 100) {
			return fmt.Errorf("%q is not a percentage from 0 to 100", value)
		}
		*target = n
		return nil
	}
}

// optional sets a target that is nil unless it is given.
func optional[T any](target **T, set func(*T) func(string) error) func(string) error {
	return func(value string) error {
		*target = new(T)
		return set(*target)(value)
	}
}

func parsePrice(value string) (float64, error) {
	n, err := strconv.ParseFloat(strings.TrimPrefix(value, "$"), 64)
	if err != nil || n < 0 || math.IsInf(n, 0) || math.IsNaN(n) {
		return 0, fmt.Errorf("%q is not a price such as 0.0083", value)
	}
	return n, nil
}
