package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"renfort/bench"
)

// targetsCommand writes requests for other load tools.
type targetsCommand struct {
	Format     []string `required:"" placeholder:"NAMES" help:"wrk, k6, vegeta, hey; several by commas need --out."`
	N          int      `default:"1000" placeholder:"N" help:"How many requests. Default: ${default}."`
	Target     string   `default:"http://127.0.0.1:8080" placeholder:"URL" help:"The service that they go to. Default: ${default}."`
	Key        string   `env:"RENFORT_KEY" placeholder:"KEY" help:"With the scope recommend; it stands in what is written."`
	Seed       uint64   `default:"1" placeholder:"S" help:"As of bench recommend. Default: ${default}."`
	Volunteers int      `default:"100000" placeholder:"N" help:"As of bench recommend: the people are those behind them. Default: ${default}."`
	Out        string   `type:"path" placeholder:"DIR" help:"A file for each format: targets.lua, targets.js, targets.json, targets.sh. Left out: standard output."`
}

// Run writes them.
func (c *targetsCommand) Run(p *process) error {
	if c.N < 1 || c.N > 1_000_000 || len(c.Format) > 1 && c.Out == "" {
		return &usageError{errors.New("bench targets: from 1 to 1,000,000 requests, and --out for several formats")}
	}
	for _, format := range c.Format {
		if err := c.write(p, format); err != nil {
			if errors.Is(err, bench.ErrConfig) {
				return &usageError{err}
			}
			return err
		}
	}
	return nil
}

// write writes one format.
func (c *targetsCommand) write(p *process, format string) error {
	if c.Out == "" {
		return bench.WriteTargets(p.stdout, format, c.Target, c.Key, c.Seed, c.Volunteers, c.N)
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return fmt.Errorf("bench targets: %w", err)
	}
	suffix := map[string]string{bench.FormatWrk: "lua", bench.FormatK6: "js", bench.FormatVegeta: "json", bench.FormatHey: "sh"}[format]
	f, err := os.OpenFile(filepath.Join(c.Out, "targets."+suffix), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // a key may stand in it
	if err != nil {
		return fmt.Errorf("bench targets: %w", err)
	}
	return errors.Join(bench.WriteTargets(f, format, c.Target, c.Key, c.Seed, c.Volunteers, c.N), f.Close())
}

// cleanCommand takes away what a run left.
type cleanCommand struct {
	ID     string `name:"run" required:"" placeholder:"ID" help:"The run's id, as its report has it."`
	Target string `required:"" placeholder:"URL" help:"The service."`
	Key    string `env:"RENFORT_KEY" placeholder:"KEY" help:"With the scopes write and crisis."`
}

// Run cleans.
func (c *cleanCommand) Run(p *process) error {
	done, err := bench.Clean(p.ctx, c.Target, c.Key, c.ID)
	fmt.Fprintf(p.stdout, "given back %s seats; deleted %s volunteers, %s missions, %s crises\n", grouped(done.Seats), grouped(done.Volunteers), grouped(done.Missions), grouped(done.Crises))
	return err
}
