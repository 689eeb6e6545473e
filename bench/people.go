package bench

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"

	"renfort/bench/world"
	"renfort/mission"
)

// people are those who will arrive, as bytes that only have to be sent. Between
// two calls of invite they are immutable.
type people struct {
	prefix   string // of the ids of those who sign up
	world    *world.World
	drawn    int      // of the world, before the first who signs up
	profiles [][]byte // bodies of POST /v1/recommendations, of people who are not signed up
	signups  [][]byte // bodies of POST /v1/signups; the n-th is of newcomer(n)
}

// profilesMax is how many different profiles ask for recommendations: more
// than any cache of a processor holds.
const profilesMax = 20_000

// page is how many recommendations are asked for: what the contract's default
// is.
const page = 20

// newPeople makes those who look and do not sign up. They are drawn behind the
// world's volunteers, so that nobody is there already.
func newPeople(c *Config, profiles int) (*people, error) {
	settings := world.Default()
	settings.Seed, settings.Missions, settings.Volunteers = c.Seed, 1, drawnMax
	w, err := world.New(settings)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	p := &people{prefix: "bench-" + c.RunID + "-v-", world: w, drawn: c.Volunteers + profiles, profiles: make([][]byte, profiles)}
	err = inParallel(profiles, func(i int) error {
		v := w.Volunteer(c.Volunteers + i)
		v.ID, v.Revision, v.Publisher, v.Channel = "", 0, "", ""
		v.Consent = mission.Consent{}
		body, err := mission.Encode(&v)
		p.profiles[i] = fmt.Appendf(nil, `{"profile":%s,"limit":%d}`, body, page)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("bench: encode a person: %w", err)
	}
	return p, nil
}

// drawnMax is more people than any run draws.
const drawnMax = 100_000_000

// invite makes n more who will sign up, and gives the number of the first.
func (p *people) invite(n int) (first int, err error) {
	first = len(p.signups)
	p.signups = append(p.signups, make([][]byte, n)...)
	err = inParallel(n, func(i int) error {
		v := p.world.Volunteer(p.drawn + first + i)
		v.ID = mission.ID(p.newcomer(first + i))
		body, err := mission.Encode(&v)
		p.signups[first+i] = fmt.Appendf(nil, `{"volunteer":%s,"recommend":{"limit":10}}`, body)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("bench: encode a person: %w", err)
	}
	return first, nil
}

// signup gives the body with which the n-th signs up.
func (p *people) signup(n int) []byte { return p.signups[n] }

// newcomer is the id of the n-th who signs up.
func (p *people) newcomer(n int) string { return fmt.Sprintf("%s%07d", p.prefix, n) }

// profile gives the body of a request of the n-th who asks: drawn among all,
// since people do not come in turn.
func (p *people) profile(n int) []byte {
	return p.profiles[rand.NewPCG(uint64(n), 0x2545f4914f6cdd1d).Uint64()%uint64(len(p.profiles))]
}

// inParallel does n things on all cores and gives the first error.
func inParallel(n int, do func(int) error) error {
	workers := runtime.NumCPU()
	errs := make([]error, workers)
	var working sync.WaitGroup
	for k := range workers {
		working.Go(func() {
			for i := k; i < n && errs[k] == nil; i += workers {
				errs[k] = do(i)
			}
		})
	}
	working.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
