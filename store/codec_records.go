package store

import (
	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// missionRecord is a mission as it is stored, without its seats.
type missionRecord struct {
	version   uint64
	revision  int64 // the highest ever given
	id        mission.ID
	publisher string
	times     mission.Times
	json      []byte
	withdrawn withdrawal
}

func appendMission(b []byte, m *missionRecord) []byte {
	b = append(b, recordFormat)
	b = appendUint(b, m.version)
	b = appendInt(b, m.revision)
	b = appendString(b, m.id)
	b = appendString(b, m.publisher)
	b = appendTimes(b, &m.times)
	b = appendBytes(b, m.json)
	if m.withdrawn != (withdrawal{}) { // since format 4; before, nothing followed
		b = appendBool(appendInt(b, m.withdrawn.ends), m.withdrawn.had)
	}
	return b
}

func appendTimes(b []byte, t *mission.Times) []byte {
	b = appendString(b, t.Zone)
	b = appendInt(b, t.Starts)
	b = appendInt(b, t.Ends)
	b = appendInt(b, t.ApplyBefore)
	b = appendInt(b, t.Published)
	b = append(b, byte(t.Days))
	b = appendUint(b, uint64(len(t.Slots)))
	for _, s := range t.Slots {
		b = appendInt(b, s.Starts)
		b = appendInt(b, s.Ends)
		b = append(b, byte(s.Days))
	}
	return b
}

// decodeMission gives the record; its json points into b.
func decodeMission(b []byte) (*missionRecord, error) {
	r := open(b)
	m := &missionRecord{version: r.uint(), revision: r.int(), id: r.string(), publisher: r.string()}
	r.times(&m.times)
	m.json = r.bytes()
	if !r.broken && len(r.b) > 0 {
		m.withdrawn = withdrawal{ends: r.int(), had: r.bool()}
		r.broken = r.broken || m.withdrawn.ends <= 0 // we would have left it out
	}
	return m, r.failed()
}

// readMission reads a record's JSON: without reflection, which is quicker, where it can
// be.
func readMission(data []byte) (*mission.Mission, error) {
	m := new(mission.Mission)
	if mission.ScanMission(data, m) {
		return m, nil
	}
	*m = mission.Mission{}
	return m, json.Unmarshal(data, m)
}

// readVolunteer is readMission for a volunteer.
func readVolunteer(data []byte) (*mission.Volunteer, error) {
	v := new(mission.Volunteer)
	if mission.ScanVolunteer(data, v) {
		return v, nil
	}
	*v = mission.Volunteer{}
	return v, json.Unmarshal(data, v)
}

func (r *reader) times(t *mission.Times) {
	t.Zone = r.string()
	t.Starts, t.Ends, t.ApplyBefore, t.Published = r.int(), r.int(), r.int(), r.int()
	t.Days = mission.DayMask(r.byte())
	n := r.count(3)
	if n == 0 {
		return
	}
	t.Slots = make([]mission.SlotTimes, n)
	for i := range t.Slots {
		t.Slots[i] = mission.SlotTimes{Starts: r.int(), Ends: r.int(), Days: mission.DayMask(r.byte())}
	}
}

// volunteerRecord is a volunteer as they are stored.
type volunteerRecord struct {
	version   uint64
	revision  int64
	id        mission.ID
	publisher string
	json      []byte
}

func appendVolunteer(b []byte, v *volunteerRecord) []byte {
	b = append(b, recordFormat)
	b = appendUint(b, v.version)
	b = appendInt(b, v.revision)
	b = appendString(b, v.id)
	b = appendString(b, v.publisher)
	return appendBytes(b, v.json)
}

// decodeVolunteer gives the record; its json points into b.
func decodeVolunteer(b []byte) (*volunteerRecord, error) {
	r := open(b)
	v := &volunteerRecord{version: r.uint(), revision: r.int(), id: r.string(), publisher: r.string()}
	v.json = r.bytes()
	return v, r.failed()
}

// person is what a hold needs to know of a volunteer, beside their id.
type person struct {
	ordinal   mission.Ordinal
	birthYear int
	adult     byte // 0 unknown, 1 no, 2 yes
}

func personOf(ordinal mission.Ordinal, v *mission.Volunteer) person {
	p := person{ordinal: ordinal, birthYear: v.BirthYear}
	if v.Adult != nil {
		p.adult = 1
		if *v.Adult {
			p.adult = 2
		}
	}
	return p
}

// ageFits is mission.Volunteer.AgeFits of the person.
func (p person) ageFits(year, least, most int) bool {
	v := mission.Volunteer{BirthYear: p.birthYear}
	if p.adult != 0 {
		adult := p.adult == 2
		v.Adult = &adult
	}
	return v.AgeFits(year, least, most)
}

func appendPerson(b []byte, p person) []byte {
	b = append(b, recordFormat)
	b = appendUint(b, uint64(p.ordinal))
	b = appendInt(b, int64(p.birthYear))
	return append(b, p.adult)
}

func decodePerson(b []byte) (person, error) {
	r := open(b)
	p := person{ordinal: r.ordinal(), birthYear: int(r.int()), adult: r.byte()}
	return p, r.failed()
}

// organizationRecord is an organisation as it is stored.
type organizationRecord struct {
	version uint64 // 0: nobody wrote it, but it has a record of answers
	state   string
	record  mission.Record
	json    []byte
}

func appendOrganization(b []byte, o *organizationRecord) []byte {
	b = append(b, recordFormat)
	b = appendUint(b, o.version)
	b = append(b, wordNumber(orgStates, o.state))
	b = appendInt(b, o.record.Answered)
	b = appendInt(b, o.record.Ignored)
	return appendBytes(b, o.json)
}

// decodeOrganization gives the record; its json points into b.
func decodeOrganization(b []byte) (*organizationRecord, error) {
	r := open(b)
	o := &organizationRecord{version: r.uint(), state: r.word(orgStates)}
	o.record = mission.Record{Answered: r.int(), Ignored: r.int()}
	o.json = r.bytes()
	return o, r.failed()
}

// tombstone remembers the revision of what was deleted, until end.
type tombstone struct {
	revision int64
	end      int64
}

func appendTombstone(b []byte, t tombstone) []byte {
	return appendInt(appendInt(append(b, recordFormat), t.revision), t.end)
}

func decodeTombstone(b []byte) (tombstone, error) {
	r := open(b)
	t := tombstone{revision: r.int(), end: r.int()}
	return t, r.failed()
}
