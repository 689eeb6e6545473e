package objects

import "strings"

// attributeRank says how words in an attribute count for this request.
func (r *request) attributeRank(name string) attributeRank {
	a := attributeRank{Rank: -1}
	if len(r.s.Searchable) == 0 {
		// Every attribute is as good as every other. Ids are no words.
		if name != IDAttribute {
			a.Rank, a.Unordered = 0, true
		}
	}
	for _, s := range r.s.Searchable {
		if partOf(name, s.Name) {
			a.Rank, a.Unordered = int16(min(s.Rank, 1<<15-1)), s.Unordered
			break
		}
	}
	if len(r.q.RestrictTo) > 0 && !anyWithin(name, r.q.RestrictTo) {
		a.Rank = -1
	}
	a.NoTypos = anyWithin(name, r.s.NoTyposOn)
	a.NoExact = anyWithin(name, r.s.NoExactOn)
	a.NoPrefix = anyWithin(name, r.s.NoPrefixOn)
	return a
}

// partOf says whether an attribute is the named one or a part of it.
func partOf(attribute, name string) bool {
	rest, ok := strings.CutPrefix(attribute, name)
	return ok && (rest == "" || rest[0] == '.')
}

func anyWithin(attribute string, names []string) bool {
	for _, name := range names {
		if partOf(attribute, name) {
			return true
		}
	}
	return false
}

// attributeRanks are the ranks of a segment's columns, by their numbers.
func (r *request) attributeRanks(s *segment) []attributeRank {
	ranks := make([]attributeRank, min(len(s.columns), wordColumnsMax))
	for i := range ranks {
		ranks[i] = r.attributeRank(s.columns[i].name)
	}
	return ranks
}

// matchWords leaves what has the words, and counts it.
func (r *request) matchWords() {
	r.total = 0
	for i := range r.found {
		r.matchPart(&r.found[i])
	}
	if r.words.limitsTypos() {
		var has typoSet
		for i := range r.found {
			r.found[i].words.typosOf(r.found[i].set, &has)
		}
		most := r.words.typosMost(&has)
		for i := range r.found {
			r.found[i].words.keepTypos(most)
		}
	}
	for i := range r.found {
		f := &r.found[i]
		f.set.and(f.words.docs)
		r.total += f.set.count()
	}
}

// matchPart finds the words in one part, whatever the filters say.
func (r *request) matchPart(f *partFound) {
	r.leaveMatch(f)
	key, keeps := r.matchKey()
	if keeps {
		f.key = key
		if f.words = f.part.matches.take(key); f.words != nil {
			return
		}
	}
	f.words = r.scratch.match()
	f.part.words.match(r.words, r.attributeRanks(f.part.segment), f.words)
}

// leaveMatch gives back what matchPart found.
func (r *request) leaveMatch(f *partFound) {
	m := f.words
	if f.words = nil; m == nil {
		return
	}
	if f.key.settings != nil {
		m = f.part.matches.giveBack(f.key, m)
	}
	if f.key = (matchKey{}); m != nil {
		r.scratch.matches = append(r.scratch.matches, m)
	}
}

// wordRanks are the ranks of all that a part found.
func (r *request) wordRanks(i int) []wordRank {
	f := &r.found[i]
	ranks := make([]wordRank, 0, len(f.docs))
	f.words.rank(f.set, func(_ uint32, rank wordRank) { ranks = append(ranks, rank) })
	return ranks
}

// wordRank is the rank of one hit.
func (r *request) wordRank(c *candidate) (rank wordRank) {
	if r.words.any() {
		return wordRank{}
	}
	among := r.scratch.emptySet(len(c.part().docs))
	among.set(c.doc)
	r.found[c.found].words.rank(among, func(_ uint32, theirs wordRank) { rank = theirs })
	r.scratch.giveBack(among)
	return rank
}

// removed is the query with tags around the words that it was answered
// without; "" where it was answered as asked, or with words made optional,
// which are looked for all the same.
func (r *request) removed() string {
	if r.words.relax == 0 || r.words.whenNone == "allOptional" {
		return ""
	}
	pre, post := firstOf(r.q.PreTag, r.s.PreTag, "<em>"), firstOf(r.q.PostTag, r.s.PostTag, "</em>")
	var b strings.Builder
	for i, word := range r.words.words {
		if i > 0 {
			b.WriteByte(' ')
		}
		if word.optional && !r.asked.words[i].optional {
			b.WriteString(pre + word.text + post)
		} else {
			b.WriteString(word.text)
		}
	}
	return b.String()
}
