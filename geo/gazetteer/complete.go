package gazetteer

import (
	"slices"
	"strconv"
	"strings"
)

// CompleteMax is the most that Complete gives.
const CompleteMax = 1000

// Complete finds the communes and towns whose name begins with the prefix,
// however accents, hyphens and capitals are written, or, if the prefix is made
// of digits, those that have a postal code which begins with it. France comes
// before its neighbours, the largest first; names of communes that were merged
// into another come last. It gives at most limit and CompleteMax, and nil for an
// empty prefix.
func (g *Gazetteer) Complete(prefix string, limit int) []Commune {
	key := foldPrefix(prefix)
	digits := strings.ReplaceAll(key, " ", "")
	if limit <= 0 || digits == "" {
		return nil
	}
	best := shortlist{g: g, limit: min(limit, CompleteMax)}
	if isDigits(digits) {
		best.addPostal(digits)
		return best.communes()
	}
	best.add(g.beginning(key))
	// A blank at the end asks for whole words: "saint " is also Saint alone.
	// Without it, a last "st" may be all of Saint or the start of Stains.
	if whole := Fold(prefix); strings.HasSuffix(key, " ") {
		best.add(g.named(whole))
	} else if whole != key {
		best.add(g.beginning(whole))
	}
	return best.communes()
}

// shortlist keeps the best rows of those it is shown, each once.
type shortlist struct {
	g     *Gazetteer
	limit int
	best  []posting // sorted by before, at most limit, each row once
}

// before says whether a comes before b: former names last, then by rank.
func (s *shortlist) before(a, b posting) bool {
	if formerly := a.kind == formerName; formerly != (b.kind == formerName) {
		return !formerly
	}
	return s.g.rank[a.row] < s.g.rank[b.row]
}

func (s *shortlist) add(list []posting) {
	for _, p := range list {
		s.addOne(p)
	}
}

// addPostal shows the rows whose postal code begins with the digits.
func (s *shortlist) addPostal(digits string) {
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || len(digits) > postalDigits {
		return
	}
	width := uint64(1)
	for range postalDigits - len(digits) {
		width *= 10
	}
	for _, entry := range s.g.postalRange(n*width, (n+1)*width) {
		s.addOne(posting{row: s.g.rowOf(entry)})
	}
}

func (s *shortlist) addOne(p posting) {
	if len(s.best) == s.limit && !s.before(p, s.best[s.limit-1]) {
		return
	}
	if at := slices.IndexFunc(s.best, func(q posting) bool { return q.row == p.row }); at >= 0 {
		if !s.before(p, s.best[at]) {
			return
		}
		s.best = slices.Delete(s.best, at, at+1)
	}
	at := slices.IndexFunc(s.best, func(q posting) bool { return s.before(p, q) })
	if at < 0 {
		at = len(s.best)
	}
	s.best = slices.Insert(s.best, at, p)
	s.best = s.best[:min(len(s.best), s.limit)]
}

func (s *shortlist) communes() []Commune {
	var found []Commune
	for _, p := range s.best {
		found = append(found, s.g.rows[p.row])
	}
	return found
}
