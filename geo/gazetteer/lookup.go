package gazetteer

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"renfort/geo"
)

// posting says that a row answers to a folded name.
type posting struct {
	key  string
	kind kind
	row  int32
}

// kind is how a row came by a name, best first.
type kind uint8

const (
	ownName    kind = iota
	shortName       // its own without the article
	innerName       // its own from a later word on: for Suggest alone
	formerName      // that of a commune that went into it
)

// tier is how well a name of the kind answers a beginning, 0 for best.
func (k kind) tier() int { return max(0, int(k)-int(shortName)) }

// indexCodes makes what is behind ByINSEE, ByPostalCode and
// PlaceOfPostalCode. A city that has municipal arrondissements leaves its
// postal codes to them.
func (g *Gazetteer) indexCodes() {
	g.districts = map[string]bool{}
	for _, w := range g.rows[:g.towns] {
		if w.City != "" {
			g.districts[w.City] = true
		}
	}
	g.indexPostalCodes()
	g.byINSEE = make(map[uint32]int32, g.towns+len(g.formers))
	for _, f := range g.formers {
		if key, ok := inseeKey(f.insee); ok {
			g.byINSEE[key] = f.now
		}
	}
	for i, w := range g.rows[:g.towns] { // what is in use today goes before
		if key, ok := inseeKey(w.INSEE); ok {
			g.byINSEE[key] = int32(i)
		}
	}
}

// indexPostalCodes makes the list behind ByPostalCode, and the middle of each
// code's communes.
func (g *Gazetteer) indexPostalCodes() {
	g.byPostalCode = make([]uint64, 0, len(g.rows))
	for i, w := range g.rows[:g.towns] {
		if g.districts[w.INSEE] {
			continue
		}
		for _, code := range w.PostalCodes {
			if n, ok := postalNumber(code); ok {
				g.byPostalCode = append(g.byPostalCode, n<<32|uint64(g.rank[i]))
			}
		}
	}
	slices.Sort(g.byPostalCode)
	g.postalPlaces = map[uint32]postalPlace{}
	for list := g.byPostalCode; len(list) > 0; {
		code, same := list[0]>>32, 1
		for same < len(list) && list[same]>>32 == code {
			same++
		}
		g.postalPlaces[uint32(code)] = g.middle(list[:same])
		list = list[same:]
	}
}

// postalPlace is where a postal code is, and how precisely.
type postalPlace struct {
	at        geo.Point
	precision Precision
}

// middle is the place of the communes of one postal code.
func (g *Gazetteer) middle(list []uint64) postalPlace {
	if len(list) == 1 {
		w := &g.rows[g.rowOf(list[0])]
		return postalPlace{w.Point, w.Precision}
	}
	var sum geo.Vec
	for _, entry := range list {
		w := &g.rows[g.rowOf(entry)]
		v, people := w.Point.Vec(), float64(w.Population+1) // +1: a place without people counts too
		sum = geo.Vec{X: sum.X + people*v.X, Y: sum.Y + people*v.Y, Z: sum.Z + people*v.Z}
	}
	return postalPlace{sum.Point(), PrecisionPostalCode}
}

// inseeKey is an INSEE code as a number, false for anything but five digits
// and capital letters.
func inseeKey(code string) (key uint32, ok bool) {
	if len(code) != inseeLetters {
		return 0, false
	}
	for _, c := range []byte(code) {
		switch {
		case '0' <= c && c <= '9':
			key = key*36 + uint32(c-'0')
		case 'A' <= c && c <= 'Z':
			key = key*36 + uint32(c-'A') + 10
		default:
			return 0, false
		}
	}
	return key, true
}

// inseeLetters is how long an INSEE code is.
const inseeLetters = 5

// postalDigits is how many digits a French postal code has.
const postalDigits = 5

// postalNumber is a postal code as a number, false for anything but five digits.
func postalNumber(code string) (uint64, bool) {
	if len(code) != postalDigits {
		return 0, false
	}
	n := uint64(0)
	for _, c := range []byte(code) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, true
}

func isDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// postalRange is the part of byPostalCode from one code to before another.
func (g *Gazetteer) postalRange(from, to uint64) []uint64 {
	lo, _ := slices.BinarySearch(g.byPostalCode, from<<32)
	hi, _ := slices.BinarySearch(g.byPostalCode, to<<32)
	return g.byPostalCode[lo:hi]
}

// ofPostalCode is the part of byPostalCode that has the code.
func (g *Gazetteer) ofPostalCode(code string) []uint64 {
	n, ok := postalNumber(code)
	if !ok {
		return nil
	}
	return g.postalRange(n, n+1)
}

// rowOf is the row of an entry of byPostalCode.
func (g *Gazetteer) rowOf(entry uint64) int32 { return g.ranked[uint32(entry)] }

