package webhook

// Prices says what messages and calls cost, each in the account's currency. The
// zero value is free of charge.
type Prices struct {
	Receive float64 `json:"receive_price"`          // a segment of a message received
	Send    float64 `json:"send_price"`             // a segment of a reply
	MMS     float64 `json:"mms_price"`              // a reply with media, whatever its text
	Minute  float64 `json:"minute_price,omitempty"` // a minute begun of a call that was answered
}

// Cost returns what so many segments received cost, and the replies to them.
// Status callbacks cost nothing.
func (p Prices) Cost(received int, r Replies) float64 {
	return float64(received)*p.Receive + float64(r.Segments)*p.Send + float64(r.Media)*p.MMS
}
