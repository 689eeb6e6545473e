package peer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"renfort/bench/world"
	"renfort/geo"
	"renfort/mission"
)

// minutesAfter is how long after the missions came everything is asked: one
// Tick of Renfort, one run of a job of the others.
const minutesAfter = 1

// now is when everything is asked, Unix seconds.
func now() int64 { return world.Default().At.Unix() + 60*minutesAfter }

// stand is what of a mission decides how it stands with everybody: section 5
// of the design on nouns alone, worked out by nobody else's code.
type stand struct {
	domains    uint64
	urgency    int // 0 calm, 1 normal, 2 urgent, 3 vital
	once       bool
	here       bool
	open       bool
	needsSkill bool
	placed     bool
	starts     int64
	ends       int64
	apply      int64
	seats      int // mission.SeatsUnknown where nobody knows
	given      int // elsewhere, before
	market     string

	standing float64 // urgency, quality and congestion; 0: not to be had
}

// urgencies are the words, [i] of urgency i.
func urgencies() []string {
	return []string{mission.UrgencyCalm, mission.UrgencyNormal, mission.UrgencyUrgent, mission.UrgencyVital}
}

// stand reads what decides of mission i, but for its standing.
func (k *corpus) stand(i int, m *mission.Mission) stand {
	s := stand{domains: k.taxonomy.DomainMask(m.Domains), urgency: slices.Index(urgencies(), m.Urgency), once: m.DateType == mission.DateOnce,
		here: m.Booking == mission.BookingHere, open: m.State == mission.StateOpen, placed: m.Placed(), starts: m.Times.Starts, ends: m.Times.Ends,
		apply: m.Times.ApplyBefore, seats: mission.SeatsUnknown}
	if m.Seats != nil {
		s.seats = *m.Seats
		s.given = k.given(i, s.seats)
	}
	s.needsSkill = slices.ContainsFunc(m.Skills, func(s mission.Skill) bool { return s.Required })
	if len(m.Domains) > 0 {
		s.market = m.Domains[0]
	}
	s.market += "/"
	if len(m.Locations) > 0 {
		s.market += m.Locations[0].Department
	}
	return s
}

// given is how many seats of mission i were given before: none of half of
// them, any number, all of them too, of the others.
func (k *corpus) given(i, seats int) int {
	rng := rand.New(rand.NewPCG(k.seed, uint64(i)))
	if k.hot.has(i) || rng.IntN(2) == 0 {
		return 0
	}
	return rng.IntN(seats + 1)
}

// free gives the seats that can be had, 1 where nobody knows.
func (s *stand) free() int {
	if s.seats == mission.SeatsUnknown {
		return 1
	}
	return s.seats - s.given
}

// fill gives the share of seats taken.
func (s *stand) fill() float64 {
	if s.seats <= 0 {
		return 0
	}
	return float64(s.given) / float64(s.seats)
}

func (s *stand) available() bool {
	return s.open && s.free() > 0 && (s.ends == 0 || now() <= s.ends) && (s.apply == 0 || now() <= s.apply)
}

// settle works out every standing.
func (k *corpus) settle() {
	const daysOpen = float64(minutesAfter) / (24 * 60)
	days := map[string]float64{}
	var fills []float64
	for i := range k.rows {
		s := &k.rows[i].stand
		days[s.market] += daysOpen
		if s.here && s.open && s.seats > 0 && s.free() > 0 {
			fills = append(fills, s.fill())
		}
	}
	p, middle := mission.DefaultPolicy(), median(fills)
	for i := range k.rows {
		if s := &k.rows[i].stand; s.available() {
			s.standing = s.worth(p, days[s.market], daysOpen, middle)
		}
	}
}

// worth is urgency, quality and congestion, each to its weight. Nobody has
// taken a seat yet, and nobody answered anybody.
func (s *stand) worth(p *mission.Policy, marketDays, days, medianFill float64) float64 {
	u := &p.Urgency
	rate := u.PriorFillsPerDay * u.PriorMarketDays / (u.PriorMarketDays + marketDays)
	rate *= u.PriorDays / (u.PriorDays + days)
	left := u.Horizon(urgencies()[s.urgency]) / 24
	limits := []int64{s.apply, s.ends}
	if s.once {
		limits = append(limits, s.starts)
	}
	for _, at := range limits {
		if at > now() {
			left = min(left, float64(at-now())/86400)
		}
	}
	free := s.free()
	urgency := 1 + u.Boost(urgencies()[s.urgency])*expectedEmpty(free, rate*left)/float64(free)
	quality := p.Quality.PriorAnswered / (p.Quality.PriorAnswered + p.Quality.PriorIgnored)
	fill := s.fill()
	if s.seats == mission.SeatsUnknown || !s.here {
		fill = max(fill, medianFill)
	}
	congestion := (1 - math.Exp(fill-1)) / (1 - 1/math.E)
	w := p.Weights
	return math.Pow(urgency, w.Urgency) * math.Pow(quality, w.Quality) * math.Pow(congestion, w.Congestion)
}

// expectedEmpty is E[(seats - N)+] for N Poisson.
func expectedEmpty(seats int, mean float64) (sum float64) {
	if mean <= 0 {
		return float64(seats)
	}
	logFactorial := 0.0
	for n := range seats {
		if n > 0 {
			logFactorial += math.Log(float64(n))
		}
		sum += float64(seats-n) * math.Exp(float64(n)*math.Log(mean)-mean-logFactorial)
	}
	return sum
}

