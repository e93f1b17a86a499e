// Package sidfile reads and appends files of call SIDs: one SID a line, no
// header, as the original Call Load Tester writes them.
//
// Only calls whose SIDs are in the file can be hung up later. So a SID is
// written at once, without buffering, and the reader accepts files that a
// spreadsheet has saved.
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
	extension    = ".csv"
	dryRunSuffix = "_dry_run"
	liveSuffix   = "_live"
)

// IsDryRun reports whether path names a file that a dry run wrote, whose SIDs
// are not those of real calls.
func IsDryRun(path string) bool {
	return strings.Contains(filepath.Base(path), dryRunSuffix)
}

// name returns a file name for a run that began at the given Unix second. Names
// of the same run differ by n: from 1 on it is part of the name.
func name(unix int64, n int, dryRun bool) string {
	name := fmt.Sprintf("call_sids_%d", unix)
	if n > 0 {
		name += fmt.Sprintf("_%d", n)
	}
	if dryRun {
		name += dryRunSuffix
	}
	return name + extension
}

// liveName returns a file name for those calls of the file at path that are
// still live. From 1 on, n is part of the name.
func liveName(path string, n int) string {
	name := strings.TrimSuffix(path, extension) + liveSuffix
	if n > 0 {
		name += fmt.Sprintf("_%d", n)
	}
	return name + extension
}
