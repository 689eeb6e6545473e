package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// importCommand sends files to a service.
type importCommand struct {
	To        string   `required:"" placeholder:"URL" help:"The service, as http://127.0.0.1:8080."`
	Key       string   `placeholder:"KEY" help:"A key with the scope write."`
	Kind      string   `enum:"auto,missions,volunteers,feed" default:"auto" placeholder:"KIND" help:"What the files hold: missions or volunteers a line, a feed, or auto, which looks at how each begins."`
	Publisher string   `placeholder:"NAME" help:"Feeds: whose missions they are. A key for one publisher need not say."`
	Places    string   `enum:",total,left" default:"" placeholder:"WHAT" help:"Feeds: whether places are the total, as by default, or the seats left."`
	Prune     string   `enum:",true,force" default:"" placeholder:"true|force" help:"Feeds: close the publisher's missions that the feed no longer names; force: however many."`
	Booking   string   `enum:",here,elsewhere" default:"" placeholder:"WHERE" help:"Feeds: who takes the signups; elsewhere: the partner, on its own site. Default: here."`
	FromLine  int      `placeholder:"N" help:"Begin at this line of the file (one file only)."`
	Restart   bool     `help:"Begin at the first line, whatever an earlier run left."`
	Strict    bool     `help:"Exit with 1 if any line was refused."`
	Files     []string `arg:"" name:"file" type:"existingfile" help:"NDJSON, or a feed: API Engagement's XML or v0 JSON; plain or gzip."`
}

// Help says what a reader of --help wants to know beyond the flags.
func (*importCommand) Help() string {
	return `Lines go to the service in chunks, in their order. Each line that it refuses is
reported on standard error as FILE:LINE: ID: CODE: DETAIL, and does not stop the
rest: the exit code is 0 with a summary, unless --strict. A service that is busy,
restarting or out of reach is waited for.

A feed goes to the service whole; what was repaired, refused and kept is reported
mission by mission. One that breaks off is stored as far as it came, and exits 1.

How far a file of lines got is kept beside it, in FILE` + progressSuffix + `, until it is done:
the same command again goes on from there. A line is sent twice at most, which
changes nothing.`
}

// Run sends every file and prints what came of it.
func (c *importCommand) Run(p *process) error {
	if c.FromLine < 0 || c.FromLine > 0 && (len(c.Files) > 1 || c.Restart) {
		return &usageError{errors.New("--from-line is a line of one file, and not for --restart")}
	}
	service, err := newRemote(c.To, c.Key)
	if err != nil {
		return err
	}
	refused := 0
	for _, path := range c.Files {
		t, err := (&importer{command: c, process: p, service: service, path: path}).run()
		refused += t.Rejected
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
	}
	if c.Strict && refused > 0 {
		return fmt.Errorf("import: %s lines were refused", grouped(refused))
	}
	return nil
}

// importer sends one file.
type importer struct {
	command  *importCommand
	process  *process
	service  *remote
	path     string
	progress *progress
	meter    *meter
}

func (i *importer) run() (totals, error) {
	feed := i.command.Kind == "feed"
	if i.command.Kind == "auto" {
		var err error
		if feed, err = isFeed(i.path); err != nil {
			return totals{}, err
		}
	}
	if feed {
		return i.importFeed()
	}
	f, err := openLines(i.path)
	if err != nil {
		return totals{}, err
	}
	defer f.close()
	if i.progress, err = i.begin(f); err != nil {
		return totals{}, err
	}
	i.meter = newMeter(i.process.stderr, i.path, 0)
	if err := i.send(f); err != nil {
		i.meter.clear()
		return i.progress.Totals, fmt.Errorf("%s: stopped before line %d, where the next run goes on: %w", i.path, i.progress.Line, err)
	}
	i.meter.clear()
	i.progress.remove()
	fmt.Fprintf(i.process.stdout, "%s: %s\n", i.path, i.progress.words())
	return i.progress.Totals, nil
}

