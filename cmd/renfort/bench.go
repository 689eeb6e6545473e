package main

import (
	"fmt"
	"os"

	"renfort/bench/peer"
)

// benchCommands measure.
type benchCommands struct {
	Evening   eveningCommand   `cmd:"" help:"25,000 people sign up, are recommended missions, hold a seat and confirm it."`
	Alex      alexCommand      `cmd:"" help:"A crowd on one mission of fifty seats, and hot seats as fast as they can be decided."`
	Burst     burstCommand     `cmd:"" help:"4,000 sign-ups a second for 190 seconds, beside 3,000 recommendations."`
	Recommend recommendCommand `cmd:"" help:"Recommendations at a rate."`
	Search    searchCommand    `cmd:"" help:"Searches at a rate."`
	Mixed     mixedCommand     `cmd:"" help:"Reads, writes and holds in the proportions of a surge."`
	Knee      kneeCommand      `cmd:"" help:"The highest rate that meets a promise."`
	Overload  overloadCommand  `cmd:"" help:"Twice the knee: what is still served?"`
	Soak      soakCommand      `cmd:"" help:"An hour or more: memory, latency and file size over time."`

	Compare compareCommand `cmd:"" help:"Compare two results: a verdict, and exit code 1 for a regression."`
	Merge   mergeCommand   `cmd:"" help:"Put the shards of one run together."`

	Peers  peersCommand  `cmd:"" help:"Compare search with other engines: answers first, then times."`
	World  surgeCommand  `cmd:"" help:"Play surges in simulated time: who gets a seat, of the best possible in hindsight?"`
	Player playerCommand `cmd:"" help:"Answer the waves of a running service as volunteers do."`
	Waves  wavesCommand  `cmd:"" help:"Play waves in simulated time: how soon are missions filled, and how many people are asked and turned away?"`
}

// peersCommand gives the same missions and questions to several engines.
type peersCommand struct {
	Missions  int      `default:"50000" placeholder:"N" help:"How many missions. Default: ${default}."`
	Seed      uint64   `default:"1" placeholder:"S" help:"The same seed makes the same missions and questions."`
	Queries   int      `default:"100" placeholder:"N" help:"How many questions of each kind. Default: ${default}."`
	Rounds    int      `default:"5" placeholder:"N" help:"Times are medians of so many rounds; 0 compares answers alone. Default: ${default}."`
	Warm      float64  `default:"15" placeholder:"SECONDS" help:"What Lucene is given to warm, beside a first round for everyone. Default: ${default}."`
	Peers     []string `default:"bleve,lucene" placeholder:"NAMES" help:"Whom to compare with: ${default}. Lucene needs the Debian packages default-jdk-headless, liblucene8-java and libgoogle-gson-java."`
	Addresses string   `default:"first" enum:"first,all" help:"Addresses that missions have: first (Bleve measures to one) or all. Default: ${default}."`
	Out       string   `type:"path" placeholder:"DIR" help:"Where missions, questions, report.json and the indexes are left; must be empty or not there. Left out: a temporary folder, removed at the end."`
}

// Run prints tables on stdout and what it is doing on stderr.
func (c *peersCommand) Run(p *process) error {
	config := peer.Config{Missions: c.Missions, Seed: c.Seed, Queries: c.Queries, Rounds: c.Rounds, WarmSeconds: c.Warm,
		Peers: c.Peers, Addresses: c.Addresses, Dir: c.Out}
	if c.Out == "" {
		dir, err := os.MkdirTemp("", "renfort-peers-")
		if err != nil {
			return fmt.Errorf("bench peers: %w", err)
		}
		defer os.RemoveAll(dir)
		config.Dir = dir
	}
	if err := config.Validate(); err != nil {
		return &usageError{err}
	}
	if err := mustBeEmpty(config.Dir); err != nil {
		return err
	}
	report, err := peer.Run(p.ctx, config, p.stderr)
	if err != nil {
		return err
	}
	return report.Write(p.stdout)
}

// mustBeEmpty makes the folder, or refuses one with something in it.
func mustBeEmpty(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("bench peers: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("bench peers: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("bench peers: %s is not empty", dir)
	}
	return nil
}
