// Command renfort is the whole of Renfort in one binary: the service, and what
// one needs beside it. Each subcommand has a file of its own; this one reads
// the command line.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a mission's day is its place's, also where no zones are installed

	"github.com/alecthomas/kong"
)

// What the process exits with.
const (
	exitFailed = 1 // the command did not do what it was asked
	exitUsage  = 2 // the command line was not understood
)

// envPrefix is what the environment variable of every flag begins with.
const envPrefix = "RENFORT"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks, the second one kills.
	context.AfterFunc(ctx, stop)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(exitCode(err, os.Stderr))
}

// exitCode tells an error on stderr and gives what to exit with.
func exitCode(err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "renfort: %v\n", err)
	var usage *usageError
	if errors.As(err, &usage) {
		fmt.Fprintln(stderr, "renfort: try --help")
		return exitUsage
	}
	return exitFailed
}

// usageError is a command line that was not understood.
type usageError struct{ err error }

// Error implements error.
func (u *usageError) Error() string { return u.err.Error() }

// Unwrap gives what was not understood.
func (u *usageError) Unwrap() error { return u.err }

// process is what a subcommand has of the world: it is told to stop by ctx.
type process struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
}

// commands are the subcommands and the flags they share.
type commands struct {
	Config kong.ConfigFlag `help:"JSON file with values for flags, as {\"addr\":\"127.0.0.1:9000\"}. The environment goes before it, the command line before both." placeholder:"FILE"`

	Serve   serveCommand   `cmd:"" help:"Serve a data directory over HTTP."`
	Demo    demoCommand    `cmd:"" help:"Serve a made-up France, and print what to try."`
	World   worldCommand   `cmd:"" help:"Write a made-up France as NDJSON files."`
	Import  importCommand  `cmd:"" help:"Send NDJSON files of missions or volunteers, or partners' feeds, to a service."`
	Check   checkCommand   `cmd:"" help:"Check a data directory, without changing a byte of it."`
	Backup  backupCommand  `cmd:"" help:"Copy the data of a running service, and verify the copy."`
	Restore restoreCommand `cmd:"" help:"Make a data directory of a copy, verified."`
	Keys    keysCommands   `cmd:"" help:"Make keys for those who call."`
	Bench   benchCommands  `cmd:"" help:"Measure."`
	Version versionCommand `cmd:"" help:"Print what this binary is made of."`
}

const description = `Renfort matches volunteers and missions, and keeps count of seats.

Every flag can also be given as an environment variable (RENFORT_ADDR for --addr)
and in a JSON file (--config). Errors go to standard error; the exit code is 1
for a command that failed and 2 for a command line that was not understood.`

// run does what args ask for. It returns when that is done or ctx is, and
// writes nothing but to stdout and stderr and what the command names.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	helped := false
	parser, err := kong.New(&commands{}, kong.Name("renfort"), kong.Description(description),
		kong.Writers(stdout, stderr), kong.Exit(func(int) { helped = true }),
		kong.DefaultEnvars(envPrefix), kong.Configuration(readConfig),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}))
	if err != nil {
		return fmt.Errorf("command line: %w", err)
	}
	parsed, err := parser.Parse(args)
	if helped {
		return nil // what follows --help does not matter
	}
	if err != nil {
		return &usageError{err}
	}
	return parsed.Run(&process{ctx, stdout, stderr})
}
