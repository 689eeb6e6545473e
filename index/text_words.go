package index

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is read of a question. What goes beyond is not read: a
// question that long is an accident, and must cost no more than others.
const (
	WordsLettersMax = 400 // letters of q
	ClausesMax      = 16  // things asked for
	NotMax          = 8   // things not wanted
	FormTokensMax   = 8   // words of a phrase or compound
	FormsMax        = 12  // ways to say one thing
)

// Token is one word of a text as the text index knows it.
type Token struct {
	Exact    string // folded: lower case, no accents, no elision
	Stem     string // the light stem of Exact, often the same
	Start    int    // bytes of the text it came from
	End      int
	Position int // from 1; the parts of a compound follow each other
}

// Words is what somebody typed, read. It is immutable.
type Words struct {
	Clauses []Clause // all of them must match
	Not     []Clause // none of them may
}

// Clause is one thing asked for: a word, a phrase in quotes, or words that
// have a synonym together.
type Clause struct {
	Typed  string // as it was typed
	Forms  []Form // one of them must match; the first is what was typed
	Prefix bool   // the last word of the first form may be the beginning of one
}

// Form is one way to say a clause: all of its tokens must match.
type Form struct {
	Tokens   []Token
	Adjacent bool // in this order, next to each other, in one field
	Synonym  bool // counts less than what was typed
}

// ParseWords reads what somebody typed: words, "phrases" in any quotes, -word
// and -"phrase". It never fails, and nothing else has a meaning: there are no
// wildcards.
//
//   - Words typed in one piece (aide-soignant, 18-25, JeVeuxAider) are one
//     clause, that the same written as one word matches too.
//   - Words and groups of words that have synonyms carry them as further
//     forms; the longest group wins.
//   - The commonest small words are dropped, unless nothing else is asked for.
//   - A quote that is never closed reaches to the end; one inside a word means
//     nothing.
//   - With prefix, the word the question ends with may be the beginning of one.
//
// Nothing typed, or nothing but signs, gives no clauses.
func ParseWords(q string, prefix bool) Words {
	p := parser{q: firstLetters(q, WordsLettersMax)}
	for p.at < len(p.q) {
		p.step()
	}
	p.words()
	if len(p.read.Clauses) == 0 {
		p.keepSmall()
	}
	p.prefix(prefix)
	return p.read
}

// firstLetters cuts a text after so many runes.
func firstLetters(text string, letters int) string {
	for i := range text {
		if letters--; letters < 0 {
			return text[:i]
		}
	}
	return text
}

// parser reads a question once, from left to right.
type parser struct {
	q     string
	at    int
	plain int    // where the words begin that wait to be read together
	end   int    // and where they end
	small []span // small words that were dropped
	lasts []int  // lasts[i] is where Clauses[i] ends in q
	read  Words
}

// step reads one phrase, or what stands between two spaces.
func (p *parser) step() {
	r, size := utf8.DecodeRuneInString(p.q[p.at:])
	if unicode.IsSpace(r) {
		p.at += size
		return
	}
	from, not := p.at, p.negated()
	if not {
		p.at++
		r, size = utf8.DecodeRuneInString(p.q[p.at:])
	}
	closing := closingQuotes(r)
	if !not && closing == "" {
		p.at = p.pieceEnd(from)
		if p.plain == p.end {
			p.plain = from
		}
		p.end = p.at
		return
	}
	p.words()
	inner, end := p.at, p.pieceEnd(p.at)
	if closing != "" {
		inner, end = p.at+size, len(p.q)
		p.at = end
		if n := strings.IndexAny(p.q[inner:], closing); n >= 0 {
			end = inner + n
			_, size := utf8.DecodeRuneInString(p.q[end:])
			p.at = end + size
		}
	} else {
		p.at = end
	}
	p.plain, p.end = p.at, p.at
	p.phrase(inner, end, not)
}

