package attack

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"call-load-tester/pkg/timeline"
	"call-load-tester/pkg/webhook"
)

// A recorder counts the outcomes of all senders. Its memory does not grow with
// the number of requests. It is safe for concurrent use.
//
// There is one for all senders, since its histograms take 1 MB, those of the
// timeline as much again, and there may be 50,000 senders. So a sender
// keeps its outcomes and takes the lock once for batchSize of them. That costs
// some 60 ns a request, counting included, where the request takes 15,000.
type recorder struct {
	start   time.Time     // set before the first use
	observe func(Outcome) // nil: nobody

	mu       sync.Mutex
	result   Result // what is added up of it
	verdicts map[webhook.Code]int
	statuses map[int]int
	causes   map[string]int
	latency  *Distribution
	service  *Distribution
	timeline *timeline.Timeline[bin]

	steps         map[string]*step
	conversations conversationCounts
	agents        map[string]*agent
	sessions      int // with voice agents, live
}

// batchSize bounds both how much memory an idle sender holds and how often a
// busy one takes the recorder's lock.
const batchSize = 32

func newRecorder(observe func(Outcome)) *recorder {
	return &recorder{
		observe:  observe,
		verdicts: make(map[webhook.Code]int),
		statuses: make(map[int]int),
		causes:   make(map[string]int),
		latency:  newDistribution(digits),
		service:  newDistribution(digits),
		timeline: timeline.New(0, (*bin).merge),
		steps:    make(map[string]*step),
		agents:   make(map[string]*agent),
	}
}

// begin starts the clock, as from then on.
func (r *recorder) begin(start time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.start = start
	r.result.Began = start
}

// wants notes how many were wanted at a time since the start.
func (r *recorder) wants(at time.Duration, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.timeline.At(at)
	b.Wanted = max(b.Wanted, n)
}

// add counts a batch of outcomes.
func (r *recorder) add(batch []outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range batch {
		r.count(&batch[i])
	}
}

func (r *recorder) count(o *outcome) {
	n := &r.result.Requests
	n.Sent++
	*n.of(o.class)++
	if o.class != refused && o.class != letThrough {
		r.verdicts[o.code]++
	}
	if o.class == unanswered {
		r.causes[o.cause]++
	} else {
		r.statuses[o.status]++
	}
	if o.forged {
		n.BadSignatures++
	}
	if o.code == webhook.OwnLimit {
		n.OwnLimit++
	}
	if o.billed() {
		r.result.Received += o.received
		r.result.Messages += min(o.received, 1)
	}
	if o.class == accepted {
		r.result.Replies.Add(o.replies)
	}
	if o.step != nil {
		o.step.count(o)
	}
	if o.callback {
		r.conversations.callback(o)
	}
	if o.elsewhere && (o.callback || o.forged) { // the others are told to their conversations
		r.conversations.Elsewhere++
	}
	if wait := o.sent - o.due; wait >= Late {
		n.late(1, wait)
	}
	if o.timed() {
		r.latency.record(o.ended - o.due)
		r.service.record(o.ended - o.sent)
	} else {
		n.Untimed++
	}
	place(r.timeline, o)
	if r.observe != nil {
		r.observe(o.public(r.start))
	}
}

// late counts requests that were sent late, or not at all, the first of them
// after such a wait.
func (n *Requests) late(requests int, wait time.Duration) {
	n.Late += requests
	n.MostLate = max(n.MostLate, ms(wait))
}

// addBytes counts what a sender has sent and received over its connections.
func (r *recorder) addBytes(sent, received int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.BytesSent += sent
	r.result.BytesReceived += received
}

// addUnsent counts requests that were due but not sent, the first of which had
// waited so long.
func (r *recorder) addUnsent(requests int, waited time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Requests.Unsent += requests
	r.result.Requests.late(requests, waited)
}

// conclude returns the result, once all is counted.
func (r *recorder) conclude() *Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	result := r.counts()
	result.Histograms = Histograms{r.latency.orNil(), r.service.orNil(), r.conversations.lasted.orNil()}
	result.Timeline = intervals(r.timeline)
	result.Steps, result.Agents = stepsOf(r.steps), agentsOf(r.agents)
	result.figure()
	return result
}

// soFar returns the counts while there may be more; while then is called there
// are not.
func (r *recorder) soFar(then func()) *Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	then()
	result := r.counts()
	if !r.start.IsZero() {
		result.Seconds = max(0, time.Since(r.start)).Seconds()
	}
	for _, name := range slices.Sorted(maps.Keys(r.agents)) {
		a := r.agents[name].soFar()
		a.Histograms = AgentHistograms{FirstWord: a.Histograms.FirstWord.clone()}
		result.Agents = append(result.Agents, a)
	}
	result.figure()
	return result
}

// counts requires that r.mu is held.
func (r *recorder) counts() *Result {
	result := r.result
	result.RecordVersion = RecordVersion
	result.Verdicts = verdictsOf(r.verdicts)
	result.Statuses = list(r.statuses, func(status, n int) Status { return Status{status, n} })
	result.Causes = list(r.causes, func(cause string, n int) Cause { return Cause{cause, n} })
	result.Conversations = r.conversations.conclude()
	return &result
}

// list writes counts in the order of their keys.
func list[K cmp.Ordered, C any](counts map[K]int, write func(K, int) C) []C {
	all := make([]C, 0, len(counts))
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, write(key, counts[key]))
	}
	return all
}

func verdictsOf(counts map[webhook.Code]int) []Verdict {
	return list(counts, func(code webhook.Code, n int) Verdict { return Verdict{code, code.Name(), n} })
}
