package wave_test

// Forecasts repeat by their seed, agree with the dial (who asks for haste is
// promised it, at the price of people turned away), say when people run out,
// and leave the state alone.

import (
	"fmt"
	"testing"

	"renfort/matcher/wave"
	"renfort/mission"
)

func TestForecast(t *testing.T) {
	var outlooks []wave.Outlook
	for _, dial := range []string{mission.DialCalm, mission.DialUrgent, mission.DialVital} {
		s := one(dial, 50)
		before := fmt.Sprint(s)
		o := wave.Forecast(s, 1)
		if again := wave.Forecast(s, 1); again != o {
			t.Errorf("%s: %+v, and %+v from the same seed", dial, o, again)
		}
		if fmt.Sprint(s) != before {
			t.Errorf("%s: the forecast changed the state", dial)
		}
		if o.Fills < .9 || o.Empty != 0 {
			t.Errorf("%s: %+v; 3,000 people ought to fill 50 seats", dial, o)
		}
		outlooks = append(outlooks, o)
	}
	for i := 1; i < len(outlooks); i++ {
		if a, b := outlooks[i-1], outlooks[i]; a.Seconds <= b.Seconds || a.Asked >= b.Asked || a.TurnedAway >= b.TurnedAway {
			t.Errorf("calmer %+v, hastier %+v: want slower, fewer asked, fewer turned away", a, b)
		}
	}
}

func TestForecastOfTooFewPeople(t *testing.T) {
	s := one(mission.DialUrgent, 50)
	s.Targets[0].Pool = s.Targets[0].Pool[:100]
	if o := wave.Forecast(s, 1); o.Asked != 100 || o.Empty < 30 || o.Fills != 0 || o.TurnedAway != 0 {
		t.Errorf("100 people for 50 seats: %+v", o)
	}
}

func TestForecastWaitsForMorning(t *testing.T) {
	s := one(mission.DialNormal, 5)
	for i := range s.Targets[0].Pool {
		s.Targets[0].Pool[i].From = s.Now + 8*3600
	}
	if o := wave.Forecast(s, 1); o.Seconds < 8*3600 || o.Fills < .9 {
		t.Errorf("nobody may be asked for eight hours: %+v", o)
	}
}

func BenchmarkForecast(b *testing.B) {
	for _, dial := range []string{mission.DialCalm, mission.DialVital} {
		b.Run(dial, func(b *testing.B) {
			s := one(dial, 50)
			asked := 0
			for b.Loop() {
				asked = wave.Forecast(s, 1).Asked
			}
			b.ReportMetric(float64(asked), "asked")
		})
	}
}
