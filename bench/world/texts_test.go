package world

// These tests show that the texts are many, distinct, tied to what the
// taxonomy knows and set as French is; and that a slip in a data file is
// reported with its place instead of being shipped.

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
	"unicode/utf8"

	"renfort/mission"
)

// The promises of the texts.
const (
	titlesMin        = 400
	descriptionsMin  = 300
	perActivityMin   = 6
	titleLettersMax  = 100
	textLettersMin   = 80
	textLettersMax   = 1_000
	activitiesWanted = 38
	domainsWanted    = 10
)

func mustLibrary(t testing.TB) *library {
	t.Helper()
	l, err := openLibrary()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTemplatesNameKnownIDs(t *testing.T) {
	taxonomy := mission.DefaultTaxonomy()
	domains, activities := map[string]bool{}, map[string]int{}
	for _, d := range taxonomy.Domains {
		domains[d.ID] = true
	}
	for _, a := range taxonomy.Activities {
		activities[a.ID] = 0
	}
	primary := map[string]bool{}
	for _, x := range mustLibrary(t).templates {
		if _, ok := activities[x.activity]; !ok {
			t.Errorf("%q: activity %q is not in the taxonomy", x.titles, x.activity)
		}
		activities[x.activity]++
		primary[x.domains[0]] = true
		for _, d := range x.domains {
			if !domains[d] {
				t.Errorf("%q: domain %q is not in the taxonomy", x.titles, d)
			}
		}
	}
	for a, n := range activities {
		if n < perActivityMin {
			t.Errorf("activity %q has %d templates, want at least %d", a, n, perActivityMin)
		}
	}
	l := mustLibrary(t)
	for d := range domains {
		if len(l.names[d]) == 0 || len(l.national[d]) == 0 {
			t.Errorf("domain %q: %d names of local and %d of national associations, want some of both", d, len(l.names[d]), len(l.national[d]))
		}
	}
	if len(activities) != activitiesWanted || len(primary) != domainsWanted {
		t.Errorf("%d activities and %d primary domains, want %d and %d", len(activities), len(primary), activitiesWanted, domainsWanted)
	}
}

func TestTemplatesUseTheContractsWords(t *testing.T) {
	one := func(value string, known ...string) bool {
		for _, k := range known {
			if value == k {
				return true
			}
		}
		return false
	}
	l := mustLibrary(t)
	skills := map[string]bool{}
	for _, s := range l.skills.words {
		skills[s] = true
	}
	for _, x := range l.templates {
		if !one(x.per, "day", "week", "month", "year", "total") || !one(x.part, "", "morning", "afternoon", "evening", "day") ||
			!one(x.remote, "no", "possible", "full", "local") || !one(x.kind, "", "urgent", "calm", "vital") {
			t.Errorf("%q: per %q, part %q, remote %q or kind %q is not a word of the contract", x.titles, x.per, x.part, x.remote, x.kind)
		}
		if x.age != 0 && x.age < mission.AgeMin {
			t.Errorf("%q: age %d, want at least %d", x.titles, x.age, mission.AgeMin)
		}
		for _, s := range x.skills {
			if !skills[s.ID] {
				t.Errorf("%q: skill %q is one that no volunteer can have (parts.md)", x.titles, s.ID)
			}
		}
		for _, a := range x.audiences {
			// API Engagement's words for audiences.
			if !one(a, "seniors", "persons_with_disabilities", "people_in_difficulty", "parents", "children",
				"public_refugees", "people_being_excluded", "people_sick") {
				t.Errorf("%q: audience %q is not one that platforms exchange", x.titles, a)
			}
		}
	}
}

func TestTextsAreDistinct(t *testing.T) {
	titles, descriptions := map[string]bool{}, map[string]bool{}
	for _, x := range mustLibrary(t).templates {
		for _, title := range x.titles {
			if key := strings.ToLower(title); titles[key] {
				t.Errorf("title %q is there twice", title)
			} else {
				titles[key] = true
			}
		}
		if descriptions[x.text] {
			t.Errorf("description %q is there twice", x.text)
		}
		descriptions[x.text] = true
	}
	if len(titles) < titlesMin || len(descriptions) < descriptionsMin {
		t.Errorf("%d titles and %d descriptions, want at least %d and %d", len(titles), len(descriptions), titlesMin, descriptionsMin)
	}
	t.Logf("%d titles, %d descriptions", len(titles), len(descriptions))
}

// faultsIn gives what checkFrench would find.
func faultsIn(s string) (found []string) {
	for what, pattern := range badly {
		if at := pattern.FindString(s); at != "" {
			found = append(found, what+": "+at)
		}
	}
	for _, brace := range braces.FindAllString(s, -1) {
		if !strings.Contains(" {ville} {à ville} {de ville} {association} {lieu} ", " "+brace+" ") {
			found = append(found, "a placeholder that nothing fills: "+brace)
		}
	}
	first, _ := utf8.DecodeRuneInString(s)
	if first != '{' && !unicode.IsUpper(first) && !unicode.IsDigit(first) {
		found = append(found, "no capital at its beginning")
	}
	if strings.Count(s, "«") != strings.Count(s, "»") || strings.Count(s, "(") != strings.Count(s, ")") {
		found = append(found, "something opened and not closed")
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) {
		found = append(found, "a control character")
	}
	return found
}

func checkFrench(t *testing.T, s string) {
	t.Helper()
	for _, f := range faultsIn(s) {
		t.Errorf("%q has %s", s, f)
	}
}

// TestSlipsInFrenchAreFound shows that the check of the texts can fail.
func TestSlipsInFrenchAreFound(t *testing.T) {
	for _, slip := range []string{"Deux  espaces.", "L'aide.", "Un mot : suite.", "Venez!", "Venez; vite.", "Le mot: suite.", "Un «mot» ici.", "Fin .",
		"Un,deux.", "Fin.Début.", "Et puis...", "Venez à {vile}.", "Les rues de {ville}.", "L’équipe de {association}.", "minuscule.", "Une (parenthèse.",
		"Une\ttabulation."} {
		if found := faultsIn(slip); len(found) == 0 {
			t.Errorf("nothing found in %q", slip)
		}
	}
}

func TestTextsAreSetInFrench(t *testing.T) {
	l := mustLibrary(t)
	for _, x := range l.templates {
		for _, title := range x.titles {
			checkFrench(t, title)
			if n := utf8.RuneCountInString(title); n > titleLettersMax || strings.HasSuffix(title, ".") {
				t.Errorf("title %q: %d letters, want at most %d and no full stop", title, n, titleLettersMax)
			}
		}
		checkFrench(t, x.text)
		if n := utf8.RuneCountInString(x.text); n < textLettersMin || n > textLettersMax {
			t.Errorf("%q: description of %d letters, want %d to %d", x.titles, n, textLettersMin, textLettersMax)
		}
		if last, _ := utf8.DecodeLastRuneInString(x.text); !strings.ContainsRune(".!?", last) {
			t.Errorf("%q: description ends in %q, want a full stop", x.titles, last)
		}
	}
	for _, list := range []map[string][]string{l.names, l.national, {"closings": l.lists["closings"], "places": l.lists["places"]}} {
		for name, entries := range list {
			for _, e := range entries {
				if name != "places" {
					checkFrench(t, e)
				}
			}
		}
	}
}

// badly finds what a French printer would not let pass. The narrow and the
// wide no-break space are not \x20.
var badly = map[string]*regexp.Regexp{
	"a double space":                          regexp.MustCompile(`[ \x{00a0}\x{202f}]{2}| \n|\n `),
	"a straight quote or apostrophe":          regexp.MustCompile(`["'` + "`" + `]`),
	"an ordinary space before a double sign":  regexp.MustCompile(` [:;!?»]|« `),
	"no space before a double sign":           regexp.MustCompile(`[\pL\d)}][;!?]|[\pL)}]:|«\pL|\pL»`),
	"a space before a point or comma":         regexp.MustCompile(`[ \x{00a0}\x{202f}][.,)]`),
	"no space after a sign":                   regexp.MustCompile(`[,;:!?]\pL|\.\p{Lu}`),
	"three points":                            regexp.MustCompile(`\.\.`),
	"de or à before a plain town":             regexp.MustCompile(`\b(?:de|à|d’) \{ville\}`),
	"an association behind de or its article": regexp.MustCompile(`(?:\bde|d’|\bla|l’) ?\{association\}`),
}

var braces = regexp.MustCompile(`\{[^}]*\}?`)

// TestTextsNameNoRealAssociation keeps well-known names out: a made-up world
// must not speak for people who exist.
func TestTextsNameNoRealAssociation(t *testing.T) {
	real := regexp.MustCompile(`(?i)restos? du c(?:œ|oe)ur|restaurants du c|croix[- ]rouge|secours (?:populaire|catholique)|emma[üu]s|t[ée]l[ée]thon|` +
		`samu social|banques? alimentaires?|petits frères|afev|unis-cité|apf france|unicef|greenpeace|wwf|spa\b|lpo\b|médecins (?:du monde|sans)|` +
		`repair caf|fresque du climat|scrabble|octobre rose|blouses roses|protection civile\b|google|excel\b|facebook|wordpress|jeveuxaider`)
	names, err := texts.ReadDir("texts")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		data, err := texts.ReadFile("texts/" + n.Name())
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(data), "\n") {
			if found := real.FindString(line); found != "" {
				t.Errorf("%s:%d names %q: %s", n.Name(), i+1, found, line)
			}
		}
	}
}

