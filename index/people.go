package index

import (
	"hash/maphash"
	"sync"

	"renfort/mission"
)

// people knows volunteers by id: their number, and the missions that are not
// for them any more. Unlike the columns it is one for all snapshots; each
// entry says from which Seq to which it holds, so that a snapshot sees its own
// truth. Safe for concurrent use.
type people struct {
	seed   maphash.Seed
	shards [shards]shard
}

const shards = 64

// shard is the people of some hashes. Nothing in it but its few tables is a
// pointer: a collection, which everybody waits for on one core, has not to look
// at each person and at what is theirs.
type shard struct {
	mu     sync.RWMutex
	first  map[uint64]uint32 // first[hash]: the first row of those whose ids have it
	rows   []person          // rows[0] is nobody's
	unused uint32            // a row that can be used again, and by its next the others
	past   []involved        // past[0] is nobody's
	over   uint32            // one of past that can be used again, the same way
	ids    idBlocks
	_      [32]byte // keeps two shards' locks off one cache line
}

// person is what is known of somebody.
type person struct {
	id     idRef
	number uint32 // ordinal + 1, 0 for somebody without a record
	past   uint32 // the first of their missions in the shard's past, 0 for none
	next   uint32 // the next row of the same hash, 0 for none
}

// involved is one mission that is not shown to one person.
type involved struct {
	hold    uint64 // hash of the hold's id or of the list waited in, or one of the marks below
	from    uint64 // first Seq
	until   uint64 // first Seq at which it is over, 0 while it is not
	ordinal uint32
	next    uint32 // their next one, 0 for none
}

// at says whether it holds at a Seq.
func (i *involved) at(seq uint64) bool { return i.from <= seq && (i.until == 0 || seq < i.until) }

// Marks in place of a hold.
const (
	refusedMark   = 1
	dismissedMark = 2
)

// pruneSeqs is how long an entry that is over is kept for old snapshots, in
// Seqs: far more than the longest read sees go by.
const pruneSeqs = 1 << 20

func newPeople() *people {
	p := &people{seed: maphash.MakeSeed()}
	for i := range p.shards {
		p.shards[i] = shard{first: map[uint64]uint32{}, rows: make([]person, 1), past: make([]involved, 1), ids: idBlocks{shard: idRef(i)}}
	}
	return p
}

// shard gives where an id is kept, and its hash there.
func (p *people) shard(id mission.ID) (s *shard, hash uint64) {
	hash = maphash.String(p.seed, id)
	return &p.shards[hash%shards], hash
}

// ordinal gives the volunteer's ordinal.
func (p *people) ordinal(id mission.ID) (o uint32, ok bool) {
	s, hash := p.shard(id)
	s.mu.RLock()
	defer s.mu.RUnlock()
	number := s.rows[s.find(hash, id)].number
	return number - 1, number != 0
}

// id gives the letters of an id, "" once it is forgotten.
func (p *people) id(ref idRef) mission.ID {
	s := &p.shards[ref.shard()]
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.ids.at(ref)
}

// past appends to dst the missions that are not for id at a Seq.
func (p *people) past(dst []uint32, id mission.ID, seq uint64) []uint32 {
	s, hash := p.shard(id)
	s.mu.RLock()
	defer s.mu.RUnlock()
	for k := s.rows[s.find(hash, id)].past; k != 0; k = s.past[k].next {
		if i := &s.past[k]; i.at(seq) {
			dst = append(dst, i.ordinal)
		}
	}
	return dst
}

// barred says whether a mission is among past.
func (p *people) barred(id mission.ID, ordinal uint32, seq uint64) bool {
	s, hash := p.shard(id)
	s.mu.RLock()
	defer s.mu.RUnlock()
	for k := s.rows[s.find(hash, id)].past; k != 0; k = s.past[k].next {
		if i := &s.past[k]; i.ordinal == ordinal && i.at(seq) {
			return true
		}
	}
	return false
}

