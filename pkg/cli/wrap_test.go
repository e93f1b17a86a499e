package cli

import "testing"

func TestWrap(t *testing.T) {
	for _, tc := range []struct{ what, text, want string }{
		{"what fits stays", "one two\n  three", "one two\n  three"},
		{"a paragraph", "one two three four five", "one two three\nfour five"},
		{"a paragraph is filled anew", "one two three\nfour\n\nfive", "one two three\nfour\n\nfive"},
		{"its lines are joined first", "one two three four\nfive", "one two three\nfour five"},
		{"an indented line goes on below itself", "  one two three four", "  one two\n  three four"},
		{"a flag's description stays in its column", "  -c NUM   the caller", "  -c NUM   the\n           caller"},
		{"a long word is left alone", "  abcdefghijklmnopqrstuvwxyz", "  abcdefghijklmnopqrstuvwxyz"},
		{"empty lines stay", "\n\n", "\n\n"},
	} {
		if got := wrap(tc.text, 14); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.what, got, tc.want)
		}
	}
}
