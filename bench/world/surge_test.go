package world_test

// These tests show that a surge is the same for the same seed, that its laws
// have the moments that they promise, that everybody's interests are a function
// of person and mission, and that the engine's intake takes its records.

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"renfort/bench/world"
	"renfort/mission"
)

func mustSurge(t testing.TB, arrivals int, seed uint64, storm int) *world.Surge {
	t.Helper()
	c := world.DefaultSurge()
	c.Arrivals, c.Seed, c.StormTimes = arrivals, seed, storm
	s, err := world.NewSurge(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSurgeIsTheSameForTheSameSeed(t *testing.T) {
	a, b, c := mustSurge(t, 3_000, 7, 30), mustSurge(t, 3_000, 7, 30), mustSurge(t, 3_000, 8, 30)
	if !reflect.DeepEqual(a, b) {
		t.Error("two surges of one seed differ")
	}
	if reflect.DeepEqual(a.People, c.People) || reflect.DeepEqual(a.Missions, c.Missions) {
		t.Error("surges of two seeds have the same people or missions")
	}
	first, people := a.Fans()
	again, same := b.Fans()
	if !slices.Equal(first, again) || !slices.Equal(people, same) {
		t.Error("two surges of one seed have other interests")
	}
}

func TestSurgeOfManySeedsPassesIntake(t *testing.T) {
	in := mustIntake(t)
	for seed := range uint64(4) {
		s := mustSurge(t, 2_000, seed, 30)
		limit := s.Config.At.AddDate(0, 0, 1)
		for i := range s.Missions {
			m := s.Missions[i]
			if err := in.Mission(&m); err != nil {
				t.Fatalf("seed %d: mission %d: %v", seed, i, err)
			}
			if m.EndsAt != "" {
				if ends, err := m.EndsAt.Last(limit.Location()); err != nil || ends.Before(limit) {
					t.Errorf("seed %d: mission %d ends at %v, want it open for a day at least", seed, i, m.EndsAt)
				}
			}
			if m.Booking != mission.BookingHere || len(m.Locations) != 1 || *m.Seats != s.Sites[i].Seats {
				t.Errorf("seed %d: mission %d: %+v is not at one place, booked here, of %d seats", seed, i, m, s.Sites[i].Seats)
			}
		}
		for i := range s.People {
			v := s.People[i].Volunteer
			if err := in.Volunteer(&v, s.Config.At); err != nil {
				t.Fatalf("seed %d: person %d: %v", seed, i, err)
			}
		}
	}
}

func TestSurgeSeats(t *testing.T) {
	one, seats, vital, urgent := 0, 0, 0, 0
	const seeds = 6
	for seed := range uint64(seeds) {
		s := mustSurge(t, 1, seed, 30)
		for m, site := range s.Sites {
			one += b2i(site.Seats == 1)
			seats += site.Seats
			if s.Missions[m].Urgency == mission.UrgencyVital {
				vital++
				if site.Department != s.Department {
					t.Errorf("seed %d: vital mission %d in %s, the storm is in %s", seed, m, site.Department, s.Department)
				}
			}
			urgent += b2i(s.Missions[m].Urgency == mission.UrgencyUrgent)
		}
	}
	share(t, "missions with one seat", one, seeds*2_000, 0.66)
	share(t, "vital missions", vital, seeds*2_000, 0.01)
	if mean := float64(seats) / (seeds * 2_000); mean < 7.5 || mean > 9.5 {
		t.Errorf("%.2f seats a mission, want about 8.5", mean)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestSurgePeople(t *testing.T) {
	s := mustSurge(t, 30_000, 3, 30)
	n, direct, abandons, comeBack, twice, waits, reads, form := len(s.People), 0, 0, 0, 0, 0, 0, 0
	for i := range s.People {
		v := &s.People[i]
		direct += b2i(v.Direct >= 0)
		abandons += b2i(v.Abandons)
		comeBack += b2i(v.Returns)
		twice += b2i(v.Twice)
		waits += b2i(v.Waits)
		reads += v.ReadSeconds
		form += v.FormSeconds
		if v.ReadSeconds < 10 || v.ReadSeconds > 60 || v.FormSeconds < 45 || v.FormSeconds > 180 || v.LooksAt() < 3 || v.LooksAt() > 18 {
			t.Fatalf("person %d reads %d s, %d results, and fills in for %d s", i, v.ReadSeconds, v.LooksAt(), v.FormSeconds)
		}
		if i > 0 && v.Second < s.People[i-1].Second || v.Second >= world.SurgeSeconds || v.Volunteer.ID != fmt.Sprintf("sv-%06d", i) {
			t.Fatalf("person %d, %s, arrives at %d, the one before at %d", i, v.Volunteer.ID, v.Second, s.People[max(0, i-1)].Second)
		}
	}
	share(t, "by a link", direct, n, 0.3)
	share(t, "abandon", abandons, n, 0.25)
	share(t, "come back", comeBack, n, 0.5)
	share(t, "twice", twice, n, 0.1)
	share(t, "wait", waits, n, 0.5)
	mean(t, "reading", reads, n, 35, 0.5)
	mean(t, "form", form, n, 112.5, 1)
}

func mean(t *testing.T, what string, sum, n int, want, slack float64) {
	t.Helper()
	if got := float64(sum) / float64(n); got < want-slack || got > want+slack {
		t.Errorf("%s: %.2f on average, want %.2f ± %.2f", what, got, want, slack)
	}
}

// The storm multiplies the odds of its department thirty times, and nothing
// else about where people live.
func TestSurgeStorm(t *testing.T) {
	odds := func(s *world.Surge) float64 {
		in, out := 0, 0
		for i := range s.People {
			if v := &s.People[i]; v.Direct < 0 {
				in += b2i(v.Department == s.Department)
				out += b2i(v.Department != s.Department)
			}
		}
		return float64(in) / float64(out)
	}
	people := 60_000
	if raceEnabled {
		people = 20_000 // .ci/run counts all without the detector
	}
	calm, storm := mustSurge(t, people, 5, 1), mustSurge(t, people, 5, 30)
	if calm.Department != storm.Department {
		t.Fatalf("storms of one seed in %s and %s", calm.Department, storm.Department)
	}
	if times := odds(storm) / odds(calm); times < 25 || times > 36 {
		t.Errorf("the odds of department %s are %.1f times those of a calm hour, want 30", storm.Department, times)
	}
}

// The hour begins calm, rises within two minutes at least thirteenfold, falls,
// and rises a second time.
func TestSurgeShape(t *testing.T) {
	seeds := uint64(20)
	if raceEnabled {
		seeds = 5 // .ci/run has all without the detector
	}
	for seed := range seeds {
		w := mustSurge(t, 1, seed, 30).PerSecond
		base, peak := w[0], slices.Index(w, slices.Max(w))
		start := slices.IndexFunc(w, func(v int) bool { return v > base })
		if start < 300 || start > 601 || peak-start < 58 || peak-start > 120 || w[peak] < 13*base {
			t.Errorf("seed %d: rises from %d s on (%d) to a peak at %d s (%d)", seed, start, base, peak, w[peak])
		}
		trough := peak
		for trough < len(w)-1 && w[trough+1] <= w[trough] {
			trough++
		}
		echo := trough + slices.Index(w[trough:], slices.Max(w[trough:]))
		if trough < start+1_500 || trough > start+2_701 || w[echo] <= w[trough] || w[len(w)-1] >= w[peak] {
			t.Errorf("seed %d: falls until %d s (%d), then to %d s (%d)", seed, trough, w[trough], echo, w[echo])
		}
	}
}

// Interest comes up as often as the law says, only within reach, and always for
// whoever follows a link; Fans lists it for those who finish forms.
func TestSurgeInterest(t *testing.T) {
	s := mustSurge(t, 3_000, 11, 30)
	expected, found := 0., 0
	fans := map[[2]int]bool{}
	for p := range s.People {
		for m := range s.Sites {
			chance, wants := s.Chance(p, m), s.Wants(p, m)
			if chance < 0 || chance > 1_000_000 || wants && chance == 0 || s.People[p].Direct == m && !wants {
				t.Fatalf("person %d, mission %d: chance %d, wants %v", p, m, chance, wants)
			}
			expected += float64(chance) / 1e6
			found += b2i(wants)
			if wants && !s.People[p].Abandons {
				fans[[2]int{p, m}] = true
			}
		}
	}
	if got := float64(found); got < 0.97*expected || got > 1.03*expected {
		t.Errorf("%d interests, want about %.0f", found, expected)
	}
	first, people := s.Fans()
	for m := range s.Sites {
		for _, p := range people[first[m]:first[m+1]] {
			if !fans[[2]int{int(p), m}] {
				t.Fatalf("person %d is listed for mission %d without interest", p, m)
			}
		}
	}
	if len(people) != len(fans) {
		t.Errorf("%d interests listed, want %d", len(people), len(fans))
	}
}

func TestSurgeRefusesNonsense(t *testing.T) {
	f := func(change func(*world.SurgeConfig)) {
		t.Helper()
		c := world.DefaultSurge()
		change(&c)
		if _, err := world.NewSurge(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
	f(func(c *world.SurgeConfig) { c.Missions = 0 })
	f(func(c *world.SurgeConfig) { c.Arrivals = -1 })
	f(func(c *world.SurgeConfig) { c.Arrivals = 1_000_000_000 })
	f(func(c *world.SurgeConfig) { c.StormTimes = 0 })
	f(func(c *world.SurgeConfig) { c.At = c.At.AddDate(-1000, 0, 0) })
}
