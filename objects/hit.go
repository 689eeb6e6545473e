package objects

import (
	"bytes"
	"slices"
	"strings"
)

// choice is a tree of attributes: which of them are taken, and how. A part of
// an attribute that says nothing is taken where the attribute is.
type choice struct {
	take  int8 // 1 yes, -1 no, 0 as the attribute above
	never bool // not even where a part asks for it
	kids  map[string]*choice
}

// at is the place of a dotted name, made where it is not there.
func (c *choice) at(name string) *choice {
	for part := range strings.SplitSeq(name, ".") {
		kid := c.kids[part]
		if kid == nil {
			if c.kids == nil {
				c.kids = make(map[string]*choice)
			}
			kid = &choice{}
			c.kids[part] = kid
		}
		c = kid
	}
	return c
}

// under is what the tree says below a key, which may have dots; nil for
// nothing. The empty choice is never changed.
func (c *choice) under(key []byte) *choice {
	if kid := c.kids[string(key)]; kid != nil || bytes.IndexByte(key, '.') < 0 {
		return kid
	}
	for part := range bytes.SplitSeq(key, []byte{'.'}) {
		if c = c.kids[string(part)]; c == nil {
			return nil
		}
	}
	return c
}

// newChoice reads attributesToRetrieve: nil is all.
func newChoice(attributes, unretrievable []string) *choice {
	root := &choice{take: -1}
	if attributes == nil || slices.Contains(attributes, "*") {
		root.take = 1
	}
	positive := false
	for _, name := range attributes {
		if name == "*" {
			continue
		}
		if out, ok := strings.CutPrefix(name, "-"); ok {
			root.at(out).take = -1
			continue
		}
		root.at(name).take, positive = 1, true
	}
	if len(attributes) > 0 && !positive {
		root.take = 1 // only what is not wanted was named
	}
	for _, name := range unretrievable {
		root.at(name).never = true
	}
	id := root.at(IDAttribute)
	id.take, id.never = 1, false
	return root
}

// all says whether the tree takes everything.
func (c *choice) all() bool {
	if c.take < 0 || c.never {
		return false
	}
	for _, k := range c.kids {
		if !k.all() {
			return false
		}
	}
	return true
}

// member reads the next member of an object: its key, what stands before the
// value, and the value.
func (s *scanner) member() (key, head, value []byte) {
	s.peek()
	start := s.at
	key = s.key()
	head = s.text[start:s.at]
	return key, head, s.value()
}

// project writes the parts of a value that are taken; any is false where
// nothing was. An array keeps its objects, so that they stay in their places.
func (c *choice) project(dst, value []byte, take bool) (out []byte, any bool) {
	switch {
	case len(value) == 0:
		return dst, false
	case c == nil || len(c.kids) == 0 || value[0] != '{' && value[0] != '[':
		if !take {
			return dst, false
		}
		return append(dst, value...), true
	case value[0] == '{':
		return c.projectObject(dst, value, take)
	}
	s, any := &scanner{text: value}, take
	dst = append(dst, '[')
	first := true
	for more := s.open(']'); more; more = s.more(']') {
		entry := s.value()
		mark := len(dst)
		if !first {
			dst = append(dst, ',')
		}
		var some bool
		dst, some = c.project(dst, entry, take)
		if !some && len(entry) > 0 && entry[0] == '{' {
			dst = append(dst, '{', '}')
		} else if !some {
			dst = dst[:mark]
			continue
		}
		first, any = false, any || some
	}
	return append(dst, ']'), any
}

func (c *choice) projectObject(dst, value []byte, take bool) (out []byte, any bool) {
	s, any := &scanner{text: value}, take
	start := len(dst)
	dst = append(dst, '{')
	for more := s.open('}'); more; more = s.more('}') {
		key, head, value := s.member()
		if s.bad {
			break
		}
		kid, takes := c.under(key), take
		if kid != nil {
			if kid.never {
				continue
			}
			if kid.take != 0 {
				takes = kid.take > 0
			}
		}
		mark := len(dst)
		if mark > start+1 {
			dst = append(dst, ',')
		}
		dst = append(dst, head...)
		var some bool
		if dst, some = kid.project(dst, value, takes); !some {
			dst = dst[:mark]
		}
		any = any || some
	}
	if !any {
		return dst[:start], false
	}
	return append(dst, '}'), any
}

// record writes the attributes of a record that are taken, and its id always.
func (c *choice) record(dst, record []byte, id string, all bool) []byte {
	if all && bytes.Contains(record, []byte(`"`+IDAttribute+`"`)) {
		return append(dst, record...)
	}
	start := len(dst)
	dst, ok := c.project(dst, bytes.TrimSpace(record), c.take > 0)
	if !ok || dst[start] != '{' {
		dst = append(dst[:start], '{', '}')
	}
	if bytes.Contains(dst[start:], []byte(`"`+IDAttribute+`":`)) {
		return dst
	}
	dst = dst[:len(dst)-1]
	if len(dst) > start+1 {
		dst = append(dst, ',')
	}
	dst = append(dst, `"`+IDAttribute+`":`...)
	return append(appendString(dst, id), '}')
}

// Retrieve is a record with its live values, and of its attributes those that
// are asked for: nil or "*" for all, "-name" for all but that, dotted names
// for parts; never the unretrievable ones, always objectID. The mission is the
// one that the record describes, or NoMission; live may be nil.
func Retrieve(record []byte, attributes, unretrievable []string, live *Live, mission uint32) []byte {
	o := &Object{JSON: record, Mission: mission}
	s := &scanner{text: record}
	if s.peek() == '{' {
		for more := s.open('}'); more; more = s.more('}') {
			if key, _, value := s.member(); string(key) == IDAttribute {
				o.ID = string(plain(value))
			}
		}
	}
	c := newChoice(attributes, unretrievable)
	return c.record(nil, live.into(nil, o), o.ID, c.all())
}
