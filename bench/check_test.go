package bench

// Invariants are counted from what a service lists, and each can fail: a check
// that looked at nothing has.

import (
	"testing"

	"renfort/bench/result"
	"renfort/bench/truth"
	"renfort/mission"
)

// missions makes a catalogue of missions with so many seats.
func missions(seats map[string]int) *catalogue {
	k := &catalogue{byID: map[string]*listed{}}
	for id, n := range seats {
		k.missions = append(k.missions, listed{Mission: truth.Mission{Mission: mission.Mission{ID: mission.ID(id)}, Occupancy: truth.Occupancy{Total: &n}}})
	}
	for i := range k.missions {
		k.byID[string(k.missions[i].ID)] = &k.missions[i]
	}
	return k
}

func TestOversold(t *testing.T) {
	two := func() map[string]*seat {
		return map[string]*seat{"h1": {Hold: "h1", Mission: "m", Volunteer: "a", State: "held"}, "h2": {Hold: "h2", Mission: "m", Volunteer: "b", State: "confirmed"}}
	}
	if c := oversold(missions(map[string]int{"m": 2}), two()); !c.OK || c.Looked == 0 {
		t.Errorf("two of two: got %+v", c)
	}
	if c := oversold(missions(map[string]int{"m": 1}), two()); c.OK {
		t.Error("two of one: not reported")
	}
	ended := two()
	ended["h1"].State = "expired"
	if c := oversold(missions(map[string]int{"m": 1}), ended); !c.OK {
		t.Errorf("one of one, and one that expired: got %+v", c)
	}
	twice := two()
	twice["h2"].Volunteer = "a"
	if c := oversold(missions(map[string]int{"m": 5}), twice); c.OK {
		t.Error("one person on two seats: not reported")
	}
	slots := missions(map[string]int{"m": 3})
	slots.missions[0].Slots = []mission.Slot{{ID: "s1", Seats: new(1)}, {ID: "s2", Seats: new(2)}}
	same := two()
	same["h1"].Slots, same["h2"].Slots = []string{"s2"}, []string{"s2"}
	if c := oversold(slots, same); !c.OK {
		t.Errorf("two of two in a slot: got %+v", c)
	}
	same["h1"].Slots, same["h2"].Slots = []string{"s1"}, []string{"s1"}
	if c := oversold(slots, same); c.OK {
		t.Error("two of one in a slot, of three in all: not reported")
	}
	over := missions(map[string]int{"m": 2})
	over.missions[0].over = 1
	if c := oversold(over, two()); c.OK {
		t.Error("a mission that says that it is oversold: not reported")
	}
	if c := oversold(missions(nil), nil); c.OK {
		t.Error("no missions: nothing was looked at, and that passed")
	}
}

func TestSeatsThere(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(*acks)
		seat *seat // what is there of h
		ok   bool
	}{
		"confirmed":                {func(a *acks) { a.resolved("h", true) }, &seat{State: "confirmed"}, true},
		"confirmed, and gone":      {func(a *acks) { a.resolved("h", true) }, nil, false},
		"confirmed, and held":      {func(a *acks) { a.resolved("h", true) }, &seat{State: "held"}, false},
		"released":                 {func(a *acks) { a.resolved("h", false) }, &seat{State: "released"}, true},
		"released, and still live": {func(a *acks) { a.resolved("h", false) }, &seat{State: "confirmed"}, false},
		"held":                     {func(*acks) {}, &seat{State: "held"}, true},
		"held, and expired":        {func(*acks) {}, &seat{State: "expired"}, true},
		"held, and gone":           {func(*acks) {}, nil, false},
		"nobody knows":             {func(a *acks) { a.open("h") }, &seat{State: "confirmed"}, true},
		"nobody knows, and gone":   {func(a *acks) { a.open("h") }, nil, false},
	} {
		p := &play{acks: newAcks()}
		p.acks.held(&taken{hold: "h", mission: "m", volunteer: "a"}, false, 1)
		c.do(p.acks)
		seats := map[string]*seat{}
		if c.seat != nil {
			c.seat.Hold, c.seat.Mission, c.seat.Volunteer = "h", "m", "a"
			seats["h"] = c.seat
		}
		if got := p.seatsThere(seats); got.OK != c.ok {
			t.Errorf("%s: got %+v, want %v", name, got, c.ok)
		}
	}
}

