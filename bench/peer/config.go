package peer

import (
	"fmt"
	"slices"
	"strings"
)

// The engines that Renfort can be compared with.
const (
	Bleve    = "bleve"
	Lucene   = "lucene"
	Postgres = "postgres"
	Redis    = "redis"
	Roof     = "roof" // a static answer of the same bytes: no engine
)

// The addresses that a mission may have in a comparison.
const (
	AddressesFirst = "first"
	AddressesAll   = "all"
)

// The most of everything: beyond it a run takes hours and says no more.
const (
	missionsMax = 1_000_000
	queriesMax  = 10_000
	roundsMax   = 100
	warmMax     = 600
	clientsMax  = 150
	secondsMax  = 600
	holdsMax    = 1_000_000
)

// Config says what is compared.
type Config struct {
	Missions    int
	Seed        uint64   // of the world and of the questions
	Queries     int      // of each kind
	Rounds      int      // times are medians of so many; 0 compares answers alone
	WarmSeconds float64  // that Lucene is given before it is timed: its compiler needs some
	Peers       []string // Bleve, Lucene
	URLs        []string `json:"-"` // engines of a laboratory, NAME=URL, whose address may hold a key: not reported
	SkipMissing bool     // peers that are not installed are left out, and named; else they are an error
	Addresses   string   // AddressesFirst or AddressesAll
	Dir         string   // where files and indexes go; must be there
	Clients     int      // that recommend and give seats at the same time
	Seconds     float64  // that they keep at it in each round
	Holds       int      // asked for by all of them in each round; 0: no seats
}

// Default is what the README reports; Dir is left to the caller.
func Default() Config {
	return Config{Missions: 50_000, Seed: 1, Queries: 100, Rounds: 5, WarmSeconds: 15, Peers: []string{Bleve, Lucene, Postgres, Redis, Roof},
		Addresses: AddressesFirst, Clients: 16, Seconds: 2, Holds: 20_000}
}

// Validate refuses what makes no sense or cannot be compared.
func (c *Config) Validate() error {
	for _, n := range [...]struct {
		name            string
		value, low, top int
	}{{"missions", c.Missions, 1, missionsMax}, {"queries", c.Queries, 1, queriesMax}, {"rounds", c.Rounds, 0, roundsMax},
		{"seconds of warming", int(c.WarmSeconds), 0, warmMax}, {"clients", c.Clients, 1, clientsMax}, {"seconds", int(c.Seconds), 0, secondsMax},
		{"holds", c.Holds, 0, holdsMax}} {
		if n.value < n.low || n.value > n.top {
			return fmt.Errorf("peer: %d %s; it must be from %d to %d", n.value, n.name, n.low, n.top)
		}
	}
	for i, p := range c.Peers {
		if !slices.Contains(Names(), p) {
			return fmt.Errorf("peer: %q is no peer; there are %s", p, strings.Join(Names(), ", "))
		}
		if slices.Contains(c.Peers[:i], p) {
			return fmt.Errorf("peer: %s is named twice in %s", p, strings.Join(c.Peers, ","))
		}
	}
	for _, flag := range c.URLs {
		if _, _, err := parseURL(flag); err != nil {
			return err
		}
	}
	switch {
	case c.Addresses == AddressesAll && len(c.URLs) > 0:
		return fmt.Errorf("peer: engines elsewhere are compared with the first addresses alone")
	case c.Addresses != AddressesFirst && c.Addresses != AddressesAll:
		return fmt.Errorf("peer: addresses %q; it must be %s or %s", c.Addresses, AddressesFirst, AddressesAll)
	case c.Addresses == AddressesAll && slices.ContainsFunc(c.Peers, oneAddress):
		return fmt.Errorf("peer: %s, %s and %s have one address of a mission: leave them out, or compare the first addresses", Bleve, Postgres, Redis)
	case c.Dir == "":
		return fmt.Errorf("peer: no folder for files and indexes")
	}
	return nil
}

// Names are all peers that can run here.
func Names() []string { return []string{Bleve, Lucene, Postgres, Redis, Roof} }

// oneAddress says that a peer looks at one address of a mission.
func oneAddress(name string) bool { return name == Bleve || name == Postgres || name == Redis }

// leaveOut finds the peers that are not installed. Unless they may be skipped
// the first is an error; else they leave Peers, and why is told.
func (c *Config) leaveOut() (skipped []string, err error) {
	var here []string
	for _, name := range c.Peers {
		switch name {
		case Lucene:
			_, err = classPath()
		case Postgres:
			err = postgresHere()
		case Redis:
			err = redisHere()
		default:
			err = nil
		}
		if err != nil && !c.SkipMissing {
			return nil, err
		}
		if err != nil {
			skipped = append(skipped, name+": "+err.Error())
			continue
		}
		here = append(here, name)
	}
	c.Peers = here
	return skipped, nil
}
