package matcher

import (
	"math"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// candidate is a mission that was scored.
type candidate struct {
	score   float64
	tie     uint64
	km      float64 // negative: no distance plays a part
	ordinal uint32
	address uint32 // index.NoAddress: none
	org     uint32
	group   uint32
	remote  bool // done from afar
	nobody  bool // nobody took it for long
}

// way is how somebody would do a mission: at one of its addresses, or from
// afar.
type way struct {
	remote  bool
	km      float64 // negative: no distance plays a part
	address uint32
	factor  float64 // distance to its weight
}

// afar is the way to do a mission from home.
func (q *query) afar() way {
	w := way{remote: true, km: -1, address: index.NoAddress, factor: 1}
	if q.placed {
		w.factor = q.remoteD
	}
	return w
}

// mayAfar says whether a mission may be done from afar by this person: full
// passes a radius, possible only one of the record's.
func (q *query) mayAfar(remote uint8) bool {
	if q.wants == index.WantsNone || q.choosy {
		return false
	}
	return remote == index.RemoteFull || remote == index.RemotePossible && !q.strict
}

// wayAt gives the way to an address at a squared chord; ok is false if it is
// out of reach.
func (q *query) wayAt(address uint32, chord2 float64, class uint8, o uint32) (w way, ok bool) {
	if !q.placed {
		return way{km: -1, address: address, factor: 1}, true
	}
	if class == index.InCrisis {
		return q.wayInCrisis(address, chord2, q.snapshot.Missions.At(o))
	}
	w = way{km: geo.Km(chord2), address: address, factor: 1}
	if beyond := w.km - q.policy.Distance.FreeKm; beyond > 0 {
		w.factor = math.Exp(-beyond * q.reciprok[class])
	}
	return w, w.km <= q.reachKm[class]
}

// wayNear is wayAt for an entry that is worth looking at only if its mission can
// beat the floor, by a bound of all but distance. It looks the distance up
// before it computes it.
func (q *query) wayNear(e *index.Entry, class uint8, bound float64) (w way, ok bool) {
	if !q.placed || class == index.InCrisis {
		w, ok = q.wayAt(e.Address, q.at.Chord2(e.Vec), class, e.Ordinal)
		return w, ok && bound*w.factor*boundSlack >= q.best[0].floor
	}
	w = way{km: geo.Km(q.at.Chord2(e.Vec)), address: e.Address, factor: 1}
	if w.km > q.reachKm[class] {
		return w, false
	}
	floor := q.best[0].floor
	if beyond := w.km - q.policy.Distance.FreeKm; beyond > 0 {
		if bound*q.decay.bound(beyond*q.reciprok[class]*(1-1e-9))*boundSlack < floor {
			return w, false
		}
		w.factor = math.Exp(-beyond * q.reciprok[class])
	}
	return w, bound*w.factor*boundSlack >= floor
}

// wayInCrisis is wayAt for a mission with a scale of its own.
func (q *query) wayInCrisis(address uint32, chord2 float64, m *index.Mission) (w way, ok bool) {
	scale := q.scaleOf(m)
	w = way{km: geo.Km(chord2), address: address, factor: 1}
	if beyond := w.km - q.policy.Distance.FreeKm; beyond > 0 {
		w.factor = math.Exp(-beyond * (q.policy.Weights.Distance / scale))
	}
	return w, w.km <= q.reachFor(m.Class, scale)
}

// wayTo finds the best way to a mission: the nearest address that meets the
// filter, unless it is out of reach or from afar is better.
func (q *query) wayTo(m *index.Mission, o uint32) (best way, ok bool) {
	if m.Has(index.Placed) && q.wants != index.WantsOnly {
		nearest, found := 5.0, index.NoAddress // no squared chord is above 4
		for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
			row := q.snapshot.Addresses.At(a)
			if c := q.at.Chord2(row.Vec); c < nearest && (!q.choosy || q.filter.Address(row)) {
				nearest, found = c, a
			}
		}
		if found != index.NoAddress {
			best, ok = q.wayAt(found, nearest, m.Class, o)
		}
	}
	if q.mayAfar(m.Remote) {
		if w := q.afar(); !ok || w.factor > best.factor {
			return w, true
		}
	}
	return best, ok
}

// kind gives the row of affinity of a mission for this person.
func (q *query) kind(e *index.Entry) int {
	switch {
	case e.Activities&q.folded != 0 && q.sharesActivity(e.Ordinal):
		return byActivity
	case e.Domains&q.domains != 0:
		return byDomain
	case e.Domains&q.adjacent != 0:
		return byAdjacent
	}
	return byOther
}

// sharesActivity settles what the folded set of activities leaves open: with
// up to 64 activities, nothing.
func (q *query) sharesActivity(o uint32) bool {
	return len(q.snapshot.Taxonomy.Activities) <= 64 || q.activities.Meets(&q.snapshot.Missions.At(o).Activities)
}

// affinityOf gives the affinity's value and its power, the row it comes from,
// and the share of the skills asked that the person has.
func (q *query) affinityOf(e *index.Entry) (value, raised float64, kind int, share float64) {
	if !q.prefers {
		return 1, 1, byActivity, 0
	}
	kind = q.kind(e)
	if e.Skills&q.skillBits == 0 {
		return affinityValue(q.policy, kind, 0), q.affinity[kind], kind, 0
	}
	share = q.skillShare(q.snapshot.Missions.At(e.Ordinal))
	value = affinityValue(q.policy, kind, share)
	return value, power(value, q.policy.Weights.Affinity), kind, share
}

