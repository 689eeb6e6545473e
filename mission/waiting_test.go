package mission_test

// Waking time is reckoned as a clock on the wall does: compared with counting
// second by second in the time zones themselves, across shifts of summer time.

import (
	"math/rand/v2"
	"testing"
	"time"

	"renfort/mission"
)

func TestWakingEnd(t *testing.T) {
	f := func(zone, from string, seconds int64, want string) {
		t.Helper()
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Skip(err) // a machine without zones
		}
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		clock := mission.ClockOf(loc, at.Unix())
		if !clock.OK() {
			t.Errorf("%s: %+v is no clock", zone, clock)
		}
		p := mission.DefaultPolicy()
		got := time.Unix(p.Reverse.Quiet().WakingEnd(at.Unix(), seconds, &clock), 0).In(loc).Format(time.RFC3339)
		if got != want {
			t.Errorf("%s: %d s from %s: got %s, want %s", zone, seconds, from, got, want)
		}
	}
	f("Europe/Paris", "2026-11-21T20:00:00+01:00", 900, "2026-11-21T20:15:00+01:00")
	f("Europe/Paris", "2026-11-21T21:50:00+01:00", 900, "2026-11-22T07:05:00+01:00")
	f("Europe/Paris", "2026-11-21T21:45:00+01:00", 900, "2026-11-21T22:00:00+01:00")
	f("Europe/Paris", "2026-11-21T22:00:00+01:00", 900, "2026-11-22T07:15:00+01:00")
	f("Europe/Paris", "2026-11-22T03:00:00+01:00", 3600, "2026-11-22T08:00:00+01:00")
	f("Europe/Paris", "2026-11-22T07:00:00+01:00", 3600, "2026-11-22T08:00:00+01:00")
	f("Europe/Paris", "2026-11-21T20:00:00+01:00", 86400, "2026-11-23T14:00:00+01:00")
	f("Europe/Paris", "2026-10-24T21:59:00+02:00", 3600, "2026-10-25T07:59:00+01:00") // an hour more of night
	f("Europe/Paris", "2027-03-27T21:59:00+01:00", 3600, "2027-03-28T07:59:00+02:00") // an hour less
	f("Indian/Reunion", "2026-11-22T00:00:00+01:00", 900, "2026-11-22T07:15:00+04:00")
	f("America/Martinique", "2026-11-22T04:00:00Z", 900, "2026-11-22T07:15:00-04:00")
	f("UTC", "2026-11-22T04:00:00Z", 900, "2026-11-22T07:15:00Z")
}

// Random quiet hours, times and lengths against counting.
func TestWakingEndCounts(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 7))
	loc, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Skip(err)
	}
	for i := range 200 {
		// Around both shifts of 2027, in whole minutes to count fewer steps.
		at := []int64{1_806_192_000, 1_824_940_800}[i%2] + 60*rnd.Int64N(3*1440)
		q := mission.Quiet{From: 60 * rnd.IntN(1440), Until: 60 * rnd.IntN(1440)}
		minutes := 1 + rnd.Int64N(600)
		clock := mission.ClockOf(loc, at)
		want := at
		for left := minutes; left > 0; want += 60 {
			now := time.Unix(want, 0).In(loc)
			second := now.Hour()*3600 + now.Minute()*60
			quiet := q.From <= second && second < q.Until
			if q.From > q.Until {
				quiet = second >= q.From || second < q.Until
			}
			if !quiet {
				left--
			}
		}
		if got := q.WakingEnd(at, 60*minutes, &clock); got != want {
			t.Errorf("%d minutes from %s, quiet %+v: got %s, want %s", minutes, time.Unix(at, 0).In(loc), q, time.Unix(got, 0).In(loc), time.Unix(want, 0).In(loc))
		}
	}
}

func TestClockOK(t *testing.T) {
	f := func(c mission.Clock, want bool) {
		t.Helper()
		if got := c.OK(); got != want {
			t.Errorf("%+v: got %v, want %v", c, got, want)
		}
	}
	f(mission.Clock{}, true)
	f(mission.Clock{Offset: -86_400}, true)
	f(mission.Clock{Offset: 86_401}, false)
	f(mission.Clock{Shifts: []mission.Shift{{At: 1, Offset: 3600}, {At: 2}}}, true)
	f(mission.Clock{Shifts: []mission.Shift{{At: 2}, {At: 2}}}, false)
	f(mission.Clock{Shifts: []mission.Shift{{At: 0}}}, false)
	f(mission.Clock{Shifts: []mission.Shift{{At: 1, Offset: -90_000}}}, false)
	f(mission.Clock{Shifts: make([]mission.Shift, mission.ShiftsMax+1)}, false)
}
