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
	wordsMax int // of an entry
}

// synonym is one way to say something, and the others.
type synonym struct {
	fixed bool   // means it only as it stands, not with its words apart
	forms []Form // of its groups, its own among them
}

// synonymTable is the data, read once.
var synonymTable = sync.OnceValue(func() *synonyms {
	var groups [][]string
	if err := json.Unmarshal(synonymData, &groups); err != nil {
		panic("index: text_synonyms.json: " + err.Error()) // it is compiled in, and tested
	}
	s := &synonyms{entries: make(map[string]*synonym)}
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
		s.enter(stemsKey(tokens, fixed), fixed, forms)
		for _, t := range joined {
			s.enter(t.Stem, fixed, forms)
		}
		s.wordsMax = max(s.wordsMax, len(forms[i].Tokens))
	}
}

// enter gives the forms to what is found under a key.
func (s *synonyms) enter(key string, fixed bool, forms []Form) {
	e := s.entries[key]
	if e == nil {
		e = &synonym{}
		s.entries[key] = e
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
// fixed.
func (s *synonyms) longest(tokens []Token) (int, *synonym) {
	for n := min(s.wordsMax+1, len(tokens)); n > 0; n-- { // one small word more than the data has
		if e := s.entries[stemsKey(tokens[:n], true)]; e != nil && (e.fixed || n > 1 || !smallWord(tokens[0].Exact)) {
			return n, e
		}
		if smallWord(tokens[0].Exact) || smallWord(tokens[n-1].Exact) {
			continue
		}
		if e := s.entries[stemsKey(tokens[:n], false)]; e != nil && !e.fixed {
			return n, e
		}
	}
	return 0, nil
}

// widen gives a clause the other ways to say it. Words typed apart may stand
// apart, unless they mean it only together.
func (s *synonyms) widen(c *Clause, e *synonym) {
	typed := &c.Forms[0]
	if !e.fixed && len(typed.Tokens) > 1 && strings.ContainsRune(c.Typed, ' ') {
		typed.Adjacent = false
		typed.Tokens = withoutSmall(typed.Tokens)
	}
	own := stemsKey(typed.Tokens, false)
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
