package objects

import (
	"math"
	"slices"
	"strings"
)

// columnBuilder collects one column. Documents ascend.
type columnBuilder struct {
	valueColumn
	strings map[string]uint32 // values by their text
	numeric map[uint64]uint32 // by the bits of the number
	bools   [2]uint32         // of false and true, plus 1; 0 for none yet
	last    []uint32          // last[v] is the last document with v, plus 1
	single  bool              // no document has two values
}

func newColumnBuilder(name string) *columnBuilder {
	return &columnBuilder{valueColumn: valueColumn{name: name}, single: true}
}

// text is the value of a string.
func (b *columnBuilder) text(s string) uint32 {
	v, ok := b.strings[s]
	if !ok {
		if b.strings == nil {
			b.strings = make(map[string]uint32)
		}
		v = b.add(s, kindString, math.NaN())
		b.strings[s] = v
	}
	return v
}

// num is the value of a number. Zeros of both signs are one.
func (b *columnBuilder) num(n float64) uint32 {
	n += 0
	v, ok := b.numeric[math.Float64bits(n)]
	if !ok {
		if b.numeric == nil {
			b.numeric = make(map[uint64]uint32)
		}
		v = b.add(string(writeNumber(nil, n)), kindNumber, n)
		b.numeric[math.Float64bits(n)] = v
	}
	return v
}

// boolean is the value of true or false.
func (b *columnBuilder) boolean(yes bool) uint32 {
	i, text := 0, "false"
	if yes {
		i, text = 1, "true"
	}
	if b.bools[i] == 0 {
		b.bools[i] = b.add(text, kindBool, float64(i)) + 1
	}
	return b.bools[i] - 1
}

func (b *columnBuilder) add(text string, kind valueKind, n float64) uint32 {
	v := uint32(len(b.texts))
	if kind != kindString && b.kinds == nil {
		b.kinds = make([]valueKind, v)
		b.numbers = make([]float64, v)
		for i := range b.numbers {
			b.numbers[i] = math.NaN()
		}
	}
	b.texts = append(b.texts, text)
	if b.kinds != nil {
		b.kinds, b.numbers = append(b.kinds, kind), append(b.numbers, n)
	}
	b.last = append(b.last, 0)
	return v
}

// has records that a document has a value; again is nothing new.
func (b *columnBuilder) has(doc, v uint32) {
	if b.last[v] == doc+1 {
		return
	}
	b.last[v] = doc + 1
	if n := len(b.docs); n == 0 || b.docs[n-1] != doc {
		b.docs, b.starts = append(b.docs, doc), append(b.starts, uint32(len(b.values)))
	} else {
		b.single = false
	}
	b.values = append(b.values, v)
}

// sparseShare is the share of documents with a value below which only those
// are listed.
const sparseShare = 8

// finish is the column of so many documents.
func (b *columnBuilder) finish(docs int) *valueColumn {
	c := &valueColumn{name: b.name, texts: slices.Clip(b.texts), kinds: slices.Clip(b.kinds), numbers: slices.Clip(b.numbers)}
	c.sameText = b.sameTexts()
	switch {
	case len(b.docs)*sparseShare < docs:
		c.docs, c.values = append([]uint32{}, b.docs...), slices.Clone(b.values) // docs is not nil, also without any
		c.starts = append(slices.Clone(b.starts), uint32(len(b.values)))
	case b.single:
		c.one = make([]uint32, docs)
		for i := range c.one {
			c.one[i] = gone
		}
		for i, doc := range b.docs {
			c.one[doc] = b.values[i]
		}
	default:
		c.values, c.starts = slices.Clone(b.values), b.spread(docs)
	}
	return c
}

// spread is starts for all documents, those without values too.
func (b *columnBuilder) spread(docs int) []uint32 {
	starts := make([]uint32, docs+1)
	next := 0
	for doc := range docs {
		if next < len(b.docs) && b.docs[next] == uint32(doc) {
			starts[doc] = b.starts[next]
			next++
			continue
		}
		starts[doc] = uint32(len(b.values))
		if next < len(b.docs) {
			starts[doc] = b.starts[next]
		}
	}
	starts[docs] = uint32(len(b.values))
	return starts
}

// sameTexts finds numbers and booleans that are written like strings.
func (b *columnBuilder) sameTexts() []uint32 {
	if b.kinds == nil || len(b.strings) == 0 {
		return nil
	}
	var same []uint32
	for v, text := range b.texts {
		s, twin := b.strings[text]
		if b.kinds[v] == kindString || !twin {
			continue
		}
		if same == nil {
			same = make([]uint32, len(b.texts))
			for i := range same {
				same[i] = uint32(i)
			}
		}
		low, high := min(s, uint32(v)), max(s, uint32(v))
		same[high] = low
	}
	return same
}

// take adds the values of a column that is merged; docs[d] is the new number
// of its document d, or gone. What values only the gone had is left out.
func (b *columnBuilder) take(c *valueColumn, docs []uint32) {
	known := make([]uint32, len(c.texts)) // known[v] is the new number of value v, plus 1
	c.each(func(doc uint32, values []uint32) {
		to := docs[doc]
		if to == gone {
			return
		}
		for _, v := range values {
			if known[v] == 0 {
				known[v] = b.same(c, v) + 1
			}
			b.has(to, known[v]-1)
		}
	})
}

// same is value v of a column, here.
func (b *columnBuilder) same(c *valueColumn, v uint32) uint32 {
	switch c.kind(v) {
	case kindNumber:
		return b.num(c.numbers[v])
	case kindBool:
		return b.boolean(c.numbers[v] == 1)
	}
	text := c.texts[v]
	if len(text) <= cloneMax {
		text = strings.Clone(text)
	}
	return b.text(text)
}

// cloneMax is the length up to which texts are copied when columns are merged:
// the record that a text stands in may be gone, and should not be kept for a
// word of it. Longer texts are mostly of one record, and stay where they are.
const cloneMax = 64
