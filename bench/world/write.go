package world

import (
	"bufio"
	"fmt"
	"io"

	"renfort/mission"
)

// WriteMissions writes all missions as NDJSON in the contract's shape: what
// POST /v1/missions/bulk takes.
func (w *World) WriteMissions(to io.Writer) error {
	return writeLines(to, "mission", w.config.Missions, w.Mission)
}

// WriteVolunteers writes all volunteers as NDJSON in the contract's shape.
func (w *World) WriteVolunteers(to io.Writer) error {
	return writeLines(to, "volunteer", w.config.Volunteers, w.Volunteer)
}

// writeLines encodes n records, one a line.
func writeLines[T any](to io.Writer, what string, n int, record func(int) T) error {
	b := bufio.NewWriterSize(to, 1<<16)
	for i := range n {
		r := record(i)
		line, err := mission.Encode(&r)
		if err != nil {
			return fmt.Errorf("world: encode %s %d: %w", what, i, err)
		}
		// A bufio.Writer keeps its first error and gives it at Flush.
		b.Write(line)
		if b.WriteByte('\n') != nil {
			break
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("world: write %ss: %w", what, err)
	}
	return nil
}
