package store_test

// Waves: who may be asked, what an answer does, and what is left of people who
// are gone. A season of random commands is told beside a list of who was asked
// when: nobody is asked twice, above their budget, in their rest, or after a
// stop; and the same commands in other batches leave the same state.

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"renfort/mission"
	"renfort/store"
)

func openWave(t testing.TB, s *store.Store, id string, seats int) {
	t.Helper()
	mustDo(t, s, mission.PutMission{Mission: someMission("m-"+id, seats)})
	mustDo(t, s, mission.OpenWave{Wave: &mission.Wave{ID: id, Targets: []mission.Target{{Mission: "m-" + id}}, Dial: mission.DialUrgent}})
}

func asksFor(wave string, people ...string) mission.AskWave {
	c := mission.AskWave{Wave: wave}
	for _, v := range people {
		c.Asks = append(c.Asks, mission.Ask{Mission: "m-" + wave, Volunteer: v, Channel: "push", Score: 500_000, PAccept: 120, DistanceKm: 4})
	}
	return c
}

func mustPeople(t testing.TB, s *store.Store, n int) {
	t.Helper()
	putMany(t, s, n, func(i int) mission.Command {
		return mission.PutVolunteer{Volunteer: someVolunteer(fmt.Sprintf("v%d", i))}
	})
}

// A wave of one seat from its opening to its end: nobody is asked twice, an
// acceptance takes the seat, the next one is turned away, who is silent is
// told, and all of it is there after reopening.
func TestWaveLife(t *testing.T) {
	s := openSmall(t)
	mustPeople(t, s, 6)
	openWave(t, s, "w1", 1)
	if res := mustDo(t, s, asksFor("w1", "v0", "v1", "v2", "v3", "v0", "nobody")); res.Asked != 4 || !slices.Equal(res.Left, []string{"v0", "nobody"}) {
		t.Fatalf("got %+v, want 4 asked and the second v0 and nobody left out", res)
	}
	if res := mustDo(t, s, asksFor("w1", "v0", "v1")); res.Outcome != mission.Unchanged || res.Asked != 0 {
		t.Errorf("asked again: got %+v", res)
	}
	mustDo(t, s, mission.DeliverAsks{Wave: "w1", Receipts: []mission.Receipt{{Volunteer: "v0", State: mission.DeliveryDelivered},
		{Volunteer: "v3", State: mission.DeliveryFailed}, {Volunteer: "nobody", State: mission.DeliverySent}}})
	mustDo(t, s, mission.Tick{At: scriptStart + 240})
	res := mustDo(t, s, mission.AnswerAsk{Wave: "w1", Volunteer: "v0", Answer: mission.AskAccepted, Confirm: true, Hold: "h1", Ref: "r"})
	if res.Hold == nil || res.Hold.State != mission.Confirmed || res.Hold.Origin != mission.OriginWave || res.Ask.Hold != "h1" || res.Free != 0 {
		t.Fatalf("got %+v, want a confirmed seat", res)
	}
	if res := mustDo(t, s, mission.AnswerAsk{Wave: "w1", Volunteer: "v0", Answer: mission.AskAccepted, Confirm: true, Hold: "h2"}); res.Outcome != mission.Unchanged || res.Hold.ID != "h1" {
		t.Errorf("again: got %+v, want the same seat", res)
	}
	if _, err := submit(s, mission.AnswerAsk{Wave: "w1", Volunteer: "v0", Answer: mission.AskDeclined}); mission.KindOf(err) != mission.AlreadyResolved {
		t.Errorf("declined after all: got %v", err)
	}
	if res := mustDo(t, s, mission.AnswerAsk{Wave: "w1", Volunteer: "v1", Answer: mission.AskAccepted, Confirm: true, Hold: "h3"}); res.Hold != nil || res.Ask.Answer != mission.AskAccepted || res.Ask.Hold != "" {
		t.Errorf("no seat left: got %+v, want it taken down without one", res)
	}
	mustDo(t, s, mission.SetWave{Wave: "w1", State: mission.WaveFull})
	if res := mustDo(t, s, mission.StandDown{Wave: "w1", Why: "full", Told: []mission.Told{{Volunteer: "v0"}, {Volunteer: "v2", Next: "m9"}, {Volunteer: "v3"}}}); res.Asked != 2 {
		t.Errorf("stood down: got %+v, want v2 and v3", res)
	}
	for _, c := range []mission.Command{asksFor("w1", "v5"), mission.SetWave{Wave: "w1", Dial: mission.DialVital}} {
		if _, err := submit(s, c); mission.KindOf(err) != mission.AlreadyResolved {
			t.Errorf("%s of a wave that is over: got %v", c.Name(), err)
		}
	}
	want := mission.WaveCounts{Asked: 4, Delivered: 1, Failed: 1, Accepted: 1, TurnedAway: 1, StoodDown: 2}
	w, err := s.Wave("w1")
	if err != nil || w.Counts != want || w.State != mission.WaveFull || w.Ended != scriptStart+240 {
		t.Errorf("got %+v, %v; want %+v", w, err, want)
	}
	laws, err := s.Laws()
	if l := laws["push"]; err != nil || l.Asked != 4 || l.Accepted != 2 || l.Delays[mission.DelayBucket(240)] != 2 ||
		l.Waited[mission.DelayBuckets-1] != 2 || l.Waited[mission.DelayBucket(240)] != 1 {
		t.Errorf("got %+v, %v; want 2 acceptances after 240 s, and one who was told then; one message failed", l, err)
	}
	dir := filepath.Dir(s.Path())
	s.Close()
	mustBeSound(t, dir)
}

