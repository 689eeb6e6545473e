package wave

// chooser fills targets from their pools in one step.
type chooser struct {
	s     *State
	plan  *Plan
	dial  Dial
	asked people
	heads []int // heads[t] is the first place in the pool of t not looked at yet
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
// pool is weighed by the share of the target's seats that nobody is expected
// for yet. Scores count relative to the best of the same pool: a target that is
// nearer to everybody than the others is not given all of them first, and the
// last is not left with whom nobody wanted.
func (c *chooser) choose() {
	c.heads = make([]int, len(c.s.Targets))
	for {
		best, gain := -1, 0.0
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
			if g := v.Score / c.s.Targets[t].Pool[0].Score * short / float64(c.plan.Targets[t].Need); best < 0 || g > gain {
				best, gain = t, g
			}
		}
		if best < 0 {
			return
		}
		if c.s.AskedMax > 0 && len(c.s.Asks)+len(c.plan.Asks) >= c.s.AskedMax {
			c.plan.Exhausted, c.plan.Next = true, 0
			return
		}
		c.ask(best)
	}
}

// head gives the best of a target's pool who may be asked now, nil if nobody.
func (c *chooser) head(t int) *Candidate {
	pool := c.s.Targets[t].Pool
	for ; c.heads[t] < len(pool); c.heads[t]++ {
		v := &pool[c.heads[t]]
		if c.asked.has(v.Person) {
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

// ask takes the head of a pool.
func (c *chooser) ask(t int) {
	v := &c.s.Targets[t].Pool[c.heads[t]]
	c.heads[t]++
	c.asked.add(v.Person)
	c.plan.Asks = append(c.plan.Asks, Choice{t, *v})
	c.plan.Targets[t].add(c.plan.Laws[v.Channel].Within(v.Accept, 0, c.dial.HorizonSeconds))
}
