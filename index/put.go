package index

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	"renfort/mission"
)

// placement is a hash of what entries in cells are made of: while it stays the
// same they do too.
type placement struct{ addresses, rest uint64 }

// draft is what the index keeps of a mission that its record alone says.
type draft struct {
	shown     [][]byte // JSON of each address
	addresses uint64   // their hash
	summary   []byte   // with the organisation's name as the record has it
}

func draftOf(m *mission.Mission) (d draft) {
	d.shown = make([][]byte, len(m.Locations))
	h := xxhash.New()
	for i := range m.Locations {
		d.shown[i] = encodeLocation(&m.Locations[i])
		h.Write(d.shown[i]) // a Digest's Write does not fail
	}
	d.addresses = h.Sum64()
	name := ""
	if m.Organization != nil {
		name = m.Organization.Name
	}
	d.summary = summarize(m, name)
	return d
}

// putMission writes a mission's row from its record.
func (x *Index) putMission(c *mission.Change, d draft) {
	m, o := c.Mission, uint32(c.MissionOrdinal)
	before := Mission{}
	if x.missions.has(o) {
		before = *x.missions.at(o)
	}
	row := x.missions.edit(o)
	*row = Mission{Domains: x.taxonomy.DomainMask(m.Domains), Activities: x.taxonomy.ActivityMask(m.Activities),
		Starts: m.Times.Starts, Ends: m.Times.Ends, Apply: m.Times.ApplyBefore, Published: m.Times.Published,
		Addresses: before.Addresses, Terms: before.Terms, Skills: before.Skills, Slots: before.Slots,
		Org: x.organization(m.OrganizationID()), Publisher: x.dictionary.enter(Publisher, m.Publisher),
		OwnMinAge: uint8(m.MinimumAge()), MaxAge: uint8(m.MaximumAge()), Remote: remoteOf(m.Remote), Urgency: urgencyOf(m.Urgency), Flags: flagsOf(m)}
	if m.Commitment != nil {
		row.HoursWeek = float32(m.Commitment.HoursPerWeek())
	}
	x.shelves.touch(o)
	stand := x.stands.edit(o)
	stand.Tie, stand.Org, stand.Group = xxhash.Sum64String(m.ID), row.Org, 0
	if m.Group != "" {
		stand.Group = x.dictionary.enter(Group, m.Group)
	}
	if o >= x.rows {
		x.rows = o + 1
	}
	if !before.Has(Exists) {
		x.exists++
		x.post(x.dictionary.enter(missionID, m.ID), o)
	}
	x.putSkills(row, m)
	x.putSlots(row, m)
	x.putTerms(row, m, o)
	x.learnOrganization(row, m, before.Org, o)
	x.countMission(&before, row)
	row.Market = x.market(m)
	row.Crises = x.crisisSetOf(row.Domains, sitesOf(m))
	x.suffer(row)
	x.place(row, m, o, &d)
	x.putText(row, m, o, d.summary)
	x.putFacets(row, m, o, before.Addresses)
	if c.Seats != nil {
		x.putSeats(o, c.Seats)
	}
}

// learnOrganization keeps the list of an organisation's missions. Its name comes
// with its own record, which a mission that carries one writes first.
func (x *Index) learnOrganization(row *Mission, m *mission.Mission, before, o uint32) {
	if row.Org == 0 {
		return
	}
	if row.Org != before {
		x.orgHas[row.Org] = x.lists.append(x.orgHas[row.Org], o)
	}
}

func flagsOf(m *mission.Mission) (f uint8) {
	f = Exists
	if m.DateType == mission.DateOnce {
		f |= Once
	}
	if m.Booking == mission.BookingHere {
		f |= Here
	}
	if len(m.Skills) > 0 {
		f |= AsksSkills
	}
	for _, s := range m.Skills {
		if s.Required {
			f |= NeedsSkills
		}
	}
	if m.Placed() {
		f |= Placed
	}
	return f
}

func remoteOf(name string) uint8 {
	switch name {
	case mission.RemotePossible:
		return RemotePossible
	case mission.RemoteFull:
		return RemoteFull
	case mission.RemoteLocal:
		return RemoteLocal
	}
	return RemoteNo
}

