package main

import (
	"fmt"

	"renfort/api"
)

// keysCommands are the subcommands about keys.
type keysCommands struct {
	New keysNewCommand `cmd:"" help:"Print a new key once, and the line that stores its hash."`
}

// keysNewCommand makes a key.
type keysNewCommand struct {
	Name       string   `required:"" help:"Who the key is for; no two keys of a file share a name."`
	Scopes     []string `required:"" placeholder:"SCOPE" help:"What it may do: search, recommend, write, crisis, admin."`
	Publishers []string `placeholder:"NAME" help:"Publishers whose records it sees and writes. Left out: all."`
	Rate       float64  `placeholder:"N" help:"Requests a second that it may make. Left out: no limit."`
}

// Help says what a reader of --help wants to know beyond the flags.
func (*keysNewCommand) Help() string {
	return `Algolia's clients send the key as they send theirs. A key whose only scope is search
is one to put into a page, and a parent of secured keys: generateSecuredApiKey of any
client makes one of it that is held to filters, indexes or a time. Whoever can read the
file of --keys can make secured keys of such a key too, though not the key itself; which
is why keys that may do more have none.`
}

// Run prints the key and its line apart, so that the line can go straight
// into the file: renfort keys new … 2>key.txt >>keys.ndjson.
func (c *keysNewCommand) Run(p *process) error {
	key, line, err := api.NewKey(c.Name, c.Scopes, c.Publishers, c.Rate)
	if err != nil {
		return &usageError{err}
	}
	fmt.Fprintf(p.stderr, "The key, shown this once:\n%s\nThe line for the file of --keys:\n", key)
	fmt.Fprintln(p.stdout, line)
	return nil
}
