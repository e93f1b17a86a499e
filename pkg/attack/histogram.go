package attack

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"call-load-tester/pkg/compare"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A Histogram is one of times in nanoseconds, to two digits. It takes memory for
// what is in it only, 1 kB or so. In JSON it is in HdrHistogram's own format: V2,
// compressed, base64. A nil one is empty.
type Histogram struct{ *hdrhistogram.PackedHistogram }

// pack returns the histogram of a dense one, nil of none.
func pack(dense *hdrhistogram.Histogram) *Histogram {
	if dense == nil {
		return nil
	}
	h := newHistogram()
	h.MergeFrom(dense)
	return h
}

func newHistogram() *Histogram {
	return &Histogram{hdrhistogram.NewPacked(int64(shortest), int64(longestKept), fewDigits)}
}

// with returns the histogram with one more time, as append does.
func (h *Histogram) with(t time.Duration) *Histogram {
	if h == nil {
		h = newHistogram()
	}
	must(h.RecordValue(bounded(t)))
	return h
}

// plus returns the histogram with the times of another, which is not to be used
// any more.
func (h *Histogram) plus(other *Histogram) *Histogram {
	switch {
	case h == nil:
		return other
	case other != nil:
		h.Merge(other.PackedHistogram)
	}
	return h
}

// Count returns how many times there are.
func (h *Histogram) Count() int {
	if h == nil {
		return 0
	}
	return int(h.TotalCount())
}

// buckets returns the buckets that are not empty.
func (h *Histogram) buckets() compare.Buckets {
	if h == nil {
		return nil
	}
	one := h.Clone() // of one value, whose bucket is asked for
	buckets := make(compare.Buckets, 0, h.Populated())
	for from, n := range h.ForEachBucket {
		one.Reset()
		must(one.RecordValue(from))
		buckets = append(buckets, hdrhistogram.Bar{From: from, To: one.Max(), Count: n})
	}
	return buckets
}

// MarshalText writes the histogram's encoding.
func (h *Histogram) MarshalText() ([]byte, error) { return h.Encode() }

// UnmarshalText reads the encoding of one of the same bounds and digits.
func (h *Histogram) UnmarshalText(text []byte) (err error) {
	h.PackedHistogram, err = decodeHistogram(text, fewDigits)
	return err
}

// decodeHistogram reads the encoding of a histogram of so many digits.
func decodeHistogram(text []byte, digits ...int64) (*hdrhistogram.PackedHistogram, error) {
	h, err := hdrhistogram.DecodePacked(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("a histogram cannot be read: %w", err)
	case !slices.Contains(digits, h.SignificantFigures()) || h.LowestTrackableValue() != int64(shortest) || h.HighestTrackableValue() != int64(longestKept):
		return nil, fmt.Errorf("a histogram has %d digits from %d to %d, which is none of load's",
			h.SignificantFigures(), h.LowestTrackableValue(), h.HighestTrackableValue())
	case h.TotalCount() <= 0:
		return nil, errors.New("a histogram holds no times")
	}
	return h, nil
}

// encodedDistribution is a [Distribution] in JSON.
type encodedDistribution struct {
	Histogram string        `json:"histogram"`
	Sum       time.Duration `json:"sum_ns"`
	Longest   time.Duration `json:"longest_ns"`
}

// MarshalJSON writes the histogram in HdrHistogram's own format, which is V2,
// compressed, base64, and beside it what that does not hold exactly.
func (d *Distribution) MarshalJSON() ([]byte, error) {
	text, err := d.histogram.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return nil, err
	}
	return json.Marshal(encodedDistribution{string(text), d.sum, d.longest})
}

// UnmarshalJSON reads what MarshalJSON has written.
func (d *Distribution) UnmarshalJSON(text []byte) error {
	var e encodedDistribution
	if err := json.Unmarshal(text, &e); err != nil {
		return err
	}
	packed, err := decodeHistogram([]byte(e.Histogram), digits, fewDigits)
	if err != nil {
		return err
	}
	*d = *newDistribution(int(packed.SignificantFigures()))
	d.sum, d.longest = e.Sum, e.Longest
	packed.MergeInto(d.histogram)
	return nil
}