func urgencyOf(name string) uint8 {
	switch name {
	case mission.UrgencyCalm:
		return Calm
	case mission.UrgencyUrgent:
		return Urgent
	case mission.UrgencyVital:
		return Vital
	}
	return Normal
}

// UrgencyName gives the word of a class.
func UrgencyName(class uint8) string {
	return [...]string{mission.UrgencyCalm, mission.UrgencyNormal, mission.UrgencyUrgent, mission.UrgencyVital}[class&3]
}

// market gives the number of a mission's group of primary domain and
// department, in which fill rates are pooled.
func (x *Index) market(m *mission.Mission) uint32 {
	domain, department := "", ""
	if len(m.Domains) > 0 {
		domain = m.Domains[0]
	}
	if len(m.Locations) > 0 {
		department = m.Locations[0].Department
	}
	key := domain + "\x00" + department
	n, ok := x.markets[key]
	if !ok {
		n = uint32(len(x.markets)) + 1
		x.markets[key] = n
	}
	return n
}

func (x *Index) enterAll(f Field, values []string) []uint32 {
	ns := make([]uint32, 0, len(values))
	for _, v := range values {
		ns = append(ns, x.dictionary.enter(f, v))
	}
	return ns
}

func (x *Index) putSkills(row *Mission, m *mission.Mission) {
	var required, others []uint32
	for _, s := range m.Skills {
		if n := x.dictionary.enter(Skill, s.ID); s.Required {
			required = append(required, n)
		} else {
			others = append(others, n)
		}
	}
	if run := append(required, others...); !slices.Equal(run, x.terms.At(row.Skills)) {
		row.Skills = x.terms.add(run)
	}
	row.Required, row.SkillBits = uint16(len(required)), SkillBits(x.terms.At(row.Skills))
}

// SkillBits folds terms into a set that tells most missions without looking
// their terms up: sets that share no bit share no term.
func SkillBits(terms []uint32) (bits uint32) {
	for _, n := range terms {
		bits |= 1 << (n % 32)
	}
	return bits
}

func (x *Index) putSlots(row *Mission, m *mission.Mission) {
	run := make([]Slot, len(m.Slots))
	loc := x.zones.Location(m.Times.Zone)
	for i, t := range m.Times.Slots {
		run[i] = Slot{Starts: t.Starts, Ends: t.Ends, Parts: partsOf(t, loc)}
	}
	if !slices.Equal(run, x.slots.At(row.Slots)) {
		row.Slots = x.slots.add(run)
	}
}

// putTerms writes the terms of the mission as a whole.
func (x *Index) putTerms(row *Mission, m *mission.Mission, o uint32) {
	run := x.enterAll(DomainField, m.Domains)
	run = append(run, x.enterAll(ActivityField, m.Activities)...)
	run = append(run, x.enterAll(Tag, m.Tags)...)
	run = append(run, x.enterAll(Audience, m.Audiences)...)
	for _, s := range m.Skills {
		run = append(run, x.dictionary.enter(Skill, s.ID))
	}
	run = append(run, row.Publisher, x.dictionary.enter(Remote, m.Remote), x.dictionary.enter(Urgency, m.Urgency))
	if m.DateType != "" {
		run = append(run, x.dictionary.enter(DateType, m.DateType))
	}
	if m.Organization != nil {
		run = append(run, x.dictionary.enter(Organization, m.Organization.ID))
		run = append(run, x.enterAll(Network, m.Organization.Networks)...)
	}
	for name, value := range m.Attributes {
		run = append(run, x.dictionary.enter(Attribute, name+"="+ScalarWord(value)))
	}
	slices.Sort(run)
	run = slices.Compact(run)
	old := x.terms.At(row.Terms)
	if slices.Equal(run, old) {
		return
	}
	for _, n := range run {
		if _, had := slices.BinarySearch(old, n); !had {
			x.post(n, o)
		}
	}
	row.Terms = x.terms.add(run)
}

// ScalarWord gives a scalar as a filter names it: strings as they are, the
// rest as JSON writes it.
func ScalarWord(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return "null"
}

