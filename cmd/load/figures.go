package main

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/locust"
)

// figures are what a Locust master is told of a test: a line of Locust's
// statistics for each step, or for single requests, since it was told last.
type figures struct {
	kind, path string // of single requests
	pass       attack.Pass
	dryRun     bool
	entries    map[string]*locust.Entry
	errors     map[[2]string]*locust.Error // by step and text
}

func newFigures(cfg attack.Config) *figures {
	f := &figures{kind: cfg.Envelope.Kind.String(), path: cmp.Or(cfg.PlanSummary().Path, "/"), pass: cfg.Pass}
	f.pass.MaxSlower = nil // the master has nothing to compare with
	f.reset()
	return f
}

func (f *figures) reset() {
	f.entries, f.errors = make(map[string]*locust.Entry), make(map[[2]string]*locust.Error)
}

// observe counts a request. The attack calls it for one after the other, and not
// while it is asked for what it has counted so far.
func (f *figures) observe(o attack.Outcome) {
	name := cmp.Or(o.Step, f.path)
	e := f.entries[name]
	if e == nil {
		e = &locust.Entry{Name: name, Method: f.kind, Times: make(map[time.Duration]int64), PerSecond: make(map[int64]locust.Second)}
		f.entries[name] = e
	}
	second := e.PerSecond[o.Ended.Unix()]
	second.Requests++
	e.Requests++
	e.ContentLength += int64(o.Received)
	if o.Timed {
		if len(e.Times) == 0 || o.Latency < e.Min {
			e.Min = o.Latency
		}
		e.Max = max(e.Max, o.Latency)
		e.Times[attack.Rounded(o.Latency)]++
		e.TotalTime += o.Latency
	}
	if o.Ended.After(e.Last) {
		e.Last = o.Ended
	}
	if o.Failure != "" {
		second.Failures++
		e.Failures++
		f.fail(name, o)
	}
	e.PerSecond[o.Ended.Unix()] = second
}

func (f *figures) fail(name string, o attack.Outcome) {
	key := [2]string{name, o.Failure}
	e := f.errors[key]
	if e == nil {
		e = &locust.Error{Name: name, Method: f.kind, Error: o.Failure, First: o.Ended}
		f.errors[key] = e
	}
	e.Occurrences++
	e.Last = o.Ended
}

// since returns what has happened since it was asked last, and beside it what the
// attack has counted in all.
func (f *figures) since(a *attack.Attack) locust.Stats {
	var told figures
	all := a.SoFar(func() {
		told = *f
		f.reset()
	})
	var stats locust.Stats
	for _, e := range told.entries {
		stats.Entries = append(stats.Entries, *e)
	}
	for _, e := range told.errors {
		stats.Errors = append(stats.Errors, *e)
	}
	slices.SortFunc(stats.Entries, func(a, b locust.Entry) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(stats.Errors, func(a, b locust.Error) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Error, b.Error))
	})
	all.DryRun = f.dryRun
	stats.Extra, _ = json.Marshal(newSoFar(all, f.pass)) // of numbers and text
	return stats
}

// soFar is what a worker has counted in all, for the locustfile, which adds it up
// for all workers: each number of Counts, but for those named most_…, of which it
// takes the largest.
type soFar struct {
	Kind     string      `json:"kind"`
	Endpoint string      `json:"endpoint"`
	Open     bool        `json:"open"` // there is a rate
	DryRun   bool        `json:"dry_run"`
	Priced   bool        `json:"priced"`
	Pass     attack.Pass `json:"pass"`
	Counts   counts      `json:"counts"`
}

type counts struct {
	Seconds       float64               `json:"most_seconds"`
	Requests      attack.Requests       `json:"requests"`
	Verdicts      map[string]int        `json:"verdicts"`
	Messages      int                   `json:"messages"`
	Segments      int                   `json:"segments"`
	Replies       any                   `json:"replies"`
	Cost          float64               `json:"cost"`
	Conversations *attack.Conversations `json:"conversations,omitempty"`
	Agents        map[string]talks      `json:"agents,omitempty"` // by URL
}

// talks are the sessions with a voice agent.
type talks struct {
	Begun      int            `json:"begun"`
	Failed     int            `json:"failed"`
	Turns      int            `json:"turns"`
	WordsDue   int            `json:"words_due"` // of the turns
	Answered   int            `json:"answered"`
	Unheard    int            `json:"unheard"`
	Unopened   int            `json:"unopened"`
	LetThrough int            `json:"let_through"`    // of the forged handshakes
	FirstWords map[string]int `json:"first_words_ms"` // by how long they took
}

func newSoFar(r *attack.Result, pass attack.Pass) soFar {
	s := soFar{
		Kind:     r.Plan.Kind,
		Endpoint: r.Plan.Endpoint,
		Open:     r.Plan.IsOpen(),
		DryRun:   r.DryRun,
		Priced:   r.Cost.Priced,
		Pass:     pass,
		Counts: counts{
			Seconds: r.Seconds, Requests: r.Requests, Verdicts: make(map[string]int),
			Messages: r.Messages, Segments: r.Received, Replies: r.Replies, Cost: r.Cost.Total, Conversations: r.Conversations,
		},
	}
	for _, v := range r.Verdicts {
		s.Counts.Verdicts[v.String()] = v.Requests
	}
	for _, a := range r.Agents {
		if s.Counts.Agents == nil {
			s.Counts.Agents = make(map[string]talks)
		}
		words := make(map[string]int)
		for took, n := range a.Histograms.FirstWord.Counts() {
			words[inMilliseconds(took)] = n
		}
		s.Counts.Agents[a.URL] = talks{a.Begun, a.Failed, a.Turns, a.WordsDue(), a.Answered, a.Unheard, a.Unopened(), a.LetThrough, words}
	}
	return s
}

func inMilliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64)
}