// change replaces what is known of id, and gives it as it is then.
func (p *people) change(id mission.ID, seq uint64, edit func(*shard, *person)) person {
	s, hash := p.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change(hash, id, seq, edit)
}

// setNumber gives a volunteer's record its number.
func (p *people) setNumber(id mission.ID, seq uint64, number uint32) person {
	return p.change(id, seq, func(_ *shard, who *person) { who.number = number })
}

// involve says that a mission is not for id from seq on, because of a hold or
// a mark. Saying it twice changes nothing.
func (p *people) involve(id mission.ID, ordinal uint32, hold, seq uint64) person {
	return p.change(id, seq, func(s *shard, who *person) {
		last := uint32(0)
		for k := who.past; k != 0; k = s.past[k].next {
			if i := &s.past[k]; i.ordinal == ordinal && i.hold == hold && i.until == 0 {
				return
			}
			last = k
		}
		fresh := s.involve(involved{ordinal: ordinal, hold: hold, from: seq})
		if last == 0 {
			who.past = fresh
		} else {
			s.past[last].next = fresh
		}
	})
}

// resolve says that the hold does not stand in the way any more.
func (p *people) resolve(id mission.ID, hold, seq uint64) {
	p.change(id, seq, func(s *shard, who *person) {
		for k := who.past; k != 0; k = s.past[k].next {
			if i := &s.past[k]; i.hold == hold && i.until == 0 {
				i.until = seq
			}
		}
	})
}

// forget takes away everything known of id.
func (p *people) forget(id mission.ID) {
	s, hash := p.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.find(hash, id); at != 0 {
		s.remove(hash, at)
	}
}

// find gives the row of id, 0 if it has none.
func (s *shard) find(hash uint64, id mission.ID) uint32 {
	at := s.first[hash]
	for at != 0 && s.ids.at(s.rows[at].id) != id {
		at = s.rows[at].next
	}
	return at
}

func (s *shard) change(hash uint64, id mission.ID, seq uint64, edit func(*shard, *person)) person {
	at := s.find(hash, id)
	who := s.rows[at]
	s.prune(&who, seq)
	edit(s, &who)
	nothing := who.number == 0 && who.past == 0
	switch {
	case at == 0 && nothing:
		return who
	case at == 0:
		who.id, who.next = s.ids.add(id), s.first[hash]
		at = s.row()
		s.first[hash] = at
	}
	s.rows[at] = who
	if nothing {
		s.remove(hash, at)
	}
	return who
}

// row gives a row to be written.
func (s *shard) row() (at uint32) {
	if at = s.unused; at != 0 {
		s.unused = s.rows[at].next
		return at
	}
	s.rows = append(s.rows, person{})
	return uint32(len(s.rows) - 1)
}

// involve gives the place of a new entry.
func (s *shard) involve(i involved) (k uint32) {
	if k = s.over; k != 0 {
		s.over = s.past[k].next
		s.past[k] = i
		return k
	}
	s.past = append(s.past, i)
	return uint32(len(s.past) - 1)
}

// prune takes the entries away that no snapshot asks for any more.
func (s *shard) prune(who *person, seq uint64) {
	for link := &who.past; *link != 0; {
		k := *link
		i := &s.past[k]
		if i.until == 0 || i.until+pruneSeqs > seq {
			link = &i.next
			continue
		}
		*link = i.next
		s.past[k] = involved{next: s.over}
		s.over = k
	}
}

// remove takes a row away, and what is theirs.
func (s *shard) remove(hash uint64, at uint32) {
	who := s.rows[at]
	switch before := s.first[hash]; {
	case before != at:
		for s.rows[before].next != at {
			before = s.rows[before].next
		}
		s.rows[before].next = who.next
	case who.next != 0:
		s.first[hash] = who.next
	default:
		delete(s.first, hash)
	}
	for k := who.past; k != 0; {
		next := s.past[k].next
		s.past[k] = involved{next: s.over}
		s.over, k = k, next
	}
	s.ids.drop(who.id)
	s.rows[at] = person{next: s.unused}
	s.unused = at
}
