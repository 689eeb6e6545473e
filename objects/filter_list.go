package objects

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// filterList is one of the parameters that hold conditions in lists: a list is
// AND, a list in it OR, and so on in turns. A text is one condition, a list
// written as JSON, or the old form "a:b,(c:d,e:f)".
type filterList struct {
	name string // of the parameter
	leaf func(s string) (f *Filter, expected string)
	// glue is what every condition holds: a piece of the old form without it
	// continues the one before, as in "city:Paris, France". "" for none.
	glue string
}

func facetFilters() filterList    { return filterList{"facetFilters", facetLeaf, ":"} }
func optionalFilters() filterList { return filterList{"optionalFilters", facetLeaf, ":"} }
func numericFilters() filterList  { return filterList{"numericFilters", numericLeaf, ""} }
func tagFilters() filterList      { return filterList{"tagFilters", tagLeaf, ""} }

// parse gives the conditions as one filter, nil if there are none.
func (l filterList) parse(v any) (*Filter, error) {
	kids, err := l.parseEach(v)
	return join(OpAnd, kids), err
}

// parseEach gives each condition of the outermost list by itself.
func (l filterList) parseEach(v any) ([]*Filter, error) {
	if s, ok := v.(string); ok {
		if list, isList := listInText(s); isList {
			v = list
		} else if strings.Count(s, ",") < mission.FilterTermsMax {
			v = l.old(s)
		} else {
			return nil, l.refuse("a longer list", fmt.Sprintf("at most %d terms", mission.FilterTermsMax))
		}
	}
	return l.kids(v, 0)
}

// listInText reads a JSON array.
func listInText(s string) (list []any, ok bool) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "[") {
		return nil, false
	}
	return list, json.Unmarshal([]byte(s), &list) == nil
}

// kids reads a list; what says nothing is left out.
func (l filterList) kids(v any, depth int) ([]*Filter, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	kids := make([]*Filter, 0, len(list))
	for _, e := range list {
		f, err := l.item(e, depth+1)
		if err != nil {
			return nil, err
		}
		if f != nil {
			kids = append(kids, f)
		}
	}
	return kids, nil
}

func (l filterList) item(v any, depth int) (*Filter, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		f, expected := l.leaf(v)
		if f == nil {
			return nil, l.refuse(fmt.Sprintf("%q", clipped(v)), expected)
		}
		return f, nil
	case float64: // a tag
		return l.item(string(appendFloat(nil, v)), depth)
	case []any:
		if depth > filterNestingMax {
			return nil, l.refuse("a list", fmt.Sprintf("at most %d lists in each other", filterNestingMax))
		}
		kids, err := l.kids(v, depth)
		op := OpOr
		if depth%2 == 0 {
			op = OpAnd
		}
		return join(op, kids), err
	}
	return nil, l.refuse("another type", "a string or a list of strings")
}

func (l filterList) refuse(stands, expected string) error {
	return mission.Errorf(mission.Invalid, "%s: Unexpected %s, expected %s", l.name, stands, expected)
}

// old reads "a:b,(c:d,e:f)": commas are AND, those in parentheses OR. A
// parenthesis within a condition is a letter like others.
func (l filterList) old(s string) []any {
	var list []any
	for s = strings.TrimSpace(s); s != ""; {
		if group, rest, ok := oldGroup(s); ok {
			list = append(list, l.pieces(group))
			s = rest
			continue
		}
		end := len(s)
		if i := nextGroup(s); i >= 0 {
			end = i
		}
		list = append(list, l.pieces(s[:end])...)
		s = strings.TrimLeft(s[end:], ", ")
	}
	return list
}

// oldGroup splits "(c:d,e:f), rest" where s begins with a group.
func oldGroup(s string) (group, rest string, ok bool) {
	if s[0] != '(' {
		return "", "", false
	}
	for i := range len(s) {
		if s[i] != ')' {
			continue
		}
		rest := strings.TrimSpace(s[i+1:])
		if rest == "" || rest[0] == ',' {
			return s[1:i], strings.TrimLeft(rest, ", "), true
		}
	}
	return "", "", false
}

