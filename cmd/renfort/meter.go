package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
)

// meterEvery is how often a meter is drawn anew.
const meterEvery = 100 * time.Millisecond

// meter shows on a terminal how far long work is, on one line that is drawn
// over. Where the writer is no terminal it shows nothing. It is not safe for
// concurrent use.
type meter struct {
	to    io.Writer // nil: nobody looks
	what  string
	of    int // 0: nobody knows
	drawn time.Time
}

// newMeter shows what is done of so many.
func newMeter(to io.Writer, what string, of int) *meter {
	m := &meter{what: what, of: of}
	f, isFile := to.(*os.File)
	if !isFile {
		return m
	}
	if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		m.to = to
	}
	return m
}

// show says how much is done.
func (m *meter) show(done int) {
	if m.to == nil || time.Since(m.drawn) < meterEvery {
		return
	}
	m.drawn = time.Now()
	of := ""
	if m.of > 0 {
		of = fmt.Sprintf(" of %s (%d%%)", grouped(m.of), done*100/m.of)
	}
	fmt.Fprintf(m.to, "\r\x1b[K%s: %s%s", m.what, grouped(done), of)
}

// clear wipes the line, so that something else can be written.
func (m *meter) clear() {
	if m.to != nil && !m.drawn.IsZero() {
		fmt.Fprint(m.to, "\r\x1b[K")
		m.drawn = time.Time{}
	}
}

// grouped writes 12345 as 12,345.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		if s[i-1] == '-' {
			break
		}
		s = s[:i] + "," + s[i:]
	}
	return s
}
