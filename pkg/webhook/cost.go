package webhook

// Prices says what messages cost, each in the account's currency. The zero
// value is free of charge.
type Prices struct {
	Receive float64 // a segment of a message received
	Send    float64 // a segment of a reply
	MMS     float64 // a reply with media, whatever its text
}

// Traffic is what is billed of the messages of a run.
type Traffic struct {
	Received int // segments of messages received
	Sent     int // segments of replies without media
	Media    int // replies with media
}

// Cost returns what the traffic costs. Calls and status callbacks cost nothing
// here.
func (p Prices) Cost(t Traffic) float64 {
	return float64(t.Received)*p.Receive + float64(t.Sent)*p.Send + float64(t.Media)*p.MMS
}
