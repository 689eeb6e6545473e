package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"renfort/bench/player"
)

// playerCommand answers the waves of a running service.
type playerCommand struct {
	Target  string  `required:"" placeholder:"URL" help:"The service's address."`
	Key     string  `env:"RENFORT_KEY" placeholder:"KEY" help:"With the scope crisis."`
	Seed    uint64  `default:"1" placeholder:"S" help:"The same seed, people and wave give the same answers."`
	Accept  float64 `default:"0.12" placeholder:"P" help:"How many of those asked accept. Default: ${default}."`
	Decline float64 `default:"0.1" placeholder:"P" help:"How many say no; the rest is silent. Default: ${default}."`
	Median  float64 `default:"240" placeholder:"SECONDS" help:"Half of the answers come within this time of the service's clock. Default: ${default}."`
	Sigma   float64 `default:"1.1" help:"Of the delays' logarithms. Default: ${default}."`
	Speed   float64 `default:"1" placeholder:"N" help:"How fast the service's clock runs, as in demo --speed. Default: ${default}."`
}

// Run answers until it is ended, and shows how waves fill.
func (c *playerCommand) Run(p *process) error {
	config := player.Config{Target: c.Target, Key: c.Key, Seed: c.Seed, Accept: c.Accept, Decline: c.Decline,
		MedianSeconds: c.Median, Sigma: c.Sigma, Speed: c.Speed}
	if err := config.Validate(); err != nil {
		return &usageError{err}
	}
	crowd := player.New(config)
	ctx, stop := context.WithCancel(p.ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- crowd.Play(ctx) }()
	every := time.NewTicker(time.Second)
	defer every.Stop()
	shown := map[string]string{}
	for {
		select {
		case err := <-done:
			if p.ctx.Err() != nil {
				return nil
			}
			return err
		case <-every.C:
			if err := showWaves(ctx, p.stdout, crowd, shown); err != nil && !errors.Is(err, context.Canceled) {
				fmt.Fprintln(p.stderr, err)
			}
		}
	}
}

// showWaves prints a line for each wave that has moved.
func showWaves(ctx context.Context, to io.Writer, crowd *player.Player, shown map[string]string) error {
	ids := crowd.Waves()
	slices.Sort(ids)
	for _, id := range ids {
		w, err := crowd.Progress(ctx, id)
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%s %-9s %4d s  asked %4d  accepted %3d  to fill %3d  turned away %2d  stood down %4d",
			w.Dial, w.State, w.Seconds(), w.Asked, w.Accepted, w.Needed(), w.TurnedAway, w.StoodDown)
		if shown[id] != line {
			shown[id] = line
			fmt.Fprintf(to, "%s  %s\n", id, line)
		}
	}
	return nil
}