func TestFill(t *testing.T) {
	f := func(text, city, want string) {
		t.Helper()
		if got := fill(text, city, "Les Amis"); got != want {
			t.Errorf("fill(%q, %q) = %q, want %q", text, city, got, want)
		}
	}
	f("rien à remplir", "Nice", "rien à remplir")
	f("{ville}, ici", "Le Mans", "Le Mans, ici")
	f("venez {à ville}", "Nice", "venez à Nice")
	f("venez {à ville} !", "Le Mans", "venez au Mans !")
	f("venez {à ville}", "Les Sables-d’Olonne", "venez aux Sables-d’Olonne")
	f("venez {à ville}", "La Rochelle", "venez à La Rochelle")
	f("les rues {de ville}", "Amiens", "les rues d’Amiens")
	f("les rues {de ville}", "Évry", "les rues d’Évry")
	f("les rues {de ville}", "Hyères", "les rues d’Hyères")
	f("les rues {de ville}", "Houilles", "les rues de Houilles")
	f("les rues {de ville}", "Le Havre", "les rues du Havre")
	f("les rues {de ville}", "Les Ulis", "les rues des Ulis")
	f("les rues {de ville}", "L’Isle-Adam", "les rues de L’Isle-Adam")
	f("{association} {à ville}", "Pau", "Les Amis à Pau")
}