// Bad waves and answers are refused, each for its own reason.
func TestWaveRefusals(t *testing.T) {
	s := openSmall(t)
	mustPeople(t, s, 2)
	openWave(t, s, "w1", 1)
	mustDo(t, s, mission.PutMission{Mission: someMission("full", 0)})
	closed := someMission("closed", 3)
	closed.State = mission.StateClosed
	mustDo(t, s, mission.PutMission{Mission: closed})
	elsewhere := someMission("partner", 3)
	elsewhere.Booking = mission.BookingElsewhere
	mustDo(t, s, mission.PutMission{Mission: elsewhere})
	endless := someMission("endless", 0)
	endless.Seats = nil
	mustDo(t, s, mission.PutMission{Mission: endless})
	on := func(id string, slots ...string) mission.OpenWave {
		return mission.OpenWave{Wave: &mission.Wave{ID: "w2", Targets: []mission.Target{{Mission: id, Slots: slots}}}}
	}
	crisis := on("m-w1")
	crisis.Wave.Crisis = "none"
	foreign := on("m-w1")
	foreign.Wave.Publisher = "other"
	twice := on("m-w1")
	twice.Wave.ID = "w1"
	for _, c := range []struct {
		what    string
		command mission.Command
		want    mission.Kind
	}{
		{"a full mission", on("full"), mission.Full}, {"a closed one", on("closed"), mission.NotEligible}, {"one elsewhere", on("partner"), mission.BookElsewhere}, {"seats that nobody knows", on("endless"), mission.Invalid},
		{"none", on("nope"), mission.NotFound}, {"no slot of it", on("m-w1", "x"), mission.Invalid}, {"no such crisis", crisis, mission.NotFound},
		{"another publisher's", foreign, mission.NotFound}, {"an id twice", twice, mission.Conflict}, {"no targets", mission.OpenWave{Wave: &mission.Wave{ID: "w3"}}, mission.Invalid},
		{"an ask of no wave", asksFor("w9", "v0"), mission.NotFound}, {"an answer to no ask", mission.AnswerAsk{Wave: "w1", Volunteer: "v0", Answer: mission.AskDeclined}, mission.NotFound},
		{"no answer", mission.AnswerAsk{Wave: "w1", Volunteer: "v0", Answer: "maybe"}, mission.Invalid}, {"an answer of ours", mission.AnswerAsk{Wave: "w1", Volunteer: "v0", Answer: mission.AskStoodDown}, mission.Invalid},
		{"an offer's id", mission.AnswerAsk{Wave: "w1", Volunteer: "v0", Answer: mission.AskAccepted, Hold: "o-1"}, mission.Invalid},
		{"a pigeon", mission.AskWave{Wave: "w1", Asks: []mission.Ask{{Mission: "m-w1", Volunteer: "v0", Channel: "pigeon"}}}, mission.Invalid},
		{"too many", mission.AskWave{Wave: "w1", Asks: make([]mission.Ask, mission.AsksMax+1)}, mission.Invalid},
		{"a state that is none", mission.SetWave{Wave: "w1", State: "asleep"}, mission.Invalid},
	} {
		if _, err := submit(s, c.command); mission.KindOf(err) != c.want {
			t.Errorf("%s: got %v, want kind %v", c.what, err, c.want)
		}
	}
	mustDo(t, s, mission.SetWave{Wave: "w1", State: mission.WavePaused})
	if _, err := submit(s, asksFor("w1", "v0")); mission.KindOf(err) != mission.Conflict {
		t.Errorf("asked by a paused wave: got %v", err)
	}
}

