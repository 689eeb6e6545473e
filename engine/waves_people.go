package engine

import (
	"math"

	"renfort/geo"
	"renfort/index"
	"renfort/matcher"
	"renfort/matcher/wave"
	"renfort/mission"
)

// Bounds of a target's pool: so many candidates for each seat that is needed,
// and so many at least and at most. What is left comes with the next step.
const (
	poolPerSeat = 24
	poolLeast   = 256
	poolMost    = 8_192
)

// invitee is a candidate of one or several targets.
type invitee struct {
	id      mission.ID
	channel string
	targets map[int]*matcher.Candidate
}

// pools fills the targets of the wave's state with candidates, best first, and
// gives who they are.
func (e *Engine) pools(w *waveNow) (map[wave.Person]*invitee, error) {
	people := map[wave.Person]*invitee{}
	night := newNight(e, w)
	for i := range w.state.Targets {
		need := w.state.Targets[i].Need
		if need == 0 {
			continue
		}
		var found matcher.Candidates
		if err := e.matcher.Candidates(w.snap, e.reverse(w, i, min(max(poolPerSeat*need, poolLeast), poolMost)), &found); err != nil {
			if mission.KindOf(err) == mission.NotFound {
				continue // deleted meanwhile: the next step finds it gone
			}
			return nil, err
		}
		pool := make([]wave.Candidate, 0, len(found.Items))
		for k := range found.Items {
			c := &found.Items[k]
			if c.Channel == "" || w.left[c.ID] {
				continue
			}
			p := wave.Person(c.Ordinal)
			if people[p] == nil {
				people[p] = &invitee{id: c.ID, channel: c.Channel, targets: map[int]*matcher.Candidate{}}
			}
			people[p].targets[i] = c
			pool = append(pool, wave.Candidate{Person: p, Score: c.Score, Accept: c.Accept, Channel: wave.ChannelOf(c.Channel), From: night.until(uint32(c.Ordinal))})
		}
		w.state.Targets[i].Pool = pool
	}
	return people, nil
}

// reverse makes the request for a target's candidates.
func (e *Engine) reverse(w *waveNow, target, limit int) *matcher.ReverseRequest {
	r := &matcher.ReverseRequest{Mission: w.Targets[target].Mission, RadiusKm: w.RadiusKm, Askable: true, Limit: limit, Policy: e.store.Policy()}
	if !w.Filters.IsZero() {
		r.Filter = &w.Filters
	}
	if w.Publisher != "" {
		r.Publishers = []string{w.Publisher}
	}
	r.Exclude = func(o uint32) bool { return w.asked[o] || !w.crisis.admits(w.Targets[target].Ordinal, o) }
	if w.crisis != nil {
		r.Crisis, r.ScaleMinKm, r.MinAge = true, w.crisis.ReachKm, w.crisis.MinAge
	}
	return r
}

// ask writes down why somebody is asked.
func (p *invitee) ask(w *waveNow, target int) mission.Ask {
	c := p.targets[target]
	km := c.Km
	if km < 0 {
		km = -1
	}
	return mission.Ask{Mission: w.Targets[target].Mission, Volunteer: p.id, Channel: p.channel,
		Score: int64(math.Round(c.Score * 1e6)), PAccept: int(math.Round(c.Accept * 1000)), DistanceKm: km}
}

// night tells when people may be disturbed, by the clock of where they live.
type night struct {
	e      *Engine
	w      *waveNow
	quiet  mission.Quiet
	waking map[string]int64 // by time zone: from when on
	zones  map[geo.Cell]string
}

// zoneLevel is the level of the cells for which a time zone is looked up once:
// some 20 km wide.
const zoneLevel = 9

func newNight(e *Engine, w *waveNow) *night {
	return &night{e: e, w: w, quiet: e.store.Policy().Reverse.Quiet(), waking: map[string]int64{}, zones: map[geo.Cell]string{}}
}

// until gives the moment from which somebody may be asked, 0 for at once. The
// vital do not wait for the morning of those who agreed to be asked in a
// crisis.
func (n *night) until(o uint32) int64 {
	row := n.w.snap.Volunteers.At(o)
	if n.w.Dial == mission.DialVital && row.Consent&index.ConsentCrisis != 0 {
		return 0
	}
	zone := n.zone(row.Cell)
	from, known := n.waking[zone]
	if !known {
		clock := mission.ClockOf(n.e.zones.Location(zone), n.w.state.Now)
		from = n.quiet.WakingEnd(n.w.state.Now, 1, &clock) - 1
		n.waking[zone] = from
	}
	if from <= n.w.state.Now {
		return 0
	}
	return from
}

// zone gives the time zone of a volunteer's cell; Paris for nobody knows where.
func (n *night) zone(c geo.Cell) string {
	if c == 0 {
		return "Europe/Paris"
	}
	wide := c.Parent(zoneLevel)
	zone, known := n.zones[wide]
	if !known {
		zone = n.e.places.TimeZoneAt(c.Center())
		n.zones[wide] = zone
	}
	return zone
}
