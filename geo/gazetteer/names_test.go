package gazetteer_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"renfort/geo/gazetteer"
)

func TestFold(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		if got := gazetteer.Fold(name); got != want {
			t.Errorf("Fold(%q): got %q, want %q", name, got, want)
		}
	}
	f("", "")
	f(" - ' ", "")
	f("Nice", "nice")
	f("L'Haÿ-les-Roses", "l hay les roses")
	f("L’HAŸ LES ROSES", "l hay les roses")
	f("lʼhay les roses", "l hay les roses")
	f("Évry-Courcouronnes", "evry courcouronnes")
	f("E\u0301vry", "evry") // the accent as a letter of its own
	f("St-Étienne", "saint etienne")
	f("STE MARIE", "sainte marie")
	f("Saint-Étienne", "saint etienne")
	f("St. Denis", "saint denis")
	f("Stains", "stains")
	f("Est", "est")
	f("Plœuc-L'Hermitage", "ploeuc l hermitage")
	f("Laÿ-Saint-Rémy", "lay saint remy")
	f("Weißenburg", "weissenburg")
	f("Œuilly", "oeuilly")
	f("Paris 16e", "paris 16e")
	f("Αθήνα", "αθηνα")
	if !gazetteer.SameName("st etienne", "Saint-Étienne") || gazetteer.SameName("Nice", "Mende") || gazetteer.SameName("", "-") {
		t.Error("SameName: same where it differs, or the other way round")
	}
}

// FuzzFold feeds names: what comes out is folded, and folds to itself.
func FuzzFold(f *testing.F) {
	for _, name := range []string{"St-Étienne", "L’Haÿ", "", "ﬆ", "Œuf\x00\xff", "İstanbul", "①②", "0\xf7ϵ"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		folded := gazetteer.Fold(name)
		if again := gazetteer.Fold(folded); again != folded {
			t.Errorf("Fold(%q) = %q, and that folds to %q", name, folded, again)
		}
		if !utf8.ValidString(folded) || strings.TrimSpace(folded) != folded || strings.Contains(folded, "  ") {
			t.Errorf("Fold(%q) = %q", name, folded)
		}
		if strings.ContainsFunc(folded, func(r rune) bool { return r < 128 && unicode.IsUpper(r) }) {
			t.Errorf("Fold(%q) = %q has capitals", name, folded)
		}
	})
}

func TestByName(t *testing.T) {
	f := func(name string, first ...string) {
		t.Helper()
		got := insees(gazetteer.Default().ByName(name))
		if len(got) < len(first) || !slices.Equal(got[:len(first)], first) {
			t.Errorf("ByName(%q): got %v, want %v first", name, got, first)
		}
	}
	f("nice", "06088")
	f("Saint-Denis", "97411", "93066") // the larger one first
	f("st denis", "97411", "93066")
	f("SAINT ETIENNE", "42218")
	f("ste-maxime", "83115")
	f("l'hay les roses", "94038")
	f("Havre", "76351")    // Le Havre
	f("le havre", "76351") //
	f("Paris", "75056")
	f("Arbignieu", "01015") // merged into Arboys-en-Bugey
	f("Genève", "ch:Genève")
	f("Monaco", "mc:Monaco")
	for _, name := range []string{"", "  ", "Atlantis", "nic", "06000"} {
		if got := gazetteer.Default().ByName(name); got != nil {
			t.Errorf("ByName(%q): got %v, want none", name, insees(got))
		}
	}
}

// TestByNameFindsAll looks every commune and town up by its own name.
func TestByNameFindsAll(t *testing.T) {
	g := gazetteer.Default()
	for _, c := range all() {
		if !slices.ContainsFunc(g.ByName(strings.ToUpper(c.Name)), func(d gazetteer.Commune) bool { return d.INSEE == c.INSEE && d.Point == c.Point }) {
			t.Errorf("ByName(%q) does not find %s", c.Name, c.INSEE)
		}
	}
}

func TestComplete(t *testing.T) {
	f := func(prefix string, limit int, want ...string) {
		t.Helper()
		if got := insees(gazetteer.Default().Complete(prefix, limit)); !slices.Equal(got, want) {
			t.Errorf("Complete(%q, %d): got %v, want %v", prefix, limit, got, want)
		}
	}
	f("saint-et", 1, "42218")
	f("ST ET", 1, "42218")
	f("Saint Étienne du R", 1, "76575")
	f("mende", 1, "48095")
	f("l'hay", 1, "94038")
	f("hay l", 1, "94038")
	f("havre", 1, "76351")
	f("0600", 1, "06088")
	f("06 000", 1, "06088")
	f("75011", 5, "75111")
	f("4800", 1, "48095")
	f("97490", 3, "97411")
	f("par", 2, "75056", "75115") // then the most populous arrondissement
	f("genev", 1, "77202")        // La Genevraye, with 800 people: France before Genève
	f("", 5)
	f(" '- ", 5)
	f("nice", 0)
	f("nice", -1)
	f("xyzzy", 5)
	f("060000", 5)
	f("99", 5)
}

// TestCompleteAgainstAll compares with a walk over all rows, for random
// beginnings of names and postal codes.
func TestCompleteAgainstAll(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, 0))
	rows := all()
	slices.SortStableFunc(rows, func(a, b gazetteer.Commune) int {
		if abroad := a.Country != "FR"; abroad != (b.Country != "FR") {
			if abroad {
				return 1
			}
			return -1
		}
		return b.Population - a.Population
	})
	folded := make([]string, len(rows))
	for i, c := range rows {
		folded[i] = gazetteer.Fold(c.Name)
	}
	for range 300 {
		name := folded[r.IntN(len(folded))]
		prefix := strings.TrimSpace(name[:1+r.IntN(min(len(name), 9))])
		if !utf8.ValidString(prefix) || strings.HasSuffix(" "+prefix, " st") || strings.HasSuffix(" "+prefix, " ste") {
			continue
		}
		var want []int
		for i, key := range folded {
			if strings.HasPrefix(key, prefix) || strings.HasPrefix(withoutArticle(key), prefix) {
				want = append(want, rows[i].Population)
			}
		}
		var got []int
		for _, c := range gazetteer.Default().Complete(prefix, 20) {
			got = append(got, c.Population)
		}
		if n := min(20, len(want)); len(got) < n || !slices.Equal(got[:n], want[:n]) {
			t.Errorf("seed %d: Complete(%q): populations %v, want %v", seed, prefix, got, want[:n])
		}
	}
}

// withoutArticle is the brute force's own: the name less le, la, les or l.
func withoutArticle(folded string) string {
	first, rest, _ := strings.Cut(folded, " ")
	if slices.Contains([]string{"le", "la", "les", "l"}, first) && rest != "" {
		return rest
	}
	return folded
}

// TestCompleteOnce shows no commune twice, however many keys it has.
func TestCompleteOnce(t *testing.T) {
	for _, prefix := range []string{"l", "le", "la", "s", "st", "sainte", "2", "97", "a"} {
		got := insees(gazetteer.Default().Complete(prefix, gazetteer.CompleteMax+1))
		if len(got) > gazetteer.CompleteMax {
			t.Errorf("Complete(%q): %d answers, at most %d are promised", prefix, len(got), gazetteer.CompleteMax)
		}
		french := slices.DeleteFunc(got, func(code string) bool { return strings.Contains(code, ":") })
		slices.Sort(french)
		if once := slices.Compact(slices.Clone(french)); len(once) != len(french) {
			t.Errorf("Complete(%q) gives a commune twice", prefix)
		}
	}
}