// nextGroup finds a comma behind which a group begins, -1 if there is none.
func nextGroup(s string) int {
	for i := strings.IndexByte(s, ','); i >= 0 && i < len(s); {
		rest := strings.TrimLeft(s[i:], ", ")
		if rest == "" {
			return -1
		}
		if rest[0] == '(' {
			if _, _, ok := oldGroup(rest); ok {
				return i
			}
			return -1 // what closes no group here closes none further on
		}
		next := strings.IndexByte(rest, ',')
		if next < 0 {
			return -1
		}
		i = len(s) - len(rest) + next
	}
	return -1
}

// pieces splits at commas that glue does not forbid.
func (l filterList) pieces(s string) []any {
	var list []any
	for s != "" {
		end := l.pieceEnd(s)
		if piece := strings.TrimSpace(s[:end]); piece != "" {
			list = append(list, piece)
		}
		s = strings.TrimPrefix(s[end:], ",")
	}
	return list
}

// pieceEnd finds the comma that ends the first piece.
func (l filterList) pieceEnd(s string) int {
	for end := 0; ; {
		next := strings.IndexByte(s[end:], ',')
		if next < 0 {
			return len(s)
		}
		end += next
		after, _, _ := strings.Cut(s[end+1:], ",")
		if l.glue == "" || strings.TrimSpace(after) == "" || strings.Contains(after, l.glue) {
			return end
		}
		end++
	}
}

// facetLeaf reads "attribute:value", "attribute:-value" for what has not the
// value, "attribute:\-value" for a value that begins with a minus, each with a
// score behind it or not.
func facetLeaf(s string) (*Filter, string) {
	s, score := cutScore(s)
	name, value, ok := strings.Cut(s, ":")
	if name = strings.TrimSpace(name); !ok || name == "" {
		return nil, `"attribute:value"`
	}
	return minus(name, value, score), ""
}

// minus makes a condition on a value that may say by a minus that it is not
// wanted.
func minus(attribute, value string, score int) *Filter {
	f := &Filter{Op: OpEqual, Attribute: attribute, Value: value, Score: score}
	switch {
	case strings.HasPrefix(value, `\-`):
		f.Value = value[1:]
	case len(value) > 1 && value[0] == '-':
		f.Value = value[1:]
		return negate(f)
	}
	return f
}

func tagLeaf(s string) (*Filter, string) {
	s, score := cutScore(s)
	if s == "" {
		return nil, "a tag"
	}
	s = strings.TrimPrefix(s, TagAttribute+":")
	return minus(TagAttribute, s, score), ""
}

// numericLeaf reads "price > 10", "price:1 TO 5" and "price:10".
func numericLeaf(s string) (*Filter, string) {
	const expected = `"attribute < number" or "attribute:number TO number"`
	s, score := cutScore(s)
	i := strings.IndexAny(s, "<>=!:")
	if i < 1 {
		return nil, expected
	}
	f := &Filter{Attribute: strings.Trim(strings.TrimSpace(s[:i]), `"`), Score: score}
	var ok bool
	if c, n := comparison(s[i:]); n > 0 {
		f.Op, f.Compare = OpCompare, c
		f.Number, ok = comparedNumber(s[i+n:])
	} else if low, high, to := strings.Cut(s[i+1:], " TO "); s[i] == ':' && to {
		var lowOK bool
		f.Op = OpRange
		f.Number, lowOK = readNumber(strings.TrimSpace(low))
		f.To, ok = readNumber(strings.TrimSpace(high))
		ok = ok && lowOK
	} else if s[i] == ':' {
		f.Op, f.Compare = OpCompare, Equal
		f.Number, ok = comparedNumber(s[i+1:])
	}
	if !ok || f.Attribute == "" {
		return nil, expected
	}
	return f, ""
}

func comparedNumber(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if n, ok := numberOfBool(s); ok {
		return n, true
	}
	return readNumber(s)
}

// cutScore takes "<score=N>" from the end of a condition; 1 if none is said.
func cutScore(s string) (string, int) {
	i := strings.LastIndex(s, "<score=")
	if i < 0 {
		return s, 1
	}
	n, score, ok := scoreSuffix(s[i:])
	if !ok || i+n != len(s) || score > scoreMax {
		return s, 1
	}
	return s[:i], score
}
