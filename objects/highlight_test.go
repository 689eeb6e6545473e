package objects

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// highlightSynonyms are those of testdata/highlight.txt.
func highlightSynonyms() *synonymTable {
	return newSynonymTable([]Synonym{
		{Type: "synonym", Synonyms: []string{"ehpad", "maison de retraite"}},
		{Type: "oneWaySynonym", Input: "sdf", Synonyms: []string{"sans-abri"}},
	}, "")
}

// highlightQuery reads what stands behind the question mark: the query, and
// behind a bar prefix=, typos= and advanced.
func highlightQuery(t *testing.T, line string) *wordQuery {
	text, rest, _ := strings.Cut(line, " | ")
	s := &Settings{}
	for _, option := range strings.Fields(rest) {
		switch name, value, _ := strings.Cut(option, "="); name {
		case "prefix":
			s.PrefixOf = value
		case "typos":
			s.Typos = value
		case "advanced":
			s.Advanced = true
		default:
			t.Fatalf("%q: no such option", option)
		}
	}
	return parseWords(strings.TrimSpace(text), s, &Query{}, highlightSynonyms())
}

// TestHighlightGoldens shows the marks and snippets of testdata/highlight.txt.
func TestHighlightGoldens(t *testing.T) {
	file, err := os.ReadFile("testdata/highlight.txt")
	if err != nil {
		t.Fatal(err)
	}
	var q *wordQuery
	asked, value := "", ""
	for i, line := range strings.Split(string(file), "\n") {
		line, _, _ = strings.Cut(line, " -- ")
		kind, rest, _ := strings.Cut(line, " ")
		got := ""
		switch kind {
		case "?":
			asked, q = rest, highlightQuery(t, rest)
		case ":":
			value = rest
		case "=":
			marked, info := q.mark(value, attributeRank{}, "[", "]")
			got = strings.Join(append([]string{marked, info.Level.String()}, info.Words...), " ")
			if info.Fully {
				got += " fully"
			}
		case "~":
			cut, level := q.snippet(value, attributeRank{}, 6, "[", "]", "…")
			got = fmt.Sprint(cut, " ", level)
		}
		if got != "" && got != rest {
			t.Errorf("line %d: %q in %q:\ngot  %s\nwant %s", i+1, asked, value, got, rest)
		}
	}
}

// FuzzMark shows that marks and snippets of any value for any query only add
// tags to it: without them it is as it was, each tag opened is closed before
// the next, the level says whether there are any, and a snippet is a part.
func FuzzMark(f *testing.F) {
	f.Add("L'aide aux aîné·e·s", "aide \"aux aines\" -x", uint8(3))
	f.Add("cœur e\u0301te\u0301 ½", "co ete 1", uint8(1))
	f.Add("email e-mail plateforme a\xffb", "e mail plate forme ab", uint8(2))
	f.Add("日本語", "本", uint8(0))
	f.Fuzz(func(t *testing.T, value, asked string, words uint8) {
		if strings.ContainsAny(value, "\x01\x02\x03") {
			t.Skip()
		}
		on := true
		q := parseWords(asked, &Settings{PrefixOf: "prefixAll"}, &Query{Advanced: &on}, highlightSynonyms())
		marked, info := q.mark(value, attributeRank{}, "\x01", "\x02")
		if got := untagged(t, marked); got != value {
			t.Fatalf("%q in %q: without tags %q is %q", asked, value, marked, got)
		}
		if marks := strings.Contains(marked, "\x01"); marks != (info.Level != matchNone) || marks != (len(info.Words) > 0) || info.Fully && !marks {
			t.Fatalf("%q in %q: marked %q, and %+v", asked, value, marked, info)
		}
		cut, level := q.snippet(value, attributeRank{}, int(words), "\x01", "\x02", "\x03")
		if got := untagged(t, strings.Trim(cut, "\x03")); !strings.Contains(value, got) || level > info.Level {
			t.Fatalf("%q in %q: snippet %q of %v, all %v", asked, value, cut, level, info.Level)
		}
		rank, ok := q.accepts(value)
		if full := info.Level == matchFull; ok && len(q.words) > 0 && (!full || int(rank.Words) != len(q.words)) {
			t.Fatalf("%q in %q: accepted with %+v, marked %+v", asked, value, rank, info)
		}
	})
}

// untagged takes the tags away, and fails if they are not in pairs.
func untagged(t *testing.T, marked string) string {
	t.Helper()
	var plain strings.Builder
	open := false
	for i := range len(marked) {
		switch c := marked[i]; c {
		case 1, 2:
			if open == (c == 1) {
				t.Fatalf("tags of %q are not in pairs", marked)
			}
			open = c == 1
		default:
			plain.WriteByte(c)
		}
	}
	if open {
		t.Fatalf("the last tag of %q is not closed", marked)
	}
	return plain.String()
}

// TestAcceptsToy shows that a value of a facet is accepted as a record would
// be that has it alone.
func TestAcceptsToy(t *testing.T) {
	accepted := 0
	for seed := range uint64(10) {
		w := newToyWorld(seed, 20)
		for range 40 {
			text, s, toy := w.query()
			if len(toy.negatives) > 0 {
				continue // a facet's query has none
			}
			toy.attributes = []attributeRank{{}}
			q := parseWords(text, s, &Query{}, newSynonymTable(toy.synonyms, ""))
			for _, record := range w.records {
				for _, value := range record[0] {
					want, wantOK := toy.rank(toyRecord{{value}})
					got, ok := q.accepts(value)
					if ok != wantOK || got.Typos != want.Typos || got.Words != want.Words {
						t.Fatalf("seed %d, %q in %q: got %+v %v, want %+v %v", seed, text, value, got, ok, want, wantOK)
					}
					if ok {
						accepted++
					}
				}
			}
		}
	}
	if accepted < 100 {
		t.Errorf("only %d values were accepted: the worlds are too poor to show anything", accepted)
	}
}
