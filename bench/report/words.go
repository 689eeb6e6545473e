package report

import (
	"fmt"
	"html"
	"html/template"
	"strings"

	"renfort/bench/result"
)

// words are a text in both languages, not escaped.
type words struct{ English, French string }

// HTML gives both, of which the page shows one; a text that is the same in
// both languages is there once.
func (w words) HTML() template.HTML {
	en, fr := escape(w.English), escape(w.French)
	if en == fr {
		return template.HTML(en)
	}
	return template.HTML(`<span class="en" lang="en">` + en + `</span><span class="fr" lang="fr">` + fr + `</span>`)
}

// Plain gives the English text without what could turn the direction of what
// follows it, for where there can be no markup; the template escapes it.
func (w words) Plain() string { return clean(w.English) }

// escape makes a text one that cannot be markup.
func escape(s string) string { return html.EscapeString(clean(s)) }

// clean replaces control characters, and those that turn the direction of
// writing.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r < ' ' && r != '\n' {
			return '\ufffd'
		}
		return r
	}, s)
}

// number gives a written number in both languages: the English text has commas
// between thousands and a point before decimals, the French one narrow spaces
// and a comma.
func number(english string) words {
	return words{english, strings.NewReplacer(",", "\u202f", ".", ",").Replace(english)}
}

// same is a text that is not translated: a name, or what the bench wrote.
func same(s string) words { return words{s, s} }

func count(n int64) words { return number(result.Thousands(n)) }

func duration(us int64) words { return number(result.Duration(us)) }

// timeTick writes a time on an axis, where it is round.
func timeTick(us float64) words {
	return number(strings.NewReplacer(".00 ", " ", ".0 ", " ").Replace(result.Duration(int64(us + 0.5))))
}

func quantile(h result.Histogram, percentile float64) words {
	return number(result.Quantile(h, percentile))
}

// rate writes so many per second; a dash for none.
func rate(v float64) words {
	switch {
	case v <= 0:
		return same("–")
	case v < 10:
		return number(fmt.Sprintf("%.1f", v))
	}
	return count(int64(v + 0.5))
}

// share writes a part of a whole in percent: as many decimals as it takes to
// tell it from none.
func share(part, whole int64) words {
	if whole == 0 {
		return same("–")
	}
	switch v := 100 * float64(part) / float64(whole); {
	case part == 0:
		return same("0 %")
	case v < 0.01:
		return number(fmt.Sprintf("%.4f %%", v))
	case v < 1:
		return number(fmt.Sprintf("%.3f %%", v))
	default:
		return number(fmt.Sprintf("%.1f %%", v))
	}
}

// size writes bytes with a unit.
func size(bytes float64) words {
	for _, unit := range [...]struct {
		bytes           float64
		english, french string
	}{{1 << 30, "GiB", "Gio"}, {1 << 20, "MiB", "Mio"}, {1 << 10, "KiB", "Kio"}} {
		if bytes >= unit.bytes {
			n := number(fmt.Sprintf("%.3g ", bytes/unit.bytes))
			if bytes >= 1000*unit.bytes {
				n = number(fmt.Sprintf("%.0f ", bytes/unit.bytes))
			}
			return words{n.English + unit.english, n.French + unit.french}
		}
	}
	return words{fmt.Sprintf("%.0f B", bytes), fmt.Sprintf("%.0f o", bytes)}
}

// fill puts words in the places of a text: %1 is the first.
func (w words) fill(with ...words) words {
	for i, v := range with {
		place := fmt.Sprintf("%%%d", i+1)
		w.English = strings.ReplaceAll(w.English, place, v.English)
		w.French = strings.ReplaceAll(w.French, place, v.French)
	}
	return w
}
