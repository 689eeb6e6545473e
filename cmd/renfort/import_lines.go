package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"renfort/mission"
)

// The size of a chunk: large enough for full transactions, small enough to be
// sent again and to be read at once, and fewer lines than a service reports
// one by one.
const (
	chunkBytesMax = 4 << 20
	chunkLinesMax = 5_000
	lineBytesMax  = mission.BodyBytesMax
)

// lineFile reads a file line by line, in bounded memory, through gzip where
// it begins like gzip.
type lineFile struct {
	file *os.File
	info os.FileInfo
	from *bufio.Reader
	line int // number of the next line, from 1
}

// chunk is some lines that are sent together.
type chunk struct {
	body    bytes.Buffer
	numbers []int // numbers[i] is where line i of body stands in the file
	long    []int // lines that are too long to be sent
	first   int   // the line that it begins at
	next    int   // the line after it
	end     bool  // it is the last one
}

func openLines(path string) (*lineFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	l := &lineFile{file: f, info: info, from: bufio.NewReaderSize(f, 1<<16), line: 1}
	if magic, _ := l.from.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(l.from)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
		}
		l.from = bufio.NewReaderSize(z, 1<<16)
	}
	return l, nil
}

func (l *lineFile) close() { l.file.Close() }

// next gives the next line without its end; it lives until the next call.
// long says that it was over lineBytesMax and was thrown away. io.EOF comes
// alone, after the last line.
func (l *lineFile) next(buffer []byte) (line []byte, long bool, err error) {
	line = buffer[:0]
	for {
		part, err := l.from.ReadSlice('\n')
		if long = long || len(line)+len(part) > lineBytesMax; long {
			line = line[:0]
		} else {
			line = append(line, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && (len(line) > 0 || long):
		case err != nil:
			return nil, false, err
		}
		l.line++
		return bytes.TrimSpace(line), long, nil
	}
}

// skip reads up to a line.
func (l *lineFile) skip(ctx context.Context, to int) error {
	var buffer []byte
	for l.line < to {
		line, _, err := l.next(buffer)
		if err == io.EOF {
			return fmt.Errorf("it ends before line %d", to)
		}
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		buffer = line
	}
	return nil
}

// chunk reads as many lines as go together; blank ones are left out.
func (l *lineFile) chunk() (*chunk, error) {
	c := &chunk{first: l.line}
	var buffer []byte
	for c.body.Len() < chunkBytesMax && len(c.numbers) < chunkLinesMax {
		number := l.line
		line, long, err := l.next(buffer)
		if err == io.EOF {
			c.end = true
			break
		}
		if err != nil {
			return nil, err
		}
		buffer = line
		switch {
		case long:
			c.long = append(c.long, number)
		case len(line) > 0:
			c.body.Write(line)
			c.body.WriteByte('\n')
			c.numbers = append(c.numbers, number)
		}
	}
	c.next = l.line
	return c, nil
}

// deletes says whether some line may be a deletion, which done twice fails
// the second time.
func (c *chunk) deletes() bool { return bytes.Contains(c.body.Bytes(), []byte(`"_delete"`)) }

// kind says what the lines look like, "" where none tells: only missions have
// a title or are deleted by line, only volunteers have what volunteers tell.
func (c *chunk) kind() string {
	for line := range bytes.Lines(c.body.Bytes()) {
		var members map[string]json.RawMessage
		if json.Unmarshal(line, &members) != nil {
			continue
		}
		for _, name := range []string{"title", "_delete", "locations", "seats", "organization"} {
			if members[name] != nil {
				return "missions"
			}
		}
		for _, name := range []string{"postal_code", "insee", "radius_km", "mobility", "availability", "birth_year", "adult", "consent", "channel", "equipment", "languages", "location"} {
			if members[name] != nil {
				return "volunteers"
			}
		}
	}
	return ""
}
