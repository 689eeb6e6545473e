package feed

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// Writer writes missions as a feed. It is for one goroutine.
type Writer struct {
	to     io.Writer
	intake *mission.Intake
	zones  *mission.Zones
	words  *vocabulary
	buffer []byte
	begun  bool
	err    error
}

// NewWriter makes a writer; in gives the taxonomy and the gazetteer by which
// a reader of the feed would understand it.
func NewWriter(to io.Writer, in *mission.Intake, zones *mission.Zones) *Writer {
	return &Writer{to: to, intake: in, zones: zones, words: newVocabulary(in)}
}

// feedHead and feedTail stand around the missions.
const (
	feedHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<source>\n"
	feedTail = "</source>\n"
)

// Write writes a mission as Intake made it. seats are its live ones: places are
// those that are free, and left out where nobody knows. With nil they are the
// record's own. The first error of writing is given again by every later call.
func (w *Writer) Write(m *mission.Mission, seats *mission.Seats) error {
	live := withFree(m, seats)
	w.buffer = w.buffer[:0]
	if !w.begun {
		w.buffer = append(w.buffer, feedHead...)
	}
	w.begun = true
	from := len(w.buffer)
	w.buffer = w.append(w.buffer, live, nil)
	own, err := w.beyond(w.buffer[from:], live)
	if err != nil {
		return err
	}
	if own != nil {
		w.buffer = w.append(w.buffer[:from], live, own)
	}
	return w.send(w.buffer)
}

// Close ends the feed; one without missions is a feed too. It does not close
// what is written to.
func (w *Writer) Close() error {
	if !w.begun {
		return w.send([]byte(feedHead + feedTail))
	}
	return w.send([]byte(feedTail))
}

func (w *Writer) send(b []byte) error {
	if w.err == nil {
		_, w.err = w.to.Write(b)
	}
	return w.err
}

// withFree is a mission whose seats are those that are free.
func withFree(m *mission.Mission, s *mission.Seats) *mission.Mission {
	live := *m
	if s == nil {
		return &live
	}
	live.Seats = nil
	if s.Totals().Total != mission.SeatsUnknown {
		free := s.Free()
		live.Seats = &free
	}
	live.Slots = append([]mission.Slot(nil), m.Slots...)
	for i := range live.Slots {
		for _, terms := range s.Slots {
			if live.Slots[i].Seats != nil && terms.ID == live.Slots[i].ID {
				free := s.Pools[terms.Pool].Free()
				live.Slots[i].Seats = &free
			}
		}
	}
	return &live
}

// beyond says what a reader of the mission as it is written would not know:
// members of the contract's mission, nil for none. It asks a reader.
func (w *Writer) beyond(text []byte, live *mission.Mission) ([]byte, error) {
	read, err := w.read(text, live.Publisher)
	if err != nil {
		return nil, err
	}
	have, err := members(read)
	if err != nil {
		return nil, err
	}
	want, err := members(live)
	if err != nil {
		return nil, err
	}
	own := map[string]jsontext.Value{}
	for name, v := range want {
		if !bytes.Equal(have[name], v) {
			own[name] = v
		}
	}
	for name := range have {
		if want[name] == nil {
			own[name] = jsontext.Value("null")
		}
	}
	for _, name := range reserved {
		delete(own, name)
	}
	if len(own) == 0 {
		return nil, nil
	}
	return mission.Encode(own)
}

// read is the mission that a reader makes of what was written; an empty one
// where it makes none.
func (w *Writer) read(text []byte, publisher string) (*mission.Mission, error) {
	scrub := &scrubber{from: bufio.NewReaderSize(bytes.NewReader(text), 4<<10), xml: true}
	f := &Reader{options: Options{Publisher: publisher, Intake: w.intake, Zones: w.zones}, text: scrub, words: w.words, from: newXML(scrub)}
	d, err := f.Next()
	if err != nil {
		return nil, err
	}
	if d.Mission == nil {
		return new(mission.Mission), nil
	}
	if w.intake.Mission(d.Mission) != nil {
		return new(mission.Mission), nil // what it lacks stands in <renfort>
	}
	return d.Mission, nil
}

