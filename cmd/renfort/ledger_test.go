package main

// A ledger of what a service acknowledged, kept by its callers: what it must
// still have after whatever happens to it. What was asked for and not answered
// may be so or not.

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// The states of a seat in the order in which one caller takes it through.
const (
	nothing = iota
	held
	confirmed
	released
)

func stateOf(word string) int {
	for i, w := range []string{"", "held", "confirmed", "released"} {
		if w == word {
			return i
		}
	}
	return -1 // expired: nobody here lets that happen
}

// entry is what one volunteer, who is used once, was told.
type entry struct {
	stored  bool   // their record is
	mission string // of the hold, "" where the service chose it
	hold    string // "" until acknowledged
	state   int    // acknowledged
	tried   int    // asked for; state or later
}

// ledger is safe for concurrent use.
type ledger struct {
	mu       sync.Mutex
	entries  map[string]*entry // by volunteer
	acked    atomic.Int64
	refused  atomic.Int64 // with 503: outcome unknown
	rejected atomic.Int64 // otherwise: mission full and the like
	serial   atomic.Int64
}

func newLedger() *ledger { return &ledger{entries: map[string]*entry{}} }

// put sets an entry; entries are values to their callers.
func (l *ledger) put(volunteer string, e entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries[volunteer] = &e
}

// load sends sign-ups, holds, confirmations and releases from many clients
// until stop is closed, or the service is gone.
func (l *ledger) load(s *server, missions []string, seed uint64, clients int, stop <-chan struct{}) *sync.WaitGroup {
	var running sync.WaitGroup
	for c := range clients {
		rng := rand.New(rand.NewPCG(seed, uint64(c)))
		running.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if !l.one(s, missions, rng) {
					return
				}
			}
		})
	}
	return &running
}

// one takes one volunteer through; false says that the service is gone.
func (l *ledger) one(s *server, missions []string, rng *rand.Rand) bool {
	id := fmt.Sprintf("e-%d", l.serial.Add(1))
	e := entry{tried: held}
	record := fmt.Sprintf(`{"id":%q,"postal_code":%q,"domains":["solidarite-insertion"],"adult":true}`, id,
		[]string{"06000", "75011", "48000", "97400"}[rng.IntN(4)])
	if rng.IntN(3) == 0 {
		return l.signup(s, id, e, record, rng)
	}
	if ok, gone := l.tell(s.ask("PUT", "/v1/volunteers/"+id, record)); gone || !ok {
		e.tried = nothing
		l.put(id, e)
		return !gone
	}
	e.stored = true
	e.mission = missions[rng.IntN(len(missions))]
	l.put(id, e)
	r := s.ask("POST", "/v1/missions/"+url.PathEscape(e.mission)+"/holds", fmt.Sprintf(`{"volunteer":%q,"ttl_s":3600}`, id))
	return l.held(s, id, e, r, rng)
}

// signup does the first three steps in one request.
func (l *ledger) signup(s *server, id string, e entry, record string, rng *rand.Rand) bool {
	l.put(id, e)
	r := s.ask("POST", "/v1/signups", `{"volunteer":`+record+`,"recommend":{"limit":10},"hold":{"first":true,"ttl_s":3600}}`)
	ok, gone := l.tell(r)
	if !ok {
		return !gone
	}
	var answer struct{ Hold json.RawMessage }
	if err := json.Unmarshal(r.body, &answer); err != nil {
		s.t.Errorf("sign-up %s: %v in %s", id, err, beginning(r.body))
		return false
	}
	e.stored = true
	if string(answer.Hold) == "null" {
		e.tried = nothing
		l.put(id, e)
		return true
	}
	return l.held(s, id, e, reply{status: 201, body: answer.Hold}, rng)
}

// held takes a hold that was answered to a confirmation, mostly, and some of
// those back.
func (l *ledger) held(s *server, id string, e entry, r reply, rng *rand.Rand) bool {
	ok, gone := l.tell(r)
	if !ok {
		if !gone && r.status != 503 {
			e.tried = nothing
			l.put(id, e)
		}
		return !gone
	}
	var hold struct{ Hold, Mission string }
	if err := json.Unmarshal(r.body, &hold); err != nil || hold.Hold == "" {
		s.t.Errorf("hold of %s: %v in %s", id, err, beginning(r.body))
		return false
	}
	e.hold, e.mission, e.state = hold.Hold, hold.Mission, held
	for _, step := range []struct {
		state, chance int
		path          string
	}{{confirmed, 80, "/confirm"}, {released, 20, "/release"}} {
		if rng.IntN(100) >= step.chance {
			break
		}
		e.tried = step.state
		l.put(id, e)
		ok, gone := l.tell(s.ask("POST", "/v1/holds/"+e.hold+step.path, ""))
		if !ok {
			return !gone
		}
		e.state = step.state
	}
	l.put(id, e)
	return true
}

