package mission

import (
	"math"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Validate refuses a mission that breaks the contract, listing what does. It
// checks the value alone; Intake.Mission also resolves names, places and
// dates, and is what doors call.
func (m *Mission) Validate() error {
	var f faults
	m.check(&f)
	return f.err("the mission")
}

func (m *Mission) check(f *faults) {
	checkID(f, "/id", m.ID)
	if strings.TrimSpace(m.Title) == "" {
		f.add("/title", "is required and may not be blank")
	}
	checkText(f, "/title", m.Title, TitleLettersMax, "")
	checkText(f, "/description", m.Description, TextLettersMax, "\n\r\t")
	checkText(f, "/publisher", m.Publisher, IDBytesMax, "")
	checkText(f, "/group", m.Group, IDBytesMax, "")
	checkRevision(f, m.Revision)
	m.checkWordsAndEnums(f)
	m.checkLocations(f)
	m.checkSlots(f)
	m.checkSeats(f)
	m.checkAges(f)
	m.checkExtras(f)
}

func (m *Mission) checkWordsAndEnums(f *faults) {
	checkOne(f, "/remote", m.Remote, RemoteNo, RemotePossible, RemoteFull, RemoteLocal)
	checkOne(f, "/date_type", m.DateType, DateOnce, DateRecurring)
	checkOne(f, "/booking", m.Booking, BookingHere, BookingElsewhere)
	checkOne(f, "/urgency", m.Urgency, UrgencyCalm, UrgencyNormal, UrgencyUrgent, UrgencyVital)
	checkOne(f, "/requested_urgency", m.RequestedUrgency, UrgencyCalm, UrgencyNormal, UrgencyUrgent, UrgencyVital)
	checkOne(f, "/state", m.State, StateDraft, StateOpen, StatePaused, StateClosed, StateCancelled)
	checkWords(f, "/domains", m.Domains, EntriesMax)
	checkWords(f, "/activities", m.Activities, EntriesMax)
	checkWords(f, "/tags", m.Tags, EntriesMax)
	checkWords(f, "/audiences", m.Audiences, EntriesMax)
	checkWords(f, "/requirements", m.Requirements, EntriesMax)
	checkWords(f, "/accessibility", m.Accessibility, EntriesMax)
	if len(m.Skills) > EntriesMax {
		f.add("/skills", "has %d entries; at most %d", len(m.Skills), EntriesMax)
	}
	for i, s := range m.Skills {
		checkWord(f, at("/skills", i)+"/id", s.ID, true)
	}
	if o := m.Organization; o != nil {
		if o.ID == "" && o.Name == "" {
			f.add("/organization", "needs an id or a name")
		} else if o.ID != "" {
			checkID(f, "/organization/id", o.ID)
		}
		checkWord(f, "/organization/name", o.Name, false)
		checkWords(f, "/organization/networks", o.Networks, EntriesMax)
	}
}

func (m *Mission) checkLocations(f *faults) {
	if len(m.Locations) > LocationsMax {
		f.add("/locations", "has %d entries; at most %d", len(m.Locations), LocationsMax)
		return
	}
	if len(m.Locations) == 0 && m.Remote != RemoteFull {
		f.add("/locations", "a place is required unless remote is full")
	}
	seen := map[string]bool{}
	for i := range m.Locations {
		l := &m.Locations[i]
		l.check(f, at("/locations", i))
		if l.ID != "" && seen[l.ID] {
			f.add(at("/locations", i)+"/id", "%q is given twice", l.ID)
		}
		seen[l.ID] = true
	}
}

func (l *Location) check(f *faults, pointer string) {
	for _, s := range [...]struct{ name, value string }{{"/id", l.ID}, {"/label", l.Label}, {"/city", l.City},
		{"/postal_code", l.PostalCode}, {"/department", l.Department}, {"/insee", l.INSEE}, {"/country", l.Country}, {"/precision", l.Precision}} {
		checkWord(f, pointer+s.name, s.value, false)
	}
	if (l.Lat == nil) != (l.Lon == nil) {
		f.add(pointer, "has half a point: lat and lon come together")
		return
	}
	p, ok := l.Point()
	switch {
	case !ok && l.INSEE == "" && l.PostalCode == "":
		f.add(pointer, "needs lat and lon, or a postal_code or insee to be placed by")
	case !ok:
	case math.IsNaN(*l.Lat) || math.Abs(*l.Lat) > 90:
		f.add(pointer+"/lat", "is %v; a latitude is from -90 to 90", *l.Lat)
	case math.IsNaN(*l.Lon) || math.Abs(*l.Lon) > 180:
		f.add(pointer+"/lon", "is %v; a longitude is from -180 to 180", *l.Lon)
	case p.IsNull():
		f.add(pointer, "the point 0,0 is in the sea and means that somebody had no coordinates")
	}
}

func (m *Mission) checkSlots(f *faults) {
	if len(m.Slots) > SlotsMax {
		f.add("/slots", "has %d entries; at most %d", len(m.Slots), SlotsMax)
		return
	}
	places := map[string]bool{}
	for _, l := range m.Locations {
		places[l.ID] = true
	}
	seen := map[string]bool{}
	for i, s := range m.Slots {
		p := at("/slots", i)
		checkID(f, p+"/id", s.ID)
		if seen[s.ID] {
			f.add(p+"/id", "%q is given twice", s.ID)
		}
		seen[s.ID] = true
		if s.Seats != nil && (*s.Seats < 0 || *s.Seats > SeatsMax) {
			f.add(p+"/seats", "is %d; it must be from 0 to %d", *s.Seats, SeatsMax)
		}
		if s.Location != "" && !places[s.Location] {
			f.add(p+"/location", "%q is no location of this mission", s.Location)
		}
		checkOne(f, p+"/part", s.Part, "morning", "afternoon", "evening", "day")
		if (s.Date != "" || s.Part != "") && (s.StartsAt != "" || s.EndsAt != "") {
			f.add(p, "has both date and part and starts_at and ends_at")
		}
		if s.Part != "" && s.Date == "" {
			f.add(p+"/date", "is required with part")
		}
	}
}

// checkSeats checks that the seats of the mission and of its slots add up.
func (m *Mission) checkSeats(f *faults) {
	if m.Seats != nil && (*m.Seats < 0 || *m.Seats > SeatsMax) {
		f.add("/seats", "is %d; it must be from 0 to %d", *m.Seats, SeatsMax)
		return
	}
	sum, with := 0, 0
	for _, s := range m.Slots {
		if s.Seats != nil {
			sum, with = sum+*s.Seats, with+1
		}
	}
	switch {
	case sum > SeatsMax:
		f.add("/slots", "have %d seats; at most %d", sum, SeatsMax)
	case with == 0 || m.Seats == nil:
	case with == len(m.Slots) && *m.Seats != sum:
		f.add("/seats", "is %d where the slots have %d; leave it out or give their sum", *m.Seats, sum)
	case *m.Seats < sum:
		f.add("/seats", "is %d, fewer than the %d of its slots", *m.Seats, sum)
	}
}

func (m *Mission) checkAges(f *faults) {
	if m.MinAge != nil && (*m.MinAge < 0 || *m.MinAge > AgeMax) {
		f.add("/min_age", "is %d; it must be from 0 to %d", *m.MinAge, AgeMax)
	}
	if m.MaxAge == nil {
		return
	}
	if *m.MaxAge < 0 || *m.MaxAge > AgeMax {
		f.add("/max_age", "is %d; it must be from 0 to %d", *m.MaxAge, AgeMax)
	} else if *m.MaxAge < m.MinimumAge() {
		f.add("/max_age", "is %d, below the min_age of %d", *m.MaxAge, m.MinimumAge())
	}
}

func (m *Mission) checkExtras(f *faults) {
	if c := m.Commitment; c != nil {
		checkRange(f, "/commitment/hours", c.Hours, 0, HoursMax)
		if c.Per == "" {
			f.add("/commitment/per", "is required: day, week, month, year or total")
		}
		checkOne(f, "/commitment/per", c.Per, "day", "week", "month", "year", "total")
	}
	if m.URL != "" {
		u, err := url.Parse(m.URL)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || len(m.URL) > URLBytesMax || !clean(m.URL, "") {
			f.add("/url", "is not an http(s) address of at most %d bytes", URLBytesMax)
		}
	}
	if len(m.Attributes) > EntriesMax {
		f.add("/attributes", "has %d entries; at most %d", len(m.Attributes), EntriesMax)
	}
	for k, v := range m.Attributes {
		checkAttribute(f, k, v)
	}
	if len(m.Data) > DataBytesMax {
		f.add("/data", "has %d bytes; at most %d", len(m.Data), DataBytesMax)
	}
	if len(m.Data) > 0 && m.Data[0] != '{' && string(m.Data) != "null" {
		f.add("/data", "is not an object")
	}
}

func checkAttribute(f *faults, name string, value any) {
	p := "/attributes/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	if name == "" || utf8.RuneCountInString(name) > IDBytesMax || !clean(name, "") {
		f.add(p, "is not a name of 1 to %d characters", IDBytesMax)
	}
	switch v := value.(type) {
	case string:
		checkText(f, p, v, WordLettersMax, "")
	case float64, bool, nil:
	default:
		f.add(p, "is not a scalar: a string, a number, true, false or null")
	}
}