// members are a mission's, by name; those that are null are not there.
func members(m *mission.Mission) (map[string]jsontext.Value, error) {
	text, err := mission.Encode(m)
	if err != nil {
		return nil, err
	}
	var all map[string]jsontext.Value
	if err := mission.Decode(text, &all); err != nil {
		return nil, err
	}
	for name, v := range all {
		if v.Kind() == 'n' {
			delete(all, name)
		}
	}
	return all, nil
}

// append appends a <mission>.
func (w *Writer) append(b []byte, m *mission.Mission, own []byte) []byte {
	b = append(b, "<mission>\n"...)
	b = appendElement(b, "clientId", strings.TrimPrefix(m.ID, m.Publisher+":"))
	b = appendElement(b, "title", m.Title)
	b = appendData(b, "description", m.Description)
	b = appendElement(b, "applicationUrl", m.URL)
	b = appendElement(b, "postedAt", string(m.PublishedAt))
	b = appendElement(b, "startAt", string(m.StartsAt))
	b = appendElement(b, "endAt", string(m.EndsAt))
	b = w.appendAddresses(b, m.Locations)
	b = appendElement(b, "remote", m.Remote)
	if len(m.Domains) > 0 {
		b = appendElement(b, "domain", m.Domains[0]) // the format has one
	}
	if len(m.Activities) == 1 {
		b = appendElement(b, "activity", m.Activities[0])
	} else {
		b = appendList(b, "activity", m.Activities)
	}
	b = appendList(b, "audience", m.Audiences)
	b = appendList(b, "tags", m.Tags)
	b = appendList(b, "requirements", m.Requirements)
	b = appendSkills(b, m.Skills)
	b = appendTerms(b, m)
	b = appendOrganization(b, m)
	b = appendAttributes(b, m.Attributes)
	b = appendRest(b, jsontext.Value(m.Data))
	if own != nil {
		b = appendData(b, "renfort", string(own))
	}
	return append(b, "</mission>\n"...)
}

func appendSkills(b []byte, skills []mission.Skill) []byte {
	names := make([]string, len(skills))
	for i, s := range skills {
		names[i] = s.ID
	}
	return appendList(b, "softSkills", names)
}

// appendTerms appends who may come and how many.
func appendTerms(b []byte, m *mission.Mission) []byte {
	if m.Seats != nil {
		b = appendElement(b, "places", strconv.Itoa(*m.Seats))
	}
	if m.Urgency == mission.UrgencyUrgent || m.Urgency == mission.UrgencyVital {
		b = appendElement(b, "priority", "yes")
	}
	if m.MinAge != nil {
		b = appendElement(b, "openToMinors", yesOrNo(*m.MinAge < adultAge))
	}
	for _, a := range m.Accessibility {
		if a == wheelchair {
			b = appendElement(b, "reducedMobilityAccessible", "yes")
		}
	}
	if m.NearTransit {
		b = appendElement(b, "closeToTransport", "yes")
	}
	return b
}

func yesOrNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

func appendOrganization(b []byte, m *mission.Mission) []byte {
	o := m.Organization
	if o == nil {
		return b
	}
	b = appendElement(b, "organizationId", strings.TrimPrefix(o.ID, m.Publisher+":"))
	b = appendElement(b, "organizationName", o.Name)
	return appendList(b, "organizationReseaux", o.Networks)
}

// appendAddresses appends all addresses, with the names that the gazetteer has
// for their department.
func (w *Writer) appendAddresses(b []byte, locations []mission.Location) []byte {
	if len(locations) == 0 {
		return b
	}
	b = append(b, "<addresses>\n"...)
	for i := range locations {
		l := &locations[i]
		b = append(b, "<address>\n"...)
		b = appendElement(b, "id", l.ID)
		b = appendElement(b, "street", l.Label)
		b = appendElement(b, "postalCode", l.PostalCode)
		b = appendElement(b, "city", l.City)
		b = appendElement(b, "departmentCode", l.Department)
		if d, ok := w.intake.Places.Department(l.Department); ok && (l.Country == "" || l.Country == france) {
			b = appendElement(b, "departmentName", d.Name)
			b = appendElement(b, "region", d.Region)
		}
		b = appendElement(b, "country", l.Country)
		b = appendElement(b, "insee", l.INSEE)
		b = appendElement(b, "precision", l.Precision)
		if p, ok := l.Point(); ok {
			b = append(b, "<location>"...)
			b = append(strconv.AppendFloat(append(b, "<lat>"...), p.Lat, 'f', -1, 64), "</lat>"...)
			b = append(strconv.AppendFloat(append(b, "<lon>"...), p.Lon, 'f', -1, 64), "</lon></location>\n"...)
		}
		b = append(b, "</address>\n"...)
	}
	return append(b, "</addresses>\n"...)
}

