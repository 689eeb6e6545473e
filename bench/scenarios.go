package bench

import (
	"context"
	"fmt"
	"time"

	"renfort/bench/load"
	"renfort/bench/world"
)

// The scenarios. README.md defines each, call by call.
const (
	Evening   = "evening"
	Alex      = "alex"
	Burst     = "burst"
	Recommend = "recommend"
	Search    = "search"
	Mixed     = "mixed"
	Knee      = "knee"
	Overload  = "overload"
	Soak      = "soak"
)

// Scenarios names them.
func Scenarios() []string {
	return []string{Evening, Alex, Burst, Recommend, Search, Mixed, Knee, Overload, Soak}
}

// scenario runs one repeat.
func (p *play) scenario(ctx context.Context) error {
	if p.mixes() {
		if err := p.prepareCrisis(ctx); err != nil {
			return err
		}
	}
	switch p.config.Scenario {
	case Evening:
		return p.evening(ctx)
	case Alex:
		return p.alex(ctx)
	case Burst:
		return p.burst(ctx)
	case Recommend:
		return p.steady(ctx, LoadRecommend)
	case Search:
		return p.steady(ctx, LoadSearch)
	case Mixed:
		return p.steady(ctx, LoadMixed)
	case Knee:
		return p.findKnee(ctx, p.config.Duration)
	case Overload:
		return p.overload(ctx)
	}
	return p.soak(ctx)
}

// mixes says whether the scenario sends the mixed load, whose crisis traffic
// needs a mission.
func (p *play) mixes() bool {
	switch p.config.Scenario {
	case Mixed, Soak:
		return true
	case Knee, Overload:
		return p.config.Of == LoadMixed
	}
	return false
}

// steady sends one load at one rate.
func (p *play) steady(ctx context.Context, of string) error {
	if err := p.warm(ctx, of, p.config.Rate); err != nil {
		return err
	}
	phase, err := p.phase(p.config.Scenario, true, of, p.config.Rate, p.config.Duration)
	if err != nil {
		return err
	}
	_, err = p.send(ctx, phase)
	return err
}

// evening has everybody go through a sign-up.
func (p *play) evening(ctx context.Context) error {
	if err := p.warm(ctx, LoadSignup, 500); err != nil {
		return err
	}
	first, err := p.people.invite(p.config.People)
	if err != nil {
		return err
	}
	arrivals := load.Eager(p.config.People)
	if !p.config.Eager {
		shape, err := eveningShape(p.config.Seed)
		if err != nil {
			return err
		}
		arrivals = load.Curve(shape, p.config.People, p.config.Duration, p.config.Seed)
	}
	do := func(c *load.Client, n int) { p.goThrough(c, first+n) }
	if p.config.AtOnce {
		do = func(c *load.Client, n int) { p.goThroughAtOnce(c, first+n) }
	}
	_, err = p.send(ctx, load.Phase{Name: Evening, Counted: true, Streams: []load.Stream{{Name: "people", Clients: p.config.Clients,
		Arrivals: arrivals.Shard(p.config.ShardIndex, p.config.Shards), Do: do}}})
	return err
}

// eveningShape gives how many arrive, second by second of an hour.
func eveningShape(seed uint64) ([]int, error) {
	c := world.DefaultSurge()
	c.Missions, c.Arrivals, c.Seed = 1, 1, seed
	s, err := world.NewSurge(c)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	return s.PerSecond, nil
}

// triesMax is how many missions somebody tries before they give up.
const triesMax = 5

// goThrough is one person's evening in three requests: sign up and be
// recommended, hold the first mission that has a seat, confirm it. Whoever
// finds a mission full tries the next.
func (p *play) goThrough(c *load.Client, n int) {
	a := p.signUp(c, n, p.people.signup(n))
	if a.Outcome != load.OK {
		c.Whole(kindPerson, a.Outcome)
		return
	}
	volunteer, tries, ended := p.people.newcomer(n), 0, load.No
	for _, id := range missionsOf(a.Body) {
		m := p.catalogue.byID[id]
		if m == nil || !m.bookable {
			continue
		}
		if tries++; tries > triesMax {
			break
		}
		hold, a := p.hold(c, kindHold, id, volunteer, holdBody(nil, m, volunteer))
		if hold != "" {
			ended = p.resolve(c, kindConfirm, hold, "confirm", volunteer, id)
			break
		}
		if ended = a.Outcome; ended != load.No {
			break
		}
	}
	c.Whole(kindPerson, ended)
}

