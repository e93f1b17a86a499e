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

	ElsewhereHosts []string `json:"elsewhere_hosts,omitempty"` // those hosts, ten at most

	Callbacks           int `json:"callbacks"` // among the requests
	CallbacksIncomplete int `json:"callbacks_not_completed"`
	CallbacksUnsent     int `json:"callbacks_unsent,omitempty"` // not among these: the run was cut off before
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

// Ended returns how many conversations could end as meant: all that were begun, but
// for forged ones and those that were interrupted.
func (c *Conversations) Ended() int { return c.Begun - c.Forged - c.Interrupted }

// AsMeantPercent returns the share of [Conversations.Ended] that ended as meant. It
// is 0 if there are none.
func (c *Conversations) AsMeantPercent() float64 {
	if c.Ended() == 0 {
		return 0
	}
	return 100 * float64(c.AsMeant) / float64(c.Ended())
}

// conversationCounts are Conversations that are being counted.
type conversationCounts struct {
	Conversations
	live     int
	over     int
	failures map[webhook.Code]int
	lasted   *Distribution
}

// beginConversation counts a conversation that begins, so long after the start.
func (r *recorder) beginConversation(at time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &r.conversations
	if c.failures == nil {
		c.failures, c.lasted = make(map[webhook.Code]int), newDistribution(digits)
	}
	c.Begun++
	c.live++
	c.PeakLive = max(c.PeakLive, c.live)
	b := r.timeline.At(at)
	b.Begun++
	b.Live = max(b.Live, c.live)
}

// endConversation counts how a conversation ended, so long after the start.
func (r *recorder) endConversation(ended *conversation, at time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &r.conversations
	c.live--
	c.over++
	bin := r.timeline.At(at)
	bin.over++
	if ended.forged {
		c.Forged++
		return
	}
	*c.of(ended.Ending())++
	if ended.Ending() == dialog.Failed {
		c.failures[ended.Code()]++
	}
	if ended.AsMeant() {
		c.AsMeant++
	}
	n := ended.Counts()
	c.Turns += n.Turns
	c.NoTaker += n.NoTaker
	c.Left += n.Left
	c.Unmet += n.Unmet
	c.Elsewhere += n.Elsewhere
	c.Minutes += ended.Minutes()
	bin.Minutes += ended.Minutes()
	c.lasted.record(ended.Lasted())
}

// callback counts a callback.
func (c *conversationCounts) callback(o *outcome) {
	c.Callbacks++
	if !o.class.complete() {
		c.CallbacksIncomplete++
	}
}

// addUnsentCallback counts a callback that was due when all was cut off.
func (r *recorder) addUnsentCallback() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conversations.CallbacksUnsent++
}

// overAndBegun returns how many are over, and how many are begun.
func (r *recorder) overAndBegun() (over, begun int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.conversations.over, r.conversations.Begun
}

// conclude returns the counts; nil if there was no conversation.
func (c *conversationCounts) conclude() *Conversations {
	if c.Begun == 0 {
		return nil
	}
	concluded := c.Conversations
	concluded.FailedBecause = list(c.failures, func(code webhook.Code, n int) Failure { return Failure{code, code.Name(), n} })
	return &concluded
}
