package mission

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkID refuses what cannot name a record.
func checkID(f *faults, pointer, id string) {
	switch {
	case id == "":
		f.add(pointer, "is required")
	case len(id) > IDBytesMax:
		f.add(pointer, "has %d bytes; at most %d", len(id), IDBytesMax)
	case !clean(id, ""):
		f.add(pointer, "has a control character or is not UTF-8")
	}
}

// CheckID refuses what cannot name a record, as an Invalid error.
func CheckID(pointer, id string) error {
	var f faults
	checkID(&f, pointer, id)
	return f.err("the id")
}

// clean says whether s is UTF-8 without control characters but those allowed.
func clean(s, allowed string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) && !strings.ContainsRune(allowed, r) {
			return false
		}
	}
	return true
}

// checkText refuses a string over letters letters or with control characters
// but those allowed.
func checkText(f *faults, pointer, s string, letters int, allowed string) {
	if len(s) > letters { // letters are at most bytes: count them only then
		if n := utf8.RuneCountInString(s); n > letters {
			f.add(pointer, "has %d characters; at most %d", n, letters)
			return
		}
	}
	if !clean(s, allowed) {
		f.add(pointer, "has a control character or is not UTF-8")
	}
}

// checkWord checks a short free string.
func checkWord(f *faults, pointer, s string, required bool) {
	if required && strings.TrimSpace(s) == "" {
		f.add(pointer, "is required and may not be blank")
		return
	}
	checkText(f, pointer, s, WordLettersMax, "")
}

// checkWords checks a list of free words.
func checkWords(f *faults, pointer string, words []string, most int) {
	if len(words) > most {
		f.add(pointer, "has %d entries; at most %d", len(words), most)
		return
	}
	checkEach(f, pointer, words, func(w string) { checkWord(f, "", w, true) })
}

// checkEach checks every word of a list. Only where a fault was added is its
// pointer made that of the word: nearly all lists are right.
func checkEach(f *faults, pointer string, words []string, check func(w string)) {
	for i, w := range words {
		n := len(f.fields)
		check(w)
		for ; n < len(f.fields); n++ {
			f.fields[n].Pointer = at(pointer, i)
		}
	}
}

func at(pointer string, i int) string { return pointer + "/" + strconv.Itoa(i) }

// checkOne refuses a word that is not one of those known; "" is left to the
// default.
func checkOne(f *faults, pointer, s string, known ...string) {
	if s == "" {
		return
	}
	for _, k := range known {
		if s == k {
			return
		}
	}
	f.add(pointer, "%q is not one of %s", s, strings.Join(known, ", "))
}

// checkRange refuses a number outside least to most, or not finite.
func checkRange(f *faults, pointer string, v, least, most float64) {
	if math.IsNaN(v) || v < least || v > most {
		f.add(pointer, "is %v; it must be from %s to %s", v, plain(least), plain(most))
	}
}

// plain writes a bound as people do: 1000000 and not 1e+06.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func checkRevision(f *faults, revision int64) {
	if revision < 0 || revision > RevisionMax {
		f.add("/revision", "is %d; it must be from 0 to %d", revision, int64(RevisionMax))
	}
}

// personal finds what looks like a mail address, a phone number or a name.
// Compiled patterns are immutable and safe for concurrent use.
var (
	mailPattern  = regexp.MustCompile(`[^\s@]+@[^\s@]+\.[a-zA-Z]{2,}`)
	phonePattern = regexp.MustCompile(`^(\+|00)[1-9][\d .()-]{7,}$|^0[1-9]([ .-]?\d{2}){4}$`)
	namePattern  = regexp.MustCompile(`^\p{Lu}[\p{L}'’-]+( \p{Lu}[\p{L}'’-]+)+$`)
)

// checkImpersonal refuses what looks like a mail address or a phone number,
// and, in an id, a name.
func checkImpersonal(f *faults, pointer, s string, id bool) {
	switch {
	case strings.IndexByte(s, '@') >= 0 && mailPattern.MatchString(s):
		f.add(pointer, "looks like a mail address; Renfort does not want to know who people are")
	case phoneLike(s) && phonePattern.MatchString(strings.TrimSpace(s)):
		f.add(pointer, "looks like a phone number; Renfort does not want to know who people are")
	case id && strings.IndexByte(s, ' ') > 0 && namePattern.MatchString(s):
		f.add(pointer, "looks like a name; use an opaque id")
	}
}

// phoneLike is a cheap look before the pattern: bulk writes pass here.
func phoneLike(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) >= 9 && (s[0] == '+' || s[0] == '0')
}
