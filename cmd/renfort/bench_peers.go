package main

import (
	"fmt"
	"os"

	"renfort/bench/peer"
)

// peersCommand gives the same missions and questions to several engines.
type peersCommand struct {
	Missions  int      `default:"50000" placeholder:"N" help:"How many missions. Default: ${default}."`
	Seed      uint64   `default:"1" placeholder:"S" help:"The same seed makes the same missions and questions."`
	Queries   int      `default:"100" placeholder:"N" help:"How many questions of each kind. Default: ${default}."`
	Rounds    int      `default:"5" placeholder:"N" help:"Times are medians of so many rounds; 0 compares answers alone. Default: ${default}."`
	Warm      float64  `default:"15" placeholder:"SECONDS" help:"What Lucene is given to warm, beside a first round for everyone. Default: ${default}."`
	Peers     []string `default:"bleve,lucene,postgres,redis,roof" placeholder:"NAMES" help:"Whom to compare with: ${default}. They need the Debian packages default-jdk-headless, liblucene8-java, libgoogle-gson-java; postgresql-15, postgresql-15-postgis-3; redis-server."`
	Peer      []string `placeholder:"NAME=URL" help:"Search an engine of yours besides: typesense, meilisearch or elasticsearch (also OpenSearch). A key stands in the address: http://:KEY@HOST. An index renfort-peers-PID is made there, and removed."`
	Skip      bool     `name:"skip-missing" help:"Leave out what is not installed here, and say so."`
	Clients   int      `default:"16" placeholder:"N" help:"Clients that recommend, search and take seats at the same time. Default: ${default}."`
	Seconds   float64  `default:"2" placeholder:"S" help:"How long they recommend and search in each round. Default: ${default}."`
	Holds     int      `default:"20000" placeholder:"N" help:"Seats that they ask for in each round; a quarter is refused. Default: ${default}."`
	Addresses string   `default:"first" enum:"first,all" help:"Addresses that missions have: first (Bleve measures to one) or all. Default: ${default}."`
	Out       string   `type:"path" placeholder:"DIR" help:"Where missions, questions, report.json and the indexes are left; must be empty or not there. Left out: a temporary folder, removed at the end."`
}

// Run prints tables on stdout and what it is doing on stderr.
func (c *peersCommand) Run(p *process) error {
	config := peer.Config{Missions: c.Missions, Seed: c.Seed, Queries: c.Queries, Rounds: c.Rounds, WarmSeconds: c.Warm,
		Peers: c.Peers, URLs: c.Peer, SkipMissing: c.Skip, Addresses: c.Addresses, Clients: c.Clients, Seconds: c.Seconds, Holds: c.Holds, Dir: c.Out}
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
