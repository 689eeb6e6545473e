package engine_test

// Waves in simulated time: the real store, index, matcher and controller, and
// people who answer after a while, if they answer.

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"renfort/engine"
	"renfort/mission"
)

// valley is a mission in Nice, people around it, and a clock.
type valley struct {
	t   *testing.T
	e   *engine.Engine
	now time.Time
	rnd *rand.Rand
	due map[string]time.Time // who accepts, and when
	// accept is the chance that somebody accepts, after a median of 4 minutes.
	accept float64
	known  map[string]bool // people whose answer was drawn
}

func newValley(t *testing.T, dir string, at time.Time, people int) *valley {
	t.Helper()
	v := &valley{t: t, now: at, rnd: rand.New(rand.NewPCG(7, 7)), due: map[string]time.Time{}, accept: 0.12, known: map[string]bool{}}
	v.open(dir)
	var envs []mission.Envelope
	for i := range people {
		lat, lon := 43.70+v.rnd.Float64()*0.1, 7.20+v.rnd.Float64()*0.1
		p := &mission.Volunteer{ID: fmt.Sprintf("v%d", i), Location: &mission.Place{Lat: &lat, Lon: &lon}, BirthYear: 1990,
			Domains: []string{"solidarite-insertion"}, Consent: mission.Consent{Alerts: true, Crisis: i%2 == 0}, Channel: "push"}
		if err := v.e.Intake().Volunteer(p, at); err != nil {
			t.Fatal(err)
		}
		envs = append(envs, mission.Envelope{Command: mission.PutVolunteer{Volunteer: p}})
	}
	_, errs := v.e.SubmitAll(context.Background(), envs)
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func (v *valley) open(dir string) {
	v.t.Helper()
	e, err := engine.Open(engine.Options{Dir: dir, Clock: func() time.Time { return v.now }, ManualTicks: true, NoText: true, NoSync: true})
	if err != nil {
		v.t.Fatal(err)
	}
	v.e = e
}

func (v *valley) must(c mission.Command) mission.Result {
	v.t.Helper()
	res, err := v.e.Submit(context.Background(), mission.Envelope{Command: c})
	if err != nil {
		v.t.Fatalf("%s: %v", c.Name(), err)
	}
	return res
}

// pass lets time go by: people answer, the clock ticks, waves take their steps.
func (v *valley) pass(wave string, d time.Duration) {
	v.t.Helper()
	for end := v.now.Add(d); v.now.Before(end); v.now = v.now.Add(10 * time.Second) {
		if err := v.e.TickAt(v.now); err != nil {
			v.t.Fatal(err)
		}
		v.answer(wave)
		if err := v.e.StepWaves(context.Background()); err != nil {
			v.t.Fatal(err)
		}
	}
}

// answer draws what those newly asked will do, and lets those answer whose
// time has come.
func (v *valley) answer(wave string) {
	v.t.Helper()
	asks, err := v.e.Store().Asks(wave, "", 0)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, a := range asks {
		if !v.known[a.Volunteer] {
			v.known[a.Volunteer] = true
			if v.rnd.Float64() < v.accept {
				delay := 240 * math.Exp(1.1*v.rnd.NormFloat64())
				v.due[a.Volunteer] = time.Unix(a.At, 0).Add(time.Duration(delay) * time.Second)
			}
		}
		if at, accepts := v.due[a.Volunteer]; accepts && a.Silent() && !at.After(v.now) {
			v.must(mission.AnswerAsk{Wave: wave, Volunteer: a.Volunteer, Answer: mission.AskAccepted, Confirm: true, Hold: "h-" + a.Volunteer})
		}
	}
}

func (v *valley) wave(id string) *engine.WaveProgress {
	v.t.Helper()
	p, err := v.e.Wave(id)
	if err != nil {
		v.t.Fatal(err)
	}
	return p
}

// evening is a quarter past eight at Nice: people may be asked.
var evening = time.Date(2026, 11, 21, 19, 15, 0, 0, time.UTC)

// An urgent wave fills ten seats, asks nobody twice, and tells everybody who is
// silent when it is full, each with the next best mission.
func TestWaveFills(t *testing.T) {
	v := newValley(t, t.TempDir(), evening, 600)
	defer func() { v.e.Close() }()
	mustPut(t, v.e, "m1", 10)
	mustPut(t, v.e, "other", 500)
	v.must(mission.OpenWave{Wave: &mission.Wave{ID: "w1", Targets: []mission.Target{{Mission: "m1"}}, Dial: mission.DialUrgent}})
	v.pass("w1", time.Minute)
	early := v.wave("w1")
	if early.Counts.Asked < 20 || early.Counts.Asked > 300 || early.Expected < 3 || early.State != mission.WaveRunning {
		t.Errorf("after a minute: got %+v, %.1f expected; want some people asked for 10 seats", early.Counts, early.Expected)
	}
	v.pass("w1", time.Hour)
	p := v.wave("w1")
	if p.State != mission.WaveFull || p.Counts.Accepted != 10 || p.Counts.Silent != 0 || p.Counts.StoodDown == 0 || p.Targets[0].Needed != 0 {
		t.Fatalf("after an hour: got %s, %+v; want it full and everybody told", p.State, p.Counts)
	}
	last := p.Fill[len(p.Fill)-1]
	if last.Accepted != 10 || last.Asked != p.Counts.Asked || p.Fill[0].Accepted != 0 {
		t.Errorf("got the curve %+v, want it to rise to 10", p.Fill)
	}
	asks, err := v.e.Store().Asks("w1", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range asks {
		if a.Answer == mission.AskStoodDown && a.Next != "other" {
			t.Fatalf("%s was told of %q, want the next best mission", a.Volunteer, a.Next)
		}
		if a.Score <= 0 || a.PAccept != 120 || a.DistanceKm < 2 || a.Channel != "push" {
			t.Fatalf("got %+v, want the factors by which they were chosen", a)
		}
	}
	view, err := v.e.Store().Mission("m1")
	if err != nil || view.Seats.Pools[0].Confirmed != 10 || view.Seats.Pools[0].Over != 0 {
		t.Errorf("got %+v, %v; want 10 confirmed and none too many", view.Seats.Pools, err)
	}
}

// At night nobody is asked before seven, by their own clock, but by a vital
// wave those who agreed to crises.
func TestWaveKeepsQuiet(t *testing.T) {
	midnight := time.Date(2026, 11, 21, 23, 0, 0, 0, time.UTC)
	v := newValley(t, t.TempDir(), midnight, 200)
	defer func() { v.e.Close() }()
	v.accept = 0
	mustPut(t, v.e, "m1", 5)
	v.must(mission.OpenWave{Wave: &mission.Wave{ID: "w1", Targets: []mission.Target{{Mission: "m1"}}, Dial: mission.DialUrgent}})
	v.pass("w1", 30*time.Second)
	if p := v.wave("w1"); p.Counts.Asked != 0 || p.State != mission.WaveExhausted {
		t.Fatalf("at midnight: got %s, %+v; want nobody asked", p.State, p.Counts)
	}
	v.must(mission.SetWave{Wave: "w1", Dial: mission.DialVital})
	v.pass("w1", 30*time.Second)
	asks, err := v.e.Store().Asks("w1", "", 0)
	if err != nil || len(asks) < 20 {
		t.Fatalf("vital: got %d asks, %v; want many", len(asks), err)
	}
	for _, a := range asks {
		var n int
		if fmt.Sscanf(a.Volunteer, "v%d", &n); n%2 != 0 {
			t.Fatalf("%s is asked at midnight and did not agree to crises", a.Volunteer)
		}
	}
	v.must(mission.SetWave{Wave: "w1", Dial: mission.DialUrgent, State: mission.WavePaused})
	v.now = time.Date(2026, 11, 22, 5, 59, 50, 0, time.UTC)
	v.must(mission.SetWave{Wave: "w1", State: mission.WaveRunning})
	before := v.wave("w1").Counts.Asked
	v.pass("w1", 10*time.Second)
	if got := v.wave("w1").Counts.Asked; got != before {
		t.Errorf("ten seconds to seven: got %d asked, want %d as before", got, before)
	}
	v.pass("w1", 30*time.Second)
	if got := v.wave("w1").Counts.Asked; got == before {
		t.Errorf("after seven: got nobody asked")
	}
}

// A paused wave asks nobody and goes on when it is let; a stopped one tells
// everybody who is silent; nothing is asked while outbound is paused.
func TestWavePausesAndStops(t *testing.T) {
	v := newValley(t, t.TempDir(), evening, 300)
	defer func() { v.e.Close() }()
	v.accept = 0
	mustPut(t, v.e, "m1", 5)
	v.must(mission.SetOutbound{Paused: true})
	v.must(mission.OpenWave{Wave: &mission.Wave{ID: "w1", Targets: []mission.Target{{Mission: "m1"}}, Dial: mission.DialCalm}})
	v.pass("w1", time.Minute)
	if n := v.wave("w1").Counts.Asked; n != 0 {
		t.Fatalf("outbound paused: got %d asked", n)
	}
	v.must(mission.SetOutbound{Paused: false})
	v.must(mission.SetWave{Wave: "w1", State: mission.WavePaused})
	v.pass("w1", time.Minute)
	if n := v.wave("w1").Counts.Asked; n != 0 {
		t.Fatalf("paused: got %d asked", n)
	}
	v.must(mission.SetWave{Wave: "w1", State: mission.WaveRunning})
	v.pass("w1", time.Minute)
	asked := v.wave("w1").Counts.Asked
	if asked == 0 {
		t.Fatal("running: got nobody asked")
	}
	v.must(mission.SetWave{Wave: "w1", State: mission.WaveStopped})
	v.pass("w1", 10*time.Second)
	if p := v.wave("w1"); p.Counts.StoodDown != asked || p.Counts.Silent != 0 {
		t.Errorf("stopped: got %+v, want all %d told", p.Counts, asked)
	}
}

// A wave whose promised receipts do not come stalls, and goes on when they do;
// a message that failed counts for nothing.
func TestWaveStalls(t *testing.T) {
	v := newValley(t, t.TempDir(), evening, 900)
	defer func() { v.e.Close() }()
	v.accept = 0
	mustPut(t, v.e, "m1", 5)
	v.must(mission.OpenWave{Wave: &mission.Wave{ID: "w1", Receipts: true, Targets: []mission.Target{{Mission: "m1"}}, Dial: mission.DialUrgent}})
	v.pass("w1", 90*time.Second)
	asked := v.wave("w1").Counts.Asked
	v.pass("w1", 5*time.Minute)
	if p := v.wave("w1"); p.State != mission.WaveStalled || asked == 0 {
		t.Fatalf("no receipts for five minutes: got %s, %+v; want it stalled", p.State, p.Counts)
	}
	stalled := v.wave("w1").Counts.Asked
	asks, err := v.e.Store().Asks("w1", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	c := mission.DeliverAsks{Wave: "w1"}
	for i, a := range asks {
		state := mission.DeliveryDelivered
		if i%2 == 0 {
			state = mission.DeliveryFailed
		}
		c.Receipts = append(c.Receipts, mission.Receipt{Volunteer: a.Volunteer, State: state})
	}
	v.must(c)
	v.pass("w1", 20*time.Second)
	if p := v.wave("w1"); p.State != mission.WaveRunning || p.Counts.Asked <= stalled {
		t.Errorf("half of them failed: got %s, %+v; want others asked in their place of %d", p.State, p.Counts, stalled)
	}
}

// A wave whose only mission is recalled is stopped, not full, and everybody
// whom it asked is told by the recall.
func TestWaveOfRecalledMission(t *testing.T) {
	v := newValley(t, t.TempDir(), evening, 300)
	defer func() { v.e.Close() }()
	v.accept = 0
	mustPut(t, v.e, "m1", 5)
	v.must(mission.OpenWave{Wave: &mission.Wave{ID: "w1", Targets: []mission.Target{{Mission: "m1"}}, Dial: mission.DialUrgent}})
	v.pass("w1", time.Minute)
	asked := v.wave("w1").Counts.Asked
	res := v.must(mission.Recall{Mission: "m1", To: []string{mission.RecallAsked, mission.RecallConfirmed}, Why: "danger", Next: []mission.ID{"other"}})
	v.pass("w1", 20*time.Second)
	if p := v.wave("w1"); p.State != mission.WaveStopped || p.Counts.StoodDown != asked || res.Recalled.Asked != asked || asked == 0 {
		t.Errorf("got %s, %+v, %+v recalled; want it stopped and all %d told", p.State, p.Counts, res.Recalled, asked)
	}
}

// A wave that is closed in the middle and opened again goes on where it was.
func TestWaveSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	v := newValley(t, dir, evening, 600)
	defer func() { v.e.Close() }()
	mustPut(t, v.e, "m1", 10)
	v.must(mission.OpenWave{Wave: &mission.Wave{ID: "w1", Targets: []mission.Target{{Mission: "m1"}}, Dial: mission.DialUrgent}})
	for range 400 {
		v.pass("w1", 20*time.Second)
		if v.wave("w1").Over() {
			break
		}
		if v.rnd.IntN(3) == 0 {
			if err := v.e.Close(); err != nil {
				t.Fatal(err)
			}
			v.open(dir)
		}
	}
	if p := v.wave("w1"); p.State != mission.WaveFull || p.Counts.Accepted != 10 || p.Counts.Silent != 0 {
		t.Errorf("got %s, %+v; want it full and everybody told", p.State, p.Counts)
	}
}

// A crisis's wave asks those in its area and within its reach; when the area
// shrinks, who is silent outside of it is told.
func TestWaveOfCrisis(t *testing.T) {
	v := newValley(t, t.TempDir(), evening, 300)
	defer func() { v.e.Close() }()
	v.accept = 0
	mustPut(t, v.e, "m1", 5)
	crisis := func(km float64) {
		t.Helper()
		var c mission.Crisis
		if err := mission.Decode(fmt.Appendf(nil, `{"name":"x","area":{"center":{"lat":43.70,"lon":7.26},"radius_km":%g}}`, km), &c); err != nil {
			t.Fatal(err)
		}
		c.ID = "c1"
		if err := v.e.Intake().Crisis(&c); err != nil {
			t.Fatal(err)
		}
		v.must(mission.PutCrisis{Crisis: &c})
	}
	crisis(20)
	v.must(mission.OpenWave{Wave: &mission.Wave{ID: "w1", Crisis: "c1", Targets: []mission.Target{{Mission: "m1"}}, Dial: mission.DialUrgent}})
	v.pass("w1", time.Minute)
	before := v.wave("w1").Counts
	crisis(3)
	v.pass("w1", 10*time.Second)
	after := v.wave("w1").Counts
	if before.Asked == 0 || after.StoodDown == 0 || after.StoodDown >= after.Asked {
		t.Fatalf("got %+v, then %+v; want some told and some not", before, after)
	}
	asks, err := v.e.Store().Asks("w1", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range asks {
		if a.Silent() && a.DistanceKm > 4 {
			t.Errorf("%s, %d km away, is still silent", a.Volunteer, a.DistanceKm)
		}
	}
}

// A preview says about what then happens, and changes nothing.
func TestPreviewWave(t *testing.T) {
	v := newValley(t, t.TempDir(), evening, 600)
	defer func() { v.e.Close() }()
	mustPut(t, v.e, "m1", 10)
	w := &mission.Wave{Targets: []mission.Target{{Mission: "m1"}}, Dial: mission.DialUrgent}
	seq := v.e.Seq()
	o, err := v.e.PreviewWave(w, 1)
	if err != nil || o.Asked < 60 || o.Asked > 300 || o.Seconds < 60 || o.Seconds > 1800 || o.Fills < 0.8 || v.e.Seq() != seq {
		t.Errorf("got %+v, %v at seq %d; want some hundred asked within half an hour", o, err, v.e.Seq())
	}
	if _, err := v.e.PreviewWave(&mission.Wave{Targets: []mission.Target{{Mission: "none"}}}, 1); mission.KindOf(err) != mission.NotFound {
		t.Errorf("a mission that is none: got %v", err)
	}
}
