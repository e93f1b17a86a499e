package sidfile_test

import (
	"testing"

	"call-load-tester/pkg/sidfile"
)

const (
	sidA = "CA0123456789abcdef0123456789abcdef"
	sidB = "CAffffffffffffffffffffffffffffffff"
	sidC = "CA00000000000000000000000000000001"
)

func TestIsSID(t *testing.T) {
	for text, want := range map[string]bool{
		sidA:                                 true,
		"CAABCDEF0123456789abcdef0123456789": true,
		"":                                   false,
		"CA":                                 false,
		sidA + "0":                           false,
		sidA[:33]:                            false,
		"ca" + sidA[2:]:                      false,
		"SM" + sidA[2:]:                      false,
		"CA0123456789abcdef0123456789abcdeg": false,
	} {
		if got := sidfile.IsSID(text); got != want {
			t.Errorf("IsSID(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestIsDryRun(t *testing.T) {
	for path, want := range map[string]bool{
		"call_sids_1700000000.csv":                   false,
		"call_sids_1700000000_1.csv":                 false,
		"call_sids_1700000000_dry_run.csv":           true,
		"/there/call_sids_1700000000_1_dry_run.csv":  true,
		"call_sids_1700000000_dry_run_live.csv":      true,
		"some_dry_run_folder/call_sids_17000000.csv": false,
	} {
		if got := sidfile.IsDryRun(path); got != want {
			t.Errorf("IsDryRun(%q) = %v, want %v", path, got, want)
		}
	}
}
