package objects

import "bytes"

// gone is the new number of a record that a merge leaves out.
const gone = ^uint32(0)

// wordsPart is one segment of a merge.
type wordsPart struct {
	words *wordsIndex
	// docs[d] is the new number of record d, or gone. Those that stay ascend,
	// above those of all parts before.
	docs       []uint32
	attributes []uint16 // attributes[a] is the new number of attribute a
}

// mergeWords makes one index of several without reading a value again.
func mergeWords(parts []wordsPart, docs int) *wordsIndex {
	w := &wordsIndex{docs: docs, ends: []uint32{0}}
	var found []occurrence
	attributes := 0
	for i := range parts {
		for _, a := range parts[i].attributes {
			attributes = max(attributes, int(a)+1)
		}
	}
	next := make([]int, len(parts)) // the term of each part that was not merged yet
	for {
		least := leastTerm(parts, next)
		if least == nil {
			break
		}
		before := len(found)
		for i := range parts {
			if p := &parts[i]; next[i] < p.words.terms() && bytes.Equal(p.words.term(next[i]), least) {
				found = p.take(found, next[i], uint32(w.terms()))
				next[i]++
			}
		}
		if len(found) > before { // a record that has it is left
			w.append(least)
		}
	}
	sorted := distribute(found, attributes, func(o *occurrence) uint32 { return uint32(o.in) })
	w.fill(distribute(sorted, w.terms(), func(o *occurrence) uint32 { return o.term }))
	return w
}

// leastTerm is the first of the terms that are next; nil where no part has one.
func leastTerm(parts []wordsPart, next []int) (least []byte) {
	for i := range parts {
		if next[i] == parts[i].words.terms() {
			continue
		}
		if term := parts[i].words.term(next[i]); least == nil || bytes.Compare(term, least) < 0 {
			least = term
		}
	}
	return least
}

// take adds the occurrences of one term under its new number.
func (p *wordsPart) take(found []occurrence, term int, number uint32) []occurrence {
	w := p.words
	for l := w.lists[term]; l < w.lists[term+1]; l++ {
		in := p.attributes[w.in[l]]
		for i := w.starts[l]; i < w.starts[l+1]; i++ {
			if doc := p.docs[w.doc[i]]; doc != gone {
				found = append(found, occurrence{doc, number, in, w.at[i]})
			}
		}
	}
	return found
}
