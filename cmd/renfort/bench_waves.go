package main

import (
	"os"

	"renfort/bench/waves"
)

// wavesCommand plays waves in simulated time.
type wavesCommand struct {
	Seeds     int       `default:"200" placeholder:"N" help:"How many plays of each setting. Default: ${default}."`
	FirstSeed int       `default:"1001" placeholder:"S" help:"The first seed; constants were chosen on seeds 1 to 60. Default: ${default}."`
	People    int       `default:"3000" placeholder:"N" help:"How many people could be asked. Default: ${default}."`
	Seats     []int     `default:"10,50,200" placeholder:"N,…" help:"How many seats, divided evenly among the missions. Default: ${default}."`
	Targets   []int     `default:"1,10" placeholder:"N,…" help:"How many missions in the valley. Default: ${default}."`
	Truths    []float64 `default:"0.04,0.12,0.25" placeholder:"P,…" help:"How many accept in truth, where 0.12 is believed. Default: ${default}."`
	Channels  []string  `default:"push" placeholder:"NAMES" help:"push, sms, email: they differ in delay. Default: ${default}."`
	Knowledge []string  `default:"each" placeholder:"NAMES" help:"What is known of people: each (who is likelier), flat (their order alone), learned (the same after 20 waves). Default: ${default}."`
	Arms      []string  `placeholder:"NAMES" help:"Which ways to compare. Default: all."`
	Season    bool      `default:"true" negatable:"" help:"Play a season of many waves too. Default: yes."`
	Engine    bool      `help:"Instead, play Renfort's dials in the simulation and over the engine itself with the same people, one mission, their order alone known; about a second for each play, so name few --seeds."`
	Report    string    `type:"path" placeholder:"FILE.html" help:"A page with plots, in English and French."`
	JSON      string    `name:"json" type:"path" placeholder:"FILE" help:"Every figure, seed by seed."`
}

// Run prints tables on stdout and what it is doing on stderr.
func (c *wavesCommand) Run(p *process) error {
	config := waves.Config{Seeds: c.Seeds, FirstSeed: c.FirstSeed, People: c.People, Seats: c.Seats, Targets: c.Targets, Truths: c.Truths,
		Channels: c.Channels, Knowledge: c.Knowledge, Arms: c.Arms, Season: c.Season}
	if c.Engine {
		config.Targets, config.Knowledge = []int{1}, []string{waves.KnownFlat}
	}
	if err := config.Validate(); err != nil {
		return &usageError{err}
	}
	if c.Engine {
		return playEngine(p, config)
	}
	report, err := waves.Compare(p.ctx, config, p.stderr)
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

// playEngine prints what the simulation and the engine make of the same plays.
func playEngine(p *process, c waves.Config) error {
	scratch, err := os.MkdirTemp("", "renfort-waves")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	all, err := waves.PlayEngine(p.ctx, c, scratch)
	if err != nil {
		return err
	}
	return waves.WriteAgreements(p.stdout, all)
}
