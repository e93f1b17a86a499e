package dialog

// An Ending is how a conversation ended. Every conversation has one in the end.
type Ending uint8

const (
	Live            Ending = iota // it has not ended
	Finished                      // the document was over, or the chat
	HungUpByApp                   // the application hung up
	HungUpByCaller                // the row's own hang-up
	Rejected                      // the application did not take the call
	Failed                        // there was no usable answer; see [Conversation.Code]
	Endless                       // too many requests, or a document that never ends: the caller hung up
	Forged                        // for who sends: the first request was signed wrongly, on purpose, and was the last
	Interrupted                   // the run was stopped
	numberOfEndings = iota
)

var endingNames = [numberOfEndings]string{
	Live:           "live",
	Finished:       "finished",
	HungUpByApp:    "hung up by the application",
	HungUpByCaller: "hung up by the caller",
	Rejected:       "rejected",
	Failed:         "failed",
	Endless:        "endless",
	Forged:         "forged",
	Interrupted:    "interrupted",
}

// String returns the ending as a report says it.
func (e Ending) String() string { return endingNames[e] }
