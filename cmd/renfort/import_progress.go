package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// progressSuffix is what the name of a file's progress ends with.
const progressSuffix = ".renfort-progress"

// progress is how far the import of a file got, kept beside it after every
// chunk. It need not survive a crash of the machine: lines that are sent
// again change nothing.
type progress struct {
	To     string    `json:"to"`
	Bytes  int64     `json:"bytes"` // of the file, with Time: the one that this is of
	Time   time.Time `json:"time"`
	Kind   string    `json:"kind"`
	Line   int       `json:"line"` // the next to send
	Run    string    `json:"run"`  // of the idempotency keys
	Totals totals    `json:"totals"`

	path string // of the progress itself, "" where it cannot be kept
}

// newProgress is that of a file of which nothing was sent.
func newProgress(path, to string, f *lineFile) *progress {
	return &progress{To: to, Bytes: f.info.Size(), Time: f.info.ModTime().UTC(), Line: 1, Run: rand.Text(), path: path + progressSuffix}
}

// readProgress gives what an earlier run left, nil for nothing.
func readProgress(path string) (*progress, error) {
	data, err := os.ReadFile(path + progressSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := &progress{path: path + progressSuffix}
	if err := json.Unmarshal(data, p); err != nil || p.Line < 1 {
		return nil, fmt.Errorf("%s cannot be read; --restart begins anew", p.path)
	}
	return p, nil
}

// of says whether the progress is of the same file on its way to the same
// service.
func (p *progress) of(fresh *progress) bool {
	return p.To == fresh.To && p.Bytes == fresh.Bytes && p.Time.Equal(fresh.Time)
}

// save replaces what is beside the file; whoever is killed leaves the old or
// the new.
func (p *progress) save() error {
	if p.path == "" {
		return nil
	}
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	temp := p.path + ".new"
	if err := os.WriteFile(temp, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("keep the progress: %w", err)
	}
	return os.Rename(temp, p.path)
}

// remove ends the progress: the file is done.
func (p *progress) remove() {
	os.Remove(p.path) // what stays is of this file, and says that all is done
}
