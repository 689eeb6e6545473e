package api

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"renfort/geo"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// The bounds of a v0 list, as API Engagement has them, and of what is skipped.
const (
	v0LimitDefault = 25
	v0LimitMax     = 10_000
	v0SkipMax      = 1_000_000
	v0RadiusKm     = 50 // where a point has no distance
	v0RadiusKmZero = 10 // and where that is 0
)

// v0Names are the parameters that v0 knows; others are ignored, as there. from
// and size are old names of skip and limit, text one of keywords.
var v0Names = []string{"activity", "city", "clientId", "country", "createdAt", "departmentName", "distance", "domain", "keywords", "limit",
	"lat", "lon", "openToMinors", "organizationRNA", "publisher", "remote", "skip", "snu", "startAt", "type", "from", "size", "text"}

// v0Walk is one v0 list on its way out. It outlives the call.
type v0Walk struct {
	s         *Service
	words     *v0Words
	request   matcher.SearchRequest
	page      matcher.SearchPage
	reader    string // whose list it is
	skip      int
	limit     int
	left      int // hits still to be given
	total     int
	facets    []matcher.Facet // [i] for v0Facets[i]
	only      []func(s *index.Snapshot, o uint32) bool
	distances bool
	none      bool // a value was asked for that no mission has
	began     bool // what is skipped has been
	over      bool // nothing is left after what is skipped
	wrote     bool
}

// v0Query reads the parameters of a list. A value that nothing has (a domain
// that is not known) makes an empty list, as it does there; what cannot be read
// is refused.
func (c *call) v0Query(search bool) (*v0Walk, error) {
	w := &v0Walk{s: c.s, words: c.s.v0Words(), reader: c.key.id(), distances: search}
	f := &mission.Filter{}
	for _, read := range []func(*mission.Filter) error{
		func(*mission.Filter) error { return w.readPage(c) },
		func(f *mission.Filter) error { return w.readPlace(c, f) },
		func(f *mission.Filter) error { w.readNames(c, f); return nil },
		func(f *mission.Filter) error { return w.readPublishers(c, f) },
		func(f *mission.Filter) error { return w.readMinors(c, f) },
		func(*mission.Filter) error { return w.readDates(c) },
	} {
		if err := read(f); err != nil {
			return nil, err
		}
	}
	w.readConditions(c)
	if search {
		for _, facet := range v0Facets {
			w.request.Facets = append(w.request.Facets, facet.field)
		}
		w.request.Joint = true
	}
	if err := c.s.engine.Intake().Filter(f); err != nil {
		return nil, unfiltered(err)
	}
	w.request.Filter = f
	w.request.Only = w.fits()
	return w, checkTyped(w.request.Query)
}

// v0Values gives the values of a parameter that may be given several times
// (name or name[]), as a comma-separated list, or as a JSON list.
func (c *call) v0Values(name string) (values []string) {
	for i := range c.query {
		p := &c.query[i]
		if string(bytes.TrimSuffix(p.name, []byte("[]"))) != name {
			continue
		}
		var list []string
		if len(p.value) > 0 && p.value[0] == '[' && json.Unmarshal(p.value, &list) == nil {
			for _, v := range list {
				if v = strings.TrimSpace(v); v != "" {
					values = append(values, v)
				}
			}
			continue
		}
		values = append(values, splitList(p.value)...)
	}
	return values
}

// readPage reads what part of the list is asked for, and the words.
func (w *v0Walk) readPage(c *call) (err error) {
	limit, skip := "limit", "skip"
	if c.value("limit") == nil {
		limit = "size"
	}
	if c.value("skip") == nil {
		skip = "from"
	}
	if w.limit, err = c.whole(limit, 0, v0LimitMax, v0LimitDefault); err != nil {
		return err
	}
	if w.skip, err = c.whole(skip, 0, v0SkipMax, 0); err != nil {
		return err
	}
	w.left = w.limit
	w.request.Query = firstText(c.text("keywords"), c.text("text"))
	w.request.Sort = matcher.ByNewest
	if strings.TrimSpace(w.request.Query) != "" {
		w.request.Sort = matcher.ByRelevance
	}
	return nil
}

func firstText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// readPlace reads the circle. What is done from afar is in no circle: it is
// there if remote asks for it.
func (w *v0Walk) readPlace(c *call, f *mission.Filter) error {
	lat, lon := c.value("lat"), c.value("lon")
	if lat == nil && lon == nil {
		return nil
	}
	if lat == nil || lon == nil {
		return invalid("/lat", "comes together with lon: this is half a point")
	}
	var p geo.Point
	var err error
	if p.Lat, err = parseNumber("lat", lat); err != nil {
		return err
	}
	if p.Lon, err = parseNumber("lon", lon); err != nil {
		return err
	}
	if f.RadiusKm, err = v0Distance(c.text("distance")); err != nil {
		return err
	}
	f.Point = &p
	f.Remote = []string{mission.RemoteNo, mission.RemotePossible, mission.RemoteLocal}
	w.request.Sort = matcher.ByDistance
	return nil
}

