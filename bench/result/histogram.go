package result

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A histogram tells microseconds apart to three digits, up to ten minutes; what
// is longer counts as ten minutes.
const (
	histogramMax    = 600_000_000
	histogramDigits = 3
)

// Histogram is a distribution of whole microseconds. The zero value is empty
// and ready; it is not safe for concurrent use while it is recorded into. In
// JSON it is a Summary with the histogram beside it, in HdrHistogram's own
// encoding (V2, compressed, base64), which other tools read.
type Histogram struct{ h *hdrhistogram.Histogram }

// Coarse gives an empty histogram of two digits: an eighth of the memory, for
// windows, of which there are thousands.
func Coarse() Histogram { return Histogram{hdrhistogram.New(1, histogramMax, 2)} }

// Record adds a value; what is below 0 counts as 0.
func (h *Histogram) Record(us int64) {
	if h.h == nil {
		h.h = hdrhistogram.New(1, histogramMax, histogramDigits)
	}
	_ = h.h.RecordValue(min(max(us, 0), histogramMax)) // in range: it cannot fail
}

// Add adds another's values.
func (h *Histogram) Add(other Histogram) {
	if other.h == nil {
		return
	}
	if h.h == nil {
		h.h = hdrhistogram.New(1, histogramMax, histogramDigits)
	}
	h.h.Merge(other.h)
}

// Count gives how many values there are.
func (h Histogram) Count() int64 {
	if h.h == nil {
		return 0
	}
	return h.h.TotalCount()
}

// At gives the value at a percentile from 0 to 100; 0 if there is none.
func (h Histogram) At(percentile float64) int64 {
	if h.h == nil {
		return 0
	}
	return h.h.ValueAtPercentile(percentile)
}

// Mean gives the mean; 0 if there is none.
func (h Histogram) Mean() float64 {
	if h.Count() == 0 {
		return 0
	}
	return h.h.Mean()
}

// Max gives the largest value, as exact as the histogram is.
func (h Histogram) Max() int64 {
	if h.Count() == 0 {
		return 0
	}
	return h.h.Max()
}

// CountTo gives how many values are at most so many microseconds, as exact as
// the histogram is.
func (h Histogram) CountTo(us int64) (n int64) {
	if h.Count() == 0 {
		return 0
	}
	for _, b := range h.h.Distribution() {
		if b.From > us {
			break
		}
		n += b.Count
	}
	return n
}

// Bar is one step of a distribution: so many values were at most this.
type Bar struct {
	Percentile float64
	US         int64
}

// Curve gives the distribution with so many steps for each half of what is
// left of it: dense at its end.
func (h Histogram) Curve(steps int32) (bars []Bar) {
	if h.Count() == 0 {
		return nil
	}
	for _, b := range h.h.CumulativeDistributionWithTicks(steps) {
		bars = append(bars, Bar{b.Quantile, b.ValueAt})
	}
	return bars
}

// WriteHGRM writes the distribution as HdrHistogram's own tools print it, in
// milliseconds.
func (h Histogram) WriteHGRM(w io.Writer) error {
	all := h.h
	if all == nil {
		all = hdrhistogram.New(1, histogramMax, histogramDigits)
	}
	if _, err := all.PercentilesPrint(w, 5, 1000); err != nil {
		return fmt.Errorf("result: write histogram: %w", err)
	}
	return nil
}

// Summary is a distribution in a few numbers, in microseconds.
type Summary struct {
	Count int64   `json:"count"`
	Mean  float64 `json:"mean"`
	Min   int64   `json:"min"`
	P50   int64   `json:"p50"`
	P90   int64   `json:"p90"`
	P99   int64   `json:"p99"`
	P999  int64   `json:"p99.9"`
	P9999 int64   `json:"p99.99"`
	Max   int64   `json:"max"`
}

// Summary sums up.
func (h Histogram) Summary() Summary {
	if h.Count() == 0 {
		return Summary{}
	}
	return Summary{h.Count(), h.Mean(), h.h.Min(), h.At(50), h.At(90), h.At(99), h.At(99.9), h.At(99.99), h.Max()}
}

// stored is a histogram in JSON.
type stored struct {
	Summary
	HDR string `json:"hdr,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (h Histogram) MarshalJSON() ([]byte, error) {
	s := stored{Summary: h.Summary()}
	if h.Count() > 0 {
		encoded, err := h.h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		if err != nil {
			return nil, fmt.Errorf("result: encode histogram: %w", err)
		}
		s.HDR = string(encoded)
	}
	return json.Marshal(s)
}

// UnmarshalJSON implements json.Unmarshaler; the summary is worked out anew.
func (h *Histogram) UnmarshalJSON(data []byte) error {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("result: histogram: %w", err)
	}
	h.h = nil
	if s.HDR == "" {
		return nil
	}
	decoded, err := hdrhistogram.Decode([]byte(s.HDR))
	if err != nil {
		return fmt.Errorf("result: histogram: %w", err)
	}
	h.h = decoded
	return nil
}
