package peer

import (
	"fmt"
	"slices"
	"strings"
)

// The engines that Renfort can be compared with.
const (
	Bleve  = "bleve"
	Lucene = "lucene"
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
)

// Config says what is compared.
type Config struct {
	Missions    int
	Seed        uint64   // of the world and of the questions
	Queries     int      // of each kind
	Rounds      int      // times are medians of so many; 0 compares answers alone
	WarmSeconds float64  // that Lucene is given before it is timed: its compiler needs some
	Peers       []string // Bleve, Lucene
	Addresses   string   // AddressesFirst or AddressesAll
	Dir         string   // where files and indexes go; must be there
}

// Default is what the README reports; Dir is left to the caller.
func Default() Config {
	return Config{Missions: 50_000, Seed: 1, Queries: 100, Rounds: 5, WarmSeconds: 15, Peers: []string{Bleve, Lucene}, Addresses: AddressesFirst}
}

// Validate refuses what makes no sense or cannot be compared.
func (c *Config) Validate() error {
	for _, n := range [...]struct {
		name            string
		value, low, top int
	}{{"missions", c.Missions, 1, missionsMax}, {"queries", c.Queries, 1, queriesMax}, {"rounds", c.Rounds, 0, roundsMax},
		{"seconds of warming", int(c.WarmSeconds), 0, warmMax}} {
		if n.value < n.low || n.value > n.top {
			return fmt.Errorf("peer: %d %s; it must be from %d to %d", n.value, n.name, n.low, n.top)
		}
	}
	for i, p := range c.Peers {
		if p != Bleve && p != Lucene {
			return fmt.Errorf("peer: %q is no peer; there are %s and %s", p, Bleve, Lucene)
		}
		if slices.Contains(c.Peers[:i], p) {
			return fmt.Errorf("peer: %s is named twice in %s", p, strings.Join(c.Peers, ","))
		}
	}
	switch {
	case c.Addresses != AddressesFirst && c.Addresses != AddressesAll:
		return fmt.Errorf("peer: addresses %q; it must be %s or %s", c.Addresses, AddressesFirst, AddressesAll)
	case c.Addresses == AddressesAll && slices.Contains(c.Peers, Bleve):
		return fmt.Errorf("peer: %s measures the distance to one address of a mission: leave it out, or compare the first addresses", Bleve)
	case c.Dir == "":
		return fmt.Errorf("peer: no folder for files and indexes")
	}
	return nil
}
