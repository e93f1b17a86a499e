package locust

import (
	"time"

	"github.com/tinylib/msgp/msgp"
)

// Stats are what has happened since the Stats before: the master adds them up, those of all workers.
type Stats struct {
	Entries []Entry
	Errors  []Error
	// Extra is handed to the locustfile as it is, as bytes under "extra" in the data of the event worker_report. JSON is a
	// good choice.
	Extra []byte
}

// An Entry is a line of Locust's statistics.
type Entry struct {
	Name, Method string // together they name the line

	Requests, Failures int64
	ContentLength      int64 // bytes of all responses

	// Times says how many requests had which response time. The master adds them up key by key, so all workers must round
	// response times in the same way; to three digits say, which keeps the number of keys small. Requests that are not in
	// it are those without a response time.
	Times     map[time.Duration]int64
	TotalTime time.Duration // of all response times, not rounded
	Min, Max  time.Duration // of the response times, not rounded

	PerSecond map[int64]Second // by Unix second
	Last      time.Time        // of the last request; zero if there was none
}

// A Second is what an [Entry] counts in one second.
type Second struct{ Requests, Failures int64 }

// An Error is a line of Locust's failures: so many requests of an entry failed in this way.
type Error struct {
	Name, Method string // of the entry
	Error        string
	Occurrences  int64
	First, Last  time.Time
}

// append adds the four entries of a map with all of s: the total of the entries is worked out here.
func (s Stats) append(b []byte, since time.Time) []byte {
	b = msgp.AppendString(b, "stats")
	b = msgp.AppendArrayHeader(b, uint32(len(s.Entries)))
	total := Entry{Name: "Aggregated"}
	for _, e := range s.Entries {
		b = e.append(b, since)
		total.add(e)
	}
	b = total.append(msgp.AppendString(b, "stats_total"), since)

	b = msgp.AppendString(b, "errors")
	b = msgp.AppendMapHeader(b, uint32(len(s.Errors)))
	for _, e := range s.Errors {
		b = e.append(msgp.AppendString(b, e.Method+"."+e.Name+"."+e.Error))
	}
	return msgp.AppendBytes(msgp.AppendString(b, "extra"), s.Extra)
}

// append writes the fields of Locust's StatsEntryDict (locust/stats.py).
func (e Entry) append(b []byte, since time.Time) []byte {
	timed := e.timed()
	b = msgp.AppendMapHeader(b, 14)
	b = msgp.AppendString(msgp.AppendString(b, "name"), e.Name)
	b = msgp.AppendString(msgp.AppendString(b, "method"), e.Method)
	b = appendTime(msgp.AppendString(b, "last_request_timestamp"), e.Last)
	b = appendTime(msgp.AppendString(b, "start_time"), since)
	b = msgp.AppendInt64(msgp.AppendString(b, "num_requests"), e.Requests)
	b = msgp.AppendInt64(msgp.AppendString(b, "num_none_requests"), e.Requests-timed)
	b = msgp.AppendInt64(msgp.AppendString(b, "num_failures"), e.Failures)
	b = msgp.AppendFloat64(msgp.AppendString(b, "total_response_time"), milliseconds(e.TotalTime))
	b = msgp.AppendFloat64(msgp.AppendString(b, "max_response_time"), milliseconds(e.Max))
	b = msgp.AppendString(b, "min_response_time")
	if timed == 0 {
		b = msgp.AppendNil(b)
	} else {
		b = msgp.AppendFloat64(b, milliseconds(e.Min))
	}
	b = msgp.AppendInt64(msgp.AppendString(b, "total_content_length"), e.ContentLength)

	b = msgp.AppendMapHeader(msgp.AppendString(b, "response_times"), uint32(len(e.Times)))
	for _, took := range sortedKeys(e.Times) {
		b = msgp.AppendInt64(msgp.AppendFloat64(b, milliseconds(took)), e.Times[took])
	}
	b = appendSeconds(msgp.AppendString(b, "num_reqs_per_sec"), e.PerSecond, func(s Second) int64 { return s.Requests })
	return appendSeconds(msgp.AppendString(b, "num_fail_per_sec"), e.PerSecond, func(s Second) int64 { return s.Failures })
}

func appendSeconds(b []byte, seconds map[int64]Second, count func(Second) int64) []byte {
	b = msgp.AppendMapHeader(b, uint32(len(seconds)))
	for _, second := range sortedKeys(seconds) {
		b = msgp.AppendInt64(msgp.AppendInt64(b, second), count(seconds[second]))
	}
	return b
}

// timed is the number of requests that had a response time.
func (e Entry) timed() (n int64) {
	for _, requests := range e.Times {
		n += requests
	}
	return n
}

// add counts what other counts, too.
func (e *Entry) add(other Entry) {
	if other.timed() > 0 && (e.timed() == 0 || other.Min < e.Min) {
		e.Min = other.Min
	}
	e.Max = max(e.Max, other.Max)
	e.Requests += other.Requests
	e.Failures += other.Failures
	e.ContentLength += other.ContentLength
	e.TotalTime += other.TotalTime
	if other.Last.After(e.Last) {
		e.Last = other.Last
	}
	if e.Times == nil {
		e.Times, e.PerSecond = make(map[time.Duration]int64), make(map[int64]Second)
	}
	for took, requests := range other.Times {
		e.Times[took] += requests
	}
	for second, n := range other.PerSecond {
		sum := e.PerSecond[second]
		e.PerSecond[second] = Second{sum.Requests + n.Requests, sum.Failures + n.Failures}
	}
}

// append writes the fields of Locust's StatsErrorDict (locust/stats.py).
func (e Error) append(b []byte) []byte {
	b = msgp.AppendMapHeader(b, 6)
	b = msgp.AppendString(msgp.AppendString(b, "name"), e.Name)
	b = msgp.AppendString(msgp.AppendString(b, "method"), e.Method)
	b = msgp.AppendString(msgp.AppendString(b, "error"), e.Error)
	b = msgp.AppendInt64(msgp.AppendString(b, "occurrences"), e.Occurrences)
	b = appendTime(msgp.AppendString(b, "first_seen"), e.First)
	return appendTime(msgp.AppendString(b, "last_seen"), e.Last)
}

// appendTime writes t as Locust has times: Unix seconds.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return msgp.AppendNil(b)
	}
	return msgp.AppendFloat64(b, float64(t.UnixMicro())/1e6)
}

// milliseconds is d as Locust has response times.
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
