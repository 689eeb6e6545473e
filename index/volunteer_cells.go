package index

import (
	"slices"

	"github.com/cespare/xxhash/v2"

	"renfort/geo"
	"renfort/mission"
)

// Resident is a volunteer as reverse matching meets them: one of many in a run
// of memory, less than a line of the processor's cache. What it folds or rounds
// lets nobody be missed; the rows of Volunteers and Asked settle the rest.
type Resident struct {
	Domains    uint64
	Activities uint64  // folded: bit i%64 for activity i
	Skills     uint32  // folded by SkillBits
	Words      uint32  // equipment and languages, folded the same way
	Ordinal    uint32  //
	ReachKm    float32 // how far they go at most, rounded up; 0 for no limit
	Tie        uint32  // hash of the id, breaks ties
	Publisher  uint32  // term
	LastAsked  uint32  // Unix seconds, 0: not in the last mission.BudgetDays
	Days       mission.DayMask
	Born       uint8 // BornUnknown, BornMinor, BornAdult, else the year of birth less BornZero
	Traits     uint8
	asks       uint8  // Asks, and Charged above it
	since      uint32 // epoch in which they last moved, as this row knows it
}

// AsksMost and ChargedMost are the most that a row counts of either; they stand
// for more.
const (
	AsksMost    = 15
	ChargedMost = 15

	chargedShift = 4
)

// Asks is how often waves asked them in the last mission.BudgetDays, whether
// they answered or not.
func (r *Resident) Asks() uint8 { return r.asks & AsksMost }

// Charged is how many asks and alerts of the last mission.BudgetDays are in
// their budget.
func (r *Resident) Charged() uint8 { return r.asks >> chargedShift }

// What is known of a volunteer's age, as a number.
const (
	BornUnknown uint8 = iota
	BornMinor         // not adult
	BornAdult         // adult
	BornZero    = 1897
)

// Traits of a resident: their wish, their channel, their consent.
const (
	wishMask     = 3 // WantsAlso, WantsNone, WantsOnly
	channelShift = 2
	consentShift = 4
	stoppedTrait = 1 << 6
)

// Wish gives WantsAlso, WantsNone or WantsOnly.
func (r *Resident) Wish() uint8 { return r.Traits & wishMask }

// Channel gives the number of the channel they asked for, 0 for none.
func (r *Resident) Channel() uint8 { return r.Traits >> channelShift & 3 }

// Consent gives the bits of what they agreed to.
func (r *Resident) Consent() uint8 { return r.Traits >> consentShift & 3 }

// Stopped says whether they asked to be asked nothing more.
func (r *Resident) Stopped() bool { return r.Traits&stoppedTrait != 0 }

// Prefers says whether they chose domains or activities.
func (r *Resident) Prefers() bool { return r.Domains|r.Activities != 0 }

// bornOf gives what is known of an age as a number.
func bornOf(v *Volunteer) uint8 {
	if v.BirthYear > 0 {
		return uint8(min(max(int(v.BirthYear)-BornZero, 3), 255))
	}
	return v.Adult
}

// residentOf makes the row of a volunteer who exists.
func residentOf(o uint32, v *Volunteer, a *Asked, id mission.ID, terms Runs[uint32], since uint32) Resident {
	r := Resident{Ordinal: o, since: since, Domains: v.Domains, Activities: v.Activities[0] | v.Activities[1] | v.Activities[2] | v.Activities[3],
		ReachKm: float32(v.RadiusKm * (1 + 1e-6)), Tie: uint32(xxhash.Sum64String(id) >> 32), Publisher: v.Publisher,
		LastAsked: a.Last, Days: v.Days, Born: bornOf(v), Traits: v.Remote | v.Channel<<channelShift | v.Consent<<consentShift,
		asks: min(a.Asks, AsksMost) | min(a.Charged, ChargedMost)<<chargedShift}
	if a.Stopped {
		r.Traits |= stoppedTrait
	}
	run := terms.At(v.run())
	r.Skills, r.Words = SkillBits(run[:v.Skills.Len]), SkillBits(run[v.Skills.Len:])
	return r
}

