package redact

import "testing"

// What is thought to hold no secret is not changed by any expression.
func FuzzMayHoldSecrets(f *testing.F) {
	for _, text := range []string{"plain: text", "a://b@c", "SIP:me:x@b?c", "sips:a?b", `PassWord = "x"`, "ſip:a:b@c", "paſſword='x'", "passworK=''"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if mayHoldSecrets(text) {
			return
		}
		for _, e := range []interface{ MatchString(string) bool }{userInURL, userInSIP, queryInURL, attribute} {
			if e.MatchString(text) {
				t.Errorf("%q holds a secret", text)
			}
		}
	})
}
