package result

import (
	"math"
	"math/rand/v2"
	"slices"
)

// trial is a line whose verdict is not yet spoken: the values of its units.
// Of times and rates they are logarithms, so that differences are ratios.
type trial struct {
	metric
	phase, call string
	stratum     string    // units of one stratum are given away alike
	values      []float64 // first those of A, then those of B
	ofA         int
	a, b        float64   // medians, as they are
	difference  float64   // mean of B less mean of A
	noise       float64   // its standard error
	own         []float64 // its differences in standard errors as units are given away, sorted
	why         string    // why there is nothing to try
}

// try takes the values of a metric from the units of both sides.
func (m metric) try(stratum string, a, b Sum, cpuA, cpuB []float64) trial {
	t := trial{metric: m, phase: a.Phase, call: a.Call.Name, stratum: stratum, ofA: len(a.Repeats)}
	if len(a.Repeats) < unitsMin || len(b.Repeats) < unitsMin {
		t.why = "too short"
		return t
	}
	var raw []float64
	for k, side := range [...]Sum{a, b} {
		cpu := [...][]float64{cpuA, cpuB}[k]
		for i := range side.Repeats {
			used := -1.0
			if i < len(cpu) {
				used = cpu[i]
			}
			v, ok := m.value(&side.Repeats[i], side.Lengths[i], used)
			if !ok {
				t.why = "too few values"
				if m.name == "cpu per call" {
					t.why = "not measured"
				}
			}
			raw = append(raw, v)
		}
	}
	t.a, t.b = MiddleOf(raw[:t.ofA]).Median, MiddleOf(raw[t.ofA:]).Median
	for _, v := range raw {
		if !m.absolute() {
			v = math.Log(v)
		}
		t.values = append(t.values, v)
	}
	order := make([]int, len(raw))
	for i := range order {
		order[i] = i
	}
	t.difference, t.noise = t.under(order)
	return t
}

// absolute says that changes are differences and not ratios.
func (m metric) absolute() bool { return m.unit == "share" }

// under gives the difference and its standard error if the first of the order
// were A's.
func (t *trial) under(order []int) (difference, standardError float64) {
	nA, nB := float64(t.ofA), float64(len(order)-t.ofA)
	var sumA, sumB, squares float64
	for _, i := range order[:t.ofA] {
		sumA += t.values[i]
	}
	for _, i := range order[t.ofA:] {
		sumB += t.values[i]
	}
	for k, i := range order {
		d := t.values[i] - sumA/nA
		if k >= t.ofA {
			d = t.values[i] - sumB/nB
		}
		squares += d * d
	}
	variance := max(squares/(nA+nB-2), t.steady*t.steady)
	return sumB/nB - sumA/nA, math.Sqrt(variance * (1/nA + 1/nB))
}

// group is what is given away alike.
type group struct {
	stratum string
	units   int
}

// shuffle gives the units to A and B at random again and again, and gives the
// largest difference of any line in standard errors each time, sorted. The
// dice are the same in every comparison: the same files give the same verdict.
func shuffle(trials []trial) (largest []float64) {
	dice := rand.New(rand.NewPCG(1981, 1993))
	largest = make([]float64, labellings)
	for round := range largest {
		orders := map[group][]int{}
		for i := range trials {
			t := &trials[i]
			if t.why != "" {
				continue
			}
			key := group{t.stratum, len(t.values)}
			if orders[key] == nil {
				orders[key] = dice.Perm(len(t.values))
			}
			difference, standardError := t.under(orders[key])
			t.own = append(t.own, math.Abs(difference)/standardError)
			largest[round] = max(largest[round], t.own[round])
		}
	}
	for i := range trials {
		slices.Sort(trials[i].own)
	}
	slices.Sort(largest)
	return largest
}

// line speaks the verdict.
func (t *trial) line(largest []float64, chance, outside float64) Line {
	l := Line{Phase: t.phase, Call: t.call, Metric: t.name, Unit: t.unit, A: t.a, B: t.b, P: 1, Verdict: CannotTell, Why: t.why}
	if t.why != "" {
		return l
	}
	at, _ := slices.BinarySearch(largest, math.Abs(t.difference)/t.noise-1e-9)
	l.P = float64(1+len(largest)-at) / float64(1+len(largest))
	half := t.noise * t.own[int(math.Ceil((1-outside)*float64(len(t.own))))-1]
	change := func(d float64) float64 {
		if t.absolute() {
			return d
		}
		return math.Expm1(d)
	}
	l.Change = t.b - t.a
	if !t.absolute() {
		l.Change = t.b/t.a - 1
	}
	l.Low, l.High = change(t.difference-half), change(t.difference+half)
	mean := change(t.difference)
	switch {
	case l.P <= chance && t.matters(l.Change) && t.matters(mean) && l.Change*mean > 0 && math.Abs(t.b-t.a) >= t.floor:
		l.Verdict = Worse
		if l.Change > 0 == t.up {
			l.Verdict = Better
		}
	case max(-l.Low, l.High) > wideTimes*t.practical && l.P > chance:
		l.Why = "it varies too much"
	default:
		l.Verdict = NoDifference
	}
	return l
}

// matters says whether a change is large enough to matter, up or down: 10 %
// more and 10 % less are told alike.
func (t *trial) matters(change float64) bool {
	return change >= t.practical || change <= -t.practical
}
