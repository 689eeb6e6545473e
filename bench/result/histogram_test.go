package result_test

// Histograms survive JSON and add up.

import (
	"encoding/json"
	"testing"

	"renfort/bench/result"
)

func TestHistogramJSON(t *testing.T) {
	var h, empty result.Histogram
	for us := range int64(10_000) {
		h.Record(us)
	}
	for name, want := range map[string]result.Histogram{"ten thousand values": h, "none": empty} {
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got result.Histogram
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Summary() != want.Summary() {
			t.Errorf("%s: got %+v, want %+v", name, got.Summary(), want.Summary())
		}
	}
}

func TestHistogramAdd(t *testing.T) {
	var odd, even, all, sum result.Histogram
	for us := range int64(2_000) {
		all.Record(us)
		if us%2 == 0 {
			even.Record(us)
		} else {
			odd.Record(us)
		}
	}
	sum.Add(odd)
	sum.Add(even)
	sum.Add(result.Histogram{})
	if got, want := sum.Summary(), all.Summary(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// What is longer than the histogram reaches is counted at its end, and what is
// below nothing at nothing: no value is dropped.
func TestHistogramEnds(t *testing.T) {
	var h result.Histogram
	h.Record(-5)
	h.Record(1 << 50)
	if s := h.Summary(); s.Count != 2 || s.Min != 0 || s.Max < 599_000_000 {
		t.Errorf("got %+v, want two values, from 0 to ten minutes", s)
	}
}
