package objects

import (
	"bytes"
	"math"

	"renfort/geo"
)

// geoName is the attribute that holds the places of a record.
const geoName = "_geoloc"

// places are the points of the documents of a segment: document d has those
// from starts[d] to starts[d+1].
type places struct {
	starts []uint32 // nil: nobody has any
	points []geo.Point
	vecs   []geo.Vec // vecs[i] is points[i]
}

// of are the points of a document, as a stretch of points and vecs.
func (p *places) of(doc uint32) (from, to uint32) {
	if p.starts == nil {
		return 0, 0
	}
	return p.starts[doc], p.starts[doc+1]
}

// nearest is the squared chord to a document's nearest point and which point
// that is; false where it has none.
func (p *places) nearest(doc uint32, at geo.Vec) (chord2 float64, point uint32, ok bool) {
	from, to := p.of(doc)
	chord2 = math.Inf(1)
	for i := from; i < to; i++ {
		if c := p.vecs[i].Chord2(at); c < chord2 {
			chord2, point = c, i
		}
	}
	return chord2, point, from < to
}

func (p *places) bytes() int64 { return int64(4*cap(p.starts) + 16*cap(p.points) + 24*cap(p.vecs)) }

// placesBuilder collects places, a document after the other.
type placesBuilder struct {
	places
	mission bool // of the record at hand: it describes one, and then 0,0 is no place
}

// next begins a document.
func (b *placesBuilder) next(mission uint32) {
	b.starts, b.mission = append(b.starts, uint32(len(b.points))), mission != NoMission
}

// add reads a _geoloc: an object with lat and lng, or an array of them. What
// is no place on the globe is none.
func (b *placesBuilder) add(value []byte) {
	s := &scanner{text: value}
	switch s.peek() {
	case '{':
		b.point(s)
	case '[':
		for more := s.open(']'); more; more = s.more(']') {
			if s.peek() == '{' {
				b.point(s)
			} else {
				s.value()
			}
		}
	}
}

func (b *placesBuilder) point(s *scanner) {
	lat, lng := math.NaN(), math.NaN()
	for more := s.open('}'); more; more = s.more('}') {
		switch string(s.key()) {
		case "lat":
			lat = geoDegrees(s.value())
		case "lng":
			lng = geoDegrees(s.value())
		default:
			s.value()
		}
	}
	if p := (geo.Point{Lat: lat, Lon: lng}); !s.bad && p.Valid() && !(b.mission && p.IsNull()) {
		b.points, b.vecs = append(b.points, p), append(b.vecs, p.Vec())
	}
}

// geoDegrees reads a number, also where it was written as a string.
func geoDegrees(value []byte) float64 {
	if len(value) > 1 && value[0] == '"' {
		value = bytes.TrimSpace(plain(value))
	}
	if v, ok := numberOf(value); ok {
		return v
	}
	return math.NaN()
}

func (b *placesBuilder) finish() places {
	if len(b.points) == 0 {
		return places{}
	}
	b.next(NoMission)
	return b.places
}

// mergePlaces are the places of the documents of the parts that are there.
func mergePlaces(parts []*part) places {
	var b placesBuilder
	for _, p := range parts {
		for doc := range p.docs {
			if p.isDead(uint32(doc)) {
				continue
			}
			b.next(NoMission)
			from, to := p.places.of(uint32(doc))
			b.points = append(b.points, p.places.points[from:to]...)
			b.vecs = append(b.vecs, p.places.vecs[from:to]...)
		}
	}
	return b.finish()
}
