package main

import (
	"errors"

	"renfort/bench/verify"
)

// verifyCommand holds what a run wrote down against a service.
type verifyCommand struct {
	Ledger []string `placeholder:"FILE" type:"existingfile" help:"What was written and acknowledged, as --ledger of a scenario left it. May be given again."`
	Record []string `placeholder:"FILE" type:"existingfile" help:"What was answered, as --record of a scenario left it. May be given again."`
	Target string   `required:"" placeholder:"URL" help:"The service's address; it is only read."`
	Key    string   `env:"RENFORT_KEY" placeholder:"KEY" help:"With a scope that reads missions, volunteers and seats."`
	JSON   string   `placeholder:"FILE" type:"path" help:"Leave what was found in this file too."`
}

// Help says what a reader of --help wants to know beyond the flags.
func (*verifyCommand) Help() string {
	return `Starts the independent verifier: plain Python (package python3) that was written
from the documentation and shares no code with the service. It wants every
acknowledged write to be there, no mission to have given out a seat too many,
and every recorded ranking to follow from the documented formula. What it could
not check it counts and says. The exit code is 1 if anything is wrong or nothing
was looked at. Its source is in bench/verify, with what it checks.`
}

// Run verifies.
func (c *verifyCommand) Run(p *process) error {
	if len(c.Ledger)+len(c.Record) == 0 {
		return &usageError{errors.New("verify: give a --ledger or a --record")}
	}
	return verify.Run(p.ctx, verify.Options{Target: c.Target, Key: c.Key, Ledgers: c.Ledger, Records: c.Record, JSON: c.JSON}, p.stdout, p.stderr)
}
