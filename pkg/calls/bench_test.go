package calls_test

import (
	"testing"

	"call-load-tester/pkg/twiliosim"
)

// What a call costs to place, from its place in the burst to its SID in the
// file, opening connections and the simulated account's work included.
func BenchmarkPlace(b *testing.B) {
	client, _ := newClient(b, twiliosim.Config{})
	oneBurst := plan(b.N, b.N)
	b.ReportAllocs()
	b.ResetTimer()
	placed := place(b, client, oneBurst, new(memory))
	if placed.Starts.Accepted != b.N {
		b.Fatalf("%d calls placed, want %d: %v", placed.Starts.Accepted, b.N, placed.Err)
	}
}
