package calls

import (
	"fmt"
	"testing"
	"time"
)

// Of ten calls accepted in each second, and Twilio's estimates of their waits: in
// which second it is told that the queue grows, and how many calls are dialed.
func TestAQueueIsJudgedByTenSeconds(t *testing.T) {
	steady := func(from, grows float64) (waits []float64) {
		for k := range 12 {
			waits = append(waits, from+grows*float64(k))
		}
		return waits
	}
	for _, tc := range []struct {
		what  string
		waits []float64 // seconds, by second
		want  string
	}{
		{"a second a second: half is dialed", steady(0, 1), "11: 5.00"},
		{"a tenth of a second is chance", steady(5, 0.1), ""},
		{"a little more is not", steady(5, 0.125), "11: 8.89"},
		{"two seconds of wait are short, however they grow", append(make([]float64, 10), 2, 2), ""},
		{"more are not", append(make([]float64, 10), 2.5, 2.5), "11: 8.00"},
		{"a wait that has grown and stays", append(steady(0, 1), 11, 11, 11, 11, 11, 11, 11, 11, 11, 11),
			"11: 5.00, 12: 5.00, 13: 5.26, 14: 5.56, 15: 5.88, 16: 6.25, 17: 6.67, 18: 7.14, 19: 7.69, 20: 8.33"},
	} {
		var q queueTrend
		told := ""
		for k, wait := range tc.waits {
			for i := range 10 {
				sent := time.Unix(int64(k), int64(i)*int64(time.Millisecond))
				if rate, grows := q.add(sent, time.Duration(wait*float64(time.Second))); grows {
					told += fmt.Sprintf(", %d: %.2f", k, rate)
				}
			}
		}
		if want := tc.want; told != want && told != ", "+want {
			t.Errorf("%s: told %q, want %q", tc.what, told, want)
		}
	}
}

// A call that was accepted in a second that is over counts there; one from before
// the ten seconds counts no more.
func TestAnAnswerThatCameLateIsCountedInItsSecond(t *testing.T) {
	var q queueTrend
	for k := range 11 {
		q.add(time.Unix(int64(k), 0), time.Duration(k)*time.Second)
	}
	for range 10 {
		q.add(time.Unix(10, 0), 10*time.Second)
		q.add(time.Unix(5, 0), 5*time.Second)
		q.add(time.Unix(0, 0), 5*time.Second)
	}
	if rate, grows := q.add(time.Unix(11, 0), 11*time.Second); !grows || rate != 2 {
		t.Errorf("%v dialed a second, grows %v; want two thirds of the 30 that were accepted in ten seconds", rate, grows)
	}
	q.add(time.Unix(12, 0), 12*time.Second)
	if rate, grows := q.add(time.Unix(0, 0), time.Hour); grows || rate != 0 {
		t.Errorf("a call of second 0 is judged in second 12: %v", rate)
	}
}