// Resident gives the row of a volunteer who exists, as it is in this snapshot.
func (s *Snapshot) Resident(o uint32) Resident {
	return residentOf(o, s.Volunteers.At(o), s.AskedOf(o), s.VolunteerID(o), s.Terms, *s.whereabouts.At(o))
}

// Lives says whether a row of a census is its volunteer's newest: others are dead.
func (s *Snapshot) Lives(r *Resident) bool { return *s.whereabouts.At(r.Ordinal) == r.since }

// Home is a cell of mission.VolunteerLevel with its residents. They are all as
// far from anything: their place is the cell's centre.
type Home struct {
	Vec   geo.Vec // no meaning where Cell is 0
	Cell  geo.Cell
	First uint32 // of its residents in Rows
	Len   uint32
}

// Quarter is a cell with homes, or with quarters below it, and what is true of
// everybody in it: no row of it says more.
type Quarter struct {
	X, Y, Z    float32 // centre of its cap
	RadiusKm   float32 // of its cap, all rounding included
	Domains    uint64  // union
	Activities uint64  // union, folded
	Skills     uint32  // union, folded
	ReachKm    float32 // the greatest, 0 where somebody has no limit
	First      uint32  // of its quarters in Quarters, or of its homes in Homes
	Len        uint16
	Leaf       bool
	Open       bool            // somebody chose nothing
	Channels   uint8           // bit c for channel c
	Asks       uint8           // the least
	Days       mission.DayMask // union; all of them where somebody told none
}

// MinKm gives a lower bound of the distance from v to anybody in the quarter.
func (q *Quarter) MinKm(v geo.Vec) float64 {
	km := geo.Km(v.Chord2(geo.Vec{X: float64(q.X), Y: float64(q.Y), Z: float64(q.Z)}))
	return max(0, km-km*1e-6-float64(q.RadiusKm))
}

// Census is volunteers by where they live: those who do not say first, then by
// home, in a home by ordinal. Immutable. Quarters[0] is the root; where nobody
// tells a place there are none.
type Census struct {
	Rows     []Resident
	Homes    []Home
	Quarters []Quarter
}

// Nowhere gives the residents whose place is not known.
func (c *Census) Nowhere() []Resident {
	if len(c.Homes) == 0 || c.Homes[0].Cell != 0 {
		return nil
	}
	return c.Rows[:c.Homes[0].Len]
}

// add appends a resident, whose home is the last or a new one; vec is its place.
func (c *Census) add(cell geo.Cell, vec geo.Vec, r *Resident) {
	if n := len(c.Homes); n == 0 || c.Homes[n-1].Cell != cell {
		c.Homes = append(c.Homes, Home{Cell: cell, Vec: vec, First: uint32(len(c.Rows))})
	}
	c.Homes[len(c.Homes)-1].Len++
	c.Rows = append(c.Rows, *r)
}

// quarterRows is how many residents a leaf has at most, unless they all share
// one home.
const quarterRows = 192

// drawing is the quarters of a census under way: first all are cut, from the root
// down, then each is described, from the leaves up.
type drawing struct {
	census *Census
	runs   []run
	cut    int
	caps   []geo.Cap
	blank  int // so many are not described yet
}

// draw begins the quarters of a census whose homes are complete.
func draw(c *Census) *drawing {
	first := run{0, len(c.Homes), wholeLevel}
	if first.hi > 0 && c.Homes[0].Cell == 0 {
		first.lo = 1
	}
	d := &drawing{census: c}
	if first.lo < first.hi {
		d.runs = []run{first}
		c.Quarters = append(c.Quarters, Quarter{})
	}
	return d
}

// cutRows is what it costs to cut a run, in rows described.
const cutRows = 16

