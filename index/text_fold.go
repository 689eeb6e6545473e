package index

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"renfort/geo/gazetteer"
)

// foldRune appends what a rune is compared by: lower case, compatibility forms
// and accents taken apart and the accents dropped, ligatures written out.
// Nothing is appended for what is neither letter nor number.
func foldRune(dst []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		return foldASCII(dst, byte(r))
	}
	if spelt := gazetteer.Ligature(r); spelt != "" {
		return append(dst, spelt...)
	}
	var whole [utf8.UTFMax]byte
	n := utf8.EncodeRune(whole[:], r)
	apart := norm.NFKD.Properties(whole[:n]).Decomposition()
	if apart == nil {
		return foldWhole(dst, r)
	}
	for len(apart) > 0 {
		part, size := utf8.DecodeRune(apart)
		apart = apart[size:]
		if spelt := gazetteer.Ligature(part); spelt != "" {
			dst = append(dst, spelt...)
		} else if part < utf8.RuneSelf {
			dst = foldASCII(dst, byte(part))
		} else {
			dst = foldWhole(dst, part)
		}
	}
	return dst
}

func foldASCII(dst []byte, c byte) []byte {
	switch {
	case 'A' <= c && c <= 'Z':
		return append(dst, c+'a'-'A')
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		return append(dst, c)
	}
	return dst
}

// foldWhole appends a rune that cannot be taken apart.
func foldWhole(dst []byte, r rune) []byte {
	if unicode.IsLetter(r) || unicode.IsNumber(r) {
		return utf8.AppendRune(dst, unicode.ToLower(r))
	}
	return dst
}

// wordRune says whether a rune is part of a word: letters, numbers, the marks
// on them, and what is not seen between them.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return !apostrophe(r) && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || invisible(r))
}

// invisible says whether a rune only helps to break lines or to join letters:
// a soft hyphen does not end a word.
func invisible(r rune) bool {
	return r == '\u00AD' || '\u200B' <= r && r <= '\u200D' || r == '\u2060' || r == '\uFEFF'
}

// apostrophe says whether a rune is used as one. U+02BC is a letter to
// Unicode; U+2018 is what feeds send for it.
func apostrophe(r rune) bool {
	switch r {
	case '\'', '\u2019', '\u02BC', '\u2018', '\u02B9', '\u2032', '\uFF07', '\u00B4', '`':
		return true
	}
	return false
}

// hyphen says whether a rune joins the parts of a compound when it touches
// both. A dash between numbers is one too: 18–25.
func hyphen(r rune) bool {
	switch r {
	case '-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2212', '\uFE63', '\uFF0D':
		return true
	}
	return false
}