// affinityValue is A of somebody who chose something: what the row of affinity
// is worth, and the bonus for the share of the skills asked that they have.
func affinityValue(p *mission.Policy, kind int, share float64) float64 {
	a := &p.Affinity
	return min(1, [...]float64{a.Activity, a.Domain, a.Adjacent, a.Other}[kind]+a.SkillBonus*share)
}

// skillShare gives the share of the skills asked that the person has.
func (q *query) skillShare(m *index.Mission) float64 {
	asked := q.snapshot.Terms.At(m.Skills)
	held := 0
	for _, n := range asked {
		if q.hasSkill(n) {
			held++
		}
	}
	return float64(held) / float64(len(asked))
}

// fits says whether the person can come at one of the mission's times.
func (q *query) fits(l *index.Stand) bool { return q.days == 0 || l.Days == 0 || q.days&l.Days != 0 }

// score is the one place where factors become a score. s collects the reasons
// if it explains; the product is the same either way.
func (q *query) score(s *score, e *index.Entry, l *index.Stand, w *way) float64 {
	value, raised, kind, share := q.affinityOf(e)
	product := raised * w.factor
	fits := q.fits(l)
	if !fits {
		product *= q.noneFits
	}
	if s.explain {
		q.tell(s, q.snapshot.Missions.At(e.Ordinal), w, l, value, kind, share)
	}
	s.product = 1
	if s.explain || !q.inForce {
		m, live := q.snapshot.Missions.At(e.Ordinal), q.snapshot.Live.At(e.Ordinal)
		s.stand(q.policy, q.snapshot.Climate, m, live, q.snapshot.Orgs.At(m.Org))
		product *= s.product
	} else {
		product *= l.Standing
	}
	return cut(product)
}

// cut drops the mantissa's last 16 bits: 1.5e-11 of the value. What differs by
// less is a tie.
func cut(v float64) float64 { return math.Float64frombits(math.Float64bits(v) &^ 0xffff) }

// considerWhole scores a mission by its best way, once a search.
func (q *query) considerWhole(o uint32) {
	l := q.snapshot.Stands.At(o)
	if l.Standing == 0 || q.stamps[o] == q.closed() {
		return
	}
	q.stamps[o] = q.closed()
	m := q.snapshot.Missions.At(o)
	e := index.EntryOf(o, m)
	if !q.ageFits(e.MinAge, e.MaxAge) || !q.admits(&e) {
		return
	}
	if w, ok := q.wayTo(m, o); ok {
		q.scored++
		q.offer(&e, l, &w)
	}
}

// considerWay scores a mission by one of its ways. A mission with several is
// kept by its best, which the walk comes by before it ends.
func (q *query) considerWay(e *index.Entry, l *index.Stand, w *way) {
	if q.only != nil && e.Traits&index.Several != 0 {
		q.considerWhole(e.Ordinal) // how far it is is told by its best way
		return
	}
	if !q.admits(e) || e.Remote == index.RemotePossible && !q.rather(e, w) {
		return
	}
	if q.stamping || e.Traits&index.Several != 0 {
		switch q.stamps[e.Ordinal] {
		case q.closed():
			return
		case q.stamp:
			q.scored-- // counted at its first way
		}
		q.stamps[e.Ordinal] = q.stamp
	}
	q.scored++
	q.offer(e, l, w)
}

// rather says whether somebody would do a mission that is possible from afar
// this way rather than the other.
func (q *query) rather(e *index.Entry, w *way) bool {
	if !w.remote {
		return !q.mayAfar(e.Remote) || w.factor >= q.afar().factor
	}
	if q.wants == index.WantsOnly {
		return true
	}
	if e.Traits&index.Sited != 0 {
		at, ok := q.wayAt(e.Address, q.at.Chord2(e.Vec), e.Class(), e.Ordinal)
		return !ok || at.factor < w.factor
	}
	best, _ := q.wayTo(q.snapshot.Missions.At(e.Ordinal), e.Ordinal)
	return best.remote
}

// offer scores a mission and gives the collector what may get in.
func (q *query) offer(e *index.Entry, l *index.Stand, w *way) {
	var s score
	v := q.score(&s, e, l, w)
	if v < q.best.floor(w.remote) {
		return
	}
	c := candidate{score: v, tie: mix(q.tie ^ l.Tie), km: w.km, ordinal: e.Ordinal, address: w.address, remote: w.remote,
		org: l.Org, group: l.Group, nobody: q.nobody(e.Ordinal, l)}
	if q.only == nil || q.only.allows(q, &c) {
		q.best.of(w.remote).offer(&c, q.twice || e.Traits&index.Several != 0, q.snapshot)
	}
}

// nobody says whether nobody took a seat for long, by the policy asked for.
func (q *query) nobody(o uint32, l *index.Stand) bool {
	days := q.policy.Diversity.UnservedDays
	if q.inForce || days == 0 {
		return l.Unserved && days != 0
	}
	since := q.snapshot.Live.At(o).UnservedSince(q.snapshot.Missions.At(o))
	return q.snapshot.At-since >= int64(days)*86400
}

// mix is the finalizer of MurmurHash3: every bit of x moves every bit.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
