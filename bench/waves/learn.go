package waves

import (
	"fmt"

	"renfort/matcher/wave"
	"renfort/mission"
)

// LearnedWaves is how many waves a service with KnownLearned has seen, and
// learnedSeed the first of their seeds, which are no others'.
const (
	LearnedWaves = 20
	learnedSeed  = 900_001
)

// learn plays earlier waves, one after another, and gives what the reducer
// would have counted of them.
func learn(a *Arm, s Scenario, people int) (laws wave.Counts, err error) {
	if s.Knowledge != KnownLearned || a.Dial == "" {
		return laws, nil
	}
	for i := range LearnedWaves {
		p, err := run(a, s, newCrowd(people, s.Targets, uint64(learnedSeed+i)), policyPrior(), laws)
		if err != nil {
			return laws, fmt.Errorf("waves: earlier wave %d: %w", i, err)
		}
		for k := range p.state.Asks {
			count(&laws[p.channel], &p.state.Asks[k])
		}
	}
	return laws, nil
}

// count does what the reducer does with an ask that is over.
func count(l *mission.LawCounts, a *wave.Ask) {
	l.Asked++
	switch a.Answer {
	case wave.Accepted:
		l.Accepted++
		l.Delays[mission.DelayBucket(a.Answered-a.Delivered)]++
		l.Waited[mission.DelayBuckets-1]++
	case wave.Declined:
		l.Declined++
		l.Waited[mission.DelayBuckets-1]++
	case wave.StoodDown:
		if a.Delivered != 0 {
			l.Waited[min(mission.DelayBucket(a.Answered-a.Delivered), mission.DelayBuckets-2)]++
		}
	}
}
