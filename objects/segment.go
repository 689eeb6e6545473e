package objects

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unsafe"
)

// segment is some records of an index, made ready once. It is immutable but
// for what it remembers (cache); which of its documents are still there is
// kept beside it (part).
type segment struct {
	docs    []Object
	order   []uint32 // the documents, by objectID
	place   []uint32 // place[d] is where document d stands in order
	columns []*valueColumn
	byName  map[string]int // columns by name
	places  places
	words   *wordsIndex // attribute a is columns[a]
	cache   segmentCache
	matches matchCache
	size    int64 // bytes, about
}

// part is a segment as one snapshot sees it.
type part struct {
	*segment
	dead docSet // nil: all documents are there
	live int    // documents that are there
}

// column is the column of a name, nil for none.
func (s *segment) column(name string) *valueColumn {
	if i, ok := s.byName[name]; ok {
		return s.columns[i]
	}
	return nil
}

// find is the document of an id, whether it is still there or not.
func (s *segment) find(id string) (uint32, bool) {
	i := s.from(id)
	if i == len(s.order) || s.docs[s.order[i]].ID != id {
		return 0, false
	}
	return s.order[i], true
}

// from is the place in order of the first document whose id is not below.
func (s *segment) from(id string) int {
	return sort.Search(len(s.order), func(i int) bool { return s.docs[s.order[i]].ID >= id })
}

// find is the document of an id that is still there.
func (p *part) find(id string) (uint32, bool) {
	doc, ok := p.segment.find(id)
	return doc, ok && !p.isDead(doc)
}

func (p *part) isDead(doc uint32) bool { return p.dead != nil && p.dead.has(doc) }

// here sets s to the documents that are there.
func (p *part) here(s docSet) {
	s.fill(len(p.docs))
	if p.dead != nil {
		s.andNot(p.dead)
	}
}

// segmentBuilder collects the columns of a segment, a document after the
// other.
type segmentBuilder struct {
	docs    []Object
	root    pathNode
	columns []*columnBuilder
	places  placesBuilder
	words   *wordsBuilder
	touched []int    // columns of the document at hand, in the order of the record
	seen    []uint32 // seen[c] is the last document with column c, plus 1
}

// buildSegment parses records. Ids are different.
func buildSegment(docs []Object, settings *Settings) *segment {
	b := &segmentBuilder{docs: docs, words: newWordsBuilder(settings.Separators)}
	for doc := range docs {
		b.add(uint32(doc))
	}
	return b.finish()
}

func (b *segmentBuilder) add(doc uint32) {
	b.touched = b.touched[:0]
	b.places.next(b.docs[doc].Mission)
	s := &scanner{text: b.docs[doc].JSON}
	if s.peek() == '{' {
		b.object(s, &b.root, doc, 0)
	}
	b.indexWords(doc)
}

func (b *segmentBuilder) finish() *segment {
	s := &segment{docs: b.docs, places: b.places.finish(), byName: make(map[string]int, len(b.columns))}
	s.words = b.words.finish(len(b.docs))
	for i, c := range b.columns {
		s.columns = append(s.columns, c.finish(len(b.docs)))
		s.byName[c.name] = i
	}
	s.sortByID()
	s.size = s.bytes()
	return s
}

// sortByID makes order and place.
func (s *segment) sortByID() {
	s.order = make([]uint32, len(s.docs))
	for i := range s.order {
		s.order[i] = uint32(i)
	}
	slices.SortFunc(s.order, func(a, b uint32) int { return cmp.Compare(s.docs[a].ID, s.docs[b].ID) })
	s.place = make([]uint32, len(s.docs))
	for i, doc := range s.order {
		s.place[doc] = uint32(i)
	}
}

// bytes is about what the segment takes, its records among it.
func (s *segment) bytes() int64 {
	n := int64(len(s.docs)) * (int64(unsafe.Sizeof(Object{})) + 8)
	for i := range s.docs {
		n += int64(len(s.docs[i].JSON) + len(s.docs[i].ID))
	}
	for _, c := range s.columns {
		n += c.bytes() + int64(unsafe.Sizeof(valueColumn{}))
	}
	return n + s.places.bytes() + int64(s.words.bytes())
}

