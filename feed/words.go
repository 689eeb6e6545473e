package feed

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"renfort/geo/gazetteer"
	"renfort/mission"
)

// vocabulary finds domains and activities by what partners call them: an id or
// an alias, or one of these with other accents, hyphens or case.
type vocabulary struct {
	taxonomy    *mission.Taxonomy
	domains     map[string]string // folded -> id
	activities  map[string]string
	departments map[string]string // folded name -> code
}

func newVocabulary(in *mission.Intake) *vocabulary {
	v := &vocabulary{taxonomy: in.Taxonomy, domains: map[string]string{}, activities: map[string]string{}}
	for i := range in.Taxonomy.Domains {
		d := &in.Taxonomy.Domains[i]
		enter(v.domains, d.ID, append([]string{d.ID, d.Label}, d.Aliases...))
	}
	for i := range in.Taxonomy.Activities {
		a := &in.Taxonomy.Activities[i]
		enter(v.activities, a.ID, append([]string{a.ID, a.Label}, a.Aliases...))
	}
	v.departments = map[string]string{}
	for _, d := range in.Places.Departments() {
		enter(v.departments, d.Code, []string{d.Name})
	}
	return v
}

// department gives the code of a department's name, with or without its
// article, "" for none.
func (v *vocabulary) department(in *mission.Intake, name string) string {
	if name == "" {
		return ""
	}
	if code := v.departments[gazetteer.Fold(name)]; code != "" {
		return code
	}
	d, _ := in.Places.DepartmentByName(name)
	return d.Code
}

// enter makes an id findable by names; the first to have a name keeps it.
func enter(to map[string]string, id string, names []string) {
	for _, n := range names {
		if key := gazetteer.Fold(n); to[key] == "" {
			to[key] = id
		}
	}
}

// note tells a repair. The detail is bounded: it quotes what partners wrote.
func (b *builder) note(field, code, format string, args ...any) {
	if len(b.Repairs) == repairsMax {
		return
	}
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = brief(s)
		}
	}
	b.Repairs = append(b.Repairs, Repair{Field: field, Code: code, Detail: fmt.Sprintf(format, args...)})
}

// repairsMax bounds what is told of one record.
const repairsMax = 64

// brief is a value as a message quotes it.
func brief(s string) string {
	const most = 80
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// words reads a list.
func (b *builder) list(what string, f *field) []string {
	all := f.texts()
	kept := all[:0]
	for _, t := range all {
		if t = b.clean(what, t, ""); t != "" {
			kept = append(kept, b.cut(what, t, mission.WordLettersMax))
		}
	}
	if len(kept) > mission.EntriesMax {
		b.note(what, Cut, "has %d entries; the first %d are kept", len(kept), mission.EntriesMax)
		kept = kept[:mission.EntriesMax]
	}
	return kept
}

// word reads one short text.
func (b *builder) word(what string, f *field) string {
	return b.cut(what, b.clean(what, b.flat(what, f), ""), mission.WordLettersMax)
}

// flat is a field's text. Elements in it are markup that lacks its CDATA, and
// are part of the text.
func (b *builder) flat(what string, f *field) string {
	if f == nil {
		return ""
	}
	for _, v := range f.values {
		if t := strings.TrimSpace(v.text); t != "" {
			if v.markup {
				b.note(what, Cleaned, "has markup outside CDATA; it was taken as part of the text")
			}
			return t
		}
	}
	return ""
}

// clean takes control characters out of a text, but those allowed. Line ends
// and tabs become blanks where they may not stand.
func (b *builder) clean(what, s, allowed string) string {
	dirty := func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune(allowed, r) }
	if strings.IndexFunc(s, dirty) < 0 {
		return s
	}
	taken := 0
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case !dirty(r):
			return r
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		}
		taken++
		if r == '\u0085' || r == '\v' || r == '\f' {
			return ' '
		}
		return -1
	}, s))
	if taken > 0 {
		b.note(what, Cleaned, "%d control characters were taken out", taken)
	}
	return s
}

// cut shortens a text to so many letters.
func (b *builder) cut(what, s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := utf8.RuneCountInString(s)
	if n <= most {
		return s
	}
	b.note(what, Cut, "has %d characters and was cut at %d", n, most)
	i, n := 0, 0
	for i = range s {
		if n++; n == most {
			break
		}
	}
	return s[:i] + "…"
}

// plain turns a title that is HTML into text. One that merely has a < or an &
// in it stays.
func (b *builder) plain(what, s string) string {
	t := s
	if strings.Contains(t, "</") || strings.Contains(t, "/>") {
		t = withoutTags(t)
	}
	if strings.ContainsRune(t, '&') {
		t = html.UnescapeString(t)
	}
	if t != s {
		t = strings.TrimSpace(strings.ReplaceAll(t, "\u00a0", " "))
		b.note(what, Cleaned, "%q is HTML and was read as %q", s, t)
	}
	return t
}

// withoutTags leaves out what stands in angles.
func withoutTags(s string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "<")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if _, s, found = strings.Cut(rest, ">"); !found {
			return b.String()
		}
	}
}

// known resolves names of domains or activities, each once. What is not known
// is left out and told with the nearest that is.
func (b *builder) known(what string, f *field, find func(string) (int, bool), id func(int) string, folded map[string]string, nearest func(string) string) (ids []string) {
	names := f.texts()
	if f != nil && !f.list && len(f.values) > 0 {
		// A label may have commas of its own.
		if _, ok := find(f.text()); ok {
			names = []string{f.text()}
		}
	}
	seen := map[string]bool{}
	for _, n := range names {
		n = b.cut(what, b.clean(what, n, ""), mission.WordLettersMax)
		found := ""
		if i, ok := find(n); ok {
			found = id(i)
		} else if found = folded[gazetteer.Fold(n)]; found != "" {
			b.note(what, Rewritten, "%q was read as %q", n, found)
		} else {
			b.note(what, Unknown, "%q is not known here and was left out; the nearest is %q", n, nearest(n))
			continue
		}
		if !seen[found] {
			seen[found] = true
			ids = append(ids, found)
		}
	}
	if len(ids) > mission.EntriesMax {
		b.note(what, Cut, "has %d entries; the first %d are kept", len(ids), mission.EntriesMax)
		ids = ids[:mission.EntriesMax]
	}
	return ids
}

// yes reads a truth in the words that feeds have for it; ok is false where it
// is none, and told says that it was told.
func (b *builder) yes(what string, f *field) (is, ok bool) {
	t := f.text()
	if t == "" {
		return false, false
	}
	switch strings.ToLower(t) {
	case "yes", "true", "oui", "1", "y", "vrai", "x":
		return true, true
	case "no", "false", "non", "0", "n", "faux":
		return false, true
	}
	b.note(what, Unknown, "%q is neither yes nor no and was left out", t)
	return false, false
}

// whole reads a whole number from 0 to most.
func (b *builder) whole(what string, f *field, most int) (n int, ok bool) {
	t := f.text()
	if t == "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(strings.NewReplacer(" ", "", "\u00a0", "", ",", ".").Replace(t), 64)
	switch {
	case err != nil || v != v || v < 0 || v > 1e15:
		b.note(what, Unreadable, "%q is not a number from 0 on and was left out", t)
		return 0, false
	case v > float64(most):
		b.note(what, Cut, "%s is more than %d and was read as that", t, most)
		return most, true
	case v != float64(int(v)):
		b.note(what, Rewritten, "%s was read as %d", t, int(v))
	}
	return int(v), true
}
