package load

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Arrivals are the moments at which something is due, since the beginning of a
// phase, never falling. They are immutable.
type Arrivals struct {
	Words string        // as people say it: "Poisson, 4000/s for 3m10s"
	Span  time.Duration // how long it takes; later than the last
	At    []time.Duration
	Eager int // so many, as fast as connections allow, instead of At

	first, step int // of a shard: which of all arrivals the k-th is
}

// Len gives how many there are.
func (a Arrivals) Len() int { return max(len(a.At), a.Eager) }

// Rate gives how many there are each second; 0 for eager ones.
func (a Arrivals) Rate() float64 {
	if a.Span <= 0 {
		return 0
	}
	return float64(len(a.At)) / a.Span.Seconds()
}

// number says which of all arrivals the k-th of this shard is.
func (a Arrivals) number(k int) int { return a.first + k*max(a.step, 1) }

// Shard gives every n-th arrival, from the i-th of 1 to n: n generators with
// the same seed send, together, what one would send.
func (a Arrivals) Shard(i, n int) Arrivals {
	if n <= 1 {
		return a
	}
	part := Arrivals{Words: fmt.Sprintf("%s, shard %d of %d", a.Words, i, n), Span: a.Span, first: i - 1, step: n}
	for k := i - 1; k < len(a.At); k += n {
		part.At = append(part.At, a.At[k])
	}
	if a.Eager > 0 {
		part.Eager = (a.Eager - i + n) / n
	}
	return part
}

// Eager is n arrivals as fast as connections allow: a closed loop.
func Eager(n int) Arrivals {
	return Arrivals{Words: fmt.Sprintf("%d as fast as it goes", n), Eager: n}
}

// Constant is one arrival every 1/rate seconds.
func Constant(rate float64, span time.Duration) Arrivals {
	a := Arrivals{Words: fmt.Sprintf("constant, %.6g/s for %v", rate, span), Span: span}
	for k := range int(rate * span.Seconds()) {
		a.At = append(a.At, time.Duration(float64(k)/rate*1e9))
	}
	return a
}

// Poisson is arrivals of people who do not know each other: independent, on
// average so many each second.
func Poisson(rate float64, span time.Duration, seed uint64) Arrivals {
	a := Arrivals{Words: fmt.Sprintf("Poisson, %.6g/s for %v", rate, span), Span: span}
	dice := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	for at := dice.ExpFloat64() / rate; at < span.Seconds(); at += dice.ExpFloat64() / rate {
		a.At = append(a.At, time.Duration(at*1e9))
	}
	return a
}

// Burst is everybody at once.
func Burst(n int, span time.Duration) Arrivals {
	return Arrivals{Words: fmt.Sprintf("%d at once", n), Span: span, At: make([]time.Duration, n)}
}

// Ramp is a rate that grows or falls evenly.
func Ramp(from, to float64, span time.Duration) Arrivals {
	a := Arrivals{Words: fmt.Sprintf("from %.6g/s to %.6g/s in %v", from, to, span), Span: span}
	const slices = 1000 // of one rate each, over the whole ramp
	slice := span.Seconds() / slices
	due := 0.0
	for i := range slices {
		rate := from + (to-from)*(float64(i)+0.5)/slices
		for n := due + rate*slice; due < n; {
			whole := float64(int(due) + 1)
			if whole > n {
				due = n
				break
			}
			at := (float64(i) + 1 - (n-whole)/(rate*slice)) * slice
			a.At = append(a.At, min(time.Duration(at*1e9), span))
			due = whole
		}
	}
	return a
}

// Curve is n arrivals in the proportions of weights, each weight an equal part
// of the span, at random within it: an evening's.
func Curve(weights []int, n int, span time.Duration, seed uint64) Arrivals {
	a := Arrivals{Words: fmt.Sprintf("%d in a given shape within %v", n, span), Span: span}
	sums := make([]int, len(weights))
	total := 0
	for i, w := range weights {
		total += w
		sums[i] = total
	}
	dice := rand.New(rand.NewPCG(seed, 0xd1b54a32d192ed03))
	part := span.Seconds() / float64(len(weights))
	for range n {
		i, found := slices.BinarySearch(sums, dice.IntN(total))
		if found { // of the next: a sum is not in its own part
			i++
		}
		a.At = append(a.At, time.Duration((float64(i)+dice.Float64())*part*1e9))
	}
	slices.Sort(a.At)
	return a
}