// pathNode is a place in records: what stands below a dotted name.
type pathNode struct {
	name   string // of the last part
	path   string
	column int // plus 1; 0 for none yet
	kids   []*pathNode
	byName map[string]*pathNode // of kids, where they are many
}

// kidsFew is up to how many kids are compared one by one.
const kidsFew = 8

// kid is what stands under a key. Records have their keys in the same order
// most often, so the place of the key is looked at first.
func (n *pathNode) kid(key []byte, at int) *pathNode {
	if at < len(n.kids) && n.kids[at].name == string(key) {
		return n.kids[at]
	}
	if n.byName != nil {
		if k := n.byName[string(key)]; k != nil {
			return k
		}
	} else {
		for _, k := range n.kids {
			if k.name == string(key) {
				return k
			}
		}
	}
	return n.grow(string(key))
}

func (n *pathNode) grow(key string) *pathNode {
	k := &pathNode{name: key, path: key}
	if n.path != "" {
		k.path = n.path + "." + key
	}
	n.kids = append(n.kids, k)
	if len(n.kids) > kidsFew && n.byName == nil {
		n.byName = make(map[string]*pathNode)
		for _, kid := range n.kids {
			n.byName[kid.name] = kid
		}
	} else if n.byName != nil {
		n.byName[key] = k
	}
	return k
}

// object reads the members of an object that stands at a node.
func (b *segmentBuilder) object(s *scanner, n *pathNode, doc uint32, depth int) {
	for at, more := 0, s.open('}'); more; at, more = at+1, s.more('}') {
		key := s.key()
		if s.bad {
			return
		}
		kid := n.kid(key, at)
		if depth == 0 && kid.name == geoName {
			mark := *s
			b.places.add(mark.value())
		}
		b.value(s, kid, doc, depth+1)
	}
}

// value reads what stands at a node: a scalar is a value of its column, and
// arrays are as if their entries stood there one after the other.
func (b *segmentBuilder) value(s *scanner, n *pathNode, doc uint32, depth int) {
	c := s.peek()
	if depth > depthMax && (c == '{' || c == '[') {
		s.value()
		return
	}
	switch c {
	case '{':
		b.object(s, n, doc, depth)
	case '[':
		for more := s.open(']'); more; more = s.more(']') {
			b.value(s, n, doc, depth+1)
		}
	case '"':
		if text := plain(s.quoted()); !s.bad {
			c := b.at(n, doc)
			c.has(doc, c.text(shared(text)))
		}
	case 0:
		s.fail()
	default:
		b.word(s.word(), n, doc)
	}
}

func (b *segmentBuilder) word(word []byte, n *pathNode, doc uint32) {
	switch string(word) {
	case "null":
	case "true", "false":
		c := b.at(n, doc)
		c.has(doc, c.boolean(word[0] == 't'))
	default:
		if v, ok := numberOf(word); ok {
			c := b.at(n, doc)
			c.has(doc, c.num(v))
		}
	}
}

// at is the column of a node, which the document has from now on.
func (b *segmentBuilder) at(n *pathNode, doc uint32) *columnBuilder {
	if n.column == 0 {
		n.column = b.columnOf(n.path) + 1
	}
	i := n.column - 1
	if b.seen[i] != doc+1 {
		b.seen[i] = doc + 1
		b.touched = append(b.touched, i)
	}
	return b.columns[i]
}

// columnOf finds or makes the column of a name: a key with a dot in it may
// have the name of another's kid.
func (b *segmentBuilder) columnOf(name string) int {
	if strings.Contains(name, ".") {
		for i, c := range b.columns {
			if c.name == name {
				return i
			}
		}
	}
	b.columns, b.seen = append(b.columns, newColumnBuilder(name)), append(b.seen, 0)
	return len(b.columns) - 1
}
