package waves

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// What is assumed of the people and the valley. None of it is measured: compare
// the arms with one another, not with a real evening.
const (
	crowdRadiusKm = 25.0
	valleyKm      = 18.0 // from the first mission to the last
	// The chance to accept falls with distance as reverse matching has it for
	// urgent missions: 1/e for each reachKm beyond nearKm.
	nearKm, reachKm = 2.0, 15.0
	// tasteKnown is the spread (of the logarithm) of what the ranking knows of
	// people's willingness beside distance; tasteHidden of what nobody knows.
	tasteKnown, tasteHidden = 0.4, 0.5
	chanceMax               = 0.9
	declining               = 0.10 // of those who do not accept say so
	lost                    = 0.01 // of the messages do not arrive
	lagSecondsMax           = 4    // that a message takes
)

// crowd is the people of one seed and the missions of their valley. Everything
// that chance decides about them is drawn beforehand, so that all arms meet the
// same people. It is immutable.
type crowd struct {
	km     [][]float64 // km[t][v]: from person v to mission t
	known  [][]float64 // known[t][v]: chance to accept as the ranking knows it, relative to the mean
	chance [][]float64 // chance[t][v]: the same with what nobody knows
	best   [][]int     // best[t]: everybody, the greatest known first
	near   [][]int     // near[t]: everybody, the nearest first
	luck   []float64   // v accepts mission t if luck[v] is below truth times chance[t][v]
	delay  []float64   // standard normal: how slow they are
	says   []bool      // say no, if they do not accept
	lost   []bool
	lag    []int64
}

// newCrowd draws people and missions.
func newCrowd(people, targets int, seed uint64) *crowd {
	r := rand.New(rand.NewPCG(seed, 0x77617665))
	c := &crowd{luck: make([]float64, people), delay: make([]float64, people), says: make([]bool, people), lost: make([]bool, people), lag: make([]int64, people)}
	x, y, taste, hidden := make([]float64, people), make([]float64, people), make([]float64, people), make([]float64, people)
	for v := range people {
		radius, angle := crowdRadiusKm*math.Sqrt(r.Float64()), 2*math.Pi*r.Float64()
		x[v], y[v] = radius*math.Cos(angle), radius*math.Sin(angle)
		taste[v], hidden[v] = math.Exp(tasteKnown*r.NormFloat64()), math.Exp(tasteHidden*r.NormFloat64())
		c.luck[v], c.delay[v], c.says[v], c.lost[v] = r.Float64(), r.NormFloat64(), r.Float64() < declining, r.Float64() < lost
		c.lag[v] = 1 + r.Int64N(lagSecondsMax)
	}
	knownMean, chanceMean := 0.0, 0.0
	for t := range targets {
		at := 0.0
		if targets > 1 {
			at = valleyKm * (float64(t)/float64(targets-1) - .5)
		}
		km, known, chance := make([]float64, people), make([]float64, people), make([]float64, people)
		for v := range people {
			km[v] = math.Hypot(x[v]-at, y[v])
			known[v] = taste[v] * math.Exp(-max(0, km[v]-nearKm)/reachKm)
			chance[v] = known[v] * hidden[v]
			knownMean, chanceMean = knownMean+known[v], chanceMean+chance[v]
		}
		c.km, c.known, c.chance = append(c.km, km), append(c.known, known), append(c.chance, chance)
	}
	n := float64(people * targets)
	for t := range targets {
		for v := range people {
			c.known[t][v] /= knownMean / n
			c.chance[t][v] /= chanceMean / n
		}
		c.best = append(c.best, order(c.known[t], true))
		c.near = append(c.near, order(c.km[t], false))
	}
	return c
}

// order sorts people by a column, ties by their number.
func order(by []float64, descending bool) []int {
	list := make([]int, len(by))
	for v := range list {
		list[v] = v
	}
	slices.SortStableFunc(list, func(v, w int) int {
		if descending {
			v, w = w, v
		}
		return cmp.Compare(by[v], by[w])
	})
	return list
}

// accepts says whether a person accepts a mission, once asked.
func (c *crowd) accepts(t, v int, truth float64) bool {
	return c.luck[v] < min(truth*c.chance[t][v], chanceMax)
}
