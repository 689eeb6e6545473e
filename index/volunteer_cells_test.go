package index_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// Goal: after any commit everybody who exists is found exactly once, in a census
// or among the moved, by a row that says what their record says; and no quarter
// promises less than somebody in it has.
//
// Method: people are written, moved, erased, asked and told in random commits, some
// of a few changes, so that a census is taken over many of them; after one in sixteen
// everything is walked.
func TestCensusKeepsItsPromise(t *testing.T) {
	both, pieces, walks := false, 0, 16
	if raceEnabled {
		walks = 128 // .ci/run walks as often as said without the detector
	}
	for seed := *seedFlag; seed < *seedFlag+2; seed++ {
		s := newState(seed)
		x := s.open()
		rng := rand.New(rand.NewPCG(seed, 9))
		for range 60 {
			for part := range slices.Chunk(crowdCommit(s, rng), 1+rng.IntN(12)) {
				x.Apply(part)
				now := x.Snapshot()
				both = both || now.Census[0] != nil && now.Census[1] != nil
				if part[len(part)-1].Kind == mission.Ticked && len(now.Moved) > 256 {
					pieces++ // the Tick has begun a census, and it is not done
				}
				if rng.IntN(walks) == 0 {
					checkCensus(t, seed, now)
				}
				if t.Failed() {
					return
				}
			}
		}
	}
	if !both || pieces < 50 {
		t.Errorf("seed %d: a large census beside a small one: %v; taken over several commits: %d, want 50: draw more people", *seedFlag, both, pieces)
	}
}

// crowdCommit draws a commit that concerns up to 900 of 12,000 people, at the
// end a Tick.
func crowdCommit(s *state, rng *rand.Rand) (cs []mission.Change) {
	for range rng.IntN(900) {
		n := rng.IntN(12_000)
		id := fmt.Sprint("p", n)
		var c mission.Change
		switch k := rng.IntN(20); {
		case k < 15:
			c = s.change(mission.VolunteerPut)
			c.Volunteer = somebody(id, rng)
		case k < 17:
			c = s.change(mission.VolunteerErased)
		default:
			c = s.change(mission.WaveAsked)
			c.Ask = &mission.Ask{Wave: fmt.Sprint("w", rng.IntN(9)), Volunteer: id, At: s.now}
		}
		c.VolunteerID, c.VolunteerOrdinal = id, mission.Ordinal(n)
		cs = append(cs, c)
	}
	return append(cs, s.tick(rng.Int64N(86400)))
}

func somebody(id string, rng *rand.Rand) *mission.Volunteer {
	v := &mission.Volunteer{ID: id, RadiusKm: float64(rng.IntN(3) * 10), Channel: [...]string{"", "push", "sms"}[rng.IntN(3)], BirthYear: rng.IntN(2) * (1940 + rng.IntN(60))}
	if rng.IntN(10) > 0 {
		v.Cell = geo.CellAt(geo.Point{Lat: 43 + float64(rng.IntN(30))/10, Lon: float64(rng.IntN(30)) / 10}, mission.VolunteerLevel).Token()
	}
	if rng.IntN(2) == 0 {
		v.Domains, v.Skills = []string{"sante"}, []string{"psc1"}
		v.Equipment, v.Availability = []string{"4x4"}, []string{"now"}
	}
	return v
}

func checkCensus(t *testing.T, seed uint64, s *index.Snapshot) {
	t.Helper()
	found := map[uint32]int{}
	for _, c := range s.Census {
		if c == nil {
			continue
		}
		for _, h := range c.Homes {
			for k := h.First; k < h.First+h.Len; k++ {
				o := c.Rows[k].Ordinal
				if !s.Lives(&c.Rows[k]) {
					continue
				}
				found[o]++
				if v := s.Volunteers.At(o); !v.Exists || v.Cell != h.Cell || c.Rows[k] != s.Resident(o) {
					t.Errorf("seed %d, seq %d: volunteer %d lives in %v as %+v; got %+v", seed, s.Seq, o, h.Cell, c.Rows[k], *v)
				}
			}
		}
		if len(c.Quarters) > 0 {
			if homes := checkQuarter(t, seed, c, 0, nil); homes != len(c.Homes)-min(1, len(c.Nowhere())) {
				t.Errorf("seed %d, seq %d: %d of %d homes hang on the tree", seed, s.Seq, homes, len(c.Homes))
			}
		}
	}
	for _, o := range s.Moved {
		if s.Volunteers.At(o).Exists {
			found[o]++
		}
	}
	for o := range s.VolunteerRows {
		if exists := s.Volunteers.At(o).Exists; exists != (found[o] == 1) || found[o] > 1 {
			t.Errorf("seed %d, seq %d: volunteer %d exists %v, and is found %d times", seed, s.Seq, o, exists, found[o])
		}
	}
}

// checkQuarter checks everybody below a quarter against it and all above it,
// and gives how many homes there are.
func checkQuarter(t *testing.T, seed uint64, c *index.Census, i uint32, above []*index.Quarter) (homes int) {
	t.Helper()
	q := &c.Quarters[i]
	above = append(above, q)
	for k := q.First; k < q.First+uint32(q.Len); k++ {
		if !q.Leaf {
			homes += checkQuarter(t, seed, c, k, above)
			continue
		}
		h := &c.Homes[k]
		homes++
		for _, r := range c.Rows[h.First : h.First+h.Len] {
			for _, a := range above {
				if a.MinKm(h.Vec) != 0 || a.Domains&r.Domains != r.Domains || a.Activities&r.Activities != r.Activities || a.Skills&r.Skills != r.Skills ||
					a.Days&r.Days != r.Days || r.Days == 0 && a.Days != 255 || a.Channels&(1<<r.Channel()) == 0 || a.Asks > r.Asks() ||
					!r.Prefers() && !a.Open || a.ReachKm != 0 && (r.ReachKm == 0 || r.ReachKm > a.ReachKm) {
					t.Fatalf("seed %d: quarter %+v does not bound %+v", seed, *a, r)
				}
			}
		}
	}
	return homes
}
