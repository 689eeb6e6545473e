package api

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"renfort/mission"
)

// lines reads NDJSON line by line as it comes, in bounded memory.
type lines struct {
	from   *bufio.Reader
	long   []byte // a line over the reader's buffer, put together
	number int    // of the line that next gave, from 1
	read   int    // bytes
	limit  int
	length int // what Content-Length promised, negative for unknown
}

// lineBufferBytes holds nearly every line; longer ones are put together.
const lineBufferBytes = 64 << 10

// newLines reads at most limit bytes; length is what Content-Length promised,
// negative where it did not.
func newLines(r io.Reader, limit, length int) *lines {
	return &lines{from: bufio.NewReaderSize(r, lineBufferBytes), limit: limit, length: length}
}

// next gives the next line that is not blank, without its end. It lives until
// the next call. io.EOF is the regular end. An error of kind TooLarge that
// skippable accepts concerns this line alone; any other ends the reading.
func (l *lines) next() ([]byte, error) {
	for {
		l.number++
		line, err := l.line()
		if line = bytes.TrimSpace(line); len(line) > 0 || err != nil && err != io.EOF {
			return line, keepLine(line, err)
		}
		if err == io.EOF {
			if l.length > 0 && l.read < l.length {
				return nil, cutOff()
			}
			return nil, io.EOF
		}
	}
}

// keepLine lets a last line without an end through; the next call meets the
// end again.
func keepLine(line []byte, err error) error {
	if err == io.EOF && len(line) > 0 {
		return nil
	}
	return err
}

// errLongLine is returned for a line over the limit of one body. The line was
// read and thrown away, and the next one can be read.
var errLongLine = errors.New("api: the line is over the limit of a body")

// line gives one line with its end. A line over the limit of a body is read
// to its end and thrown away, in bounded memory, so that the next one can be
// read.
func (l *lines) line() ([]byte, error) {
	l.long = l.long[:0]
	long := false
	for {
		part, err := l.from.ReadSlice('\n')
		if l.read += len(part); l.read > l.limit {
			return nil, tooLarge(l.limit)
		}
		if err == nil && len(l.long) == 0 && !long {
			return part, nil
		}
		if len(l.long)+len(part) > mission.BodyBytesMax {
			long, l.long = true, l.long[:0]
		}
		if !long {
			l.long = append(l.long, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case long && (err == nil || err == io.EOF):
			return nil, errLongLine
		case err == nil || err == io.EOF:
			return l.long, err
		}
		return nil, cutOff()
	}
}