// v0Distance reads "50km", "50" or "500m".
func v0Distance(s string) (km float64, err error) {
	s = strings.ToLower(strings.ReplaceAll(s, " ", ""))
	if s == "" {
		return v0RadiusKm, nil
	}
	digits, unit := s, 1.0
	if d, ok := strings.CutSuffix(s, "km"); ok {
		digits = d
	} else if d, ok := strings.CutSuffix(s, "m"); ok {
		digits, unit = d, 1.0/1000
	}
	km, err = strconv.ParseFloat(digits, 64)
	if km *= unit; err != nil || !(km >= 0 && km <= mission.RadiusKmMax) {
		return 0, faulty([]mission.FieldError{fault("/distance", "is not kilometres (50km) or metres (500m) up to %d km", mission.RadiusKmMax)})
	}
	if km == 0 {
		return v0RadiusKmZero, nil
	}
	return km, nil
}

// readNames reads what is chosen by name. Names that are not known choose
// nothing.
func (w *v0Walk) readNames(c *call, f *mission.Filter) {
	tax := w.words.taxonomy
	f.Domains = w.known(c.v0Values("domain"), func(n string) (string, bool) {
		i, ok := tax.Domain(n)
		return n, ok && tax.Domains[i].ID != ""
	})
	f.Activities = w.known(c.v0Values("activity"), func(n string) (string, bool) {
		i, ok := tax.Activity(n)
		return n, ok && tax.Activities[i].ID != ""
	})
	f.Departments = w.known(c.v0Values("departmentName"), func(n string) (string, bool) {
		if d, ok := w.s.engine.Places().DepartmentByName(n); ok {
			return d.Code, true
		}
		return n, true // a code, or a place abroad
	})
	if asked := c.v0Values("remote"); len(asked) > 0 {
		f.Remote = w.known(asked, func(n string) (string, bool) {
			return n, slices.Contains([]string{mission.RemoteNo, mission.RemotePossible, mission.RemoteFull, mission.RemoteLocal}, n)
		})
	}
	f.Cities = c.v0Values("city")
	f.Attributes = map[string][]string{}
	if rna := c.v0Values("organizationRNA"); len(rna) > 0 {
		f.Attributes["organizationRNA"] = rna
	}
	if c.text("snu") == "true" {
		f.Attributes["snu"] = []string{"true", "yes", "1"}
	}
}

// known gives the values that are; the list is empty where none of those asked
// for is.
func (w *v0Walk) known(asked []string, find func(string) (string, bool)) (values []string) {
	for _, n := range asked {
		if v, ok := find(n); ok {
			values = append(values, v)
		}
	}
	w.none = w.none || len(asked) > 0 && len(values) == 0
	return values
}

// readPublishers keeps those that the key sees.
func (w *v0Walk) readPublishers(c *call, f *mission.Filter) error {
	asked := c.v0Values("publisher")
	for _, p := range asked {
		if c.key.sees(p) {
			f.Publishers = append(f.Publishers, p)
		}
	}
	switch {
	case len(asked) == 0 && c.key.limited():
		f.Publishers = c.key.publishers
	case len(asked) > 0 && len(f.Publishers) == 0:
		return mission.Errorf(mission.Forbidden, "the key sees none of these publishers")
	}
	return nil
}

// readMinors reads openToMinors: yes or no.
func (w *v0Walk) readMinors(c *call, f *mission.Filter) error {
	switch v := c.text("openToMinors"); v {
	case "":
	case "yes", "true", "1":
		f.Minors = true
	case "no", "false", "0":
		w.condition("adults", nil, func(s *index.Snapshot, o uint32) bool { return s.Missions.At(o).OwnMinAge >= mission.AgeDefault })
	default:
		return invalid("/openToMinors", "is neither yes nor no")
	}
	return nil
}

// condition adds one that a filter does not have. The name and values tell it
// from others.
func (w *v0Walk) condition(name string, values []string, fits func(s *index.Snapshot, o uint32) bool) {
	w.only = append(w.only, fits)
	w.request.OnlyName += name + "\x00" + strings.Join(values, "\x01") + "\x02"
}

// fits joins the conditions, nil for none.
func (w *v0Walk) fits() func(s *index.Snapshot, o uint32) bool {
	if len(w.only) == 0 {
		return nil
	}
	return func(s *index.Snapshot, o uint32) bool {
		for _, fits := range w.only {
			if !fits(s, o) {
				return false
			}
		}
		return true
	}
}

