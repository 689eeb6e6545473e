package index

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/blevesearch/bleve/v2/document"
	bleve "github.com/blevesearch/bleve_index_api"
	"github.com/cespare/xxhash/v2"

	"renfort/geo/gazetteer"
	"renfort/mission"
)

// TextDoc is the words of one mission by field. The description is HTML, which
// is taken off when it is indexed.
type TextDoc struct {
	Ordinal uint32
	Values  [TextFields][]string
}

// The fields of a document, dearest first.
const (
	TextTitle = iota
	TextOrganization
	TextLabels
	TextPlace
	TextDescription
	TextFields // how many there are
)

// TextOf gives the words of a mission. The organisation may be nil: then what
// the mission says of it counts. places may be nil: then departments have no
// names.
func TextOf(o uint32, m *mission.Mission, org *mission.Organization, t *mission.Taxonomy, places *gazetteer.Gazetteer) *TextDoc {
	d := &TextDoc{Ordinal: o}
	d.add(TextTitle, m.Title)
	d.add(TextDescription, m.Description)
	if org == nil && m.Organization != nil {
		org = &mission.Organization{Name: m.Organization.Name, Networks: m.Organization.Networks}
	}
	if org != nil {
		d.add(TextOrganization, org.Name)
		d.add(TextOrganization, org.Networks...)
	}
	for _, name := range m.Activities {
		if i, ok := t.Activity(name); ok {
			name = t.Activities[i].Label
		}
		d.add(TextLabels, name)
	}
	for _, name := range m.Domains {
		if i, ok := t.Domain(name); ok {
			name = t.Domains[i].Label
		}
		d.add(TextLabels, name)
	}
	d.add(TextLabels, m.Tags...)
	for _, s := range m.Skills {
		d.add(TextLabels, s.ID)
	}
	d.addPlaces(m.Locations, places)
	return d
}

// addPlaces names each city, postal code, department and region once: of a
// hundred addresses in one town the town is not a hundred times the place.
func (d *TextDoc) addPlaces(all []mission.Location, places *gazetteer.Gazetteer) {
	var seen map[string]bool
	if len(all) > 1 {
		seen = map[string]bool{}
	}
	once := func(s string) {
		if !seen[s] {
			d.add(TextPlace, s)
		}
		if seen != nil {
			seen[s] = true
		}
	}
	for i := range all {
		once(all[i].City)
		once(all[i].PostalCode)
		if places == nil || all[i].Department == "" {
			continue
		}
		if department, ok := places.Department(all[i].Department); ok {
			once(department.Name)
			once(department.Region)
		}
	}
}

func (d *TextDoc) add(field int, values ...string) {
	for _, v := range values {
		if v != "" {
			d.Values[field] = append(d.Values[field], v)
		}
	}
}

// Hash is of all words in their fields: while it stays the same, there is
// nothing to index.
func (d *TextDoc) Hash() uint64 {
	var h xxhash.Digest
	h.Reset()
	var length [4]byte
	for f := range d.Values {
		for _, v := range d.Values[f] {
			binary.LittleEndian.PutUint32(length[:], uint32(len(v)))
			h.Write(length[:]) // a Digest's Write does not fail
			h.WriteString(v)
		}
		h.Write([]byte{0xff, 0xff, 0xff, 0xff}) // no value is so long
	}
	return h.Sum64()
}

// The fields of Bleve. Words has every exact word, and every stem behind a
// mark, with the impact in the place of the frequency. Record is stored only:
// the hash, and the folded words in their order for phrases.
const (
	wordsField  = "w"
	recordField = "r"
	stemMark    = "\x01" // before every letter: words begin after it
	wordsStart  = "\x02"
)

// recordHashBytes is the length of the hash that a record begins with.
const recordHashBytes = 8

// valueGap stands between two values of a field in a record, so that no
// phrase goes from one into the next. It is in no word.
const valueGap = "|"

// cutter turns documents into what Bleve indexes. It is reused, and for one
// goroutine.
type cutter struct {
	read   func(dst []Token, s string) []Token // nil: Tokenize
	tokens []Token
	terms  map[string]int  // numbers, as counts has them
	words  map[string]word // of those that were read already
	counts []termCount     // counts[i] of term i
	stems  bytes.Buffer
}

