package objects

import (
	"encoding/json"
	"fmt"
	"strings"

	"renfort/mission"
)

// The kinds of synonyms, as Algolia writes them in lower case.
const (
	synonymBoth   = "synonym"
	synonymOneWay = "onewaysynonym"
	synonymTypo1  = "altcorrection1"
	synonymTypo2  = "altcorrection2"
)

// synonymWordsMax is how many words one side of a synonym has at most; longer
// ones are stored and find nothing.
const synonymWordsMax = 8

// Synonym is words that find each other, as Algolia writes them.
type Synonym struct {
	ObjectID string `json:"objectID"`
	// Type is "synonym" (each of Synonyms finds all), "oneWaySynonym" (Input
	// finds Synonyms) or "altCorrection1" and "altCorrection2" (Word finds
	// Corrections, as if with so many typos).
	Type        string   `json:"type"`
	Input       string   `json:"input,omitempty"`
	Synonyms    []string `json:"synonyms,omitempty"`
	Word        string   `json:"word,omitempty"`
	Corrections []string `json:"corrections,omitempty"`
}

// DecodeSynonyms reads a list of synonyms. A kind that is not supported, and
// one without words, is refused by the place it has in the list, as Invalid.
func DecodeSynonyms(text []byte) ([]Synonym, error) {
	var list []Synonym
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, mission.Errorf(mission.Invalid, "objects: synonyms are a JSON list of objects: %v", err)
	}
	for i := range list {
		if fault := list[i].fault(); fault != "" {
			return nil, mission.Errorf(mission.Invalid, "objects: synonym %d: %s", i+1, fault)
		}
	}
	return list, nil
}

// fault says what is wrong with a synonym, "" for nothing.
func (s *Synonym) fault() string {
	if s.ObjectID == "" {
		return "has no objectID"
	}
	switch strings.ToLower(s.Type) {
	case synonymBoth:
		if len(s.Synonyms) == 0 {
			return "has no synonyms"
		}
	case synonymOneWay:
		if s.Input == "" || len(s.Synonyms) == 0 {
			return "needs input and synonyms"
		}
	case synonymTypo1, synonymTypo2:
		if s.Word == "" || len(s.Corrections) == 0 {
			return "needs word and corrections"
		}
	default:
		return fmt.Sprintf("type %q is not supported; synonym, oneWaySynonym, altCorrection1 and altCorrection2 are", s.Type)
	}
	return ""
}

// synonymTable finds what stands for words of a query. It is immutable; nil is
// a table without synonyms.
type synonymTable struct {
	of    map[string][]replacement // by folded words with a space between
	words int                      // of the longest key
}

// replacement is words that stand for others.
type replacement struct {
	words []string
	typos uint8 // that it counts as
	exact bool
}

func newSynonymTable(list []Synonym, separators string) *synonymTable {
	t := &synonymTable{of: map[string][]replacement{}}
	for i := range list {
		s := &list[i]
		switch strings.ToLower(s.Type) {
		case synonymBoth:
			for _, word := range s.Synonyms {
				t.add(word, s.Synonyms, 0, separators)
			}
		case synonymOneWay:
			t.add(s.Input, s.Synonyms, 0, separators)
		case synonymTypo1:
			t.add(s.Word, s.Corrections, 1, separators)
		case synonymTypo2:
			t.add(s.Word, s.Corrections, 2, separators)
		}
	}
	if len(t.of) == 0 {
		return nil
	}
	return t
}

// add says that each of others stands for a word. One word for one counts as
// exact, as Algolia's alternativesAsExact has it if nothing is said.
func (t *synonymTable) add(word string, others []string, typos uint8, separators string) {
	from := wordsOf(word, separators, synonymWordsMax+1)
	if len(from) == 0 || len(from) > synonymWordsMax {
		return
	}
	key := strings.Join(from, " ")
	for _, other := range others {
		to := wordsOf(other, separators, synonymWordsMax+1)
		if len(to) == 0 || len(to) > synonymWordsMax || strings.Join(to, " ") == key {
			continue
		}
		t.of[key] = append(t.of[key], replacement{to, typos, typos == 0 && len(from) == 1 && len(to) == 1})
	}
	t.words = max(t.words, len(from))
}

// find gives what stands for words of a query.
func (t *synonymTable) find(words []queryWord) []replacement {
	if len(words) == 1 {
		return t.of[words[0].text]
	}
	texts := make([]string, len(words))
	for i := range words {
		texts[i] = words[i].text
	}
	return t.of[strings.Join(texts, " ")]
}
