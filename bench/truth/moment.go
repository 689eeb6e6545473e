package truth

import (
	"math"
	"slices"
	"sync"

	"renfort/geo"
	"renfort/mission"
)

// bounds are between what a number lies that is not quite known.
type bounds struct{ least, most float64 }

func exactly(v float64) bounds { return bounds{v, v} }

// nothing is a score so far away that a double has lost its digits.
const nothing = 1e-300

// has says whether a number may be the one meant.
func (b bounds) has(v float64) bool {
	return v >= b.least*(1-tolerance)-nothing && v <= b.most*(1+tolerance)+nothing
}

func (b bounds) exact() bool { return b.most-b.least <= tolerance*math.Abs(b.most) }

// windowDays is how far back fills are counted.
const windowDays = 14

// clock keeps what missions are worth by the instant: answers of one second
// share it.
type clock struct {
	markets int
	mu      sync.Mutex
	now     *moment
}

// moment is every mission at one instant. It is immutable but for scales.
type moment struct {
	*Truth
	at     int64
	minute int64 // that markets were counted at
	stands []stand
	fills  []bounds // fills[k]: seats confirmed in market k
	days   []bounds // days[k]: mission-days of market k
	median bounds   // of the fill of what is booked here

	mu     sync.Mutex
	scales map[geo.Cell]float64 // L of calm and normal missions
}

// stand is what one mission brings to any score at one instant.
type stand struct {
	barred     string // why nobody is shown it, "" if they are
	free       int    // -1: nobody knows
	days       mission.DayMask
	due        int64 // when its next slot starts, 0 for never
	pmiss      bounds
	boost      float64 // B times that of crises
	urgency    bounds
	quality    float64
	congestion bounds
	all        bounds // the three to their weights, multiplied
	reachKm    float64
	minAge     int
	unserved   answer
}

// answer is yes, no or perhaps.
type answer int

const (
	no answer = iota
	perhaps
	yes
)

// momentAt gives the moment of an instant, made once.
func (t *Truth) momentAt(at int64) *moment {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	if n := t.clock.now; n != nil && n.at == at {
		return n
	}
	n := &moment{Truth: t, at: at, minute: at - at%60, stands: make([]stand, len(t.rows)), scales: map[geo.Cell]float64{}}
	for i := range t.rows {
		n.open(&t.rows[i], &n.stands[i])
	}
	n.count()
	for i := range t.rows {
		if n.stands[i].barred == "" {
			n.rate(&t.rows[i], &n.stands[i])
		}
	}
	t.clock.now = n
	return n
}

// open finds out whether a mission is to be had, when and for whom.
func (n *moment) open(r *row, s *stand) {
	endless := false
	var seen [mission.SlotsMax/64 + 1]uint64 // pools that were counted
	for _, slot := range r.slots {
		p := r.pools[slot.pool]
		if slot.ends != 0 && slot.ends < n.at || p.full() {
			continue
		}
		if word, bit := &seen[slot.pool/64], uint64(1)<<(slot.pool%64); *word&bit == 0 {
			*word |= bit
			s.free += max(0, p.free)
			endless = endless || p.total < 0
		}
		s.days |= slot.days
		if !slot.named && r.DateType != mission.DateOnce {
			continue // what recurs has no one start
		}
		if slot.starts != 0 && slot.starts-n.at <= 86400 {
			s.days |= mission.Now
		}
		if slot.starts > n.at && (s.due == 0 || slot.starts < s.due) {
			s.due = slot.starts
		}
	}
	if !r.sure && r.Occupancy.Free != nil {
		s.free = *r.Occupancy.Free
	}
	s.barred = n.barred(r, s.free > 0 || endless)
	if r.Occupancy.Total == nil {
		s.free = -1
	}
	s.minAge, s.boost = r.MinimumAge(), 1
	for _, k := range r.crises {
		if c := &n.rules.Crises[k]; c.RunsAt(n.at) {
			s.boost, s.reachKm, s.minAge = max(s.boost, c.Boost), max(s.reachKm, c.ReachKm), max(s.minAge, c.MinAge)
		}
	}
	s.unserved = n.unservedOf(r)
}

func (n *moment) barred(r *row, seat bool) string {
	switch {
	case r.State != mission.StateOpen:
		return "it is " + r.State
	case r.suspended:
		return "its organisation is suspended"
	case r.Times.Ends != 0 && r.Times.Ends < n.at:
		return "it has ended"
	case r.Times.ApplyBefore != 0 && r.Times.ApplyBefore < n.at:
		return "it takes no one any more"
	case !seat:
		return "it is full"
	}
	return ""
}

// unservedOf says whether nobody took a seat for as long as the policy says.
func (n *moment) unservedOf(r *row) answer {
	days := n.rules.Policy.Diversity.UnservedDays
	o := &r.Occupancy
	if days == 0 {
		return no
	}
	long := n.at - int64(days)*86400
	first, last := unix(n.rules.Since), unix(n.rules.Until)
	verdict := perhaps // of the first PUT alone
	switch {
	case first != 0 && last <= long:
		verdict = yes
	case first != 0 && first > long:
		verdict = no
	}
	if p := r.Times.Published; p != 0 && p <= long && o.Elsewhere+o.Confirmed == 0 {
		verdict = yes
	}
	switch recent := first == 0 || n.at-first >= int64(days)*86400; {
	case o.Held+o.Confirmed > 0 && recent:
		return min(verdict, perhaps)
	case o.Held+o.Confirmed > 0:
		return no // it was taken since the service began
	case n.rules.Lapsed:
		return min(verdict, perhaps)
	}
	return verdict
}

