package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/joho/godotenv"
)

// EnvFile is the file in the working directory that may hold the credentials.
const EnvFile = "twilio.env"

// Credentials are the keys to a Twilio account.
type Credentials struct {
	AccountSID         string
	Username, Password string // the account SID and its auth token, or an API key and its secret
	Edge, Region       string

	kind, source string
}

// String says whose credentials they are and where they come from, without any
// secret: "AC0123…cdef, auth token from twilio.env". The zero value stands for a
// simulated account.
func (c Credentials) String() string {
	if c.AccountSID == "" {
		return "a simulated one"
	}
	return fmt.Sprintf("%s…%s, %s from %s", c.AccountSID[:6], c.AccountSID[len(c.AccountSID)-4:], c.kind, c.source)
}

var (
	accountSID = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	apiKey     = regexp.MustCompile(`^SK[0-9a-fA-F]{32}$`)
	secret     = regexp.MustCompile(`^[0-9a-zA-Z]+$`)
)

// IsAccountSID reports whether text has the form of an account SID.
func IsAccountSID(text string) bool { return accountSID.MatchString(text) }

// FindCredentials looks for a set of credentials: the given flags, then the
// environment, then twilio.env in the working directory. The first of these
// that has a secret must have the whole set; sets are never mixed. It returns
// what the user should be warned of, and everything that is wrong. Secrets are
// in neither.
func FindCredentials(sid, token string) (Credentials, []error, []error) {
	flags := source{name: "the command line", get: func(name string) string {
		return map[string]string{nameSID: sid, nameToken: token}[name]
	}, spell: map[string]string{nameSID: "--sid", nameToken: "--token"}}
	environment := source{name: "the environment", get: os.Getenv}

	if token != "" || sid != "" {
		c, problems := flags.credentials(environment)
		var warnings []error
		if token != "" {
			warnings = append(warnings, &UsageError{"--token can be seen by other users of this machine", "put it into " + EnvFile + " or the environment"})
		}
		return c, warnings, problems
	}
	if environment.hasSecret() {
		c, problems := environment.credentials(environment)
		return c, nil, problems
	}
	file, warnings, problems := readEnvFile()
	if len(problems) > 0 {
		return Credentials{}, warnings, problems
	}
	for _, s := range []source{environment, file} {
		if half := s.get(nameSID) + s.get(nameKey); half != "" && !file.hasSecret() {
			_, problems := s.credentials(environment)
			return Credentials{}, warnings, problems
		}
	}
	if !file.hasSecret() {
		return Credentials{}, warnings, []error{&UsageError{
			"no Twilio credentials: neither --sid and --token, nor the environment, nor " + EnvFile + " has a secret",
			"copy twilio.env.example to " + EnvFile + " and fill it in; a --dry_run of start, or of end --file, needs none",
		}}
	}
	c, problems := file.credentials(environment)
	return c, warnings, problems
}

// Names of the variables.
const (
	nameSID    = "TWILIO_ACCOUNT_SID"
	nameToken  = "TWILIO_AUTH_TOKEN"
	nameKey    = "TWILIO_API_KEY"
	nameSecret = "TWILIO_API_SECRET"
	nameEdge   = "TWILIO_EDGE"
	nameRegion = "TWILIO_REGION"
)

// A source may have credentials.
type source struct {
	name  string
	get   func(variable string) string
	spell map[string]string // how the variables are spelt there, if not by their names
}

func (s source) hasSecret() bool { return s.get(nameToken) != "" || s.get(nameSecret) != "" }

// credentials takes the whole set from the source. Edge and region are no part
// of it; they come from the environment if they are there.
func (s source) credentials(environment source) (Credentials, []error) {
	c := Credentials{AccountSID: s.get(nameSID), source: s.name}
	var problems []error
	need := func(variable string, form *regexp.Regexp, looks string) string {
		value := s.get(variable)
		spelt := cmp.Or(s.spell[variable], variable)
		switch {
		case value == "":
			problems = append(problems, &UsageError{fmt.Sprintf("%s is missing from %s", spelt, s.name), "credentials are taken from one place as a set, and never mixed"})
		case !form.MatchString(value):
			problems = append(problems, &UsageError{fmt.Sprintf("%s from %s is not %s", spelt, s.name, looks), "copy it from the Twilio Console"})
		}
		return value
	}
	need(nameSID, accountSID, "an account SID (AC and 32 hex digits)")
	if s.get(nameSecret) != "" || s.get(nameKey) != "" {
		c.kind = "API key"
		c.Username = need(nameKey, apiKey, "an API key (SK and 32 hex digits)")
		c.Password = need(nameSecret, secret, "an API secret (letters and digits only)")
	} else {
		c.kind = "auth token"
		c.Username = c.AccountSID
		c.Password = need(nameToken, secret, "an auth token (letters and digits only)")
	}
	for _, from := range []source{environment, s} {
		if c.Edge == "" && c.Region == "" {
			c.Edge, c.Region = from.get(nameEdge), from.get(nameRegion)
		}
	}
	return c, problems
}

// readEnvFile reads twilio.env; it need not be there.
func readEnvFile() (source, []error, []error) {
	none := source{name: EnvFile, get: func(string) string { return "" }}
	text, err := os.ReadFile(EnvFile)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil, nil
	}
	if err != nil {
		return none, nil, []error{&UsageError{err.Error(), ""}}
	}
	var warnings []error
	if info, err := os.Stat(EnvFile); err == nil && info.Mode().Perm()&0o044 != 0 {
		warnings = append(warnings, &UsageError{EnvFile + " can be read by other users of this machine", "chmod 600 " + EnvFile})
	}
	values, err := godotenv.UnmarshalBytes(text)
	if err != nil {
		// The library's error quotes the file, secrets and all.
		return none, warnings, []error{&UsageError{
			fmt.Sprintf("%s:%d: not a line of the form NAME='value'", EnvFile, badLine(string(text))),
			"see twilio.env.example",
		}}
	}
	return source{name: EnvFile, get: func(name string) string { return values[name] }}, warnings, nil
}

// badLine returns the number of the first line that cannot be read by itself.
func badLine(text string) int {
	for i, line := range strings.Split(text, "\n") {
		if _, err := godotenv.Unmarshal(line); err != nil {
			return i + 1
		}
	}
	return 1
}
