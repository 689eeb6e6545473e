package objects

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// toyWorld is a random corpus and what questions to it are made of.
type toyWorld struct {
	rng        *rand.Rand
	vocabulary []string
	records    []toyRecord
}

func newToyWorld(seed uint64, records int) *toyWorld {
	w := &toyWorld{rng: rand.New(rand.NewPCG(seed, 1))}
	for range 60 {
		w.vocabulary = append(w.vocabulary, w.word())
	}
	for range 20 { // words that are two others, so that splits and joins are found
		w.vocabulary = append(w.vocabulary, w.pick()+w.pick())
	}
	for range records {
		record := make(toyRecord, 4)
		for a := range record {
			for range w.rng.IntN(3) {
				words := make([]string, w.rng.IntN(7))
				for i := range words {
					words[i] = w.pick()
				}
				record[a] = append(record[a], strings.Join(words, " "))
			}
		}
		w.records = append(w.records, record)
	}
	return w
}

func (w *toyWorld) word() string {
	letters := []rune("aabcdeéE")
	word := make([]rune, 1+w.rng.IntN(9))
	for i := range word {
		word[i] = letters[w.rng.IntN(len(letters))]
	}
	return string(word)
}

func (w *toyWorld) pick() string { return w.vocabulary[w.rng.IntN(len(w.vocabulary))] }

// asked is a word as somebody types it: as it is, begun, or with an error.
func (w *toyWorld) asked() string {
	word := []rune(w.pick())
	at := w.rng.IntN(len(word))
	switch w.rng.IntN(5) {
	case 0:
		word = word[:at+1]
	case 1:
		word[at] = 'b'
	case 2:
		word = slices.Insert(word, at, 'd')
	case 3:
		if at > 0 {
			word[at-1], word[at] = word[at], word[at-1]
		}
	}
	return string(word)
}

func (w *toyWorld) index(from, to int) *wordsIndex {
	b := newWordsBuilder("")
	for i, record := range w.records[from:to] {
		for a, entries := range record {
			for _, entry := range entries {
				b.add(uint32(i), uint16(a), entry)
			}
		}
	}
	return b.finish(to - from)
}

// query makes a question, and the same for the toy.
func (w *toyWorld) query() (text string, s *Settings, toy *toyQuery) {
	one := func(of ...string) string { return of[w.rng.IntN(len(of))] }
	s = &Settings{
		Typos: one("", "true", "false"), PrefixOf: one("", "prefixAll", "prefixNone"), ExactOnSingle: one("", "word", "none"),
		OneTypoFrom: w.rng.IntN(6), TwoTyposFrom: w.rng.IntN(9), MinProximity: w.rng.IntN(4), Advanced: w.rng.IntN(2) == 0,
	}
	toy = &toyQuery{phrases: map[int]int{}, typoMode: s.Typos, single: s.ExactOnSingle, proximity: max(s.MinProximity, 1)}
	lastIsWord := true
	for range 1 + w.rng.IntN(4) {
		from, word := len(toy.words), w.asked()
		toy.words = append(toy.words, toyFold(word))
		lastIsWord = true
		switch kind := w.rng.IntN(6); {
		case s.Advanced && kind == 0:
			next := w.pick()
			toy.words = append(toy.words, toyFold(next))
			toy.phrases[from] = from + 2
			lastIsWord = false
			word = `"` + word + " " + next + `"`
		case s.Advanced && kind == 1:
			toy.words = toy.words[:from]
			toy.negatives = append(toy.negatives, []string{toyFold(word)})
			lastIsWord = false
			word = "-" + word
		}
		text += " " + word
	}
	w.allow(s, toy, lastIsWord)
	for i := range 4 {
		toy.attributes = append(toy.attributes, attributeRank{
			Rank: int16(w.rng.IntN(4) - 1), Unordered: w.rng.IntN(3) == 0, NoTypos: w.rng.IntN(5) == 0,
			NoPrefix: w.rng.IntN(5) == 0, NoExact: w.rng.IntN(5) == 0,
		})
		if i > 0 && w.rng.IntN(8) == 0 {
			break // those beyond are not searched
		}
	}
	return text, s, toy
}

