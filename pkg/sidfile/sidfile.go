// Package sidfile reads and appends files of call SIDs: one SID a line, no
// header, as the original Call Load Tester writes them.
//
// What is in the file is what can be hung up later, so writing holds nothing
// back, and reading forgives what a spreadsheet does to such a file.
package sidfile

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Len is the length of a call SID: "CA" and 32 hexadecimal digits.
const Len = 34

// IsSID reports whether s has the form of a call SID: "CA" followed by 32
// hexadecimal digits (Twilio's OpenAPI document: ^CA[0-9a-fA-F]{32}$).
func IsSID(s string) bool {
	return len(s) == Len && s[:2] == "CA" && strings.Trim(s[2:], "0123456789abcdefABCDEF") == ""
}

const (
	extension  = ".csv"
	dryRunMark = "_dry_run"
	liveMark   = "_live"
)

// IsDryRun reports whether path names a file that a dry run wrote, whose SIDs
// are not those of real calls.
func IsDryRun(path string) bool {
	return strings.Contains(filepath.Base(path), dryRunMark)
}

// name returns a file name for a run that began at the given Unix second. The
// n-th choice (from 0) differs from the others; the marks stay at the end.
func name(unix int64, n int, dryRun bool) string {
	name := fmt.Sprintf("call_sids_%d", unix)
	if n > 0 {
		name += fmt.Sprintf("_%d", n)
	}
	if dryRun {
		name += dryRunMark
	}
	return name + extension
}

// liveName returns the n-th choice of a name for the calls of the file at path
// that are still live.
func liveName(path string, n int) string {
	name := strings.TrimSuffix(path, extension) + liveMark
	if n > 0 {
		name += fmt.Sprintf("_%d", n)
	}
	return name + extension
}
