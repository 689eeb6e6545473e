package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"renfort/bench/world"
)

// worldCommand writes a made-up France as files.
type worldCommand struct {
	Missions   int    `required:"" placeholder:"N" help:"How many missions."`
	Volunteers int    `required:"" placeholder:"N" help:"How many volunteers."`
	Seed       uint64 `default:"1" placeholder:"S" help:"The same seed and time make the same bytes."`
	At         string `placeholder:"TIME" help:"Now in that world, RFC 3339: dates lie around it. Left out: the present."`
	Out        string `required:"" type:"path" placeholder:"DIR" help:"Where missions.ndjson and volunteers.ndjson go; made if it is not there."`
}

// Run writes both files; what was there under their names is replaced.
func (c *worldCommand) Run(p *process) error {
	config := world.Config{Missions: c.Missions, Volunteers: c.Volunteers, Seed: c.Seed, At: time.Now()}
	if c.At != "" {
		at, err := time.Parse(time.RFC3339, c.At)
		if err != nil {
			return &usageError{fmt.Errorf("--at: %q is not a time as 2026-11-21T18:00:00Z", c.At)}
		}
		config.At = at
	}
	if err := config.Validate(); err != nil {
		return &usageError{err}
	}
	w, err := world.New(config)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return fmt.Errorf("world: %w", err)
	}
	if err := c.file(p, "missions", c.Missions, w.WriteMissions); err != nil {
		return err
	}
	return c.file(p, "volunteers", c.Volunteers, w.WriteVolunteers)
}

// file writes one of the files and says where it is.
func (c *worldCommand) file(p *process, what string, n int, write func(io.Writer) error) error {
	path := filepath.Join(c.Out, what+".ndjson")
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("world: %w", err)
	}
	defer f.Close()
	m := newMeter(p.stderr, what, n)
	err = write(&lineCounter{p: p, to: f, meter: m})
	m.clear()
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("world: %w", err)
	}
	fmt.Fprintf(p.stdout, "%s %s in %s\n", grouped(n), what, path)
	return nil
}

// lineCounter shows the lines that pass on a meter, and stops with the
// process.
type lineCounter struct {
	p     *process
	to    io.Writer
	meter *meter
	lines int
}

// Write implements io.Writer.
func (l *lineCounter) Write(b []byte) (int, error) {
	if err := l.p.ctx.Err(); err != nil {
		return 0, err
	}
	for _, c := range b {
		if c == '\n' {
			l.lines++
		}
	}
	l.meter.show(l.lines)
	return l.to.Write(b)
}
