package objects

import (
	"math/bits"
	"unicode/utf8"
)

const (
	// typoLettersMax is the length above which a word of a query is taken as
	// it is written.
	typoLettersMax = 60
	// typoEditsMax is how many edits a word may have at most.
	typoEditsMax = 2
	// tooFar is a distance of which nothing is known but that it is too great.
	tooFar = 255
)

// soughtWord is one word of a query, ready to be compared with terms.
type soughtWord struct {
	text     string // folded
	letters  []rune
	alphabet uint32
	prefix   bool  // terms may go on behind it
	edits    uint8 // that are allowed
}

func newSoughtWord(text string, prefix bool, edits uint8) soughtWord {
	letters := []rune(text)
	if len(letters) > typoLettersMax {
		edits = 0
	}
	return soughtWord{text, letters, alphabetOf([]byte(text)), prefix, min(edits, typoEditsMax)}
}

// nearness is how far a term is from a word: typos of the whole term and of
// the beginning of it that is nearest, each tooFar if the word does not allow
// it. Both count a wrong first letter twice.
type nearness struct{ whole, beginning uint8 }

func (n nearness) none() bool { return n.whole == tooFar && n.beginning == tooFar }

// in is the least typos that an attribute takes, or tooFar.
func (n nearness) in(a *attributeRank) uint8 {
	typos := n.whole
	if !a.NoPrefix {
		typos = min(typos, n.beginning)
	}
	if a.NoTypos && typos > 0 {
		return tooFar
	}
	return typos
}

// could says whether a term of these letters may be near, at little cost.
func (s *soughtWord) could(alphabet uint32, letters uint8) bool {
	edits := int(s.edits)
	if bits.OnesCount32(s.alphabet&^alphabet) > edits || int(letters) < len(s.letters)-edits {
		return false
	}
	return s.prefix || bits.OnesCount32(alphabet&^s.alphabet) <= edits && int(letters) <= len(s.letters)+edits
}

// near compares a term in full.
func (s *soughtWord) near(term []byte) nearness {
	n := nearness{tooFar, tooFar}
	same := len(term) >= len(s.text) && string(term[:len(s.text)]) == s.text
	if same && len(term) == len(s.text) {
		return nearness{0, tooFar}
	}
	if same && s.prefix {
		n.beginning = 0
	}
	if s.edits == 0 || len(s.letters) == 0 {
		return n
	}
	var room [typoLettersMax + 2*typoEditsMax]rune
	letters := room[:0]
	// One letter more than can count, to tell a whole term from its beginning.
	for i := 0; i < len(term) && len(letters) <= len(s.letters)+int(s.edits); {
		r, size := rune(term[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(term[i:])
		}
		letters = append(letters, r)
		i += size
	}
	whole, beginning := editDistance(s.letters, letters, int(s.edits))
	first := uint8(0)
	if letters[0] != s.letters[0] {
		first = 1
	}
	if whole <= s.edits {
		n.whole = whole + first
	}
	if s.prefix && n.beginning != 0 && beginning <= s.edits {
		n.beginning = beginning + first
	}
	return n
}

// editDistance counts the letters to add, drop, change or swap with their
// neighbour (each place touched once) to make word of term, and of the nearest
// beginning of term; tooFar above edits. Neither is empty, word has at most
// typoLettersMax letters.
func editDistance(word, term []rune, edits int) (whole, beginning uint8) {
	var rows [3][typoLettersMax + 1]uint8
	above, row, next := &rows[0], &rows[1], &rows[2]
	n := len(word)
	for j := range n + 1 {
		row[j] = uint8(j)
	}
	whole, beginning = tooFar, tooFar
	limit := uint8(edits)
	far := false // of the row above, all are too far
	for i := 1; i <= len(term); i++ {
		// Only cells within edits of the diagonal can be near enough.
		from, to := max(1, i-edits), min(n, i+edits)
		if from > n {
			return cut(whole, limit), cut(beginning, limit)
		}
		if from == 1 {
			next[0] = uint8(min(i, tooFar))
		} else {
			next[from-1] = tooFar - 1
		}
		least := next[from-1]
		for j := from; j <= to; j++ {
			next[j] = cell(above, row, next, word, term, i, j, edits)
			least = min(least, next[j])
		}
		if to == n {
			beginning = min(beginning, next[n])
			if i == len(term) {
				whole = next[n]
			}
		}
		if far && least > limit {
			break
		}
		far = least > limit
		above, row, next = row, next, above
	}
	return cut(whole, limit), cut(beginning, limit)
}

// cell is the distance of the first i letters of term from the first j of
// word, of what is known of shorter ones.
func cell(above, row, next *[typoLettersMax + 1]uint8, word, term []rune, i, j, edits int) uint8 {
	cost := uint8(1)
	if word[j-1] == term[i-1] {
		cost = 0
	}
	d := min(row[j-1]+cost, next[j-1]+1)
	if j-i < edits { // else row[j] is outside of the band
		d = min(d, row[j]+1)
	}
	if i > 1 && j > 1 && word[j-1] == term[i-2] && word[j-2] == term[i-1] {
		d = min(d, above[j-2]+1)
	}
	return d
}

func cut(d, limit uint8) uint8 {
	if d > limit {
		return tooFar
	}
	return d
}

// expansion is one term that a word finds.
type expansion struct {
	term uint32
	near nearness
}

// expand finds the terms that a word finds, in their order. With typos it
// looks at every term once, at a nanosecond each for those whose letters are
// others; without, at none in vain.
func (w *wordsIndex) expand(s *soughtWord, found []expansion) []expansion {
	if s.edits > 0 {
		for i, alphabet := range w.alphabet {
			if s.could(alphabet, w.letters[i]) {
				if near := s.near(w.term(i)); !near.none() {
					found = append(found, expansion{uint32(i), near})
				}
			}
		}
		return found
	}
	if !s.prefix {
		if i, ok := w.find(s.text); ok {
			found = append(found, expansion{uint32(i), nearness{0, tooFar}})
		}
		return found
	}
	from, to := w.beginning(s.text)
	for i := from; i < to; i++ {
		near := nearness{tooFar, 0}
		if len(w.term(i)) == len(s.text) {
			near = nearness{0, tooFar}
		}
		found = append(found, expansion{uint32(i), near})
	}
	return found
}