// indexNames makes the list behind ByName and Complete.
func (g *Gazetteer) indexNames() []posting {
	folded := make([]string, len(g.rows))
	list := make([]posting, 0, len(g.rows)*3/2)
	for i, w := range g.rows {
		folded[i] = Fold(w.Name)
		list = append(list, posting{folded[i], ownName, int32(i)})
		if short, ok := withoutArticle(folded[i]); ok {
			list = append(list, posting{short, shortName, int32(i)})
		}
	}
	for _, f := range g.formers {
		if key := Fold(f.name); key != "" && key != folded[f.now] {
			list = append(list, posting{key, formerName, f.now})
		}
	}
	return g.sorted(list)
}

// sorted is the list by key, then France before its neighbours, then by kind
// and rank. Most keys differ in their first
// eight letters, so those are compared as one number.
func (g *Gazetteer) sorted(list []posting) []posting {
	type headed struct {
		head uint64
		at   int32
	}
	order := make([]headed, len(list))
	for i, p := range list {
		var head [8]byte
		copy(head[:], p.key)
		order[i] = headed{binary.BigEndian.Uint64(head[:]), int32(i)}
	}
	slices.SortFunc(order, func(a, b headed) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		p, q := &list[a.at], &list[b.at]
		if p.key != q.key {
			return strings.Compare(p.key, q.key)
		}
		if abroad := int(p.row) >= g.towns; abroad != (int(q.row) >= g.towns) {
			return cmp.Compare(p.row, q.row)
		}
		return cmp.Or(cmp.Compare(p.kind, q.kind), cmp.Compare(g.rank[p.row], g.rank[q.row]))
	})
	out := make([]posting, len(list))
	for i, o := range order {
		out[i] = list[o.at]
	}
	return out
}

// named is the part of names that has the key.
func (g *Gazetteer) named(key string) []posting {
	names := g.names()
	from, _ := slices.BinarySearchFunc(names, key, comparePosting)
	to := from
	for to < len(names) && names[to].key == key {
		to++
	}
	return names[from:to]
}

// beginning is the part of names whose keys begin with the prefix.
func (g *Gazetteer) beginning(prefix string) []posting { return beginning(g.names(), prefix) }

// beginning is the part of a sorted list whose keys begin with the prefix.
func beginning(names []posting, prefix string) []posting {
	from, _ := slices.BinarySearchFunc(names, prefix, comparePosting)
	length, _ := slices.BinarySearchFunc(names[from:], prefix, func(p posting, prefix string) int {
		if strings.HasPrefix(p.key, prefix) {
			return -1
		}
		return 1
	})
	return names[from : from+length]
}

func comparePosting(p posting, key string) int { return strings.Compare(p.key, key) }

// ByINSEE finds a commune or municipal arrondissement by its code. The code of
// a commune that was merged into another gives that other one, whose INSEE
// then differs from code. Codes are never padded.
func (g *Gazetteer) ByINSEE(code string) (Commune, bool) {
	key, ok := inseeKey(code)
	if !ok {
		return Commune{}, false
	}
	at, ok := g.byINSEE[key]
	if !ok {
		return Commune{}, false
	}
	return g.rows[at], true
}

// ByPostalCode finds the communes that a postal code serves, the largest
// first; nil if there is none. In Paris, Lyon and Marseille they are the
// municipal arrondissements. CEDEX codes are not known, and codes are never
// padded.
func (g *Gazetteer) ByPostalCode(code string) []Commune {
	var found []Commune
	for _, entry := range g.ofPostalCode(code) {
		found = append(found, g.rows[g.rowOf(entry)])
	}
	return found
}

// ByName finds the communes and towns of that folded name, those of France
// first: those that bear it, then those that bear it behind an article, then
// those into which a commune of that name was merged; of each the largest
// first. Nil if there is none.
func (g *Gazetteer) ByName(name string) []Commune {
	key := Fold(name)
	if key == "" {
		return nil
	}
	var found []Commune
	list := g.named(key)
	for i, p := range list {
		if !slices.ContainsFunc(list[:i], func(q posting) bool { return q.row == p.row }) {
			found = append(found, g.rows[p.row])
		}
	}
	return found
}

// PlaceOfPostalCode is the middle of the communes of a postal code, weighed by
// their people, and how precise that is: the precision of the commune if it is
// the only one, else PrecisionPostalCode. False if the code is not known.
func (g *Gazetteer) PlaceOfPostalCode(code string) (geo.Point, Precision, bool) {
	n, ok := postalNumber(code)
	if !ok {
		return geo.Point{}, "", false
	}
	p, ok := g.postalPlaces[uint32(n)]
	return p.at, p.precision, ok
}
