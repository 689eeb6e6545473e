package index

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

//go:embed text_synonyms.json
var synonymData []byte

// synonyms is the groups of words that stand for each other. They are looked
// for by the stems of their words, small ones left out: maisons de retraite is
// found under "maison retrait". What means something only as it stands is
// written with hyphens in the data (à-la-rue, porte-à-porte), and looked for
// with its small words.
type synonyms struct {
	entries  map[string]*synonym
	having   map[string][]*synonym // entries of several words, by the stem of each
	wordsMax int                   // of an entry
}

// synonym is one way to say something, and the others.
type synonym struct {
	fixed bool    // means it only as it stands, not with its words apart
	words []Token // its own, small ones left out unless it is fixed
	forms []Form  // of its groups, its own among them
}

// synonymTable is the data, read once.
var synonymTable = sync.OnceValue(func() *synonyms {
	var groups [][]string
	if err := json.Unmarshal(synonymData, &groups); err != nil {
		panic("index: text_synonyms.json: " + err.Error()) // it is compiled in, and tested
	}
	s := &synonyms{entries: make(map[string]*synonym), having: make(map[string][]*synonym)}
	for _, group := range groups {
		s.add(group)
	}
	return s
})

// add takes a group in. Something that is in several groups has the others of
// all of them.
func (s *synonyms) add(group []string) {
	var forms []Form
	for _, entry := range group {
		tokens, _ := apart(Tokenize(nil, entry))
		forms = append(forms, Form{Tokens: tokens, Adjacent: len(tokens) > 1, Synonym: true})
	}
	for i, entry := range group {
		tokens, joined := apart(Tokenize(nil, entry))
		fixed := strings.Contains(entry, "-")
		if !fixed {
			tokens = withoutSmall(tokens)
		}
		s.enter(tokens, fixed, forms)
		for j := range joined {
			s.enter(joined[j:j+1], fixed, forms)
		}
		s.wordsMax = max(s.wordsMax, len(forms[i].Tokens))
	}
}

// enter gives the forms to what is found under some words.
func (s *synonyms) enter(words []Token, fixed bool, forms []Form) {
	key := stemsKey(words, true)
	e := s.entries[key]
	if e == nil {
		e = &synonym{words: words}
		s.entries[key] = e
		for i := range words {
			if len(words) > 1 {
				s.having[words[i].Stem] = append(s.having[words[i].Stem], e)
			}
		}
	}
	e.fixed = e.fixed || fixed
	for _, f := range forms {
		if !hasForm(e.forms, f.Tokens) {
			e.forms = append(e.forms, f)
		}
	}
}

// hasForm says whether one of the forms has the same words.
func hasForm(forms []Form, tokens []Token) bool {
	for _, f := range forms {
		same := len(f.Tokens) == len(tokens)
		for i := 0; same && i < len(tokens); i++ {
			same = f.Tokens[i].Exact == tokens[i].Exact
		}
		if same {
			return true
		}
	}
	return false
}

// stemsKey is the stems of words, small ones among them or not.
func stemsKey(tokens []Token, small bool) string {
	var key []byte
	for _, t := range tokens {
		if !small && smallWord(t.Exact) {
			continue
		}
		if len(key) > 0 {
			key = append(key, ' ')
		}
		key = append(key, t.Stem...)
	}
	return string(key)
}

// longest finds the longest entry that tokens begin with, and counts its
// tokens; 0 if there is none. A small word is first or last only of what is
// fixed. Where no entry of several words is written like that, one is taken
// that has one of them misspelt.
func (s *synonyms) longest(tokens []Token) (n int, e *synonym) {
	most := min(s.wordsMax+1, len(tokens)) // one small word more than the data has
	for n = most; n > 0; n-- {
		small := smallWord(tokens[0].Exact)
		if e = s.entries[stemsKey(tokens[:n], true)]; e != nil && (e.fixed || n > 1 || !small) {
			break
		}
		if small || smallWord(tokens[n-1].Exact) {
			continue
		}
		if e = s.entries[stemsKey(tokens[:n], false)]; e != nil && !e.fixed {
			break
		}
	}
	for m := most; m > 1 && n < 2; m-- {
		if near := s.near(tokens[:m]); near != nil {
			return m, near
		}
	}
	return n, e
}

// near finds the entry of several words that these are, but for one that is
// misspelt.
func (s *synonyms) near(tokens []Token) *synonym {
	if smallWord(tokens[0].Exact) || smallWord(tokens[len(tokens)-1].Exact) {
		return nil
	}
	bare := withoutSmall(tokens)
	for i := range min(len(bare), 2) { // of the first two, one is right
		for _, e := range s.having[bare[i].Stem] {
			if e.fixed && oneMisspelt(tokens, e.words) || !e.fixed && oneMisspelt(bare, e.words) {
				return e
			}
		}
	}
	return nil
}

// oneMisspelt says whether words are others but for one, that begins with the
// right letter.
func oneMisspelt(typed, words []Token) bool {
	if len(typed) != len(words) {
		return false
	}
	wrong := 0
	for i := range typed {
		a, b := typed[i], words[i]
		if a.Stem == b.Stem {
			continue
		}
		if wrong++; wrong > 1 || a.Exact[0] != b.Exact[0] || !withinEdits([]rune(a.Exact), b.Exact, EditsMax(a.Exact)) {
			return false
		}
	}
	return wrong == 1
}

// widen gives a clause the other ways to say it. Words typed apart may stand
// apart, unless they mean it only together. What was misspelt is also what it
// was meant to be.
func (e *synonym) widen(c *Clause) {
	typed := &c.Forms[0]
	if !e.fixed && len(typed.Tokens) > 1 && strings.ContainsRune(c.Typed, ' ') {
		typed.Adjacent = false
		typed.Tokens = withoutSmall(typed.Tokens)
	}
	own := stemsKey(typed.Tokens, false)
	if len(e.words) > 1 && own != stemsKey(e.words, false) {
		c.Forms = append(c.Forms, Form{Tokens: e.words, Adjacent: e.fixed})
	}
	for _, f := range e.forms {
		if len(c.Forms) == FormsMax {
			return
		}
		if loose := !typed.Adjacent; hasForm(c.Forms, f.Tokens) || loose && stemsKey(f.Tokens, false) == own {
			continue
		}
		c.Forms = append(c.Forms, f)
	}
}

// withoutSmall leaves small words out.
func withoutSmall(tokens []Token) (kept []Token) {
	for _, t := range tokens {
		if !smallWord(t.Exact) {
			kept = append(kept, t)
		}
	}
	return kept
}