// readDates reads createdAt and startAt: "gt:" or "lt:" and a time, each as
// often as one likes.
func (w *v0Walk) readDates(c *call) error {
	for _, d := range []struct {
		name string
		of   func(s *index.Snapshot, o uint32) int64
	}{
		{"createdAt", func(s *index.Snapshot, o uint32) int64 { return s.Live.At(o).Created }},
		{"startAt", func(s *index.Snapshot, o uint32) int64 { return s.Missions.At(o).Starts }},
	} {
		for _, v := range c.v0Values(d.name) {
			operation, text, _ := strings.Cut(v, ":")
			at, ok := v0Time(text)
			if !ok || operation != "gt" && operation != "lt" {
				return invalid(pointerTo(d.name), "is not gt: or lt: and a time (gt:2026-11-22T08:00:00Z)")
			}
			of := d.of
			w.condition(d.name, []string{v}, func(s *index.Snapshot, o uint32) bool {
				t := of(s, o)
				return t != 0 && (operation == "gt" && t > at || operation == "lt" && t < at)
			})
		}
	}
	return nil
}

// v0Time reads a time as a browser's Date does: a bare date is midnight UTC.
func v0Time(s string) (unix int64, ok bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Unix(), true
		}
	}
	return 0, false
}

// readConditions reads what only this door filters by.
func (w *v0Walk) readConditions(c *call) {
	if ids := c.v0Values("clientId"); len(ids) > 0 {
		w.condition("clientId", ids, func(s *index.Snapshot, o uint32) bool {
			return slices.Contains(ids, clientID(s.Texts.At(o).ID))
		})
	}
	if countries := c.v0Values("country"); len(countries) > 0 {
		w.condition("country", countries, func(s *index.Snapshot, o uint32) bool { return inCountry(s, o, countries) })
	}
	if types := c.v0Values("type"); len(types) > 0 {
		w.condition("type", types, func(s *index.Snapshot, o uint32) bool { return slices.Contains(types, v0Type(s, o)) })
	}
}

// clientID is a mission's id without its publisher.
func clientID(id mission.ID) string {
	if _, rest, ok := strings.Cut(id, ":"); ok {
		return rest
	}
	return id
}

// inCountry says whether a mission has an address in one of the countries; one
// that does not say is in France.
func inCountry(s *index.Snapshot, o uint32, countries []string) bool {
	span := s.Missions.At(o).Addresses
	for a := span.First; a < span.First+span.Len; a++ {
		var at struct{ Country string }
		if json.Unmarshal(*s.Shown.At(a), &at) != nil {
			continue
		}
		if at.Country == "" || strings.EqualFold(at.Country, "France") {
			at.Country = "FR"
		}
		for _, country := range countries {
			if strings.EqualFold(country, at.Country) || at.Country == "FR" && strings.EqualFold(country, "France") {
				return true
			}
		}
	}
	return false
}

// v0TypeDefault is what a mission is that does not say.
const v0TypeDefault = "benevolat"

// v0Types are the other words that there are for it.
var v0Types = []string{"volontariat", "volontariat_service_civique", "volontariat_sapeurs_pompiers", "volontariat_reserve_operationnelle"}

// v0Type gives a mission's type by its attribute.
func v0Type(s *index.Snapshot, o uint32) string {
	terms := s.TermsOf(s.Missions.At(o))
	for _, t := range v0Types {
		if n, ok := s.Dictionary.Number(index.Attribute, "type="+t); ok {
			if _, has := slices.BinarySearch(terms, n); has {
				return t
			}
		}
	}
	return v0TypeDefault
}

// v0Place is where in a list a page begins.
type v0Place struct {
	list uint64 // hash of what makes the list, and of who reads it
	skip int
}

// placeOf names a place in this walk's list.
func (w *v0Walk) placeOf(skip int) v0Place {
	r := w.request
	r.Cursor = ""
	return v0Place{r.List() ^ xxhash.Sum64String(w.reader), skip}
}

// The bounds of what is remembered of where pages ended.
const (
	v0PlacesMax    = 1_024
	v0PlaceSeconds = 60
)

// v0Places remembers where pages ended, so that the next page of a caller who
// counts in skip goes on from there, in the very same list. The zero value is
// ready; safe for concurrent use.
type v0Places struct {
	mu     sync.Mutex
	known  map[v0Place]v0Cursor
	oldest []v0Place // in the order of keeping
}

type v0Cursor struct {
	cursor string
	at     int64 // log time
}

func (p *v0Places) keep(place v0Place, cursor string, at int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[v0Place]v0Cursor{}
	}
	if _, had := p.known[place]; !had {
		if len(p.oldest) == v0PlacesMax {
			delete(p.known, p.oldest[0])
			p.oldest = append(p.oldest[:0], p.oldest[1:]...)
		}
		p.oldest = append(p.oldest, place)
	}
	p.known[place] = v0Cursor{cursor, at}
}

// find gives the cursor of a place that is young enough at log time now.
func (p *v0Places) find(place v0Place, now int64) (cursor string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.known[place]
	return c.cursor, ok && now-c.at <= v0PlaceSeconds
}
