package main

import (
	"fmt"

	"renfort/store"
)

// checkCommand walks everything in a data directory.
type checkCommand struct {
	Dir     string `arg:"" type:"existingdir" help:"The data directory; no service may have it open."`
	NoIndex bool   `help:"Leave the index out: it is rebuilt from a copy of the data in the temporary directory."`
}

// Help says what a reader of --help wants to know beyond the flags.
func (*checkCommand) Help() string {
	return `Walks every record, sum, index entry, the log and the state hash, then rebuilds
the index from a copy and compares it with the records. No byte of DIR changes.
Prints what is wrong, one line each; the exit code is 1 if anything is.`
}

// Run checks and reports.
func (c *checkCommand) Run(p *process) error {
	report, err := store.Check(c.Dir)
	if err != nil {
		return err
	}
	problems := report.Problems
	if len(problems) == 0 && !c.NoIndex {
		if problems, err = checkIndex(p.ctx, c.Dir, &report, p.stderr); err != nil {
			return err
		}
	}
	for _, problem := range problems {
		fmt.Fprintln(p.stdout, problem)
	}
	if report.More > 0 {
		fmt.Fprintf(p.stdout, "and %s more\n", grouped(report.More))
	}
	if n := len(problems) + report.More; n > 0 {
		return fmt.Errorf("check: %s: %d problems", c.Dir, n)
	}
	printReport(p, c.Dir, &report)
	return nil
}

func printReport(p *process, dir string, r *store.Report) {
	fmt.Fprintf(p.stdout, "%s is in order: seq %d, state hash %016x\n", dir, r.Seq, r.Hash)
	fmt.Fprintf(p.stdout, "%s missions, %s volunteers, %s organisations, %s holds (%s live), %s waiting, %s commands in the log, %s bytes\n",
		grouped(r.Missions), grouped(r.Volunteers), grouped(r.Organizations), grouped(r.Holds), grouped(r.LiveHolds), grouped(r.Waiting),
		grouped(r.LogEntries), grouped(int(r.FileBytes)))
}
