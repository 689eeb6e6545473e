package surge

import (
	"fmt"
	"slices"
	"strings"

	"renfort/bench/world"
)

// Config says what is compared.
type Config struct {
	Seeds    int   // surges of each size, from seed 1 on
	Arrivals []int // the sizes
	Missions int
	Arms     []string // names of Arms; empty for all
	// Dir is where the engines' files are put, each in a folder of its own that
	// is removed after.
	Dir string
}

// Default gives the comparison of the README, without a folder.
func Default() Config {
	return Config{Seeds: 10, Arrivals: []int{15_000, 30_000, 60_000}, Missions: 2_000}
}

// seedsMax bounds what somebody will wait for.
const seedsMax = 1_000

// surge gives the surge of a size and a seed.
func (c Config) surge(arrivals, seed int) world.SurgeConfig {
	s := world.DefaultSurge()
	s.Missions, s.Arrivals, s.Seed = c.Missions, arrivals, uint64(seed)
	return s
}

// Validate refuses what cannot be compared.
func (c Config) Validate() error {
	if c.Seeds < 1 || c.Seeds > seedsMax {
		return fmt.Errorf("surge: %d seeds; it must be from 1 to %d", c.Seeds, seedsMax)
	}
	if len(c.Arrivals) == 0 {
		return fmt.Errorf("surge: no number of arrivals is given")
	}
	for _, arrivals := range c.Arrivals {
		if err := c.surge(arrivals, 1).Validate(); err != nil {
			return fmt.Errorf("surge: %w", err)
		}
	}
	_, err := c.arms()
	return err
}

// arms gives the arms asked for, in their own order.
func (c Config) arms() ([]Arm, error) {
	all := Arms()
	if len(c.Arms) == 0 {
		return all, nil
	}
	var names []string
	for _, a := range all {
		names = append(names, a.Name)
	}
	for _, name := range c.Arms {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("surge: no arm %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	return slices.DeleteFunc(all, func(a Arm) bool { return !slices.Contains(c.Arms, a.Name) }), nil
}
