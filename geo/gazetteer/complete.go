package gazetteer

import (
	"slices"
	"strings"
)

// Complete finds the communes and towns whose name begins with the prefix,
// however accents, hyphens and capitals are written, or, if the prefix is made
// of digits, those that have a postal code which begins with it. France comes
// before its neighbours, the largest first; names of communes that were merged
// into another come last. It gives at most limit, and nil for an empty prefix.
func (g *Gazetteer) Complete(prefix string, limit int) []Commune {
	if limit <= 0 {
		return nil
	}
	key := foldPrefix(prefix)
	best := shortlist{g: g, limit: limit}
	switch digits := strings.ReplaceAll(key, " ", ""); {
	case digits == "":
		return nil
	case isDigits(digits):
		best.add(starting(g.byPostalCode, digits))
	default:
		best.add(starting(g.byName, key))
		// A last word "st" may be all of Saint or the start of Stains.
		if whole := Fold(prefix); whole != key && !strings.HasSuffix(key, " ") {
			best.add(starting(g.byName, whole))
		}
	}
	return best.communes()
}

func isDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// starting is the part of a list whose keys begin with the prefix. A blank at
// its end asks for the end of a word: "saint " finds no Saintes, but Ay.
func starting(list []posting, prefix string) []posting {
	whole := strings.TrimSuffix(prefix, " ")
	found := between(list, func(key string) int {
		return strings.Compare(key[:min(len(key), len(prefix))], prefix)
	})
	if whole == prefix {
		return found
	}
	return append(slices.Clip(equal(list, whole)), found...)
}

// shortlist keeps the best rows of those it is shown, each once.
type shortlist struct {
	g     *Gazetteer
	limit int
	best  []posting // sorted by before, at most limit, each row once
}

// before says whether a comes before b: former names last, then by rank.
func (s *shortlist) before(a, b posting) bool {
	if formerly := a.kind == formerKey; formerly != (b.kind == formerKey) {
		return !formerly
	}
	return s.g.rank[a.row] < s.g.rank[b.row]
}

func (s *shortlist) add(list []posting) {
	for _, p := range list {
		if len(s.best) == s.limit && !s.before(p, s.best[s.limit-1]) {
			continue
		}
		if at := slices.IndexFunc(s.best, func(q posting) bool { return q.row == p.row }); at >= 0 {
			if !s.before(p, s.best[at]) {
				continue
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
}

func (s *shortlist) communes() []Commune {
	var found []Commune
	for _, p := range s.best {
		found = append(found, s.g.rows[p.row])
	}
	return found
}
