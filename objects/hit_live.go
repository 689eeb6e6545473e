package objects

import "bytes"

// liveNode is a tree of live attributes.
type liveNode struct {
	attribute int // of Live.Attributes, -1 for none
	names     []string
	kids      []*liveNode // kids[i] is under names[i]
}

// tree lays the names of live attributes out.
func (l *Live) tree() *liveNode {
	root := &liveNode{attribute: -1}
	for i, a := range l.Attributes {
		n := root
		for _, part := range bytes.Split([]byte(a.Name), []byte{'.'}) {
			n = n.kid(string(part), true)
		}
		n.attribute = i
	}
	return root
}

func (n *liveNode) kid(name string, grow bool) *liveNode {
	for i, k := range n.names {
		if k == name {
			return n.kids[i]
		}
	}
	if !grow {
		return nil
	}
	k := &liveNode{attribute: -1}
	n.names, n.kids = append(n.names, name), append(n.kids, k)
	return k
}

// into is a record's JSON with its live values in the place of its own: the
// JSON itself where there are none, else it is written to dst.
func (l *Live) into(dst []byte, o *Object) []byte {
	if l == nil || len(l.Attributes) == 0 || l.Value == nil || o.Mission == NoMission {
		return o.JSON
	}
	if dst, some := l.write(dst, l.tree(), o); some {
		return dst
	}
	return o.JSON
}

// write adds a record with its live values to dst; false, and nothing is
// added, where it has none.
func (l *Live) write(dst []byte, tree *liveNode, o *Object) ([]byte, bool) {
	texts := make([]string, len(l.Attributes)) // "" where the record's own stands
	some := false
	for i, a := range l.Attributes {
		if v, ok := l.Value(i, o.Mission); ok {
			texts[i], some = liveText(v, a.Bool), true
		}
	}
	s := &scanner{text: o.JSON}
	if !some || s.peek() != '{' {
		return dst, false
	}
	return tree.object(dst, s, texts), true
}

// object writes the members of an object with the live ones in their places,
// and adds those that it has not.
func (n *liveNode) object(dst []byte, s *scanner, texts []string) []byte {
	start := len(dst)
	dst = append(dst, '{')
	comma := func() {
		if len(dst) > start+1 {
			dst = append(dst, ',')
		}
	}
	done := make([]bool, len(n.kids))
	for more := s.open('}'); more; more = s.more('}') {
		key, head, value := s.member()
		if s.bad {
			break
		}
		comma()
		dst = append(dst, head...)
		dst = n.member(dst, string(key), value, texts, done)
	}
	for i, k := range n.kids {
		if !done[i] && k.has(texts) {
			comma()
			dst = append(appendString(dst, n.names[i]), ':')
			dst = k.value(dst, nil, texts)
		}
	}
	return append(dst, '}')
}

func (n *liveNode) member(dst []byte, key string, value []byte, texts []string, done []bool) []byte {
	for i, name := range n.names {
		if name == key && n.kids[i].has(texts) {
			done[i] = true
			return n.kids[i].value(dst, value, texts)
		}
	}
	return append(dst, value...)
}

// has says whether there is a live value here or below.
func (n *liveNode) has(texts []string) bool {
	if n.attribute >= 0 && texts[n.attribute] != "" {
		return true
	}
	for _, k := range n.kids {
		if k.has(texts) {
			return true
		}
	}
	return false
}

// value writes what stands here: the live value, or the record's with those
// below it.
func (n *liveNode) value(dst, own []byte, texts []string) []byte {
	if n.attribute >= 0 && texts[n.attribute] != "" {
		return append(dst, texts[n.attribute]...)
	}
	if len(own) == 0 || own[0] != '{' {
		own = []byte("{}")
	}
	return n.object(dst, &scanner{text: own}, texts)
}
