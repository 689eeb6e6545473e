package matcher_test

import (
	"math"
	"slices"
	"time"

	"renfort/geo"
	"renfort/mission"
)

// This file is section 5 of the design on nouns alone: no column, no cell, no
// bound, no mask.

const earthKm = 6371.0088

// greatCircleKm is the haversine.
func greatCircleKm(a, b geo.Point) float64 {
	rad := math.Pi / 180
	u, v := math.Sin((b.Lat-a.Lat)*rad/2), math.Sin((b.Lon-a.Lon)*rad/2)
	h := u*u + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*v*v
	return 2 * earthKm * math.Asin(math.Sqrt(min(1, h)))
}

// seatsLeft gives the seats that can still be had and whether some are of a
// pool without a number: slots that have ended do not count, a shared pool
// counts once.
func (t *toy) seatsLeft(s *mission.Seats) (free int, endless bool) {
	seen := map[int]bool{}
	for _, slot := range s.Slots {
		if slot.Ends != 0 && slot.Ends < t.now || seen[slot.Pool] {
			continue
		}
		seen[slot.Pool] = true
		p := s.Pools[slot.Pool]
		if p.Total == mission.SeatsUnknown {
			endless = true
		} else {
			free += max(0, p.Total-p.Elsewhere-p.Held-p.Confirmed)
		}
	}
	return free, endless
}

// toyTotal gives all the mission's seats; known is false if one pool's are not.
func toyTotal(s *mission.Seats) (total int, known bool) {
	for _, p := range s.Pools {
		if p.Total == mission.SeatsUnknown {
			return 0, false
		}
		total += p.Total
	}
	return total, true
}

// available says whether anybody could sign up now.
func (t *toy) available(m *toyMission) bool {
	s := m.seats
	free, endless := t.seatsLeft(s)
	return s.State == mission.StateOpen && !t.orgs[m.OrganizationID()].suspended && (free > 0 || endless) &&
		(s.Ends == 0 || t.now <= s.Ends) && (s.ApplyBefore == 0 || t.now <= s.ApplyBefore)
}

// fillShare gives the share of seats taken, 0 where nobody knows.
func (t *toy) fillShare(m *toyMission) float64 {
	total, known := toyTotal(m.seats)
	if !known || total == 0 {
		return 0
	}
	taken := 0
	for _, p := range m.seats.Pools {
		taken += p.Elsewhere + p.Held + p.Confirmed
	}
	taken = min(taken, total)
	if free, endless := t.seatsLeft(m.seats); free > 0 || endless {
		taken = min(taken, total-1)
	}
	return float64(taken) / float64(total)
}

// marketOf names the group in which fill rates are pooled.
func marketOf(m *mission.Mission) string {
	key := "/"
	if len(m.Domains) > 0 {
		key = m.Domains[0] + key
	}
	if len(m.Locations) > 0 {
		key += m.Locations[0].Department
	}
	return key
}

func (t *toy) exposureDays(m *toyMission) float64 {
	return math.Max(0, math.Min(14, float64(t.climate.minute-m.seats.Created)/86400))
}

func (t *toy) takeClimate(minute int64) {
	t.climate = toyClimate{minute: minute, fills: map[string]int64{}, days: map[string]float64{}}
	var shares []float64
	for _, m := range t.alive() {
		market := marketOf(m.Mission)
		t.climate.fills[market] += m.seats.Fills.Since(minute / 86400)
		t.climate.days[market] += t.exposureDays(m)
		_, known := toyTotal(m.seats)
		free, _ := t.seatsLeft(m.seats)
		if m.Booking == mission.BookingHere && m.seats.State == mission.StateOpen && known && free > 0 {
			shares = append(shares, t.fillShare(m))
		}
	}
	if len(shares) > 0 {
		slices.Sort(shares)
		t.climate.median = shares[len(shares)/2]
	}
}

// toyStanding is what a mission brings to any score, at a version of the toy.
type toyStanding struct {
	version  int
	standing float64
}

// standing gives urgency, quality and congestion, each to its weight.
func (t *toy) standing(m *toyMission, p *mission.Policy) float64 {
	if c, ok := m.cached[p]; ok && c.version == t.version {
		return c.standing
	}
	r := t.orgs[m.OrganizationID()].record
	a, i := p.Quality.PriorAnswered+float64(r.Answered), p.Quality.PriorIgnored+float64(r.Ignored)
	w := p.Weights
	s := math.Pow(t.urgency(m, p), w.Urgency) * math.Pow(a/(a+i), w.Quality) * math.Pow(t.congestion(m), w.Congestion)
	if m.cached == nil {
		m.cached = map[*mission.Policy]toyStanding{}
	}
	m.cached[p] = toyStanding{t.version, s}
	return s
}

func (t *toy) congestion(m *toyMission) float64 {
	f := t.fillShare(m)
	if _, known := toyTotal(m.seats); !known || m.Booking == mission.BookingElsewhere {
		f = math.Max(f, t.climate.median)
	}
	return (1 - math.Exp(f-1)) / (1 - math.Exp(-1))
}

func (t *toy) urgency(m *toyMission, p *mission.Policy) float64 {
	u := p.Urgency
	boost := map[string]float64{"calm": u.Calm, "normal": u.Normal, "urgent": u.Urgent, "vital": u.Vital}[m.Urgency]
	hours := map[string]float64{"calm": u.HorizonH.Calm, "normal": u.HorizonH.Normal, "urgent": u.HorizonH.Urgent, "vital": u.HorizonH.Vital}[m.Urgency]
	left := hours / 24
	for _, at := range t.ends(m) {
		if at > t.climate.minute {
			left = math.Min(left, float64(at-t.climate.minute)/86400)
		}
	}
	market := marketOf(m.Mission)
	rate := (u.PriorFillsPerDay*u.PriorMarketDays + float64(t.climate.fills[market])) / (u.PriorMarketDays + t.climate.days[market])
	rate = (rate*u.PriorDays + float64(m.seats.Fills.Since(t.climate.minute/86400))) / (u.PriorDays + t.exposureDays(m))
	seats, _ := t.seatsLeft(m.seats)
	if _, known := toyTotal(m.seats); !known {
		seats = 1
	}
	return 1 + boost*t.crisisBoost(m.Mission)*expectedEmpty(seats, rate*left)/float64(seats)
}