// tell counts an answer. 503 leaves the outcome open, as no answer does.
func (l *ledger) tell(r reply) (ok, gone bool) {
	switch {
	case r.status == 200 || r.status == 201:
		l.acked.Add(1)
		return true, false
	case r.status == 0:
		return false, true
	case r.status == 503:
		l.refused.Add(1)
	default:
		l.rejected.Add(1)
	}
	return false, false
}

// seatsOf is what the holds of a mission add up to.
type seatsOf struct{ held, confirmed int }

// verify walks everything that a service has and holds the ledger against it:
// what was acknowledged is there, nothing is there that nobody asked for, and
// no mission gave out a seat too many.
func (l *ledger) verify(t testing.TB, s *server) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	people := map[string]bool{}
	walk(s, "/v1/volunteers?limit=1000", "volunteers", func(v struct{ ID string }) { people[v.ID] = true })
	taken := map[string]*seatsOf{}
	seen := map[string]bool{}
	walk(s, "/v1/seats?limit=1000", "seats", func(h struct{ Hold, State, Mission, Volunteer string }) {
		if taken[h.Mission] == nil {
			taken[h.Mission] = &seatsOf{}
		}
		switch stateOf(h.State) {
		case held:
			taken[h.Mission].held++
		case confirmed:
			taken[h.Mission].confirmed++
		}
		e := l.entries[h.Volunteer]
		if e == nil || e.tried == nothing || seen[h.Volunteer] {
			t.Errorf("hold %s of %s: nobody asked for it", h.Hold, h.Volunteer)
			return
		}
		seen[h.Volunteer] = true
		if got := stateOf(h.State); got < e.state || got > e.tried || e.hold != "" && e.hold != h.Hold || e.mission != "" && e.mission != h.Mission {
			t.Errorf("%s: got %+v, the ledger has %+v", h.Volunteer, h, *e)
		}
	})
	for id, e := range l.entries {
		if e.stored && !people[id] {
			t.Errorf("volunteer %s was acknowledged and is gone", id)
		}
		if e.state >= held && !seen[id] {
			t.Errorf("%s: their seat was acknowledged and is gone: %+v", id, *e)
		}
	}
	verifySeats(t, s, taken)
}

// verifySeats wants every mission's parts to add up, and to be what its holds
// say.
func verifySeats(t testing.TB, s *server, taken map[string]*seatsOf) {
	t.Helper()
	type occupied struct {
		ID        string
		Occupancy struct {
			Total, Free                      *int
			Elsewhere, Held, Confirmed, Over int
		}
	}
	walk(s, "/v1/missions?limit=1000", "missions", func(m occupied) {
		o, want := m.Occupancy, taken[m.ID]
		if want == nil {
			want = &seatsOf{}
		}
		if o.Held != want.held || o.Confirmed != want.confirmed {
			t.Errorf("mission %s: occupancy %+v, its holds say %+v", m.ID, o, *want)
		}
		if o.Total != nil && (o.Over != 0 || o.Free == nil || *o.Free < 0 || o.Elsewhere+o.Held+o.Confirmed+*o.Free != *o.Total) {
			t.Errorf("mission %s: a seat too many or too few: %+v of %d", m.ID, o, *o.Total)
		}
	})
}

// walk reads every page of a list.
func walk[T any](s *server, path, list string, each func(T)) {
	s.t.Helper()
	for cursor := ""; ; {
		at := path
		if cursor != "" {
			at += "&cursor=" + url.QueryEscape(cursor)
		}
		var page map[string]json.RawMessage
		s.must(200, "GET", at, "", &page)
		var records []T
		if err := json.Unmarshal(page[list], &records); err != nil {
			s.t.Fatalf("%s: %v in %s", at, err, beginning(page[list]))
		}
		for _, r := range records {
			each(r)
		}
		if cursor = strings.Trim(string(page["cursor"]), `"`); cursor == "null" || cursor == "" {
			return
		}
	}
}
