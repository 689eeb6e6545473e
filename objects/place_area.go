package objects

import (
	"encoding/binary"
	"math"
	"slices"

	"renfort/geo"
)

// aroundHits is how many records lie within the radius that is chosen where
// none is asked for: enough for the pages that people look at, with facets
// that say something of the surroundings.
const aroundHits = 1000

// area is where a query looks. Boxes go before polygons and both before the
// point, which is then not looked at either, as Algolia has it.
type area struct {
	boxes    []geo.BBox
	polygons []outline
	at       *geo.Point // nil where nothing is measured
	from     geo.Vec    // at
	radiusM  float64    // -1: everywhere on the globe
	chord2   float64    // no point farther than it is within the radius
	chosenM  int        // the radius, where it was chosen here
	bands    []Band
	key      []byte // of the area in caches; nil where there is none
}

// area reads the places of a query.
func (r *request) area() (a area) {
	q := r.q
	a.bands = q.PrecisionM
	switch {
	case len(q.Boxes) > 0:
		a.key = append(a.key, 'b')
		for _, b := range q.Boxes {
			a.boxes = append(a.boxes, b.bounds())
			a.key = appendPoints(a.key, b.A, b.B)
		}
	case len(q.Polygons) > 0:
		a.key = append(a.key, 'p')
		for _, p := range q.Polygons {
			a.polygons = append(a.polygons, newOutline(p))
			a.key = appendPoints(append(a.key, ';'), p...)
		}
	case q.At != nil:
		a.at, a.from = q.At, q.At.Vec()
		a.radiusM = q.RadiusM
		if q.RadiusM == 0 {
			a.chosenM = r.snap.chosenRadius(*q.At, q.MinRadiusM)
			a.radiusM = float64(a.chosenM)
		}
		// A little wider, so that rounding decides nothing: metres do.
		a.chord2 = geo.Chord2(a.radiusM/1000*(1+1e-6) + 1e-6)
		a.key = appendPoints(append(a.key, 'c'), *q.At, geo.Point{Lat: a.radiusM})
	}
	return a
}

func appendPoints(key []byte, points ...geo.Point) []byte {
	for _, p := range points {
		key = binary.BigEndian.AppendUint64(key, math.Float64bits(p.Lat))
		key = binary.BigEndian.AppendUint64(key, math.Float64bits(p.Lon))
	}
	return key
}

// bounds is the rectangle between the corners. Maps send the north-eastern one
// first, or the south-western: if the eastern one is then west of the other,
// the box crosses the date line where it is less than half a turn wide that
// way. Else the corners are the other two, and it does not.
func (b Box) bounds() geo.BBox {
	box := geo.BBox{South: b.A.Lat, North: b.B.Lat, West: b.A.Lon, East: b.B.Lon}
	if b.A.Lat > b.B.Lat {
		box = geo.BBox{South: b.B.Lat, North: b.A.Lat, West: b.B.Lon, East: b.A.Lon}
	}
	if box.West > box.East && box.West-box.East <= 180 {
		box.West, box.East = box.East, box.West
	}
	return box
}

// set is the documents of a segment that lie in the area.
func (a *area) set(s *segment) docSet {
	return s.cache.set(a.key, len(s.docs), func(into docSet) {
		if s.places.starts == nil {
			return
		}
		for doc := range uint32(len(s.docs)) {
			if a.holds(&s.places, doc) {
				into.set(doc)
			}
		}
	})
}

// holds says whether one of the document's points is in the area.
func (a *area) holds(p *places, doc uint32) bool {
	from, to := p.of(doc)
	for i := from; i < to; i++ {
		if a.holdsPoint(p, i) {
			return true
		}
	}
	return false
}

func (a *area) holdsPoint(p *places, i uint32) bool {
	switch {
	case a.at != nil && a.radiusM < 0:
		return true
	case a.at != nil:
		c := p.vecs[i].Chord2(a.from)
		return c <= a.chord2 && geo.Km(c)*1000 <= a.radiusM
	case a.boxes != nil:
		return slices.ContainsFunc(a.boxes, func(b geo.BBox) bool { return b.Contains(p.points[i]) })
	}
	return slices.ContainsFunc(a.polygons, func(o outline) bool { return o.holds(p.points[i]) })
}

