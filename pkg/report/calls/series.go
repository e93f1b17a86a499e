package calls

// Series says what happened when, in bins of equal width: a second, or as
// many as it takes for at most 300 bins.
type Series struct {
	Width float64 `json:"width_seconds"`
	Bins  []Bin   `json:"bins"`
}

// A Bin is a part of the run. Requests are in the bin in which they were
// sent. What Twilio's records say of dialing and of live and waiting calls is
// right to a second or two: their clock has whole seconds.
type Bin struct {
	Start float64 `json:"start_seconds"` // since the first request; of end, since the first call was created

	Accepted int `json:"accepted"`
	Refused  int `json:"refused"`
	Unknown  int `json:"unknown"`  // outcome not seen
	Repeated int `json:"repeated"` // certainly not processed, and sent again later

	Dialed  int `json:"dialed"`
	Live    int `json:"live"`    // most at once: dialed and not over
	Waiting int `json:"waiting"` // most at once: in Twilio's queue

	Responses int     `json:"responses"`
	P50       float64 `json:"response_p50_ms"`
	P99       float64 `json:"response_p99_ms"`
	Max       float64 `json:"response_max_ms"`
}
