package matcher

import (
	"math"

	"renfort/index"
	"renfort/mission"
)

// score multiplies factors, and keeps them where someone asked why.
type score struct {
	product float64
	explain bool
	reasons []Reason
}

// times counts a factor.
func (s *score) times(factor string, value, weight float64) {
	s.product *= power(value, weight)
	if s.explain {
		s.reasons = append(s.reasons, Reason{Factor: factor, Value: value, Weight: weight})
	}
}

// power is math.Pow, with the weights most policies have first.
func power(value, weight float64) float64 {
	switch weight {
	case 0:
		return 1
	case 1:
		return value
	}
	return math.Pow(value, weight)
}

// Standing is what a mission brings to any score: the index's Standing.
func Standing(p *mission.Policy, c *index.Climate, m *index.Mission, l *index.Live, o *index.Org) float64 {
	s := score{product: 1}
	s.stand(p, c, m, l, o)
	return s.product
}

// stand counts urgency, quality and congestion.
func (s *score) stand(p *mission.Policy, c *index.Climate, m *index.Mission, l *index.Live, o *index.Org) {
	s.times("urgency", urgency(p, c, m, missing(p, c, m, l)), p.Weights.Urgency)
	s.times("quality", quality(p, o), p.Weights.Quality)
	s.times("congestion", congestion(c, m, l), p.Weights.Congestion)
}

// urgency is 1 + B * boost * pmiss; boost is that of a crisis.
func urgency(p *mission.Policy, c *index.Climate, m *index.Mission, pmiss float64) float64 {
	return 1 + p.Urgency.Boost(index.UrgencyName(m.Urgency))*c.Crises.Boost(m)*pmiss
}

// missing is pmiss, the expected share of the free seats that will stay
// empty. Where nobody knows how many there are, one is meant.
func missing(p *mission.Policy, c *index.Climate, m *index.Mission, l *index.Live) float64 {
	seats := int(l.Free)
	if !l.Known() {
		seats = 1
	}
	if seats <= 0 {
		return 0
	}
	return shortfall(seats, fillRate(p, c, m, l)*daysLeft(p, c, m, l)) / float64(seats)
}

// Shortfall gives the seats of a mission that are expected to stay empty,
// under the policy in force.
func Shortfall(s *index.Snapshot, o uint32) float64 {
	l := s.Live.At(o)
	return missing(s.Policy, s.Climate, s.Missions.At(o), l) * float64(l.Free)
}

// fillRate is the smoothed number of seats that are taken per day: the
// mission's own count against the mean of its market, which counts as
// PriorDays days; and that against the policy's prior, which counts as
// PriorMarketDays mission-days.
func fillRate(p *mission.Policy, c *index.Climate, m *index.Mission, l *index.Live) float64 {
	u := &p.Urgency
	fills, days := c.Market(m.Market)
	market := (u.PriorFillsPerDay*u.PriorMarketDays + float64(fills)) / (u.PriorMarketDays + days)
	return (market*u.PriorDays + float64(l.Fills)) / (u.PriorDays + c.Exposure(l.Created))
}

// daysLeft is the time in which the mission can still fill: to the first of
// apply_before, the next slot, starts_at when it happens once, ends_at and the
// horizon of its urgency.
func daysLeft(p *mission.Policy, c *index.Climate, m *index.Mission, l *index.Live) float64 {
	left := p.Urgency.Horizon(index.UrgencyName(m.Urgency)) * 3600
	for _, at := range [...]int64{m.Apply, l.Due, m.Ends} {
		if at > c.Minute {
			left = min(left, float64(at-c.Minute))
		}
	}
	if m.Has(index.Once) && m.Starts > c.Minute {
		left = min(left, float64(m.Starts-c.Minute))
	}
	return left / 86400
}

// quality is the posterior mean of the organisation's answering.
func quality(p *mission.Policy, o *index.Org) float64 {
	answered := p.Quality.PriorAnswered + float64(o.Answered)
	return answered / (answered + p.Quality.PriorIgnored + float64(o.Ignored))
}

// congestion is (1 - e^(f-1)) / (1 - 1/e) of the share of seats taken
// (BALANCE: Kalyanasundaram and Pruhs, 2000). A mission whose seats or signups
// Renfort does not know is at most the median of those it does.
func congestion(c *index.Climate, m *index.Mission, l *index.Live) float64 {
	fill := l.Fill()
	if !l.Known() || !m.Has(index.Here) {
		fill = max(fill, c.MedianFill)
	}
	return (1 - math.Exp(fill-1)) / (1 - 1/math.E)
}

// shortfallSigmas is how many standard deviations of a Poisson count are
// looked at; what lies beyond weighs less than 1e-15.
const shortfallSigmas = 12

// shortfall is E[(seats - N)+] for N Poisson of a mean: the seats expected to
// stay empty. It sums the seats - k of every k that weighs.
func shortfall(seats int, mean float64) float64 {
	if mean <= 0 {
		return float64(seats)
	}
	width := shortfallSigmas*math.Sqrt(mean) + 30
	if float64(seats) > mean+width {
		return float64(seats) - mean
	}
	k := int(max(0, mean-width))
	lg, _ := math.Lgamma(float64(k) + 1)
	weight := math.Exp(float64(k)*math.Log(mean) - mean - lg)
	sum := 0.0
	for ; k < seats; k++ {
		sum += float64(seats-k) * weight
		weight *= mean / float64(k+1)
	}
	return sum
}
