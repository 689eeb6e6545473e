package index_test

import (
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"testing"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// Goal: a snapshot says the same for ever, whatever is applied after it, also
// while it is read by others (run it with -race).
//
// Method: a digest of all that is in a snapshot is taken when it is published
// and again by readers while many commits go by.
func TestSnapshotsAreImmutable(t *testing.T) {
	s := newState(*seedFlag + 2000)
	x := s.open()
	x.Apply(mustPut(s, 120))
	type kept struct {
		s      *index.Snapshot
		digest uint64
	}
	published, done := make(chan kept, 4), make(chan kept, 4000)
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for k := range published {
				for range 2 {
					if got := digest(k.s); got != k.digest {
						t.Errorf("seed %d: snapshot %d has digest %x while others come, want %x", *seedFlag, k.s.Seq, got, k.digest)
					}
				}
				done <- k
			}
		})
	}
	for range 40 {
		x.Apply(s.commit())
		now := x.Snapshot()
		published <- kept{now, digest(now)}
	}
	close(published)
	readers.Wait()
	close(done)
	for k := range done {
		if got := digest(k.s); got != k.digest {
			t.Errorf("seed %d: snapshot %d has digest %x afterwards, want %x", *seedFlag, k.s.Seq, got, k.digest)
		}
	}
}

// Goal: while a commit pauses, whoever reads sees the view before it, whole.
//
// Method: in each pause of large commits, volunteers' among them, the digest of the
// newest snapshot is taken.
func TestACommitThatPausesIsNotSeen(t *testing.T) {
	s := newState(*seedFlag + 2100)
	var x *index.Index
	pauses, seen := 0, uint64(0)
	s.pause = func() {
		pauses++
		if got := digest(x.Snapshot()); got != seen {
			t.Errorf("seed %d: pause %d: the snapshot has digest %x, want %x of before the commit", *seedFlag, pauses, got, seen)
		}
	}
	x = s.open()
	commits := 12
	if raceEnabled {
		commits = 3 // digests are long: .ci/run takes more without the detector
	}
	for range commits {
		seen = digest(x.Snapshot())
		cs := mustPut(s, 80)
		for n := range 400 {
			v := somebody(fmt.Sprint("p", n), s.Rand)
			c := s.change(mission.VolunteerPut)
			c.VolunteerID, c.VolunteerOrdinal, c.Volunteer = v.ID, mission.Ordinal(n), v
			cs = append(cs, c)
		}
		tick := s.change(mission.Ticked) // begins a census
		x.Apply(append(cs, tick))
	}
	if pauses < commits*4 {
		t.Errorf("got %d pauses, want several a commit", pauses)
	}
}

// digest is a hash of everything that a snapshot shows of missions and trees.
func digest(s *index.Snapshot) uint64 {
	h := fnv.New64a()
	fmt.Fprintln(h, s.Seq, s.At, s.Rows, s.Exists, s.Fresh, *s.Climate)
	for o := range s.Rows {
		m := s.Missions.At(o)
		fmt.Fprintln(h, *m, *s.Live.At(o), *s.Stands.At(o), s.Texts.At(o).ID, string(s.Texts.At(o).Summary), s.TermsOf(m))
		for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
			fmt.Fprintln(h, *s.Addresses.At(a), string(*s.Shown.At(a)))
		}
	}
	for _, t := range s.Trees {
		fmt.Fprintln(h, t.Bounds, t.Tops, t.Nodes, t.Entries)
	}
	for n := range s.Postings.Rows() {
		fmt.Fprintln(h, *s.Postings.At(n))
	}
	for n := range s.VolunteerRows {
		fmt.Fprintln(h, *s.Volunteers.At(n), s.VolunteerID(n))
	}
	return h.Sum64()
}

