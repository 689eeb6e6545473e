package index

import "sync"

// Field is what a term is a value of.
type Field uint8

// The fields. Department, Region, City and PostalCode belong to addresses.
const (
	NoField Field = iota
	DomainField
	ActivityField
	Department
	Region
	City
	PostalCode
	Organization
	Network
	Publisher
	Tag
	Audience
	Skill
	Remote
	Urgency
	DateType
	Group
	Attribute // value is name=value
	Equipment // of volunteers, as Language
	Language
	SlotPart  // counted by a search, never a term
	Minors    // the same
	missionID // the posting list of an id holds its ordinals
	fieldCount
)

// OfAddress says whether the field's values belong to addresses and not to
// the mission as a whole.
func (f Field) OfAddress() bool { return f >= Department && f <= PostalCode }

// Dictionary numbers terms, from 1, in the order in which they are first
// seen. Numbers are never reused. Safe for concurrent use.
type Dictionary struct {
	mu      sync.RWMutex
	numbers [fieldCount]map[string]uint32
	values  []string
	fields  []Field
	text    stringBlocks // of values
}

func newDictionary() *Dictionary {
	d := &Dictionary{values: []string{""}, fields: []Field{NoField}}
	for i := range d.numbers {
		d.numbers[i] = map[string]uint32{}
	}
	return d
}

// Number gives the term's number; ok is false for one never seen.
func (d *Dictionary) Number(f Field, value string) (n uint32, ok bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	n, ok = d.numbers[f][value]
	return n, ok
}

// Term gives the term of a number.
func (d *Dictionary) Term(n uint32) (Field, string) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.fields[n], d.values[n]
}

// enter gives the term's number, a new one if it must.
func (d *Dictionary) enter(f Field, value string) uint32 {
	// Only the writer enters: it may look without the lock, and what it does not
	// find nobody adds meanwhile.
	if n, ok := d.numbers[f][value]; ok {
		return n
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	n := uint32(len(d.values))
	value = d.text.clone(value)
	d.numbers[f][value] = n
	d.values = append(d.values, value)
	d.fields = append(d.fields, f)
	return n
}

// Runs gives runs of items by their spans, immutable, the readers' side of an
// arena.
type Runs[T any] struct{ pieces [][]T }

// At gives a run, which must not be written.
func (r Runs[T]) At(s Span) []T {
	if s.Len == 0 {
		return nil
	}
	from := s.First & pieceMask
	return r.pieces[s.First>>pieceBits][from : from+s.Len]
}

// arena is an append-only store of runs, in pieces: one slice for all would be
// copied whole now and then, while everybody waits. The zero value is empty and ready.
type arena[T any] struct {
	Runs[T]
	next uint32 // where the next run may begin
}

const (
	pieceBits = 12
	pieceMask = 1<<pieceBits - 1
)

// add keeps a copy of run. A longer one than a piece has a piece for itself.
func (a *arena[T]) add(run []T) Span {
	if len(run) == 0 {
		return Span{}
	}
	n := uint32(len(run))
	used := a.next & pieceMask
	if len(a.pieces) == 0 || used == 0 || used+n > 1<<pieceBits {
		a.next, used = uint32(len(a.pieces))<<pieceBits, 0
		a.pieces = append(a.pieces, make([]T, max(n, 1<<pieceBits)))
	}
	copy(a.pieces[a.next>>pieceBits][used:], run)
	s := Span{a.next, n}
	if a.next += n; n > pieceMask {
		a.next = 0 // the piece is full
	}
	return s
}
