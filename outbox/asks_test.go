package outbox_test

// A wave from the engine to a platform's door: its asks arrive in messages of
// at most 500, in the order in which they were written, with what it takes to
// send them on; none leaves while all that goes out is paused, and all of them
// arrive when it goes on.

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"renfort/mission"
)

// crowd puts people around a mission in Nice that needs many of them.
func (l *live) crowd(people, seats int) {
	l.t.Helper()
	lat, lon := 43.70, 7.26
	m := &mission.Mission{ID: "flood", Publisher: "jva", Title: "Nettoyer après la crue", Urgency: mission.UrgencyVital, Seats: &seats, Locations: []mission.Location{{Lat: &lat, Lon: &lon}}}
	if err := l.engine.Intake().Mission(m); err != nil {
		l.t.Fatal(err)
	}
	envs := []mission.Envelope{{Command: mission.PutMission{Mission: m}}}
	for i := range people {
		v := &mission.Volunteer{ID: fmt.Sprintf("p%d", i), Location: &mission.Place{Lat: &lat, Lon: &lon}, BirthYear: 1990,
			Consent: mission.Consent{Alerts: true, Crisis: true}, Channel: []string{"push", "sms"}[i%2]}
		if err := l.engine.Intake().Volunteer(v, start()); err != nil {
			l.t.Fatal(err)
		}
		envs = append(envs, mission.Envelope{Command: mission.PutVolunteer{Volunteer: v}})
	}
	_, errs := l.engine.SubmitAll(context.Background(), envs)
	for _, err := range errs {
		if err != nil {
			l.t.Fatal(err)
		}
	}
}

// ask lets the wave take its steps until so many are asked.
func (l *live) ask(wave string, many int) []mission.Ask {
	l.t.Helper()
	for at := start(); ; at = at.Add(10 * time.Second) {
		if err := l.engine.TickAt(at); err != nil {
			l.t.Fatal(err)
		}
		if err := l.engine.StepWaves(context.Background()); err != nil {
			l.t.Fatal(err)
		}
		asks, err := l.engine.Store().Asks(wave, "", 0)
		if err != nil {
			l.t.Fatal(err)
		}
		if len(asks) >= many {
			return asks
		}
		if at.Sub(start()) > time.Hour {
			l.t.Fatalf("after an hour %d are asked, want %d", len(asks), many)
		}
	}
}

func TestAsksInBatches(t *testing.T) {
	var hang atomic.Bool
	var pausedAt atomic.Int64 // Unix milliseconds, 0: not
	r := newReceiver(t, nil)
	under := make(chan struct{}, 100)
	r.answer = func(w http.ResponseWriter, s sent) {
		if s.body.Type == "wave.asks" {
			if at := pausedAt.Load(); at != 0 && time.Now().UnixMilli() > at+1_000 {
				t.Errorf("%s arrived more than a second after all that goes out was paused", s.id)
			}
			hangs := hang.Load() // before the test hears of it and lets the next ones through
			under <- struct{}{}
			if hangs {
				<-s.gone
			}
		}
	}
	l := open(t, true)
	l.crowd(1_400, 600)
	l.mission("other")
	l.hook("w", r.URL, "wave.ask", "seat.held")
	hang.Store(true)
	l.do(mission.OpenWave{Wave: &mission.Wave{ID: "w1", Targets: []mission.Target{{Mission: "flood"}}, Dial: mission.DialVital}})
	asks := l.ask("w1", 1_100)
	<-under // the first is on its way, and the receiver does not answer
	l.do(mission.SetOutbound{Paused: true})
	pausedAt.Store(time.Now().UnixMilli())
	hang.Store(false)
	// What reaches out to nobody goes on, for as long as a late ask would show.
	for n := 1; time.Now().UnixMilli() < pausedAt.Load()+1_500; n++ {
		l.hold("other")
		r.waitFor(t, "seat.held", n)
	}
	pausedAt.Store(0)
	l.do(mission.SetOutbound{})
	l.verifyAsks(r, asks)
}

// verifyAsks wants every ask in a message, once but for the one that hung, in
// the order of the log and with what a message to a person needs.
func (l *live) verifyAsks(r *receiver, want []mission.Ask) {
	l.t.Helper()
	channel := map[string]string{}
	for _, a := range want {
		channel[a.Volunteer] = a.Channel
	}
	seen, messages, last, largest := map[string]string{}, map[string]bool{}, 0.0, 0
	repeats := 0
	for n := 1; len(seen) < len(want); n++ {
		m := r.waitFor(l.t, "wave.asks", n)[n-1]
		if messages[m.id] {
			repeats++
			continue
		}
		messages[m.id] = true
		asks := m.body.Data["asks"].([]any)
		if largest = max(largest, len(asks)); len(asks) == 0 || len(asks) > 500 {
			l.t.Errorf("%s has %d asks, want 1 to 500", m.id, len(asks))
		}
		for _, one := range asks {
			a := one.(map[string]any)
			v, part := a["volunteer"].(string), a["ask"].(map[string]any)
			if seen[v] != "" || a["type"] != "wave.ask" || a["mission"] != "flood" || a["wave"] != "w1" || part["channel"] != channel[v] || channel[v] == "" || part["distance_km"] != 2.0 {
				l.t.Fatalf("%s has %v; want who, once, for what, by which wave and %q", m.id, a, channel[v])
			}
			if seq := a["seq"].(float64); seq < last {
				l.t.Errorf("%s: seq %v after %v", m.id, seq, last)
			} else {
				last = seq
			}
			seen[v] = m.id
		}
	}
	if largest != 500 || repeats != 1 {
		l.t.Errorf("%d messages, the largest of %d, %d repeats; want 500 in one, and the one that hung again", len(messages), largest, repeats)
	}
}
