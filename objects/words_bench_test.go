package objects

import (
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

// The corpus of the benchmarks: 20,000 records of about 500 letters in a name
// (6 words), a place, three tags and a text, of 30,000 words by Zipf's law.
const benchRecords = 20_000

var benchCorpus = sync.OnceValue(func() [][]string {
	rng := rand.New(rand.NewPCG(5, 6))
	syllables := strings.Fields("ac ai an as bé bo ca ce cha com con da de dis dre é en er es fa fi for ge gi ha in is jeu la le li lo ma me mi mo na ne ni no nou on or ou pa per pi plo po pré qua ra re ri ro sa se si so sou ta te ti to tra u va ve vi vo")
	vocabulary := make([]string, 30_000)
	for i := range vocabulary {
		for range 1 + rng.IntN(2) + int(math.Log2(float64(i+2)))/5 {
			vocabulary[i] += syllables[rng.IntN(len(syllables))]
		}
	}
	// Zipf's law by the inverse of its sum; its beginning flattened a little.
	sums, sum := make([]float64, len(vocabulary)), 0.0
	for i := range sums {
		sum += 1 / (float64(i) + 3)
		sums[i] = sum
	}
	word := func() string {
		x := rng.Float64() * sum
		low, high := 0, len(sums)-1
		for low < high {
			if mid := (low + high) / 2; sums[mid] < x {
				low = mid + 1
			} else {
				high = mid
			}
		}
		return vocabulary[low]
	}
	text := func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = word()
		}
		return strings.Join(words, " ")
	}
	records := make([][]string, benchRecords)
	for i := range records {
		records[i] = []string{text(6), text(1), text(1), text(1), text(1), text(70)}
	}
	return records
})

func benchIndex(records [][]string) *wordsIndex {
	b := newWordsBuilder("")
	for i, record := range records {
		for a, value := range record {
			b.add(uint32(i), []uint16{0, 1, 2, 2, 2, 3}[a], value)
		}
	}
	return b.finish(len(records))
}

var benchIndexed = sync.OnceValue(func() *wordsIndex { return benchIndex(benchCorpus()) })

func benchAttributes() []attributeRank {
	return []attributeRank{{Rank: 0}, {Rank: 1}, {Rank: 2, Unordered: true}, {Rank: 3}}
}

func BenchmarkWordsBuild(b *testing.B) {
	records := benchCorpus()
	b.ReportAllocs()
	for b.Loop() {
		w := benchIndex(records)
		b.ReportMetric(float64(w.bytes())/benchRecords, "B/record")
		b.ReportMetric(float64(w.terms()), "terms")
	}
}

func BenchmarkWordsMerge(b *testing.B) {
	records := benchCorpus()
	var parts []wordsPart
	docs := uint32(0)
	for _, some := range [][][]string{records[:10_000], records[10_000:15_000], records[15_000:]} {
		part := wordsPart{benchIndex(some), make([]uint32, len(some)), []uint16{0, 1, 2, 3}}
		for i := range part.docs {
			part.docs[i] = docs
			docs++
		}
		parts = append(parts, part)
	}
	b.ReportAllocs()
	for b.Loop() {
		mergeWords(parts, benchRecords)
	}
}

// benchQueries are words of the corpus by how frequent they are: 1 is the most
// frequent one.
func benchQueries() map[string]string {
	counts := map[string]int{}
	for _, record := range benchCorpus() {
		for _, word := range strings.Fields(record[5]) {
			counts[word]++
		}
	}
	pick := func(about, lettersMin int) string { // the word whose count is nearest
		best, least := "", math.MaxFloat64
		for word, n := range counts {
			if len(word) >= lettersMin {
				if d := math.Abs(float64(n - about)); d < least || d == least && word < best {
					best, least = word, d
				}
			}
		}
		return best
	}
	frequent, usual, rare := pick(20_000, 2), pick(700, 6), pick(60, 9)
	return map[string]string{
		"Letter": "a", "TwoLetters": "ra", "Usual": usual, "Two": usual + " " + rare, "FrequentLetter": frequent + " a",
		"Typo": "x" + rare[1:len(rare)-2] + "zz", "Five": frequent + " " + usual + " " + rare + " " + frequent + " " + usual,
	}
}

// forget makes an index look for its words again.
func (w *wordsIndex) forget() {
	for i := range w.recent {
		w.recent[i].Store(nil)
	}
}

// BenchmarkWords asks as a page does, for words that were not asked for just
// before: parse, match, and rank all that match.
func BenchmarkWords(b *testing.B) {
	w := benchIndexed()
	for name, text := range benchQueries() {
		b.Run(name, func(b *testing.B) {
			var m wordsMatch
			b.ReportAllocs()
			sum := 0
			for b.Loop() {
				w.forget()
				q := parseWords(text, &Settings{}, &Query{}, nil)
				w.match(q, benchAttributes(), &m)
				sum = 0
				m.rank(nil, func(uint32, wordRank) { sum++ })
			}
			b.ReportMetric(float64(sum), "matches")
		})
		b.Run(name+"/match", func(b *testing.B) {
			var m wordsMatch
			b.ReportAllocs()
			for b.Loop() {
				w.forget()
				w.match(parseWords(text, &Settings{}, &Query{}, nil), benchAttributes(), &m)
			}
		})
	}
}

// BenchmarkWordsMark marks the six values of 18 records, as a page shows them.
func BenchmarkWordsMark(b *testing.B) {
	records := benchCorpus()
	q := parseWords(benchQueries()["Two"], &Settings{}, &Query{}, nil)
	b.ReportAllocs()
	for b.Loop() {
		for _, record := range records[:18] {
			for _, value := range record {
				q.mark(value, attributeRank{}, "<em>", "</em>")
			}
		}
	}
}