// Goal: what is not for a person any more is told as of each snapshot's Seq:
// where they sit, were refused, or waved it away.
func TestPastIsAsOfTheSeq(t *testing.T) {
	s := newState(1)
	x := s.open()
	hold := mission.Hold{ID: "h1", Volunteer: "v", Ordinal: 0, State: mission.Held}
	released, refused := hold, hold
	released.State = mission.Released
	refused.ID, refused.Ordinal, refused.State, refused.Answer = "h2", 1, mission.Released, mission.AnswerRefused
	place := mission.Waiting{Volunteer: "v", Ordinal: 3, Slot: "a"}
	elsewhere := mission.Waiting{Volunteer: "v", Ordinal: 0, Slot: "a"}
	offered := mission.Hold{ID: "o-1", Volunteer: "v", Ordinal: 3, State: mission.Held}
	var cs []mission.Change
	for o := range 4 {
		cs = append(cs, s.put(o)...)
	}
	x.Apply(cs)
	views := []*index.Snapshot{x.Snapshot()}
	for _, c := range []mission.Change{
		{Kind: mission.SeatHeld, Hold: &hold},
		{Kind: mission.SeatHeld, Hold: &hold}, // told twice
		{Kind: mission.SeatReleased, Hold: &released},
		{Kind: mission.SeatAnswered, Hold: &refused},
		{Kind: mission.FeedbackGiven, Feedback: &mission.Feedback{Type: "dismissed", Volunteer: "v", Missions: []string{views[0].Texts.At(2).ID, "no such"}}},
		{Kind: mission.FeedbackGiven, Feedback: &mission.Feedback{Type: "opened", Volunteer: "v", Missions: []string{views[0].Texts.At(3).ID}}},
		{Kind: mission.WaitingJoined, Waiting: &place},
		{Kind: mission.WaitingJoined, Waiting: &elsewhere},
		{Kind: mission.SeatOffered, Waiting: &place, Hold: &offered},
		{Kind: mission.WaitingLeft, Waiting: &elsewhere},
	} {
		c.Seq = s.change(c.Kind).Seq
		x.Apply([]mission.Change{c})
		views = append(views, x.Snapshot())
	}
	for i, want := range [][]uint32{nil, {0}, {0}, nil, {1}, {1, 2}, {1, 2}, {1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}, {1, 2, 3}} {
		got := views[i].Past(nil, "v")
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("after %d changes: got %v, want %v", i, got, want)
		}
	}
	x.Apply([]mission.Change{{Seq: s.change(mission.VolunteerErased).Seq, Kind: mission.VolunteerErased, VolunteerID: "v"}})
	if got := x.Snapshot().Past(nil, "v"); len(got) != 0 {
		t.Errorf("erased: got %v, want nothing", got)
	}
}

// Goal: a volunteer is found by id while they have a record, and not once they
// are erased.
func TestVolunteersComeAndGo(t *testing.T) {
	s := newState(1)
	x := s.open()
	p := geo.Point{Lat: 45, Lon: 3}
	v := &mission.Volunteer{ID: "v", Cell: geo.CellAt(p, mission.VolunteerLevel).Token(), RadiusKm: 12.3, Mobility: "car"}
	c := s.change(mission.VolunteerPut)
	c.Volunteer, c.VolunteerID = v, v.ID
	x.Apply([]mission.Change{c})
	row, ok := x.Snapshot().Volunteer("v")
	if !ok || row.RadiusKm != 12.3 || row.Cell.Token() != v.Cell {
		t.Fatalf("got %+v, %v; want a radius of 12.3 in %s", row, ok, v.Cell)
	}
	c = s.change(mission.VolunteerErased)
	c.VolunteerID = "v"
	x.Apply([]mission.Change{c})
	if row, ok := x.Snapshot().Volunteer("v"); ok {
		t.Errorf("erased: got %+v, want nobody", row)
	}
	if _, ok := x.Snapshot().Volunteer("w"); ok {
		t.Error("got a volunteer who never was")
	}
}

// Goal: the dictionary gives one number to a term, from 1, by field; a term's
// postings hold its missions, whichever came first.
func TestTermsHaveNumbersAndPostings(t *testing.T) {
	s := newState(5)
	x := s.open()
	x.Apply(mustPut(s, 60))
	d, view := x.Snapshot().Dictionary, x.Snapshot()
	if _, ok := d.Number(index.Tag, "never seen"); ok {
		t.Error("got a number for a term never seen")
	}
	for _, f := range []index.Field{index.Tag, index.Publisher, index.City} {
		for _, word := range []string{"a", "p1", "ville"} {
			n, ok := d.Number(f, word)
			if !ok {
				continue
			}
			if field, value := d.Term(n); n == 0 || field != f || value != word {
				t.Errorf("%v %q has number %d, which is %v %q", f, word, n, field, value)
			}
		}
	}
	n, _ := d.Number(index.Tag, "a")
	var got, want []uint32
	got = append(got, *view.Postings.At(n)...)
	for o, r := range s.missions {
		if slices.Contains(r.m.Tags, "a") {
			want = append(want, uint32(o))
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) || len(want) == 0 {
		t.Errorf("postings of tag a: got %v, want %v", got, want)
	}
	for _, f := range []index.Field{index.Department, index.Region, index.City, index.PostalCode, index.Tag, index.Publisher, index.Attribute} {
		if got, want := f.OfAddress(), f <= index.PostalCode; got != want {
			t.Errorf("field %d of an address: got %v, want %v", f, got, want)
		}
	}
}
