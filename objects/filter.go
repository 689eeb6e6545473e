package objects

import (
	"fmt"
	"strings"

	"renfort/mission"
)

// TagAttribute is the attribute that a bare word of a filter is looked for in.
const TagAttribute = "_tags"

// filterNestingMax bounds parentheses and NOTs within each other.
const filterNestingMax = 64

// ParseFilters reads Algolia's boolean language:
//
//	price < 10 AND (category:Book OR NOT category:"Livre ancien") AND date:1441745506 TO 1441755506
//
// AND binds tighter than OR, NOT tighter than both. A word alone is a tag, and
// one in quotes that holds a colon is attribute and value, as in
// "county:Pima". Conditions of all kinds mix freely, which Algolia refuses.
//
// Nothing but space gives nil, which lets everything through. An expression
// that is malformed, has more than mission.FilterTermsMax terms or is nested
// too deep is refused as Invalid; the text names the letter, from 1, what
// stands there and what was expected. What was parsed is flat: no AND stands
// directly in an AND, no OR in an OR.
func ParseFilters(s string) (*Filter, error) {
	p := &filterParser{lex: filterLexer{text: s}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokenEnd {
		return nil, nil
	}
	f, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokenEnd {
		return nil, p.unexpected("end of filter")
	}
	return f, nil
}

// filterParser is a recursive descent with one token of foresight.
type filterParser struct {
	lex   filterLexer
	tok   filterToken
	terms int
}

func (p *filterParser) advance() (err error) {
	p.tok, err = p.lex.token()
	return err
}

func (p *filterParser) unexpected(expected string) error {
	return p.lex.refuse(p.tok.at, p.tok.say(), expected)
}

func (p *filterParser) or(depth int) (*Filter, error) {
	return p.joined(OpOr, tokenOr, func() (*Filter, error) {
		return p.joined(OpAnd, tokenAnd, func() (*Filter, error) { return p.not(depth) })
	})
}

// joined reads operands with one operator between them.
func (p *filterParser) joined(op FilterOp, between tokenKind, operand func() (*Filter, error)) (*Filter, error) {
	var kids []*Filter
	for {
		f, err := operand()
		if err != nil {
			return nil, err
		}
		kids = append(kids, f)
		if p.tok.kind != between {
			return join(op, kids), nil
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// join makes one filter of several; nil ones are left out, and none gives nil.
func join(op FilterOp, kids []*Filter) *Filter {
	var flat []*Filter
	for _, k := range kids {
		switch {
		case k == nil:
		case k.Op == op:
			flat = append(flat, k.Kids...)
		default:
			flat = append(flat, k)
		}
	}
	switch len(flat) {
	case 0:
		return nil
	case 1:
		return flat[0]
	}
	return &Filter{Op: op, Kids: flat}
}

// negate makes the filter that lets through what f does not.
func negate(f *Filter) *Filter {
	n := &Filter{Op: OpNot, Kids: []*Filter{f}, Score: 1}
	if f.Op != OpAnd && f.Op != OpOr {
		n.Score = f.Score
	}
	return n
}

func (p *filterParser) not(depth int) (*Filter, error) {
	if depth > filterNestingMax {
		return nil, p.unexpected(fmt.Sprintf("at most %d levels of parentheses and NOT", filterNestingMax))
	}
	switch p.tok.kind {
	case tokenNot:
		if err := p.advance(); err != nil {
			return nil, err
		}
		f, err := p.not(depth + 1)
		if err != nil {
			return nil, err
		}
		return negate(f), nil
	case tokenOpen:
		if err := p.advance(); err != nil {
			return nil, err
		}
		f, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.tok.kind != tokenClose {
			return nil, p.unexpected("')'")
		}
		return f, p.advance()
	case tokenWord:
		return p.term()
	}
	return nil, p.unexpected("a filter")
}

// term reads one condition; the parser stands on its first word.
func (p *filterParser) term() (*Filter, error) {
	if p.terms++; p.terms > mission.FilterTermsMax {
		return nil, p.unexpected(fmt.Sprintf("at most %d terms", mission.FilterTermsMax))
	}
	word := p.tok
	if err := p.advance(); err != nil {
		return nil, err
	}
	if word.text == "" && (p.tok.kind == tokenColon || p.tok.kind == tokenCompare) {
		return nil, p.unexpected("the name of an attribute before it")
	}
	switch p.tok.kind {
	case tokenColon:
		return p.value(word.text)
	case tokenCompare:
		return p.compare(word.text)
	}
	f := &Filter{Op: OpEqual, Attribute: TagAttribute, Value: word.text}
	if name, value, ok := strings.Cut(word.text, ":"); ok && word.quoted && name != "" {
		f.Attribute, f.Value = name, value
	}
	return p.scored(f)
}

// value reads what follows "attribute:", a value or a range.
func (p *filterParser) value(attribute string) (*Filter, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind != tokenWord {
		return nil, p.unexpected("a value")
	}
	from := p.tok
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind != tokenWord || p.tok.quoted || p.tok.text != "TO" {
		return p.scored(&Filter{Op: OpEqual, Attribute: attribute, Value: from.text})
	}
	low, ok := readNumber(from.text)
	if !ok {
		return nil, p.lex.refuse(from.at, from.say(), "a number before TO")
	}
	high, err := p.number(false)
	if err != nil {
		return nil, err
	}
	return p.scored(&Filter{Op: OpRange, Attribute: attribute, Number: low, To: high})
}

// compare reads what follows "attribute <".
func (p *filterParser) compare(attribute string) (*Filter, error) {
	c := Comparison(p.tok.number)
	n, err := p.number(true)
	if err != nil {
		return nil, err
	}
	return p.scored(&Filter{Op: OpCompare, Attribute: attribute, Compare: c, Number: n})
}

// number reads the number after the current token. Booleans compare as 1 and 0.
func (p *filterParser) number(booleans bool) (float64, error) {
	if err := p.advance(); err != nil {
		return 0, err
	}
	n, ok := readNumber(p.tok.text)
	if booleans && !ok {
		n, ok = numberOfBool(p.tok.text)
	}
	if p.tok.kind != tokenWord || !ok {
		return 0, p.unexpected("a number")
	}
	return n, p.advance()
}

// numberOfBool gives the number that a boolean compares as.
func numberOfBool(s string) (n float64, ok bool) {
	switch s {
	case "true":
		return 1, true
	case "false":
		return 0, true
	}
	return 0, false
}

// scored takes the score behind a condition, 1 if none is said.
func (p *filterParser) scored(f *Filter) (*Filter, error) {
	f.Score = 1
	if p.tok.kind != tokenScore {
		return f, nil
	}
	f.Score = p.tok.number
	return f, p.advance()
}

// terms counts the conditions of a filter.
func (f *Filter) terms() (n int) {
	if f == nil {
		return 0
	}
	if f.Op != OpAnd && f.Op != OpOr && f.Op != OpNot {
		return 1
	}
	for _, k := range f.Kids {
		n += k.terms()
	}
	return n
}

// hasScores says whether a condition of a filter was given a score.
func (f *Filter) hasScores() bool {
	if f == nil {
		return false
	}
	for _, k := range f.Kids {
		if k.hasScores() {
			return true
		}
	}
	return f.Op >= OpEqual && f.Score != 1
}
