package compare_test

import (
	"testing"

	"call-load-tester/pkg/compare"
)

func BenchmarkRunsOf300Blocks(b *testing.B) {
	s := shape{seconds: [2]int{300, 300}, requests: 500, level: 0.05, memory: 0.5}
	before, now := s.pair(1)
	for b.Loop() {
		compare.Runs(before, now, lines...)
	}
}
