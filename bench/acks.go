package bench

import (
	"cmp"
	"slices"
	"sync"

	"renfort/bench/result"
)

// taken is a seat that was acknowledged.
type taken struct {
	hold, mission, volunteer string
	confirmed, released      bool
	at                       int64 // us since the run began
	open                     bool  // a resolution was sent and not answered: anything may be
}

// acks are the writes that the service has acknowledged: what must be there in
// the end. It is safe for concurrent use.
type acks struct {
	mu       sync.Mutex
	people   map[string]bool
	seats    map[string]*taken // by hold
	full     map[string]uint64 // mission: since which seq none was free
	freed    map[string]bool   // missions of which a seat was given back: full no more for sure
	unknown  map[string]bool   // people whose write was sent and not answered
	missions map[string]int    // revision, by id
}

func newAcks() *acks {
	return &acks{people: map[string]bool{}, seats: map[string]*taken{}, full: map[string]uint64{}, freed: map[string]bool{}, unknown: map[string]bool{}, missions: map[string]int{}}
}

// signedUp keeps that somebody is known.
func (a *acks) signedUp(volunteer string) {
	a.mu.Lock()
	a.people[volunteer] = true
	a.mu.Unlock()
}

// maybe keeps that nobody knows whether somebody is known.
func (a *acks) maybe(volunteer string) {
	a.mu.Lock()
	a.unknown[volunteer] = true
	a.mu.Unlock()
}

// held keeps a hold, and that its mission is full since seq where no seat is
// left.
func (a *acks) held(t *taken, full bool, seq uint64) {
	a.mu.Lock()
	a.seats[t.hold] = t
	if full && !a.freed[t.mission] && a.full[t.mission] == 0 {
		a.full[t.mission] = seq
	}
	a.mu.Unlock()
}

// resolved keeps what became of a hold.
func (a *acks) resolved(hold string, confirmed bool) {
	a.mu.Lock()
	if t := a.seats[hold]; t != nil {
		t.confirmed, t.released = confirmed, !confirmed
	}
	a.mu.Unlock()
}

// open says that nobody knows what became of a hold.
func (a *acks) open(hold string) {
	a.mu.Lock()
	if t := a.seats[hold]; t != nil {
		t.open = true
	}
	a.mu.Unlock()
}

// frees says beforehand that a seat of a mission will be given back: from now
// on nobody knows when it is full.
func (a *acks) frees(mission string) {
	a.mu.Lock()
	a.freed[mission] = true
	delete(a.full, mission)
	a.mu.Unlock()
}

// put keeps a mission's revision, unless a later one was acknowledged.
func (a *acks) put(mission string, revision int) {
	a.mu.Lock()
	a.missions[mission] = max(a.missions[mission], revision)
	a.mu.Unlock()
}

// fullBefore says whether a mission had no seat for sure at seq.
func (a *acks) fullBefore(mission string, seq uint64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	since, full := a.full[mission]
	return full && since <= seq
}

// What a page shows of how missions filled.
const (
	fillsMax  = 8   // missions, those with the most seats taken
	pointsMax = 200 // of each
)

// fills tells how missions filled, as their holds were acknowledged: all of
// them together, and the fullest each.
func (a *acks) fills(k *catalogue) []result.Fill {
	a.mu.Lock()
	defer a.mu.Unlock()
	when := map[string][]int64{}
	for _, t := range a.seats {
		when[""] = append(when[""], t.at)
		when[t.mission] = append(when[t.mission], t.at)
	}
	var all []result.Fill
	for id, times := range when {
		slices.Sort(times)
		f := result.Fill{Mission: id}
		if m := k.byID[id]; m != nil && m.Occupancy.Total != nil {
			f.Title, f.Seats = m.Title, *m.Occupancy.Total
		}
		step := max(1, len(times)/pointsMax)
		for n := step - 1; n < len(times); n += step {
			f.Points = append(f.Points, result.Filled{AtUS: times[n], Taken: n + 1})
		}
		f.Points = append(f.Points, result.Filled{AtUS: times[len(times)-1], Taken: len(times)})
		all = append(all, f)
	}
	slices.SortFunc(all, func(x, y result.Fill) int {
		return cmp.Or(cmp.Compare(last(y), last(x)), cmp.Compare(x.Mission, y.Mission))
	})
	return all[:min(len(all), fillsMax+1)]
}

// last is how many seats a fill ends with.
func last(f result.Fill) int { return f.Points[len(f.Points)-1].Taken }
