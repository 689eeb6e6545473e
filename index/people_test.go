package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"renfort/mission"
)

// personModel is the toy: all that was ever said of somebody, in order.
type personModel struct {
	number uint32
	past   []involved
}

func (m *personModel) involve(ordinal uint32, hold, seq uint64) {
	if !slices.ContainsFunc(m.past, func(i involved) bool { return i.ordinal == ordinal && i.hold == hold && i.until == 0 }) {
		m.past = append(m.past, involved{ordinal: ordinal, hold: hold, from: seq})
	}
}

func (m *personModel) resolve(hold, seq uint64) {
	for k := range m.past {
		if i := &m.past[k]; i.hold == hold && i.until == 0 {
			i.until = seq
		}
	}
}

func (m *personModel) at(seq uint64) (ordinals []uint32) {
	for _, i := range m.past {
		if i.at(seq) {
			ordinals = append(ordinals, i.ordinal)
		}
	}
	return ordinals
}

// Goal: whatever is said of people, in whatever order, is told of each of them as of
// every Seq that is still asked for; rows and letters are used again.
// Method: random changes of 600 people, beside a list of all that was said. Seqs go
// in steps that let entries be pruned now and then.
func TestPeopleAreAsTheListOfAllThatWasSaid(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	p, models := newPeople(), map[mission.ID]*personModel{}
	seq, rowsMost := uint64(1), 0
	for step := range 60_000 {
		seq += [...]uint64{0, 1, 1, 2, pruneSeqs / 8}[rng.IntN(5)]
		id := fmt.Sprint("person-", rng.IntN(600))
		m := models[id]
		if m == nil {
			m = &personModel{}
			models[id] = m
		}
		ordinal, hold := uint32(rng.IntN(4)), uint64(rng.IntN(4)+4)
		switch rng.IntN(8) {
		case 0:
			m.number = uint32(rng.IntN(1000) + 1)
			p.setNumber(id, seq, m.number)
		case 1, 2, 3:
			m.involve(ordinal, hold, seq)
			p.involve(id, ordinal, hold, seq)
		case 4, 5:
			m.resolve(hold, seq)
			p.resolve(id, hold, seq)
		case 6:
			if rng.IntN(4) == 0 {
				*m = personModel{}
				p.forget(id)
			}
		default:
			checkPerson(t, p, id, m, seq-uint64(rng.IntN(3)))
		}
		if step == 30_000 {
			rowsMost = rowsOf(p)
		}
	}
	for id, m := range models {
		checkPerson(t, p, id, m, seq)
	}
	if got := rowsOf(p); got > rowsMost+rowsMost/5 {
		t.Errorf("got %d rows, and %d half-way: rows are not used again", got, rowsMost)
	}
}

func checkPerson(t *testing.T, p *people, id mission.ID, m *personModel, seq uint64) {
	t.Helper()
	o, ok := p.ordinal(id)
	if ok != (m.number != 0) || ok && o != m.number-1 {
		t.Fatalf("%s: got ordinal %d, %v, want number %d", id, o, ok, m.number)
	}
	want := m.at(seq)
	if got := p.past(nil, id, seq); !slices.Equal(got, want) {
		t.Fatalf("%s at %d: got %v, want %v", id, seq, got, want)
	}
	for ordinal := range uint32(4) {
		if got := p.barred(id, ordinal, seq); got != slices.Contains(want, ordinal) {
			t.Fatalf("%s at %d: mission %d barred %v, want %v", id, seq, ordinal, got, !got)
		}
	}
}

func rowsOf(p *people) (rows int) {
	for i := range p.shards {
		rows += len(p.shards[i].rows) + len(p.shards[i].past)
	}
	return rows
}

// Goal: people whose ids have the same hash are told apart, whoever of them leaves first.
// Method: five in one chain, taken away in every order.
func TestOneHashIsNotOnePerson(t *testing.T) {
	const hash = 7
	ids := []mission.ID{"a", "b", "c", "d", "e"}
	for _, order := range orders(len(ids)) {
		s := newPeople().shards[0:1]
		for n, id := range ids {
			s[0].change(hash, id, 1, func(_ *shard, who *person) { who.number = uint32(n + 1) })
		}
		gone := map[int]bool{}
		for _, n := range order {
			s[0].remove(hash, s[0].find(hash, ids[n]))
			gone[n] = true
			for k, id := range ids {
				want := uint32(k + 1)
				if gone[k] {
					want = 0
				}
				if got := s[0].rows[s[0].find(hash, id)].number; got != want {
					t.Fatalf("order %v, without %d: %s has number %d, want %d", order, n, id, got, want)
				}
			}
		}
		if len(s[0].first) != 0 {
			t.Fatalf("order %v: a hash without people is left", order)
		}
	}
}

// orders gives every order of 0 to n-1.
func orders(n int) (all [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, rest := range orders(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(rest), at, n-1))
		}
	}
	return all
}

// Goal: letters are kept as they were given, and a block goes when nobody is known
// by it, the one that is being filled excepted.
func TestLettersGoWithTheLastOfTheirBlock(t *testing.T) {
	b := idBlocks{shard: 63}
	refs, want := []idRef{}, []mission.ID{}
	for n := range 1_000 {
		id := fmt.Sprintf("%0*d", 1+n%mission.IDBytesMax, n)
		refs, want = append(refs, b.add(id)), append(want, id)
	}
	for n, r := range refs {
		if got := b.at(r); got != want[n] || r.shard() != 63 {
			t.Fatalf("got %q of shard %d, want %q of 63", got, r.shard(), want[n])
		}
	}
	for _, r := range refs {
		b.drop(r)
	}
	last := refs[len(refs)-1]
	for n, r := range refs {
		if got := b.at(r); (got == "") != (r.block() != last.block()) {
			t.Fatalf("everybody is forgotten: got %q for %q", got, want[n])
		}
	}
	if b.at(0) != "" {
		t.Error("0 has letters")
	}
}
