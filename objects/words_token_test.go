package objects

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestFoldText shows what texts are compared by.
func TestFoldText(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := foldText(in); got != want {
			t.Errorf("foldText(%q): got %q, want %q", in, got, want)
		}
	}
	f("Bénévolat à Noël", "benevolat a noel")
	f("L'ŒUVRE d'Æthelred", "l'oeuvre d'aethelred")
	f("Straße GROẞ", "strasse gross")
	f("Ça où être naïf çà", "ca ou etre naif ca")
	f("e\u0301te\u0301", "ete") // accents written apart
	f("ﬁn № ², ½", "fin no 2, 1⁄2")
	f("Łódź Đorđe Ærø Þór ıİ", "lodz dorde aero thor ii")
	f("Ελλάς ΕΛΛΑΣ", "ελλασ ελλασ")
	f("Москва́", "москва")
	f("", "")
	f("a-b_c 3.14", "a-b_c 3.14")
	for r := range utf8.MaxRune { // once is enough
		if once := foldText(string(r)); foldText(once) != once {
			t.Errorf("%q folds to %q, and that to %q", r, once, foldText(once))
		}
	}
}

// TestTokens shows where words begin and end.
func TestTokens(t *testing.T) {
	f := func(in, separators, want string) {
		t.Helper()
		if got := strings.Join(wordsOf(in, separators, 99), "|"); got != want {
			t.Errorf("words of %q with %q: got %q, want %q", in, separators, got, want)
		}
	}
	f("L'aide aux aîné·e·s, c’est aujourd'hui!", "", "l|aide|aux|aine|e|s|c|est|aujourd|hui")
	f("e-mail: a.b@c.fr", "", "e|mail|a|b|c|fr")
	f("C++ et C# (n°1)", "", "c|et|c|n|1")
	f("C++ et C#", "+#", "c|+|+|et|c|#")
	f("75011 Paris 11e, 3,5 km, m²", "", "75011|paris|11e|3|5|km|m2")
	f("日本語テスト abc", "", "日|本|語|テ|ス|ト|abc")
	f("Ünïcödé ŒUVRES", "", "unicode|oeuvres")
	f("  \t\n -- ", "", "")
	f("a\xffb", "", "a|b") // not UTF-8
}

// FuzzTokens shows that words of any text lie in it, in order, have a fold
// without capitals, and that folding twice changes nothing.
func FuzzTokens(f *testing.F) {
	for _, seed := range []string{"L'aide", "œuvre ½ ﬁ", "日本 e\u0301", "a\xffb", "ǅ İ ẞ ſ", "C++"} {
		f.Add(seed, "+#")
	}
	f.Fuzz(func(t *testing.T, text, separators string) {
		words := tokens{value: text, separators: separators}
		end := 0
		for {
			w, ok := words.next()
			if !ok {
				break
			}
			if w.from < end || w.to <= w.from || w.to > len(text) || len(w.term) == 0 {
				t.Fatalf("word %q at %d to %d of %q, after %d", w.term, w.from, w.to, text, end)
			}
			if again := foldText(string(w.term)); utf8.ValidString(text) && again != string(w.term) {
				t.Fatalf("word %q of %q folds again to %q", w.term, text, again)
			}
			end = w.to
		}
		if once := foldText(text); foldText(once) != once {
			t.Fatalf("%q folds to %q and that to %q", text, once, foldText(once))
		}
	})
}
