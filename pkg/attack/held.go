package attack

import (
	"time"

	"call-load-tester/pkg/dialog"
	"call-load-tester/pkg/webhook"
)

// Conversations says what became of the conversations. Begun is the sum of
// Finished, HungUpByApp, HungUpByCaller, Rejected, Failed, Endless, Forged and
// Interrupted.
type Conversations struct {
	Begun          int `json:"begun"`
	Finished       int `json:"finished"` // the document was over, or the chat
	HungUpByApp    int `json:"hung_up_by_application"`
	HungUpByCaller int `json:"hung_up_by_caller"`
	Rejected       int `json:"rejected"`
	Failed         int `json:"failed"`      // Twilio had no usable answer
	Endless        int `json:"endless"`     // more requests than one may have, or a document that never ends
	Forged         int `json:"forged"`      // begun with a signature that is wrong on purpose, and left at that
	Interrupted    int `json:"interrupted"` // the callers hung up when the run was stopped

	FailedBecause []Failure `json:"failed_because"`
	AsMeant       int       `json:"as_meant"` // not failed or endless, and every turn of the row was taken and of use

	PeakLive  int   `json:"peak_live"` // live at once, at most
	Lasted    Times `json:"lasted_ms"` // how long they took, on their own clock; without forged ones
	Turns     int   `json:"turns"`     // that persons have taken
	NoTaker   int   `json:"turns_without_taker"`
	Left      int   `json:"turns_left_over"`     // not taken: the conversation was over before
	Unmet     int   `json:"asked_without_turns"` // times that a person was to do something, and the row was at its end
	Elsewhere int   `json:"elsewhere"`           // requests to hosts that may not be asked: not sent
	Minutes   int   `json:"billed_minutes"`

	Callbacks           int `json:"callbacks"` // among the requests
	CallbacksIncomplete int `json:"callbacks_not_completed"`
}

// A Failure counts conversations that failed for one reason.
type Failure struct {
	Code          webhook.Code `json:"code"`
	Name          string       `json:"name"`
	Conversations int          `json:"conversations"`
}

// String is the reason as people know it.
func (f Failure) String() string { return Verdict{Code: f.Code, Name: f.Name}.String() }

// of returns the count of an ending.
func (c *Conversations) of(e dialog.Ending) *int {
	return map[dialog.Ending]*int{
		dialog.Finished: &c.Finished, dialog.HungUpByApp: &c.HungUpByApp, dialog.HungUpByCaller: &c.HungUpByCaller,
		dialog.Rejected: &c.Rejected, dialog.Failed: &c.Failed, dialog.Endless: &c.Endless,
		dialog.Forged: &c.Forged, dialog.Interrupted: &c.Interrupted,
	}[e]
}

// AsMeantPercent returns the share of the conversations that ended as meant;
// forged ones are left out. It is 0 if there are no others.
func (c *Conversations) AsMeantPercent() float64 {
	if c.Begun == c.Forged {
		return 0
	}
	return 100 * float64(c.AsMeant) / float64(c.Begun-c.Forged)
}

// held is Conversations that are being counted.
type held struct {
	Conversations
	live     int
	over     int
	failures map[webhook.Code]int
	lasted   distribution
}

// beginConversation counts a conversation that begins, so long after the start.
func (r *recorder) beginConversation(at time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := &r.held
	if h.failures == nil {
		h.failures, h.lasted = make(map[webhook.Code]int), newDistribution()
	}
	h.Begun++
	h.live++
	h.PeakLive = max(h.PeakLive, h.live)
	b := r.timeline.At(at)
	b.Begun++
	b.Live = max(b.Live, h.live)
}

// endConversation counts how a conversation ended, so long after the start.
func (r *recorder) endConversation(c *conversation, at time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := &r.held
	h.live--
	h.over++
	r.timeline.At(at).over++
	if c.forged {
		h.Forged++
		return
	}
	*h.of(c.Ending())++
	if c.Ending() == dialog.Failed {
		h.failures[c.Code()]++
	}
	if c.AsMeant() {
		h.AsMeant++
	}
	n := c.Counts()
	h.Turns += n.Turns
	h.NoTaker += n.NoTaker
	h.Left += n.Left
	h.Unmet += n.Unmet
	h.Elsewhere += n.Elsewhere
	h.Minutes += c.Minutes()
	h.lasted.record(c.Lasted())
}

// callback counts a callback.
func (h *held) callback(o *outcome) {
	h.Callbacks++
	if !o.class.complete() {
		h.CallbacksIncomplete++
	}
}

// conversations returns how many are over, and how many are begun.
func (r *recorder) conversations() (over, begun int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held.over, r.held.Begun
}

// conclude returns the counts; nil if there was no conversation.
func (h *held) conclude() *Conversations {
	if h.Begun == 0 {
		return nil
	}
	c := h.Conversations
	c.Lasted = h.lasted.times()
	c.FailedBecause = list(h.failures, func(code webhook.Code, n int) Failure { return Failure{code, code.Name(), n} })
	return &c
}
