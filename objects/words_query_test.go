package objects

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"renfort/mission"
)

// wordsOver is an index of texts, one a record, all in attribute 0.
func wordsOver(separators string, texts ...string) *wordsIndex {
	b := newWordsBuilder(separators)
	for i, text := range texts {
		b.add(uint32(i), 0, text)
	}
	return b.finish(len(texts))
}

// found lists the records that a query finds, with their typos where there are
// any: "0 3~1".
func found(w *wordsIndex, q *wordQuery) string {
	var m wordsMatch
	var list []string
	w.match(q, []attributeRank{{}}, &m)
	m.rank(nil, func(doc uint32, r wordRank) {
		text := fmt.Sprint(doc)
		if r.Typos > 0 {
			text += fmt.Sprint("~", r.Typos)
		}
		list = append(list, text)
	})
	return strings.Join(list, " ")
}

// TestTypos shows what Algolia's documentation says of typos, by its example:
// a wrong first letter counts as two.
func TestTypos(t *testing.T) {
	w := wordsOver("", "Michael")
	f := func(query, want string) {
		t.Helper()
		q := parseWords(query, &Settings{PrefixOf: "prefixNone", TwoTyposFrom: 7}, &Query{}, nil)
		if got := found(w, q); got != want {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
	}
	f("michael", "0")
	f("mickael", "0~1")
	f("micael", "0~1")
	f("mickhael", "0~1")
	f("micheal", "0~1")
	f("mickaell", "0~2")
	f("Tichael", "0~2")
	f("Tickael", "0~3")
	f("Tickaell", "") // three edits
	f("mic", "")
}

// TestTypoLimits shows typoTolerance: all, the fewest, the two fewest.
func TestTypoLimits(t *testing.T) {
	w := wordsOver("", "benevolat", "benevolta", "bexevolta", "xenevolat", "autre")
	f := func(typos, query, want string) {
		t.Helper()
		q := parseWords(query, &Settings{Typos: typos}, &Query{}, nil)
		var m wordsMatch
		w.match(q, []attributeRank{{}}, &m)
		if q.limitsTypos() != (typos == "min" || typos == "strict") {
			t.Errorf("%s: limits typos: %v", typos, q.limitsTypos())
		}
		var has typoSet
		m.typosOf(nil, &has)
		m.keepTypos(q.typosMost(&has))
		var got []string
		m.rank(nil, func(doc uint32, _ wordRank) { got = append(got, fmt.Sprint(doc)) })
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s, %q: got %q, want %q", typos, query, got, want)
		}
	}
	f("true", "benevolat", "0 1 2 3")
	f("false", "benevolat", "0")
	f("min", "benevolat", "0")
	f("strict", "benevolat", "0 1")
	f("min", "benevolet", "0 1") // none without a typo; of the second a beginning has one
	f("min", "inconnu", "")
}

// TestRelaxed shows removeWordsIfNoResults: what is asked, one after the
// other, until something is found.
func TestRelaxed(t *testing.T) {
	f := func(mode, text, want string) {
		t.Helper()
		q := parseWords(text, &Settings{WhenNone: mode}, &Query{}, nil)
		var got []string
		for ok := true; ok; q, ok = q.relaxed() {
			var words []string
			for _, word := range q.words {
				if word.optional {
					words = append(words, "("+word.text+")")
				} else {
					words = append(words, word.text)
				}
			}
			got = append(got, strings.Join(words, " "))
		}
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("%s of %q:\ngot  %s\nwant %s", mode, text, got, want)
		}
	}
	f("none", "a b c", "a b c")
	f("lastWords", "a b c", "a b c, a b (c), a (b) (c)")
	f("firstWords", "a b c", "a b c, (a) b c, (a) (b) c")
	f("allOptional", "a b c", "a b c, (a) (b) (c)")
	f("allOptional", "a", "a")
	f("lastWords", "", "")
	f("lastWords", "a b c d e f g", "a b c d e f g, a b c d e f (g), a b c d e (f) (g), a b c d (e) (f) (g), a b c (d) (e) (f) (g), a b (c) (d) (e) (f) (g)")

	w := wordsOver("", "soupe populaire", "soupe", "pain", "autre")
	q := parseWords("soupe populaire gratuite", &Settings{WhenNone: "allOptional"}, &Query{}, nil)
	if got := found(w, q); got != "" {
		t.Errorf("all words: got %q", got)
	}
	q, _ = q.relaxed()
	if got := found(w, q); got != "0 1" {
		t.Errorf("any word: got %q, want those with one of them", got)
	}
}