// appendAttributes appends those that the format has.
func appendAttributes(b []byte, have map[string]any) []byte {
	for _, a := range attributes {
		switch v := have[a.name].(type) {
		case string:
			b = appendElement(b, a.name, v)
		case bool:
			b = appendElement(b, a.name, yesOrNo(v))
		case float64:
			b = appendElement(b, a.name, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	return b
}

// appendRest appends the texts of data, and its lists of texts, that came from
// a feed or could have.
func appendRest(b []byte, data jsontext.Value) []byte {
	if len(data) == 0 || data.Kind() != '{' {
		return b
	}
	r, err := recordOf(data, 0)
	if err != nil {
		return b
	}
	for _, f := range r.fields {
		if !elementName(f.name) || ours(f.key) {
			continue
		}
		var texts []string
		for _, v := range f.values {
			if v.parts == nil {
				texts = append(texts, v.text)
			}
		}
		switch kind := f.json.Kind(); {
		case kind == '"':
			b = appendElement(b, f.name, texts[0])
		case kind == '[' && len(texts) == len(f.values):
			b = appendList(b, f.name, texts)
		}
	}
	return b
}

// elementName says whether a member's name can be an element's.
func elementName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '-' && c != '.') {
			return false
		}
	}
	return s != "" && len(s) < 100 && !strings.HasPrefix(strings.ToLower(s), "xml")
}

// ours says whether a reader would take the element for a field of a mission.
func ours(key string) bool {
	for _, a := range attributes {
		if a.key == key {
			return true
		}
	}
	return strings.Contains(taken, " "+key+" ")
}

// taken are the folded names that a reader looks for.
const taken = " clientid id renfort title description applicationurl domain domains activity activities tags tag audience audiences" +
	" requirements requirement softskills softskill reducedmobilityaccessible closetotransport organizationid organizationclientid" +
	" associationid organizationname associationname organizationreseaux associationreseaux remote addresses address adresse street rue" +
	" city ville country countrycode pays postalcode postcode zipcode zip codepostal department departmentcode departmentname region" +
	" location geopoint geoloc lat latitude lon lng long longitude lonlat latlon latlng latlong insee codeinsee startat endat postedat" +
	" publishedat places priority opentominors value "

// appendElement appends an element with a text, nothing for none.
func appendElement(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	b = append(append(append(b, '<'), name...), '>')
	var escaped bytes.Buffer
	xml.EscapeText(&escaped, []byte(text)) // a buffer takes everything
	b = append(b, escaped.Bytes()...)
	return append(append(append(b, "</"...), name...), ">\n"...)
}

// appendList appends an element with a <value> for each text.
func appendList(b []byte, name string, texts []string) []byte {
	if len(texts) == 0 {
		return b
	}
	b = append(append(append(b, '<'), name...), '>')
	for _, t := range texts {
		b = bytes.TrimSuffix(appendElement(b, "value", t), []byte{'\n'})
	}
	return append(append(append(b, "</"...), name...), ">\n"...)
}

// appendData appends an element whose text is HTML or JSON, as CDATA.
func appendData(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	b = append(append(append(b, '<'), name...), "><![CDATA["...)
	b = append(b, inCDATA.Replace(text)...)
	return append(append(append(b, "]]></"...), name...), ">\n"...)
}

// inCDATA parts what would end CDATA, and replaces what XML has not. It is
// never changed.
var inCDATA = strings.NewReplacer("]]>", "]]]]><![CDATA[>", "\ufffe", "\ufffd", "\uffff", "\ufffd")
