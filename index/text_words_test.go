package index_test

// A question is read as people mean it, whatever they type.

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"renfort/index"
)

// said writes a question's clauses: forms with | between them, ~ before
// synonyms, _ between words that must be next to each other, * after a prefix,
// - before what is not wanted.
func said(w *index.Words) string {
	var b []string
	for _, c := range w.Clauses {
		b = append(b, saidClause(&c))
	}
	for _, c := range w.Not {
		b = append(b, "-"+saidClause(&c))
	}
	return strings.Join(b, " ; ")
}

func saidClause(c *index.Clause) string {
	var forms []string
	for _, f := range c.Forms {
		var words []string
		for _, t := range f.Tokens {
			words = append(words, t.Exact)
		}
		sign, between := "", " "
		if f.Synonym {
			sign = "~"
		}
		if f.Adjacent {
			between = "_"
		}
		forms = append(forms, sign+strings.Join(words, between))
	}
	if c.Prefix {
		forms[0] += "*"
	}
	return strings.Join(forms, "|")
}

// reads holds the reading of one question to what is wanted.
func reads(t *testing.T, q, want string) {
	t.Helper()
	w := index.ParseWords(q, false)
	if got := said(&w); got != want {
		t.Errorf("%q: got %s, want %s", q, got, want)
	}
	checkWords(t, q, &w)
}

func TestParseWords(t *testing.T) {
	f := func(q, want string) { t.Helper(); reads(t, q, want) }
	f("", "")
	f(" * ? ~ () \"\" - -- «»", "")
	f("jardin nature", "jardin ; nature")
	f("Les jardins de la nature", "jardins ; nature")
	f("jardin* OR nature?", "jardin ; or ; nature") // nothing has a meaning
	f("jardin jardin Jardin", "jardin")

	// Small words go, unless there is nothing else; the others stay.
	f("de la", "de ; la")
	f("l'", "")
	f("à l'", "a")
	f("sans sur avec été est", "sans ; sur ; avec ; ete ; est")

	// One piece is one clause.
	f("hay-les-roses", "hay_les_roses|haylesroses")
	f("aide-soignant", "aide_soignant|aidesoignant")
	f("18-25 ans", "18_25 ; ans")
	f("18 -25 ans", "18 ; 25 ; ans")
	f("18/25, sport,culture éducation/sport", "18_25 ; sport ; culture ; education")
	f("2h", "2_h")
	f("HelloAsso", "hello_asso|helloasso")
	f("Val-d'Oise", "val_oise|valoise")
	f("contact@exemple.fr", "contact_exemple_fr")

	// Phrases and what is not wanted.
	f(`"jardin de la nature" lyon`, "jardin_de_la_nature ; lyon")
	f(`«jardin nature» “jardin lyon”`, "jardin_nature ; jardin_lyon")
	f(`"EHPAD"`, "ehpad") // quoted: no synonyms
	f(`"jardin nature`, "jardin_nature")
	f(`jardin" nature`, "jardin ; nature")
	f(`jardin "`, "jardin")
	f(`jardin -nature -"a b" -aide-soignant`, "jardin ; -nature ; -a_b ; -aide_soignant|aidesoignant")
	f("-nature", "-nature")
	f("jardin - nature", "jardin ; nature")
	f("-EHPAD", "-ehpad")

	// What everybody who asks wants says nothing, unless it is all.
	f("bénévolat animaux paris", "animaux ; paris")
	f("je veux devenir bénévole au jardin", "jardin")
	f("recruter des bénévoles", "recruter ; benevoles|~volontaire|~benevolat|~volontariat")
	f("bénévole", "benevole|~volontaire|~benevolat|~volontariat")
	f("aider", "aider")
}

// TestParseWordsSynonyms shows that the longest group wins, and that words
// typed apart may stand apart unless they mean it only together.
func TestParseWordsSynonyms(t *testing.T) {
	f := func(q, want string) { t.Helper(); reads(t, q, want) }
	f("SNU", "snu|~service_national_universel")
	f("lyon SNU", "lyon ; snu|~service_national_universel")
	f("services nationaux universels", "services nationaux universels|~snu")
	f("rue", "rue")
	f("vivre à la rue", "vivre ; a_la_rue|~sdf|~sans_abri|~sans_domicile_fixe|~personnes_a_la_rue")
	f("porte à porte", "porte_a_porte|~demarchage_a_domicile")
	f("porte porte", "porte")
	f("porte-à-porte", "porte_a_porte|porteaporte|~demarchage_a_domicile")
	f("portes ouvertes", "portes ; ouvertes")
	f("week end", "week_end|~weekend|~fin_de_semaine")
	f("FLE lyon", "fle|~francais_langue_etrangere|~cours_de_francais|~apprentissage_du_francais|~apprendre_le_francais|~enseigner_le_francais ; lyon")
	f("de l'aide aux devoirs pour les enfants", "aide devoirs|~soutien_scolaire|~accompagnement_scolaire|~accompagnement_a_la_scolarite|~aide_scolaire ; enfants")
	f("soutien -scolaire", "soutien ; -scolaire")

	// A group of words is known with one of them misspelt, and is then also
	// what it was meant to be.
	f("services nasional universels", "services nasional universels|service national universel|~snu")
	f("porte a portes", "porte_a_portes|~porte_a_porte|~demarchage_a_domicile")
	f("sarvices nasional universels", "sarvices ; nasional ; universels")
	f("xervices nationaux universels", "xervices ; nationaux ; universels")
}

