package mission

import (
	"strconv"
	"time"
)

// Waiting is one person's place in the list of a slot. The list is ordered by
// JoinedSeq; seats are offered in that order over all slots that share a pool.
type Waiting struct {
	Mission   ID
	Ordinal   Ordinal // the mission's
	Volunteer ID
	Slot      string // "" for the one unnamed slot, or any of a shared pool
	Joined    int64  // log time, Unix seconds
	JoinedSeq uint64
	Position  int    // from 1 in the pool; 0 where it was not counted
	Why       string // of leaving, a stable word: left, closed, ended, ...
}

// Clock tells the local time of a place from some moment on, by its UTC
// offsets: all that the reducer needs of a time zone, so that it depends on no
// machine's tables. The zero value is UTC.
type Clock struct {
	Offset int // seconds east of UTC
	Shifts []Shift
}

// Shift is a change of a place's UTC offset.
type Shift struct {
	At     int64 // Unix seconds
	Offset int   // from then on
}

// ShiftsMax is how many changes of offset a Clock knows: more than a year of
// summer time. After the last one it stays.
const ShiftsMax = 3

// ClockOf gives a place's Clock from a moment on.
func ClockOf(loc *time.Location, at int64) Clock {
	t := time.Unix(at, 0).In(loc)
	var c Clock
	_, c.Offset = t.Zone()
	for range ShiftsMax {
		_, end := t.ZoneBounds()
		if end.IsZero() {
			break
		}
		t = end
		_, offset := t.Zone()
		c.Shifts = append(c.Shifts, Shift{t.Unix(), offset})
	}
	return c
}

// OK says whether the clock is one that a place can have.
func (c *Clock) OK() bool {
	const day = 86_400
	last := int64(0)
	for _, s := range c.Shifts {
		if s.At <= last || s.Offset < -day || s.Offset > day {
			return false
		}
		last = s.At
	}
	return len(c.Shifts) <= ShiftsMax && c.Offset >= -day && c.Offset <= day
}

// at gives the offset at a moment, and the next moment at which it changes (0
// for none).
func (c *Clock) at(t int64) (offset int, next int64) {
	offset = c.Offset
	for _, s := range c.Shifts {
		if s.At > t {
			return offset, s.At
		}
		offset = s.Offset
	}
	return offset, 0
}

// Quiet is the hours of each local day in which nobody is disturbed, as
// seconds after midnight; it may span midnight, and is none where both are
// equal.
type Quiet struct{ From, Until int }

// Quiet gives the policy's quiet hours.
func (p *ReversePolicy) Quiet() Quiet {
	return Quiet{secondOfDay(p.QuietFrom), secondOfDay(p.QuietUntil)}
}

// secondOfDay reads a validated "22:00".
func secondOfDay(clock string) int {
	if len(clock) != len("15:04") {
		return 0
	}
	h, _ := strconv.Atoi(clock[:2])
	m, _ := strconv.Atoi(clock[3:])
	return h*3600 + m*60
}

// WakingEnd gives the moment by which so many seconds outside the quiet hours
// have gone by since from.
func (q Quiet) WakingEnd(from, seconds int64, c *Clock) int64 {
	if q.From == q.Until {
		return from + seconds
	}
	for t := from; ; {
		offset, shift := c.at(t)
		left, quiet := q.left((t + int64(offset)) % 86_400)
		if shift != 0 {
			left = min(left, shift-t) // the clock on the wall jumps
		}
		if !quiet {
			if seconds <= left {
				return t + seconds
			}
			seconds -= left
		}
		t += left
	}
}

// left gives the seconds until the quiet hours end, or begin where it is not
// quiet at a second of the day.
func (q Quiet) left(second int64) (left int64, quiet bool) {
	until := (int64(q.Until) - second + 2*86_400) % 86_400
	from := (int64(q.From) - second + 2*86_400) % 86_400
	if from == 0 || until != 0 && until < from {
		return until, true
	}
	return from, false
}
