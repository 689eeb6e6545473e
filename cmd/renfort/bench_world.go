package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"renfort/bench/surge"
)

// surgeCommand plays surges against the engine, in simulated time.
type surgeCommand struct {
	Seeds    int      `default:"10" placeholder:"N" help:"How many surges of each size. Default: ${default}."`
	Arrivals []int    `default:"15000,30000,60000" placeholder:"N,…" help:"How many people arrive in the hour. Default: ${default}."`
	Missions int      `default:"2000" placeholder:"N" help:"How many missions, about 8.5 seats each. Default: ${default}."`
	Arms     []string `placeholder:"NAMES" help:"Which ways to compare. Default: all."`
	Report   string   `type:"path" placeholder:"FILE.html" help:"A page with plots, in English and French."`
	JSON     string   `name:"json" type:"path" placeholder:"FILE" help:"Every figure, seed by seed."`
}

// surgeGCPercent lets garbage wait: a play makes little that stays.
const surgeGCPercent = 400

// Run prints tables on stdout and what it is doing on stderr.
func (c *surgeCommand) Run(p *process) error {
	config := surge.Config{Seeds: c.Seeds, Arrivals: c.Arrivals, Missions: c.Missions, Arms: c.Arms}
	if err := config.Validate(); err != nil {
		return &usageError{err}
	}
	dir, err := os.MkdirTemp("", "renfort-world-")
	if err != nil {
		return fmt.Errorf("bench world: %w", err)
	}
	defer os.RemoveAll(dir)
	config.Dir = dir
	defer debug.SetGCPercent(debug.SetGCPercent(surgeGCPercent))
	report, err := surge.Compare(p.ctx, config, p.stderr)
	if err != nil {
		return err
	}
	if err := writeReport(c.Report, report.WriteHTML); err != nil {
		return err
	}
	if err := writeReport(c.JSON, report.WriteJSON); err != nil {
		return err
	}
	return report.Write(p.stdout)
}

// writeReport writes a file, or none where it has no name.
func writeReport(name string, write func(io.Writer) error) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("bench world: %w", err)
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("bench world: %w", err)
	}
	return nil
}
