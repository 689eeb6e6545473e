package main

import (
	"errors"
	"fmt"
	"time"

	"renfort/bench/result"
	"renfort/bench/selftest"
)

// selftestCommand tries whether the bench would notice.
type selftestCommand struct {
	Pairs int    `default:"100" placeholder:"N" help:"How many pairs of runs of the same server are compared. Default: ${default}."`
	Quick bool   `help:"Shorter runs, and 10 pairs where no other number is given: half a minute. What a busy machine keeps from being judged is no failure then."`
	Seed  uint64 `default:"1" placeholder:"S" help:"The same seed sends the same requests."`
	JSON  string `name:"json" type:"path" placeholder:"FILE" help:"Write the result there as JSON too."`
}

// quickPairs is how many pairs a quick selftest compares.
const quickPairs = 10

// errSelftest says that a fault was not reported, or one that was not there.
var errSelftest = errors.New("bench selftest: not passed: do not believe the bench here")

// Run prints a table on stdout and what it is doing on stderr.
func (c *selftestCommand) Run(p *process) error {
	config := selftest.Config{Pairs: c.Pairs, Quick: c.Quick, Seed: c.Seed, Now: time.Now, Step: func(what string) { fmt.Fprintln(p.stderr, what) }}
	if c.Quick && c.Pairs == 100 {
		config.Pairs = quickPairs
	}
	if err := config.Validate(); err != nil {
		return &usageError{err}
	}
	o, err := selftest.Run(p.ctx, config)
	if err != nil {
		return err
	}
	if err := selftest.Write(p.stdout, o); err != nil {
		return err
	}
	if c.JSON != "" {
		if err := selftest.WriteFile(c.JSON, o.Control); err != nil {
			return err
		}
	}
	if err := selftest.Keep(o.Key, o.Control); err != nil {
		return err
	}
	if len(o.Missed) > 0 || len(o.Unjudged) > 0 && !c.Quick {
		return errSelftest
	}
	return nil
}

// quote puts the last negative control of this binary on this machine into a
// result; figures stand without one.
func quote(r *result.Result) {
	var err error
	if r.Selftest, err = selftest.Last(selftest.Key(r.Build)); err != nil {
		r.Notes = append(r.Notes, err.Error())
	}
}
