package matcher

import (
	"math"

	"renfort/geo"
	"renfort/index"
)

// candidate is a mission that was scored.
type candidate struct {
	score   float64
	tie     uint64
	km      float64 // negative: no distance plays a part
	ordinal uint32
	address uint32 // index.NoAddress: none
	remote  bool   // done from afar
	org     uint32
	group   uint32
	full    bool // remote is full
	nobody  bool // nobody took it for long
}

// way is how somebody would do a mission: at its nearest address that meets
// the filter and is near enough, or from afar.
type way struct {
	ok      bool
	remote  bool
	km      float64 // negative: no distance plays a part
	address uint32
	factor  float64 // distance to its weight
	value   float64 // distance
}

// wayTo finds the best way to a mission.
func (q *query) wayTo(m *index.Mission) way {
	at, afar := way{}, way{}
	if m.Has(index.Placed) && q.wants != index.WantsOnly {
		at = q.wayAt(m)
	}
	if q.mayAfar(m) {
		afar = way{ok: true, remote: true, km: -1, address: index.NoAddress, factor: 1, value: 1}
		if q.placed {
			afar.factor, afar.value = q.remoteD, q.policy.Distance.Remote
		}
	}
	if !at.ok || afar.ok && afar.factor > at.factor {
		return afar
	}
	return at
}

// mayAfar says whether the mission may be done from afar by this person: full
// passes a radius, possible only one of the record's.
func (q *query) mayAfar(m *index.Mission) bool {
	if q.wants == index.WantsNone || q.filter.ChoosesAddresses() {
		return false
	}
	return m.Remote == index.RemoteFull || m.Remote == index.RemotePossible && !q.strict
}

// wayAt finds the nearest address that meets the filter and is within reach.
func (q *query) wayAt(m *index.Mission) way {
	best, found := 5.0, index.NoAddress // no squared chord is above 4
	choosy := q.filter.ChoosesAddresses()
	for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
		row := q.snapshot.Addresses.At(a)
		c := q.at.Chord2(row.Vec)
		if c < best && (!choosy || q.filter.Address(row)) {
			best, found = c, a
		}
	}
	if found == index.NoAddress {
		return way{}
	}
	if !q.placed {
		return way{ok: true, km: -1, address: found, factor: 1, value: 1}
	}
	w := way{km: geo.Km(best), address: found}
	w.ok = w.km <= q.reachKm[m.Urgency]
	if w.ok {
		beyond := max(0, w.km-q.policy.Distance.FreeKm)
		w.value = math.Exp(-beyond / q.scaleKm[m.Urgency])
		w.factor = math.Exp(-beyond * q.reciprok[m.Urgency])
	}
	return w
}

// kind gives the row of affinity of a mission for this person.
func (q *query) kind(domains uint64, m *index.Mission) int {
	switch {
	case q.folded != 0 && q.activities.Meets(&m.Activities):
		return byActivity
	case domains&q.domains != 0:
		return byDomain
	case domains&q.adjacent != 0:
		return byAdjacent
	}
	return byOther
}

// affinityOf gives the affinity's value and, where it is cheap, its power.
func (q *query) affinityOf(m *index.Mission) (value, power_ float64, kind int, share float64) {
	if !q.prefers {
		return 1, 1, byActivity, 0
	}
	kind = q.kind(m.Domains, m)
	a := &q.policy.Affinity
	value = [...]float64{a.Activity, a.Domain, a.Adjacent, a.Other}[kind]
	if len(q.skills) == 0 || !m.Has(index.AsksSkills) {
		return value, q.affinity[kind], kind, 0
	}
	asked := q.snapshot.Terms[m.Skills.First : m.Skills.First+m.Skills.Len]
	held := 0
	for _, n := range asked {
		for _, s := range q.skills {
			if n == s {
				held++
				break
			}
		}
	}
	share = float64(held) / float64(len(asked))
	value = min(1, value+a.SkillBonus*share)
	return value, power(value, q.policy.Weights.Affinity), kind, share
}

// fits says whether the person can come at one of the mission's times.
func (q *query) fits(l *index.Live) bool { return q.days == 0 || l.Days == 0 || q.days&l.Days != 0 }

// score is the one place where factors become a score. s collects the reasons
// if it explains; the product is the same either way.
func (q *query) score(s *score, m *index.Mission, l *index.Live, w *way) float64 {
	value, raised, kind, share := q.affinityOf(m)
	product := raised * w.factor
	fits := q.fits(l)
	if !fits {
		product *= q.noneFits
	}
	if s.explain {
		q.tell(s, m, w, value, kind, share, fits)
	}
	s.product = 1
	if s.explain || !q.inForce {
		s.stand(q.policy, q.snapshot.Climate, m, l, q.snapshot.Orgs.At(m.Org))
		product *= s.product
	} else {
		product *= l.Standing
	}
	return cut(product)
}

// cut drops the mantissa's last 16 bits: 1.5e-11 of the value. What differs by
// less is a tie.
func cut(v float64) float64 { return math.Float64frombits(math.Float64bits(v) &^ 0xffff) }

// consider scores a mission and offers it to the collector, once a search.
func (q *query) consider(o uint32) {
	l := q.snapshot.Live.At(o)
	if l.Standing == 0 || !q.first(o) {
		return
	}
	m := q.snapshot.Missions.At(o)
	if !q.admits(o, m) {
		return
	}
	w := q.wayTo(m)
	if !w.ok {
		return
	}
	var s score
	v := q.score(&s, m, l, &w)
	q.scored++
	if v < q.best.floor {
		return
	}
	c := candidate{score: v, tie: mix(q.tie ^ m.Tie), km: w.km, ordinal: o, address: w.address, remote: w.remote,
		org: m.Org, group: m.Group, full: m.Remote == index.RemoteFull, nobody: l.Unserved}
	if q.only == nil || q.only(q, &c) {
		q.best.offer(&c, q.snapshot)
	}
}

// mix is the finalizer of MurmurHash3: every bit of x moves every bit.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
