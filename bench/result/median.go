package result

import (
	"math"
	"slices"
)

// Middle is the median of repeats, and between what they lie. Least and Most
// are an interval for the median that is right in Confidence of all cases, if
// repeats do not hang together: 1 - 2^(1-n) for n of them. With six or more it
// leaves out the ends as long as 95 % remain.
type Middle struct {
	Median, Least, Most float64
	Confidence          float64 // 0 for one repeat
}

// intervalConfidence is what the interval of a median wants.
const intervalConfidence = 0.95

// MiddleOf gives the median of values and its interval; the zero Middle for
// none. Values are not changed.
func MiddleOf(values []float64) Middle {
	if len(values) == 0 {
		return Middle{}
	}
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	outside, left, tail := 0, math.Pow(0.5, float64(n)), math.Pow(0.5, float64(n))
	// tail is the chance that at most `outside` of n values lie below the
	// median; left is that of exactly so many.
	for k := 1; 2*k < n; k++ {
		left *= float64(n-k+1) / float64(k)
		if 1-2*(tail+left) < intervalConfidence {
			break
		}
		outside, tail = k, tail+left
	}
	return Middle{(v[(n-1)/2] + v[n/2]) / 2, v[outside], v[n-1-outside], max(1-2*tail, 0)}
}

// Medians gives throughput in answers per second and p99 of latency in
// microseconds, as medians over the repeats.
func (s *Sum) Medians() (done, p99 Middle) {
	var rates, latencies []float64
	for i := range s.Repeats {
		rates = append(rates, perSecond(s.Repeats[i].Good(), s.Lengths[i]))
		latencies = append(latencies, float64(s.Repeats[i].Latency.At(99)))
	}
	return MiddleOf(rates), MiddleOf(latencies)
}
