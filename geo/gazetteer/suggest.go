package gazetteer

import (
	"math"
	"strings"

	"renfort/geo"
)

// Suggest finds what Complete does for somebody who is still typing, and then
// communes with a later word that begins so: "etienne" is Saint-Étienne too.
// With a point those near it come first, unless a much larger one is farther
// away: from Nice "saint-l" is Saint-Laurent-du-Var, and "par" is still Paris.
func (g *Gazetteer) Suggest(prefix string, near *geo.Point, limit int) []Commune {
	best := shortlist{g: g, limit: min(limit, CompleteMax)}
	if near != nil {
		best.near = newNearby(*near)
	}
	key := FoldPrefix(prefix)
	best.complete(prefix, key)
	if key != "" && !isDigits(strings.ReplaceAll(key, " ", "")) && limit > 0 {
		best.add(beginning(g.inner(), key))
	}
	return best.communes()
}

// nearby weighs the size of a place against its distance from a point.
type nearby struct {
	from geo.Point
	cos  float64 // of the latitude: how much narrower a degree of longitude is
}

func newNearby(p geo.Point) *nearby { return &nearby{p, math.Cos(p.Lat * math.Pi / 180)} }

const (
	// drawPeople keeps hamlets from being told apart by a few people.
	drawPeople = 1_000
	// drawKm is how far one goes without thinking: at that distance a place
	// needs four times the people to stand where it would stand next door.
	drawKm = 20
	// kmPerDegree of latitude.
	kmPerDegree = geo.EarthRadiusKm * math.Pi / 180
)

// draw is how strongly a place draws somebody at the point: its people by the
// square of the distance, as traffic between towns goes. The distance is that
// on a flat map: this only puts names in an order.
func (n *nearby) draw(c *Commune) float64 {
	lat, lon := c.Point.Lat-n.from.Lat, math.Abs(c.Point.Lon-n.from.Lon)
	lon = min(lon, 360-lon) * n.cos
	km := kmPerDegree * math.Sqrt(lat*lat+lon*lon)
	far := 1 + km/drawKm
	return float64(c.Population+drawPeople) / (far * far)
}

// indexInner makes the list of later words: each key is the rest of a name
// from one of them on. Words that stand in every second name are no start; a
// saint's name is as good as the whole.
func (g *Gazetteer) indexInner() []posting {
	list := make([]posting, 0, len(g.rows))
	for i := range g.rows {
		first, rest, more := strings.Cut(Fold(g.rows[i].Name), " ")
		kind := innerName
		if first == "saint" || first == "sainte" {
			kind = shortName
		}
		for more {
			key := rest
			var word string
			word, rest, more = strings.Cut(rest, " ")
			if !Joining(word) {
				list = append(list, posting{key, kind, int32(i)})
			}
			kind = innerName
		}
	}
	return g.sorted(list)
}

// Joining says whether a folded word of a name only joins others: nobody looks
// for a name by it.
func Joining(word string) bool {
	switch word {
	case "a", "au", "aux", "d", "de", "del", "des", "du", "en", "et", "l", "la", "le", "les", "lez", "s", "saint", "sainte", "sous", "sur":
		return true
	}
	return false
}
