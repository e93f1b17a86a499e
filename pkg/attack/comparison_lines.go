package attack

import (
	"slices"
	"strconv"

	"call-load-tester/pkg/compare"
	"call-load-tester/pkg/webhook"
)

// A line is one of a comparison.
type line struct {
	name  string
	unit  Unit
	line  compare.Line
	times func(*Result) *Distribution // of a percentile
}

// figure returns what package compare has found of a run, as the run itself tells
// it.
func (l line) figure(r *Result, v float64) float64 {
	switch l.unit {
	case Milliseconds:
		return min(v, float64(l.times(r).longestTime())) / 1e6
	case PercentOf:
		return 100 * v
	}
	return v
}

// Names of the figures that [Pass] may have a limit for.
const (
	LatencyP99   = "latency p99"
	FirstWordP99 = "first word p99"
)

// Names of what blocks count.
const (
	ofSeconds       = "seconds"
	ofRequests      = "requests"
	ofConversations = "conversations"
	ofCost          = "cost"
	ofLatency       = "latency"
	ofFirstWord     = "first word"
	ofSessions      = "sessions"
	ofFailed        = "failed sessions"
	ofTurns         = "turns"
	ofWordless      = "wordless turns"
)

func ofCode(code webhook.Code) string { return "code " + strconv.Itoa(int(code)) }
func ofStep(name string) string       { return "step " + name }
func failedOf(name string) string     { return "failed of " + name }

// linesOf returns what is worth comparing of two runs.
func linesOf(before, now *Result) []line {
	lines := []line{{"requests", PerSecond, compare.Ratio(ofRequests, ofSeconds), nil}}
	percentile := func(name, times string, percent float64, of func(*Result) *Distribution) {
		lines = append(lines, line{name, Milliseconds, compare.Percentile(times, percent), of})
	}
	ratio := func(name string, unit Unit, count, per string) {
		lines = append(lines, line{name, unit, compare.Ratio(count, per), nil})
	}
	latency := func(r *Result) *Distribution { return r.Histograms.Latency }
	percentile("latency p50", ofLatency, 50, latency)
	percentile("latency p90", ofLatency, 90, latency)
	percentile(LatencyP99, ofLatency, 99, latency)
	percentile("latency p99.9", ofLatency, 99.9, latency)
	for _, v := range either(now.Verdicts, before.Verdicts, func(a, b Verdict) bool { return a.Code == b.Code }) {
		if v.Code != webhook.Accepted {
			ratio(v.String(), PercentOf, ofCode(v.Code), ofRequests)
		}
	}
	for _, s := range either(now.Steps, before.Steps, func(a, b Step) bool { return a.Name == b.Name }) {
		latency := func(r *Result) *Distribution { return r.step(s.Name).Latency }
		percentile(s.Name+" p50", ofStep(s.Name), 50, latency)
		percentile(s.Name+" p99", ofStep(s.Name), 99, latency)
		if now.step(s.Name).Incomplete+before.step(s.Name).Incomplete > 0 {
			ratio(s.Name+" failed", PercentOf, failedOf(s.Name), ofStep(s.Name))
		}
	}
	if len(before.Agents)+len(now.Agents) > 0 {
		percentile("first word p50", ofFirstWord, 50, (*Result).firstWord)
		percentile(FirstWordP99, ofFirstWord, 99, (*Result).firstWord)
		ratio("sessions failed", PercentOf, ofFailed, ofSessions)
		ratio("turns without a word", PercentOf, ofWordless, ofTurns)
	}
	if before.Cost.Priced && now.Cost.Priced {
		if now.Conversations != nil && before.Conversations != nil {
			ratio("cost of a conversation", Money, ofCost, ofConversations)
		} else {
			ratio("cost of a request", Money, ofCost, ofRequests)
		}
	}
	return lines
}

// step returns what became of a step, nothing if there was none of that name.
func (r *Result) step(name string) Step {
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Name == name })
	if i < 0 {
		return Step{}
	}
	return r.Steps[i]
}

// firstWord returns the times to the first words of all agents; nil if there was
// none.
func (r *Result) firstWord() *Distribution {
	var all *Distribution
	for _, a := range r.Agents {
		if words := a.Histograms.FirstWord; words.Count() > 0 {
			all = all.plus(words.clone())
		}
	}
	return all
}

// either returns the first list with what only the second has.
func either[E any](first, second []E, same func(a, b E) bool) []E {
	all := slices.Clone(first)
	for _, e := range second {
		if !slices.ContainsFunc(first, func(f E) bool { return same(f, e) }) {
			all = append(all, e)
		}
	}
	return all
}

// blocks returns the run as package compare wants it.
func (r *Result) blocks() compare.Run {
	run := compare.Run{Counts: make(map[string][]float64), Times: make(map[string]compare.Times)}
	seconds := 0.0 // over which the rate is that of the result
	if r.Rate > 0 {
		seconds = float64(r.Requests.Sent) / r.Rate
	}
	latency := compare.Times{Whole: r.Histograms.Latency.Histogram(), Blocks: make([]compare.Buckets, len(r.Timeline))}
	firstWord := compare.Times{Whole: r.firstWord().Histogram(), Blocks: make([]compare.Buckets, len(r.Timeline))}
	steps := make(map[string]compare.Times)
	for _, s := range r.Steps {
		steps[s.Name] = compare.Times{Whole: s.Latency.Histogram(), Blocks: make([]compare.Buckets, len(r.Timeline))}
	}
	for k, i := range r.Timeline {
		count := func(name string, n float64) {
			if run.Counts[name] == nil {
				run.Counts[name] = make([]float64, len(r.Timeline))
			}
			run.Counts[name][k] = n
		}
		count(ofSeconds, min(max(seconds-i.Start, 0), i.Width))
		count(ofRequests, float64(i.Sent))
		count(ofConversations, float64(i.Begun))
		count(ofCost, r.Cost.Prices.Cost(i.Received, i.Replies)+r.Cost.Minute*float64(i.Minutes))
		count(ofSessions, float64(i.SessionsBegun))
		count(ofFailed, float64(i.SessionsFailed))
		count(ofTurns, float64(i.Turns))
		count(ofWordless, float64(i.Wordless))
		for code, n := range i.Codes {
			count(ofCode(code), float64(n))
		}
		latency.Blocks[k] = i.Latency.buckets()
		firstWord.Blocks[k] = i.FirstWord.buckets()
		for name, s := range i.Steps {
			count(ofStep(name), float64(s.Requests))
			count(failedOf(name), float64(s.Incomplete))
			if steps[name].Blocks != nil {
				steps[name].Blocks[k] = s.Latency.buckets()
			}
		}
	}
	run.Times[ofLatency] = latency
	if len(r.Agents) > 0 {
		run.Times[ofFirstWord] = firstWord
	}
	for name, times := range steps {
		run.Times[ofStep(name)] = times
	}
	return run
}
