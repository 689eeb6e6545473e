package record

import (
	"bytes"
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// node is the part of a record that a mapping wants: what it does not name is
// skipped without being read.
type node struct {
	below map[string]*node
	whole bool // everything below is wanted
}

// number is a JSON number as it was written.
type number string

// want adds a path to the tree.
func (n *node) want(p Path, whole bool) {
	for _, name := range strings.Split(string(p), ".") {
		next := n.below[name]
		if next == nil {
			next = &node{}
			if n.below == nil {
				n.below = map[string]*node{}
			}
			n.below[name] = next
		}
		n = next
	}
	n.whole = n.whole || whole
}

var errNoObject = errors.New("record: the record is not a JSON object")

// read gives the wanted part of a record as maps, lists, strings, numbers,
// booleans and nil. A member given twice counts the last time.
func (n *node) read(record []byte) (map[string]any, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(record), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if d.PeekKind() != '{' {
		return nil, errNoObject
	}
	v, err := n.value(d, 0)
	if err != nil {
		return nil, err
	}
	tree, ok := v.(map[string]any)
	if !ok {
		return nil, errNoObject
	}
	return tree, nil
}

func (n *node) value(d *jsontext.Decoder, depth int) (any, error) {
	kind := d.PeekKind()
	switch {
	case depth > mission.NestingMax, kind == '{' && n.below == nil && !n.whole:
		return nil, d.SkipValue()
	case kind == '{':
		return n.object(d, depth)
	case kind == '[':
		return n.list(d, depth)
	}
	t, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch kind {
	case '"':
		return t.String(), nil
	case '0':
		return number(t.String()), nil
	case 't', 'f':
		return t.Bool(), nil
	}
	return nil, nil
}

func (n *node) object(d *jsontext.Decoder, depth int) (any, error) {
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	m := make(map[string]any, len(n.below))
	for d.PeekKind() != '}' {
		t, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		name := t.String()
		next := n.below[name]
		if next == nil && n.whole {
			next = n
		}
		if next == nil {
			if err := d.SkipValue(); err != nil {
				return nil, err
			}
			continue
		}
		if m[name], err = next.value(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.ReadToken()
	return m, err
}

func (n *node) list(d *jsontext.Decoder, depth int) (any, error) {
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	var l []any
	for d.PeekKind() != ']' {
		v, err := n.value(d, depth+1)
		if err != nil {
			return nil, err
		}
		l = append(l, v)
	}
	_, err := d.ReadToken()
	return l, err
}

// at gives what stands at a path, without looking into lists; present is false
// where nothing does, or null.
func at(tree map[string]any, p Path) (v any, present bool) {
	name, rest, more := strings.Cut(string(p), ".")
	v = tree[name]
	for more {
		below, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		name, rest, more = strings.Cut(rest, ".")
		v = below[name]
	}
	return v, v != nil
}

// scalars visits the strings, numbers and booleans at a path, those of lists
// on the way and at its end among them. present is false where nothing stands
// there, or null.
func scalars(v any, p Path, visit func(any)) (present bool) {
	switch v := v.(type) {
	case nil:
		return false
	case []any:
		for _, e := range v {
			present = scalars(e, p, visit) || present
		}
		return present
	case map[string]any:
		if p == "" {
			return false
		}
		name, rest, _ := strings.Cut(string(p), ".")
		return scalars(v[name], Path(rest), visit)
	}
	if p != "" {
		return false
	}
	visit(v)
	return true
}
