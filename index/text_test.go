package index_test

// A text index of random missions answers as an implementation that reads
// every document anew, whatever was written, deleted, and closed in between.

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"renfort/index"
)

// corpus is the truth that a text index is held against: docs[o] of ordinal o,
// nil where there is none.
type corpus struct {
	docs  []*index.TextDoc
	words map[*index.TextDoc][][]index.Token // of each value, read once
}

// values gives the tokens of every value of a document.
func (c *corpus) values(d *index.TextDoc) (all [][]index.Token) {
	if all, ok := c.words[d]; ok {
		return all
	}
	for _, values := range d.Values {
		for _, v := range values {
			all = append(all, index.Tokenize(nil, v))
		}
	}
	if c.words == nil {
		c.words = map[*index.TextDoc][][]index.Token{}
	}
	c.words[d] = all
	return all
}

func (c *corpus) fetch(ordinals []uint32) ([]*index.TextDoc, error) {
	docs := make([]*index.TextDoc, len(ordinals))
	for i, o := range ordinals {
		if int(o) < len(c.docs) {
			docs[i] = c.docs[o]
		}
	}
	return docs, nil
}

func (c *corpus) rows() uint32 { return uint32(len(c.docs)) }

// mustOpenText opens a text index of the corpus and brings it up to date.
func mustOpenText(t testing.TB, dir string, c *corpus) *index.TextIndex {
	t.Helper()
	x, err := index.OpenText(dir, index.TextOptions{Rows: c.rows})
	if err != nil {
		t.Fatal(err)
	}
	for o, d := range c.docs {
		if d != nil {
			x.Saw(uint32(o), d.Hash())
		}
	}
	if err := x.Loaded(1); err != nil {
		t.Fatal(err)
	}
	settle(t, x, c)
	return x
}

// settle works until nothing waits.
func settle(t testing.TB, x *index.TextIndex, c *corpus) {
	t.Helper()
	for {
		left, err := x.Step(context.Background(), c.fetch)
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			return
		}
	}
}