func TestFrench(t *testing.T) {
	f := func(typed, want string) {
		t.Helper()
		if got := french(typed); got != want {
			t.Errorf("french(%q) = %q, want %q", typed, got, want)
		}
	}
	f("l'aide : « oui » ; non ! quoi ?", "l’aide\u00a0: «\u00a0oui\u00a0»\u202f; non\u202f! quoi\u202f?")
	f("à 8 h 30, 1 200 repas, 10 %", "à 8\u00a0h\u00a030, 1\u202f200 repas, 10\u202f%")
	f("2 heures", "2 heures")
}

func TestReadLibraryReportsSlips(t *testing.T) {
	f := func(file, text, want string) {
		t.Helper()
		_, err := readLibrary(fstest.MapFS{"texts/" + file: {Data: []byte(text)}})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file) {
			t.Errorf("readLibrary(%s: %q) = %v, want an error with %q and the file", file, text, err, want)
		}
	}
	f("a.md", "un texte", "before the first activity")
	f("a.md", "# maraude\n", "its share")
	f("a.md", "# maraude | share x | domains a\n", "not a share")
	f("a.md", "# maraude | share 1 | domains a\n\n## Titre\nTexte.", "a line of facts")
	f("a.md", "# maraude | share 1 | domains a\n\n## Titre\n> hours 3/week; souvent\nTexte.", `"souvent" is no fact`)
	f("a.md", "# maraude | share 1 | domains a\n\n## Titre\n> hours trois/week\nTexte.", "trois")
	f("a.md", "# maraude | share 1 | domains a\n\n## Titre\n> age 16\nTexte.", "hours are wanted")
	f("a.md", "# maraude | share 1 | domains a\n\n## Titre\n> hours 3/week\n", "a text")
	f("parts.md", "- orphelin\n", "line 1")
}
