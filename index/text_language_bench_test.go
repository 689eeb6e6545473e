package index_test

import (
	"testing"

	"renfort/index"
)

// BenchmarkTokenize reads a description of usual words.
func BenchmarkTokenize(b *testing.B) {
	const text = "Faire connaître les activités du Relais et inciter au don de textiles dans votre quartier. Prévenir en cas de débordement d’une borne. Sensibiliser vos voisins. Participer à des évènements de collecte à proximité de son domicile."
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	var tokens []index.Token
	for b.Loop() {
		tokens = index.Tokenize(tokens[:0], text)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(tokens)), "ns/word")
}

// BenchmarkParseWords reads a question with a group of synonyms in it.
func BenchmarkParseWords(b *testing.B) {
	b.ReportAllocs()
	clauses := 0
	for b.Loop() {
		w := index.ParseWords("distribution repas sans abri lyon", true)
		clauses = len(w.Clauses)
	}
	b.ReportMetric(float64(clauses), "clauses")
}

// BenchmarkHighlight marks a description.
func BenchmarkHighlight(b *testing.B) {
	const text = "Je me rends sur le site de l’association pour la préparation des paniers et la distribution des repas aux personnes sans abri, dans le centre de Lyon, avec les autres bénévoles."
	w := index.ParseWords("distribution repas sans abri lyon", false)
	b.ReportAllocs()
	letters := 0
	for b.Loop() {
		letters = len(w.Snippet(text, 120, "<em>", "</em>"))
	}
	b.ReportMetric(float64(letters), "bytes")
}
