package objects

import (
	"slices"
	"strconv"
	"strings"
)

// markWriter writes _highlightResult or _snippetResult: the structure of a record,
// with an object for each string and number in it.
type markWriter struct {
	req          *request
	root         *markNode
	pre, post    string
	ellipsis     string
	snippets     bool
	onlyMatching bool // entries of arrays that hold nothing are left out
}

// markNode is a place in records.
type markNode struct {
	path  string
	take  bool
	never bool
	words int // of a snippet
	in    attributeRank
	kids  map[string]*markNode
}

// snippetWords is the length of a snippet where none is said.
const snippetWords = 10

func (r *request) newHighlighter() *markWriter {
	names := r.q.Highlight
	if names == nil {
		names = r.s.Highlight
	}
	if names == nil {
		for _, a := range r.s.Searchable {
			names = append(names, a.Name)
		}
		if len(names) == 0 {
			names = []string{"*"}
		}
	}
	return r.newMarker(names, false)
}

func (r *request) newSnippeter() *markWriter {
	names := r.q.Snippet
	if names == nil {
		names = r.s.Snippet
	}
	return r.newMarker(names, true)
}

func (r *request) newMarker(names []string, snippets bool) *markWriter {
	if len(names) == 0 {
		return nil
	}
	m := &markWriter{req: r, root: &markNode{words: snippetWords}, snippets: snippets, onlyMatching: r.s.RestrictHighlight}
	m.pre, m.post = firstOf(r.q.PreTag, r.s.PreTag, "<em>"), firstOf(r.q.PostTag, r.s.PostTag, "</em>")
	m.ellipsis = r.s.Ellipsis
	if r.q.Ellipsis != nil {
		m.ellipsis = *r.q.Ellipsis
	}
	for _, name := range names {
		words := snippetWords
		if snippets {
			if before, after, ok := strings.Cut(name, ":"); ok {
				if n, err := strconv.Atoi(after); err == nil {
					name, words = before, n
				}
			}
		}
		n := m.root
		if name != "*" {
			n = m.at(name)
		}
		n.take, n.words = true, words
	}
	for _, name := range r.s.Unretrievable {
		m.at(name).never = true
	}
	m.root.inherit()
	return m
}

// at is the node of a dotted name.
func (m *markWriter) at(name string) *markNode {
	n := m.root
	for part := range strings.SplitSeq(name, ".") {
		n = m.kid(n, part)
	}
	return n
}

// kid is what stands under a key: taken as what it stands in, as long as
// nobody says otherwise.
func (m *markWriter) kid(n *markNode, key string) *markNode {
	if k := n.kids[key]; k != nil {
		return k
	}
	if n.kids == nil {
		n.kids = make(map[string]*markNode)
	}
	k := &markNode{path: strings.TrimPrefix(n.path+"."+key, "."), take: n.take, words: n.words}
	k.in = m.req.attributeRank(k.path)
	n.kids[strings.Clone(key)] = k
	return k
}

// inherit hands what was taken down to what was named before it.
func (n *markNode) inherit() {
	for _, k := range n.kids {
		if n.take && !k.take {
			k.take, k.words = true, n.words
		}
		k.inherit()
	}
}

// wanted says whether anything here or below is taken.
func (n *markNode) wanted() bool {
	if n.never {
		return false
	}
	if n.take {
		return true
	}
	for _, k := range n.kids {
		if k.wanted() {
			return true
		}
	}
	return false
}

// append writes the object of a record behind its name; nothing where the
// record has none of the attributes.
func (m *markWriter) append(out []byte, name string, record []byte) []byte {
	start := len(out)
	s := &scanner{text: record}
	if s.peek() != '{' {
		return out
	}
	out, some := m.object(append(out, name...), s, m.root, 0, false)
	if !some {
		return out[:start]
	}
	return out
}

// object writes the members of an object; entry says whether it stands in an
// array.
func (m *markWriter) object(out []byte, s *scanner, n *markNode, depth int, entry bool) ([]byte, bool) {
	out = append(out, '{')
	some := false
	for more := s.open('}'); more; more = s.more('}') {
		key, head, value := s.member()
		if s.bad {
			break
		}
		if depth == 0 && (string(key) == IDAttribute || string(key) == geoName) && n.kids[string(key)] == nil {
			continue
		}
		kid := m.kid(n, shared(key))
		if !kid.wanted() {
			continue
		}
		mark := len(out)
		if some {
			out = append(out, ',')
		}
		out = append(out, head...)
		var wrote bool
		if out, wrote = m.value(out, value, kid, depth+1, entry); !wrote {
			out = out[:mark]
		}
		some = some || wrote
	}
	return append(out, '}'), some
}

// value writes what stands for a value; false where nothing does.
func (m *markWriter) value(out, value []byte, n *markNode, depth int, entry bool) ([]byte, bool) {
	if len(value) == 0 || depth > depthMax {
		return out, false
	}
	switch c := value[0]; {
	case c == '{':
		return m.object(out, &scanner{text: value}, n, depth, entry)
	case c == '[':
		return m.array(out, value, n, depth)
	case !n.take:
		return out, false
	case c == '"' && m.req.words.any() && !m.snippets:
		if entry && m.onlyMatching {
			return out, false
		}
		return append(append(append(out, `{"value":`...), value...), `,"matchLevel":"none","matchedWords":[]}`...), true
	case c == '"':
		return m.text(out, shared(plain(value)), n, entry)
	case c == 't' || c == 'f' || c == 'n':
		return out, false
	}
	return m.text(out, shared(value), n, entry)
}

// array keeps entries in their places as far as they have any: objects that
// hold nothing are empty.
func (m *markWriter) array(out, value []byte, n *markNode, depth int) ([]byte, bool) {
	out = append(out, '[')
	some := false
	s := &scanner{text: value}
	for more := s.open(']'); more; more = s.more(']') {
		entry := s.value()
		mark := len(out)
		if out[mark-1] != '[' {
			out = append(out, ',')
		}
		var wrote bool
		out, wrote = m.value(out, entry, n, depth+1, true)
		if !wrote && (m.onlyMatching || len(entry) == 0 || entry[0] != '{') {
			out = out[:mark]
		}
		some = some || wrote
	}
	return append(out, ']'), some
}

// text writes one value, with its words marked.
func (m *markWriter) text(out []byte, text string, n *markNode, entry bool) ([]byte, bool) {
	if m.snippets {
		marked, level := m.req.words.snippet(text, n.in, n.words, m.pre, m.post, m.ellipsis)
		if entry && m.onlyMatching && level == matchNone {
			return out, false
		}
		out = appendString(append(out, `{"value":`...), marked)
		return append(append(append(out, `,"matchLevel":"`...), level.String()...), `"}`...), true
	}
	marked, info := m.req.words.mark(text, n.in, m.pre, m.post)
	if entry && m.onlyMatching && info.Level == matchNone {
		return out, false
	}
	out = appendString(append(out, `{"value":`...), marked)
	out = append(append(append(out, `,"matchLevel":"`...), info.Level.String()...), '"')
	if info.Level != matchNone {
		out = strconv.AppendBool(append(out, `,"fullyHighlighted":`...), info.Fully)
	}
	out = append(out, `,"matchedWords":[`...)
	for i, word := range slices.Compact(info.Words) {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendString(out, word)
	}
	return append(out, `]}`...), true
}
