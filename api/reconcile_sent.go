package api

import (
	"bytes"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// What a record that was sent is known by.
const (
	byID  byte = 'i'
	byRef byte = 'r'
)

// sentID is one record that was sent. Its name is bytes of sentIDs.text.
type sentID struct {
	at       uint32
	length   uint16
	seen     bool // it is here
	fits     bool // and as was sent
	revision int64
	state    string // of holdStates, or ""
}

// sentIDs are the ids of a body, each once. It takes about the bytes of the
// ids, and 44 more for each: a map of strings would take three times as much.
// The zero value is ready; not safe for concurrent use.
type sentIDs struct {
	text    []byte
	entries []sentID
	table   []uint32 // of entries, from 1, by hash; 0 is empty; a power of two long
}

// add notes a record; of one that is sent twice the highest revision counts,
// and the last state.
func (s *sentIDs) add(l *reconcileLine) {
	kind, name := byID, l.ID
	if l.Ref != "" {
		kind, name = byRef, l.Ref
	}
	if e := s.find(kind, name); e != nil {
		e.revision, e.state = max(e.revision, l.Revision), stateWord(l.State)
		return
	}
	s.entries = append(s.entries, sentID{at: uint32(len(s.text)), length: uint16(len(name) + 1), revision: l.Revision, state: stateWord(l.State)})
	s.text = append(append(s.text, kind), name...)
	if len(s.entries)*4 > len(s.table)*3 {
		s.grow()
		return
	}
	s.put(len(s.entries))
}

// stateWord gives the one string of a state, so that lines do not keep theirs.
func stateWord(state string) string {
	if i := slices.Index(holdStates, state); i >= 0 {
		return holdStates[i]
	}
	return ""
}

// grow doubles the table.
func (s *sentIDs) grow() {
	s.table = make([]uint32, max(1024, len(s.table)*2))
	for n := 1; n <= len(s.entries); n++ {
		s.put(n)
	}
}

// put enters entry n, from 1, at its place in the table.
func (s *sentIDs) put(n int) {
	mask := uint64(len(s.table) - 1)
	at := xxhash.Sum64(s.bytes(&s.entries[n-1])) & mask
	for s.table[at] != 0 {
		at = (at + 1) & mask
	}
	s.table[at] = uint32(n)
}

func (s *sentIDs) bytes(e *sentID) []byte { return s.text[e.at : e.at+uint32(e.length)] }

// name gives what was sent.
func (s *sentIDs) name(e *sentID) string { return string(s.bytes(e)[1:]) }

// find gives a record that was sent, nil for none. It is good until the next
// add.
func (s *sentIDs) find(kind byte, name string) *sentID {
	if len(s.table) == 0 {
		return nil
	}
	var scratch [256]byte
	key := append(append(scratch[:0], kind), name...)
	mask := uint64(len(s.table) - 1)
	for at := xxhash.Sum64(key) & mask; s.table[at] != 0; at = (at + 1) & mask {
		if e := &s.entries[s.table[at]-1]; bytes.Equal(s.bytes(e), key) {
			return e
		}
	}
	return nil
}
