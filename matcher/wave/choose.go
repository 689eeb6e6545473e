package wave

// chooser fills targets from their pools in one step.
type chooser struct {
	s     *State
	plan  *Plan
	dial  Dial
	asked people
	heads [][Channels]int   // heads[t][c] is the first place in the pool of t not looked at yet for channel c
	share [Channels]float64 // of the acceptors who have answered by the horizon
}

// people is a set of persons, a bit each.
type people []uint64

func (p *people) add(v Person) {
	for int(v/64) >= len(*p) {
		*p = append(*p, make([]uint64, max(len(*p), int(v/64)+1-len(*p)))...)
	}
	(*p)[v/64] |= 1 << (v % 64)
}

func (p people) has(v Person) bool { return int(v/64) < len(p) && p[v/64]>>(v%64)&1 == 1 }

// askedOf gives everybody whom the wave has asked, whatever they said.
func askedOf(s *State) (asked people) {
	for i := range s.Asks {
		asked.add(s.Asks[i].Person)
	}
	return asked
}

// choose asks, one after another, whoever adds most: the best of each target's
// pool is weighed by the chance that an acceptance comes within the horizon
// (who reads mail once an hour is no help within five minutes) and by the share
// of the target's seats that nobody is expected for yet. Scores count relative to the best of the same pool: a target that is
// nearer to everybody than the others is not given all of them first, and the
// last is not left with whom nobody wanted.
func (c *chooser) choose() {
	c.heads = make([][Channels]int, len(c.s.Targets))
	for i := range c.share {
		c.share[i] = c.plan.Laws[i].By(c.dial.HorizonSeconds)
	}
	for {
		best, gain := -1, 0.0
		var who *Candidate
		for t := range c.s.Targets {
			short := c.plan.Targets[t].Short(c.dial.Caution)
			if short <= 0 {
				continue
			}
			v := c.head(t)
			if v == nil {
				c.plan.Exhausted = true
				continue
			}
			if g := c.worth(v) / c.s.Targets[t].Pool[0].Score * short / float64(c.plan.Targets[t].Need); best < 0 || g > gain {
				best, gain, who = t, g, v
			}
		}
		if best < 0 {
			return
		}
		if c.s.AskedMax > 0 && len(c.s.Asks)+len(c.plan.Asks) >= c.s.AskedMax {
			c.plan.Exhausted, c.plan.Next = true, 0
			return
		}
		c.ask(best, who)
	}
}

// worth is what a candidate adds: their score, which has the chance that they
// accept, as far as that comes in time.
func (c *chooser) worth(v *Candidate) float64 { return v.Score * c.share[v.Channel] }

// head gives whoever of a target's pool may be asked now and adds most, nil if
// nobody may. The pool is in the order of scores, and so is each channel in it.
func (c *chooser) head(t int) (best *Candidate) {
	for channel := range Channels {
		if v := c.first(t, channel); v != nil && (best == nil || c.worth(v) > c.worth(best)) {
			best = v
		}
	}
	return best
}

// first gives the best of a channel who may be asked now.
func (c *chooser) first(t int, channel Channel) *Candidate {
	pool, at := c.s.Targets[t].Pool, &c.heads[t][channel]
	for ; *at < len(pool); *at++ {
		v := &pool[*at]
		if v.Channel != channel || c.asked.has(v.Person) {
			continue
		}
		if v.From <= c.s.Now {
			return v
		}
		if c.plan.Next == 0 || v.From < c.plan.Next {
			c.plan.Next = v.From
		}
	}
	return nil
}

// ask takes somebody for a target.
func (c *chooser) ask(t int, v *Candidate) {
	c.asked.add(v.Person)
	c.plan.Asks = append(c.plan.Asks, Choice{t, *v})
	c.plan.Targets[t].add(c.plan.Laws[v.Channel].Within(v.Accept, 0, c.dial.HorizonSeconds))
}
