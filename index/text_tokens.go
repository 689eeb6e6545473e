package index

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a token.
const (
	tokenBytesMax  = 96 // longer words are known by their beginning
	joinedPartsMax = 4  // a compound of more parts is not also one word
	joinedBytesMax = 40
)

// Tokenize appends the words of a text, which is read as it stands (see
// StripHTML), and is what both missions and questions go through.
//
// Words are folded before anything else is done to them: lower case, accents
// off, œ as oe. Elided articles are gone (l', d', qu', jusqu' …, with any
// apostrophe), aujourd'hui is one word, E.H.P.A.D. is ehpad, st is saint and
// ste sainte, 18-25 is two numbers, and 2h30 is 2, h, 30. Nothing else is
// dropped: positions count all words, so that phrases can hold small ones.
//
// The parts of a compound (aide-soignant, JeVeuxAider) follow each other; the
// compound written as one word (aidesoignant) is a further token, directly
// after its first part and at its position. So positions never go down, and
// two tokens may share one.
//
// Start and End are bytes of the text, at the bounds of runes.
func Tokenize(dst []Token, text string) []Token {
	l := lexer{text: text, tokens: dst, first: len(dst), buffer: make([]byte, 0, len(text)+len(text)/8)}
	for l.at < len(text) {
		l.step()
	}
	l.endCompound()
	folded := string(l.buffer) // one string for all
	for i, s := range l.spans {
		l.tokens[l.first+i].Exact = folded[s.from:s.to]
	}
	stemAll(l.tokens[l.first:])
	return l.tokens
}

// span is where a token's folded letters are in the buffer.
type span struct{ from, to int }

// lexer reads a text once, from left to right.
type lexer struct {
	text     string
	at       int // the next byte
	buffer   []byte
	tokens   []Token
	first    int    // of tokens, that is ours
	spans    []span // spans[i] of tokens[first+i]
	position int    // of the last token
	parts    int    // of the compound that is being read; they are the last tokens
	joined   bool   // what follows belongs to it
}

// step reads one word, or one rune that is not of a word.
func (l *lexer) step() {
	r, size := utf8.DecodeRuneInString(l.text[l.at:])
	if !wordRune(r) {
		l.at += size
		if r == '·' && l.gendered() {
			return
		}
		if l.joined || !hyphen(r) && !apostrophe(r) {
			l.endCompound()
		}
		l.joined = l.parts > 0
		return
	}
	if !l.joined {
		l.endCompound()
	}
	l.joined = false
	if end := acronymEnd(l.text, l.at); end > 0 {
		l.add(l.at, end)
		l.at = end
		return
	}
	end := wordEnd(l.text, l.at)
	if l.possessive(l.at, end) {
		l.at = end
		l.endCompound()
		return
	}
	if l.elided(l.at, end) {
		l.at = end
		_, size := utf8.DecodeRuneInString(l.text[end:])
		l.at += size
		l.joined = l.parts > 0
		return
	}
	l.split(l.at, end)
	l.at = end
}

// gendered skips the ending that a raised dot puts behind a word (bénévole·s,
// étudiant·e·s), and says whether it did.
func (l *lexer) gendered() bool {
	before, _ := utf8.DecodeLastRuneInString(l.text[:l.at-len("·")])
	next, _ := utf8.DecodeRuneInString(l.text[l.at:])
	end := wordEnd(l.text, l.at)
	if !unicode.IsLetter(before) || !unicode.IsLetter(next) || end-l.at > len("trice") {
		return false
	}
	l.at = end
	return true
}

// wordEnd gives the end of the word that begins at a byte.
func wordEnd(text string, at int) int {
	for i, r := range text[at:] {
		if !wordRune(r) {
			return at + i
		}
	}
	return len(text)
}

// acronymEnd gives the end of single letters with dots between them, at least
// two of them, or 0.
func acronymEnd(text string, at int) int {
	end := 0
	for letters := 1; ; letters++ {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !unicode.IsLetter(r) || apostrophe(r) || wordEnd(text, at) != at+size {
			return end
		}
		at += size
		if letters > 1 {
			end = at
		}
		if at == len(text) || text[at] != '.' {
			return end
		}
		at++
	}
}

