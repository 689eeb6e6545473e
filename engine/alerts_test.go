package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"renfort/engine"
	"renfort/mission"
	"renfort/store"
)

// alerting is an engine whose alerts are tested.
type alerting struct {
	*engine.Engine
	t   *testing.T
	now time.Time
}

func openAlerting(t *testing.T, dir string) *alerting {
	t.Helper()
	e, err := engine.Open(engine.Options{Dir: dir, Clock: func() time.Time { return at }, ManualTicks: true, NoText: true, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return &alerting{e, t, at}
}

func (a *alerting) do(c mission.Command) mission.Result {
	a.t.Helper()
	r, err := a.Submit(context.Background(), mission.Envelope{Command: c})
	if err != nil {
		a.t.Fatalf("%s: %v", c.Name(), err)
	}
	return r
}

// person stores somebody in Nice, who consents to alerts or does not.
func (a *alerting) person(id string, consent bool) {
	a.t.Helper()
	v := &mission.Volunteer{ID: id, PostalCode: "06000", RadiusKm: 20, BirthYear: 1990, Consent: mission.Consent{Alerts: consent}}
	if err := a.Intake().Volunteer(v, at); err != nil {
		a.t.Fatal(err)
	}
	a.do(mission.PutVolunteer{Volunteer: v})
}

func (a *alerting) alert(id, volunteer string, f mission.Filter) {
	a.t.Helper()
	alert := &mission.Alert{ID: id, Volunteer: volunteer, Filter: f, Sent: []byte("{}")}
	if err := a.Intake().Alert(alert); err != nil {
		a.t.Fatal(err)
	}
	a.do(mission.PutAlert{Alert: alert})
}

// missionAt makes a mission somewhere; change may alter it.
func (a *alerting) missionAt(id string, lat, lon float64, change func(*mission.Mission)) *mission.Mission {
	a.t.Helper()
	seats := 5
	m := &mission.Mission{ID: id, Title: "Colis", Domains: []string{"solidarite-insertion"}, Seats: &seats, Locations: []mission.Location{{Lat: &lat, Lon: &lon}}}
	if change != nil {
		change(m)
	}
	if err := a.Intake().Mission(m); err != nil {
		a.t.Fatal(err)
	}
	return m
}

func (a *alerting) put(id string, lat, lon float64, change func(*mission.Mission)) {
	a.t.Helper()
	a.do(mission.PutMission{Mission: a.missionAt(id, lat, lon, change)})
}

// raised waits until everything was looked at, and gives what was raised after
// a seq, as alert/mission.
func (a *alerting) raised(since uint64) (all []string) {
	a.t.Helper()
	for want := a.Seq(); ; {
		err := a.AwaitAlerts(context.Background(), want)
		if err == nil {
			break
		}
		if mission.KindOf(err) != mission.Stale {
			a.t.Fatal(err)
		}
	}
	for {
		changes, _, err := a.Store().Changes(since, 0)
		if err != nil {
			a.t.Fatal(err)
		}
		if len(changes) == 0 {
			slices.Sort(all) // those of one mission come in no order
			return all
		}
		for _, c := range changes {
			if c.Kind == mission.AlertRaised {
				all = append(all, c.Alert.ID+"/"+c.MissionID)
			}
			since = c.Seq
		}
	}
}

func (a *alerting) want(since uint64, want ...string) {
	a.t.Helper()
	if got := a.raised(since); fmt.Sprint(got) != fmt.Sprint(want) {
		a.t.Fatalf("got alerts %v, want %v; %+v", got, want, a.AlertStats())
	}
}

// A mission is told of when it is new, has a seat again, moved or is opened;
// not when anything else about it is written, nor when it comes back where it
// was.
func TestAlertsOnNews(t *testing.T) {
	nice, far := 43.70, 48.5
	steps := map[string]struct {
		before func(*alerting)
		after  func(*alerting)
		told   bool
	}{
		"new":              {after: func(a *alerting) { a.put("m", nice, 7.26, nil) }, told: true},
		"new and far away": {after: func(a *alerting) { a.put("m", far, 7.26, nil) }},
		"a draft":          {after: func(a *alerting) { a.put("m", nice, 7.26, func(m *mission.Mission) { m.State = mission.StateDraft }) }},
		"full":             {after: func(a *alerting) { a.put("m", nice, 7.26, func(m *mission.Mission) { *m.Seats = 0 }) }},
		"opened": {before: func(a *alerting) {
			a.put("m", nice, 7.26, func(m *mission.Mission) { m.State = mission.StateDraft })
		}, after: func(a *alerting) { a.put("m", nice, 7.26, nil) }, told: true},
		"resumed": {before: func(a *alerting) {
			a.put("m", nice, 7.26, func(m *mission.Mission) { m.State = mission.StatePaused })
		}, after: func(a *alerting) { a.put("m", nice, 7.26, nil) }, told: true},
		"more seats": {before: func(a *alerting) { a.put("m", nice, 7.26, func(m *mission.Mission) { *m.Seats = 0 }) },
			after: func(a *alerting) { a.put("m", nice, 7.26, nil) }, told: true},
		"a seat again": {before: func(a *alerting) {
			a.put("m", nice, 7.26, func(m *mission.Mission) { *m.Seats = 1; m.State = mission.StateDraft })
			a.put("m", far, 7.26, func(m *mission.Mission) { *m.Seats = 1 })
			a.do(mission.HoldSeat{Hold: "h", Mission: "m", Volunteer: "w", Confirm: true})
			a.put("m", nice, 7.26, func(m *mission.Mission) { *m.Seats = 1 })
		}, after: func(a *alerting) { a.do(mission.ReleaseSeat{Hold: "h"}) }, told: true},
		"moved here": {before: func(a *alerting) { a.put("m", far, 7.26, nil) },
			after: func(a *alerting) { a.put("m", nice, 7.26, nil) }, told: true},
		"moved away": {before: func(a *alerting) { a.put("m", far, 7.26, nil) },
			after: func(a *alerting) { a.put("m", far, 2.3, nil) }},
		"deleted and back elsewhere": {before: func(a *alerting) { a.put("m", far, 7.26, nil); a.do(mission.DeleteMission{ID: "m"}) },
			after: func(a *alerting) { a.put("m", nice, 7.26, nil) }, told: true},
	}
	for name, s := range steps {
		t.Run(name, func(t *testing.T) {
			a := openAlerting(t, t.TempDir())
			a.person("v", true)
			a.alert("a", "v", mission.Filter{Domains: []string{"solidarite-insertion"}})
			if s.before != nil {
				s.before(a)
			}
			since := a.Seq()
			a.want(0)
			s.after(a)
			if s.told {
				a.want(since, "a/m")
			} else {
				a.want(since)
			}
		})
	}
}

// What is known raises none when it is written again, nor when it is deleted
// and comes back within a day; after a day it is new.
func TestAlertsOnReimport(t *testing.T) {
	a := openAlerting(t, t.TempDir())
	for i := range 3 {
		a.put(fmt.Sprint("m", i), 43.7, 7.26, nil)
	}
	a.person("v", true)
	a.alert("a", "v", mission.Filter{})
	since := a.Seq()
	for i := range 3 {
		a.put(fmt.Sprint("m", i), 43.7, 7.26, func(m *mission.Mission) { m.Title = "Autre titre" })
		a.do(mission.DeleteMission{ID: fmt.Sprint("m", i)})
		a.put(fmt.Sprint("m", i), 43.7, 7.26, func(m *mission.Mission) { m.Title = "Encore un" })
	}
	a.want(since)
	a.do(mission.DeleteMission{ID: "m0"})
	if err := a.TickAt(at.Add(25 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	a.put("m0", 43.7, 7.26, nil)
	a.want(since, "a/m0")
}

// Who withdrew their consent, is erased, too young, or in already, is not told.
// Somebody who moves takes an alert without a place along.
func TestAlertsForWhom(t *testing.T) {
	a := openAlerting(t, t.TempDir())
	for _, v := range []string{"yes", "no", "gone", "mover", "seated"} {
		a.person(v, true)
		a.alert("a-"+v, v, mission.Filter{})
	}
	a.person("no", false)
	a.do(mission.EraseVolunteer{ID: "gone"})
	mover := &mission.Volunteer{ID: "mover", PostalCode: "75011", RadiusKm: 5, Consent: mission.Consent{Alerts: true}}
	if err := a.Intake().Volunteer(mover, at); err != nil {
		t.Fatal(err)
	}
	a.do(mission.PutVolunteer{Volunteer: mover})
	since := a.Seq()
	a.put("nice", 43.7, 7.26, func(m *mission.Mission) { m.State = mission.StateDraft })
	a.put("nice", 43.7, 7.26, nil)
	a.want(since, "a-seated/nice", "a-yes/nice")
	since = a.Seq()
	a.put("paris", 48.86, 2.38, nil)
	a.want(since, "a-mover/paris")
	a.person("no", true)
	a.put("nice2", 43.7, 7.26, func(m *mission.Mission) { m.MinAge = new(int); *m.MinAge = 60 })
	since = a.Seq()
	a.put("nice3", 43.7, 7.26, nil)
	if got := a.raised(since); len(got) != 3 {
		t.Errorf("got %v, want no, seated and yes", got)
	}
}

// A mission written while the process was away, or told of while all that goes
// out is paused, is told once, when it is back.
func TestAlertsAfterCrash(t *testing.T) {
	dir := t.TempDir()
	a := openAlerting(t, dir)
	a.person("v", true)
	a.alert("a", "v", mission.Filter{})
	a.do(mission.SetOutbound{Paused: true})
	m1, m2 := a.missionAt("m1", 43.7, 7.26, nil), a.missionAt("m2", 43.7, 7.26, nil)
	a.do(mission.PutMission{Mission: m1})
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	a = openAlerting(t, dir)
	if got, _, err := a.Store().Changes(0, 0); err != nil || len(got) == 0 {
		t.Fatal(err)
	}
	a.do(mission.SetOutbound{Paused: false})
	a.want(0, "a/m1")
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	// The store alone takes a mission, as if the process died before it was
	// looked at.
	s, err := store.Open(dir, store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Submit(context.Background(), mission.Envelope{Command: mission.PutMission{Mission: m2}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		a = openAlerting(t, dir)
		a.want(0, "a/m1", "a/m2")
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	r, err := store.Check(dir)
	if err != nil || len(r.Problems) > 0 {
		t.Errorf("check: %v %v", r.Problems, err)
	}
}

// A flood of new missions, while people and alerts come, go and withdraw, tells
// nobody more than their budget in any 30 days, and nothing twice.
func TestAlertsInAFlood(t *testing.T) {
	missions, people, seed := 20_000, 200, uint64(11)
	if testing.Short() || raceEnabled {
		missions = 2_000 // .ci/run floods it with all without the detector
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	a := openAlerting(t, t.TempDir())
	for i := range people {
		a.person(fmt.Sprint("v", i), rng.IntN(8) > 0)
		a.alert(fmt.Sprint("a", i), fmt.Sprint("v", i), mission.Filter{})
	}
	told, days, total := map[string]bool{}, map[string][]int{}, 0 // the days on which each alert was raised
	for part := range 5 {
		since := a.Seq()
		var cs []mission.Envelope
		for i := range missions / 5 {
			m := a.missionAt(fmt.Sprint("m", part, "-", i), 43.6+rng.Float64()/4, 7.1+rng.Float64()/4, nil)
			cs = append(cs, mission.Envelope{Command: mission.PutMission{Mission: m}, Bulk: true})
		}
		_, errs := a.SubmitAll(context.Background(), cs)
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		for range 10 {
			a.person(fmt.Sprint("v", rng.IntN(people)), rng.IntN(3) > 0)
		}
		a.do(mission.DeleteAlert{ID: fmt.Sprint("a", part)})
		for _, pair := range a.raised(since) {
			if told[pair] {
				t.Errorf("seed %d: %s was raised twice", seed, pair)
			}
			alert, _, _ := strings.Cut(pair, "/")
			told[pair], days[alert] = true, append(days[alert], 10*part)
			total++
		}
		if err := a.TickAt(at.Add(time.Duration(part+1) * 10 * 24 * time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	for alert, all := range days {
		for i := 2; i < len(all); i++ {
			if all[i]-all[i-2] < mission.BudgetDays {
				t.Errorf("seed %d: %s was raised on days %v", seed, alert, all)
			}
		}
	}
	stats := a.AlertStats()
	if total != int(stats.Raised) || total < people*2 || stats.Budget == 0 {
		t.Errorf("seed %d: %d raised, %+v", seed, total, stats)
	}
	t.Logf("%d raised, %+v", total, stats)
}