// step goes on for so many rows, and gives how many it had no use for.
func (d *drawing) step(rows int) (left int) {
	c := d.census
	for ; rows > 0 && d.cut < len(d.runs); rows -= cutRows { // breadth first: siblings stand together
		r, q := d.runs[d.cut], &c.Quarters[d.cut]
		d.cut++
		if r.hi-r.lo == 1 || c.rows(r.lo, r.hi) <= quarterRows {
			q.First, q.Len, q.Leaf = uint32(r.lo), uint16(r.hi-r.lo), true
			continue
		}
		parts := c.parts(r)
		q.First, q.Len = uint32(len(d.runs)), uint16(len(parts))
		d.runs = append(d.runs, parts...)
		c.Quarters = append(c.Quarters, make([]Quarter, len(parts))...)
	}
	if d.cut == len(d.runs) && d.caps == nil {
		d.caps, d.blank = make([]geo.Cap, len(d.runs)), len(d.runs)
	}
	for rows > 0 && d.blank > 0 { // children before parents
		d.blank--
		c.describe(uint32(d.blank), d.caps)
		rows--
		if q := &c.Quarters[d.blank]; q.Leaf {
			rows -= c.rows(int(q.First), int(q.First)+int(q.Len))
		}
	}
	return rows
}

func (d *drawing) done() bool { return d.cut == len(d.runs) && d.blank == 0 }

// rows counts the residents of homes from lo up to hi.
func (c *Census) rows(lo, hi int) int {
	last := &c.Homes[hi-1]
	return int(last.First + last.Len - c.Homes[lo].First)
}

// parts cuts a run of homes where the cells that contain them change.
func (c *Census) parts(r run) (parts []run) {
	for level := r.level + 1; ; level++ {
		if c.Homes[r.lo].Cell.Parent(level) == c.Homes[r.hi-1].Cell.Parent(level) {
			continue // two homes differ at their own level at the latest
		}
		for lo := r.lo; lo < r.hi; {
			end := c.Homes[lo].Cell.Parent(level).RangeMax()
			n, _ := slices.BinarySearchFunc(c.Homes[lo:r.hi], end, func(h Home, end geo.Cell) int {
				if h.Cell <= end {
					return -1
				}
				return 1
			})
			parts = append(parts, run{lo, lo + n, level})
			lo += n
		}
		return parts
	}
}

// describe sets what is true of all of a quarter.
func (c *Census) describe(i uint32, caps []geo.Cap) {
	q := &c.Quarters[i]
	q.Asks = AsksMost
	limits := true
	if q.Leaf {
		vecs := make([]geo.Vec, 0, 8)
		for _, h := range c.Homes[q.First : q.First+uint32(q.Len)] {
			vecs = append(vecs, h.Vec)
			for k := range c.Rows[h.First : h.First+h.Len] {
				limits = q.admit(&c.Rows[h.First+uint32(k)]) && limits
			}
		}
		caps[i] = geo.CapOf(vecs)
	} else {
		caps[i] = geo.EmptyCap()
		for k := q.First; k < q.First+uint32(q.Len); k++ {
			caps[i] = caps[i].Union(caps[k])
			limits = q.join(&c.Quarters[k]) && limits
		}
	}
	if !limits {
		q.ReachKm = 0
	}
	at := caps[i].Center
	q.X, q.Y, q.Z = float32(at.X), float32(at.Y), float32(at.Z)
	q.RadiusKm = float32(caps[i].RadiusKm*(1+1e-6) + approxKm)
}

// admit takes a resident into the bounds; it says whether they have a limit.
func (q *Quarter) admit(r *Resident) bool {
	q.Domains |= r.Domains
	q.Activities |= r.Activities
	q.Skills |= r.Skills
	q.Open = q.Open || !r.Prefers()
	q.Channels |= 1 << r.Channel()
	q.Asks = min(q.Asks, r.Asks())
	q.Days |= r.Days
	if r.Days == 0 {
		q.Days = ^mission.DayMask(0)
	}
	q.ReachKm = max(q.ReachKm, r.ReachKm)
	return r.ReachKm != 0
}

// join takes the bounds of a quarter below; it says whether all there have a
// limit.
func (q *Quarter) join(below *Quarter) bool {
	q.Domains |= below.Domains
	q.Activities |= below.Activities
	q.Skills |= below.Skills
	q.Open = q.Open || below.Open
	q.Channels |= below.Channels
	q.Asks = min(q.Asks, below.Asks)
	q.Days |= below.Days
	q.ReachKm = max(q.ReachKm, below.ReachKm)
	return below.ReachKm != 0
}