// Who may not be asked is left out: without consent, of unknown age, too young,
// already in, shown the mission and passed over it, or after a stop until they
// consent anew.
func TestWaveLeavesOut(t *testing.T) {
	s := openSmall(t)
	mustPeople(t, s, 8)
	openWave(t, s, "w1", 9)
	openWave(t, s, "w2", 9)
	put := func(id string, change func(*mission.Volunteer)) {
		v := someVolunteer(id)
		change(v)
		mustDo(t, s, mission.PutVolunteer{Volunteer: v})
	}
	put("v0", func(v *mission.Volunteer) { v.Consent = mission.Consent{} })
	put("v1", func(v *mission.Volunteer) { v.BirthYear = 0 })
	put("v2", func(v *mission.Volunteer) { v.BirthYear = 2010 })
	mustDo(t, s, mission.HoldSeat{Hold: "h", Mission: "m-w1", Volunteer: "v3"})
	mustDo(t, s, mission.GiveFeedback{Feedback: []mission.Feedback{{Type: "shown", Volunteer: "v4", Missions: []string{"m-w1"}},
		{Type: "shown", Volunteer: "v5", Missions: []string{"m-w1"}}, {Type: "applied", Volunteer: "v5", Missions: []string{"m-w1"}}}})
	res := mustDo(t, s, asksFor("w1", "v0", "v1", "v2", "v3", "v4", "v5", "v6"))
	if want := []string{"v0", "v1", "v2", "v3", "v4"}; !slices.Equal(res.Left, want) || res.Asked != 2 {
		t.Errorf("got %v left out, want %v", res.Left, want)
	}
	mustDo(t, s, mission.AnswerAsk{Wave: "w1", Volunteer: "v6", Answer: mission.AskStopped})
	mayAsk := func(want bool) {
		t.Helper()
		if res := mustDo(t, s, asksFor("w2", "v6")); (res.Asked == 1) != want {
			t.Errorf("after a stop: got %d asked, want %v", res.Asked, want)
		}
	}
	mayAsk(false)
	put("v6", func(v *mission.Volunteer) { v.RadiusKm = 12 })
	mayAsk(false)
	put("v6", func(v *mission.Volunteer) { v.Consent = mission.Consent{} })
	put("v6", func(v *mission.Volunteer) {})
	mayAsk(true)
	mustDo(t, s, mission.EraseVolunteer{ID: "v6"})
	if w, err := s.Wave("w1"); err != nil || w.Counts.Asked != 2 || w.Counts.Erased != 1 || w.Counts.Silent != 1 {
		t.Errorf("after an erasure: got %+v, %v", w, err)
	}
	if asks, err := s.AsksOf("v6"); err != nil || len(asks) != 0 {
		t.Errorf("after an erasure: got %v, %v", asks, err)
	}
	dir := filepath.Dir(s.Path())
	s.Close()
	mustBeSound(t, dir)
}

// A wave that was to fill two of five seats fills two: who accepts after that
// is turned away, until one of the two gives theirs back.
func TestWaveFillsWhatItWasTo(t *testing.T) {
	s := openSmall(t)
	mustPeople(t, s, 5)
	mustDo(t, s, mission.PutMission{Mission: someMission("m-w1", 5)})
	mustDo(t, s, mission.OpenWave{Wave: &mission.Wave{ID: "w1", Targets: []mission.Target{{Mission: "m-w1", Seats: 2}}}})
	mustDo(t, s, asksFor("w1", "v0", "v1", "v2", "v3", "v4"))
	accept := func(v string, want bool) {
		t.Helper()
		res := mustDo(t, s, mission.AnswerAsk{Wave: "w1", Volunteer: v, Answer: mission.AskAccepted, Confirm: true, Hold: "h-" + v})
		if got := res.Hold != nil; got != want {
			t.Errorf("%s: got a seat: %v, want %v", v, got, want)
		}
	}
	accept("v0", true)
	accept("v1", true)
	accept("v2", false)
	accept("v0", true) // the same again
	mustDo(t, s, mission.ReleaseSeat{Hold: "h-v0"})
	accept("v2", true)
	accept("v3", false)
	if w, err := s.Wave("w1"); err != nil || w.Counts.Accepted != 3 || w.Counts.TurnedAway != 1 {
		t.Errorf("got %+v, %v; want three who had a seat and one turned away", w, err)
	}
}

// toyAsk is one ask as the toy of the season remembers it.
type toyAsk struct {
	wave     string
	at       int64
	answered bool
}

// season plays waves over months beside a list of asks.
type season struct {
	rnd     *rand.Rand
	now     int64
	asked   map[string][]toyAsk
	stopped map[string]bool
	sent    []mission.Envelope
}