// allow says again what the settings allow each word.
func (w *toyWorld) allow(s *Settings, toy *toyQuery, lastIsWord bool) {
	one, two := s.OneTypoFrom, s.TwoTyposFrom
	if one == 0 {
		one = 4
	}
	if two == 0 {
		two = 8
	}
	inPhrase := func(i int) bool {
		for from, to := range toy.phrases {
			if from <= i && i < to {
				return true
			}
		}
		return false
	}
	for i, word := range toy.words {
		edits := 0
		if n := len([]rune(word)); s.Typos == "false" || inPhrase(i) {
		} else if n >= two {
			edits = 2
		} else if n >= one {
			edits = 1
		}
		prefix := s.PrefixOf == "prefixAll" || s.PrefixOf == "" && lastIsWord && i == len(toy.words)-1
		optional := w.rng.IntN(6) == 0
		if optional {
			s.OptionalWords = append(s.OptionalWords, word)
		}
		toy.edits, toy.prefix = append(toy.edits, edits), append(toy.prefix, prefix && !inPhrase(i))
	}
	for _, word := range toy.words {
		toy.optional = append(toy.optional, slices.Contains(s.OptionalWords, word))
	}
	if n := len(toy.words); n > 1 && w.rng.IntN(2) == 0 {
		toy.synonyms = []Synonym{
			{Type: "synonym", Synonyms: []string{toy.words[0], toyFold(w.pick()), toyFold(w.pick() + " " + w.pick())}},
			{Type: "oneWaySynonym", Input: toy.words[n-2] + " " + toy.words[n-1], Synonyms: []string{toyFold(w.pick())}},
			{Type: "altCorrection2", Word: toy.words[n-1], Corrections: []string{toyFold(w.pick()), toyFold(w.pick())}},
		}
	}
}

// TestWordsToy shows that an index finds the records that the toy finds, with
// the same ranks, whatever is asked; also one that was merged of two, and for
// any part of the records.
func TestWordsToy(t *testing.T) {
	seeds := uint64(10)
	if testing.Short() || raceEnabled {
		seeds = 3 // .ci/run asks all worlds without the race detector
	}
	var m wordsMatch
	matches := 0
	for seed := range seeds {
		w := newToyWorld(seed, 70)
		half := 30 + int(seed%3)
		indexes := map[string]*wordsIndex{"built": w.index(0, len(w.records)), "merged": mergeWords(w.parts(half), len(w.records))}
		for n := range 40 {
			text, s, toy := w.query()
			q := parseWords(text, s, &Query{}, newSynonymTable(toy.synonyms, ""))
			among := []uint64{w.rng.Uint64() | w.rng.Uint64(), w.rng.Uint64()}
			want := map[uint32]wordRank{}
			for i, record := range w.records {
				if rank, ok := toy.rank(record); ok {
					want[uint32(i)] = rank
				}
			}
			matches += len(want)
			for name, index := range indexes {
				index.match(q, toy.attributes, &m)
				context := fmt.Sprintf("%s index, seed %d, query %d %q\nsettings %+v\ntoy %+v", name, seed, n, text, s, toy)
				sameRanks(t, context, &m, want, nil)
				some := maps.Clone(want)
				maps.DeleteFunc(some, func(d uint32, _ wordRank) bool { return among[d/64]>>(d%64)&1 == 0 })
				sameRanks(t, context, &m, some, among)
			}
		}
	}
	if matches < 1000 {
		t.Errorf("only %d matches: the worlds are too poor to show anything", matches)
	}
}

func sameRanks(t *testing.T, context string, m *wordsMatch, want map[uint32]wordRank, among []uint64) {
	t.Helper()
	got, last := map[uint32]wordRank{}, -1
	m.rank(among, func(doc uint32, r wordRank) {
		if int(doc) <= last {
			t.Fatalf("%s\nrecord %d comes after %d", context, doc, last)
		}
		got[doc], last = r, int(doc)
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s\n(-want +got)\n%s", context, diff)
	}
	if among == nil && countSet(m.docs) != len(want) {
		t.Fatalf("%s\ngot %d records, want %d", context, countSet(m.docs), len(want))
	}
}

// TestWordsMergeLeavesOut shows that a merge without some records is the index
// of those that stay.
func TestWordsMergeLeavesOut(t *testing.T) {
	w := newToyWorld(3, 60)
	parts := w.parts(25)
	var stay []toyRecord
	next := uint32(0)
	for p, first := range []int{0, 25} {
		for i := range parts[p].docs {
			parts[p].docs[i] = gone
			if w.rng.IntN(3) > 0 {
				stay = append(stay, w.records[first+i])
				parts[p].docs[i] = next
				next++
			}
		}
	}
	w.records = stay
	got, want := mergeWords(parts, len(stay)), w.index(0, len(stay))
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(wordsIndex{}), cmpopts.IgnoreFields(wordsIndex{}, "recent"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-built +merged)\n%s", diff)
	}
}

// parts are two indexes of the world's records, the attributes of the second
// in another order.
func (w *toyWorld) parts(half int) []wordsPart {
	all := len(w.records)
	a, b := w.index(0, half), newWordsBuilder("")
	numbers := []uint16{2, 0, 3, 1} // number of attribute a in the second, and back
	for i, record := range w.records[half:] {
		for a, entries := range record {
			for _, entry := range entries {
				b.add(uint32(i), uint16(slices.Index(numbers, uint16(a))), entry)
			}
		}
	}
	first, second := make([]uint32, half), make([]uint32, all-half)
	for i := range first {
		first[i] = uint32(i)
	}
	for i := range second {
		second[i] = uint32(half + i)
	}
	return []wordsPart{{a, first, []uint16{0, 1, 2, 3}}, {b.finish(all - half), second, numbers}}
}
