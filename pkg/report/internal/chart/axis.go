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

// logTicks returns 1, 2 and 5 times powers of ten, from the last that is not above
// lowest to the first that is not below highest; where these would be more than
// most, the powers of ten alone. Both bounds are above 0. What is less than a
// millionth of the highest is below the first.
func logTicks(lowest, highest float64, most int) []Tick {
	lowest = max(lowest, highest/1e6) * (1 + 1e-9)
	highest *= 1 - 1e-9
	var list []Tick
	for _, factors := range [][]float64{{1, 2, 5}, {1}} {
		list = list[:0]
		for power := math.Floor(math.Log10(lowest)); len(list) < 2 || list[len(list)-1].Value < highest; power++ {
			for _, factor := range factors {
				v := factor * math.Pow(10, power)
				list = append(list, Tick{Value: v, Text: strconv.FormatFloat(v, 'f', max(0, -int(power)), 64)})
			}
		}
		for len(list) > 2 && list[1].Value <= lowest {
			list = list[1:]
		}
		for len(list) > 2 && list[len(list)-2].Value >= highest {
			list = list[:len(list)-1]
		}
		if len(list) <= most {
			break
		}
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
