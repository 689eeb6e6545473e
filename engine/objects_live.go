package engine

import (
	"encoding/json"

	"renfort/feed/record"
	"renfort/geo"
	"renfort/index"
	"renfort/matcher"
	"renfort/objects"
)

// live tells what records of missions have from the missions, of one snapshot.
// It is nil for an index whose records are none.
func (e *Engine) live(name string) *objects.Live {
	if !e.rooms.missions[e.primaryOf(name)] {
		return nil
	}
	s, fields := e.index.Snapshot(), e.rooms.mapping.Live()
	l := &objects.Live{Attributes: make([]objects.LiveAttribute, len(fields))}
	for i, f := range fields {
		l.Attributes[i] = objects.LiveAttribute{Name: f.Name, Bool: f.Value != record.LiveSeatsLeft}
	}
	l.Value = func(i int, mission uint32) (float64, bool) { return liveValue(s, fields[i].Value, mission) }
	l.Score = func(missions []uint32, at *geo.Point, scores []float32) {
		e.matcher.Scores(s, at, missions, scores)
	}
	l.Explain = func(mission uint32, at *geo.Point) []byte {
		_, reasons := e.matcher.ScoreReasons(s, at, mission, true)
		b, err := json.Marshal(struct {
			Policy  string           `json:"policy"`
			Reasons []matcher.Reason `json:"reasons"`
		}{s.PolicyKey, reasons})
		if err != nil {
			return []byte("null") // a reason is words and numbers
		}
		return b
	}
	return l
}

// primaryOf gives the index whose records an index shows: itself but for a
// replica.
func (e *Engine) primaryOf(name string) string {
	if r := (*e.rooms.now.Load())[name]; r != nil && r.primary != "" {
		return r.primary
	}
	return name
}

// liveValue gives one value of a mission. What nobody knows is left to the
// record: the seats of a mission that has no number of them.
func liveValue(s *index.Snapshot, v record.LiveValue, o uint32) (float64, bool) {
	if o >= s.Rows || !s.Missions.At(o).Has(index.Exists) {
		return 0, false
	}
	m, l := s.Missions.At(o), s.Live.At(o)
	switch v {
	case record.LiveSeatsLeft:
		return float64(seatsLeft(m, l, s.At)), l.Known()
	case record.LiveHasSeatsLeft:
		return truth(seatsLeft(m, l, s.At) > 0), l.Known()
	case record.LiveOver:
		return truth(m.Ends != 0 && m.Ends <= s.At), m.Ends != 0
	}
	return 0, false
}

// seatsLeft is how many seats nobody has. Those of a mission that is over or
// paused cannot be had, which is for other members to say: none of them is
// free, and they are left all the same.
func seatsLeft(m *index.Mission, l *index.Live, now int64) int32 {
	if l.Open && (m.Ends == 0 || m.Ends > now) {
		return max(l.Free, 0)
	}
	return max(l.Total-l.Elsewhere-l.Held-l.Confirmed, 0)
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
