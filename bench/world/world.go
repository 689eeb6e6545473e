package world

import (
	"fmt"
	"math/rand/v2"
	"time"

	"renfort/geo"
	"renfort/mission"
)

// The largest world: more than France has ever published or signed up.
const (
	missionsMax   = 10_000_000
	volunteersMax = 100_000_000
)

// Config says how large a world is and what it is made from.
type Config struct {
	Missions   int       // how many there are; also how many an association has
	Volunteers int       // how many there are
	Seed       uint64    // the same seed, the same world
	At         time.Time // now, in that world: dates lie around it
}

// Default gives the world of the demo: 20,000 missions and 100,000 volunteers
// on a November evening. A caller that serves it to people sets At to the
// present.
func Default() Config {
	return Config{Missions: 20_000, Volunteers: 100_000, Seed: 1, At: time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)}
}

// Validate refuses sizes below 0 or beyond reason, and a time without a year
// that missions may have.
func (c Config) Validate() error {
	switch {
	case c.Missions < 0 || c.Missions > missionsMax:
		return fmt.Errorf("world: %d missions; it must be from 0 to %d", c.Missions, missionsMax)
	case c.Volunteers < 0 || c.Volunteers > volunteersMax:
		return fmt.Errorf("world: %d volunteers; it must be from 0 to %d", c.Volunteers, volunteersMax)
	case c.At.Year() < 2000 || c.At.Year() > 2100:
		return fmt.Errorf("world: at %v; it must be from the year 2000 to 2100", c.At)
	}
	return nil
}

// kind is what a mission is drawn as, before anything else about it.
type kind int

const (
	normal kind = iota
	calm
	urgent
	vital  // part of the crisis in the valley
	remote // from anywhere
	kinds
)

// The shares of the kinds, per mille; normal takes the rest, 850 and the 30
// that are remote.
const (
	calmPerMille   = 50
	urgentPerMille = 60
	vitalPerMille  = 10
	remotePerMille = 30
)

// takes says whether a template may be drawn for a kind.
func (k kind) takes(t *template) bool {
	full := t.remote == mission.RemoteFull
	switch k {
	case vital:
		return t.kind == mission.UrgencyVital
	case remote:
		return full
	case urgent:
		return t.kind == mission.UrgencyUrgent && !full
	case calm:
		return t.kind == mission.UrgencyCalm && !full
	}
	return t.kind != mission.UrgencyVital && !full
}

// World is a made-up France. It is immutable and safe for concurrent use.
type World struct {
	config      Config
	library     *library
	atlas       *atlas
	today       int            // days from 1970 to At, in Paris
	domainBit   map[string]int // place of a domain in the taxonomy
	domainIDs   []string       // domainIDs[b] is the domain of bit b
	domainShare []int          // of missions, per mille, by bit
	domains     wheel          // volunteers' interest follows the missions there are
	publishers  wheel
	seats       wheel // of missions with more than one; [i] is i+2 seats
	kinds       wheel
	ages        wheel
}

// parisAhead is how many seconds the clocks of Paris are before UTC, in summer:
// what happens today must not be over where most people are.
const parisAhead = 2 * secondsPerHour

// New makes a world. The first of a process reads the texts and the gazetteer;
// after that a world of any size costs a fraction of a millisecond, because
// records are made when they are asked for.
func New(config Config) (*World, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	l, err := openLibrary()
	if err != nil {
		return nil, err
	}
	a, err := openAtlas()
	if err != nil {
		return nil, err
	}
	w := &World{config: config, library: l, atlas: a, today: int((config.At.Unix() + parisAhead) / secondsPerDay)}
	w.countDomains(mission.DefaultTaxonomy())
	var shares [len(publishers)]int
	for i, p := range publishers {
		shares[i] = p.share
	}
	w.publishers = newWheel(shares[:])
	var people [len(ages)]int
	for i, a := range ages {
		people[i] = a.share
	}
	w.ages = newWheel(people[:])
	w.seats = newWheel(seatWeights())
	w.kinds = newWheel([]int{1000 - calmPerMille - urgentPerMille - vitalPerMille - remotePerMille,
		calmPerMille, urgentPerMille, vitalPerMille, remotePerMille})
	return w, nil
}

// countDomains takes the share of each domain from the templates' weights.
func (w *World) countDomains(t *mission.Taxonomy) {
	w.domainBit = make(map[string]int, len(t.Domains))
	for i, d := range t.Domains {
		w.domainBit[d.ID] = i
		w.domainIDs = append(w.domainIDs, d.ID)
	}
	sums, total := make([]int, len(t.Domains)), 0
	for i := range w.library.templates {
		x := &w.library.templates[i]
		if normal.takes(x) {
			sums[w.domainBit[x.domains[0]]] += x.weight
			total += x.weight
		}
	}
	w.domainShare = make([]int, len(sums))
	for i, s := range sums {
		w.domainShare[i] = s * 1000 / total
	}
	w.domains = newWheel(sums)
}

// Config gives what the world was made from.
func (w *World) Config() Config { return w.config }

// Place gives a position where somebody may live: in a commune drawn by
// population, a few kilometres from its centre.
func (w *World) Place(rng *rand.Rand) geo.Point {
	d := diceFrom(rng)
	return w.atlas.places[w.atlas.town(&d)].somewhere(&d)
}

// Profile gives somebody who asks without a record: what Volunteer gives,
// with a point instead of codes and without an id. 85 of 100 say what they
// like to do.
func (w *World) Profile(rng *rand.Rand) mission.Volunteer {
	d := diceFrom(rng)
	home := &w.atlas.places[w.atlas.town(&d)]
	v := w.person(&d, home)
	p := home.somewhere(&d)
	v.Location = &mission.Place{Lat: &p.Lat, Lon: &p.Lon}
	return v
}

// diceFrom makes dice of a caller's source.
func diceFrom(rng *rand.Rand) dice {
	var d dice
	d.pcg.Seed(rng.Uint64(), rng.Uint64())
	return d
}