// TestQueryWords shows how a query is read, advanced syntax off and on.
func TestQueryWords(t *testing.T) {
	f := func(advanced bool, text, parsed, records string) {
		t.Helper()
		w := wordsOver("", "search engine", "engine of search", "search", "engine", "other")
		q := parseWords(text, &Settings{Typos: "false"}, &Query{Advanced: &advanced}, nil)
		if got := q.parsed(); got != parsed {
			t.Errorf("%q is read as %q, want %q", text, got, parsed)
		}
		if got := found(w, q); got != records {
			t.Errorf("%q: got %q, want %q", text, got, records)
		}
	}
	f(false, "Search ENG", "search eng", "0 1")
	f(false, "search -engine", "search engine", "0 1")
	f(false, `"search engine"`, "search engine", "0 1")
	f(true, `"search engine"`, `"search engine"`, "0")
	f(true, `"search eng"`, `"search eng"`, "") // whole words
	f(true, `"search eng`, "search eng", "0 1") // still being typed
	f(true, "search -engine", "search -engine", "2")
	f(true, "search-engine", "search engine", "0 1")
	f(true, "-search", "-search", "3 4")
	f(true, "-search eng", "eng -search", "3")
	f(true, `-"search engine" eng`, `eng -"search engine"`, "1 3")
	f(true, `- ""`, "", "0 1 2 3 4")
	f(true, "", "", "0 1 2 3 4")
	f(false, "", "", "0 1 2 3 4")
	if q := parseWords(strings.Repeat("a ", 500), &Settings{}, &Query{}, nil); len(q.words) != queryWordsMax {
		t.Errorf("a query of 500 words has %d, want %d", len(q.words), queryWordsMax)
	}
}

// TestSeparators shows that letters can be made words, and C++ told from C.
func TestSeparators(t *testing.T) {
	w := wordsOver("+#", "C++", "C#", "C", "D+")
	q := parseWords("c+", &Settings{Separators: "+#"}, &Query{}, nil)
	if got := found(w, q); got != "0" {
		t.Errorf("got %q, want C++ alone", got)
	}
}

// TestNoTyposWords shows that words named by the settings are taken as they
// are written.
func TestNoTyposWords(t *testing.T) {
	w := wordsOver("", "bénévole", "bénévale")
	q := parseWords("benevole", &Settings{NoTyposWords: []string{"Bénévole, autre"}}, &Query{}, nil)
	if got := found(w, q); got != "0" {
		t.Errorf("got %q, want the first alone", got)
	}
}

// TestDecodeSynonyms shows which synonyms are taken, and which are refused and
// why.
func TestDecodeSynonyms(t *testing.T) {
	good := `[{"objectID":"1","type":"synonym","synonyms":["ehpad","maison de retraite"]},
		{"objectID":"2","type":"oneWaySynonym","input":"sdf","synonyms":["sans-abri"]},
		{"objectID":"3","type":"altCorrection1","word":"velo","corrections":["bicyclette"]},
		{"objectID":"4","type":"oneWaySynonym","input":"a b c d e f g h i","synonyms":["trop long"]}]`
	list, err := DecodeSynonyms([]byte(good))
	if err != nil || len(list) != 4 {
		t.Fatalf("got %+v, %v", list, err)
	}
	w := wordsOver("", "EHPAD", "une maison de retraite", "sans abri", "sdf", "bicyclette", "velo")
	f := func(query, want string) {
		t.Helper()
		if got := found(w, parseWords(query, &Settings{}, &Query{}, newSynonymTable(list, ""))); got != want {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
	}
	f("ehpad", "0 1")
	f("maison de retraite", "0 1")
	f("sdf", "2 3")
	f("sans-abri", "2")
	f("velo", "4~1 5")
	if got := found(w, parseWords("ehpad", &Settings{}, &Query{NoSynonyms: true}, newSynonymTable(list, ""))); got != "0" {
		t.Errorf("without synonyms: got %q", got)
	}
	bad := map[string]string{
		`{}`:                                  "list",
		`[{}]`:                                "synonym 1: has no objectID",
		`[1]`:                                 "list",
		`[{"objectID":"1","type":"synonym"}]`: "has no synonyms",
		`[{"objectID":"1","type":"oneWaySynonym","synonyms":["a"]}]`:                                                     "input",
		`[{"objectID":"1","type":"altCorrection2","word":"a"}]`:                                                          "corrections",
		`[{"objectID":"1","type":"synonym","synonyms":["a"]},{"objectID":"2","type":"placeholder","placeholder":"<p>"}]`: `synonym 2: type "placeholder" is not supported`,
	}
	for text, want := range bad {
		if _, err := DecodeSynonyms([]byte(text)); mission.KindOf(err) != mission.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want Invalid with %q", text, err, want)
		}
	}
}

