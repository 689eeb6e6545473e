package index_test

// Words are read the same way in missions and in questions, and their places
// in the text stay those of the text as it was.

import (
	"strings"
	"testing"
	"unicode/utf8"

	"renfort/index"
)

// exact is the folded words of a text, those that share a position joined by
// an equals sign.
func exact(text string) string { return spelt(text, func(t index.Token) string { return t.Exact }) }

// stems is the same of their stems.
func stems(text string) string { return spelt(text, func(t index.Token) string { return t.Stem }) }

// places is the same of what they were in the text.
func places(text string) string {
	return spelt(text, func(t index.Token) string { return text[t.Start:t.End] })
}

func spelt(text string, of func(index.Token) string) string {
	var b strings.Builder
	last := 0
	for _, t := range index.Tokenize(nil, text) {
		switch {
		case t.Position == last:
			b.WriteString("=")
		case last > 0:
			b.WriteString(" ")
		}
		b.WriteString(of(t))
		last = t.Position
	}
	return b.String()
}

func TestTokenizeFolds(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := exact(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	f("", "")
	f("  …!? 😀 ", "")
	f("Été ÉTÉ éte\u0301", "ete ete ete")
	f("Œuvre cœur Æsop naïf Straße Łódź Ørsted garçon", "oeuvre coeur aesop naif strasse lodz orsted garcon")
	f("ﬁn ① ½ m²", "fin 1 12 m2")
	f("Français FRANÇAIS francais", "francais francais francais")
	f("l'été l’été lʼété l‘été L'ÉTÉ", "ete ete ete ete ete")
	f("d'Azur j'aide m'engage t'aider s'il n'est c'est qu'on", "azur aide engage aider il est est on")
	f("jusqu'à lorsqu'il puisqu'elle quelqu'un presqu’île", "a il elle un ile")
	f("aujourd'hui aujourd’hui aujourd hui Aujourd'hui", "aujourdhui aujourdhui aujourdhui aujourdhui")
	f("l'aide d'urgence", "aide urgence")
	f("aide-soignant aide‑soignant", "aide=aidesoignant soignant aide=aidesoignant soignant")
	f("porte-à-porte", "porte=porteaporte a porte")
	f("St-Étienne St. Etienne saint étienne Ste-Foy", "saint=saintetienne etienne saint etienne saint etienne sainte=saintefoy foy")
	f("Saint-Germain-en-Laye", "saint=saintgermainenlaye germain en laye")
	f("un - deux -trois quatre- cinq", "un deux trois quatre cinq")
	f("entr'aide prud'hommes", "entr=entraide aide prud=prudhommes hommes")
	f("women's group, men’s", "women group men")
	f("E.H.P.A.D. S.N.U, J.-B. M. Dupont", "ehpad snu j b m dupont")
	f("JeVeuxAider HelloAsso Care4Calais EHPADs iPad", "je=jeveuxaider veux aider hello=helloasso asso care4=care4calais calais ehpads i=ipad pad")
	f("18-25 18–25 18/25", "18 25 18 25 18 25")
	f("10kM 5mIn30", "10 km 5 min 30") // a unit is one whatever its case
	f("2h 2h30 10km 18ans 4x4 PSC1 B2B covid-19 COVID19", "2 h 2 h 30 10 km 18 ans 4x4 psc1 b2b covid=covid19 19 covid19")
	f("bénévole·s étudiant·e·s H/F", "benevole etudiant h f")
	f("a@b.fr https://www.exemple.fr/x?y=1", "a b fr https www exemple fr x y 1")
	f("béné\u00ADvole béné\u200Bvole", "benevole benevole")
	f("日本語 العربية Київ ελληνικός", "日本語 العربية киів ελληνικοσ")
	f("\xff\xfeaide\xc3", "aide")
	f(strings.Repeat("a", 500), strings.Repeat("a", 96))
}

func TestTokenizePlaces(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := places(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	f("l’été à Saint-Étienne", "été à Saint=Saint-Étienne Étienne")
	f("Aujourd’hui, E.H.P.A.D. !", "Aujourd’hui E.H.P.A.D")
	f("2h30 à St-Lô", "2 h 30 à St=St-Lô Lô")
	f("bénévole·s women's", "bénévole women")
}

// TestTokenizeAppends shows that what is already in dst stays, and that its
// positions are not those of the text.
func TestTokenizeAppends(t *testing.T) {
	first := index.Tokenize(nil, "aide-soignant à Lyon")
	both := index.Tokenize(first, "porte-à-porte")
	if len(both) != 5+4 || both[5].Exact != "porte" || both[5].Position != 1 || both[6].Exact != "porteaporte" || both[0].Exact != "aide" {
		t.Errorf("got %+v", both)
	}
}

func TestStems(t *testing.T) {
	same := func(words string) {
		t.Helper()
		all := strings.Fields(stems(words))
		for _, s := range all {
			if s != all[0] {
				t.Errorf("%s: got stems %q, want one", words, all)
				return
			}
		}
	}
	apart := func(words string) {
		t.Helper()
		seen := map[string]bool{}
		all := strings.Fields(stems(words))
		for _, s := range all {
			if seen[s] {
				t.Errorf("%s: got stems %q, want each its own", words, all)
			}
			seen[s] = true
		}
	}
	same("bénévole bénévoles Benevole")
	same("animal animaux")
	same("cheval chevaux")
	same("jeu jeux")
	same("travail travaux travailler")
	same("aide aider aidez aides")
	same("visite visites visiter visiteur visiteuse visitez")
	same("distribution distributions distribuer distribue distribuez")
	same("âgé âgée âgés âgées")
	same("isolé isolée isolées isolement")
	same("infirmier infirmière infirmières")
	same("étranger étrangère étrangers")
	same("ingénieur ingénieure")
	same("français française françaises")
	same("animateur animatrice animation animer animez")
	same("organisation organisateur organiser")
	same("accompagnement accompagner accompagnateur accompagnatrice")
	same("éducateur éducatrice éducation")
	same("sportif sportive sport")
	same("handicap handicapé handicapées")
	same("lecture lecteur lectrice lire")
	same("traduction traducteur traduire")
	same("réparation réparer réparations")
	apart("cours course cour")
	apart("refuge réfugié")
	apart("repas réparation")
	apart("port porte poste")
	apart("ville vil")
	apart("fil fille file")
	apart("livre livraison")
	apart("organe organisation")
	apart("personne personnel")
	apart("été être")
	apart("mer mère maire")
	apart("sale salle")
	apart("don donner données")
	apart("commun commune communication")
	apart("colis collier")
	apart("courir courrier")
}

// FuzzTokenize shows that any text gives tokens whose places are in it, in
// order, at the bounds of runes where it has some, folded for good, and that
// what follows is safe on it too.
func FuzzTokenize(f *testing.F) {
	for _, s := range []string{"l’été à Saint-Étienne", "E.H.P.A.D. 18-25 ans", "women's bénévole·s", "a\u0301\u200d-'", "<p>a&eacute;<b", "aujourd'hui", "ﷺ½", "-'-'a", "0kM", "\"a -\"b\" -c", strings.Repeat("a-", 99)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := index.Token{Position: 0}
		for _, k := range index.Tokenize(nil, text) {
			if k.Start < 0 || k.End > len(text) || k.Start >= k.End || k.Exact == "" || k.Stem == "" || len(k.Exact) > 96 {
				t.Fatalf("%q: token %+v", text, k)
			}
			if k.Position != last.Position && (k.Position != last.Position+1 || k.Start < last.Start) {
				t.Fatalf("%q: %+v after %+v", text, k, last)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[k.Start:k.End]) {
				t.Fatalf("%q: %+v cuts a rune", text, k)
			}
			last = k
		}
		plain := index.StripHTML(text)
		if again := index.StripHTML(plain); len(again) > len(plain) {
			t.Fatalf("%q: stripping %q again gives more: %q", text, plain, again)
		}
		for _, prefix := range []bool{false, true} {
			w := index.ParseWords(text, prefix)
			checkWords(t, text, &w)
			w.Highlight(text, "<em>", "</em>")
			if s := w.Snippet(text, 40, "", ""); strings.ContainsAny(s, "<>\"") {
				t.Fatalf("%q: snippet %q is not escaped", text, s)
			}
		}
	})
}

// checkWords holds a question to its bounds.
func checkWords(t *testing.T, q string, w *index.Words) {
	t.Helper()
	if len(w.Clauses) > index.ClausesMax || len(w.Not) > index.NotMax {
		t.Fatalf("%q: %d clauses, %d not", q, len(w.Clauses), len(w.Not))
	}
	for _, c := range append(w.Clauses[:len(w.Clauses):len(w.Clauses)], w.Not...) {
		if !strings.Contains(q, c.Typed) || c.Typed == "" || len(c.Forms) == 0 || len(c.Forms) > index.FormsMax || c.Forms[0].Synonym {
			t.Fatalf("%q: clause %+v", q, c)
		}
		for _, form := range c.Forms {
			if len(form.Tokens) == 0 || len(form.Tokens) > index.FormTokensMax {
				t.Fatalf("%q: form %+v", q, form)
			}
		}
	}
	again := index.ParseWords(q, false)
	if same := index.ParseWords(q, false); again.Key() != same.Key() {
		t.Fatalf("%q: two keys", q)
	}
}
