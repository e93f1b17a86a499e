package cli_test

import (
	"os"
	"strings"
	"testing"

	"call-load-tester/pkg/cli"
)

const (
	sid1, sid2 = "AC11111111111111111111111111111111", "AC22222222222222222222222222222222"
	key        = "SK33333333333333333333333333333333"
)

// Credentials are a set from the first place that has a secret; sets are never
// mixed. (These tests set the environment, so they do not run in parallel.)
func TestCredentialsComeAsASet(t *testing.T) {
	for _, tc := range []struct {
		what       string
		sid, token string // flags
		env        string
		file       string
		want       string
		problem    string
	}{
		{"flags win", sid1, "flagtoken", "TWILIO_ACCOUNT_SID=" + sid2 + " TWILIO_AUTH_TOKEN=envtoken", "TWILIO_AUTH_TOKEN=filetoken",
			"AC1111…1111, auth token from the command line", ""},
		{"then the environment", "", "", "TWILIO_ACCOUNT_SID=" + sid2 + " TWILIO_AUTH_TOKEN=envtoken", "TWILIO_ACCOUNT_SID=" + sid1 + "\nTWILIO_AUTH_TOKEN=filetoken",
			"AC2222…2222, auth token from the environment", ""},
		{"an API key goes before a token", "", "", "TWILIO_ACCOUNT_SID=" + sid2 + " TWILIO_AUTH_TOKEN=envtoken TWILIO_API_KEY=" + key + " TWILIO_API_SECRET=secret", "",
			"AC2222…2222, API key from the environment", ""},
		{"then the file, with export and quotes", "", "", "", "# mine\nexport TWILIO_ACCOUNT_SID='" + sid1 + "'\nexport TWILIO_AUTH_TOKEN='filetoken'\n",
			"AC1111…1111, auth token from twilio.env", ""},
		{"an environment without a secret is passed over", "", "", "TWILIO_ACCOUNT_SID=" + sid2, "TWILIO_ACCOUNT_SID=" + sid1 + "\nTWILIO_AUTH_TOKEN=filetoken",
			"AC1111…1111, auth token from twilio.env", ""},
		{"the environment's secret is not completed from the file", "", "", "TWILIO_AUTH_TOKEN=envtoken", "TWILIO_ACCOUNT_SID=" + sid1,
			"", "TWILIO_ACCOUNT_SID is missing from the environment"},
		{"nor the flags' from the environment", "", "flagtoken", "TWILIO_ACCOUNT_SID=" + sid1, "",
			"", "--sid is missing from the command line"},
		{"an API secret wants its key", "", "", "TWILIO_ACCOUNT_SID=" + sid1 + " TWILIO_API_SECRET=secret", "",
			"", "TWILIO_API_KEY is missing from the environment"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for _, name := range []string{"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_EDGE", "TWILIO_REGION"} {
				t.Setenv(name, "")
			}
			for _, variable := range strings.Fields(tc.env) {
				name, value, _ := strings.Cut(variable, "=")
				t.Setenv(name, value)
			}
			if tc.file != "" {
				if err := os.WriteFile(cli.EnvFile, []byte(tc.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, _, problems := cli.FindCredentials(tc.sid, tc.token)
			if tc.problem != "" {
				if len(problems) != 1 || problems[0].Error() != tc.problem {
					t.Errorf("problems %v, want %q", problems, tc.problem)
				}
				return
			}
			if len(problems) > 0 || got.String() != tc.want {
				t.Errorf("%v, problems %v; want %s", got, problems, tc.want)
			}
		})
	}
}
