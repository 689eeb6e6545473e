package matcher

import (
	"math"

	"renfort/geo"
	"renfort/index"
)

// frame is a box made ready: it tells most points by their vectors, and looks
// at degrees only where a point lies within rounding of an edge.
type frame struct {
	box          *geo.BBox
	south, north float64 // sines
	westX, westY float64 // directions of the meridians
	eastX, eastY float64
	wide         bool // more than half a turn
	round        bool // all the way round
}

// frameSlack is more than sines and products of unit vectors are off by.
const frameSlack = 1e-12

func newFrame(b *geo.BBox) frame {
	const rad = math.Pi / 180
	f := frame{box: b, south: math.Sin(b.South * rad), north: math.Sin(b.North * rad)}
	f.westY, f.westX = math.Sincos(b.West * rad)
	f.eastY, f.eastX = math.Sincos(b.East * rad)
	width := b.East - b.West
	if width < 0 {
		width += 360
	}
	f.wide, f.round = width > 180, width >= 360
	return f
}

// has says what the box's Contains says.
func (f *frame) has(v geo.Vec) bool {
	if v.Z < f.south-frameSlack || v.Z > f.north+frameSlack {
		return false
	}
	if v.Z < f.south+frameSlack || v.Z > f.north-frameSlack {
		return f.box.Contains(v.Point())
	}
	if f.round {
		return true
	}
	west, east := f.westX*v.Y-f.westY*v.X, f.eastX*v.Y-f.eastY*v.X // above 0: east of the meridian
	if math.Abs(west) < frameSlack || math.Abs(east) < frameSlack {
		return f.box.Contains(v.Point())
	}
	if f.wide {
		return west > 0 || east < 0
	}
	return west > 0 && east < 0
}

// frameKm is a little less than the kilometres of a degree of latitude.
const frameKm = 111

// holds says that all of a node is surely in the box.
func (f *frame) holds(n *index.Node) bool {
	p := geo.Vec{X: float64(n.X), Y: float64(n.Y), Z: float64(n.Z)}.Point()
	up := float64(n.RadiusKm)/frameKm + 1e-6
	if p.Lat-up < f.box.South || p.Lat+up > f.box.North {
		return false
	}
	if f.round {
		return true
	}
	far := math.Abs(p.Lat) + up
	if far > 85 || f.box.West > f.box.East {
		return false // near a pole, or across the date line: its points are asked one by one
	}
	aside := up / math.Cos(far*math.Pi/180)
	return p.Lon-aside >= f.box.West && p.Lon+aside <= f.box.East
}