// count takes what missions share: the markets and the median of fills.
func (n *moment) count() {
	n.fills, n.days = make([]bounds, n.clock.markets), make([]bounds, n.clock.markets)
	unsettled := !n.rules.Moved.IsZero() && n.rules.Moved.Unix() >= n.minute
	lived := n.exposure()
	var shares []float64
	for i := range n.rows {
		r, s := &n.rows[i], &n.stands[i]
		if !unsettled {
			n.fills[r.market].least += r.filled.least
		}
		n.fills[r.market].most += r.filled.most
		n.days[r.market].least += lived.least
		n.days[r.market].most += lived.most
		if r.Booking == mission.BookingHere && r.State == mission.StateOpen && s.free > 0 {
			shares = append(shares, r.fill(s))
		}
	}
	if len(shares) == 0 {
		return
	}
	slices.Sort(shares)
	n.median = exactly(shares[len(shares)/2])
	if unsettled {
		n.median = bounds{0, shares[len(shares)-1]}
	}
}

// exposure bounds the days of the window in which a mission could be filled.
func (n *moment) exposure() bounds {
	if n.rules.Since.IsZero() {
		return bounds{0, windowDays}
	}
	days := func(since int64) float64 { return math.Max(0, math.Min(windowDays, float64(n.minute-since)/86400)) }
	return bounds{days(n.rules.Until.Unix()), days(n.rules.Since.Unix())}
}

// fill is the share of seats taken, 0 where nobody knows; while one is free
// never all.
func (r *row) fill(s *stand) float64 {
	if r.Occupancy.Total == nil || *r.Occupancy.Total <= 0 {
		return 0
	}
	total := *r.Occupancy.Total
	taken := min(r.Occupancy.taken(), total)
	if s.free > 0 {
		taken = min(taken, total-1)
	}
	return float64(taken) / float64(total)
}

// rate finds urgency, quality and congestion.
func (n *moment) rate(r *row, s *stand) {
	p := n.rules.Policy
	s.boost *= p.Urgency.Boost(r.Urgency)
	s.pmiss = n.missing(r, s)
	s.urgency = bounds{1 + s.boost*s.pmiss.least, 1 + s.boost*s.pmiss.most}
	s.quality = r.reliability
	if s.quality == 0 { // nobody asked: that of one without a record
		s.quality = p.Quality.PriorAnswered / (p.Quality.PriorAnswered + p.Quality.PriorIgnored)
	}
	fill := exactly(r.fill(s))
	if r.Occupancy.Total == nil || r.Booking == mission.BookingElsewhere {
		fill = bounds{max(fill.least, n.median.least), max(fill.most, n.median.most)}
	}
	room := func(f float64) float64 { return (1 - math.Exp(f-1)) / (1 - math.Exp(-1)) }
	s.congestion = bounds{room(fill.most), room(fill.least)}
	w := p.Weights
	s.all = exactly(power(s.quality, w.Quality) * power(s.urgency.most, w.Urgency) * power(s.congestion.most, w.Congestion))
	if s.urgency != exactly(s.urgency.most) || s.congestion != exactly(s.congestion.most) {
		s.all.least = power(s.quality, w.Quality) * power(s.urgency.least, w.Urgency) * power(s.congestion.least, w.Congestion)
	}
}

// power is math.Pow, which takes its time for what most factors are.
func power(value, weight float64) float64 {
	if weight == 1 || value == 1 {
		return value
	}
	return math.Pow(value, weight)
}

// missing bounds p_miss, the share of the free seats that will stay empty. One
// seat is meant where nobody knows how many there are.
func (n *moment) missing(r *row, s *stand) bounds {
	if s.boost == 0 {
		return bounds{} // calm: nothing is made of it
	}
	if !r.sure {
		return bounds{0, 1}
	}
	u := &n.rules.Policy.Urgency
	seats := s.free
	if seats < 0 {
		seats = 1
	}
	left := u.Horizon(r.Urgency) / 24
	ends := [...]int64{r.Times.ApplyBefore, r.Times.Ends, s.due, 0}
	if r.DateType == mission.DateOnce {
		ends[3] = r.Times.Starts
	}
	for _, at := range ends {
		if at > n.minute {
			left = math.Min(left, float64(at-n.minute)/86400)
		}
	}
	lived, fills, days := n.exposure(), n.fills[r.market], n.days[r.market]
	pmiss := func(fills, days, filled, lived float64) float64 {
		market := (u.PriorFillsPerDay*u.PriorMarketDays + fills) / (u.PriorMarketDays + days)
		rate := (market*u.PriorDays + filled) / (u.PriorDays + lived)
		return empty(seats, rate*left) / float64(seats)
	}
	most := pmiss(fills.least, days.most, r.filled.least, lived.most)
	least := most
	if fills != exactly(fills.least) || days != exactly(days.least) || r.filled != exactly(r.filled.least) || lived != exactly(lived.least) {
		least = pmiss(fills.most, days.least, r.filled.most, lived.least)
	}
	return bounds{least, most}
}

// empty is E[(seats - N)+] for N Poisson of a mean: the seats that are expected
// to stay empty, summed over the counts that leave some.
func empty(seats int, mean float64) float64 {
	if float64(seats) > mean+12*math.Sqrt(mean)+40 {
		return float64(seats) - mean // N is never that large
	}
	// Terms far below the mean are lost in a double, and weigh nothing.
	first := int(math.Max(0, mean-12*math.Sqrt(mean)-40))
	chance := math.Exp(-mean)
	if first > 0 {
		gamma, _ := math.Lgamma(float64(first + 1))
		chance = math.Exp(float64(first)*math.Log(mean) - mean - gamma)
	}
	sum := 0.0
	for k := first; k < seats; k++ {
		sum += float64(seats-k) * chance
		chance *= mean / float64(k+1)
	}
	return sum
}
