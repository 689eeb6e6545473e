package objects

import "strings"

// wordColumnsMax is how many attributes of a segment hold words: those behind
// are not looked into.
const wordColumnsMax = 1 << 16

// indexWords adds the words of a document to the index of its segment: of each
// attribute's strings and numbers, not of places.
func (b *segmentBuilder) indexWords(doc uint32) {
	for _, i := range b.touched {
		c := b.columns[i]
		if i >= wordColumnsMax || strings.HasPrefix(c.name, geoName) {
			continue
		}
		for _, v := range c.values[c.starts[len(c.starts)-1]:] {
			if c.kind(v) != kindBool {
				b.words.add(doc, uint16(i), c.texts[v])
			}
		}
	}
}

// mergeSegmentWords makes the words of a merged segment of those of its parts.
func mergeSegmentWords(s *segment, parts []*part, numbers [][]uint32) *wordsIndex {
	merge := make([]wordsPart, len(parts))
	for i, p := range parts {
		attributes := make([]uint16, min(len(p.columns), wordColumnsMax))
		for a := range attributes {
			attributes[a] = uint16(s.byName[p.columns[a].name])
		}
		merge[i] = wordsPart{words: p.words, docs: numbers[i], attributes: attributes}
	}
	return mergeWords(merge, len(s.docs))
}