// begin finds where to begin.
func (i *importer) begin(f *lineFile) (*progress, error) {
	fresh := newProgress(i.path, i.command.To, f)
	switch {
	case i.command.FromLine > 0:
		fresh.Line = i.command.FromLine
		return fresh, nil
	case i.command.Restart:
		return fresh, nil
	}
	left, err := readProgress(i.path)
	if err != nil || left == nil {
		return fresh, err
	}
	if !left.of(fresh) {
		fmt.Fprintf(i.process.stderr, "%s: what an earlier run left is of another file or service; beginning anew\n", i.path)
		return fresh, nil
	}
	fmt.Fprintf(i.process.stderr, "%s: going on from line %d\n", i.path, left.Line)
	return left, nil
}

// send sends the file chunk by chunk from where the progress is.
func (i *importer) send(f *lineFile) error {
	if err := f.skip(i.process.ctx, i.progress.Line); err != nil {
		return err
	}
	for {
		c, err := f.chunk()
		if err != nil {
			return err
		}
		if len(c.numbers) == 0 && len(c.long) == 0 && c.end {
			return nil
		}
		if err := i.sendChunk(c); err != nil {
			return err
		}
		i.progress.Line = c.next
		i.meter.show(c.next - 1)
		if err := i.progress.save(); err != nil {
			i.meter.clear()
			fmt.Fprintf(i.process.stderr, "%s: %v; --from-line %d goes on from here\n", i.path, err, c.next)
			i.progress.path = "" // the files matter more
		}
		if c.end {
			return nil
		}
	}
}

// sendChunk sends one chunk and reports what of it was refused.
func (i *importer) sendChunk(c *chunk) error {
	for _, n := range c.long {
		i.report(lineRefusal{Line: n, Code: "too_large", Detail: fmt.Sprintf("the line is over %d bytes", lineBytesMax)})
		i.progress.Totals.Received++
		i.progress.Totals.Rejected++
	}
	if len(c.numbers) == 0 {
		return nil
	}
	kind, err := i.kind(c)
	if err != nil {
		return err
	}
	a, err := i.deliver("/v1/"+kind+"/bulk", c)
	if err != nil {
		return err
	}
	for _, e := range a.Errors {
		if e.Line < 1 || e.Line > len(c.numbers) {
			return fmt.Errorf("the service refused line %d of %d", e.Line, len(c.numbers))
		}
		e.Line = c.numbers[e.Line-1]
		i.report(e)
	}
	i.progress.Totals.add(&a.totals)
	return nil
}

// report tells one refused line.
func (i *importer) report(e lineRefusal) {
	i.meter.clear()
	id := ""
	if e.ID != "" {
		id = e.ID + ": "
	}
	io.WriteString(i.process.stderr, fmt.Sprintf("%s:%d: %s%s: %s\n", i.path, e.Line, id, e.Code, e.Detail))
}

// kind says what the file holds: what the command line or an earlier chunk
// said, else what the first lines look like.
func (i *importer) kind(c *chunk) (string, error) {
	if i.command.Kind != "auto" {
		return i.command.Kind, nil
	}
	if i.progress.Kind == "" {
		i.progress.Kind = c.kind()
	}
	if i.progress.Kind == "" {
		return "", errors.New("its lines look neither like missions nor like volunteers; say which by --kind")
	}
	return i.progress.Kind, nil
}

// words says what became of the lines.
func (p *progress) words() string {
	t := &p.Totals
	what := p.Kind
	if what == "" {
		what = "lines"
	}
	parts := []string{fmt.Sprintf("%s %s", grouped(t.Received), what), grouped(t.Stored) + " stored"}
	for _, n := range []struct {
		n    int
		word string
	}{{t.Deleted, "deleted"}, {t.Ignored, "ignored as older"}, {t.Rejected, "refused"}} {
		if n.n > 0 {
			parts = append(parts, grouped(n.n)+" "+n.word)
		}
	}
	return strings.Join(parts, ", ")
}
