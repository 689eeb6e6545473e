package store_test

// The simulation: random commands against a store and a toy model, which must
// agree on every answer and on every seat after every step; with crashes, from
// which a store is opened again on the file as it was in the middle of work.
// -seed runs one seed, as a failure prints it; -seeds so many, from 1.

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"renfort/mission"
	"renfort/store"
)

var (
	simSeed  = flag.Uint64("seed", 0, "run the simulation with this seed alone")
	simSeeds = flag.Uint64("seeds", usualSeeds(), "run the simulation with so many seeds")
)

// usualSeeds is fewer under the race detector: .ci/run has thousands without.
func usualSeeds() uint64 {
	if raceEnabled {
		return 20
	}
	return 100
}

// simSteps is how many steps one seed has, simSweep how much a Tick ends of
// each kind in every second one.
const (
	simSteps = 60
	simSweep = 1
)

func TestSimulation(t *testing.T) {
	from, to := uint64(1), *simSeeds
	if testing.Short() {
		to = min(to, 20)
	}
	if *simSeed != 0 {
		from, to = *simSeed, *simSeed
	}
	workers := uint64(runtime.GOMAXPROCS(0)) // which share nothing
	for w := range workers {
		t.Run(fmt.Sprint("worker", w), func(t *testing.T) {
			t.Parallel()
			for seed := from + w; seed <= to && !t.Failed(); seed += workers {
				simulate(t, seed)
			}
		})
	}
}

// sim is one run.
type sim struct {
	t     rapid.TB
	seed  uint64
	step  int
	rnd   *rand.Rand
	dir   string
	store *store.Store
	toy   *toy
	holds []string // ids that were asked for
	keyed []mission.Envelope
	trace []func() string           // what was done, for a failure
	seats map[string]*mission.Seats // by mission, as the changes tell
	idle  map[string]bool           // organisations that are suspended, as the changes tell
	log   []mission.Envelope        // all that was applied, in order

	objects *mirror // of the free records, as the changes tell
}

func simulate(t *testing.T, seed uint64) {
	s := &sim{t: t, seed: seed, rnd: rand.New(rand.NewPCG(seed, 7)), toy: newToy(), seats: map[string]*mission.Seats{}, idle: map[string]bool{}, objects: newMirror()}
	var err error
	if s.dir, err = os.MkdirTemp("", "sim"); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(s.dir)
	if seed%2 == 0 {
		s.toy.sweep, s.toy.objectSweep = simSweep, simSweep
	}
	s.open(filepath.Join(s.dir, "0"))
	defer func() { s.store.Close() }()
	s.do(mission.Envelope{Command: mission.Tick{At: scriptStart}})
	for s.step = 1; s.step <= simSteps && !t.Failed(); s.step++ {
		if s.rnd.IntN(40) == 0 {
			s.crash()
		} else {
			s.do(s.random())
		}
		s.compare()
	}
	s.mustReopen()
	s.mustReplay()
}

// mustReplay gives another store the same commands in batches of other sizes:
// the state must be the same.
func (s *sim) mustReplay() {
	s.t.Helper()
	other := *s
	other.seats, other.idle, other.objects = map[string]*mission.Seats{}, map[string]bool{}, newMirror()
	other.open(filepath.Join(s.dir, "replay"))
	defer other.store.Close()
	for rest := s.log; len(rest) > 0; {
		n := 1 + s.rnd.IntN(min(len(rest), 40))
		other.store.SubmitAll(context.Background(), rest[:n])
		rest = rest[n:]
	}
	if other.store.Hash() != s.store.Hash() || other.store.Seq() != s.store.Seq() {
		s.fail("replayed in other batches: seq %d with hash %x, was %d with %x", other.store.Seq(), other.store.Hash(), s.store.Seq(), s.store.Hash())
	}
}