// TestPositionsEnd shows that what stands far behind in a value is found, and
// ranks behind what stands before.
func TestPositionsEnd(t *testing.T) {
	w := wordsOver("", strings.Repeat("mot ", 40_000)+"fin", "fin")
	var m wordsMatch
	w.match(parseWords("fin", &Settings{}, &Query{}, nil), []attributeRank{{}}, &m)
	var got []uint32
	m.rank(nil, func(_ uint32, r wordRank) { got = append(got, r.Attribute) })
	if want := []uint32{positionsRanked - 1, 0}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestSplitsAndJoins shows which words are read as two, and which as one.
func TestSplitsAndJoins(t *testing.T) {
	w := wordsOver("", "katherine johnson", "katherine g johnson", "johnson katherine", "unbelievable story", "unbelievables story",
		"nanosecond", "dayinthe", "abcdefg", "no where", "now here", "a b c d e nanosecond")
	f := func(query, want string) {
		t.Helper()
		q := parseWords(query, &Settings{TwoTyposFrom: 99}, &Query{}, nil)
		if got := found(w, q); got != want {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
	}
	f("katherinejohnson", "0") // neighbours, in this order
	f("nowhere", "8 9")
	f("unbelievablestory", "3")
	f("unbelievablesstory", "") // the first part has 12 letters at most
	f("nano second", "5 10")
	f("b c d e nano second", "10")
	f("a b c d e nano second", "") // only the first five are joined with the next
	f("nano sec", "5 10")          // the last word goes on
	f("day in the", "6")
	f("a b c d e f g", "7") // all of them
	f("b c d e f g", "")
	f("day inthe", "6")
	f("abc def", "7")
	q := parseWords("katherinejohnson", &Settings{Typos: "false"}, &Query{}, nil)
	if got := found(w, q); got != "" {
		t.Errorf("without typos words are not split: got %q", got)
	}
}

// TestProximity shows how near words are, as Algolia counts it: from each word
// to the next, 8 at most.
func TestProximity(t *testing.T) {
	f := func(query, value string, want uint16) {
		t.Helper()
		var m wordsMatch
		wordsOver("", value).match(parseWords(query, &Settings{}, &Query{}, nil), []attributeRank{{}}, &m)
		got := ^uint16(0)
		m.rank(nil, func(_ uint32, r wordRank) { got = r.Proximity })
		if got != want {
			t.Errorf("%q in %q: got %d, want %d", query, value, got, want)
		}
	}
	f("george clooney", "George Clooney", 1)
	f("george clooney", "George Timothy Clooney", 2)
	f("george clooney", "Clooney, George", 2) // the wrong way round is one farther
	f("george clooney", "George a b c d e f g h i j Clooney", 8)
	f("george clooney", "George a b Clooney c d e George f Clooney", 2)
	f("george timothy clooney", "George Timothy Clooney", 2)
	f("george", "Clooney, George", 0)
	f("e mail", "email", 1)
	// Behind the tenth word nothing is summed.
	f("a b c d e f g h i j k l", "a b c d e f g h i j x l k", 9)
	f("a b c d e f g h i j k l", "b a c d e f g h i j k l", 2+2+7)
	// Many places of both: they are sorted first.
	f("un deux", strings.Repeat("un ", 30)+strings.Repeat("x ", 3)+strings.Repeat("deux ", 30), 4)
}
