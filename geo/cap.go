package geo

import (
	"math"

	"github.com/golang/geo/s2"
)

// The slack of a bound. Distances are exact to a few nanometres, and towards
// the antipode to the square root of the rounding of the squared chord: half
// a metre in half a turn, which slackShare covers.
const (
	slackKm    = 1e-8
	slackShare = 1e-7
)

// Cap is every place within RadiusKm of Center: the bound of a group of
// places. A negative radius is the empty cap, which contains nothing.
type Cap struct {
	Center   Vec
	RadiusKm float64
}

// EmptyCap is the cap of no places.
func EmptyCap() Cap { return Cap{Center: Vec{X: 1}, RadiusKm: -1} }

// FullCap is the whole globe.
func FullCap() Cap { return Cap{Center: Vec{X: 1}, RadiusKm: HalfTurnKm} }

// CellCap bounds a cell: every point that CellAt puts into c is in it.
func CellCap(c Cell) Cap {
	cell := s2.CellFromCellID(c.id())
	corners := make([]Vec, 4)
	for i := range corners {
		corners[i] = vecOf(cell.Vertex(i))
	}
	return capAround(c.CenterVec(), corners)
}

// capRounds is how often CapOf moves the centre towards the farthest point.
// More rounds gain less than a percent of the radius.
const capRounds = 24

// CapOf bounds the points, closely: at most about a tenth wider than the least
// cap. One point gives a radius of next to nothing, none the empty cap. The
// cost is linear.
func CapOf(points []Vec) Cap {
	if len(points) == 0 {
		return EmptyCap()
	}
	center, ok := middle(points)
	if !ok {
		return FullCap()
	}
	best := capAround(center, points)
	// Each round steps towards the farthest point, less every time (Badoiu
	// and Clarkson): it converges to the centre of the least cap.
	for i := range capRounds {
		far, _ := farthest(center, points)
		if center, ok = towards(center, points[far], 1/float64(i+2)); !ok {
			break
		}
		if c := capAround(center, points); c.RadiusKm < best.RadiusKm {
			best = c
		}
	}
	return best
}

// middle is halfway between two points that are far apart: the farthest from
// the first, and the farthest from that one.
func middle(points []Vec) (Vec, bool) {
	a, _ := farthest(points[0], points)
	b, _ := farthest(points[a], points)
	return towards(points[a], points[b], 0.5)
}

// towards is the place on the way from v to w, at that share of the chord.
func towards(v, w Vec, share float64) (Vec, bool) {
	return Vec{
		X: v.X + share*(w.X-v.X),
		Y: v.Y + share*(w.Y-v.Y),
		Z: v.Z + share*(w.Z-v.Z),
	}.unit()
}

// farthest is the index and squared chord of the point farthest from v.
func farthest(v Vec, points []Vec) (int, float64) {
	far, chord2 := 0, -1.0
	for i, p := range points {
		if c := v.Chord2(p); c > chord2 {
			far, chord2 = i, c
		}
	}
	return far, chord2
}

// capAround is the least cap with that centre, widened by the slack.
func capAround(center Vec, points []Vec) Cap {
	_, chord2 := farthest(center, points)
	return Cap{Center: center, RadiusKm: widen(Km(chord2))}
}

// widen raises a distance by more than rounding can lower it.
func widen(km float64) float64 { return math.Min(km+km*slackShare+slackKm, HalfTurnKm) }

// IsEmpty says whether the cap contains nothing.
func (c Cap) IsEmpty() bool { return c.RadiusKm < 0 }

// Contains says whether v lies in the cap.
func (c Cap) Contains(v Vec) bool { return Km(c.Center.Chord2(v)) <= c.RadiusKm }

// MinKm is a lower bound of the distance from v to anything in the cap, also
// under rounding, and never below 0: what lies in the cap is at least that far
// away. The empty cap is infinitely far.
func (c Cap) MinKm(v Vec) float64 {
	if c.RadiusKm < 0 {
		return math.Inf(1)
	}
	km := Km(c.Center.Chord2(v))
	return max(0, km*(1-slackShare)-slackKm-c.RadiusKm)
}

// MaxKm is an upper bound of the distance from v to anything in the cap, also
// under rounding, at most HalfTurnKm: what lies in the cap is at most that far
// away. It is 0 for the empty cap.
func (c Cap) MaxKm(v Vec) float64 {
	if c.RadiusKm < 0 {
		return 0
	}
	return math.Min(widen(Km(c.Center.Chord2(v)))+c.RadiusKm, HalfTurnKm)
}

// Union bounds both caps.
func (c Cap) Union(d Cap) Cap {
	switch {
	case c.IsEmpty():
		return d
	case d.IsEmpty():
		return c
	}
	// The least cap of two reaches from the far side of one to the far side
	// of the other, so its centre lies on the way between the two centres.
	apart := c.Center.DistanceKm(d.Center)
	switch {
	case apart+d.RadiusKm <= c.RadiusKm:
		return Cap{c.Center, widen(c.RadiusKm)}
	case apart+c.RadiusKm <= d.RadiusKm:
		return Cap{d.Center, widen(d.RadiusKm)}
	}
	center := along(c.Center, d.Center, (apart+d.RadiusKm-c.RadiusKm)/2, apart)
	return Cap{center, max(
		min(widen(center.DistanceKm(c.Center))+c.RadiusKm, HalfTurnKm),
		min(widen(center.DistanceKm(d.Center))+d.RadiusKm, HalfTurnKm))}
}

// along is the place km from v on the way to w, which is wKm away. Antipodes,
// between which all ways are the same, give v.
func along(v, w Vec, km, wKm float64) Vec {
	sin, sinLeft := math.Sin(km/EarthRadiusKm), math.Sin((wKm-km)/EarthRadiusKm)
	u, ok := Vec{
		X: sinLeft*v.X + sin*w.X,
		Y: sinLeft*v.Y + sin*w.Y,
		Z: sinLeft*v.Z + sin*w.Z,
	}.unit()
	if !ok {
		return v
	}
	return u
}
