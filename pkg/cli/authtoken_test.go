package cli_test

import (
	"os"
	"strings"
	"testing"

	"call-load-tester/pkg/cli"
)

func TestFindAuthToken(t *testing.T) {
	const sid, token, other = "AC0123456789abcdef0123456789abcdef", "0f0e0d0c0b0a09080706050403020100", "1111111111111111"
	for _, tc := range []struct {
		what    string
		env     map[string]string
		file    string
		want    cli.AuthToken
		problem string
	}{
		{"only the token", map[string]string{"TWILIO_AUTH_TOKEN": token}, "", cli.AuthToken{Token: token, Source: "the environment"}, ""},
		{"an API key beside it", map[string]string{"TWILIO_AUTH_TOKEN": token, "TWILIO_ACCOUNT_SID": sid, "TWILIO_API_KEY": "SK1", "TWILIO_API_SECRET": other}, "",
			cli.AuthToken{Token: token, AccountSID: sid, Source: "the environment"}, ""},
		{"in the file", nil, "export TWILIO_AUTH_TOKEN='" + token + "'\nTWILIO_ACCOUNT_SID=" + sid, cli.AuthToken{Token: token, AccountSID: sid, Source: "twilio.env"}, ""},
		{"in the file, an API key in the environment", map[string]string{"TWILIO_API_KEY": "SK1", "TWILIO_API_SECRET": other}, "TWILIO_AUTH_TOKEN=" + token, cli.AuthToken{Token: token, Source: "twilio.env"}, ""},
		{"the environment comes first, whole", map[string]string{"TWILIO_AUTH_TOKEN": token}, "TWILIO_AUTH_TOKEN=" + other + "\nTWILIO_ACCOUNT_SID=" + sid, cli.AuthToken{Token: token, Source: "the environment"}, ""},
		{"nowhere", nil, "", cli.AuthToken{}, "there is no auth token: neither the environment nor twilio.env has TWILIO_AUTH_TOKEN"},
		{"only an API key", map[string]string{"TWILIO_API_KEY": "SK1", "TWILIO_API_SECRET": other}, "", cli.AuthToken{}, "there is no auth token: neither the environment nor twilio.env has TWILIO_AUTH_TOKEN"},
		{"not a token", map[string]string{"TWILIO_AUTH_TOKEN": "to ken"}, "", cli.AuthToken{}, "TWILIO_AUTH_TOKEN from the environment is not an auth token (letters and digits only)"},
		{"not an account", map[string]string{"TWILIO_AUTH_TOKEN": token, "TWILIO_ACCOUNT_SID": "AC1"}, "", cli.AuthToken{}, "TWILIO_ACCOUNT_SID from the environment is not an account SID (AC and 32 hex digits)"},
		{"not a file of that kind", nil, "TWILIO_AUTH_TOKEN='" + token, cli.AuthToken{}, "twilio.env:1: not a line of the form NAME='value'"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for _, name := range []string{"TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET"} {
				t.Setenv(name, tc.env[name])
			}
			if tc.file != "" {
				if err := os.WriteFile("twilio.env", []byte(tc.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, warnings, problems := cli.FindAuthToken()
			if tc.problem == "" && (got != tc.want || len(warnings)+len(problems) > 0) {
				t.Errorf("%+v, %v, %v; want %+v", got, warnings, problems, tc.want)
			}
			if tc.problem != "" && (len(problems) != 1 || problems[0].Error() != tc.problem) {
				t.Errorf("%q, want %q", problems, tc.problem)
			}
			for _, problem := range problems {
				if strings.Contains(problem.Error(), token) || strings.Contains(problem.Error(), "--") {
					t.Errorf("%q has a secret, or speaks of flags that load does not have", problem)
				}
			}
		})
	}
}
