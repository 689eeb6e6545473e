package verify

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"sync"
)

// writeBufferBytes is how much is written at once. What is in the buffer when
// the writer's own process is killed is lost; the service's death loses nothing.
const writeBufferBytes = 1 << 20

// ErrClosed is returned by a Writer that was closed.
var ErrClosed = errors.New("verify: the file is closed")

// Writer writes a ledger or a record, a line at a time. It is safe for
// concurrent use, and its lines are whole. The first error stays: every call
// after it returns it too, and so does Close.
type Writer struct {
	mu    sync.Mutex
	file  *os.File
	to    *bufio.Writer
	line  []byte // scratch
	err   error
	lines int64
}

// NewLedger makes the file, or empties it, for Intent, Acknowledged and
// Refused.
func NewLedger(path string) (*Writer, error) { return create(path) }

// NewRecord makes the file, or empties it, for Answer.
func NewRecord(path string) (*Writer, error) { return create(path) }

func create(path string) (*Writer, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	return &Writer{file: f, to: bufio.NewWriterSize(f, writeBufferBytes)}, nil
}

// Intent says that a write is about to be sent. It comes before the request
// does: a write of which nothing else is heard may have happened or not.
func (w *Writer) Intent(e *Entry) error { return w.entry(lineIntent, e) }

// Acknowledged says that the service answered that the write is done. Only
// that obliges it.
func (w *Writer) Acknowledged(e *Entry) error { return w.entry(lineAcknowledged, e) }

// Refused says that the service answered that the write did not happen: any
// status of 400 to 499. 503, a broken connection and a timeout leave it open
// and are no refusal: then nothing is written.
func (w *Writer) Refused(e *Entry) error { return w.entry(lineRefused, e) }

// Answer records an answer with its request; what is no JSON is an error.
func (w *Writer) Answer(a *Answer) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	line, err := appendAnswer(w.line[:0], a)
	w.line = line[:0]
	if err != nil {
		return err // of this answer alone
	}
	return w.write(line)
}

// Lines gives how many lines were written.
func (w *Writer) Lines() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lines
}

func (w *Writer) entry(line string, e *Entry) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	w.line = appendEntry(w.line[:0], line, e)
	return w.write(w.line)
}

// write writes a line; the caller holds the lock.
func (w *Writer) write(line []byte) error {
	if _, err := w.to.Write(line); err != nil {
		w.err = fmt.Errorf("verify: write line %d: %w", w.lines+1, err)
		return w.err
	}
	w.lines++
	return nil
}

// Close writes what is left and closes the file. The Writer cannot be used
// again.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if errors.Is(w.err, ErrClosed) {
		return w.err
	}
	err := errors.Join(w.err, w.to.Flush(), w.file.Close())
	w.err = ErrClosed
	if err != nil {
		return fmt.Errorf("verify: close %s: %w", w.file.Name(), err)
	}
	return nil
}