// ends gives the instants at which a mission cannot fill any further; 0 among
// them means nothing.
func (t *toy) ends(m *toyMission) []int64 {
	at := []int64{m.seats.ApplyBefore, m.seats.Ends}
	if m.DateType == mission.DateOnce {
		at = append(at, m.seats.Starts)
	}
	next := int64(0)
	for _, slot := range m.seats.Slots {
		if !t.canSit(m.seats, slot) || slot.Starts <= t.now || !startsOnce(m, slot) {
			continue
		}
		if next == 0 || slot.Starts < next {
			next = slot.Starts
		}
	}
	return append(at, next)
}

// canSit says whether a slot has a seat and has not ended.
func (t *toy) canSit(s *mission.Seats, slot mission.SlotTerms) bool {
	p := s.Pools[slot.Pool]
	return (p.Total == mission.SeatsUnknown || p.Total > p.Elsewhere+p.Held+p.Confirmed) && (slot.Ends == 0 || slot.Ends >= t.now)
}

// expectedEmpty is E[(seats - N)+] for N Poisson: the sum over all counts that
// leave one empty, by logarithms so that no term is lost.
func expectedEmpty(seats int, mean float64) float64 {
	if mean <= 0 {
		return float64(seats)
	}
	sum, lnFactorial := 0.0, 0.0
	for n := range seats {
		if n > 0 {
			lnFactorial += math.Log(float64(n))
		}
		sum += float64(seats-n) * math.Exp(float64(n)*math.Log(mean)-mean-lnFactorial)
	}
	return sum
}

// unserved says whether nobody took a seat for as long as the policy says.
func (t *toy) unserved(m *toyMission, p *mission.Policy) bool {
	if p.Diversity.UnservedDays == 0 {
		return false
	}
	since, given := m.seats.Created, 0
	for _, pool := range m.seats.Pools {
		given += pool.Elsewhere + pool.Confirmed
	}
	if m.seats.LastTaken != 0 {
		since = m.seats.LastTaken
	} else if at := m.Times.Published; at != 0 && at < since && given == 0 {
		since = at
	}
	return t.now-since >= int64(p.Diversity.UnservedDays)*86400
}

// affinity compares ids, and adjacency as the taxonomy publishes it.
func (t *toy) affinity(v *mission.Volunteer, m *mission.Mission, p *mission.Policy) float64 {
	if len(v.Domains) == 0 && len(v.Activities) == 0 {
		return 1
	}
	value := p.Affinity.Other
	switch {
	case sharesOne(v.Activities, m.Activities):
		value = p.Affinity.Activity
	case sharesOne(v.Domains, m.Domains):
		value = p.Affinity.Domain
	case t.adjacent(v.Domains, m.Domains):
		value = p.Affinity.Adjacent
	}
	if len(m.Skills) == 0 {
		return value
	}
	held := 0
	for _, s := range m.Skills {
		if slices.Contains(v.Skills, s.ID) {
			held++
		}
	}
	return math.Min(1, value+p.Affinity.SkillBonus*float64(held)/float64(len(m.Skills)))
}

func sharesOne(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// adjacent counts neighbourhood both ways.
func (t *toy) adjacent(chosen, theirs []string) bool {
	for _, d := range t.taxonomy.Domains {
		if slices.Contains(chosen, d.ID) && sharesOne(d.Adjacent, theirs) ||
			slices.Contains(theirs, d.ID) && sharesOne(d.Adjacent, chosen) {
			return true
		}
	}
	return false
}

// startsOnce says whether a slot's start means one: the unnamed slot of what
// recurs has the mission's first, which is no deadline.
func startsOnce(m *toyMission, slot mission.SlotTerms) bool {
	return slot.ID != "" || m.DateType == mission.DateOnce
}

// availability compares the days of the slots that have a seat.
func (t *toy) availability(v *mission.Volunteer, m *toyMission, p *mission.Policy) float64 {
	var days mission.DayMask
	for _, slot := range m.seats.Slots {
		if !t.canSit(m.seats, slot) {
			continue
		}
		days |= slot.Days
		if slot.Starts != 0 && slot.Starts-t.now <= 86400 && startsOnce(m, slot) {
			days |= mission.Now
		}
	}
	if v.Days() == 0 || days == 0 || v.Days()&days != 0 {
		return 1
	}
	return p.Availability.NoneFits
}

// scaleKm gives L of the calm and normal missions for somebody at a place.
func (t *toy) scaleKm(at geo.Point, p *mission.Policy) float64 {
	center := geo.CellAt(at, 10).Center()
	near := make([]float64, 0, len(t.base))
	for _, place := range t.base {
		km := math.Inf(1)
		for _, q := range place.points {
			km = math.Min(km, greatCircleKm(center, q))
		}
		near = append(near, km)
	}
	slices.Sort(near)
	d := p.Distance
	if len(near) < d.ScaleRank {
		return d.ScaleMaxKm
	}
	return math.Max(d.ScaleMinKm, math.Min(d.ScaleMaxKm, d.ScaleFactor*near[d.ScaleRank-1]))
}

func (t *toy) year() int { return time.Unix(t.now, 0).UTC().Year() }
