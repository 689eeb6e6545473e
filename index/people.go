package index

import (
	"hash/maphash"
	"sync"
)

// people knows volunteers by id: their number, and the missions that are not
// for them any more. Unlike the columns it is one for all snapshots; each
// entry says from which Seq to which it holds, so that a snapshot sees its own
// truth. Safe for concurrent use.
type people struct {
	seed   maphash.Seed
	shards [64]shard
}

type shard struct {
	mu   sync.RWMutex
	byID map[string]person
	_    [32]byte // keeps two shards' locks off one cache line
}

type person struct {
	number uint32 // ordinal + 1, 0 for somebody without a record
	past   []involved
}

// involved is one mission that is not shown to one person.
type involved struct {
	ordinal uint32
	hold    uint64 // hash of the hold's id or of the list waited in, or one of the marks below
	from    uint64 // first Seq
	until   uint64 // first Seq at which it is over, 0 while it is not
}

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
		p.shards[i].byID = map[string]person{}
	}
	return p
}

func (p *people) shard(id string) *shard {
	return &p.shards[maphash.String(p.seed, id)%uint64(len(p.shards))]
}

func (p *people) find(id string) (person, bool) {
	s := p.shard(id)
	s.mu.RLock()
	defer s.mu.RUnlock()
	who, ok := s.byID[id]
	return who, ok
}

// number gives the volunteer's ordinal.
func (p *people) ordinal(id string) (o uint32, ok bool) {
	who, ok := p.find(id)
	return who.number - 1, ok && who.number != 0
}

// past appends to dst the missions that are not for id at a Seq.
func (p *people) past(dst []uint32, id string, seq uint64) []uint32 {
	who, _ := p.find(id)
	for _, i := range who.past {
		if i.from <= seq && (i.until == 0 || seq < i.until) {
			dst = append(dst, i.ordinal)
		}
	}
	return dst
}

// barred says whether a mission is among past.
func (p *people) barred(id string, ordinal uint32, seq uint64) bool {
	who, _ := p.find(id)
	for _, i := range who.past {
		if i.ordinal == ordinal && i.from <= seq && (i.until == 0 || seq < i.until) {
			return true
		}
	}
	return false
}

// change replaces what is known of id, and gives it as it is then. A slice that
// readers may have is never written: edit gets a copy.
func (p *people) change(id string, seq uint64, edit func(*person)) person {
	s := p.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	who := s.byID[id]
	who.past = kept(who.past, seq)
	edit(&who)
	if who.number == 0 && len(who.past) == 0 {
		delete(s.byID, id)
	} else {
		s.byID[id] = who
	}
	return who
}

// kept gives a copy of the entries that snapshots may still ask for, with room
// for one more.
func kept(past []involved, seq uint64) []involved {
	if len(past) == 0 {
		return nil // as of most people
	}
	all := make([]involved, 0, len(past)+1)
	for _, i := range past {
		if i.until == 0 || i.until+pruneSeqs > seq {
			all = append(all, i)
		}
	}
	return all
}

// setNumber gives a volunteer's record its number, 0 to take it away.
func (p *people) setNumber(id string, seq uint64, number uint32) person {
	return p.change(id, seq, func(who *person) { who.number = number })
}

// involve says that a mission is not for id from seq on, because of a hold or
// a mark. Saying it twice changes nothing.
func (p *people) involve(id string, ordinal uint32, hold, seq uint64) person {
	return p.change(id, seq, func(who *person) {
		for _, i := range who.past {
			if i.ordinal == ordinal && i.hold == hold && i.until == 0 {
				return
			}
		}
		who.past = append(who.past, involved{ordinal, hold, seq, 0})
	})
}

// resolve says that the hold does not stand in the way any more.
func (p *people) resolve(id string, hold, seq uint64) {
	p.change(id, seq, func(who *person) {
		for k := range who.past {
			if i := &who.past[k]; i.hold == hold && i.until == 0 {
				i.until = seq
			}
		}
	})
}

// forget takes away everything known of id.
func (p *people) forget(id string) {
	s := p.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, id)
}
