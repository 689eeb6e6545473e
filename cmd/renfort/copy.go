package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"renfort/store"
)

// copyFile copies a file under a name that must not exist yet.
func copyFile(ctx context.Context, from, to string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	return writeFile(ctx, f, to)
}

// writeFile writes what r gives under a name that must not exist yet, and
// syncs it.
func writeFile(ctx context.Context, r io.Reader, to string) error {
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, &stopReader{ctx, r}); err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// stopReader reads until ctx is done.
type stopReader struct {
	ctx context.Context
	io.Reader
}

// Read implements io.Reader.
func (s *stopReader) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.Reader.Read(b)
}

// place writes a data file that r gives under the name to, which must not
// exist: the whole file, verified and durable, or nothing at all.
func place(ctx context.Context, r io.Reader, to string) (report store.Report, err error) {
	dir := filepath.Dir(to)
	temp, err := os.MkdirTemp(dir, ".renfort-copy-") // on the same file system
	if err != nil {
		return report, err
	}
	defer os.RemoveAll(temp)
	file := filepath.Join(temp, store.FileName)
	if err := writeFile(ctx, r, file); err != nil {
		return report, err
	}
	if report, err = store.Check(temp); err != nil {
		return report, err
	}
	if n := len(report.Problems); n > 0 {
		return report, fmt.Errorf("the copy has %d problems, the first: %s", n+report.More, report.Problems[0])
	}
	// A link does not replace what is there, as a rename would.
	if err := os.Link(file, to); err != nil {
		return report, err
	}
	return report, syncDir(dir)
}

// syncDir makes a new name in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
