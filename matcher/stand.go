package matcher

import (
	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// Scores writes what a search without words would score each mission of s, for
// whoever asks at a point or, where at is nil, from anywhere: 0 for one that is
// not to be had now. scores is as long as ordinals, which s must have.
func (m *Matcher) Scores(s *index.Snapshot, at *geo.Point, ordinals []uint32, scores []float32) {
	x := m.stander(s, at)
	defer m.release(x)
	for i, o := range ordinals {
		scores[i] = 0
		if s.Stands.At(o).Standing > 0 {
			w := x.wayFrom(o)
			scores[i] = float32(x.score(o, 1, &w))
		}
	}
}

// ScoreReasons gives the factors of what Scores writes for one mission, with
// their words; their product is the score. There are none for a mission that is
// not to be had.
func (m *Matcher) ScoreReasons(s *index.Snapshot, at *geo.Point, o uint32, french bool) (float64, []Reason) {
	x := m.stander(s, at)
	defer m.release(x)
	if s.Stands.At(o).Standing == 0 {
		return 0, nil
	}
	row, live, w := s.Missions.At(o), s.Live.At(o), x.wayFrom(o)
	q := x.q
	q.snapshot, q.policy, q.request = s, s.Policy, &Request{French: french}
	defer func() { q.request = nil }()
	why := score{product: 1, explain: true}
	why.stand(s.Policy, s.Climate, row, live, s.Orgs.At(row.Org))
	for i := range why.reasons {
		q.word(&why.reasons[i], o, row, live)
	}
	if x.placed && (w.remote || w.km >= 0) {
		why.reasons = append(why.reasons, q.distanceReason(row, &w))
	}
	return x.score(o, 1, &w), why.reasons
}

// stander readies a search for nothing but where somebody is.
func (m *Matcher) stander(s *index.Snapshot, at *geo.Point) *search {
	x := m.searcher(s, &SearchRequest{})
	x.filter = &mission.Filter{Point: at}
	x.fields, x.places = x.fields[:0], placeFilter{fields: x.places.fields[:0]}
	if x.placed = at != nil; x.placed {
		x.at = at.Vec()
	}
	x.setPlace()
	return x
}

// wayFrom gives the best way to a mission from where somebody is.
func (x *search) wayFrom(o uint32) way {
	if !x.placed {
		return way{km: -1, factor: 1}
	}
	return x.wayTo(o)
}
