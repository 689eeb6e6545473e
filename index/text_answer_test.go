package index_test

// What words find first, what stands in for words that nobody has, and what
// is given up where nothing matches.

import (
	"slices"
	"testing"

	"renfort/index"
)

// titled makes a corpus of titles.
func titled(titles ...string) *corpus {
	c := &corpus{}
	for o, s := range titles {
		d := &index.TextDoc{Ordinal: uint32(o)}
		d.Values[index.TextTitle] = []string{s}
		c.docs = append(c.docs, d)
	}
	return c
}

func mustMatch(t *testing.T, r *index.TextReader, q string, prefix bool) *index.TextMatch {
	t.Helper()
	w := index.ParseWords(q, prefix)
	m, err := r.Match(&w, false)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// order gives the ordinals of a match, best first.
func order(m *index.TextMatch) []uint32 {
	best := slices.Clone(m.Ordinals)
	score := func(o uint32) float32 { return m.Scores[slices.Index(m.Ordinals, o)] }
	slices.SortStableFunc(best, func(a, b uint32) int {
		switch x, y := score(a), score(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return best
}

// One word in each field: the title counts most, then the organisation, what
// it is about, where it is, and the description.
func TestFieldsInTheirOrder(t *testing.T) {
	c := &corpus{}
	for f := range index.TextFields {
		d := &index.TextDoc{Ordinal: uint32(index.TextFields - 1 - f)}
		for other := range index.TextFields {
			d.Values[other] = []string{"accueil de jour pour tous"}
		}
		d.Values[f] = []string{"accueil de maraude pour tous"}
		c.docs = append([]*index.TextDoc{d}, c.docs...)
	}
	x := mustOpenText(t, t.TempDir(), c)
	defer mustClose(t, x)
	m := mustMatch(t, mustReader(t, x), "maraude", false)
	if got, want := order(m), []uint32{4, 3, 2, 1, 0}; !slices.Equal(got, want) {
		t.Errorf("got %v with %v, want %v", got, m.Scores, want)
	}
}

// As it was typed before inflected, before a synonym, before a typo, before
// the beginning of a longer word.
func TestFormsInTheirOrder(t *testing.T) {
	x := mustOpenText(t, t.TempDir(), titled("visite du soir", "visites du soir", "autre chose du soir", "lecture"))
	defer mustClose(t, x)
	r := mustReader(t, x)
	if got := order(mustMatch(t, r, "visite", false)); !slices.Equal(got, []uint32{0, 1}) {
		t.Errorf("visite: got %v", got)
	}
	if got := order(mustMatch(t, r, "visites", false)); !slices.Equal(got, []uint32{1, 0}) {
		t.Errorf("visites: got %v", got)
	}
	exact, typo, begun := mustMatch(t, r, "lecture", false), mustMatch(t, r, "lectrue", false), mustMatch(t, r, "lectu", true)
	for i, m := range []*index.TextMatch{exact, typo, begun} {
		if !slices.Equal(m.Ordinals, []uint32{3}) {
			t.Fatalf("%d: got %v", i, m.Ordinals)
		}
	}
	if a, b, c := exact.Scores[0], typo.Scores[0], begun.Scores[0]; !(a > b && b > c) {
		t.Errorf("exact %v, typo %v, beginning %v: want them falling", a, b, c)
	}
}

func TestTypos(t *testing.T) {
	titles := []string{"distribution alimentaire", "aide aux devoirs", "maraude du soir", "accompagnement numérique", "été à Lyon", "75011", "surf", "sans abri"}
	for range 120 {
		titles = append(titles, "jardinage partagé")
	}
	titles = append(titles, "jardinaje partagé") // somebody's slip
	x := mustOpenText(t, t.TempDir(), titled(titles...))
	defer mustClose(t, x)
	r := mustReader(t, x)
	f := func(q string, found int, meant string) {
		t.Helper()
		m := mustMatch(t, r, q, false)
		if len(m.Ordinals) != found || m.DidYouMean != meant {
			t.Errorf("%q: got %d and %q, want %d and %q", q, len(m.Ordinals), m.DidYouMean, found, meant)
		}
	}
	f("distribution alimentaire", 1, "")
	f("distribution alimantaire", 1, "distribution alimentaire")
	f("distribution allimentaire", 1, "") // its stem is right
	f("Distribtion Alimentaire", 1, "distribution alimentaire")
	f("accompagnment numérque", 1, "accompagnement numerique") // two words, one letter each
	f("acompagnemnet", 1, "accompagnement")                    // two letters of a long word
	f("devoris", 1, "devoirs")                                 // two letters exchanged
	f("naraude", 1, "maraude")                                 // the first letter
	f("marzzzde", 0, "")                                       // too far
	f("ete", 1, "")
	f("ète", 1, "")
	f("eta", 0, "")   // three letters are as they are
	f("75012", 0, "") // and so are numbers
	f("surf", 1, "")  // not sur
	f("loin", 0, "")  // not lyon: two letters off
	f("jardinaje", 121, "jardinage")
	f("jardinage", 120, "") // never the slip
	f(`"distribution alimantaire"`, 1, "distribution alimentaire")
	m := mustMatch(t, r, "jardinaje", false)
	if best := order(m)[0]; int(best) != len(titles)-1 {
		t.Errorf("what was typed is not first: ordinal %d", best)
	}
}

func TestClosest(t *testing.T) {
	x := mustOpenText(t, t.TempDir(), titled("distribution de repas à Lyon", "distribution de repas", "repas à Lyon", "maraude à Lyon", "maraude"))
	defer mustClose(t, x)
	r := mustReader(t, x)
	f := func(q string, admit func(uint32) bool, want []uint32, gaveUp ...string) {
		t.Helper()
		w := index.ParseWords(q, false)
		m, err := r.Closest(&w, admit)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(m.Ordinals, want) || !slices.Equal(m.GivenUp, gaveUp) {
			t.Errorf("%q: got %v without %q, want %v without %q", q, m.Ordinals, m.GivenUp, want, gaveUp)
		}
		for _, s := range m.Scores {
			if !(s > 0 && s <= 1) {
				t.Errorf("%q: a score of %v", q, s)
			}
		}
	}
	all := func(uint32) bool { return true }
	f("distribution repas zythologie", all, []uint32{0, 1}, "zythologie")
	f("distribution repas lyon vélo", all, []uint32{0}, "vélo")
	f("distribution repas lyon vélo", func(o uint32) bool { return o != 0 }, []uint32{1}, "lyon", "vélo") // distribution is rarer than Lyon
	f("maraude repas", all, []uint32{3, 4}, "repas")                                                      // and maraude than repas
	f("zythologie oenologie", all, nil)
	f("maraude", func(uint32) bool { return false }, nil)
}

func TestMatchIsShared(t *testing.T) {
	c := titled("maraude", "maraude du soir")
	x := mustOpenText(t, t.TempDir(), c)
	defer mustClose(t, x)
	a, b := mustMatch(t, mustReader(t, x), "maraude", false), mustMatch(t, mustReader(t, x), "Maraude !", false)
	if a != b {
		t.Error("the same words were matched twice")
	}
	x.Mark(2)
	settle(t, x, c)
	if r := mustReader(t, x); r.Seq() != 2 || mustMatch(t, r, "maraude", false) != a {
		t.Errorf("at seq %d a commit without words made another match", r.Seq())
	}
	c.docs[0] = nil
	x.Mark(3, 0)
	settle(t, x, c)
	if m := mustMatch(t, mustReader(t, x), "maraude", false); !slices.Equal(m.Ordinals, []uint32{1}) {
		t.Errorf("after a deletion: got %v", m.Ordinals)
	}
	if !slices.Equal(a.Ordinals, []uint32{0, 1}) {
		t.Errorf("a match changed: %v", a.Ordinals)
	}
	if s := x.Stats(); s.MatchHits != 2 || s.MatchMisses != 2 {
		t.Errorf("got %d hits and %d misses, want 2 and 2", s.MatchHits, s.MatchMisses)
	}
}
