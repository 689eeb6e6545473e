package store

import "renfort/mission"

// The enumerated words of records, [i] is written as i. They are only ever
// appended to.
var (
	missionStates = []string{"", mission.StateDraft, mission.StateOpen, mission.StatePaused, mission.StateClosed, mission.StateCancelled}
	bookings      = []string{"", mission.BookingHere, mission.BookingElsewhere}
	holdStates    = []string{mission.Held, mission.Confirmed, mission.Released, mission.Expired}
	origins       = []string{mission.OriginHold, mission.OriginOffer, mission.OriginImport, mission.OriginLink, mission.OriginWave}
	answers       = []string{"", mission.AnswerInProgress, mission.AnswerAccepted, mission.AnswerRefused,
		mission.AnswerWithdrawn, mission.AnswerAttended, mission.AnswerAbsent}
	outcomes  = []string{"", string(mission.Created), string(mission.Updated), string(mission.Deleted), string(mission.Older), string(mission.Unchanged)}
	orgStates = []string{"", mission.OrgActive, mission.OrgSuspended}
)

// appendSeats writes s but its ordinal, which is the key.
func appendSeats(b []byte, s *mission.Seats) []byte {
	b = append(b, recordFormat, wordNumber(missionStates, s.State), wordNumber(bookings, s.Booking))
	b = appendString(b, s.Organization)
	b = appendInt(b, s.Starts)
	b = appendInt(b, s.Ends)
	b = appendInt(b, s.ApplyBefore)
	b = appendInt(b, int64(s.MinAge))
	b = appendInt(b, int64(s.MaxAge))
	b = appendInt(b, s.Created)
	b = appendInt(b, s.LastTaken)
	b = appendUint(b, uint64(len(s.Slots)))
	for _, t := range s.Slots {
		b = appendString(b, t.ID)
		b = appendUint(b, uint64(t.Pool))
		b = appendInt(b, t.Starts)
		b = appendInt(b, t.Ends)
		b = append(b, byte(t.Days))
	}
	b = appendUint(b, uint64(len(s.Pools)))
	for _, p := range s.Pools {
		b = appendPool(b, p)
	}
	b = appendFills(b, &s.Fills)
	if s.Links != (mission.Fills{}) { // since format 2; before, nothing followed
		b = appendFills(b, &s.Links)
	}
	return b
}

func appendPool(b []byte, p mission.Pool) []byte {
	for _, v := range [...]int{p.Total, p.Elsewhere, p.Held, p.Confirmed, p.Over, p.Waiting} {
		b = appendInt(b, int64(v))
	}
	return b
}

// appendFills writes the day and the counts up to the oldest that is not 0.
func appendFills(b []byte, f *mission.Fills) []byte {
	n := mission.FillDays
	for n > 0 && f.Counts[n-1] == 0 {
		n--
	}
	b = appendInt(b, f.Day)
	b = append(b, byte(n))
	for _, c := range f.Counts[:n] {
		b = appendUint(b, uint64(c))
	}
	return b
}

func decodeSeats(ordinal mission.Ordinal, b []byte) (*mission.Seats, error) {
	r := open(b)
	s := &mission.Seats{Ordinal: ordinal, State: r.word(missionStates), Booking: r.word(bookings)}
	s.Organization = r.string()
	s.Starts, s.Ends, s.ApplyBefore = r.int(), r.int(), r.int()
	s.MinAge, s.MaxAge = int(r.int()), int(r.int())
	s.Created, s.LastTaken = r.int(), r.int()
	s.Slots = make([]mission.SlotTerms, r.count(5))
	for i := range s.Slots {
		s.Slots[i] = mission.SlotTerms{ID: r.string(), Pool: int(r.uint()), Starts: r.int(), Ends: r.int(), Days: mission.DayMask(r.byte())}
	}
	s.Pools = make([]mission.Pool, r.count(6))
	for i := range s.Pools {
		s.Pools[i] = r.pool()
	}
	r.fills(&s.Fills)
	if !r.broken && len(r.b) > 0 {
		r.fills(&s.Links)
		r.broken = r.broken || s.Links == (mission.Fills{}) // we would have left it out
	}
	if err := r.failed(); err != nil {
		return nil, err
	}
	return s, checkTerms(s)
}

// checkTerms refuses seats whose slots do not point into their pools.
func checkTerms(s *mission.Seats) error {
	if len(s.Slots) == 0 || len(s.Pools) == 0 {
		return errRecord
	}
	for _, t := range s.Slots {
		if t.Pool < 0 || t.Pool >= len(s.Pools) {
			return errRecord
		}
	}
	return nil
}

func (r *reader) pool() mission.Pool {
	return mission.Pool{Total: int(r.int()), Elsewhere: int(r.int()), Held: int(r.int()),
		Confirmed: int(r.int()), Over: int(r.int()), Waiting: int(r.int())}
}

func (r *reader) fills(f *mission.Fills) {
	f.Day = r.int()
	n := int(r.byte())
	if n > mission.FillDays {
		r.broken = true
		return
	}
	for i := range n {
		c := r.uint()
		if f.Counts[i] = uint32(c); uint64(f.Counts[i]) != c {
			r.broken = true
		}
	}
	if n > 0 && f.Counts[n-1] == 0 {
		r.broken = true // we would have written fewer
	}
}
