package matcher_test

// The outlook is compared with drawing: what it says of a page is how often
// somebody who takes of what still has a seat, by relevance, and finishes the
// form gets one, while others come by a Poisson process at the mission's rate.
// It is a chance whatever the page, and more seats never make it less.

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// look gives a snapshot after commands, and somebody's page of it.
func look(t *testing.T, v *mission.Volunteer, lines ...string) (*index.Snapshot, *matcher.Page) {
	t.Helper()
	s := newStage(t, mission.DefaultPolicy())
	for _, l := range lines {
		s.command(l)
	}
	s.index.Apply([]mission.Change{s.tick(60)})
	page := new(matcher.Page)
	if err := matcher.New(s.zones).Recommend(s.index.Snapshot(), &matcher.Request{Profile: v, Limit: 10}, page); err != nil {
		t.Fatal(err)
	}
	return s.index.Snapshot(), page
}

// put is the command for a mission done from afar.
func put(id, seats string) string {
	return fmt.Sprintf(`mission {"id":%q,"title":"x","domains":["culture-loisirs"],"remote":"full","seats":%s}`, id, seats)
}

func TestOutlook(t *testing.T) {
	near := func(what string, got, want, within float64) {
		t.Helper()
		if math.Abs(got-want) > within {
			t.Errorf("%s: got %.4f, want %.4f", what, got, want)
		}
	}
	snap, empty := look(t, &mission.Volunteer{})
	near("nothing to see", matcher.Outlook(snap, empty, false, false), 0, 0)
	near("a seat confirmed", matcher.Outlook(snap, empty, false, true), 1, 0)
	near("a seat held", matcher.Outlook(snap, empty, true, false), 0.75, 0)
	// Somebody open to anything, whose place is unknown, takes them as wholly
	// relevant; who chose something else, as a fifth.
	room := []string{put("m1", "1000"), put("m2", "null")}
	snap, page := look(t, &mission.Volunteer{Remote: "also"}, room...)
	near("two missions with room", matcher.Outlook(snap, page, false, false), .75*(1-.72*.72), 1e-6)
	near("and a seat held", matcher.Outlook(snap, page, true, false), .75, 0)
	snap, page = look(t, &mission.Volunteer{Remote: "also", Domains: []string{"sante"}}, room...)
	near("two missions of another domain", matcher.Outlook(snap, page, false, false), .75*(1-.944*.944), 1e-6)
}

// m1 fills at about 30 a day and has 20 seats left, m2 at 20 and has 30.
func TestOutlookOfMissionsThatFill(t *testing.T) {
	snap, page := look(t, &mission.Volunteer{Remote: "also"}, put("m1", "400"), put("m2", "310"), "taken m1 380", "taken m2 280", "tick 168h")
	got := matcher.Outlook(snap, page, false, false)
	if len(page.Items) != 2 || got < 0.02 || got > 0.35 {
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
			seated = seated || others < it.Free && rnd.Float64() < 0.28
		}
		if seated && rnd.Float64() < 0.75 {
			hits++
		}
	}
	if want := float64(hits) / draws; math.Abs(got-want) > 0.003 {
		t.Errorf("got %.4f, drawn %.4f", got, want)
	}
}

// A chance is a chance, a seat in hand is worth more than a page, and one more
// seat in any mission is never worth less.
func TestOutlookProperties(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 9))
	for n := range 30 {
		var few, more []string
		one := rnd.IntN(4)
		for m := range 4 {
			seats, taken := 1+rnd.IntN(12), rnd.IntN(12)
			taken = min(taken, seats)
			id, bonus := fmt.Sprint("m", m), 0
			if m == one {
				bonus = 1
			}
			few, more = append(few, put(id, fmt.Sprint(seats))), append(more, put(id, fmt.Sprint(seats+bonus)))
			act := fmt.Sprintf("taken %s %d", id, taken)
			few, more = append(few, act), append(more, act)
		}
		v := mission.Volunteer{Remote: "also"}
		if n%2 == 0 {
			v.Domains = []string{"sante"}
		}
		days := fmt.Sprintf("tick %dh", rnd.IntN(200))
		outlook := func(lines []string) float64 {
			snap, page := look(t, &v, append(lines, days)...)
			got, held := matcher.Outlook(snap, page, false, false), matcher.Outlook(snap, page, true, false)
			if !(got >= 0 && got <= held && held <= 1) {
				t.Fatalf("%q: got %v, with a seat held %v", lines, got, held)
			}
			return got
		}
		if a, b := outlook(few), outlook(more); b < a-1e-9 {
			t.Errorf("%q: got %v, and with one seat more %v", few, a, b)
		}
	}
}