// possessive says whether a word is the s that English puts behind an
// apostrophe.
func (l *lexer) possessive(start, end int) bool {
	if l.parts == 0 || l.text[start:end] != "s" {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(l.text[:start])
	next, _ := utf8.DecodeRuneInString(l.text[end:])
	return apostrophe(before) && !apostrophe(next)
}

// elided says whether a word is an article or the like that has lost its vowel
// to the apostrophe behind it.
func (l *lexer) elided(start, end int) bool {
	r, _ := utf8.DecodeRuneInString(l.text[end:])
	if end == len(l.text) || !apostrophe(r) || end-start > len("presqu") {
		return false
	}
	switch strings.ToLower(l.text[start:end]) {
	case "l", "d", "j", "m", "t", "s", "n", "c", "qu", "presqu", "lorsqu", "quelqu", "jusqu", "puisqu", "quoiqu":
		return true
	}
	return false
}

// split adds a word, in parts where its case (JeVeuxAider, Care4Calais) or a
// unit (2h30) says that it has some.
func (l *lexer) split(start, end int) {
	from, digits, lower := start, false, false
	for i, r := range l.text[start:end] {
		i += start
		digit := '0' <= r && r <= '9'
		if i < from || !unicode.IsLetter(r) && !digit { // of a unit, whatever its case; a mark changes nothing
			continue
		}
		switch {
		case i == from:
		case lower && unicode.IsUpper(r), digits && capitalized(l.text[i:end]):
			l.add(from, i)
			from = i
		case digits && !digit:
			if n := unitLetters(l.text[i:end]); n > 0 {
				l.alone(from, i)
				l.alone(i, i+n)
				from = i + n
			}
		}
		digits, lower = digit, unicode.IsLower(r)
	}
	if from < end {
		l.add(from, end)
	}
}

// capitalized says whether a word begins with a capital and goes on small.
func capitalized(word string) bool {
	r, size := utf8.DecodeRuneInString(word)
	next, _ := utf8.DecodeRuneInString(word[size:])
	return unicode.IsUpper(r) && unicode.IsLower(next)
}

// unitLetters counts the letters of the unit behind a number, 0 if what is
// there is none.
func unitLetters(text string) int {
	n := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if n < 0 {
		n = len(text)
	}
	switch strings.ToLower(text[:n]) {
	case "h", "min", "mn", "km", "m", "kg", "g", "an", "ans", "jours", "mois", "heures", "places", "euros":
		return n
	}
	return 0
}

// alone adds a part that no compound may take in.
func (l *lexer) alone(start, end int) {
	l.endCompound()
	l.add(start, end)
	l.parts = 0
}

// add appends a token; none if nothing is left of it when folded.
func (l *lexer) add(start, end int) {
	from := len(l.buffer)
	for _, r := range l.text[start:end] {
		next := foldRune(l.buffer, r)
		if len(next)-from > tokenBytesMax {
			break
		}
		l.buffer = next
	}
	if len(l.buffer) == from {
		return
	}
	if l.today(from) {
		l.tokens[len(l.tokens)-1].End = end
		l.spans[len(l.spans)-1].to = len(l.buffer)
		l.parts = 0
		return
	}
	l.sanctify(from)
	l.position++
	l.parts++
	l.tokens = append(l.tokens, Token{Start: start, End: end, Position: l.position})
	l.spans = append(l.spans, span{from, len(l.buffer)})
}

// today says whether the word that begins in the buffer is the hui of
// aujourd'hui, with an apostrophe or a space.
func (l *lexer) today(from int) bool {
	if string(l.buffer[from:]) != "hui" || len(l.spans) == 0 {
		return false
	}
	last := l.spans[len(l.spans)-1]
	return last.to == from && string(l.buffer[last.from:last.to]) == "aujourd"
}

// sanctify writes out the saints of place names.
func (l *lexer) sanctify(from int) {
	switch string(l.buffer[from:]) {
	case "st":
		l.buffer = append(l.buffer[:from], "saint"...)
	case "ste":
		l.buffer = append(l.buffer[:from], "sainte"...)
	}
}

// endCompound ends the compound that is being read and, if it has more than
// one part, adds it as one word.
func (l *lexer) endCompound() {
	n := l.parts
	l.parts, l.joined = 0, false
	if n < 2 || n > joinedPartsMax {
		return
	}
	parts := l.spans[len(l.spans)-n:]
	if c := l.buffer[parts[0].from]; '0' <= c && c <= '9' { // 18-25 is not 1825
		return
	}
	from := len(l.buffer)
	for _, p := range parts {
		l.buffer = append(l.buffer, l.buffer[p.from:p.to]...)
	}
	if len(l.buffer)-from > joinedBytesMax {
		l.buffer = l.buffer[:from]
		return
	}
	at := len(l.tokens) - n
	whole := Token{Start: l.tokens[at].Start, End: l.tokens[len(l.tokens)-1].End, Position: l.tokens[at].Position}
	l.tokens = append(l.tokens, Token{})
	copy(l.tokens[at+2:], l.tokens[at+1:])
	l.tokens[at+1] = whole
	l.spans = append(l.spans, span{})
	at -= l.first
	copy(l.spans[at+2:], l.spans[at+1:])
	l.spans[at+1] = span{from, len(l.buffer)}
}
