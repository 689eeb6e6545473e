package index_test

// What a page shows of a text: the words that matched, whole, and nothing that
// a browser would run.

import (
	"html"
	"strings"
	"testing"
	"unicode/utf8"

	"renfort/index"
)

func TestHighlight(t *testing.T) {
	f := func(q, text, want string) {
		t.Helper()
		w := index.ParseWords(q, true)
		got, any := w.Highlight(text, "[", "]")
		if got != want || any != strings.Contains(want, "[") {
			t.Errorf("%q in %q: got %s (%t), want %s", q, text, got, any, want)
		}
	}
	f("", "Rien & rien", "Rien &amp; rien")
	f("jardin", "", "")
	f("été", "Passez l’été ici", "Passez l’[été] ici")
	f("l'ete", "L'ÉTÉ, étés", "L&#39;[ÉTÉ], [étés]")
	f("coeur", "Œil, cœur et chœur", "Œil, [cœur] et chœur")
	f("benevole", "Les bénévoles, e\u0301te\u0301", "Les [bénévoles], e\u0301te\u0301")
	f("ete", "e\u0301te\u0301 chaud", "[e\u0301te\u0301] chaud")
	f("jardin nature", "Jardins, nature morte", "[Jardins], [nature] morte")
	f("jar", "Jardiner au jardin", "[Jardiner] au [jardin]")
	f("jar ", "Jardiner au jardin", "Jardiner au jardin")
	f(`"jardin nature"`, "nature, jardin, jardin nature", "nature, jardin, [jardin nature]")
	f("jardin -nature", "jardin nature", "[jardin] nature")
	f("ehpad", "En maison de retraite, une maison", "En [maison de retraite], une maison")
	f("maison de retraite", "EHPAD, maison", "[EHPAD], maison")
	f("saint etienne", "St-Étienne, Saint Étienne", "[St]-[Étienne], [Saint] [Étienne]")
	f("aidesoignant", "Aide-soignants", "[Aide-soignants]")
	f("aide-soignant", "aide aux soignants, aide soignante", "aide aux soignants, [aide soignante]")
	f("alimentaire", "alimantaire", "[alimantaire]")                // misspelt there
	f("allimentaire", "Banque Alimentaire", "Banque [Alimentaire]") // or here
	f("cours", "cours et court", "[cours] et court")                // not where the word itself is
	f("2026", "2025", "2025")
	f("sport", "<b>sport</b> & <script>", "&lt;b&gt;[sport]&lt;/b&gt; &amp; &lt;script&gt;")
	f("saint", "Saint-Étienne", "[Saint]-Étienne")
	f("bénévole", "bénévole·s", "[bénévole]·s")
}

func TestSnippet(t *testing.T) {
	text := "Chaque soir de semaine, nous servons soupe et plats chauds.\n\n Le jardin est ouvert ; la nature y est belle, les bénévoles y sèment au printemps et récoltent en été."
	f := func(q, text string, letters int, want string) {
		t.Helper()
		w := index.ParseWords(q, false)
		if got := w.Snippet(text, letters, "[", "]"); got != want {
			t.Errorf("%q in %d letters: got %q, want %q", q, letters, got, want)
		}
	}
	f("jardin", "", 10, "")
	f("jardin", text, 0, "")
	f("jardin", "Le jardin  est\tici", 100, "Le [jardin] est ici")
	f("introuvable", text, 30, "Chaque soir de semaine, nous …")
	f("jardin", text, 30, "… chauds. Le [jardin] est ouvert ; …")
	f("jardin nature", text, 45, "… Le [jardin] est ouvert ; la [nature] y est belle, …")
	f("été", text, 20, "… et récoltent en [été].")
	f("soupe bénévoles récoltent", text, 60, "… les [bénévoles] y sèment au printemps et [récoltent] en été.")
	f("x", strings.Repeat("é", 100), 10, strings.Repeat("é", 10)+" …")
	f("ehpad", "Ici on vient en maison de retraite le lundi", 20, "… [maison de retraite] …")
}

// TestSnippetBounds shows that a snippet is never longer than asked, whatever
// the text.
func TestSnippetBounds(t *testing.T) {
	w := index.ParseWords("jardin nature été", false)
	for _, text := range []string{strings.Repeat("jardin ", 3000), strings.Repeat("nature été x ", 2000), strings.Repeat("l'été ", 5000), strings.Repeat("日本", 5000), "a " + strings.Repeat("b", 9000) + " jardin"} {
		for _, letters := range []int{1, 7, 40, 200} {
			got := html.UnescapeString(w.Snippet(text, letters, "", ""))
			got = strings.TrimSuffix(strings.TrimPrefix(got, "… "), " …")
			if n := utf8.RuneCountInString(got); n > letters {
				t.Errorf("%.20q: got %d letters, want at most %d", text, n, letters)
			}
		}
	}
}

func TestStripHTML(t *testing.T) {
	f := func(s, want string) {
		t.Helper()
		if got := index.StripHTML(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
	f("", "")
	f("Rien à faire", "Rien à faire")
	f(" un\n\n deux\u00a0trois ", "un deux trois")
	f("<p>Un</p><p>deux<br>trois</p>", "Un deux trois")
	f("<b>g</b>ras <a href=\"x>y\" title='>'>lien</a>", "gras lien")
	f("l&#39;&eacute;t&eacute; &amp; &lt;Ville&gt;", "l'été & <Ville>")
	f("&lt;p&gt;deux&lt;/p&gt;fois &amp;eacute;", "deux fois é")
	f("5 < 10 > 3 et <Ville> <jean@exemple.fr>", "5 < 10 > 3 et <Ville> <jean@exemple.fr>")
	f("a<script>if (a<b) {}</script>b<style>p{}</style>c<!-- d -->e", "a b c e")
	f("a<script>b", "a b")
	f("a<!-- b", "a b")
	f("<p title=\"x>texte", "texte")
	f("a <p class", "a <p class")
	f("<o:p>a</o:p>", "a")
	f(`Objectifs: \n\nAider`, "Objectifs: Aider")
	f(strings.Repeat("<", 1000), strings.Repeat("<", 1000))
}
