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
	best := shortlist{g: g, limit: min(limit, CompleteMax)}
	best.complete(prefix, FoldPrefix(prefix))
	return best.communes()
}

// complete shows the list what begins with the prefix, whose fold is key.
func (s *shortlist) complete(prefix, key string) {
	digits := strings.ReplaceAll(key, " ", "")
	if s.limit <= 0 || digits == "" {
		return
	}
	if isDigits(digits) {
		s.addPostal(digits)
		return
	}
	s.add(s.g.beginning(key))
	// A blank at the end asks for whole words: "saint " is also Saint alone.
	// Without it, a last "st" may be all of Saint or the start of Stains.
	if whole := Fold(prefix); strings.HasSuffix(key, " ") {
		s.add(s.g.named(whole))
	} else if whole != key {
		s.add(s.g.beginning(whole))
	}
}

// shortlist keeps the best rows of those it is shown, each once.
type shortlist struct {
	g     *Gazetteer
	limit int
	near  *nearby    // nil: the largest first
	best  []standing // sorted by before, at most limit, each row once
}

// standing is a posting and what it is put in order by.
type standing struct {
	posting
	tier  int     // how well the name fits, 0 for best
	place float64 // within the tier, lowest first
}

// stand says where a posting stands: by rank, or by what nearness makes of it.
func (s *shortlist) stand(p posting) standing {
	if s.near != nil {
		return standing{p, p.kind.tier(), -s.near.draw(&s.g.rows[p.row])}
	}
	return standing{p, p.kind.tier(), float64(s.g.rank[p.row])}
}

// before says whether a comes before b: former names last, then by place.
func (s *shortlist) before(a, b *standing) bool {
	if a.tier != b.tier {
		return a.tier < b.tier
	}
	if a.place != b.place {
		return a.place < b.place
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
	one := s.stand(p)
	if len(s.best) == s.limit && !s.before(&one, &s.best[s.limit-1]) {
		return
	}
	if at := slices.IndexFunc(s.best, func(q standing) bool { return q.row == p.row }); at >= 0 {
		if !s.before(&one, &s.best[at]) {
			return
		}
		s.best = slices.Delete(s.best, at, at+1)
	}
	at := slices.IndexFunc(s.best, func(q standing) bool { return s.before(&one, &q) })
	if at < 0 {
		at = len(s.best)
	}
	s.best = slices.Insert(s.best, at, one)
	s.best = s.best[:min(len(s.best), s.limit)]
}

func (s *shortlist) communes() []Commune {
	var found []Commune
	for _, p := range s.best {
		found = append(found, s.g.rows[p.row])
	}
	return found
}
