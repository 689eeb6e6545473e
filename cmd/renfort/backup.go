package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"renfort/store"
)

// backupCommand copies the data of a running service.
type backupCommand struct {
	From string `required:"" placeholder:"URL" help:"The service, as http://127.0.0.1:8080."`
	Key  string `placeholder:"KEY" help:"A key with the scope admin."`
	Out  string `required:"" type:"path" placeholder:"FILE" help:"Where the copy goes; nothing may be there."`
}

// Run fetches a consistent copy and verifies it before it takes its name.
func (c *backupCommand) Run(p *process) error {
	s, err := newRemote(c.From, c.Key)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(c.Out); err == nil {
		return fmt.Errorf("backup: %s is there already", c.Out)
	}
	answer, err := s.post(p.ctx, "/v1/backup", "", "", nil)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("backup: %w", refusalOf(answer))
	}
	report, err := place(p.ctx, answer.Body, c.Out)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	printReport(p, c.Out, &report)
	return nil
}

// restoreCommand makes a data directory of a copy.
type restoreCommand struct {
	From string `required:"" type:"existingfile" placeholder:"FILE" help:"A copy that renfort backup made."`
	Data string `required:"" type:"path" placeholder:"DIR" help:"The data directory; it must have no data yet."`
}

// Run copies the file, verifies the copy, and only then gives it its name.
func (c *restoreCommand) Run(p *process) error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	for _, name := range store.Files() {
		if _, err := os.Lstat(filepath.Join(c.Data, name)); err == nil {
			return fmt.Errorf("restore: %s has data already: %s", c.Data, name)
		}
	}
	from, err := os.Open(c.From)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer from.Close()
	report, err := place(p.ctx, from, filepath.Join(c.Data, store.FileName))
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	printReport(p, c.Data, &report)
	return nil
}
