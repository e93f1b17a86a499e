package attack

import (
	"time"

	"call-load-tester/pkg/webhook"
)

// A tally counts the outcomes of one sender. Counting takes no lock; times are
// handed to the recorder a batch at a time.
type tally struct {
	recorder *recorder
	batch    []sample

	classes                  [classes]int
	codes                    map[webhook.Code]int
	statuses                 map[int]int
	causes                   map[string]int
	late                     int
	latest                   time.Duration
	forged                   int
	received, messages       int
	replies                  webhook.Replies
	bytesSent, bytesReceived int64
}

// batchSize bounds both how much memory an idle sender holds and how often a
// busy one takes the recorder's lock.
const batchSize = 64

// A sample is what the recorder needs of an outcome.
type sample struct {
	due, latency, service time.Duration // due and ended: since the start of the run
	ended                 time.Duration
	class                 class
	timed                 bool
}

func newTally(r *recorder) *tally {
	return &tally{
		recorder: r,
		batch:    make([]sample, 0, batchSize),
		codes:    make(map[webhook.Code]int),
		statuses: make(map[int]int),
		causes:   make(map[string]int),
	}
}

func (t *tally) add(o *outcome) {
	t.classes[o.class]++
	if o.class != refused && o.class != letThrough {
		t.codes[o.code]++
	}
	if o.forged {
		t.forged++
	}
	if !o.forged && o.code != webhook.OwnLimit { // else Twilio has received no message
		t.received += o.received
		t.messages += min(o.received, 1)
	}
	if o.class == unanswered {
		t.causes[o.cause]++
	} else {
		t.statuses[o.status]++
	}
	if o.class == accepted {
		t.replies.Count += o.replies.Count
		t.replies.Segments += o.replies.Segments
		t.replies.Media += o.replies.Media
	}
	if behind := o.sent.Sub(o.due); behind >= Late {
		t.late++
		t.latest = max(t.latest, behind)
	}
	t.batch = append(t.batch, sample{
		due:     o.due.Sub(t.recorder.start),
		ended:   o.ended.Sub(t.recorder.start),
		latency: o.ended.Sub(o.due),
		service: o.ended.Sub(o.sent),
		class:   o.class,
		timed:   o.timed(),
	})
	if len(t.batch) == batchSize {
		t.recorder.add(t.batch)
		t.batch = t.batch[:0]
	}
}

// close hands all that was counted to the recorder.
func (t *tally) close() {
	t.recorder.add(t.batch)
	t.recorder.merge(t)
}
