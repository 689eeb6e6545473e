package world

import (
	"regexp"
	"strings"
)

// The spaces of French typography: narrow before ; ! ? and inside large
// numbers, wide before : and inside guillemets. A line never breaks at either.
const (
	narrowSpace = "\u202f"
	wideSpace   = "\u00a0"
)

// thousands and hours find numbers whose parts stay together. Compiled
// patterns are immutable.
var (
	thousands = regexp.MustCompile(`(\d) (\d{3})\b`)
	hours     = regexp.MustCompile(`(\d) (h|km|kg|euros)\b`)
	minutes   = regexp.MustCompile(`( |` + wideSpace + `)h (\d\d)\b`)
)

// french sets a text as a French printer would: the data files are typed on an
// ordinary keyboard.
func french(s string) string {
	s = strings.NewReplacer("'", "’", " ;", narrowSpace+";", " !", narrowSpace+"!", " ?", narrowSpace+"?",
		" :", wideSpace+":", "« ", "«"+wideSpace, " »", wideSpace+"»", " %", narrowSpace+"%").Replace(s)
	s = thousands.ReplaceAllString(s, "${1}"+narrowSpace+"${2}")
	s = hours.ReplaceAllString(s, "${1}"+wideSpace+"${2}")
	return minutes.ReplaceAllString(s, wideSpace+"h"+wideSpace+"${2}")
}

// fill puts a town and an association in the place of the braces. A text
// without braces comes back as it is.
func fill(text, city, association string) string {
	at := strings.IndexByte(text, '{')
	if at < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + len(city) + len(association))
	for ; at >= 0; at = strings.IndexByte(text, '{') {
		b.WriteString(text[:at])
		end := at + strings.IndexByte(text[at:], '}')
		switch text[at+1 : end] {
		case "ville":
			b.WriteString(city)
		case "à ville":
			writeTown(&b, city, "à ", "au ", "aux ")
		case "de ville":
			writeTown(&b, city, of(city), "du ", "des ")
		case "association":
			b.WriteString(association)
		}
		text = text[end+1:]
	}
	b.WriteString(text)
	return b.String()
}

// writeTown writes a town behind its preposition, which swallows the article
// of Le Mans and Les Sables but not of La Rochelle.
func writeTown(b *strings.Builder, city, plain, masculine, plural string) {
	if rest, ok := strings.CutPrefix(city, "Le "); ok {
		b.WriteString(masculine)
		b.WriteString(rest)
		return
	}
	if rest, ok := strings.CutPrefix(city, "Les "); ok {
		b.WriteString(plural)
		b.WriteString(rest)
		return
	}
	b.WriteString(plain)
	b.WriteString(city)
}

// of gives "de " or, before a vowel that is heard, "d’". An H is taken to be
// mute before e, i and y (Hyères, Herblay) and aspirated before a, o and u
// (Haguenau, Houilles), which is right for nearly all towns.
func of(city string) string {
	heard, next := firstLetters(city)
	if strings.ContainsRune("AEIOUYÀÂÄÉÈÊËÎÏÔÖÙÛÜŒÆ", heard) ||
		heard == 'H' && strings.ContainsRune("eéèêiîy", next) {
		return "d’"
	}
	return "de "
}

func firstLetters(s string) (first, second rune) {
	for _, r := range s {
		if first != 0 {
			return first, r
		}
		first = r
	}
	return first, 0
}
