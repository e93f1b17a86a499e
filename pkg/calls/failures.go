package calls

import (
	"errors"
	"slices"

	"call-load-tester/pkg/twilioapi"
)

// Failures counts calls that could not be started or ended, by reason, in the
// order in which the reasons were met first.
type Failures []Failure

// A Failure is one reason.
type Failure struct {
	Code    int    `json:"code,omitempty"` // Twilio's
	Status  int    `json:"status,omitempty"`
	Meaning string `json:"meaning"`
	Hint    string `json:"hint,omitempty"`
	Calls   int    `json:"calls"`
}

// add counts a call. Errors of one code and status are one reason: Twilio's words
// differ by the numbers they name.
func (f *Failures) add(err error) {
	reason := Failure{Meaning: err.Error()}
	var answer *twilioapi.APIError
	if errors.As(err, &answer) {
		reason = Failure{Code: answer.Code, Status: answer.Status, Meaning: answer.Meaning(), Hint: answer.Hint()}
	}
	i := slices.IndexFunc(*f, func(other Failure) bool {
		return other.Code == reason.Code && other.Status == reason.Status && (answer != nil || other.Meaning == reason.Meaning)
	})
	if i < 0 {
		i = len(*f)
		*f = append(*f, reason)
	}
	(*f)[i].Calls++
}
