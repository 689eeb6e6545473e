package objects

import (
	"slices"
	"strings"
)

// The toy answers what words_*.go answers, record by record and word by word,
// without an index: what is written here is what is promised there. Its texts
// are words with one space between, of the letters that toyFold knows.

// toyRecord is the values of a record by attribute.
type toyRecord [][]string

// toyPlace is where something was found for some words of the query.
type toyPlace struct {
	attribute, position, width int
	typos                      int
	exact, alone               bool
}

// toyQuery is the query as the test made it.
type toyQuery struct {
	words      []string
	phrases    map[int]int // a phrase of words[i:phrases[i]]
	negatives  [][]string
	edits      []int
	prefix     []bool
	optional   []bool
	synonyms   []Synonym
	typoMode   string
	single     string
	proximity  int
	attributes []attributeRank
}

func toyFold(word string) string {
	return strings.NewReplacer("é", "e", "É", "e", "œ", "oe", "ç", "c").Replace(strings.ToLower(word))
}

// toyDistance is the textbook's: optimal string alignment by its recursion.
func toyDistance(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
			default:
				change := 1
				if a[i-1] == b[j-1] {
					change = 0
				}
				d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+change)
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d[i][j] = min(d[i][j], d[i-2][j-2]+1)
				}
			}
		}
	}
	return d[len(a)][len(b)]
}

// toyTypos is how many typos lie between a word and a term, and whether the
// term is the word; none: -1.
func toyTypos(word, term string, edits int, prefix bool, a attributeRank) (typos int, exact bool) {
	if word == term {
		return 0, true
	}
	prefix = prefix && !a.NoPrefix
	if prefix && strings.HasPrefix(term, word) {
		return 0, false
	}
	if a.NoTypos {
		return -1, false
	}
	if edits == 0 {
		return -1, false
	}
	least := toyDistance([]rune(word), []rune(term))
	if prefix {
		for n := range []rune(term) {
			least = min(least, toyDistance([]rune(word), []rune(term)[:n+1]))
		}
	}
	if least > edits {
		return -1, false
	}
	if []rune(word)[0] != []rune(term)[0] {
		least++
	}
	return least, false
}

// find is everything that a record has for the words from to to-1.
func (q *toyQuery) find(r toyRecord, from, to int) (places []toyPlace) {
	for attribute, entries := range r {
		a := attributeRank{Rank: -1}
		if attribute < len(q.attributes) {
			a = q.attributes[attribute]
		}
		if a.Rank < 0 {
			continue
		}
		start := 0
		for _, entry := range entries {
			terms := strings.Fields(toyFold(entry))
			for i := range terms {
				for _, p := range q.here(terms[i:], from, to, a) {
					p.attribute, p.position, p.alone = attribute, start+i, len(terms) == 1
					p.exact = p.exact && !a.NoExact
					places = append(places, p)
				}
			}
			if len(terms) > 0 {
				start += len(terms) - 1 + proximityMax
			}
		}
	}
	return places
}

// here is what begins with the first of some terms.
func (q *toyQuery) here(terms []string, from, to int, a attributeRank) (places []toyPlace) {
	sequence := func(words []string, typos int, exact bool) {
		if len(terms) >= len(words) && slices.Equal(words, terms[:len(words)]) && (typos == 0 || !a.NoTypos) {
			places = append(places, toyPlace{width: len(words), typos: typos, exact: exact})
		}
	}
	for phrase, end := range q.phrases {
		if phrase == from && end == to {
			sequence(q.words[from:to], 0, true)
		}
		if from < end && phrase < to {
			return places
		}
	}
	joined := strings.Join(q.words[from:to], "")
	switch {
	case to == from+1:
		if typos, exact := toyTypos(joined, terms[0], q.edits[from], q.prefix[from], a); typos >= 0 {
			places = append(places, toyPlace{width: 1, typos: typos, exact: exact})
		}
		letters := []rune(joined)
		for n := 1; n < len(letters) && n <= 12 && q.edits[from] > 0; n++ {
			sequence([]string{string(letters[:n]), string(letters[n:])}, 0, false)
		}
	case q.typoMode != "false" && (to == from+2 && from < 5 || from == 0 && to == len(q.words)):
		if typos, _ := toyTypos(joined, terms[0], 0, q.prefix[to-1], a); typos >= 0 {
			places = append(places, toyPlace{width: 1})
		}
	}
	for _, s := range q.synonyms {
		inputs, outputs, typos := s.Synonyms, s.Synonyms, 0
		switch s.Type {
		case "oneWaySynonym":
			inputs = []string{s.Input}
		case "altCorrection2":
			inputs, outputs, typos = []string{s.Word}, s.Corrections, 2
		}
		for _, in := range inputs {
			for _, out := range outputs {
				if in != out && in == strings.Join(q.words[from:to], " ") {
					sequence(strings.Fields(out), typos, typos == 0 && to == from+1 && !strings.Contains(out, " "))
				}
			}
		}
	}
	return places
}

