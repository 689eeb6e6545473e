package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"renfort/bench/load"
)

// benchBar shows on a terminal how a run goes: a bar, live rates and what went
// wrong, on one line that is drawn over. Elsewhere it prints a line for each
// step. It is safe for concurrent use.
type benchBar struct {
	mu       sync.Mutex
	to       io.Writer
	terminal bool
	drawn    bool
	last     load.Progress
}

func newBenchBar(to io.Writer) *benchBar {
	b := &benchBar{to: to}
	if f, isFile := to.(*os.File); isFile {
		info, err := f.Stat()
		b.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return b
}

// step says that a new part begins.
func (b *benchBar) step(what string) {
	b.clear()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = load.Progress{}
	fmt.Fprintf(b.to, "%s: %s\n", time.Now().Format(time.TimeOnly), what)
}

// barWidth is of the bar alone, in characters.
const barWidth = 24

// progress draws the line anew.
func (b *benchBar) progress(p load.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.terminal {
		return
	}
	done, of := float64(p.Arrived), float64(p.Due)
	if p.Span > 0 {
		done, of = min(p.Elapsed.Seconds(), p.Span.Seconds()), p.Span.Seconds()
	}
	full := 0
	if of > 0 {
		full = int(done / of * barWidth)
	}
	rate := 0.0
	if since := (p.Elapsed - b.last.Elapsed).Seconds(); since > 0 && p.Phase == b.last.Phase {
		rate = float64(p.Sent()-b.last.Sent()) / since
	}
	b.last = p
	fmt.Fprintf(b.to, "\r\x1b[K[%s%s] %s %s  %s/s  mean %.1f ms  no %s  refused %s  errors %s  timeouts %s", strings.Repeat("#", full), strings.Repeat("-", barWidth-full),
		p.Phase, p.Elapsed.Round(time.Second), grouped(int(rate)), p.MeanUS/1e3, grouped(int(p.Counts[load.No])), grouped(int(p.Counts[load.Refused])),
		grouped(int(p.Counts[load.Failed])), grouped(int(p.Counts[load.TimedOut])))
	b.drawn = true
}

// clear wipes the line, so that something else can be written.
func (b *benchBar) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.drawn {
		fmt.Fprint(b.to, "\r\x1b[K")
		b.drawn = false
	}
}