// Validate refuses an organisation that breaks the contract.
func (o *Organization) Validate() error {
	var f faults
	checkID(&f, "/id", o.ID)
	checkWord(&f, "/name", o.Name, false)
	checkWords(&f, "/networks", o.Networks, EntriesMax)
	checkOne(&f, "/state", o.State, OrgActive, OrgSuspended)
	return f.err("the organization")
}

// Validate refuses a volunteer that breaks the contract: year is the current
// one; a profile has no id.
func (v *Volunteer) Validate(year int, profile bool) error {
	var f faults
	v.check(&f, year, profile)
	return f.err("the volunteer")
}

func (v *Volunteer) check(f *faults, year int, profile bool) {
	if !profile || v.ID != "" {
		checkID(f, "/id", v.ID)
		checkImpersonal(f, "/id", v.ID, true)
	}
	checkText(f, "/publisher", v.Publisher, IDBytesMax, "")
	checkRevision(f, v.Revision)
	checkRange(f, "/radius_km", v.RadiusKm, 0, RadiusKmMax)
	checkOne(f, "/mobility", v.Mobility, "foot", "bike", "transit", "car")
	checkOne(f, "/remote", v.Remote, RemoteNo, RemoteAlso, RemoteOnly)
	checkOne(f, "/channel", v.Channel, "push", "sms", "email")
	names := AvailabilityNames()
	checkEach(f, "/availability", v.Availability, func(a string) { checkOne(f, "", a, names[:]...) })
	checkImpersonal(f, "/publisher", v.Publisher, false)
	for _, l := range [...]struct {
		pointer string
		words   []string
	}{{"/domains", v.Domains}, {"/activities", v.Activities}, {"/skills", v.Skills}, {"/equipment", v.Equipment},
		{"/languages", v.Languages}, {"/availability", v.Availability}} {
		checkWords(f, l.pointer, l.words, EntriesMax)
		checkEach(f, l.pointer, l.words, func(w string) { checkImpersonal(f, "", w, false) })
	}
	v.checkBirth(f, year)
	v.checkPlace(f)
}

func (v *Volunteer) checkBirth(f *faults, year int) {
	switch {
	case v.BirthYear == 0:
	case v.BirthYear < BirthYearMin || v.BirthYear > year:
		f.add("/birth_year", "is %d; it must be from %d to this year", v.BirthYear, BirthYearMin)
	case year-v.BirthYear < AgeMin:
		f.add("/birth_year", "makes them surely under %d", AgeMin)
	}
}

func (v *Volunteer) checkPlace(f *faults) {
	checkWord(f, "/postal_code", v.PostalCode, false)
	checkWord(f, "/insee", v.INSEE, false)
	if v.Location == nil {
		return
	}
	if v.Location.Lat == nil || v.Location.Lon == nil {
		f.add("/location", "has half a point: lat and lon come together")
		return
	}
	checkRange(f, "/location/lat", *v.Location.Lat, -90, 90)
	checkRange(f, "/location/lon", *v.Location.Lon, -180, 180)
	if *v.Location.Lat == 0 && *v.Location.Lon == 0 {
		f.add("/location", "the point 0,0 is in the sea and means that somebody had no coordinates")
	}
}