// post adds an ordinal to a term's posting list.
func (x *Index) post(term, o uint32) {
	list := x.postings.edit(term)
	*list = x.lists.append(*list, o)
}

// place gives the mission its addresses and its entries in cells, where they
// are not what they were.
func (x *Index) place(row *Mission, m *mission.Mission, o uint32, d *draft) {
	p := placement{addresses: d.addresses, rest: restOf(row)}
	for int(o) >= len(x.placed) {
		x.placed = append(x.placed, placement{})
	}
	old := x.placed[o]
	if old == p {
		return
	}
	x.placed[o] = p
	x.stands.edit(o).Generation++
	if old.addresses != p.addresses {
		row.Addresses = Span{x.addressN, uint32(len(d.shown))}
		for i := range m.Locations {
			x.addAddress(&m.Locations[i], d.shown[i], o)
		}
	}
	x.flips = true
	x.forest.add(x, o)
}

// putText writes what of a mission is shown as it is: one run of memory where
// there is one address.
func (x *Index) putText(row *Mission, m *mission.Mission, o uint32, summary []byte) {
	_, id := x.dictionary.Term(x.dictionary.enter(missionID, m.ID)) // as it is kept there
	text := Text{ID: id, Summary: summary}
	if m.Organization != nil {
		if name := x.orgNamed.at(row.Org).Name; name != "" && name != m.Organization.Name { // the record may carry an older one
			text.Summary = summarize(m, name)
		}
	}
	if row.Addresses.Len == 1 {
		n, shown := len(text.Summary), x.shown.edit(row.Addresses.First)
		run := slices.Concat(text.Summary, *shown)
		text.Summary, text.Shown = run[:n:n], run[n:]
		*shown = text.Shown
	}
	*x.texts.edit(o) = text
}

// restOf hashes what of a row its entries in cells have.
func restOf(row *Mission) uint64 {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, 64), row.Domains)
	for _, word := range row.Activities {
		b = binary.LittleEndian.AppendUint64(b, word)
	}
	b = binary.LittleEndian.AppendUint32(b, row.SkillBits)
	return xxhash.Sum64(append(b, row.Urgency, row.Class, row.Remote, row.Flags&(AsksSkills|NeedsSkills|Placed), row.MinAge, row.MaxAge))
}

func (x *Index) addAddress(l *mission.Location, shown []byte, o uint32) {
	a := x.addressN
	x.addressN++
	p, _ := l.Point()
	*x.addresses.edit(a) = Address{Vec: p.Vec(), Ordinal: o, Terms: x.terms.add(x.addressTerms(l, o))}
	*x.shown.edit(a) = shown
}

func (x *Index) addressTerms(l *mission.Location, o uint32) []uint32 {
	var run []uint32
	for _, t := range [...]struct {
		f Field
		v string
	}{{Department, l.Department}, {City, FoldCity(l.City)}, {PostalCode, l.PostalCode}} {
		if t.v != "" {
			run = append(run, x.dictionary.enter(t.f, t.v))
		}
	}
	if d, ok := x.places.Department(l.Department); ok && l.Department != "" {
		run = append(run, x.dictionary.enter(Region, d.RegionCode), x.dictionary.enter(Region, d.Region))
	}
	slices.Sort(run)
	for _, n := range run {
		x.post(n, o)
	}
	return slices.Compact(run)
}

// FoldCity makes spellings of a city that differ by case and outer space one.
func FoldCity(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// deleteMission hides a mission for good; its row stays.
func (x *Index) deleteMission(c *mission.Change) {
	o := uint32(c.MissionOrdinal)
	if !x.missions.has(o) || !x.missions.at(o).Has(Exists) {
		return
	}
	row := x.missions.edit(o)
	x.countMission(row, &Mission{})
	row.Flags &^= Exists
	x.facets.hide(o)
	x.shelves.touch(o)
	stand := x.stands.edit(o)
	*stand = Stand{Generation: stand.Generation + 1}
	x.exists--
	x.placed[o], x.counts[o] = placement{}, nil
	delete(x.slotted, o)
	*x.texts.edit(o) = Text{}
	*x.live.edit(o) = Live{}
	x.flips = true
}