// cut reads the document's words. A value that cannot be read for a fault of ours has
// none, which fault tells: nobody could start the process again otherwise.
func (c *cutter) cut(d *TextDoc) (doc *document.Document, fault error) {
	if c.terms == nil {
		c.terms, c.words = map[string]int{}, map[string]word{}
	}
	clear(c.terms)
	clear(c.words)
	c.counts = c.counts[:0]
	var record bytes.Buffer
	record.Write(binary.LittleEndian.AppendUint64(nil, d.Hash()))
	c.stems.Reset()
	var lengths [TextFields]int
	for f := range d.Values {
		for _, v := range d.Values[f] {
			words, err := c.value(f, v, &record)
			if lengths[f] += words; err != nil {
				fault = fmt.Errorf("index: text: field %d of mission %d: %w", f, d.Ordinal, err)
			}
		}
		record.WriteByte('\n')
		c.stems.WriteByte('\n')
	}
	record.Write(c.stems.Bytes())
	doc = document.NewDocument(textID(d.Ordinal))
	doc.AddField(&wordsOf{terms: c.frequencies(&lengths)})
	doc.AddField(document.NewTextFieldCustom(recordField, nil, record.Bytes(), bleve.StoreField, nil))
	return doc, fault
}

// tokenize reads a value's words into c.tokens; a panic leaves none.
func (c *cutter) tokenize(f int, v string) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			c.tokens, err = nil, fmt.Errorf("words cannot be read: %v", fault)
		}
	}()
	if f == TextDescription {
		v = StripHTML(v)
	}
	read := c.read
	if read == nil {
		read = Tokenize
	}
	c.tokens = read(c.tokens[:0], v)
	return nil
}

// value reads one value of a field and gives its length in words.
func (c *cutter) value(f int, v string, record *bytes.Buffer) (words int, err error) {
	err = c.tokenize(f, v)
	gap := " " + valueGap + " "
	record.WriteString(gap)
	c.stems.WriteString(gap)
	last := 0
	for i := range c.tokens {
		t := &c.tokens[i]
		c.count(t, f)
		if t.Position == last {
			continue // a compound written as one: its parts are there already
		}
		last = t.Position
		words++
		record.WriteString(t.Exact)
		record.WriteByte(' ')
		c.stems.WriteString(t.Stem)
		c.stems.WriteByte(' ')
	}
	return words, err
}

// word is the two terms that a word is known by.
type word struct{ exact, stem int }

func (c *cutter) count(t *Token, f int) {
	w, ok := c.words[t.Exact]
	if !ok {
		w = word{c.term(t.Exact), c.term(stemMark + t.Stem)}
		c.words[t.Exact] = w
	}
	for _, i := range [...]int{w.exact, w.stem} {
		if n := &c.counts[i][f]; *n < math.MaxUint8 {
			*n++
		}
	}
}

// term gives a term's number.
func (c *cutter) term(s string) int {
	i, ok := c.terms[s]
	if !ok {
		i = len(c.counts)
		c.terms[s] = i
		c.counts = append(c.counts, termCount{})
	}
	return i
}

// frequencies gives every term with its impact as its frequency.
func (c *cutter) frequencies(lengths *[TextFields]int) bleve.TokenFrequencies {
	all := make(bleve.TokenFrequencies, len(c.terms))
	slab := make([]bleve.TokenFreq, len(c.terms))
	weigher := weigh(lengths)
	for term, i := range c.terms {
		slab[i].SetFrequency(int(weigher.impact(&c.counts[i])))
		all[term] = &slab[i]
	}
	return all
}

// textID is a document's name in Bleve: the ordinal, so that what a segment
// numbers is told without a table.
func textID(o uint32) string { return string(binary.BigEndian.AppendUint32(nil, o)) }

// wordsOf is a field whose words have been read already. Bleve's own text
// field would count occurrences, where we keep impacts.
type wordsOf struct{ terms bleve.TokenFrequencies }

// What Bleve asks of a field.
func (w *wordsOf) Name() string                                     { return wordsField }
func (w *wordsOf) Value() []byte                                    { return nil }
func (w *wordsOf) ArrayPositions() []uint64                         { return nil }
func (w *wordsOf) EncodedFieldType() byte                           { return 't' }
func (w *wordsOf) Analyze()                                         {}
func (w *wordsOf) Options() bleve.FieldIndexingOptions              { return bleve.IndexField }
func (w *wordsOf) AnalyzedLength() int                              { return 1 }
func (w *wordsOf) AnalyzedTokenFrequencies() bleve.TokenFrequencies { return w.terms }
func (w *wordsOf) NumPlainTextBytes() uint64                        { return 0 }
func (w *wordsOf) Size() int                                        { return w.terms.Size() }
