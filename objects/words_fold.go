package objects

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"renfort/geo/gazetteer"
)

// foldText is how texts are compared: lower case, accents off, compatibility
// forms and ligatures written out. What separates words stays.
func foldText(s string) string {
	if folded(s) {
		return s
	}
	dst := make([]byte, 0, len(s)+8)
	for _, r := range s {
		dst = foldRune(dst, r)
	}
	return string(dst)
}

// folded says whether a text is sure to be its own fold.
func folded(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// foldRune appends what a rune is compared by; nothing for an accent that
// stands alone.
func foldRune(dst []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		return append(dst, lowerASCII(byte(r)))
	}
	if spelt := gazetteer.Ligature(r); spelt != "" {
		return append(dst, spelt...)
	}
	var whole [utf8.UTFMax]byte
	apart := norm.NFKD.Properties(whole[:utf8.EncodeRune(whole[:], r)]).Decomposition()
	if apart == nil {
		return foldWhole(dst, r)
	}
	for len(apart) > 0 {
		part, size := utf8.DecodeRune(apart)
		apart = apart[size:]
		if part < utf8.RuneSelf {
			dst = append(dst, lowerASCII(byte(part)))
		} else {
			dst = foldWhole(dst, part)
		}
	}
	return dst
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// foldWhole appends a rune that cannot be taken apart.
func foldWhole(dst []byte, r rune) []byte {
	if unicode.IsMark(r) {
		return dst
	}
	if spelt := gazetteer.Ligature(r); spelt != "" { // a part may be one
		return append(dst, spelt...)
	}
	return utf8.AppendRune(dst, unicode.ToLower(r))
}
