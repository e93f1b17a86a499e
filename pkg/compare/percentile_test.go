package compare

import (
	"math"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

func TestAboveAThreshold(t *testing.T) {
	h := hdrhistogram.New(1, 100_000, 2)
	for value, n := range map[int64]int64{100: 6, 200: 3, 1001: 4} { // 1001 is in the bucket 1000–1003
		if err := h.RecordValues(value, n); err != nil {
			t.Fatal(err)
		}
	}
	c := accumulate(h.Distribution())
	for _, tc := range []struct {
		what            string
		threshold, want float64
	}{
		{"below all", 0, 13},
		{"at the start of a bucket", 100, 13},
		{"in the middle of a bucket: half of it", 100.5, 10},
		{"at its end", 101, 7},
		{"between buckets", 150, 7},
		{"a wider bucket: a quarter is below", 1001, 3},
		{"three quarters are", 1003, 1},
		{"above all", 1004, 0},
		{"far above all", 1e9, 0},
	} {
		if got := c.above(tc.threshold); got != tc.want {
			t.Errorf("%s: %g above %g, want %g", tc.what, got, tc.threshold, tc.want)
		}
	}
}

func TestPercentileIsTheThresholdOfItsShare(t *testing.T) {
	var blocks []Buckets
	for block := range 20 {
		h := hdrhistogram.New(1, 100_000, 2)
		for value := range 50 {
			if err := h.RecordValue(int64(100 + 50*(block%2) + value)); err != nil { // 100 to 199
				t.Fatal(err)
			}
		}
		blocks = append(blocks, nil, h.Distribution())
	}
	d := newDistribution(Times{Blocks: blocks})
	for percent, want := range map[float64]float64{50: 150, 90: 190, 99: 199, 99.9: 199.9, 0.1: 100.1} {
		if got := d.percentile(percent); math.Abs(got-want) > 0.001 {
			t.Errorf("p%g is %g, want %g", percent, got, want)
		}
	}
}
