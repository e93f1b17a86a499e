package chart

import (
	"math"
	"strconv"
)

// A Tick names a value of an axis.
type Tick struct {
	Value float64
	Text  string
}

// upTo leaves out the ticks beyond the end of an axis.
func upTo(end float64, ticks []Tick) []Tick {
	for len(ticks) > 0 && ticks[len(ticks)-1].Value > end*(1+1e-9) {
		ticks = ticks[:len(ticks)-1]
	}
	return ticks
}

// niceTicks returns round numbers from 0 to the first that is not below
// highest, in at most about so many steps.
func niceTicks(highest float64, steps int) []Tick {
	step := niceStep(highest / float64(max(1, steps)))
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var list []Tick
	for i := range int(math.Ceil(highest/step-1e-9)) + 1 {
		list = append(list, Tick{Value: float64(i) * step, Text: strconv.FormatFloat(float64(i)*step, 'f', decimals, 64)})
	}
	return list
}

// niceStep returns the least of 1, 2 and 5 times a power of ten that is not
// below v.
func niceStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, factor := range []float64{1, 2, 5} {
		if factor*power >= v*(1-1e-9) {
			return factor * power
		}
	}
	return 10 * power
}
