package calls_test

import (
	"context"
	"testing"

	"call-load-tester/pkg/calls"
	"call-load-tester/pkg/twiliosim"
)

// What a call costs to place, from its place in the burst to its SID in the
// file, opening connections and the simulated account's work included.
func BenchmarkPlace(b *testing.B) {
	client, _ := newClient(b, twiliosim.Config{})
	oneBurst := plan(b.N, b.N)
	b.ReportAllocs()
	b.ResetTimer()
	placed := calls.Place(b.Context(), context.Background(), client, oneBurst, new(memory), nil)
	if len(placed.Calls) != b.N {
		b.Fatalf("%d calls placed, want %d: %v", len(placed.Calls), b.N, placed.Stopped)
	}
}
