package objects

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// termMax is the length that longer words are cut to, in bytes of their fold.
const termMax = 250

// foundWord is one word of a value.
type foundWord struct {
	from, to int    // where it stands in the value, in bytes
	term     []byte // folded; valid until the scanner's next step
}

// tokens walks the words of a value. Letters and numbers make words, each
// letter of scripts without spaces is one, and so is each separator that was
// asked for.
type tokens struct {
	value      string
	separators string
	at         int
	term       []byte // the memory of the last token's fold
}

// next finds the next word. Its term is overwritten by the call after.
func (t *tokens) next() (foundWord, bool) {
	for t.at < len(t.value) {
		r, size := t.rune(t.at)
		if wordRune(r) {
			if found := t.word(r, size); len(found.term) > 0 {
				return found, true
			}
			continue
		}
		from := t.at
		t.at += size
		if t.separators != "" && r != utf8.RuneError && strings.ContainsRune(t.separators, r) {
			t.term = utf8.AppendRune(t.term[:0], r)
			return foundWord{from, t.at, t.term}, true
		}
	}
	return foundWord{}, false
}

func (t *tokens) rune(at int) (rune, int) {
	if c := t.value[at]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(t.value[at:])
}

// word reads the word that begins here with r.
func (t *tokens) word(r rune, size int) foundWord {
	from := t.at
	t.term = foldRune(t.term[:0], r)
	t.at += size
	alone := standsAlone(r)
	for t.at < len(t.value) {
		r, size = t.rune(t.at)
		if alone && !unicode.IsMark(r) || !alone && !continues(r) {
			break
		}
		if len(t.term) < termMax {
			t.term = foldRune(t.term, r)
		}
		t.at += size
	}
	return foundWord{from, t.at, t.term}
}

// wordRune says whether a word may begin with a rune.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

// continues says whether a word that has begun goes on with a rune.
func continues(r rune) bool {
	if r < utf8.RuneSelf {
		return wordRune(r)
	}
	return (wordRune(r) || unicode.IsMark(r)) && !standsAlone(r)
}

// standsAlone says whether a letter is written without spaces around words, so
// that it is found as a word of its own.
func standsAlone(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// wordsOf gives the folded words of a text, at most so many.
func wordsOf(text, separators string, most int) []string {
	t := tokens{value: text, separators: separators}
	var words []string
	for len(words) < most {
		w, ok := t.next()
		if !ok {
			break
		}
		words = append(words, string(w.term))
	}
	return words
}
