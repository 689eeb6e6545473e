package peer

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"

	"renfort/mission"
)

// wordLettersMin keeps articles and most words without meaning out.
const wordLettersMin = 4

// stopWords are the French words that the analyzers of Bleve and Lucene drop.
// What a question asks for must be a word to every engine.
var stopWords = sync.OnceValue(func() analysis.TokenMap {
	words := analysis.NewTokenMap()
	_ = words.LoadBytes(fr.FrenchStopWords) // fails only if reading from memory does
	return words
})

// words draws n words as somebody would type them who looks for the mission:
// the first of its title; the second of title, labels and town; the third of
// its description. ok is false if it has too few.
func (a *asker) words(m *mission.Mission, n int) (typed string, ok bool) {
	title := wordsOf(m.Title)
	named := slices.Concat(title, wordsOf(strings.Join(a.labels(m), " ")))
	var chosen []string
	for _, from := range [][]string{title, named, wordsOf(m.Description)}[:n] {
		if chosen, ok = oneMore(chosen, from, a.rng); !ok {
			return "", false
		}
	}
	return strings.Join(chosen, " "), true
}

// oneMore draws a word that was not chosen yet.
func oneMore(chosen, from []string, rng *rand.Rand) ([]string, bool) {
	left := slices.DeleteFunc(slices.Clone(from), func(w string) bool { return slices.Contains(chosen, w) })
	if len(left) == 0 {
		return chosen, false
	}
	return append(chosen, left[rng.IntN(len(left))]), true
}

// wordsOf gives the words of a text that one can ask for, in lower case. Words
// with a hyphen or a number are left out: engines cut them differently.
func wordsOf(text string) (words []string) {
	cut := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' }
	for _, w := range strings.FieldsFunc(strings.ToLower(text), cut) {
		plain := !strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		if plain && utf8.RuneCountInString(w) >= wordLettersMin && !stopWords()[w] {
			words = append(words, w)
		}
	}
	return words
}
