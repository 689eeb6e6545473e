package index

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/vellum/levenshtein"
)

// Bounds of the words that a misspelt one may stand for.
const (
	typoLettersMin  = 4   // words from here on may be one letter off
	typo2LettersMin = 8   // and from here on two
	typoScanMax     = 512 // words of one segment that are looked at
	typoTermsMax    = 8   // words that count as what was meant
	typoTriedMax    = 32  // of which so many are looked up
	typoBytesMax    = 64  // longer words are not looked at

	// A word that hardly any mission has, beside one letter off one that very
	// many have, is somebody's slip in a mission's text. What they typed still
	// comes first; what they meant comes as well.
	rareDocsMax = 2
	rareTimes   = 50
)

// EditsMax gives how many letters of a word may be wrong, missing, too many or
// exchanged with their neighbour: none below 4 letters, 1 below 8, else 2.
// Words with digits are meant as they are: 75011 is not 75012.
func EditsMax(word string) int {
	switch letters := utf8.RuneCountInString(word); {
	case letters < typoLettersMin || len(word) > typoBytesMax || strings.ContainsFunc(word, unicode.IsDigit):
		return 0
	case letters < typo2LettersMin:
		return 1
	}
	return 2
}

// automataOf builds what finds words within one edit or two. Building the
// builder takes milliseconds, once.
var automataOf = sync.OnceValues(func() (all [3]*levenshtein.LevenshteinAutomatonBuilder, err error) {
	for edits := 1; edits < len(all) && err == nil; edits++ {
		all[edits], err = levenshtein.NewLevenshteinAutomatonBuilder(uint8(edits), true)
	}
	return all, err
})

// neighbour is a word that another may have been meant for.
type neighbour struct {
	word  string
	edits int
	docs  int // live documents
}

// neighbours gives the words within the edit limit that missions have, the
// nearest first, among those the most frequent.
func (v *textView) neighbours(word string) ([]neighbour, error) {
	edits := EditsMax(word)
	if edits == 0 {
		return nil, nil
	}
	found := map[string]*dictTerm{}
	for i := range v.segments {
		terms, err := v.near(&v.segments[i], word, edits)
		if err != nil {
			return nil, err
		}
		for j := range terms {
			if t := found[terms[j].word]; t != nil {
				t.docs += terms[j].docs
			} else {
				one := terms[j]
				found[one.word] = &one
			}
		}
	}
	all := make([]dictTerm, 0, len(found))
	for _, t := range found {
		all = append(all, *t)
	}
	slices.SortFunc(all, byEdits)
	return v.living(all[:min(len(all), typoTriedMax)])
}

// byEdits puts the nearest first, among them what many documents have.
func byEdits(a, b dictTerm) int {
	if c := cmp.Compare(a.edits, b.edits); c != 0 {
		return c
	}
	return byDocs(a, b)
}

// living keeps the words that live documents have.
func (v *textView) living(terms []dictTerm) ([]neighbour, error) {
	var all []neighbour
	for _, t := range terms {
		n := neighbour{word: t.word, edits: int(t.edits)}
		for i := range v.segments {
			p, err := v.term(&v.segments[i], t.word)
			if err != nil {
				return nil, err
			}
			n.docs += v.alive(&v.segments[i], i, p)
		}
		if n.docs > 0 {
			all = append(all, n)
		}
	}
	slices.SortStableFunc(all, func(a, b neighbour) int {
		return cmp.Or(cmp.Compare(a.edits, b.edits), cmp.Compare(b.docs, a.docs), strings.Compare(a.word, b.word))
	})
	return all[:min(len(all), typoTermsMax)], nil
}

// alive counts the live documents of a list.
func (v *textView) alive(s *viewSegment, i int, p *postings) (n int) {
	if s.deleted == 0 {
		return len(p.ordinals)
	}
	for _, o := range p.ordinals {
		if v.home[o] == uint16(i) {
			n++
		}
	}
	return n
}

// near gives the words of one segment within a number of edits, but for the
// word itself and those too short or too small to be what was meant.
func (v *textView) near(s *viewSegment, word string, edits int) (terms []dictTerm, err error) {
	k := listKey{s.id, nearMark + word}
	if terms, ok := v.nearby.look(k); ok {
		return terms, nil
	}
	builders, err := automataOf()
	if err != nil {
		return nil, err
	}
	dfa, err := builders[edits].BuildDfa(word, uint8(edits))
	if err != nil {
		return nil, err
	}
	err = v.read(s, func(r *reading) error {
		it := r.dict.AutomatonIterator(dfa, []byte(wordsStart), nil)
		for len(terms) < typoScanMax {
			entry, err := it.Next()
			if err != nil || entry == nil {
				return err
			}
			if entry.Term != word && utf8.RuneCountInString(entry.Term) >= typoLettersMin && !smallWord(entry.Term) {
				terms = append(terms, dictTerm{entry.Term, entry.Count, entry.EditDistance})
			}
		}
		return nil
	})
	if err == nil {
		k.term = strings.Clone(k.term)
		v.nearby.keep(k, terms, postingsOverhead+48*len(terms))
	}
	return terms, err
}
