package world

import (
	"math/bits"
	"math/rand/v2"
	"sort"
)

// The kinds of records that dice are thrown for: each has its own stream.
const (
	streamMission uint64 = 1 + iota
	streamVolunteer
	streamOrganizer
	streamSurge
	streamSurgeMission
	streamVisitor
	streamLink
	streamInterest
	streamSeat
)

// dice is the chance of one record. It throws whole numbers only, and by a
// rule of its own, so that neither a machine's floats nor a change in
// math/rand's helpers alters a world.
type dice struct{ pcg rand.PCG }

// throwFor gives the dice of record index of a stream.
func throwFor(seed, stream, index uint64) dice {
	var d dice
	d.pcg.Seed(mix(seed+stream<<56), mix(index))
	return d
}

// mix is the finalizer of SplitMix64: neighbours in, strangers out.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// below gives a number from 0 to n-1; n must be above 0. The bias of taking
// the high word is under one in 2^40 for the n used here.
func (d *dice) below(n int) int {
	hi, _ := bits.Mul64(d.pcg.Uint64(), uint64(n))
	return int(hi)
}

// between gives a number from least to most, both included.
func (d *dice) between(least, most int) int { return least + d.below(most-least+1) }

// early gives a number from 0 to n-1, small ones more often: the product of
// two even throws, whose chance falls like a logarithm.
func (d *dice) early(n int) int {
	hi, _ := bits.Mul64(d.pcg.Uint64(), d.pcg.Uint64())
	hi, _ = bits.Mul64(hi, uint64(n))
	return int(hi)
}

// chance is true in perMille of 1,000 throws.
func (d *dice) chance(perMille int) bool { return d.below(1000) < perMille }

// oneOf picks an entry of a list that is not empty, each as often.
func oneOf[T any](d *dice, list []T) T { return list[d.below(len(list))] }

// wheel picks indexes by weight. It is immutable.
type wheel struct{ ends []int } // ends[i] is the sum of the weights 0 to i

// newWheel makes a wheel on which index i comes up as often as weights[i].
func newWheel(weights []int) wheel {
	w := wheel{ends: make([]int, len(weights))}
	sum := 0
	for i, v := range weights {
		sum += v
		w.ends[i] = sum
	}
	return w
}

// total is the sum of the weights; a wheel of total 0 cannot be spun.
func (w wheel) total() int {
	if len(w.ends) == 0 {
		return 0
	}
	return w.ends[len(w.ends)-1]
}

// spin picks an index; one of weight 0 never comes up.
func (w wheel) spin(d *dice) int {
	return sort.SearchInts(w.ends, d.below(w.total())+1)
}
