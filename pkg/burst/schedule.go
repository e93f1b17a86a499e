package burst

import "fmt"

// A Schedule returns the cap of second k: the most starts in it. Second 0
// begins with the first start, and seconds go on whether there are starts or
// not. A cap is at least 1.
type Schedule func(k int) int

// Ramp returns the schedule whose cap grows evenly over so many seconds:
// max(1, ⌊cap·(k+1)/seconds⌋) until second seconds-1, then cap. With 0 seconds
// it is always cap. Ramp panics if cap is below 1 or seconds below 0.
func Ramp(cap, seconds int) Schedule {
	if cap < 1 || seconds < 0 {
		panic(fmt.Sprintf("burst: Ramp(%d, %d): the cap must be at least 1, the seconds at least 0", cap, seconds))
	}
	return func(k int) int {
		if k+1 >= seconds {
			return cap
		}
		return max(1, int(int64(cap)*int64(k+1)/int64(seconds)))
	}
}

// Total returns the sum of the caps of the first so many seconds: the most
// starts in them.
func (s Schedule) Total(seconds int) int {
	total := 0
	for k := range seconds {
		total += s(k)
	}
	return total
}

// Second returns the second in which start n (from 0) goes if every second
// before it is used to its cap.
func (s Schedule) Second(n int) int {
	for k := 0; ; k++ {
		if n -= s(k); n < 0 {
			return k
		}
	}
}
