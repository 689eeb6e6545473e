package index

import (
	"cmp"
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
	asks       uint8 // Asks, and Charged above it
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
func residentOf(o uint32, v *Volunteer, a *Asked, id mission.ID, terms []uint32) Resident {
	r := Resident{Ordinal: o, Domains: v.Domains, Activities: v.Activities[0] | v.Activities[1] | v.Activities[2] | v.Activities[3],
		ReachKm: float32(v.RadiusKm * (1 + 1e-6)), Tie: uint32(xxhash.Sum64String(id) >> 32), Publisher: v.Publisher,
		LastAsked: a.Last, Days: v.Days, Born: bornOf(v), Traits: v.Remote | v.Channel<<channelShift | v.Consent<<consentShift,
		asks: min(a.Asks, AsksMost) | min(a.Charged, ChargedMost)<<chargedShift}
	if a.Stopped {
		r.Traits |= stoppedTrait
	}
	more := v.Skills.First + v.Skills.Len
	r.Skills = SkillBits(terms[v.Skills.First:more])
	r.Words = SkillBits(terms[more : more+uint32(v.Equipment)+uint32(v.Languages)])
	return r
}

// Resident gives the row of a volunteer who exists, as it is in this snapshot.
func (s *Snapshot) Resident(o uint32) Resident {
	return residentOf(o, s.Volunteers.At(o), s.AskedOf(o), *s.VolunteerIDs.At(o), s.Terms)
}

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

// settler is a resident on the way into a census.
type settler struct {
	cell geo.Cell
	Resident
}

func (c *Census) add(s *settler) {
	if n := len(c.Homes); n == 0 || c.Homes[n-1].Cell != s.cell {
		h := Home{Cell: s.cell, First: uint32(len(c.Rows))}
		if s.cell != 0 {
			h.Vec = s.cell.CenterVec()
		}
		c.Homes = append(c.Homes, h)
	}
	c.Homes[len(c.Homes)-1].Len++
	c.Rows = append(c.Rows, s.Resident)
}

// quarterRows is how many residents a leaf has at most, unless they all share
// one home.
const quarterRows = 192

// divide draws the quarters of a census whose homes are complete.
func (c *Census) divide() {
	first := run{0, len(c.Homes), -1}
	if first.hi > 0 && c.Homes[0].Cell == 0 {
		first.lo = 1
	}
	if first.lo == first.hi {
		return
	}
	runs := []run{first}
	c.Quarters = append(c.Quarters, Quarter{})
	for i := 0; i < len(runs); i++ { // breadth first: siblings stand together
		r, q := runs[i], &c.Quarters[i]
		last := &c.Homes[r.hi-1]
		if r.hi-r.lo == 1 || last.First+last.Len-c.Homes[r.lo].First <= quarterRows {
			q.First, q.Len, q.Leaf = uint32(r.lo), uint16(r.hi-r.lo), true
			continue
		}
		parts := c.parts(r)
		q.First, q.Len = uint32(len(runs)), uint16(len(parts))
		runs = append(runs, parts...)
		c.Quarters = append(c.Quarters, make([]Quarter, len(parts))...)
	}
	caps := make([]geo.Cap, len(runs))
	for i := len(runs) - 1; i >= 0; i-- { // children before parents
		c.describe(uint32(i), caps)
	}
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

// Where the row of a volunteer is.
const (
	notCounted uint8 = iota
	inMain
	inRecent
	inMoved
)

// block is the whereabouts of 64 volunteers that follow each other.
type block [64]uint8

// residents are the two censuses and who has changed since.
type residents struct {
	census [2]*Census // the large one, seldom taken, and the small one
	where  column[block]
	moved  []uint32
}

// Lives says whether a row of Census[i] is its volunteer's newest: others are
// dead.
func (s *Snapshot) Lives(i int, o uint32) bool {
	return s.whereabouts.At(o >> 6)[o&63] == inMain+uint8(i)
}

// move says that a volunteer's row is not what the censuses say.
func (r *residents) move(o uint32) {
	if at := &r.where.edit(o >> 6)[o&63]; *at != inMoved {
		*at = inMoved
		r.moved = append(r.moved, o)
	}
}

// movedMost is how many may have changed before a Tick takes the small census
// anew: every request looks at each of them.
const movedMost = 256

// tick takes those who changed into the small census, and that into the large
// one when it is an eighth of it.
func (r *residents) tick(x *Index) {
	if len(r.moved) <= movedMost {
		return
	}
	settlers := r.settlers(x)
	r.moved = nil
	if r.census[1] == nil && r.many(len(settlers)) { // at a start
		r.census[0] = r.take(r.census[0], inMain, settlers)
		r.census[0].divide()
		return
	}
	small := r.take(r.census[1], inRecent, settlers)
	if !r.many(len(small.Rows)) {
		small.divide()
		r.census[1] = small
		return
	}
	r.census[0] = r.take(r.census[0], inMain, small.settlers())
	r.census[0].divide()
	r.census[1] = nil
}

// many says whether a small census of so many is to join the large one.
func (r *residents) many(rows int) bool {
	return rows >= mergeLeast && (r.census[0] == nil || rows >= len(r.census[0].Rows)/mergeShare)
}

// settlers gives the rows of who changed, in the order of a census.
func (r *residents) settlers(x *Index) []settler {
	all := make([]settler, 0, len(r.moved))
	for _, o := range r.moved {
		if v := x.volunteers.at(o); v.Exists {
			all = append(all, settler{v.Cell, residentOf(o, v, x.asks.of(o), *x.volunteerIDs.at(o), x.terms.items)})
		} else {
			r.where.edit(o >> 6)[o&63] = notCounted
		}
	}
	slices.SortFunc(all, func(a, b settler) int { return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.Ordinal, b.Ordinal)) })
	return all
}

// settlers gives the rows of a census on their way into another.
func (c *Census) settlers() []settler {
	all := make([]settler, 0, len(c.Rows))
	for _, h := range c.Homes {
		for _, row := range c.Rows[h.First : h.First+h.Len] {
			all = append(all, settler{h.Cell, row})
		}
	}
	return all
}

// take gives a census of those who still live in an old one, nil for none, and
// of the settlers: two ordered lists become one.
func (r *residents) take(old *Census, mark uint8, settlers []settler) *Census {
	kept := 0
	if old != nil {
		kept = len(old.Rows)
	}
	c, rest := &Census{Rows: make([]Resident, 0, kept+len(settlers))}, settlers
	if old != nil {
		c.Homes = make([]Home, 0, len(old.Homes)+len(settlers)/8)
		for _, h := range old.Homes {
			for k := range old.Rows[h.First : h.First+h.Len] {
				row := settler{h.Cell, old.Rows[h.First+uint32(k)]}
				if r.where.at(row.Ordinal >> 6)[row.Ordinal&63] != mark {
					continue
				}
				for len(rest) > 0 && rest[0].before(&row) {
					c.add(&rest[0])
					rest = rest[1:]
				}
				c.add(&row)
			}
		}
	}
	for i := range rest {
		c.add(&rest[i])
	}
	// Only now: an old row of a settler must not look alive on the way.
	for i := range settlers {
		o := settlers[i].Ordinal
		r.where.edit(o >> 6)[o&63] = mark
	}
	return c
}

// before is the order of a census.
func (s *settler) before(t *settler) bool {
	return s.cell < t.cell || s.cell == t.cell && s.Ordinal < t.Ordinal
}