// negated says whether the next piece is not wanted: it begins with a hyphen
// that touches it. A number behind a number is the end of a range: 18 -25.
func (p *parser) negated() bool {
	if p.q[p.at] != '-' {
		return false
	}
	next, _ := utf8.DecodeRuneInString(p.q[p.at+1:])
	if unicode.IsDigit(next) {
		before := strings.TrimRightFunc(p.q[:p.at], unicode.IsSpace)
		last, _ := utf8.DecodeLastRuneInString(before)
		return !unicode.IsDigit(last)
	}
	return wordRune(next) || closingQuotes(next) != ""
}

// pieceEnd gives the next space, or the end.
func (p *parser) pieceEnd(from int) int {
	if n := strings.IndexFunc(p.q[from:], unicode.IsSpace); n >= 0 {
		return from + n
	}
	return len(p.q)
}

// closingQuotes gives what closes a quote; "" for what opens none.
func closingQuotes(r rune) string {
	switch r {
	case '"', '“', '”', '„', '‟':
		return "\"“”‟"
	case '«', '»':
		return "«»"
	}
	return ""
}

// phrase takes words that must stand next to each other, or must not.
func (p *parser) phrase(start, end int, not bool) {
	tokens, joined := apart(p.tokens(start, end))
	if len(tokens) > FormTokensMax {
		tokens = tokens[:FormTokensMax]
	}
	if len(tokens) == 0 {
		return
	}
	clause := p.clause(tokens, joined)
	switch {
	case !not:
		p.add(clause, tokens)
	case len(p.read.Not) < NotMax:
		p.read.Not = append(p.read.Not, clause)
	}
}

// tokens are the words of a part of q, with their places in q.
func (p *parser) tokens(start, end int) []Token {
	tokens := Tokenize(nil, p.q[start:end])
	for i := range tokens {
		tokens[i].Start += start
		tokens[i].End += start
	}
	return tokens
}

// apart separates words from compounds that are further tokens.
func apart(all []Token) (words, joined []Token) {
	for i, t := range all {
		if i > 0 && t.Position == all[i-1].Position {
			joined = append(joined, t)
		} else {
			words = append(words, t)
		}
	}
	return words, joined
}

// clause is tokens that stand next to each other. The compounds among joined
// that are all of them are a further form.
func (p *parser) clause(tokens, joined []Token) Clause {
	start, end := tokens[0].Start, tokens[len(tokens)-1].End
	c := Clause{Typed: p.q[start:end], Forms: []Form{{Tokens: tokens, Adjacent: len(tokens) > 1}}}
	for i := range joined {
		if joined[i].Start == start && joined[i].End == end {
			c.Forms = append(c.Forms, Form{Tokens: joined[i : i+1 : i+1]})
		}
	}
	return c
}

// words reads the plain words that wait: groups with synonyms first, then
// pieces typed without a space, small words left out.
func (p *parser) words() {
	if p.plain == p.end {
		return
	}
	tokens, joined := apart(p.tokens(p.plain, p.end))
	p.plain = p.end
	table := synonymTable()
	for len(tokens) > 0 {
		n := p.pieceTokens(tokens)
		if m, entry := table.longest(tokens); m >= n && !(m == 1 && p.leads(tokens)) {
			clause := p.clause(tokens[:m:m], joined)
			entry.widen(&clause)
			p.add(clause, tokens[:m])
			tokens = tokens[m:]
			continue
		}
		if n == 1 && (p.leads(tokens) || smallWord(tokens[0].Exact)) {
			p.small = append(p.small, span{tokens[0].Start, tokens[0].End})
		} else {
			p.add(p.clause(tokens[:n:n], joined), tokens[:n])
		}
		tokens = tokens[n:]
	}
}

// leads says whether the first of these words is at the head of the question
// and means nothing there.
func (p *parser) leads(tokens []Token) bool {
	return len(p.read.Clauses) == 0 && leadWord(tokens[0].Exact) &&
		slices.ContainsFunc(tokens[1:], func(t Token) bool { return !smallWord(t.Exact) })
}

