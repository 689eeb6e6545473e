package objects

import (
	"sort"
	"strings"
	"sync"
)

// valueKind says what a value of a record was.
type valueKind uint8

const (
	kindString valueKind = iota
	kindNumber
	kindBool
)

// valueColumn is one attribute of a segment, by its dotted name: the different
// values that it has, and which of them each document has. Null is no value.
// It is immutable.
type valueColumn struct {
	name string

	// Of value v: texts[v] as JSON writes it without quotes; kinds[v], where
	// kinds is not nil, else all are strings; numbers[v], where it is not nil,
	// NaN for strings, 1 for true and 0 for false.
	texts   []string
	kinds   []valueKind
	numbers []float64

	// The values of each document, in the order of the record, none twice.
	// There are three layouts. one: the value of document d is one[d], or
	// gone. starts without docs: document d has values[starts[d]:starts[d+1]].
	// starts with docs, for attributes that few have: so has document docs[d].
	one    []uint32
	docs   []uint32
	starts []uint32
	values []uint32

	// sameText[v] is the first value written like v; nil where no two are, as
	// most often. Only 5 and "5" are such.
	sameText []uint32

	lowerOnce sync.Once
	lower     map[string][]uint32 // values by their lower case, made when first asked
}

// of are the values of a document. The slice is read only.
func (c *valueColumn) of(doc uint32) []uint32 {
	switch {
	case c.one != nil:
		if c.one[doc] == gone {
			return nil
		}
		return c.one[doc : doc+1]
	case c.docs == nil:
		return c.values[c.starts[doc]:c.starts[doc+1]]
	}
	i := sort.Search(len(c.docs), func(i int) bool { return c.docs[i] >= doc })
	if i == len(c.docs) || c.docs[i] != doc {
		return nil
	}
	return c.values[c.starts[i]:c.starts[i+1]]
}

// kind is what value v is.
func (c *valueColumn) kind(v uint32) valueKind {
	if c.kinds == nil {
		return kindString
	}
	return c.kinds[v]
}

// lowerFew is below how many values looking at each is quicker than a map.
const lowerFew = 32

// equal are the values that a filter's value means: strings whatever the case
// of their letters, numbers of the same value, booleans also as 1 and 0.
func (c *valueColumn) equal(value string) (found []uint32) {
	if len(c.texts) <= lowerFew {
		lower := strings.ToLower(value)
		for v, text := range c.texts {
			if c.kind(uint32(v)) == kindString && (text == value || strings.ToLower(text) == lower) {
				found = append(found, uint32(v))
			}
		}
	} else {
		found = append(found, c.lowerCase()[strings.ToLower(value)]...)
	}
	if c.numbers == nil {
		return found
	}
	switch strings.ToLower(value) {
	case "true":
		return c.numbered(found, 1, true)
	case "false":
		return c.numbered(found, 0, true)
	}
	if want, ok := numberOf([]byte(value)); ok {
		return c.numbered(found, want, false)
	}
	return found
}

// numbered adds the values that are that number, or only its boolean.
func (c *valueColumn) numbered(found []uint32, want float64, boolean bool) []uint32 {
	for v, n := range c.numbers {
		if n == want && (!boolean || c.kinds[v] == kindBool) {
			found = append(found, uint32(v))
		}
	}
	return found
}

// lowerCase is made once and kept.
func (c *valueColumn) lowerCase() map[string][]uint32 {
	c.lowerOnce.Do(func() {
		c.lower = make(map[string][]uint32, len(c.texts))
		for v, text := range c.texts {
			if c.kind(uint32(v)) == kindString {
				lower := strings.ToLower(text)
				c.lower[lower] = append(c.lower[lower], uint32(v))
			}
		}
	})
	return c.lower
}

// having adds the documents that have one of the values for which chosen is
// true.
func (c *valueColumn) having(chosen []bool, into docSet) {
	if c.one != nil {
		for doc, v := range c.one {
			if v != gone && chosen[v] {
				into.set(uint32(doc))
			}
		}
		return
	}
	c.each(func(doc uint32, values []uint32) {
		for _, v := range values {
			if chosen[v] {
				into.set(doc)
				return
			}
		}
	})
}

// each visits the documents that have a value, ascending.
func (c *valueColumn) each(visit func(doc uint32, values []uint32)) {
	switch {
	case c.one != nil:
		for doc, v := range c.one {
			if v != gone {
				visit(uint32(doc), c.one[doc:doc+1])
			}
		}
	case c.docs == nil:
		for doc := range len(c.starts) - 1 {
			if from, to := c.starts[doc], c.starts[doc+1]; from < to {
				visit(uint32(doc), c.values[from:to])
			}
		}
	default:
		for i, doc := range c.docs {
			visit(doc, c.values[c.starts[i]:c.starts[i+1]])
		}
	}
}

// bytes is about what it takes, the texts not counted that stand in records.
func (c *valueColumn) bytes() int64 {
	return int64(16*cap(c.texts) + cap(c.kinds) + 8*cap(c.numbers) +
		4*(cap(c.one)+cap(c.docs)+cap(c.starts)+cap(c.values)+cap(c.sameText)))
}
