package index

// Sift is what sorts and filters of dates read of a mission: a row of it is
// half a line of the processor's cache.
type Sift struct {
	Starts    int64 // Unix seconds, 0 for none
	Ends      int64
	Newest    int64 // published; where nobody says when, first put
	HoursWeek float32
	Urgency   uint8
}

// moving is the writer's side of what a search reads that moves with seats and
// time. It follows the rows chunk by chunk, so that a commit costs what it
// touched.
type moving struct {
	available column[uint64]  // bits by ordinal: to be had now
	most      column[float32] // standing, rounded up
	sifts     column[Sift]
}

// follow writes anew what rows were written since the last publish. A chunk of
// rows is a word of bits.
func (x *Index) follow() {
	for k := range x.stands.written {
		x.followStands(k)
	}
	for k := range x.missions.written { // so is that of whoever moves Live.Created
		x.followTimes(k)
	}
}

func (x *Index) followStands(k uint32) {
	var word uint64
	var most [chunkRows]float32
	for i := range x.stands.rows(k) {
		if standing := x.stands.rows(k)[i].Standing; standing != 0 {
			word |= 1 << i
			most[i] = roundUp(standing)
		}
	}
	l := &x.moving
	if !l.available.has(k) || *l.available.at(k) != word {
		*l.available.edit(k) = word
	}
	if !l.most.has(k<<chunkBits) || *l.most.rows(k) != most {
		l.most.edit(k << chunkBits)
		*l.most.rows(k) = most
	}
}

func (x *Index) followTimes(k uint32) {
	var sifts [chunkRows]Sift
	for i := range sifts {
		m, created := &x.missions.rows(k)[i], int64(0)
		if x.live.has(k << chunkBits) {
			created = x.live.rows(k)[i].Created
		}
		sifts[i] = Sift{Starts: m.Starts, Ends: m.Ends, Newest: m.Published, HoursWeek: m.HoursWeek, Urgency: m.Urgency}
		if m.Published == 0 {
			sifts[i].Newest = created
		}
	}
	c := &x.moving.sifts
	if !c.has(k<<chunkBits) || *c.rows(k) != sifts {
		c.edit(k << chunkBits)
		*c.rows(k) = sifts
	}
}
