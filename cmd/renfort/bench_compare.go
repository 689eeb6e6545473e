package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"renfort/bench/report"
	"renfort/bench/result"
)

// compareCommand says how one result differs from another.
type compareCommand struct {
	A      string `arg:"" type:"existingfile" name:"A.json" help:"What was measured before."`
	B      string `arg:"" type:"existingfile" name:"B.json" help:"What was measured since."`
	Report string `type:"path" placeholder:"FILE.html" help:"A page with both side by side, in English and French."`
	Force  bool   `help:"Compare also what is void, or not of the same scenario, settings, data and machine."`
}

// Run prints the table and the verdict; a regression is an error.
func (c *compareCommand) Run(p *process) error {
	a, err := result.ReadFile(c.A)
	if err != nil {
		return err
	}
	b, err := result.ReadFile(c.B)
	if err != nil {
		return err
	}
	apart := result.Apart(a, b)
	if len(apart) > 0 && !c.Force {
		return &usageError{fmt.Errorf("bench compare: these must not be compared (--force does): %s", strings.Join(apart, "; "))}
	}
	for _, reason := range apart {
		fmt.Fprintln(p.stderr, "compared nevertheless:", reason)
	}
	if err := writePage(c.Report, a, b); err != nil {
		return err
	}
	comparison := result.Compare(a, b)
	if err := comparison.WriteText(p.stdout); err != nil {
		return err
	}
	if comparison.Verdict == result.Worse {
		return errors.New("bench compare: B is worse than A")
	}
	return nil
}

// mergeCommand puts the shards of a run together.
type mergeCommand struct {
	Files  []string `arg:"" type:"existingfile" name:"FILE" help:"What --json wrote on each machine."`
	JSON   string   `name:"json" type:"path" placeholder:"FILE" help:"The whole."`
	Report string   `type:"path" placeholder:"FILE.html" help:"A page of the whole, in English and French."`
}

// Run prints the whole; where it is void, that is an error once it is written.
func (c *mergeCommand) Run(p *process) error {
	var shards []*result.Result
	for _, name := range c.Files {
		r, err := result.ReadFile(name)
		if err != nil {
			return err
		}
		shards = append(shards, r)
	}
	merged, err := result.Merge(shards...)
	if err != nil {
		return err
	}
	if c.JSON != "" {
		if err := result.WriteFile(c.JSON, merged); err != nil {
			return err
		}
	}
	if err := writePage(c.Report, merged); err != nil {
		return err
	}
	if err := result.WriteText(p.stdout, merged); err != nil {
		return err
	}
	if len(merged.Void) > 0 {
		return fmt.Errorf("bench merge: void: %s", strings.Join(merged.Void, "; "))
	}
	return nil
}

// writePage writes the page of results, or none where it has no name.
func writePage(name string, results ...*result.Result) error {
	return writeReport(name, func(w io.Writer) error { return report.WriteHTML(w, results...) })
}
