package matcher

import (
	"renfort/geo"
	"renfort/index"
)

// FrameHas asks a box made ready.
func FrameHas(b *geo.BBox, v geo.Vec) bool {
	f := newFrame(b)
	return f.has(v)
}

// CursorOf writes a cursor that no page gave, with a right checksum.
func CursorOf(key float64, tie uint64, ordinal uint32, seq uint64, r *SearchRequest) string {
	c := cursor{key: key, tie: tie, ordinal: ordinal, seq: seq, request: r.List()}
	return c.encode()
}

// FillRate gives the smoothed number of seats of a mission taken per day.
func FillRate(s *index.Snapshot, o uint32) float64 {
	return fillRate(s.Policy, s.Climate, s.Missions.At(o), s.Live.At(o))
}
