package mission

import (
	"renfort/geo"
)

// Filter narrows missions down: OR within a list, AND across fields. The zero
// Filter lets every open mission with a seat through. Domains and activities
// are canonical ids once Intake.Filter has seen it.
type Filter struct {
	Point    *geo.Point // with RadiusKm, the circle
	RadiusKm float64    // 0: none
	Near     string     // a commune or postal code in place of Point
	BBox     *geo.BBox
	Polygon  *geo.Polygon

	Domains       []string
	Activities    []string
	Departments   []string // these four choose addresses
	Regions       []string
	Cities        []string
	PostalCodes   []string
	Organizations []string
	Networks      []string
	Publishers    []string
	Tags          []string
	Audiences     []string
	Skills        []string
	Remote        []string
	Urgencies     []string
	DateTypes     []string
	SlotParts     []string            // morning, afternoon, evening, day
	Attributes    map[string][]string // attr.NAME; scalars as JSON writes them, strings without quotes

	From            Moment // what goes on at or after
	Until           Moment // what begins at or before
	MaxHoursPerWeek float64
	Minors          bool // open to under-18s
	Closed          bool // open=false: missions that are not open, full or over too
}

// Filter validates f and completes it in place.
func (in *Intake) Filter(f *Filter) error {
	var bad faults
	checkRange(&bad, "/filters/radius_km", f.RadiusKm, 0, RadiusKmMax)
	checkRange(&bad, "/filters/max_hours_per_week", f.MaxHoursPerWeek, 0, HoursMax)
	if f.Point != nil && !f.Point.Valid() {
		bad.add("/filters/lat", "lat and lon are not a point on the earth")
	}
	for _, l := range f.lists() {
		checkWords(&bad, "/filters/"+l.name, l.words, RequestListMax)
	}
	f.Domains = in.domains(&bad, "/filters/domain", f.Domains)
	f.Activities = in.activities(&bad, "/filters/activity", f.Activities)
	f.checkEnums(&bad)
	in.near(&bad, f)
	if n := f.terms(); n > FilterTermsMax {
		bad.add("/filters", "has %d terms; at most %d", n, FilterTermsMax)
	}
	paris := in.zones.Location(zoneDefault)
	if _, err := f.From.First(paris); err != nil {
		bad.add("/filters/from", "%s", err)
	}
	if _, err := f.Until.Last(paris); err != nil {
		bad.add("/filters/until", "%s", err)
	}
	return bad.err("the filter")
}

// Span gives From and Until as Unix seconds, at Paris if they are days; 0 for
// none. Intake.Filter has refused what cannot be read.
func (f *Filter) Span(z *Zones) (from, until int64) {
	paris := z.Location(zoneDefault)
	if t, err := f.From.First(paris); err == nil && !t.IsZero() {
		from = t.Unix()
	}
	if t, err := f.Until.Last(paris); err == nil && !t.IsZero() {
		until = t.Unix()
	}
	return from, until
}

type filterList struct {
	name  string
	words []string
}

func (f *Filter) lists() []filterList {
	return []filterList{{"domain", f.Domains}, {"activity", f.Activities}, {"department", f.Departments}, {"region", f.Regions},
		{"city", f.Cities}, {"postal_code", f.PostalCodes}, {"organization", f.Organizations}, {"network", f.Networks},
		{"publisher", f.Publishers}, {"tag", f.Tags}, {"audience", f.Audiences}, {"skill", f.Skills}, {"remote", f.Remote},
		{"urgency", f.Urgencies}, {"date_type", f.DateTypes}, {"slot_part", f.SlotParts}}
}

func (f *Filter) terms() (n int) {
	for _, l := range f.lists() {
		n += len(l.words)
	}
	for _, a := range f.Attributes {
		n += len(a)
	}
	return n
}

func (f *Filter) checkEnums(bad *faults) {
	for i, s := range f.Remote {
		checkOne(bad, at("/filters/remote", i), s, RemoteNo, RemotePossible, RemoteFull, RemoteLocal)
	}
	for i, s := range f.Urgencies {
		checkOne(bad, at("/filters/urgency", i), s, UrgencyCalm, UrgencyNormal, UrgencyUrgent, UrgencyVital)
	}
	for i, s := range f.DateTypes {
		checkOne(bad, at("/filters/date_type", i), s, DateOnce, DateRecurring)
	}
	for i, s := range f.SlotParts {
		checkOne(bad, at("/filters/slot_part", i), s, "morning", "afternoon", "evening", "day")
	}
}

// near turns a commune's name or a postal code into a point.
func (in *Intake) near(bad *faults, f *Filter) {
	if f.Near == "" {
		return
	}
	if f.Point != nil {
		bad.add("/filters/near", "is given beside lat and lon; one of them is enough")
		return
	}
	if p, _, ok := in.Places.PlaceOfPostalCode(f.Near); ok {
		f.Point = &p
		return
	}
	if cs := in.Places.ByName(f.Near); len(cs) > 0 {
		p := cs[0].Point
		f.Point = &p
		return
	}
	bad.add("/filters/near", "%q is no commune or postal code that the gazetteer knows", f.Near)
}
