package calls

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	e164    = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`) // (Twilio: error 13223)
	sip     = regexp.MustCompile(`^sips?:[^\s@]+@[^\s@]+$`)
	aClient = regexp.MustCompile(`^client:\S+$`)
)

// checkParties checks addresses: phone numbers, SIP addresses, client names.
func checkParties(flag string, parties []string) []error {
	var problems []error
	if len(parties) == 0 {
		problems = append(problems, &Problem{flag, "is missing", partyHint})
	}
	for _, party := range parties {
		if hasPassword(party) { // so it is not shown
			problems = append(problems, &Problem{flag, "has a SIP address with a password, which would be shown and logged",
				"leave the password out; TwiML's <Sip> takes one"})
			continue
		}
		if e164.MatchString(party) || sip.MatchString(party) || aClient.MatchString(party) {
			continue
		}
		problems = append(problems, &Problem{flag, fmt.Sprintf("%q is not a phone number, SIP address or client name", party), partyHint})
	}
	return problems
}

// hasPassword reports whether what was meant as a SIP address has a password:
// sip:name:password@host.
func hasPassword(party string) bool {
	party = strings.ToLower(party)
	address := strings.TrimPrefix(strings.TrimPrefix(party, "sips:"), "sip:")
	user, _, found := strings.Cut(address, "@")
	return found && strings.Contains(user, ":") && !strings.HasPrefix(party, "client:")
}

// CheckParties returns what is wrong with two addresses, each a [*Problem].
func CheckParties(callerID, destination string) []error {
	return append(checkParties("caller_id", nonEmpty(callerID)), checkParties("destination", nonEmpty(destination))...)
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

const partyHint = "write a number with + and country code (+14155550100), an address as sip:name@host, a client as client:name"

// checkPairs holds Twilio to its rule: a phone number is called from a phone
// number (Twilio: Call resource, From).
func checkPairs(from, to []string) []error {
	for _, to := range to {
		for _, from := range from {
			if e164.MatchString(to) && !e164.MatchString(from) {
				return []error{&Problem{"caller_id", fmt.Sprintf("%q cannot call a phone number (%s)", from, to),
					"use a Twilio number or a verified caller ID"}}
			}
		}
	}
	return nil
}
