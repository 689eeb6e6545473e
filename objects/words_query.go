package objects

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// wordQuery is what the words of a query look for. It is immutable and safe
// for concurrent use.
//
// Its words are steps from 0 to len(words). An edge leads from one step to a
// later one and says what may be found for the words between; a record matches
// that finds an edge of every step of one way from 0 to the end. So "e-mail"
// has the edges e, mail, and both at once: email.
type wordQuery struct {
	words     []queryWord
	edges     []queryEdge // sorted by to, then from
	negatives [][]string  // words or phrases that a record must not have
	begins    uint64      // a bit for each first byte, by 64, of what else edges offer

	typoMode   string // "true", "false", "min", "strict"
	whenNone   string
	relax      int    // words that relaxed has made optional
	single     string // exactOnSingleWordQuery
	separators string
	proximity  int // distances below count like it
	markers    *sync.Pool
}

// queryWord is one word of a query.
type queryWord struct {
	soughtWord
	optional bool
	phrase   bool // it stands between quotes
	inner    bool // and is not the first of them
	split    bool // it may stand for two words
}

// queryEdge is what may be found for the words from to to-1.
type queryEdge struct {
	from, to int
	word     *soughtWord // nil: only the others
	others   []queryOther
}

// queryOther is a sequence of words that stands for those of an edge.
type queryOther struct {
	words  []string
	prefix bool // of the one word
	typos  uint8
	exact  bool
}

// splitLettersMax is the length of the first part of a word that is split.
const splitLettersMax = 12

// joinWordsMax is how many words at the beginning of a query are also joined
// with the next.
const joinWordsMax = 5

// parseWords reads the words of a query by the settings. It is never nil.
func parseWords(text string, s *Settings, q *Query, synonyms *synonymTable) *wordQuery {
	w := &wordQuery{
		typoMode: firstOf(q.Typos, s.Typos, "true"), whenNone: firstOf(q.WhenNone, s.WhenNone, "none"),
		single: firstOf(s.ExactOnSingle, "attribute"), separators: s.Separators, proximity: max(s.MinProximity, 1),
		markers: &sync.Pool{New: func() any { return &marker{} }},
	}
	advanced := s.Advanced
	if q.Advanced != nil {
		advanced = *q.Advanced
	}
	lastIsWord := w.read(text, advanced)
	w.allow(s, q, lastIsWord)
	if q.NoSynonyms {
		synonyms = nil
	}
	w.edges = w.allEdges(synonyms)
	for _, e := range w.edges {
		for _, other := range e.others {
			w.begins |= 1 << (other.words[0][0] % 64)
		}
	}
	return w
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// read takes the text apart into words, and into phrases and negatives if it
// is advanced. It says whether a prefix may be meant by the last word.
func (w *wordQuery) read(text string, advanced bool) (lastIsWord bool) {
	if !advanced {
		w.take(text, false)
		return true
	}
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		if unicode.IsSpace(r) {
			text = text[size:]
			continue
		}
		negative := r == '-'
		if negative {
			text = text[size:]
		}
		if phrase, ok := strings.CutPrefix(text, `"`); ok {
			var closed bool
			phrase, text, closed = strings.Cut(phrase, `"`)
			lastIsWord = w.part(phrase, negative, closed)
			continue
		}
		end := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
		if end < 0 {
			end = len(text)
		}
		lastIsWord = w.part(text[:end], negative, false)
		text = text[end:]
	}
	return lastIsWord
}

// part takes what stands between spaces or quotes.
func (w *wordQuery) part(text string, negative, phrase bool) (isWord bool) {
	if negative {
		if words := wordsOf(text, w.separators, queryWordsMax); len(words) > 0 && len(w.negatives) < queryWordsMax {
			w.negatives = append(w.negatives, words)
		}
		return false
	}
	w.take(text, phrase)
	return !phrase
}

func (w *wordQuery) take(text string, phrase bool) {
	for i, word := range wordsOf(text, w.separators, queryWordsMax-len(w.words)) {
		w.words = append(w.words, queryWord{soughtWord: soughtWord{text: word}, phrase: phrase})
		if phrase && i > 0 {
			w.words[len(w.words)-1].inner = true
		}
	}
}

// allow gives each word the prefix and the typos that it may have.
func (w *wordQuery) allow(s *Settings, q *Query, lastIsWord bool) {
	one, two := s.OneTypoFrom, s.TwoTyposFrom
	if q.OneTypoFrom > 0 {
		one = q.OneTypoFrom
	}
	if q.TwoTyposFrom > 0 {
		two = q.TwoTyposFrom
	}
	if one <= 0 {
		one = 4
	}
	if two <= 0 {
		two = 8
	}
	optional := q.OptionalWords
	if optional == nil {
		optional = s.OptionalWords
	}
	prefix := firstOf(q.PrefixOf, s.PrefixOf, "prefixLast")
	for i := range w.words {
		word := &w.words[i]
		letters := utf8.RuneCountInString(word.text)
		edits := uint8(0)
		switch {
		case w.typoMode == "false" || word.phrase || holdsWord(s.NoTyposWords, word.text, w.separators):
		case letters >= two:
			edits = 2
		case letters >= one:
			edits = 1
		}
		isPrefix := prefix == "prefixAll" || prefix == "prefixLast" && lastIsWord && i == len(w.words)-1
		word.soughtWord = newSoughtWord(word.text, isPrefix && !word.phrase, edits)
		word.optional = holdsWord(optional, word.text, w.separators)
		word.split = edits > 0
	}
}

// holdsWord says whether a folded word is among the words of a list.
func holdsWord(list []string, word, separators string) bool {
	return slices.ContainsFunc(list, func(text string) bool {
		return slices.Contains(wordsOf(text, separators, queryWordsMax), word)
	})
}
