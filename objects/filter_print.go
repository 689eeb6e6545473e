package objects

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// String writes f in the language that ParseFilters reads; nil is "". What was
// parsed, printed and parsed again is the same filter.
func (f *Filter) String() string {
	if f == nil {
		return ""
	}
	return string(f.append(nil))
}

func (f *Filter) append(b []byte) []byte {
	switch f.Op {
	case OpAnd:
		return f.appendKids(b, " AND ", OpOr)
	case OpOr:
		return f.appendKids(b, " OR ", OpOr)
	case OpNot:
		k := f.Kids[0]
		return k.appendWithin(append(b, "NOT "...), k.Op == OpAnd || k.Op == OpOr)
	}
	b = appendWord(b, f.Attribute)
	switch f.Op {
	case OpEqual:
		b = appendWord(append(b, ':'), f.Value)
	case OpCompare:
		b = append(append(append(b, ' '), f.Compare.String()...), ' ')
		b = appendFloat(b, f.Number)
	case OpRange:
		b = append(appendFloat(append(b, ':'), f.Number), " TO "...)
		b = appendFloat(b, f.To)
	}
	if f.Score != 1 {
		b = append(strconv.AppendInt(append(b, "<score="...), int64(f.Score), 10), '>')
	}
	return b
}

// appendKids writes kids with the operator between them; those of the weaker
// operator go into parentheses.
func (f *Filter) appendKids(b []byte, between string, weaker FilterOp) []byte {
	for i, k := range f.Kids {
		if i > 0 {
			b = append(b, between...)
		}
		b = k.appendWithin(b, k.Op == weaker)
	}
	return b
}

func (f *Filter) appendWithin(b []byte, parentheses bool) []byte {
	if !parentheses {
		return f.append(b)
	}
	return append(f.append(append(b, '(')), ')')
}

// appendFloat writes a number as short as it can be read back, with an
// exponent only where it is very large or very small.
func appendFloat(b []byte, n float64) []byte {
	format := byte('f')
	if a := math.Abs(n); a >= 1e21 || a != 0 && a < 1e-6 {
		format = 'e'
	}
	return strconv.AppendFloat(b, n, format, -1, 64)
}

// appendWord writes a word, in quotes where it would be read as something else.
func appendWord(b []byte, s string) []byte {
	if bare(s) {
		return append(b, s...)
	}
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}

func bare(s string) bool {
	switch s {
	case "", "AND", "OR", "NOT", "TO":
		return false
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-./", r) {
			return false
		}
	}
	return true
}

// String writes the operator.
func (c Comparison) String() string {
	switch c {
	case Less:
		return "<"
	case LessEqual:
		return "<="
	case Equal:
		return "="
	case NotEqual:
		return "!="
	case GreaterEqual:
		return ">="
	}
	return ">"
}
