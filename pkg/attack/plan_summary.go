package attack

import "net/url"

// A PlanSummary is what was asked for.
type PlanSummary struct {
	Endpoint       string  `json:"endpoint"` // without user, password and query
	Path           string  `json:"path"`
	Kind           string  `json:"kind"`
	Users          int     `json:"users"`
	Concurrency    int     `json:"concurrency"`
	Requests       int     `json:"requests"`
	Rows           int     `json:"rows"`
	Open           bool    `json:"open"` // the loop: Rate, or ConversationRate, says how fast, if only 0
	Rate           int     `json:"rate"` // requests a second; 0 for a closed loop
	TimeoutSeconds float64 `json:"timeout_seconds"`
	BadSignature   float64 `json:"bad_signature_percent"`
	RampSeconds    float64 `json:"ramp_seconds,omitempty"`

	// Of the kinds of conversations, for which Requests and Rate are 0.
	Conversations    int    `json:"conversations,omitempty"`
	ConversationRate int    `json:"conversations_per_second,omitempty"`
	Pace             string `json:"pace,omitempty"`
}

// IsOpen reports whether the loop was open. Records of earlier versions do not say
// so where nothing was wanted at any time.
func (p PlanSummary) IsOpen() bool { return p.Open || p.Rate+p.ConversationRate > 0 }

// PlanSummary tells what is asked for, without any secret.
func (c Config) PlanSummary() PlanSummary {
	u, err := url.Parse(c.Envelope.URL)
	if err != nil {
		u = &url.URL{} // New refuses it
	}
	p := PlanSummary{
		Endpoint:       u.Scheme + "://" + u.Host + u.EscapedPath(),
		Path:           u.EscapedPath(),
		Kind:           c.Envelope.Kind.String(),
		Users:          c.Users,
		Concurrency:    c.Concurrency,
		Requests:       c.Total,
		Rows:           len(c.Rows),
		Open:           c.Rate > 0,
		Rate:           c.Rate,
		TimeoutSeconds: c.Timeout.Seconds(),
		BadSignature:   c.BadSignature,
		RampSeconds:    c.Ramp.Seconds(),
	}
	if c.Envelope.Kind.IsConversation() {
		p.Rows, p.Pace = len(c.Persons), c.Pace.String()
		p.Conversations, p.Requests = c.Total, 0
		p.ConversationRate, p.Rate = c.Rate, 0
	}
	return p
}
