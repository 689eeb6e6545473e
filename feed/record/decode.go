package record

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a mapping names a zone, also on a machine that has none

	"renfort/mission"
)

// The limits of a mapping.
const (
	rulesMax     = 100 // entries of any list
	pathPartsMax = 8
	pathBytesMax = 256
)

// Decode reads a mapping and prepares it. Unknown fields, words that a mission
// does not know and paths that cannot be are refused, each by its place.
func Decode(data []byte) (*Mapping, error) {
	m := new(Mapping)
	if err := mission.Decode(data, m); err != nil {
		return nil, err
	}
	c := compiler{tree: &node{}}
	c.tree.want("objectID", false)
	c.mapping(m)
	if len(c.faults) > 0 {
		return nil, &mission.Error{Kind: mission.Invalid, Detail: "the mapping is not valid", Fields: c.faults}
	}
	m.wanted = c.tree
	for _, p := range slices.Sorted(maps.Keys(m.LiveFields)) {
		m.live = append(m.live, LiveField{Name: string(p), Value: m.LiveFields[p]})
	}
	return m, nil
}

// compiler checks a mapping and collects the paths it wants.
type compiler struct {
	faults []mission.FieldError
	tree   *node
}

func (c *compiler) fault(pointer, format string, args ...any) {
	if len(c.faults) < mission.FaultsMax {
		c.faults = append(c.faults, mission.FieldError{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
}

func (c *compiler) mapping(m *Mapping) {
	if m.Name == "" {
		c.fault("/name", "is required")
	}
	if m.Version < 1 {
		c.fault("/version", "is required, from 1")
	}
	var err error
	if m.zone, err = time.LoadLocation(cmp.Or(m.TimeZone, "UTC")); err != nil {
		c.fault("/time_zone", "%q is no time zone", m.TimeZone)
	}
	c.ids(m.IDs)
	if len(m.Title) == 0 {
		c.fault("/title", "is required: a mission has a title")
	}
	c.texts(m)
	c.words(m)
	c.seats(m)
	c.places(m)
	for name, p := range m.Attributes {
		c.path("/attributes/"+name, p, "", false)
	}
	for name, p := range m.Data {
		c.path("/data/"+name, p, "", true)
	}
	if len(m.Attributes) > mission.EntriesMax {
		c.fault("/attributes", "has %d entries; at most %d", len(m.Attributes), mission.EntriesMax)
	}
	for p, v := range m.LiveFields {
		c.path("/live", p, "", false)
		c.word("/live/"+string(p), string(v), string(LiveSeatsLeft), string(LiveHasSeatsLeft), string(LiveOver))
	}
}

func (c *compiler) ids(rules []IDRule) {
	if n := len(rules); n == 0 || n > rulesMax {
		c.fault("/ids", "has %d entries; 1 to %d", n, rulesMax)
	}
	for i, r := range rules {
		at := fmt.Sprintf("/ids/%d", i)
		if n := strings.Count(r.Object, "*") + strings.Count(r.Object, "#"); n != 1 {
			c.fault(at+"/object", "%q has %d wildcards (* any text, # digits); it needs one", r.Object, n)
		}
		if err := mission.CheckID("", r.Publisher); err != nil {
			c.fault(at+"/publisher", "is required, of 1 to %d bytes", mission.IDBytesMax)
		}
	}
}

// texts are the words that are taken as they are.
func (c *compiler) texts(m *Mapping) {
	c.paths("/title", m.Title, "")
	c.paths("/description", m.Description, "")
	c.paths("/url/from", m.URL.From, "")
	for _, p := range m.URL.placeholders(c) {
		c.path("/url/template", p, "", false)
	}
	c.paths("/organization/id", m.Organization.ID, "")
	c.paths("/organization/name", m.Organization.Name, "")
	c.lists("/organization/networks", m.Organization.Networks)
	c.lists("/domains", m.Domains)
	c.lists("/activities", m.Activities)
	c.paths("/group/from", m.Group.From, "")
	c.lists("/tags/from", m.Tags.From)
	c.lists("/audiences/from", m.Audiences.From)
	c.lists("/skills/from", m.Skills.From)
	c.lists("/requirements/from", m.Requirements.From)
}

// words are the rules that give one of a mission's own words.
func (c *compiler) words(m *Mapping) {
	c.rules("/remote", m.Remote, mission.RemoteNo, mission.RemotePossible, mission.RemoteFull, mission.RemoteLocal)
	c.rules("/booking", m.Booking, mission.BookingHere, mission.BookingElsewhere)
	c.rules("/requested_urgency", m.RequestedUrgency, mission.UrgencyCalm, mission.UrgencyNormal, mission.UrgencyUrgent, mission.UrgencyVital)
	c.rules("/date_type", m.DateType, mission.DateOnce, mission.DateRecurring)
	c.rules("/state", m.State, mission.StateDraft, mission.StateOpen, mission.StatePaused, mission.StateClosed, mission.StateCancelled)
	for i, r := range m.MinAge {
		at := fmt.Sprintf("/min_age/%d", i)
		c.rule(at, r.Path, r.Is)
		if r.Then < 0 || r.Then > mission.AgeMax {
			c.fault(at+"/then", "is %d; it must be from 0 to %d", r.Then, mission.AgeMax)
		}
	}
}

func (c *compiler) rules(pointer string, rules []WordRule, known ...string) {
	if len(rules) > rulesMax {
		c.fault(pointer, "has %d entries; at most %d", len(rules), rulesMax)
		return
	}
	for i, r := range rules {
		at := fmt.Sprintf("%s/%d", pointer, i)
		c.rule(at, r.Path, r.Is)
		c.word(at+"/then", r.Then, known...)
	}
}

func (c *compiler) rule(pointer string, p Path, is []any) {
	c.path(pointer+"/path", p, "", false)
	if len(is) == 0 {
		c.fault(pointer+"/is", "is required: the values for which the rule holds")
	}
	for i, v := range is {
		switch v.(type) {
		case string, float64, bool:
		default:
			c.fault(fmt.Sprintf("%s/is/%d", pointer, i), "is not a string, a number, true or false")
		}
	}
}

func (c *compiler) word(pointer, s string, known ...string) {
	if !slices.Contains(known, s) {
		c.fault(pointer, "%q is not one of %s", s, strings.Join(known, ", "))
	}
}

func (c *compiler) seats(m *Mapping) {
	c.paths("/seats/total", m.Seats.Total, "")
	c.paths("/seats/left", m.Seats.Left, "")
	c.paths("/seats/has", m.Seats.Has, "")
	k := &m.Commitment
	c.paths("/commitment/hours", k.Hours, "")
	c.paths("/commitment/duration", k.Duration, "")
	c.paths("/commitment/period", k.Period, "")
	c.paths("/commitment/hours_per_year", k.HoursPerYear, "")
	for word, hours := range k.Durations {
		if !(hours >= 0 && hours <= mission.HoursMax) {
			c.fault("/commitment/durations/"+word, "is %v; it must be from 0 to %d", hours, mission.HoursMax)
		}
	}
	for word, per := range k.Periods {
		c.word("/commitment/periods/"+word, per, "day", "week", "month", "year", "total")
	}
}

func (c *compiler) places(m *Mapping) {
	if m.Places.Points != "" {
		c.fault("/places/points", "belongs to place: the points of the record itself")
	}
	if m.Place.Each != "" {
		c.fault("/place/each", "belongs to places: a list of addresses")
	}
	if m.Places.Each != "" {
		c.place("/places", &m.Places, m.Places.Each)
	}
	c.place("/place", &m.Place, "")
	if p := m.Place.Points; p != "" {
		for _, name := range []Path{"lat", "lng", "lon"} {
			c.path("/place/points", name, p, false)
		}
	}
	c.paths("/starts_at", m.StartsAt, "")
	c.paths("/ends_at", m.EndsAt, "")
	c.paths("/apply_before", m.ApplyBefore, "")
	c.paths("/published_at", m.PublishedAt, "")
	d := &m.Dates
	if d.Each == "" {
		return
	}
	c.paths("/dates/date", d.Date, d.Each)
	c.tree.want(d.Each, false) // entries may be days themselves
	if d.Parts != "" {
		c.path("/dates/parts", d.Parts, d.Each, false)
	}
	for word, part := range d.Words {
		c.word("/dates/words/"+word, part, "morning", "afternoon", "evening", "day")
	}
}

func (c *compiler) place(pointer string, r *PlaceRule, below Path) {
	for _, f := range [...]struct {
		name  string
		paths []Path
	}{{"id", r.ID}, {"lat", r.Lat}, {"lon", r.Lon}, {"label", r.Label}, {"city", r.City}, {"postal_code", r.PostalCode},
		{"department", r.Department}, {"insee", r.INSEE}, {"country", r.Country}} {
		c.paths(pointer+"/"+f.name, f.paths, below)
	}
}

func (c *compiler) lists(pointer string, lists [][]Path) {
	if len(lists) > rulesMax {
		c.fault(pointer, "has %d entries; at most %d", len(lists), rulesMax)
		return
	}
	for i, paths := range lists {
		c.paths(fmt.Sprintf("%s/%d", pointer, i), paths, "")
	}
}

func (c *compiler) paths(pointer string, paths []Path, below Path) {
	if len(paths) > rulesMax {
		c.fault(pointer, "has %d entries; at most %d", len(paths), rulesMax)
		return
	}
	for i, p := range paths {
		c.path(fmt.Sprintf("%s/%d", pointer, i), p, below, false)
	}
}

// path checks one path and wants it, below another where that is given.
func (c *compiler) path(pointer string, p, below Path, whole bool) {
	parts := strings.Split(string(p), ".")
	if slices.Contains(parts, "") || len(parts) > pathPartsMax || len(p) > pathBytesMax {
		c.fault(pointer, "%q is no path: names with dots between, at most %d of them and %d bytes", p, pathPartsMax, pathBytesMax)
		return
	}
	if below != "" {
		p = below + "." + p
	}
	c.tree.want(p, whole)
}

// placeholders gives the paths in braces of a template.
func (r *URLRule) placeholders(c *compiler) (paths []Path) {
	rest := r.Template
	for {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			return paths
		}
		name, after, ok := strings.Cut(after, "}")
		if !ok {
			c.fault("/url/template", "has a { without its }")
			return paths
		}
		paths, rest = append(paths, Path(name)), after
	}
}
