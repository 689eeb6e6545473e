package mission

import (
	"fmt"
	"strconv"
)

// Pool is a number of seats given out together: one slot's own, or the
// mission's shared by the slots that have none. Total is -1 where nobody
// knows it, and then Over is 0 and Free has no meaning.
type Pool struct {
	Total     int
	Elsewhere int // given out by the platform
	Held      int
	Confirmed int
	Over      int // given out or imported beyond the total, never by us
	Waiting   int // people in the lists of its slots, offers not counted
}

// SeatsUnknown is the total of a pool whose size nobody knows.
const SeatsUnknown = -1

// Taken gives the seats that are not to be had.
func (p Pool) Taken() int { return p.Elsewhere + p.Held + p.Confirmed }

// Free gives the seats left: 0 when full, SeatsMax where the total is unknown.
func (p Pool) Free() int {
	if p.Total == SeatsUnknown {
		return SeatsMax
	}
	return p.Total + p.Over - p.Taken()
}

// Fits says what is wrong with the pool: total + over = elsewhere + held +
// confirmed + free, no part negative, and over 0 or free 0. nil if nothing is.
func (p Pool) Fits() error {
	switch {
	case p.Elsewhere < 0 || p.Held < 0 || p.Confirmed < 0 || p.Over < 0 || p.Waiting < 0 || p.Total < SeatsUnknown:
		return fmt.Errorf("mission: seats: a negative part in %+v", p)
	case p.Total == SeatsUnknown && p.Over != 0:
		return fmt.Errorf("mission: seats: over an unknown total in %+v", p)
	case p.Free() < 0:
		return fmt.Errorf("mission: seats: more given than there are in %+v", p)
	case p.Total != SeatsUnknown && p.Over > 0 && p.Free() > 0:
		return fmt.Errorf("mission: seats: both over and free in %+v", p)
	}
	return nil
}

// SlotTerms is what decides whether a slot may be taken.
type SlotTerms struct {
	ID     string // "" for the one unnamed slot
	Pool   int    // index into Seats.Pools
	Starts int64  // Unix seconds, 0 for none
	Ends   int64
	Days   DayMask
}

// FillDays is how many days back fills are counted one by one.
const FillDays = 14

// Fills counts the seats taken here per day of log time, newest first:
// Counts[i] belongs to day Day-i, days since 1970.
type Fills struct {
	Day    int64
	Counts [FillDays]uint32
}

// Add counts n fills on a day, moving the window forward if it must.
func (f *Fills) Add(day int64, n uint32) {
	f.shift(day)
	if age := f.Day - day; age >= 0 && age < FillDays {
		f.Counts[age] += n
	}
}

func (f *Fills) shift(day int64) {
	by := day - f.Day
	if by <= 0 {
		return
	}
	for i := FillDays - 1; i >= 0; i-- {
		f.Counts[i] = 0
		if int64(i)-by >= 0 {
			f.Counts[i] = f.Counts[int64(i)-by]
		}
	}
	f.Day = day
}

// Since gives the fills counted in the FillDays days that end with day.
func (f *Fills) Since(day int64) (n int64) {
	for i, c := range f.Counts {
		if f.Day-int64(i) > day-FillDays {
			n += int64(c)
		}
	}
	return n
}

// Seats is everything by which the reducer decides a seat of one mission, and
// everything about them that ranking reads. The value is immutable once it is
// in a Change.
type Seats struct {
	Ordinal      Ordinal
	Organization ID
	State        string
	Booking      string
	Starts       int64
	Ends         int64
	ApplyBefore  int64
	MinAge       int
	MaxAge       int
	Slots        []SlotTerms // never empty
	Pools        []Pool      // never empty
	Fills        Fills
	Links        Fills // those of Fills that came by a link to the mission
	Created      int64 // log time of the first PUT, Unix seconds
	LastTaken    int64 // log time of the last hold or confirmation here, 0 for never
}

// Totals adds the pools up. Total is SeatsUnknown if any pool's is.
func (s *Seats) Totals() Pool {
	var t Pool
	for _, p := range s.Pools {
		if p.Total == SeatsUnknown || t.Total == SeatsUnknown {
			t.Total = SeatsUnknown
		} else {
			t.Total += p.Total
		}
		t.Elsewhere += p.Elsewhere
		t.Held += p.Held
		t.Confirmed += p.Confirmed
		t.Over += p.Over
		t.Waiting += p.Waiting
	}
	if t.Total == SeatsUnknown {
		t.Over = 0
	}
	return t
}

// Free gives the seats left in all pools; over in one does not eat another's.
func (s *Seats) Free() (free int) {
	for _, p := range s.Pools {
		free += p.Free()
	}
	return min(free, SeatsMax)
}

// Occupancy is how a mission's or a slot's seats stand, for the wire.
type Occupancy struct {
	Pool
	FreeSeats int
}

// Occupancy gives the mission's.
func (s *Seats) Occupancy() Occupancy { return Occupancy{s.Totals(), s.Free()} }

// MarshalJSON writes the contract's shape; an unknown total and what is free
// of it are null.
func (o Occupancy) MarshalJSON() ([]byte, error) { return o.AppendJSON(nil), nil }

// AppendJSON appends the contract's shape to b.
func (o Occupancy) AppendJSON(b []byte) []byte {
	known := o.Total != SeatsUnknown
	b = appendCount(append(b, `{"total":`...), o.Total, known)
	b = appendCount(append(b, `,"elsewhere":`...), o.Elsewhere, true)
	b = appendCount(append(b, `,"held":`...), o.Held, true)
	b = appendCount(append(b, `,"confirmed":`...), o.Confirmed, true)
	b = appendCount(append(b, `,"free":`...), o.FreeSeats, known)
	b = appendCount(append(b, `,"over":`...), o.Over, true)
	b = appendCount(append(b, `,"waiting":`...), o.Waiting, true)
	return append(b, '}')
}

func appendCount(b []byte, n int, known bool) []byte {
	if !known {
		return append(b, "null"...)
	}
	return strconv.AppendInt(b, int64(n), 10)
}

// The states of a hold: held, then exactly one of the others. A confirmed one
// may still be released (the seat is given back).
const (
	Held      = "held"
	Confirmed = "confirmed"
	Released  = "released"
	Expired   = "expired"
)

// Where a hold comes from.
const (
	OriginHold   = "hold"
	OriginOffer  = "offer"  // of a waiting list
	OriginImport = "import" // a seat given before Renfort
	OriginLink   = "link"   // a hold of somebody who came by a link to the mission
	OriginWave   = "wave"   // of somebody who was asked by a wave
)

// The answers to a confirmed seat.
const (
	AnswerInProgress = "in_progress"
	AnswerAccepted   = "accepted"
	AnswerRefused    = "refused"
	AnswerWithdrawn  = "withdrawn"
	AnswerAttended   = "attended"
	AnswerAbsent     = "absent"
)

// Hold is one person's seat in one or several slots of a mission, from the
// moment it is held. Times are Unix seconds of log time.
type Hold struct {
	ID         ID
	Mission    ID
	Ordinal    Ordinal // the mission's
	Volunteer  ID      // "" once the volunteer was erased
	Slots      []string
	State      string
	Origin     string
	Ref        string // the platform's name for it
	Created    int64
	Expires    int64
	Changed    int64
	ChangedSeq uint64
	Why        string // of a release
	Answer     string
	AnswerBy   string
	AnswerWhy  string
	AnswerAt   int64
}

// Live says whether the hold occupies seats.
func (h *Hold) Live() bool { return h.State == Held || h.State == Confirmed }
