package waves

import (
	"fmt"
	"slices"
	"strings"
)

// Config says what is compared.
type Config struct {
	Seeds     int       // plays of each scenario
	FirstSeed int       // the first of them
	People    int       // candidates
	Seats     []int     // in all, divided evenly among the targets
	Targets   []int     // numbers of missions in the valley
	Truths    []float64 // mean chances that a candidate accepts; the prior stays
	Channels  []string  // push, sms, email
	Knowledge []string  // what the wave knows of people beforehand: KnownEach, …
	Arms      []string  // names of Arms; empty for all
	Season    bool      // play a season too
}

// What a wave knows of the people on its list beforehand.
const (
	KnownEach = "each" // how likely each is to accept, but for the level and for what nobody can know
	KnownFlat = "flat" // their order alone: everybody has the prior's chance
	// KnownLearned is KnownFlat with the counts of LearnedWaves earlier waves in
	// the same setting, of other seeds.
	KnownLearned = "learned"
)

// Default gives the comparison of the README.
func Default() Config {
	return Config{Seeds: 200, FirstSeed: 1001, People: 3000, Seats: []int{10, 50, 200}, Targets: []int{1, 10},
		Truths: []float64{0.04, 0.12, 0.25}, Channels: []string{"push"}, Knowledge: []string{KnownEach}, Season: true}
}

// Bounds of what somebody will wait for, and of what the model is good for.
const (
	seedsMax   = 10_000
	peopleMax  = 100_000
	targetsMax = 100
)

// Validate refuses what cannot be compared.
func (c Config) Validate() error {
	if c.Seeds < 1 || c.Seeds > seedsMax || c.FirstSeed < 0 {
		return fmt.Errorf("waves: %d seeds from %d on; it must be 1 to %d, from 0 on", c.Seeds, c.FirstSeed, seedsMax)
	}
	if c.People < 1 || c.People > peopleMax {
		return fmt.Errorf("waves: %d people; it must be 1 to %d", c.People, peopleMax)
	}
	if len(c.Seats) == 0 || len(c.Targets) == 0 || len(c.Truths) == 0 || len(c.Channels) == 0 || len(c.Knowledge) == 0 {
		return fmt.Errorf("waves: a list of seats, targets, truths, channels or knowledge is empty")
	}
	for _, n := range c.Targets {
		if n < 1 || n > targetsMax {
			return fmt.Errorf("waves: %d targets; it must be 1 to %d", n, targetsMax)
		}
		if i := slices.IndexFunc(c.Seats, func(seats int) bool { return seats < n || seats%n != 0 }); i >= 0 {
			return fmt.Errorf("waves: %d seats cannot be divided among %d targets", c.Seats[i], n)
		}
	}
	for _, truth := range c.Truths {
		if !(truth > 0 && truth < 1) {
			return fmt.Errorf("waves: a chance of %v; it must be between 0 and 1", truth)
		}
	}
	if err := known("channel", c.Channels, "push", "sms", "email"); err != nil {
		return err
	}
	if err := known("knowledge", c.Knowledge, KnownEach, KnownFlat, KnownLearned); err != nil {
		return err
	}
	var names []string
	for _, a := range Arms() {
		names = append(names, a.Name)
	}
	return known("arm", c.Arms, names...)
}

// known refuses words that are none of those allowed.
func known(what string, words []string, allowed ...string) error {
	for _, w := range words {
		if !slices.Contains(allowed, w) {
			return fmt.Errorf("waves: no %s %q; there are %s", what, w, strings.Join(allowed, ", "))
		}
	}
	return nil
}

// Scenario is one setting, in which every arm plays every seed.
type Scenario struct {
	Seats     int
	Targets   int
	Truth     float64
	Channel   string
	Knowledge string
}

// scenarios gives all combinations asked for.
func (c Config) scenarios() (list []Scenario) {
	for _, channel := range c.Channels {
		for _, knowledge := range c.Knowledge {
			for _, targets := range c.Targets {
				for _, truth := range c.Truths {
					for _, seats := range c.Seats {
						list = append(list, Scenario{seats, targets, truth, channel, knowledge})
					}
				}
			}
		}
	}
	return list
}