// goThroughAtOnce is the same in two: the sign-up holds the first mission.
func (p *play) goThroughAtOnce(c *load.Client, n int) {
	body := p.people.signup(n)
	body = append(append([]byte{}, body[:len(body)-1]...), `,"hold":{"first":true}}`...)
	a := p.signUp(c, n, body)
	hold := ""
	if a.Outcome == load.OK {
		if hold = text(a.Body, "hold"); hold != "" {
			p.acks.held(&taken{hold: hold, mission: text(a.Body, "mission"), volunteer: p.people.newcomer(n), at: time.Since(p.began).Microseconds()}, false, 0)
		}
	}
	ended := a.Outcome
	if hold != "" {
		ended = p.resolve(c, kindConfirm, hold, "confirm", p.people.newcomer(n), "")
	} else if ended == load.OK {
		ended = load.No
	}
	c.Whole(kindPerson, ended)
}

// The missions of alex: one that everybody wants, and twenty that are as hot
// for as long as one decides.
const (
	alexSeats    = 50
	hotMissions  = 20
	hotSeats     = 1_000
	hotDecisions = 40_000 // twice the hot seats
)

// alex sends a crowd to one mission of fifty seats, all within a second, and
// then has seats of hot missions decided as fast as it goes.
func (p *play) alex(ctx context.Context) error {
	mission := p.missionPrefix() + "alex"
	if err := p.service.json(ctx, "PUT", "/v1/missions/"+mission, hotBody("Une mission que tous veulent", alexSeats), nil); err != nil {
		return err
	}
	for i := range hotMissions {
		if err := p.service.json(ctx, "PUT", fmt.Sprintf("/v1/missions/%shot-%d", p.missionPrefix(), i), hotBody("Mission très demandée", hotSeats), nil); err != nil {
			return err
		}
	}
	if err := p.warm(ctx, LoadRecommend, 500); err != nil {
		return err
	}
	try := func(c *load.Client, mission, volunteer string) {
		hold, a := p.hold(c, kindHold, mission, volunteer, holdBody(nil, nil, volunteer))
		ended := a.Outcome
		if hold != "" {
			ended = p.resolve(c, kindConfirm, hold, "confirm", volunteer, mission)
		}
		c.Whole(kindPerson, ended)
	}
	share := func(a load.Arrivals) load.Arrivals { return a.Shard(p.config.ShardIndex, p.config.Shards) }
	_, err := p.send(ctx,
		load.Phase{Name: "a crowd on one mission", Counted: true, Streams: []load.Stream{{Name: "crowd", Clients: p.config.Clients,
			Arrivals: share(load.Curve([]int{1}, p.config.People, p.config.Duration, p.config.Seed)), Do: func(c *load.Client, n int) {
				try(c, mission, fmt.Sprintf("bench-%s-a-%07d", p.config.RunID, n))
			}}}},
		load.Phase{Name: "hot seats as fast as it goes", Counted: true, Streams: []load.Stream{{Name: "hot", Clients: min(64, p.config.Clients),
			Arrivals: share(load.Eager(hotDecisions)), Do: func(c *load.Client, n int) {
				try(c, fmt.Sprintf("%shot-%d", p.missionPrefix(), n%hotMissions), fmt.Sprintf("bench-%s-b-%07d", p.config.RunID, n))
			}}}})
	return err
}

// hotBody is a mission that anybody can do.
func hotBody(title string, seats int) []byte {
	return fmt.Appendf(nil, `{"title":%q,"domains":["solidarite-insertion"],"locations":[{"lat":48.8566,"lon":2.3522,"department":"75"}],"seats":%d,"urgency":"urgent"}`, title, seats)
}

// besideBurst is how many ask for recommendations each second while people
// sign up, in the proportion of the contract: 3,000 beside 4,000.
const besideBurst = 0.75

// burst has people sign up at a rate beside others who look.
func (p *play) burst(ctx context.Context) error {
	warm := min(p.config.Rate, 1_000)
	if err := p.warm(ctx, LoadSignup, warm); err != nil {
		return err
	}
	signups, err := p.streams(LoadSignup, p.config.Rate, p.config.Duration)
	if err != nil {
		return err
	}
	looks, err := p.streams(LoadRecommend, p.config.Rate*besideBurst, p.config.Duration)
	if err != nil {
		return err
	}
	_, err = p.send(ctx, load.Phase{Name: Burst, Counted: true, Streams: append(signups, looks...)})
	return err
}

// soakPart is how long one phase of a soak is: each is summed up and let go
// of, so that an hour fits in memory.
const soakPart = 5 * time.Minute

// soak sends the mixed load for long, in parts whose figures can be laid side
// by side.
func (p *play) soak(ctx context.Context) error {
	if err := p.warm(ctx, LoadMixed, p.config.Rate); err != nil {
		return err
	}
	for left := p.config.Duration; left > 0; left -= soakPart {
		name := fmt.Sprintf("from %v", p.config.Duration-left)
		phase, err := p.phase(name, true, LoadMixed, p.config.Rate, min(left, soakPart))
		if err != nil {
			return err
		}
		if _, err := p.send(ctx, phase); err != nil {
			return err
		}
	}
	return nil
}
