package engine_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"renfort/engine"
	"renfort/matcher"
	"renfort/mission"
)

// at is when these tests happen.
var at = time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)

func mustOpen(t *testing.T, dir string) *engine.Engine {
	t.Helper()
	e, err := engine.Open(engine.Options{Dir: dir, Clock: func() time.Time { return at }, ManualTicks: true})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// mustPut stores a mission in Nice with a number of seats.
func mustPut(t *testing.T, e *engine.Engine, id string, seats int) mission.Result {
	t.Helper()
	lat, lon := 43.70, 7.26
	m := &mission.Mission{ID: id, Title: "Distribution de colis", Domains: []string{"solidarite-insertion"}, Seats: &seats,
		Locations: []mission.Location{{Lat: &lat, Lon: &lon, PostalCode: "06000"}}}
	if err := e.Intake().Mission(m); err != nil {
		t.Fatal(err)
	}
	r, err := e.Submit(context.Background(), mission.Envelope{Command: mission.PutMission{Mission: m}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustRecommend(t *testing.T, e *engine.Engine, volunteer string) matcher.Page {
	t.Helper()
	lat, lon := 43.71, 7.25
	var page matcher.Page
	r := &matcher.Request{Profile: &mission.Volunteer{ID: volunteer, Location: &mission.Place{Lat: &lat, Lon: &lon}}, Limit: 20, Explain: true}
	if err := e.Recommend(r, &page); err != nil {
		t.Fatal(err)
	}
	return page
}

// A write is visible to ranking with its reply, a full mission is not shown
// any more, and all of it is so again after a reopening.
func TestWritesShowWithTheirReply(t *testing.T) {
	dir := t.TempDir()
	e := mustOpen(t, dir)
	r := mustPut(t, e, "m1", 1)
	page := mustRecommend(t, e, "v1")
	if len(page.Items) != 1 || page.Items[0].ID != "m1" || page.Seq < r.Seq {
		t.Fatalf("got %+v, want m1 at seq %d or later", page, r.Seq)
	}
	hold := mission.HoldSeat{Hold: e.NewID("h"), Mission: "m1", Volunteer: "v1", Confirm: true}
	if _, err := e.Submit(context.Background(), mission.Envelope{Command: hold}); err != nil {
		t.Fatal(err)
	}
	if page = mustRecommend(t, e, "v2"); len(page.Items) != 0 {
		t.Fatalf("a full mission is shown: %+v", page.Items)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = mustOpen(t, dir)
	defer e.Close()
	mustPut(t, e, "m2", 3)
	if page = mustRecommend(t, e, "v2"); len(page.Items) != 1 || page.Items[0].ID != "m2" || page.Items[0].Free != 3 {
		t.Fatalf("after reopening: got %+v, want m2 with 3 seats", page.Items)
	}
}

// What was there shows again from the start, also where the clock has not moved
// since, or was set back, so that the first Tick changes nothing.
func TestReopenedWithinTheSecond(t *testing.T) {
	dir := t.TempDir()
	e := mustOpen(t, dir)
	want := mustPut(t, e, "m1", 1)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	for _, now := range []time.Time{at, at.Add(-time.Hour)} {
		e, err := engine.Open(engine.Options{Dir: dir, Clock: func() time.Time { return now }, ManualTicks: true})
		if err != nil {
			t.Fatal(err)
		}
		page := mustRecommend(t, e, "v1")
		if len(page.Items) != 1 || page.Seq != want.Seq || !e.Now().Equal(at) {
			t.Errorf("reopened at %v: got %d missions as of seq %d at %v, want m1 as of %d at %v", now, len(page.Items), page.Seq, e.Now(), want.Seq, at)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// What somebody waved away is not shown to them again, also after a
// reopening; the rest is, and others see all of it.
func TestDismissedMissionsStayAway(t *testing.T) {
	dir := t.TempDir()
	e := mustOpen(t, dir)
	for _, id := range []string{"m0", "m1", "m2", "m3"} {
		mustPut(t, e, id, 5)
	}
	v := &mission.Volunteer{ID: "v1", PostalCode: "06000"}
	if err := e.Intake().Volunteer(v, at); err != nil {
		t.Fatal(err)
	}
	for _, c := range []mission.Command{mission.PutVolunteer{Volunteer: v},
		mission.GiveFeedback{Feedback: []mission.Feedback{{Type: "dismissed", Volunteer: "v1", Missions: []string{"m1", "m3", "no such"}}}}} {
		if _, err := e.Submit(context.Background(), mission.Envelope{Command: c}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string) {
		t.Helper()
		var page matcher.Page
		if err := e.Recommend(&matcher.Request{Volunteer: "v1", Limit: 20}, &page); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, item := range page.Items {
			got = append(got, item.ID)
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{"m0", "m2"}) {
			t.Errorf("%s: v1 is shown %v, want m0 and m2", when, got)
		}
		if others := mustRecommend(t, e, "v2"); len(others.Items) != 4 {
			t.Errorf("%s: v2 is shown %d missions, want all 4", when, len(others.Items))
		}
	}
	check("at once")
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = mustOpen(t, dir)
	defer e.Close()
	check("after reopening")
}

// min_seq waits for what is not there yet, and says when it does not come.
func TestAwait(t *testing.T) {
	e := mustOpen(t, t.TempDir())
	defer e.Close()
	seq := e.Seq()
	done := make(chan error)
	go func() { done <- e.Await(context.Background(), seq+1) }()
	mustPut(t, e, "m1", 1)
	if err := <-done; err != nil {
		t.Fatalf("seq %d came: %v", seq+1, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.Await(ctx, e.Seq()+100); mission.KindOf(err) != mission.Stale {
		t.Fatalf("got %v, want a stale error", err)
	}
}
