package index

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
)

// stemLettersMax is the longest word that is stemmed: what is longer is no
// French, and the stemmer's time grows with the square.
const stemLettersMax = 32

//go:embed text_stems.json
var stemData []byte

// stemTable is the words whose stem no rule finds, or finds wrong.
var stemTable = sync.OnceValue(func() map[string]string {
	var families map[string][]string
	if err := json.Unmarshal(stemData, &families); err != nil {
		panic("index: text_stems.json: " + err.Error()) // it is compiled in, and tested
	}
	table := make(map[string]string)
	for stem, words := range families {
		for _, word := range words {
			table[word] = stem
		}
	}
	return table
})

// stemAll fills in the stems of folded tokens.
//
// The stemmer is Bleve's light one for French, which takes off plurals,
// feminines, infinitives and the commonest endings of nouns made from verbs.
// Some of its rules look for accents, which are folded away here, and it has
// none for short words (âgé, âgée; aide, aider): prepare stands in for both.
// What no rule gets right is a table, text_stems.json: by stem, the words that
// have it, without accents and in the singular where that has another form. The minimal stemmer was no choice: it leaves visiter and
// visiteur, bénévole and bénévoles of six letters apart.
func stemAll(tokens []Token) {
	table := stemTable()
	var left analysis.TokenStream // what Bleve is asked
	var asked []int
	for i := range tokens {
		t := &tokens[i]
		stem, done := prepare(t.Exact, table)
		if t.Stem = stem; !done {
			left, asked = append(left, &analysis.Token{Term: []byte(stem)}), append(asked, i)
		}
	}
	if len(left) == 0 {
		return
	}
	for i, t := range fr.NewFrenchLightStemmerFilter().Filter(left) {
		if to := &tokens[asked[i]]; strings.HasPrefix(to.Exact, string(t.Term)) {
			to.Stem = to.Exact[:len(t.Term)] // shares the letters
		} else {
			to.Stem = string(t.Term)
		}
	}
}

// prepare gives a word's stem, or what the stemmer is to be asked instead of
// the word.
func prepare(word string, table map[string]string) (stem string, done bool) {
	if len(word) < 3 || len(word) > stemLettersMax || !plainLetters(word) {
		return word, true
	}
	if stem, ok := table[word]; ok {
		return stem, true
	}
	word = singular(word)
	if stem, ok := table[word]; ok {
		return stem, true
	}
	word = masculine(infinitive(word))
	if len(word) == 5 && strings.HasSuffix(word, "er") { // aider as aide
		word = word[:4]
	}
	return word, len(word) < 5
}

// infinitive gives the verb of nouns made from it (organisation, animatrice)
// and of a plea (aidez). The stemmer would take more off: repar of réparation
// would be left as repa, like repas.
func infinitive(word string) string {
	if len(word) >= len("formation") {
		for _, ending := range [...]string{"ation", "ateur", "atrice"} {
			if stem, ok := strings.CutSuffix(word, ending); ok {
				return stem + "er"
			}
		}
	}
	if len(word) > 4 && strings.HasSuffix(word, "ez") {
		return word[:len(word)-1] + "r"
	}
	return word
}

// masculine takes off the e of feminines that the stemmer knows by their
// accent, or not: isolée, infirmière, étrangère, ingénieure.
func masculine(word string) string {
	for _, ending := range [...]struct {
		feminine   string
		lettersMin int
	}{{"ee", 4}, {"iere", 6}, {"gere", 8}, {"chere", 8}, {"ieure", 8}} {
		if len(word) >= ending.lettersMin && strings.HasSuffix(word, ending.feminine) {
			return word[:len(word)-1]
		}
	}
	return word
}

// singular takes off the s of words of more than three letters, and the x of
// those of four. Longer ones in x are the stemmer's: chevaux.
func singular(word string) string {
	switch {
	case len(word) > 3 && word[len(word)-1] == 's', len(word) == 4 && strings.HasSuffix(word, "ux"):
		return word[:len(word)-1]
	}
	return word
}

// plainLetters says whether a folded word has only letters of French.
func plainLetters(word string) bool {
	for i := range len(word) {
		if word[i] < 'a' || word[i] > 'z' {
			return false
		}
	}
	return true
}
