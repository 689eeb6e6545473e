package objects

import (
	"math/bits"
	"slices"
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
	head     uint32 // the alphabet of its first headLetters
	starting uint32 // and of its first headLetters and edits
	prefix   bool   // terms may go on behind it
	edits    uint8  // that are allowed
	// places has for each ASCII letter a bit for each place where it stands
	// in the word; nil without edits.
	places []uint64
}

func newSoughtWord(text string, prefix bool, edits uint8) soughtWord {
	letters := []rune(text)
	if len(letters) > typoLettersMax {
		edits = 0
	}
	s := soughtWord{text: text, letters: letters, alphabet: alphabetOf([]byte(text)), prefix: prefix, edits: min(edits, typoEditsMax)}
	s.head = alphabetOf(firstLetters([]byte(text), headLetters))
	s.starting = alphabetOf(firstLetters([]byte(text), headLetters+int(s.edits)))
	if s.edits > 0 {
		s.places = make([]uint64, utf8.RuneSelf)
		for i, r := range letters {
			if r < utf8.RuneSelf {
				s.places[r] |= 1 << i
			}
		}
	}
	return s
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
	whole, beginning := s.distance(term)
	first := uint8(0)
	if r, _ := utf8.DecodeRune(term); r != s.letters[0] {
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

// distance counts the letters to add, drop, change or swap with their
// neighbour (each place touched once) to make the word of a term, and of the
// nearest beginning of it; tooFar above the edits that are allowed.
//
// A column of the textbook's table is kept as bits that say where it rises and
// falls (Hyyrö 2003), so a letter of the term costs a few steps whatever the
// length of the word.
func (s *soughtWord) distance(term []byte) (whole, beginning uint8) {
	rises, falls, diagonal, previous := ^uint64(0), uint64(0), uint64(0), uint64(0)
	n := len(s.letters)
	d, least := n, tooFar
	for i, count := 0, 0; i < len(term); count++ {
		if count == n+int(s.edits) { // the rest is too much
			return tooFar, s.within(least)
		}
		letter, size := uint64(0), 1
		if c := term[i]; c < utf8.RuneSelf {
			letter = s.places[c]
		} else {
			letter, size = s.placesOf(term[i:])
		}
		i += size
		swapped := (^diagonal & letter) << 1 & previous
		diagonal = ((letter&rises + rises) ^ rises) | letter | falls | swapped
		right := falls | ^(diagonal | rises)
		left := diagonal & rises
		d += int(right>>(n-1)&1) - int(left>>(n-1)&1)
		right, left = right<<1|1, left<<1
		rises, falls = left|^(diagonal|right), right&diagonal
		previous = letter
		least = min(least, d)
	}
	return s.within(d), s.within(least)
}

func (s *soughtWord) within(d int) uint8 {
	if d > int(s.edits) {
		return tooFar
	}
	return uint8(d)
}

// placesOf has a bit for each place of the word where the term's first letter
// stands.
func (s *soughtWord) placesOf(term []byte) (places uint64, size int) {
	r, size := utf8.DecodeRune(term)
	for i, letter := range s.letters {
		if letter == r {
			places |= 1 << i
		}
	}
	return places, size
}

// expansion is one term that a word finds.
type expansion struct {
	term uint32
	near nearness
}

// expand finds the terms that a word finds, in their order. With typos it
// looks at every term, but at most of them only by blocks: an edit moves the
// letters behind it by one at most, so but for one letter an edit, those that
// a word begins with are among those that a term begins with and the other way
// round. Without typos it looks at none in vain.
func (w *wordsIndex) expand(s *soughtWord, found []expansion) []expansion {
	if s.edits > 0 {
		return w.expandTypos(s, found)
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

const (
	recentMax = 32
	// expandedMax is the most terms that are remembered for a word.
	expandedMax = 256
)

// expanded is what was found for a word with typos.
type expanded struct {
	text   string
	prefix bool
	edits  uint8
	found  []expansion
}

// slot is where a word is remembered.
func slot(text string) (sum uint8) {
	for i := range len(text) {
		sum = sum*31 + text[i]
	}
	return sum % recentMax
}

func (w *wordsIndex) expandTypos(s *soughtWord, found []expansion) []expansion {
	recent := &w.recent[slot(s.text)]
	if e := recent.Load(); e != nil && e.text == s.text && e.prefix == s.prefix && e.edits == s.edits {
		return append(found, e.found...)
	}
	first := len(found)
	for b, letters := range w.blocks {
		if bits.OnesCount32(s.head&^letters) <= int(s.edits) {
			found = w.expandBlock(s, b*termsBlock, found)
		}
	}
	if len(found)-first <= expandedMax {
		recent.Store(&expanded{s.text, s.prefix, s.edits, slices.Clone(found[first:])})
	}
	return found
}

// expandBlock finds those of the terms of one block.
func (w *wordsIndex) expandBlock(s *soughtWord, from int, found []expansion) []expansion {
	edits := int(s.edits)
	// Letters of the term's head that may stand behind what is near.
	beyond := max(0, headLetters-(len(s.letters)-edits))
	for i := from; i < min(from+termsBlock, len(w.starting)); i++ {
		if bits.OnesCount32(s.head&^w.starting[i]) > edits || bits.OnesCount32(w.heads[i]&^s.starting) > edits+beyond ||
			!s.could(w.alphabet[i], w.letters[i]) {
			continue
		}
		if near := s.near(w.term(i)); !near.none() {
			found = append(found, expansion{uint32(i), near})
		}
	}
	return found
}
