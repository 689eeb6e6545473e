package gazetteer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold is a name as it is compared: without accents, in lower case, every run
// of hyphens, apostrophes, blanks and other signs one blank, ligatures spelt
// out, and St and Ste as Saint and Sainte. "L'Haÿ-les-Roses" and "l hay les
// ROSES" fold to the same. A name of signs alone folds to "".
func Fold(name string) string {
	var f folder
	f.add(name)
	f.endWord()
	return strings.TrimSuffix(f.b.String(), " ")
}

// FoldPrefix is Fold for the beginning of a name: the last word may go on, so
// that it is left as it stands, unless a sign ends it; the blank that the sign
// leaves then stays at the end.
func FoldPrefix(prefix string) string {
	var f folder
	f.add(prefix)
	return f.b.String()
}

// SameName says whether two names fold to the same, and to something.
func SameName(a, b string) bool {
	folded := Fold(a)
	return folded != "" && folded == Fold(b)
}

// folder writes a folded name, word by word.
type folder struct {
	b    strings.Builder
	word int // where the word that is being written begins in b
}

// Ligature spells out a letter that stays whole when a text is decomposed, ""
// for all others.
func Ligature(r rune) string {
	switch r {
	case 'œ', 'Œ':
		return "oe"
	case 'æ', 'Æ':
		return "ae"
	case 'ß', 'ẞ':
		return "ss"
	case 'ø', 'Ø':
		return "o"
	case 'ł', 'Ł':
		return "l"
	case 'đ', 'Đ', 'ð', 'Ð':
		return "d"
	case 'þ', 'Þ':
		return "th"
	case 'ı':
		return "i"
	case 'ς': // a sigma that ends a word is one
		return "σ"
	}
	return ""
}

func (f *folder) add(name string) {
	f.b.Grow(len(name) + 4)
	for i := 0; i < len(name); i++ {
		if name[i] >= utf8.RuneSelf {
			name = name[:i] + norm.NFKD.String(strings.ToValidUTF8(name[i:], " "))
			break
		}
	}
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			f.b.WriteByte(byte(r))
		case r >= 'A' && r <= 'Z':
			f.b.WriteByte(byte(r - 'A' + 'a'))
		case r < utf8.RuneSelf:
			f.endWord()
		case unicode.Is(unicode.Mn, r): // an accent, left over by NFKD
		case unicode.Is(unicode.Lm, r): // signs that pass for letters, as U+02BC for an apostrophe
			f.endWord()
		case Ligature(r) != "":
			f.b.WriteString(Ligature(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			f.b.WriteRune(unicode.ToLower(r))
		default:
			f.endWord()
		}
	}
}

// endWord spells out what the word stands for, and leaves a blank behind it.
func (f *folder) endWord() {
	switch f.b.String()[f.word:] {
	case "":
		return
	case "st":
		f.replaceWord("saint")
	case "ste":
		f.replaceWord("sainte")
	}
	f.b.WriteByte(' ')
	f.word = f.b.Len()
}

func (f *folder) replaceWord(word string) {
	before := f.b.String()[:f.word]
	f.b.Reset()
	f.b.WriteString(before)
	f.b.WriteString(word)
}

// withoutArticle is a folded name less its leading article, false if it has
// none: people look for "Havre".
func withoutArticle(folded string) (string, bool) {
	article, rest, ok := strings.Cut(folded, " ")
	switch article {
	case "le", "la", "les", "l":
		return rest, ok
	}
	return "", false
}