// A mission is full from the seq of the answer that said so, until somebody
// may have given a seat back.
func TestFullBefore(t *testing.T) {
	a := newAcks()
	a.held(&taken{hold: "1", mission: "m"}, true, 10)
	if a.fullBefore("m", 9) || !a.fullBefore("m", 10) || a.fullBefore("n", 10) {
		t.Error("full at the wrong time")
	}
	a.frees("m")
	a.held(&taken{hold: "2", mission: "m"}, true, 12)
	if a.fullBefore("m", 20) {
		t.Error("a seat may be free again, and it still counts as full")
	}
}

func TestReading(t *testing.T) {
	page := []byte(`{"recommendations":[{"id":"a:1","score":0.5,"mission":{"title":"x","organization":{"id":"o1","name":"n"}},"seq":3},{"id":"a:2","score":0.4}],"seq":10231,"took_us":38}`)
	if ids := missionsOf(page); len(ids) != 2 || ids[0] != "a:1" || ids[1] != "a:2" {
		t.Errorf("got %v", ids)
	}
	if n := number(page, "seq"); n != 10231 {
		t.Errorf("got seq %d", n)
	}
	if n := number(page, "at"); n != 0 {
		t.Errorf("got %d for what is not there", n)
	}
	if s := text(page, "title"); s != "x" {
		t.Errorf("got title %q", s)
	}
}

// A step meets its promise by its percentile and its failures, and one that
// the generator spoilt is void.
func TestJudge(t *testing.T) {
	c := Default(Knee)
	p := &play{config: &c}
	phase := func(change func(*result.Call, *result.Phase)) *result.Phase {
		call := result.Call{Name: "recommend", OK: 1000}
		for range 1000 {
			call.Latency.Record(2_000)
		}
		made := &result.Phase{}
		made.Lag.Record(100)
		if change != nil {
			change(&call, made)
		}
		made.Calls = []result.Call{call}
		return made
	}
	if s := p.judge(100, c.Duration, phase(nil)); !s.Met || s.Void != "" || s.GoodPerS != 200 {
		t.Errorf("a good step: got %+v", s)
	}
	slow := phase(func(call *result.Call, _ *result.Phase) {
		for call.OK = 1020; call.Latency.Count() < 1020; {
			call.Latency.Record(20_000)
		}
	})
	if s := p.judge(100, c.Duration, slow); s.Met {
		t.Errorf("2 %% slower than promised: got %+v", s)
	}
	if s := p.judge(100, c.Duration, phase(func(call *result.Call, _ *result.Phase) { call.Refused = 10 })); s.Met || s.Failed == 0 {
		t.Errorf("1 %% refused: got %+v", s)
	}
	late := func(phase *result.Phase) *result.Phase {
		phase.Lag = result.Histogram{}
		phase.Lag.Record(50_000)
		return phase
	}
	if s := p.judge(100, c.Duration, late(slow)); s.Void == "" || s.Met {
		t.Errorf("slow, by a generator 50 ms late: got %+v", s)
	}
	if s := p.judge(100, c.Duration, late(phase(nil))); s.Void != "" || !s.Met {
		t.Errorf("good, although the generator was 50 ms late: got %+v", s)
	}
}

// Back is the second from which on three in a row kept the promise; what
// misses it later is counted.
func TestBackAfter(t *testing.T) {
	c := Default(Overload)
	p := &play{config: &c}
	for _, f := range []struct {
		ms           []int64 // of every answer, second by second
		back, missed int
	}{
		{[]int64{50, 30, 2, 2}, 2, 0},
		{[]int64{2, 2, 2, 2}, 0, 0},
		{[]int64{50, 2, 2, 30, 2, 2, 2}, 4, 0},
		{[]int64{50, 2, 2, 2, 30, 2, 30}, 1, 2},
		{[]int64{50, 50}, 2, 0},
	} {
		call := result.Call{Name: "search"}
		for second, ms := range f.ms {
			w := result.Window{Second: second, Done: 200}
			for range 200 {
				w.Latency.Record(ms * 1000)
			}
			call.Windows = append(call.Windows, w)
		}
		if back, missed := p.backAfter(&result.Phase{Calls: []result.Call{call}}); back != f.back || missed != f.missed {
			t.Errorf("%v ms: got back after %d s, %d missed later; want %d, %d", f.ms, back, missed, f.back, f.missed)
		}
	}
}

// The parts of a load are all of it.
func TestPartsAddUp(t *testing.T) {
	for _, of := range Loads() {
		sum := 0.0
		for _, part := range partsOf(of) {
			sum += part.share
		}
		if sum < 0.999 || sum > 1.001 {
			t.Errorf("%s: the parts add up to %g", of, sum)
		}
	}
	if n := len(kinds()); n != kindPerson+1 || kinds()[kindConfirm].Name != "confirm" {
		t.Errorf("got %d kinds", n)
	}
}
