package matcher_test

// The outlook is compared with drawing: what it says of a page is how often
// somebody who takes one in ten of what still has a seat gets one, while others
// come by a Poisson process at the mission's rate.

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

func TestOutlook(t *testing.T) {
	play := func(lines ...string) (*index.Snapshot, *matcher.Page) {
		t.Helper()
		s := newStage(t, mission.DefaultPolicy())
		for _, l := range lines {
			s.command(l)
		}
		s.index.Apply([]mission.Change{s.tick(60)})
		page := new(matcher.Page)
		if err := matcher.New(s.zones).Recommend(s.index.Snapshot(), &matcher.Request{Profile: &mission.Volunteer{}, Limit: 20}, page); err != nil {
			t.Fatal(err)
		}
		return s.index.Snapshot(), page
	}
	put := func(id string, seats string) string {
		return fmt.Sprintf(`mission {"id":%q,"title":"x","remote":"full","seats":%s}`, id, seats)
	}
	near := func(what string, got, want, within float64) {
		t.Helper()
		if math.Abs(got-want) > within {
			t.Errorf("%s: got %.4f, want %.4f", what, got, want)
		}
	}
	snap, empty := play()
	near("an empty page", matcher.Outlook(snap, empty, false, false), 0, 0)
	near("a seat confirmed", matcher.Outlook(snap, empty, false, true), 1, 0)
	near("a seat held", matcher.Outlook(snap, empty, true, false), 0.75, 1e-12)
	snap, page := play(put("m1", "1000"), put("m2", "null"))
	near("two missions with room", matcher.Outlook(snap, page, false, false), 1-.9*.9, 1e-9)
	near("and a seat held", matcher.Outlook(snap, page, true, false), 1-.9*.9*.25, 1e-9)

	// m1 fills at about 30 a day and has 20 seats left, m2 at 20 and has 30.
	snap, page = play(put("m1", "400"), put("m2", "310"), "taken m1 380", "taken m2 280", "tick 168h")
	got := matcher.Outlook(snap, page, false, false)
	if len(page.Items) != 2 || got < 0.02 || got > 0.19 {
		t.Fatalf("got a page of %d and an outlook of %v", len(page.Items), got)
	}
	rnd, hits := rand.New(rand.NewPCG(1, 7)), 0
	const draws = 200_000
	for range draws {
		seated := false
		for _, it := range page.Items {
			rate := matcher.FillRate(snap, uint32(it.Ordinal))
			others := 0
			for at := rnd.ExpFloat64() / rate; at < 1; at += rnd.ExpFloat64() / rate {
				others++
			}
			seated = seated || others < it.Free && rnd.Float64() < 0.1
		}
		if seated {
			hits++
		}
	}
	near("missions that fill", got, float64(hits)/draws, 0.003)
}
