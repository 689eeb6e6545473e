package bench

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"os"

	"renfort/bench/load"
)

// raw writes every sample as a line of CSV, compressed: what a sceptic works
// percentiles out from anew.
type raw struct {
	file *os.File
	zip  *gzip.Writer
	to   *bufio.Writer
}

// newRaw makes the file.
func newRaw(path string) (*raw, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	zip, _ := gzip.NewWriterLevel(f, gzip.BestSpeed) // the level is one that there is
	r := &raw{file: f, zip: zip, to: bufio.NewWriter(zip)}
	fmt.Fprintln(r.to, "repeat,phase,call,due_us,sent_us,done_us,outcome,status,bytes")
	return r, nil
}

// add writes a sample. A failure shows at the end.
func (r *raw) add(repeat int, phase, kind string, s *load.Sample) {
	fmt.Fprintf(r.to, "%d,%q,%q,%d,%d,%d,%s,%d,%d\n", repeat, phase, kind, s.Due.Microseconds(), s.Sent.Microseconds(), s.Done.Microseconds(), s.Outcome, s.Status, s.Bytes)
}

// close ends the file.
func (r *raw) close() error {
	if err := errors.Join(r.to.Flush(), r.zip.Close(), r.file.Close()); err != nil {
		return fmt.Errorf("bench: raw samples: %w", err)
	}
	return nil
}
