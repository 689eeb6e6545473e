package bench

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"renfort/bench/load"
)

// The loads that knee and overload can be asked about.
const (
	LoadMixed     = "mixed"
	LoadRecommend = "recommend"
	LoadSearch    = "search"
	LoadSignup    = "signup"
	LoadSeats     = "seats"
)

// Loads names them.
func Loads() []string { return []string{LoadMixed, LoadRecommend, LoadSearch, LoadSignup, LoadSeats} }

// part is a share of a load: a stream with connections of its own.
type part struct {
	name  string
	share float64
	do    func(p *play, first int) func(*load.Client, int)
	// people says that each arrival is somebody new.
	people bool
}

// The parts of loads. Those of mixed are the proportions of a surge: most look
// at missions, a few search, one in ten signs up, as many try for a seat.
func partsOf(of string) []part {
	recommend := part{name: "recommend", share: 1, do: func(p *play, _ int) func(*load.Client, int) { return p.recommend }}
	search := part{name: "search", share: 1, do: func(p *play, _ int) func(*load.Client, int) { return p.search }}
	signup := part{name: "signup", share: 1, people: true, do: func(p *play, first int) func(*load.Client, int) {
		return func(c *load.Client, n int) { p.signUp(c, first+n, p.people.signup(first+n)) }
	}}
	seats := part{name: "seats", share: 1, do: func(p *play, _ int) func(*load.Client, int) {
		stream := p.stream()
		return func(c *load.Client, n int) { p.takeSeat(c, stream, n) }
	}}
	switch of {
	case LoadRecommend:
		return []part{recommend}
	case LoadSearch:
		return []part{search}
	case LoadSignup:
		return []part{signup}
	case LoadSeats:
		return []part{seats}
	}
	crisis := part{name: "crisis", share: 0.02, do: func(p *play, _ int) func(*load.Client, int) {
		stream := p.stream()
		return func(c *load.Client, n int) { p.crisisSeat(c, stream, n) }
	}}
	missions := part{name: "missions", share: 0.02, do: func(p *play, _ int) func(*load.Client, int) {
		base := int(p.stream()) << 24 // later streams have later revisions
		return func(c *load.Client, n int) { p.putMission(c, base, n) }
	}}
	recommend.share, search.share, signup.share, seats.share = 0.61, 0.15, 0.10, 0.10
	return []part{recommend, search, signup, seats, crisis, missions}
}

// streams makes a load's streams at a rate: independent people, each part on
// connections of its own. New people are made here, before anything is timed.
func (p *play) streams(of string, rate float64, span time.Duration) ([]load.Stream, error) {
	var all []load.Stream
	parts := partsOf(of)
	for i := range parts {
		t := &parts[i]
		arrivals := load.Poisson(rate*t.share, span, p.config.Seed+p.stream()*1000+uint64(i))
		if arrivals.Len() == 0 {
			continue
		}
		first := 0
		if t.people {
			var err error
			if first, err = p.people.invite(arrivals.Len()); err != nil {
				return nil, err
			}
		}
		all = append(all, load.Stream{Name: t.name, Clients: max(4, int(float64(p.config.Clients)*max(t.share, 0.05))),
			Arrivals: arrivals.Shard(p.config.ShardIndex, p.config.Shards), Do: t.do(p, first)})
	}
	return all, nil
}

// stream numbers streams within a run, so that their people and dice differ.
func (p *play) stream() uint64 {
	p.streamsMade++
	return p.streamsMade
}

// questions are the searches: words, places, filters and facets in turn, drawn
// from missions that are there, so that they find something.
func (p *play) ask(n int) []string {
	dice := rand.New(rand.NewPCG(p.config.Seed, 77))
	all := make([]string, n)
	for i := range all {
		m := &p.catalogue.missions[dice.IntN(len(p.catalogue.missions))]
		q := url.Values{"limit": {"20"}}
		words := strings.FieldsFunc(m.Title, func(r rune) bool { return r == ' ' || r == '\'' || r == '’' || r == ',' })
		if i%4 != 1 && len(words) > 0 {
			from := dice.IntN(len(words))
			q.Set("q", strings.Join(words[from:min(from+1+dice.IntN(2), len(words))], " "))
		}
		if i%4 != 0 && len(m.Locations) > 0 && m.Locations[0].Lat != nil {
			q.Set("lat", fmt.Sprintf("%.3f", *m.Locations[0].Lat))
			q.Set("lon", fmt.Sprintf("%.3f", *m.Locations[0].Lon))
			q.Set("radius_km", "30")
		}
		if i%4 == 3 && len(m.Domains) > 0 {
			q.Set("domain", m.Domains[0])
		}
		if i%2 == 1 {
			q.Set("facets", "domain,activity,department")
		}
		all[i] = "/v1/search?" + q.Encode()
	}
	return all
}
