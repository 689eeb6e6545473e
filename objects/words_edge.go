package objects

import (
	"cmp"
	"slices"
	"strings"
)

// relaxMax is how many words removeWordsIfNoResults takes away.
const relaxMax = 5

// allEdges lists what may be found for each word and for words together.
func (w *wordQuery) allEdges(synonyms *synonymTable) []queryEdge {
	var edges []queryEdge
	for i := range w.words {
		switch word := &w.words[i]; {
		case word.inner:
		case word.phrase:
			edges = append(edges, w.phraseEdge(i))
		default:
			edges = append(edges, queryEdge{from: i, to: i + 1, word: &word.soughtWord, others: word.splits()})
		}
	}
	if w.typoMode != "false" {
		edges = w.joined(edges)
	}
	if synonyms != nil {
		edges = w.replaced(edges, synonyms)
	}
	slices.SortFunc(edges, func(a, b queryEdge) int { return cmp.Or(a.to-b.to, a.from-b.from) })
	return edges
}

// phraseEdge is the phrase that begins with a word.
func (w *wordQuery) phraseEdge(from int) queryEdge {
	to := from + 1
	for to < len(w.words) && w.words[to].inner {
		to++
	}
	return queryEdge{from: from, to: to, others: []queryOther{{words: w.texts(from, to), exact: true}}}
}

func (w *wordQuery) texts(from, to int) []string {
	texts := make([]string, 0, to-from)
	for _, word := range w.words[from:to] {
		texts = append(texts, word.text)
	}
	return texts
}

// splits are the ways to read a word as two. Algolia keeps the way that is
// found most often; here all of them count, so that what is found does not
// hang on how records are spread over segments.
func (w *queryWord) splits() (others []queryOther) {
	if !w.split {
		return nil
	}
	letters := 0
	for i := range w.text {
		if i > 0 && letters <= splitLettersMax {
			others = append(others, queryOther{words: []string{w.text[:i], w.text[i:]}})
		}
		letters++
	}
	return others
}

// joined adds words that are read as one: neighbours, and all together.
func (w *wordQuery) joined(edges []queryEdge) []queryEdge {
	plain := func(from, to int) bool {
		return !slices.ContainsFunc(w.words[from:to], func(q queryWord) bool { return q.phrase })
	}
	n := len(w.words)
	for i := 0; i+1 < n && i < joinWordsMax; i++ {
		if plain(i, i+2) {
			edges = w.join(edges, i, i+2)
		}
	}
	if n > 2 && plain(0, n) {
		edges = w.join(edges, 0, n)
	}
	return edges
}

func (w *wordQuery) join(edges []queryEdge, from, to int) []queryEdge {
	text := strings.Join(w.texts(from, to), "")
	if len(text) > termMax {
		return edges
	}
	other := queryOther{words: []string{text}, prefix: w.words[to-1].prefix}
	return append(edges, queryEdge{from: from, to: to, others: []queryOther{other}})
}

// replaced adds what synonyms offer for words and for words together.
func (w *wordQuery) replaced(edges []queryEdge, synonyms *synonymTable) []queryEdge {
	for from := range w.words {
		for to := from + 1; to <= min(len(w.words), from+synonyms.words); to++ {
			if w.words[to-1].phrase {
				break
			}
			found := synonyms.find(w.words[from:to])
			if len(found) == 0 {
				continue
			}
			at := slices.IndexFunc(edges, func(e queryEdge) bool { return e.from == from && e.to == to })
			if at < 0 {
				at = len(edges)
				edges = append(edges, queryEdge{from: from, to: to})
			}
			for _, r := range found {
				edges[at].others = append(edges[at].others, queryOther{words: r.words, typos: r.typos, exact: r.exact})
			}
		}
	}
	return edges
}

// any says that no words are asked for: every record matches.
func (w *wordQuery) any() bool { return len(w.words) == 0 && len(w.negatives) == 0 }

// parsed is the query as it was understood.
func (w *wordQuery) parsed() string {
	var b strings.Builder
	for i := 0; i < len(w.words); i++ {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if !w.words[i].phrase {
			b.WriteString(w.words[i].text)
			continue
		}
		e := w.phraseEdge(i)
		b.WriteString(`"` + strings.Join(w.texts(e.from, e.to), " ") + `"`)
		i = e.to - 1
	}
	for _, words := range w.negatives {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if text := strings.Join(words, " "); len(words) > 1 {
			b.WriteString(`-"` + text + `"`)
		} else {
			b.WriteString("-" + text)
		}
	}
	return b.String()
}

// relaxed is the query to ask where this one found nothing, by
// removeWordsIfNoResults; false where there is none. What is removed becomes
// optional, so a record that has it still goes before one that has not.
func (w *wordQuery) relaxed() (*wordQuery, bool) {
	var required []int
	for i := range w.words {
		if !w.words[i].optional {
			required = append(required, i)
		}
	}
	n := len(required)
	switch {
	case w.whenNone == "lastWords" && n > 1 && w.relax < relaxMax:
		required = required[n-1:]
	case w.whenNone == "firstWords" && n > 1 && w.relax < relaxMax:
		required = required[:1]
	case w.whenNone == "allOptional" && n > 0 && len(w.words) > 1:
	default:
		return nil, false
	}
	next := *w
	next.words = slices.Clone(w.words)
	next.relax++
	for _, i := range required {
		next.words[i].optional = true
	}
	return &next, true
}

// typosMost is the most typos that a record may have, by those that records
// have; all of them where the query does not care.
func (w *wordQuery) typosMost(has *typoSet) uint8 {
	kept := 0
	switch w.typoMode {
	case "min":
		kept = 1
	case "strict":
		kept = 2
	}
	for typos := range tooFar + 1 {
		if kept > 0 && has.holds(uint8(typos)) {
			if kept--; kept == 0 {
				return uint8(typos)
			}
		}
	}
	return tooFar
}

// limitsTypos says whether typoTolerance is min or strict, so that typosMost
// is to be asked.
func (w *wordQuery) limitsTypos() bool { return w.typoMode == "min" || w.typoMode == "strict" }

// typoSet is the numbers of typos that records have.
type typoSet [(tooFar + 1) / 64]uint64

func (s *typoSet) add(typos uint8)        { s[typos/64] |= 1 << (typos % 64) }
func (s *typoSet) holds(typos uint8) bool { return s[typos/64]>>(typos%64)&1 == 1 }
