package cli

import (
	"fmt"
	"os"
)

// An AuthToken signs webhooks.
type AuthToken struct {
	Token      string
	AccountSID string // empty if the source has none
	Source     string // where they come from, for people
}

// FindAuthToken looks for an auth token: in the environment, else in twilio.env
// in the working directory. An API key beside it does not matter: webhooks are
// never signed with one. The account SID may be missing. It returns what the
// user should be warned of, and everything that is wrong, without secrets.
func FindAuthToken() (AuthToken, []error, []error) {
	environment := source{name: "the environment", get: os.Getenv}
	if environment.get(nameToken) != "" {
		token, problems := environment.authToken()
		return token, nil, problems
	}
	file, warnings, problems := readEnvFile()
	switch {
	case len(problems) > 0:
		return AuthToken{}, warnings, problems
	case file.get(nameToken) != "":
		token, problems := file.authToken()
		return token, warnings, problems
	}
	missing := &UsageError{
		fmt.Sprintf("there is no auth token: neither the environment nor %s has %s", EnvFile, nameToken),
		"copy it from the Twilio Console; it signs webhooks",
	}
	if environment.hasSecret() || file.hasSecret() {
		missing.Help = "Twilio signs webhooks with the auth token, never with an API key; copy it from the Twilio Console"
	}
	return AuthToken{}, warnings, []error{missing}
}

func (s source) authToken() (AuthToken, []error) {
	t := AuthToken{Token: s.get(nameToken), AccountSID: s.get(nameSID), Source: s.name}
	var problems []error
	if !secret.MatchString(t.Token) {
		problems = append(problems, &UsageError{fmt.Sprintf("%s from %s is not an auth token (letters and digits only)", nameToken, s.name), "copy it from the Twilio Console"})
	}
	if t.AccountSID != "" && !accountSID.MatchString(t.AccountSID) {
		problems = append(problems, &UsageError{fmt.Sprintf("%s from %s is not an account SID (AC and 32 hex digits)", nameSID, s.name), "copy it from the Twilio Console"})
	}
	return t, problems
}