// hotSeats are missions that a crowd wants: sets of them, so that every round
// of every engine has one that nobody touched.
type hotSeats struct {
	missions []int // ascending
	seats    int   // of each
}

func (h *hotSeats) has(i int) bool {
	_, found := slices.BinarySearch(h.missions, i)
	return found
}

// set gives the missions of a round.
func (h *hotSeats) set(round int) []int { return h.missions[round*hotMissions : (round+1)*hotMissions] }

// setsPerRound: an engine that is asked in two ways takes a set for each.
const setsPerRound = 2

// hotMissions is how many the crowd wants at once.
const hotMissions = 16

// chooseHot takes the first missions that can be booked here by anybody.
func (k *corpus) chooseHot(c *Config) (h hotSeats, err error) {
	if h.seats = c.Holds * 3 / 4 / hotMissions; h.seats == 0 {
		return h, nil // nobody wants a seat
	}
	wanted := hotMissions * setsPerRound * max(c.Rounds, 1)
	for i := range c.Missions {
		m, err := k.mission(i)
		if err != nil {
			return h, err
		}
		if s := k.stand(i, m); s.here && s.open && !s.needsSkill && s.urgency == 1 && (s.ends == 0 || now() <= s.ends) && (s.apply == 0 || now() <= s.apply) {
			if h.missions = append(h.missions, i); len(h.missions) == wanted {
				return h, nil
			}
		}
	}
	return h, fmt.Errorf("peer: %d missions have only %d of the %d that a crowd wants in %d rounds: more missions, fewer rounds, or no holds", c.Missions, len(h.missions), wanted, c.Rounds)
}

// wish is somebody who asks for missions: whereabouts and domains, at a place.
type wish struct {
	Lat     float64  `json:"lat"`
	Lon     float64  `json:"lon"`
	Domains []string `json:"domains,omitzero"`

	at       geo.Vec
	chosen   uint64
	adjacent uint64
	cell     geo.Cell  // whose centre the scale of distance is taken at
	center   geo.Point // of cell
}

// wishes makes n people who live where France does. Of their profiles the
// others can express where they are and what domains they chose.
func (k *corpus) wishes(n int, seed uint64) []wish {
	rng := rand.New(rand.NewPCG(seed, math.MaxUint64))
	all := make([]wish, n)
	for i := range all {
		v := k.world.Profile(rng)
		w := wish{Lat: *v.Location.Lat, Lon: *v.Location.Lon, Domains: v.Domains}
		at := geo.Point{Lat: w.Lat, Lon: w.Lon}
		w.at, w.chosen = at.Vec(), k.taxonomy.DomainMask(w.Domains)
		w.adjacent = k.taxonomy.Adjacent(w.chosen)
		w.cell = geo.CellAt(at, mission.ScaleLevel)
		w.center = w.cell.Center()
		all[i] = w
	}
	return all
}

// ranking is the truth of one wish: the score of every mission, and the
// numbers of the best.
type ranking struct {
	scores []float64 // 0: not for them
	best   []int
}

// rank scores every mission for a wish.
func (k *corpus) rank(w *wish) ranking {
	p := mission.DefaultPolicy()
	r := ranking{scores: make([]float64, len(k.rows))}
	near := k.scaleKm(w.center.Vec(), &p.Distance)
	scales := []float64{near, near, max(near, p.Distance.UrgentMinKm), max(near, p.Distance.VitalMinKm)}
	for i := range k.rows {
		row := &k.rows[i]
		if row.stand.standing == 0 || row.stand.needsSkill || len(row.points) == 0 {
			continue
		}
		km := nearestKm(w.at, row.points)
		if km > p.Distance.MaxKm {
			continue
		}
		decay := math.Exp(-max(0, km-p.Distance.FreeKm) / scales[row.stand.urgency])
		r.scores[i] = w.affinity(row.stand.domains, &p.Affinity) * decay * row.stand.standing
		r.best = append(r.best, i)
	}
	slices.SortStableFunc(r.best, func(a, b int) int {
		switch {
		case r.scores[a] > r.scores[b]:
			return -1
		case r.scores[a] < r.scores[b]:
			return 1
		}
		return 0
	})
	r.best = r.best[:min(len(r.best), hitsMax)]
	return r
}

func (w *wish) affinity(domains uint64, p *mission.AffinityPolicy) float64 {
	switch {
	case w.chosen == 0:
		return 1
	case domains&w.chosen != 0:
		return p.Domain
	case domains&w.adjacent != 0:
		return p.Adjacent
	}
	return p.Other
}

// scaleKm is L of calm and normal missions around a place.
func (k *corpus) scaleKm(at geo.Vec, p *mission.DistancePolicy) float64 {
	var near []float64
	for i := range k.rows {
		if r := &k.rows[i]; r.stand.standing > 0 && len(r.points) > 0 {
			near = append(near, nearestKm(at, r.points))
		}
	}
	if len(near) < p.ScaleRank {
		return p.ScaleMaxKm
	}
	slices.Sort(near)
	return min(max(p.ScaleFactor*near[p.ScaleRank-1], p.ScaleMinKm), p.ScaleMaxKm)
}

func nearestKm(at geo.Vec, points []geo.Vec) float64 {
	nearest := math.Inf(1)
	for _, p := range points {
		nearest = min(nearest, at.DistanceKm(p))
	}
	return nearest
}
