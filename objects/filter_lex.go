package objects

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"renfort/mission"
)

// tokenKind is what a piece of a filter expression is.
type tokenKind uint8

const (
	tokenEnd     tokenKind = iota
	tokenWord              // an attribute, a value or a tag
	tokenOpen              // (
	tokenClose             // )
	tokenColon             // :
	tokenAnd               // AND, as OR and NOT only in capital letters
	tokenOr                // OR
	tokenNot               // NOT
	tokenCompare           // < <= = != >= >
	tokenScore             // <score=3>
)

// filterToken is one piece of a filter expression.
type filterToken struct {
	kind   tokenKind
	text   string // of a word: what it says, without quotes and escapes
	quoted bool
	at     int // byte where it begins
	number int // a comparison, or a score
}

// say names the token as error messages do.
func (t filterToken) say() string {
	switch t.kind {
	case tokenEnd:
		return "end of filter"
	case tokenWord:
		return "string(" + clipped(t.text) + ")"
	}
	return t.text
}

// scoreMax is the highest score of a filter.
const scoreMax = 65_535

// filterLexer cuts a filter expression into tokens.
type filterLexer struct {
	text string
	next int // byte
}

// token gives the next token; the end again and again once it is reached.
func (l *filterLexer) token() (filterToken, error) {
	for l.next < len(l.text) {
		r, n := utf8.DecodeRuneInString(l.text[l.next:])
		if !unicode.IsSpace(r) {
			break
		}
		l.next += n
	}
	at, rest := l.next, l.text[l.next:]
	if rest == "" {
		return filterToken{kind: tokenEnd, at: at}, nil
	}
	switch rest[0] {
	case '(':
		return l.take(tokenOpen, 1, 0), nil
	case ')':
		return l.take(tokenClose, 1, 0), nil
	case ':':
		return l.take(tokenColon, 1, 0), nil
	case '"', '\'':
		return l.quoted()
	}
	if n, score, ok := scoreSuffix(rest); ok {
		if score > scoreMax {
			return filterToken{}, l.refuse(at, rest[:n], fmt.Sprintf("a score between 0 and %d", scoreMax))
		}
		return l.take(tokenScore, n, score), nil
	}
	if c, n := comparison(rest); n > 0 {
		return l.take(tokenCompare, n, int(c)), nil
	}
	return l.word(), nil
}

func (l *filterLexer) take(kind tokenKind, n, number int) filterToken {
	t := filterToken{kind: kind, text: l.text[l.next : l.next+n], at: l.next, number: number}
	l.next += n
	return t
}

// word takes letters up to what cannot be in a word without quotes.
func (l *filterLexer) word() filterToken {
	rest := l.text[l.next:]
	n := len(rest)
	for i, r := range rest {
		if i > 0 && (unicode.IsSpace(r) || strings.ContainsRune("():<>=", r) || strings.HasPrefix(rest[i:], "!=")) {
			n = i
			break
		}
	}
	t := l.take(tokenWord, n, 0)
	switch t.text {
	case "AND":
		t.kind = tokenAnd
	case "OR":
		t.kind = tokenOr
	case "NOT":
		t.kind = tokenNot
	}
	return t
}

// quoted takes a word in quotes. A backslash before a quote or a backslash
// takes its meaning away; before anything else it is a letter like others.
func (l *filterLexer) quoted() (filterToken, error) {
	at, mark := l.next, l.text[l.next]
	var b strings.Builder
	for i := at + 1; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == mark:
			l.next = i + 1
			return filterToken{kind: tokenWord, text: b.String(), quoted: true, at: at}, nil
		case c == '\\' && i+1 < len(l.text) && strings.IndexByte(`\"'`, l.text[i+1]) >= 0:
			i++
			b.WriteByte(l.text[i])
		default:
			b.WriteByte(c)
		}
	}
	return filterToken{}, l.refuse(len(l.text), "end of filter", fmt.Sprintf("%c, which closes the quote of col %d", mark, letter(l.text, at)))
}

// refuse makes the error of what stands at a byte.
func (l *filterLexer) refuse(at int, stands, expected string) error {
	return mission.Errorf(mission.Invalid, "filters: Unexpected token %s expected %s at col %d", stands, expected, letter(l.text, at))
}

// letter counts letters, from 1.
func letter(text string, at int) int { return utf8.RuneCountInString(text[:at]) + 1 }

// comparison reads an operator at the beginning of s; n is its length, 0 if
// there is none.
func comparison(s string) (c Comparison, n int) {
	for _, o := range []struct {
		text string
		c    Comparison
	}{{"<=", LessEqual}, {">=", GreaterEqual}, {"!=", NotEqual}, {"<", Less}, {">", Greater}, {"=", Equal}} {
		if strings.HasPrefix(s, o.text) {
			return o.c, len(o.text)
		}
	}
	return 0, 0
}

// scoreSuffix reads "<score=N>" at the beginning of s; n is its length.
func scoreSuffix(s string) (n, score int, ok bool) {
	digits, ok := strings.CutPrefix(s, "<score=")
	if !ok {
		return 0, 0, false
	}
	end := strings.IndexByte(digits, '>')
	if end < 1 || end > 9 || strings.Trim(digits[:end], "0123456789") != "" {
		return 0, 0, false
	}
	score, err := strconv.Atoi(digits[:end])
	return len("<score=") + end + 1, score, err == nil
}

// readNumber reads a number as filters write them: digits with a sign, a fraction
// and an exponent, and nothing that only Go would take for a number.
func readNumber(s string) (float64, bool) {
	if s == "" || strings.Trim(s, "0123456789+-.eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}