const (
	seasonPeople = 12
	seasonWaves  = 25
	day          = 86_400
)

// may says, by the contract's words alone, whether a person may be asked: at
// most 2 unanswered asks in 30 days, none within 72 hours of one.
func (p *season) may(v, wave string) bool {
	charged := 0
	for _, a := range p.asked[v] {
		switch {
		case a.wave == wave:
			return false
		case a.answered || a.at <= p.now-30*day:
		case p.now-a.at < 72*3600:
			return false
		default:
			charged++
		}
	}
	return charged < 2 && !p.stopped[v]
}

func (p *season) someone() string { return fmt.Sprintf("v%d", p.rnd.IntN(seasonPeople)) }

// next draws a command; it forgets nobody in the list.
func (p *season) next() mission.Command {
	wave := fmt.Sprintf("w%d", p.rnd.IntN(seasonWaves))
	switch p.rnd.IntN(10) {
	case 0, 1, 2:
		p.now += int64(p.rnd.IntN(2 * day))
		return mission.Tick{At: p.now}
	case 3, 4, 5, 6:
		c := asksFor(wave)
		for _, i := range p.rnd.Perm(seasonPeople)[:3] {
			c.Asks = append(c.Asks, asksFor(wave, fmt.Sprintf("v%d", i)).Asks...)
		}
		return c
	case 7:
		return mission.DeliverAsks{Wave: wave, Receipts: []mission.Receipt{{Volunteer: p.someone(), State: mission.DeliveryDelivered}}}
	case 8:
		return mission.AnswerAsk{Wave: wave, Volunteer: p.someone(), Hold: fmt.Sprintf("h%d", len(p.sent)), Confirm: true,
			Answer: []string{mission.AskAccepted, mission.AskDeclined, mission.AskDeclined, mission.AskStopped}[min(3, p.rnd.IntN(12))]}
	}
	return mission.StandDown{Wave: wave, Told: []mission.Told{{Volunteer: p.someone()}}, Why: "full"}
}

// check compares an answer with the list, and puts into it what happened.
func (p *season) check(t *testing.T, c mission.Command, res mission.Result, err error) {
	t.Helper()
	switch c := c.(type) {
	case mission.AskWave:
		for _, a := range c.Asks {
			if err != nil || slices.Contains(res.Left, a.Volunteer) && !p.may(a.Volunteer, c.Wave) {
				continue
			}
			if slices.Contains(res.Left, a.Volunteer) || !p.may(a.Volunteer, c.Wave) {
				t.Fatalf("at %d %s asks %s, who may be asked: %v; left out: %v; before: %+v", p.now, c.Wave, a.Volunteer,
					p.may(a.Volunteer, c.Wave), res.Left, p.asked[a.Volunteer])
			}
			p.asked[a.Volunteer] = append(p.asked[a.Volunteer], toyAsk{wave: c.Wave, at: p.now})
		}
	case mission.AnswerAsk:
		for i := range p.asked[c.Volunteer] {
			if a := &p.asked[c.Volunteer][i]; err == nil && a.wave == c.Wave {
				a.answered = true
				p.stopped[c.Volunteer] = p.stopped[c.Volunteer] || c.Answer == mission.AskStopped
			}
		}
	}
}

func TestWaveSeason(t *testing.T) {
	const seed, steps = 5, 4_000
	p := &season{rnd: rand.New(rand.NewPCG(seed, 1)), now: scriptStart, asked: map[string][]toyAsk{}, stopped: map[string]bool{}}
	s := openSmall(t)
	begin := func(s *store.Store) {
		mustPeople(t, s, seasonPeople)
		for i := range seasonWaves {
			openWave(t, s, fmt.Sprintf("w%d", i), 50)
		}
	}
	begin(s)
	asks := 0
	for range steps {
		c := p.next()
		p.sent = append(p.sent, mission.Envelope{Command: c})
		res, err := submit(s, c)
		asks += res.Asked
		p.check(t, c, res, err)
	}
	if asks < 60 {
		t.Fatalf("seed %d: got %d asks in a season, want more to look at", seed, asks)
	}
	other := openSmall(t)
	begin(other)
	other.SubmitAll(context.Background(), p.sent)
	if s.Hash() != other.Hash() || s.Seq() != other.Seq() {
		t.Errorf("seed %d: got hash %x at %d alone, %x at %d together", seed, s.Hash(), s.Seq(), other.Hash(), other.Seq())
	}
	dir := filepath.Dir(s.Path())
	s.Close()
	mustBeSound(t, dir)
}
