package waves

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"renfort/matcher"
	"renfort/matcher/wave"
	"renfort/mission"
)

// What a season is: waves over one crowd, one every other day.
const (
	seasonPeople  = 5000
	seasonWaves   = 60
	seasonGapDays = 2
	busiest       = 0.12 // share of the people who are asked most
	monthSeconds  = mission.BudgetDays * 86400
)

// SeasonFigures are the counts of one season.
type SeasonFigures struct {
	Name, What, French string
	Seats, Filled      int
	Asks               int
	Asked              int       // people asked at least once
	Busiest            float64   // share of the asks that went to the 12 % of all people asked most
	MostInMonth        int       // unanswered asks of one person within 30 days, at most
	OverBudget         int       // people who had more of them than the policy allows
	Shares             []float64 // Shares[i]: of the asks, to the i+1 percent of all people asked most
}

// asking is one line of the log of a season.
type asking struct {
	person  wave.Person
	at      int64
	charged bool // unanswered
}

// season is one way of choosing people over months.
type season struct {
	budget, fatigue bool
	log             []asking
	byPerson        [][]asking
	result          SeasonFigures
}

// seasons plays the same months several times: without budgets and fatigue, with
// budgets alone, and with both, as Renfort does.
func seasons(ctx context.Context, seed uint64) ([]SeasonFigures, error) {
	var list []SeasonFigures
	crowd := newCrowd(seasonPeople, seasonWaves, seed)
	for _, s := range [...]season{
		{result: SeasonFigures{Name: "best", What: "always the best, whoever was asked before", French: "toujours les meilleurs, quels que soient les appels passés"}},
		{budget: true, result: SeasonFigures{Name: "budget", What: "+ budgets and rest", French: "+ budgets et repos"}},
		{budget: true, fatigue: true, result: SeasonFigures{Name: "renfort", What: "+ reverse matching's fatigue, by all asks of 30 days", French: "+ la fatigue du classement, selon tous les appels de 30 jours"}},
	} {
		if err := s.play(ctx, crowd, seed); err != nil {
			return nil, err
		}
		s.count()
		list = append(list, s.result)
	}
	return list, nil
}

// play plays all waves, one after another.
func (s *season) play(ctx context.Context, all *crowd, seed uint64) error {
	s.byPerson = make([][]asking, seasonPeople)
	r := rand.New(rand.NewPCG(seed, 0x736561736f6e))
	dials := [...]string{mission.DialCalm, mission.DialNormal, mission.DialUrgent}
	for w := range seasonWaves {
		if err := ctx.Err(); err != nil {
			return err
		}
		start := int64(w * seasonGapDays * 86400)
		seats, dial := 5+r.IntN(36), dials[r.IntN(len(dials))]
		c := &crowd{km: all.km[w : w+1], known: all.known[w : w+1], chance: all.chance[w : w+1], lost: all.lost, lag: all.lag, says: all.says,
			luck: make([]float64, seasonPeople), delay: make([]float64, seasonPeople)}
		for v := range seasonPeople {
			c.luck[v], c.delay[v] = r.Float64(), r.NormFloat64()
		}
		c.best, c.near = [][]int{s.order(c.known[0], start)}, [][]int{nil}
		arm := Arm{Name: dial, Dial: dial, everySeconds: wave.StepSeconds, ask: controlled}
		p, err := run(&arm, Scenario{seats, 1, policyPrior().Accept[wave.Push], "push", KnownEach}, c, policyPrior(), wave.Counts{})
		if err != nil {
			return fmt.Errorf("waves: season, wave %d: %w", w, err)
		}
		s.result.Seats, s.result.Filled = s.result.Seats+seats, s.result.Filled+p.result.Filled
		for i := range p.state.Asks {
			a := &p.state.Asks[i]
			line := asking{a.Person, start + a.Asked - began, a.Answer == wave.Silent || a.Answer == wave.StoodDown}
			s.log, s.byPerson[a.Person] = append(s.log, line), append(s.byPerson[a.Person], line)
		}
	}
	return nil
}

// order gives who may be asked, best first.
func (s *season) order(known []float64, now int64) []int {
	policy := mission.DefaultPolicy()
	worth, may := slices.Clone(known), make([]bool, len(known))
	for v := range worth {
		asks, charged, resting := 0, 0, false
		for _, a := range s.byPerson[v] {
			if now-a.at >= monthSeconds {
				continue
			}
			if asks++; a.charged {
				charged++
				resting = resting || float64(now-a.at) < policy.Reverse.RestHours*3600
			}
		}
		may[v] = !s.budget || charged < policy.Reverse.AlertsPerMonth && !resting
		if s.fatigue {
			worth[v] *= matcher.Fatigue(policy, asks)
		}
	}
	return slices.DeleteFunc(order(worth, true), func(v int) bool { return !may[v] })
}

// count works the figures out from the log alone.
func (s *season) count() {
	asks := make([]int, seasonPeople)
	months := make([][]int64, seasonPeople) // charged asks
	for _, a := range s.log {
		asks[a.person]++
		if a.charged {
			months[a.person] = append(months[a.person], a.at)
		}
	}
	f := &s.result
	f.Asks = len(s.log)
	for v := range asks {
		most := 0
		for i, at := range months[v] { // in the order of time
			n := 1
			for k := i - 1; k >= 0 && at-months[v][k] < monthSeconds; k-- {
				n++
			}
			most = max(most, n)
		}
		f.MostInMonth = max(f.MostInMonth, most)
		if most > mission.DefaultPolicy().Reverse.AlertsPerMonth {
			f.OverBudget++
		}
		if asks[v] > 0 {
			f.Asked++
		}
	}
	slices.SortFunc(asks, func(a, b int) int { return b - a })
	sum, total := 0, float64(max(f.Asks, 1))
	for v, n := range asks {
		sum += n
		if v+1 == int(busiest*seasonPeople) {
			f.Busiest = float64(sum) / total
		}
		if (v+1)%(seasonPeople/100) == 0 {
			f.Shares = append(f.Shares, float64(sum)/total)
		}
	}
}