func mustReader(t testing.TB, x *index.TextIndex) *index.TextReader {
	t.Helper()
	r, err := x.Reader()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustClose(t testing.TB, x *index.TextIndex) {
	t.Helper()
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
}

// The words of the toy world: inflected, compound, elided, and a few that are
// one letter off each other.
func toyWords() []string {
	return strings.Fields(`aide aides devoirs devoir maraude maraudes distribution repas alimentaire alimentaires
		banque sans abri Lyon Saint-Étienne l'été été aide-soignant aide-soignante EHPAD français cours lecture lectures
		enfants enfant personnes âgées jardin jardins nature rivière collecte collectes bénévole bénévoles samedi soir
		informatique numérique accueil accompagnement visite visites chevaux cheval sport rugby musique théâtre 18-25 75011`)
}

func toyDoc(r *rand.Rand, o uint32) *index.TextDoc {
	words := toyWords()
	some := func(n int) string {
		var b []string
		for range r.IntN(n) + 1 {
			b = append(b, words[min(r.IntN(len(words)), r.IntN(len(words)))])
		}
		return strings.Join(b, " ")
	}
	d := &index.TextDoc{Ordinal: o}
	d.Values[index.TextTitle] = []string{some(5)}
	d.Values[index.TextDescription] = []string{some(30)}
	if r.IntN(2) == 0 {
		d.Values[index.TextOrganization] = []string{some(3)}
	}
	for range r.IntN(3) {
		d.Values[index.TextLabels] = append(d.Values[index.TextLabels], some(2))
	}
	d.Values[index.TextPlace] = []string{some(1), some(1)}
	return d
}

func toyQuery(r *rand.Rand) string {
	words := toyWords()
	var parts []string
	for range r.IntN(3) + 1 {
		w := words[r.IntN(len(words))]
		switch r.IntN(8) {
		case 0:
			w = `"` + w + " " + words[r.IntN(len(words))] + `"`
		case 1:
			w = "-" + w
		}
		parts = append(parts, w)
	}
	return strings.Join(parts, " ")
}

// toyMatch says by reading the whole document whether it matches, typos left
// aside: they have tests of their own.
func toyMatch(w *index.Words, values [][]index.Token) bool {
	for i := range w.Clauses {
		if !toyClause(&w.Clauses[i], values) {
			return false
		}
	}
	for i := range w.Not {
		if toyClause(&w.Not[i], values) {
			return false
		}
	}
	return true
}

func toyClause(c *index.Clause, values [][]index.Token) bool {
	return slices.ContainsFunc(c.Forms, func(f index.Form) bool {
		return toyForm(&f, values, false, false) || toyForm(&f, values, true, false)
	}) || c.Prefix && toyForm(&c.Forms[0], values, false, true)
}

// toyForm looks for a form in the tokens of every value.
func toyForm(f *index.Form, values [][]index.Token, stems, begins bool) bool {
	same := func(i int, t index.Token) bool {
		switch {
		case stems:
			return t.Stem == f.Tokens[i].Stem
		case begins && i == len(f.Tokens)-1:
			return strings.HasPrefix(t.Exact, f.Tokens[i].Exact)
		}
		return t.Exact == f.Tokens[i].Exact
	}
	found := make([]bool, len(f.Tokens))
	for _, tokens := range values {
		var parts []index.Token
		for i, t := range tokens {
			if i == 0 || t.Position != tokens[i-1].Position {
				parts = append(parts, t)
			}
		}
		for i := range f.Tokens {
			found[i] = found[i] || slices.ContainsFunc(tokens, func(t index.Token) bool { return same(i, t) })
		}
		for at := 0; f.Adjacent && at+len(f.Tokens) <= len(parts); at++ {
			all := true
			for i := range f.Tokens {
				all = all && same(i, parts[at+i])
			}
			if all {
				return true
			}
		}
	}
	return (!f.Adjacent || len(f.Tokens) == 1) && !slices.Contains(found, false)
}

// agree asks random questions of the index and of every document.
func agree(t *testing.T, r *rand.Rand, seed uint64, x *index.TextIndex, c *corpus, questions int) {
	t.Helper()
	reader := mustReader(t, x)
	for range questions {
		q := toyQuery(r)
		w := index.ParseWords(q, r.IntN(4) == 0)
		got, err := reader.Match(&w, r.IntN(2) == 0)
		if err != nil {
			t.Fatalf("seed %d, %q: %v", seed, q, err)
		}
		var want []uint32
		for o, d := range c.docs {
			if d != nil && toyMatch(&w, c.values(d)) {
				want = append(want, uint32(o))
			}
		}
		if got.DidYouMean != "" {
			continue // more than what was typed
		}
		if !slices.Equal(got.Ordinals, want) {
			t.Fatalf("seed %d, %q: got %v, want %v", seed, q, got.Ordinals, want)
		}
		for i, s := range got.Scores {
			if !(s > 0 && s <= 1) || math.IsNaN(float64(s)) {
				t.Fatalf("seed %d, %q: ordinal %d scores %v", seed, q, got.Ordinals[i], s)
			}
		}
	}
}

func TestTextEqualsReadingEverything(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	dir, c := t.TempDir(), &corpus{}
	for o := range uint32(300) {
		c.docs = append(c.docs, toyDoc(r, o))
	}
	x := mustOpenText(t, dir, c)
	first, rounds := 300, uint64(30)
	if raceEnabled {
		first, rounds = 100, 10 // .ci/run has all without the detector
	}
	agree(t, r, seed, x, c, first)
	for seq := range rounds {
		for range r.IntN(20) {
			o := uint32(r.IntN(len(c.docs) + 1))
			switch {
			case int(o) == len(c.docs):
				c.docs = append(c.docs, toyDoc(r, o))
			case r.IntN(4) == 0:
				c.docs[o] = nil
			default:
				c.docs[o] = toyDoc(r, o)
			}
			x.Mark(seq+2, o)
		}
		settle(t, x, c)
		agree(t, r, seed, x, c, 20)
		if seq%10 == 9 {
			mustClose(t, x)
			x = mustOpenText(t, dir, c)
			agree(t, r, seed, x, c, 20)
		}
	}
	mustClose(t, x)
	sameAsRebuilt(t, seed, dir, c)
}

// sameAsRebuilt compares the folder with an index that is made of nothing:
// same missions, same scores.
func sameAsRebuilt(t *testing.T, seed uint64, dir string, c *corpus) {
	t.Helper()
	old, fresh := mustOpenText(t, dir, c), mustOpenText(t, t.TempDir(), c)
	defer mustClose(t, old)
	defer mustClose(t, fresh)
	a, b := mustReader(t, old), mustReader(t, fresh)
	r := rand.New(rand.NewPCG(seed, 2))
	for range 300 {
		q := toyQuery(r)
		w := index.ParseWords(q, r.IntN(3) == 0)
		got, err := a.Match(&w, false)
		if err != nil {
			t.Fatal(err)
		}
		want, err := b.Match(&w, false)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got.Ordinals, got.Scores, got.DidYouMean) != fmt.Sprint(want.Ordinals, want.Scores, want.DidYouMean) {
			t.Fatalf("seed %d, %q: got %v, rebuilt %v", seed, q, got, want)
		}
	}
}