// ranked is a distance as it counts for the order: those of one step of a band
// are alike.
func (a *area) ranked(metres float64) float64 {
	band := Band{StepM: 1}
	for _, b := range a.bands {
		if b.FromM <= metres && b.FromM >= band.FromM {
			band = b
		}
	}
	step := max(band.StepM, 1)
	return band.FromM + math.Floor((metres-band.FromM)/step)*step
}

// precision is the step that counts at a distance, in metres.
func (a *area) precision(metres float64) float64 {
	band := Band{StepM: 1}
	for _, b := range a.bands {
		if b.FromM <= metres && b.FromM >= band.FromM {
			band = b
		}
	}
	return max(band.StepM, 1)
}

// chosenRadius is the radius in metres where a query says none: it holds the
// aroundHits records nearest to the point, whatever the query looks for, so
// that the queries of one page have the same; at least leastM.
func (s *Snapshot) chosenRadius(at geo.Point, leastM float64) int {
	metres := s.around.radius(at, func() float64 {
		var chords []float64
		from := at.Vec()
		for _, p := range s.parts {
			if p.places.starts == nil {
				continue
			}
			for doc := range uint32(len(p.docs)) {
				if c, _, ok := p.places.nearest(doc, from); ok && !p.isDead(doc) {
					chords = append(chords, c)
				}
			}
		}
		if len(chords) == 0 {
			return 0
		}
		return geo.Km(nth(chords, min(aroundHits, len(chords))-1)) * 1000
	})
	return int(math.Ceil(max(metres, leastM, 1)))
}

// nth is the value that would stand at place n if the list were sorted. It
// changes the order.
func nth(list []float64, n int) float64 {
	for low, high := 0, len(list)-1; low < high; {
		pivot := list[low+(high-low)/2]
		i, j := low, high
		for i <= j {
			for list[i] < pivot {
				i++
			}
			for list[j] > pivot {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			high = j
		case n >= i:
			low = i
		default:
			return list[n]
		}
	}
	return list[n]
}

// outline is a polygon laid flat: its longitudes run on over the date line.
type outline struct {
	points       []geo.Point
	south, north float64
	west, east   float64
}

func newOutline(p Polygon) outline {
	o := outline{south: math.Inf(1), north: math.Inf(-1), west: math.Inf(1), east: math.Inf(-1)}
	for i, q := range p {
		if i > 0 {
			q.Lon = runOn(o.points[i-1].Lon, q.Lon)
		}
		o.points = append(o.points, q)
		o.south, o.north = min(o.south, q.Lat), max(o.north, q.Lat)
		o.west, o.east = min(o.west, q.Lon), max(o.east, q.Lon)
	}
	return o
}

// runOn is the longitude that is nearest to the one before, a turn more or
// less.
func runOn(before, lon float64) float64 {
	for lon-before > 180 {
		lon -= 360
	}
	for before-lon > 180 {
		lon += 360
	}
	return lon
}

// holds says whether an odd number of the outline's edges lie east of q: lines
// that cross themselves are allowed.
func (o *outline) holds(q geo.Point) bool {
	for _, turn := range [...]float64{-360, 0, 360} {
		p := geo.Point{Lat: q.Lat, Lon: q.Lon + turn}
		if p.Lat >= o.south && p.Lat <= o.north && p.Lon >= o.west && p.Lon <= o.east && o.encloses(p) {
			return true
		}
	}
	return false
}

func (o *outline) encloses(p geo.Point) (inside bool) {
	for i, b := range o.points {
		a := o.points[(i+len(o.points)-1)%len(o.points)]
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < (b.Lon-a.Lon)*(p.Lat-a.Lat)/(b.Lat-a.Lat)+a.Lon {
			inside = !inside
		}
	}
	return inside
}