func TestParseWordsPrefix(t *testing.T) {
	f := func(q, want string) {
		t.Helper()
		w := index.ParseWords(q, true)
		if got := said(&w); got != want {
			t.Errorf("%q: got %s, want %s", q, got, want)
		}
	}
	f("jar", "jar*")
	f("jardin nat", "jardin ; nat*")
	f("jardin nat ", "jardin ; nat") // a space ends the word
	f("jardin de", "jardin")         // a small word begins nothing yet
	f("de", "de*")
	f("l", "l*")
	f("nat jardin nat", "nat* ; jardin")
	f(`jardin "de la nat`, "jardin ; de_la_nat*")
	f(`jardin "de la nat"`, "jardin ; de_la_nat")
	f("aide-soi", "aide_soi*|aidesoi")
	f("jardin -nat", "jardin ; -nat")
	f("SNU", "snu*|~service_national_universel")
}

// TestParseWordsBounds shows that no question is dear.
func TestParseWordsBounds(t *testing.T) {
	for _, q := range []string{
		strings.Repeat("a", 10_000), strings.Repeat("jardin ", 10_000), strings.Repeat(`"`, 10_000), strings.Repeat(`-"a b" `, 10_000),
		strings.Repeat("a-", 10_000), strings.Repeat("de ", 10_000), strings.Repeat("*", 10_000), strings.Repeat("é", 10_000),
		`"` + strings.Repeat("nature ", 10_000), strings.Repeat("sdf ehpad snu fle psc1 ", 1000), "\xff\xfe" + strings.Repeat("\xc3", 10_000),
	} {
		w := index.ParseWords(q, true)
		checkWords(t, q, &w)
	}
	all := strings.Fields("a1 b2 c3 d4 e5 f6 g7 h8 i9 j10 k11 l12 m13 n14 o15 p16 q17 r18")
	if w := index.ParseWords(strings.Join(all, " "), false); len(w.Clauses) != index.ClausesMax || w.Clauses[0].Typed != "a1" {
		t.Errorf("got %d clauses, want the first %d", len(w.Clauses), index.ClausesMax)
	}
}

// TestWordsKey shows that the key tells apart what matches differently, and
// only that.
func TestWordsKey(t *testing.T) {
	key := func(q string, prefix bool) string {
		w := index.ParseWords(q, prefix)
		return w.Key()
	}
	for _, same := range [][2]string{{"l'été à Lyon", "ETE  lyon"}, {"œuvre", "oeuvre"}, {"18-25", "18/25"}, {"« a b »", `"a b"`}} {
		if key(same[0], false) != key(same[1], false) {
			t.Errorf("%q and %q: keys %q and %q, want one", same[0], same[1], key(same[0], false), key(same[1], false))
		}
	}
	seen := map[string]string{}
	for _, q := range []string{"jardin nature", `"jardin nature"`, "jardin-nature", "jardin -nature", "-jardin nature", `-"jardin nature"`, "jardinnature", "jardins nature", "jardin", ""} {
		if other, ok := seen[key(q, false)]; ok {
			t.Errorf("%q and %q have one key", q, other)
		}
		seen[key(q, false)] = q
	}
	if key("jardin", true) == key("jardin", false) {
		t.Error("a prefix has the key of the word")
	}
}

// TestSynonyms holds the data to its form: every way to say something leads
// to the others of its group, and none is only small words.
func TestSynonyms(t *testing.T) {
	data, err := os.ReadFile("text_synonyms.json")
	if err != nil {
		t.Fatal(err)
	}
	var groups [][]string
	if err := json.Unmarshal(data, &groups); err != nil {
		t.Fatal(err)
	}
	for _, group := range groups {
		if len(group) < 2 {
			t.Errorf("%q is alone", group)
		}
		for _, entry := range group {
			typed := strings.ReplaceAll(entry, "-", " ")
			w := index.ParseWords(typed, false)
			if len(w.Clauses) != 1 || len(w.Clauses[0].Forms) < 2 {
				t.Errorf("%q is read as %s, want one clause with synonyms", typed, said(&w))
				continue
			}
			if len(w.Clauses[0].Forms) == index.FormsMax {
				t.Errorf("%q has too many synonyms for all to count: %s", typed, said(&w))
			}
			words := strings.ReplaceAll(said(&w), "_", " ")
			for _, other := range group {
				var bare []string
				for _, k := range index.Tokenize(nil, other) {
					bare = append(bare, k.Exact)
				}
				if !strings.Contains(words, bare[len(bare)-1]) {
					t.Errorf("%q: %s does not lead to %q", typed, words, other)
				}
			}
		}
	}
}

// TestStemData holds the table to its form: folded words, none twice, each
// stem no stem of another family by a rule.
func TestStemData(t *testing.T) {
	data, err := os.ReadFile("text_stems.json")
	if err != nil {
		t.Fatal(err)
	}
	var families map[string][]string
	if err := json.Unmarshal(data, &families); err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for stem, words := range families {
		for _, word := range words {
			if other, ok := seen[word]; ok {
				t.Errorf("%s is of %s and of %s", word, stem, other)
			}
			seen[word] = stem
			if got := exact(word); got != word {
				t.Errorf("%s is not folded: %s", word, got)
			}
			if got := stems(word); got != stem {
				t.Errorf("%s: got stem %s, want %s", word, got, stem)
			}
		}
	}
}
