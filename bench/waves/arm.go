package waves

import (
	"renfort/matcher/wave"
	"renfort/mission"
)

// Arm is one way of asking.
type Arm struct {
	Name         string // stable, for --arms and JSON
	What         string // in a line, for people
	French       string // What in French
	Dial         string // Renfort's, "" for the others
	everySeconds int64
	ask          func(p *play) []wave.Choice
}

// Arms are all of them. The caller may change the slice.
func Arms() []Arm {
	arms := []Arm{
		{"everybody", "everybody at once", "tout le monde d’un coup", "", 1 << 40, everybody},
		{"five", "the five nearest to each mission that has seats left, every 2 minutes", "les cinq plus proches de chaque mission encore ouverte, toutes les 2 minutes", "", 120, fiveNearest},
		{"fixed", "every 15 minutes as many of the best as ought to fill the seats left, by the prior", "toutes les 15 minutes, autant des meilleurs qu’il en faudrait pour les places restantes, selon l’a priori", "", 900, fixedWave},
	}
	for _, dial := range [...]string{mission.DialCalm, mission.DialNormal, mission.DialUrgent, mission.DialVital} {
		arms = append(arms, Arm{dial, "Renfort, dial " + dial, "Renfort, curseur " + dial, dial, wave.StepSeconds, controlled})
	}
	return arms
}

// controlled is Renfort's.
func controlled(p *play) []wave.Choice {
	plan := wave.Step(&p.state)
	return plan.Asks
}

// everybody asks each person once, for the mission where they are wanted most.
func everybody(p *play) []wave.Choice {
	return p.deal(p.state.Targets, len(p.crowd.luck))
}

// fixedWave asks, for each mission in turn, the best of those not asked.
func fixedWave(p *play) []wave.Choice {
	seats := 0
	for i := range p.state.Targets {
		seats += p.state.Targets[i].Need
	}
	return p.deal(p.state.Targets, int(float64(seats)/p.state.Prior.Accept[p.channel]+.5))
}

// fiveNearest asks the nearest of those not asked.
func fiveNearest(p *play) []wave.Choice {
	open := 0
	for i := range p.nearest {
		p.nearest[i].Need = p.state.Targets[i].Need
		if p.nearest[i].Need > 0 {
			open++
		}
	}
	return p.deal(p.nearest, 5*open)
}

// deal takes so many people from the pools of the targets that have seats left,
// in turn.
func (p *play) deal(targets []wave.Target, n int) (asks []wave.Choice) {
	for more := true; more && len(asks) < n; {
		more = false
		for t := range targets {
			if targets[t].Need <= 0 || len(asks) == n {
				continue
			}
			for i := range targets[t].Pool {
				if v := &targets[t].Pool[i]; !p.dealt[v.Person] {
					p.dealt[v.Person], more = true, true
					asks = append(asks, wave.Choice{Target: t, Candidate: *v})
					targets[t].Pool = targets[t].Pool[i+1:]
					break
				}
			}
		}
	}
	return asks
}
