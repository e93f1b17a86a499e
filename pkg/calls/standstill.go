package calls

import (
	"fmt"
	"time"
)

// maxStandstill is how long creates that Twilio did not process are repeated
// while it takes no request of the run.
const maxStandstill = 2 * time.Minute

// stalled notes that a create was not processed. From then on placing stops when
// Twilio takes nothing for [maxStandstill], neither a create nor a hang-up. As long
// as it takes some, the others are repeated: that there are too many at once costs
// time and no call. outOfReach says that Twilio seems to be so, which is told once.
func (p *placing) stalled(err error, outOfReach bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.going.Err() != nil {
		return
	}
	if p.stalledBy == nil {
		p.movedAt = time.Now()
		time.AfterFunc(maxStandstill, p.stopAtStandstill)
	}
	p.stalledBy = err
	if outOfReach && !p.told {
		p.told = true
		p.watch.tell(Unreachable{err, maxStandstill})
	}
}

// moved notes that Twilio took a request, or may have.
func (p *placing) moved() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.movedAt = time.Now()
}

// stopAtStandstill stops placing now or, if Twilio has taken a request since, when
// it has taken none for long enough.
func (p *placing) stopAtStandstill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if left := maxStandstill - time.Since(p.movedAt); left > 0 && p.going.Err() == nil {
		time.AfterFunc(left, p.stopAtStandstill)
		return
	}
	p.stop(fmt.Errorf("no request was taken by Twilio for %v: %w", maxStandstill, p.stalledBy))
}