func (s *sim) open(dir string) {
	o := store.Options{NoSync: true, MapBytes: 1 << 22, Committed: s.committed, Policy: awake()}
	if s.seed%3 != 0 { // else each time that the file is brought up to date is a base
		o.MapBytes, o.JournalBytes = 1<<31, 1<<14
	}
	st, err := store.Open(dir, o)
	if err != nil {
		s.fail("open: %v", err)
	}
	s.store = st
	if s.seed%2 == 0 {
		st.SweepHolds(simSweep) // what is due often waits for a later Tick
		st.SweepObjects(simSweep)
	}
}

// awake gives the default policy without quiet hours: what they do is mission's
// to test.
func awake() *mission.Policy {
	p := mission.DefaultPolicy()
	p.Reverse.QuietUntil = p.Reverse.QuietFrom
	return p
}

// committed follows the changes as an index does.
func (s *sim) committed(changes []mission.Change) {
	s.objects.committed(changes)
	for rest := changes; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Seq == rest[0].Seq {
			n++
		}
		s.compareFull(rest[:n])
		s.follow(rest[:n])
		rest = rest[n:]
	}
}

// compareFull reckons from what one command did to seats which missions it
// filled and which it opened again, and compares that with what it told.
func (s *sim) compareFull(changes []mission.Change) {
	got, want, after, imported := []string{}, []string{}, map[string]*mission.Seats{}, false
	for _, c := range changes {
		if c.Kind == mission.OrganizationPut {
			s.idle[c.Organization.ID] = c.Organization.State == mission.OrgSuspended
		}
		switch {
		case c.Kind == mission.MissionFilled || c.Kind == mission.MissionReopened:
			got = append(got, c.Kind.String()+" "+c.MissionID)
		case c.Kind == mission.MissionDeleted:
			after[c.MissionID] = nil
		case c.Seats != nil:
			after[c.MissionID] = c.Seats
		}
		imported = imported || c.Kind == mission.SeatImported
	}
	left := func(m *mission.Seats) (n int, known bool) {
		for _, p := range m.Pools {
			if p.Total == mission.SeatsUnknown {
				return 0, false
			}
			n += p.Total + p.Over - p.Elsewhere - p.Held - p.Confirmed
		}
		return n, true
	}
	for id, now := range after {
		was := s.seats[id]
		if imported || was == nil || now == nil || was.State != "open" || now.State != "open" || now.Booking == "elsewhere" || s.idle[now.Organization] ||
			now.Ends != 0 && now.Ends < changes[0].At || now.ApplyBefore != 0 && now.ApplyBefore < changes[0].At {
			continue
		}
		before, knew := left(was)
		rest, knows := left(now)
		switch {
		case !knew || !knows:
		case before > 0 && rest == 0:
			want = append(want, "mission.filled "+id)
		case before == 0 && rest > 0:
			want = append(want, "mission.reopened "+id)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.fail("seq %d: got %v, want %v", changes[0].Seq, got, want)
	}
}

func (s *sim) follow(changes []mission.Change) {
	for _, c := range changes {
		if c.Kind == mission.MissionDeleted {
			delete(s.seats, c.MissionID)
		} else if c.Seats != nil {
			s.seats[c.MissionID] = c.Seats
		}
		if c.Kind == mission.SeatOffered && !slices.Contains(s.holds, c.Hold.ID) {
			s.holds = append(s.holds, c.Hold.ID)
		}
	}
}

func (s *sim) fail(format string, args ...any) {
	s.t.Helper()
	for _, line := range s.trace[max(0, len(s.trace)-25):] {
		s.t.Log(line())
	}
	s.t.Fatalf("-seed %d step %d: %s", s.seed, s.step, fmt.Sprintf(format, args...))
}

// do submits a command, and compares the answer with the toy's.
func (s *sim) do(e mission.Envelope) {
	s.t.Helper()
	res, err := s.store.Submit(context.Background(), e)
	s.agree(e, res, err)
}

func (s *sim) agree(e mission.Envelope, res mission.Result, err error) {
	s.t.Helper()
	w := s.toy.apply(e)
	s.log = append(s.log, e)
	got := want{kind: mission.KindOf(err), outcome: res.Outcome, taken: res.Occupancy.Taken()}
	if me := mission.AsError(err); me != nil {
		got.why = me.Why
	}
	if res.Hold != nil {
		got.hold = res.Hold.ID + " " + res.Hold.State
	}
	if res.Waiting != nil {
		got.position, got.waiter = res.Waiting.Position, res.Waiting.Volunteer
	}
	step := s.step
	s.trace = append(s.trace, func() string { return fmt.Sprintf("%d: %s key %q: %+v %v", step, told(e.Command), e.Key, got, err) })
	w.changed = false
	if got != w {
		s.fail("%s\ngot  %+v\nwant %+v", told(e.Command), got, w)
	}
	if e.Key != "" {
		s.keyed = append(s.keyed, e)
	}
}

// told writes a command for people.
func told(c mission.Command) string {
	if m, ok := c.(mission.PutMission); ok {
		left := -1
		if m.Left != nil {
			left = *m.Left
		}
		return fmt.Sprintf("put_mission %s keep %v revision %d ends %d left %d", rawOf(m.Mission), m.KeepTaken, m.Mission.Revision, m.Mission.Times.Ends, left)
	}
	return fmt.Sprintf("%s%+v", c.Name(), c)
}

// compare looks at every seat, hold and record.
func (s *sim) compare() {
	s.t.Helper()
	if s.store.Seq() != s.toy.seq || s.store.Now() != s.toy.now {
		s.fail("got seq %d at %d, want %d at %d", s.store.Seq(), s.store.Now(), s.toy.seq, s.toy.now)
	}
	s.compareObjects()
	for i := range simMissions {
		s.compareMission(fmt.Sprintf("m%d", i))
	}
	for _, id := range s.holds {
		h, _, err := s.store.Hold(id)
		w := s.toy.holds[id]
		if (err == nil) != (w != nil) {
			s.fail("hold %s: got %v, want there %v", id, err, w != nil)
		}
		if w != nil && (h.State != w.state || h.Volunteer != w.volunteer || h.Expires != w.expires || h.Answer != w.answer || h.Ref != w.ref) {
			s.fail("hold: got %+v, want %+v", h, w)
		}
	}
	for org, w := range s.toy.records {
		o, err := s.store.Organization(org)
		if err != nil || o.Record != w {
			s.fail("organization %s: got %+v %v, want %+v", org, o.Record, err, w)
		}
	}
}

func (s *sim) compareMission(id string) {
	s.t.Helper()
	m, err := s.store.Mission(id)
	w := s.toy.missions[id]
	if (err == nil) != (w != nil) {
		s.fail("mission %s: got %v, want there %v", id, err, w != nil)
	}
	if w == nil {
		return
	}
	if m.Withdrawn != w.withdrawn || m.Version != w.version {
		s.fail("mission %s: got version %d, withdrawn until %d, want %d and %d", id, m.Version, m.Withdrawn, w.version, w.withdrawn)
	}
	if told := s.seats[id]; told == nil || !reflect.DeepEqual(*told, m.Seats) {
		s.fail("mission %s: the changes say %+v, the file %+v", id, told, m.Seats)
	}
	for _, t := range m.Seats.Slots {
		p, name := m.Seats.Pools[t.Pool], w.poolOf(t.ID)
		wp := w.pools[name]
		held, confirmed := s.toy.sitting(w, name, mission.Held), s.toy.sitting(w, name, mission.Confirmed)
		over := 0
		if wp.total != mission.SeatsUnknown {
			over = max(0, wp.elsewhere+held+confirmed-wp.total)
		}
		if want := (mission.Pool{Total: wp.total, Elsewhere: wp.elsewhere, Held: held, Confirmed: confirmed, Over: over,
			Waiting: s.toy.waitingFor(w, name, always)}); p != want {
			s.fail("mission %s slot %q: got %+v, want %+v", id, t.ID, p, want)
		}
	}
	s.compareLists(id, w)
}

// compareLists looks at who waits for a mission, in which order.
func (s *sim) compareLists(id string, m *toyMission) {
	s.t.Helper()
	var got, want []string
	all, err := s.store.Waiting(id)
	for _, w := range all {
		got = append(got, fmt.Sprint(w.JoinedSeq, w.Volunteer, w.Slot, w.Position))
	}
	for _, w := range s.toy.waits {
		if w.of == m {
			pool, _ := w.pool()
			want = append(want, fmt.Sprint(w.seq, w.volunteer, w.slot, s.toy.waitingFor(m, pool, w.seq)+1))
		}
	}
	if err != nil || !slices.Equal(got, want) {
		s.fail("mission %s: got the lists %v, %v; want %v", id, got, err, want)
	}
}

// crash submits some commands at once, loses power before, in the middle of or
// after one of their commits, and goes on from a store opened on what the disk
// has. What was answered before the commit must be there.
func (s *sim) crash() {
	var es []mission.Envelope
	for range 1 + s.rnd.IntN(5) {
		es = append(es, s.random())
	}
	at, how := 1+s.rnd.IntN(2), s.rnd.IntN(3)
	files := watch(s.t, s.store)
	var image map[string][]byte
	n := 0
	s.store.InsteadOfCommit(func(commit func() error) error {
		n++
		before := files.sure()
		if n == at && how == 0 {
			image = files.lose(before, s.rnd.IntN(11), s.rnd)
		}
		err := commit()
		switch {
		case n == at && how == 1: // after it
			image = files.lose(files.sure(), s.rnd.IntN(11), s.rnd)
		case n == at && how == 2: // in its middle
			image = files.lose(before, s.rnd.IntN(11), s.rnd)
		}
		return err
	})
	results, errs := s.store.SubmitAll(context.Background(), es)
	if image == nil {
		image = files.lose(files.sure(), s.rnd.IntN(11), s.rnd) // nothing changed, or less often
	}
	s.store.Close()
	dir := filepath.Join(s.dir, fmt.Sprint(s.step))
	lay(s.t, dir, image)
	s.mustBeSound(dir)
	s.open(dir)
	step, seq := s.step, s.store.Seq()
	s.trace = append(s.trace, func() string { return fmt.Sprintf("%d: crash at commit %d, image %d: seq %d", step, at, how, seq) })
	for i, e := range es {
		if s.toy.seq == s.store.Seq() && changes(errs[i], results[i]) {
			break // this and what follows was lost with the crash
		}
		s.agree(e, results[i], errs[i])
	}
	s.objects = loadMirror(s.t, s.store)
	s.seats, s.idle = map[string]*mission.Seats{}, maps.Clone(s.toy.suspended)
	if _, _, err := s.store.Load(store.InTurn(func(c mission.Change) { s.seats[c.MissionID] = c.Seats }), nil, nil); err != nil {
		s.fail("load: %v", err)
	}
}

func changes(err error, r mission.Result) bool {
	return err == nil && r.Outcome != mission.Unchanged && r.Outcome != mission.Older && !r.Replayed
}

func (s *sim) mustBeSound(dir string) {
	s.t.Helper()
	r, err := store.Check(dir)
	if err != nil || len(r.Problems) > 0 {
		s.fail("check: %v %v", err, r.Problems)
	}
}

// mustReopen closes the store, checks its file and opens it again.
func (s *sim) mustReopen() {
	dir, seq, hash := filepath.Dir(s.store.Path()), s.store.Seq(), s.store.Hash()
	s.store.Close()
	s.mustBeSound(dir)
	s.open(dir)
	if s.store.Seq() != seq || s.store.Hash() != hash {
		s.fail("reopened at seq %d with hash %x, was %d with %x", s.store.Seq(), s.store.Hash(), seq, hash)
	}
	s.compare()
}