// rank is how a record matches; ok is false where it does not.
func (q *toyQuery) rank(r toyRecord) (rank wordRank, ok bool) {
	for _, words := range q.negatives {
		negative := toyQuery{words: words, phrases: map[int]int{0: len(words)}, attributes: q.attributes}
		if len(negative.find(r, 0, len(words))) > 0 {
			return rank, false
		}
	}
	if len(q.words) == 0 {
		return rank, true
	}
	words, typos := q.ways(r, 0)
	if words <= 0 {
		return rank, false
	}
	rank = wordRank{Typos: uint8(typos), Words: uint8(words), Attribute: ^uint32(0)}
	exact, each := make([]bool, len(q.words)), make([][]toyPlace, len(q.words))
	for from := range q.words {
		for to := from + 1; to <= len(q.words); to++ {
			for _, p := range q.find(r, from, to) {
				a := q.attributes[p.attribute]
				position := min(p.position, 999)
				if a.Unordered {
					position = 0
				}
				rank.Attribute = min(rank.Attribute, uint32(int(a.Rank)*1000+position))
				for i := from; i < to; i++ {
					exact[i] = exact[i] || p.exact && q.counts(p)
					each[i] = append(each[i], p)
				}
			}
		}
	}
	for i := range q.words {
		if exact[i] {
			rank.Exact++
		}
		if i > 0 && i < proximityWordsMax {
			rank.Proximity += uint16(max(toyNearest(each[i-1], each[i]), q.proximity))
		}
	}
	return rank, true
}

// counts says whether an exact place is one by exactOnSingleWordQuery.
func (q *toyQuery) counts(p toyPlace) bool {
	switch {
	case len(q.words) > 1:
		return true
	case q.single == "word":
		return len([]rune(q.words[0])) >= 3
	case q.single == "none":
		return false
	}
	return p.alone
}

// ways gives the most words and then the fewest typos of all ways from a word
// to the end; words is below 0 where there is none.
func (q *toyQuery) ways(r toyRecord, from int) (words, typos int) {
	if from == len(q.words) {
		return 0, 0
	}
	words = -1
	better := func(w, t int) {
		if w > words || w == words && t < typos {
			words, typos = w, t
		}
	}
	if q.optional[from] {
		if w, t := q.ways(r, from+1); w >= 0 {
			better(w, t)
		}
	}
	for to := from + 1; to <= len(q.words); to++ {
		for _, p := range q.find(r, from, to) {
			if w, t := q.ways(r, to); w >= 0 {
				better(w+to-from, t+p.typos)
			}
		}
	}
	return words, typos
}

func toyNearest(left, right []toyPlace) int {
	best := proximityMax
	for _, l := range left {
		for _, r := range right {
			switch {
			case l.attribute != r.attribute:
			case r.position > l.position+l.width-1:
				best = min(best, r.position-(l.position+l.width-1))
			case l.position > r.position+r.width-1:
				best = min(best, l.position-(r.position+r.width-1)+1)
			default:
				best = 1
			}
		}
	}
	return best
}