// pieceTokens counts the tokens that were typed in one piece.
func (p *parser) pieceTokens(tokens []Token) int {
	n := 1
	for n < len(tokens) && n < FormTokensMax && glued(p.q[tokens[n-1].End:tokens[n].Start], tokens[n-1], tokens[n]) {
		n++
	}
	return n
}

// glued says whether two words with this between them are one piece: 18/25,
// but not sport,culture.
func glued(between string, a, b Token) bool {
	for _, r := range between {
		switch {
		case hyphen(r), apostrophe(r), r == '.', r == '@', r == '_', wordRune(r): // elided letters
		case r == '/' || r == ',' || r == ':':
			if !unicode.IsDigit(rune(a.Exact[0])) || !unicode.IsDigit(rune(b.Exact[0])) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// add appends a clause that is not there yet.
func (p *parser) add(c Clause, tokens []Token) {
	if len(p.read.Clauses) == ClausesMax {
		return
	}
	key := c.key(nil)
	for i := range p.read.Clauses {
		if string(p.read.Clauses[i].key(nil)) == string(key) {
			p.lasts[i] = tokens[len(tokens)-1].End
			return
		}
	}
	p.read.Clauses = append(p.read.Clauses, c)
	p.lasts = append(p.lasts, tokens[len(tokens)-1].End)
}

// keepSmall asks for the small words that were dropped: nothing else is left.
func (p *parser) keepSmall() {
	for _, s := range p.small {
		if tokens := p.tokens(s.from, s.to); len(tokens) > 0 {
			p.add(p.clause(tokens[:1], nil), tokens[:1])
		}
	}
}

// prefix marks the clause that the question ends with.
func (p *parser) prefix(wanted bool) {
	for i := range p.read.Clauses {
		p.read.Clauses[i].Prefix = wanted && p.lasts[i] == len(p.q)
	}
}

// smallWord says whether a word is so common that a question means the same
// without it. The list is short on purpose: été, sans, sur, avec, est, hors
// and the like are words that people search by.
func smallWord(exact string) bool {
	switch exact {
	case "de", "du", "des", "d", "le", "la", "les", "l", "un", "une", "et", "ou", "a", "au", "aux", "en", "pour", "par", "dans",
		"que", "qui", "qu", "ce", "cet", "cette", "ces", "c", "se", "s", "je", "j", "me", "m", "mon", "ma", "mes", "te", "t",
		"sa", "ses", "nos", "vos", "notre", "votre", "leur", "leurs", "nous", "vous", "ne", "n", "y",
		// What everybody who asks wants.
		"aider", "veux", "voudrais", "souhaite", "souhaiterais", "aimerais", "cherche", "devenir":
		return true
	}
	return false
}

// leadWord says whether a word means nothing at the head of a question with
// more behind it: every mission is for volunteers (bénévolat animaux paris).
// Elsewhere it says something: recruter des bénévoles.
func leadWord(exact string) bool {
	return exact == "benevolat" || exact == "benevole" || exact == "benevoles"
}

// Key is the same for questions that match the same missions with the same
// scores: for caches.
func (w *Words) Key() string {
	var key []byte
	for i := range w.Clauses {
		key = append(w.Clauses[i].key(key), '\n')
	}
	for i := range w.Not {
		key = append(w.Not[i].key(append(key, '-')), '\n')
	}
	return string(key)
}

// key appends what tells a clause from others: its forms, that have letters
// and numbers only, with signs between them.
func (c *Clause) key(key []byte) []byte {
	for _, f := range c.Forms {
		sign := byte(' ')
		if f.Adjacent {
			sign = '_'
		}
		for _, t := range f.Tokens {
			key = append(append(key, t.Exact...), sign)
		}
		if f.Synonym {
			key = append(key, '~')
		}
		key = append(key, '|')
	}
	if c.Prefix {
		key = append(key, '*')
	}
	return key
}
