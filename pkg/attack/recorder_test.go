package attack

import (
	"testing"
	"time"
)

// Counting a request takes this long, in batches as a sender does it.
func BenchmarkRecorder(b *testing.B) {
	r := newRecorder(nil)
	r.begin(time.Now())
	batch := make([]outcome, 0, batchSize)
	b.ReportAllocs()
	for i := range b.N {
		due := time.Duration(i) * 20 * time.Microsecond
		batch = append(batch, outcome{due: due, sent: due, ended: due + 3*time.Millisecond, status: 200, received: 1})
		if len(batch) == batchSize {
			r.add(batch)
			batch = batch[:0]
		}
	}
}
