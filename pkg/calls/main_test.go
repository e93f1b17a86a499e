package calls_test

import (
	"runtime/debug"
	"testing"
)

// These tests make much garbage, which it would take a quarter of their time to
// collect.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	m.Run()
}
