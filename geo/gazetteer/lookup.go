package gazetteer

import (
	"cmp"
	"slices"
	"strings"

	"renfort/geo"
)

// posting says that a row answers to a key. Lists of them are sorted by key,
// kind and rank.
type posting struct {
	key  string
	kind kind
	row  int32
}

// kind is how a row came by a key, best first.
type kind uint8

const (
	ownKey    kind = iota // its name or postal code
	shortKey              // its name without the article
	formerKey             // the name of a commune that went into it
)

// order is the order of lists of postings.
func (g *Gazetteer) order(a, b posting) int {
	return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.kind, b.kind), cmp.Compare(g.rank[a.row], g.rank[b.row]))
}

// indexCodes makes the lists behind ByINSEE and ByPostalCode. A city that has
// municipal arrondissements leaves its postal codes to them.
func (g *Gazetteer) indexCodes() {
	g.districts = map[string]bool{}
	for _, w := range g.rows[:g.towns] {
		if w.City != "" {
			g.districts[w.City] = true
		}
	}
	for i, w := range g.rows[:g.towns] {
		if g.districts[w.INSEE] {
			continue
		}
		for _, code := range w.PostalCodes {
			g.byPostalCode = append(g.byPostalCode, posting{key: code, row: int32(i)})
		}
	}
	slices.SortFunc(g.byPostalCode, g.order)
	g.formerAt = make(map[string]int32, len(g.formers))
	for _, f := range g.formers {
		if f.insee != "" {
			g.formerAt[f.insee] = f.now
		}
	}
}

// indexNames makes the list behind ByName and Complete.
func (g *Gazetteer) indexNames() {
	folded := make([]string, len(g.rows))
	g.byName = make([]posting, 0, len(g.rows)*3/2)
	for i, w := range g.rows {
		folded[i] = Fold(w.Name)
		g.byName = append(g.byName, posting{folded[i], ownKey, int32(i)})
		if short, ok := withoutArticle(folded[i]); ok {
			g.byName = append(g.byName, posting{short, shortKey, int32(i)})
		}
	}
	for _, f := range g.formers {
		if key := Fold(f.name); key != "" && key != folded[f.now] {
			g.byName = append(g.byName, posting{key, formerKey, f.now})
		}
	}
	slices.SortFunc(g.byName, g.order)
}

// ByINSEE finds a commune or municipal arrondissement by its code. The code of
// a commune that was merged into another gives that other one, whose INSEE
// then differs from code. Codes are never padded.
func (g *Gazetteer) ByINSEE(code string) (Commune, bool) {
	at, ok := slices.BinarySearchFunc(g.rows[:g.towns], code, func(w Commune, c string) int {
		return strings.Compare(w.INSEE, c)
	})
	if ok {
		return g.rows[at], true
	}
	if now, ok := g.formerAt[code]; ok {
		return g.rows[now], true
	}
	return Commune{}, false
}

// ByPostalCode finds the communes that a postal code serves, the largest
// first; nil if there is none. In Paris, Lyon and Marseille they are the
// municipal arrondissements. CEDEX codes are not known.
func (g *Gazetteer) ByPostalCode(code string) []Commune {
	return g.answers(equal(g.byPostalCode, code))
}

// ByName finds the communes and towns of that folded name: first those that
// bear it, then those that bear it behind an article, then those into which a
// commune of that name was merged; of each, France before its neighbours, and
// the largest first. Nil if there is none.
func (g *Gazetteer) ByName(name string) []Commune {
	key := Fold(name)
	if key == "" {
		return nil
	}
	return g.answers(equal(g.byName, key))
}

// answers are the rows of a list, each once.
func (g *Gazetteer) answers(list []posting) []Commune {
	var found []Commune
	for i, p := range list {
		if !slices.ContainsFunc(list[:i], func(q posting) bool { return q.row == p.row }) {
			found = append(found, g.rows[p.row])
		}
	}
	return found
}

// equal is the part of a list that has the key.
func equal(list []posting, key string) []posting {
	return between(list, func(k string) int { return strings.Compare(k, key) })
}

// between is the part of a list whose keys the comparison calls equal.
func between(list []posting, compare func(key string) int) []posting {
	from, _ := slices.BinarySearchFunc(list, 0, func(p posting, _ int) int {
		return cmp.Or(compare(p.key), 1) // so that it stops before the first equal one
	})
	to, _ := slices.BinarySearchFunc(list[from:], 0, func(p posting, _ int) int {
		return cmp.Or(compare(p.key), -1)
	})
	return list[from : from+to]
}

// PlaceOfPostalCode is the middle of the communes of a postal code, weighed by
// their people, and how precise that is: the precision of the commune if it is
// the only one, else PrecisionPostalCode. False if the code is not known.
func (g *Gazetteer) PlaceOfPostalCode(code string) (geo.Point, Precision, bool) {
	list := equal(g.byPostalCode, code)
	switch len(list) {
	case 0:
		return geo.Point{}, "", false
	case 1:
		w := &g.rows[list[0].row]
		return w.Point, w.Precision, true
	}
	var sum geo.Vec
	for _, p := range list {
		w := &g.rows[p.row]
		v, people := w.Point.Vec(), float64(w.Population+1) // +1: a place without people counts too
		sum = geo.Vec{X: sum.X + people*v.X, Y: sum.Y + people*v.Y, Z: sum.Z + people*v.Z}
	}
	return sum.Point(), PrecisionPostalCode, true
}
