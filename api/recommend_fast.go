package api

import (
	"bytes"
	"math"
	"unsafe"

	"renfort/mission"
)

// scanSimple reads the body that nearly all callers send, {"volunteer":"…"}
// and perhaps "limit", without reflection. ok is false for anything else,
// which mission.Decode then reads or refuses. It need not know all of JSON:
// what it is not sure of it leaves.
func scanSimple(b []byte) (id []byte, limit int, ok bool) {
	limit = mission.RecommendDefault
	b = mission.SkipSpace(b)
	if len(b) == 0 || b[0] != '{' {
		return nil, 0, false
	}
	b = b[1:]
	seen := false // of limit
	for first := true; ; first = false {
		b = mission.SkipSpace(b)
		if len(b) > 0 && b[0] == '}' && !first {
			return id, limit, id != nil && len(mission.SkipSpace(b[1:])) == 0
		}
		if !first {
			if len(b) == 0 || b[0] != ',' {
				return nil, 0, false
			}
			b = mission.SkipSpace(b[1:])
		}
		name, rest := mission.ScanWord(b)
		rest = mission.SkipSpace(rest)
		if len(rest) == 0 || rest[0] != ':' {
			return nil, 0, false
		}
		b = mission.SkipSpace(rest[1:])
		switch {
		case string(name) == "volunteer" && id == nil:
			if id, b = mission.ScanWord(b); len(id) == 0 || len(id) > mission.IDBytesMax {
				return nil, 0, false
			}
		case string(name) == "limit" && !seen:
			if limit, b = scanLimit(b); limit < 1 || limit > mission.RecommendMax {
				return nil, 0, false
			}
			seen = true
		default:
			return nil, 0, false
		}
	}
}

// scanLimit reads a whole number of at most three digits, -1 for any other.
func scanLimit(b []byte) (n int, rest []byte) {
	i := 0
	for ; i < len(b) && i < 4 && b[i] >= '0' && b[i] <= '9'; i++ {
		n = n*10 + int(b[i]-'0')
	}
	if i == 0 || i > 3 || b[0] == '0' || i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != ' ' && b[i] != '\n' && b[i] != '\r' && b[i] != '\t' {
		return -1, nil
	}
	return n, b[i:]
}

// recommendSimple answers GET /v1/recommendations: a profile in the query,
// and filters for what a profile does not have. near stands for a point of
// the profile, since it is said where one would say it.
func (c *call) recommendSimple() error {
	r := &c.ranking
	r.begin()
	var err error
	if r.request.Policy, err = c.s.engine.Policy(""); err != nil {
		return err
	}
	var filters *filterReader
	for i := range c.query {
		p := &c.query[i]
		known, err := r.param(c, p)
		if err != nil {
			return err
		}
		if known {
			continue
		}
		if filters == nil {
			filters = &filterReader{}
		}
		if _, err := filters.param(string(p.name), p.value); err != nil {
			return err
		}
	}
	if err := r.completeProfile(c.s); err != nil {
		return err
	}
	if filters != nil {
		if err := r.completeFilter(c.s, filters); err != nil {
			return err
		}
	}
	if err := r.limits(c.key); err != nil {
		return err
	}
	return c.answerRanking()
}

// param takes over one parameter of a profile or of the request itself.
func (r *ranking) param(c *call, p *param) (known bool, err error) {
	switch string(p.name) {
	case "lat":
		r.lat, err = roundedDegrees("lat", p.value)
		r.place.Lat = &r.lat
	case "lon":
		r.lon, err = roundedDegrees("lon", p.value)
		r.place.Lon = &r.lon
	case "radius_km":
		r.profile.RadiusKm, err = parseNumber("radius_km", p.value)
	case "domain":
		t := c.s.engine.Intake().Taxonomy
		r.domains = canonical(r.domains, p.value, t.Domain, func(i int) string { return t.Domains[i].ID })
	case "activity":
		t := c.s.engine.Intake().Taxonomy
		r.activities = canonical(r.activities, p.value, t.Activity, func(i int) string { return t.Activities[i].ID })
	case "limit":
		r.request.Limit, err = parseWhole("limit", p.value, 1, mission.RecommendMax, mission.RecommendDefault)
	case "explain":
		r.request.Explain, err = parseFlag("explain", p.value)
	case "lang":
		err = r.words(c.s, string(p.value), "")
	case "policy":
		err = r.words(c.s, "", string(p.value))
	case "seed":
		r.request.Seed = string(p.value)
		err = checkSeed(r.request.Seed)
	case "exclude":
		r.request.Exclude = splitList(p.value)
	case "min_seq": // awaited before
	default:
		return false, nil
	}
	return true, err
}

// degreesStep keeps the positions of a query, which travel in logs of
// proxies, to about a hundred metres.
const degreesStep = 1e3

// roundedDegrees reads a latitude or longitude of a query and rounds it to
// three decimals.
func roundedDegrees(name string, value []byte) (float64, error) {
	v, err := parseNumber(name, value)
	return math.Round(v*degreesStep) / degreesStep, err
}

// canonical appends the ids of a comma-separated list of names; one that is
// not known is kept as it is, to be refused with its nearest.
func canonical(ids []string, names []byte, find func(string) (int, bool), id func(int) string) []string {
	for len(names) > 0 {
		var name []byte
		name, names, _ = bytes.Cut(names, []byte{','})
		if name = bytes.TrimSpace(name); len(name) == 0 {
			continue
		}
		// The look-up keeps nothing of the name.
		if i, ok := find(unsafe.String(unsafe.SliceData(name), len(name))); ok {
			ids = append(ids, id(i))
		} else {
			ids = append(ids, string(name))
		}
	}
	return ids
}

// completeProfile makes the profile of what the query said. What is plainly
// right is not looked at twice.
func (r *ranking) completeProfile(s *Service) error {
	v := &r.profile
	v.Domains, v.Activities = r.domains, r.activities
	if r.place.Lat != nil || r.place.Lon != nil {
		v.Location = &r.place
	}
	r.request.Profile = v
	if r.plain(s) {
		return nil
	}
	return renamed(s.engine.Intake().Profile(v, s.engine.Now()))
}

// plain says whether the profile needs nothing that Intake does. Everything
// here is checked by Intake as well; this only saves its allocations.
func (r *ranking) plain(s *Service) bool {
	v := &r.profile
	if v.Location != nil {
		if r.place.Lat == nil || r.place.Lon == nil || math.Abs(r.lat) > 90 || math.Abs(r.lon) > 180 || r.lat == 0 && r.lon == 0 {
			return false
		}
	}
	if v.RadiusKm < 0 || v.RadiusKm > mission.RadiusKmMax || len(v.Domains) > mission.EntriesMax || len(v.Activities) > mission.EntriesMax {
		return false
	}
	t := s.engine.Intake().Taxonomy
	for _, d := range v.Domains {
		if _, ok := t.Domain(d); !ok {
			return false
		}
	}
	for _, a := range v.Activities {
		if _, ok := t.Activity(a); !ok {
			return false
		}
	}
	return true
}

// completeFilter validates filters of a query; near says where a person is.
func (r *ranking) completeFilter(s *Service, filters *filterReader) error {
	f, err := filters.done("")
	if err != nil {
		return err
	}
	if f.Near != "" && r.profile.Location != nil {
		return invalid("/near", "is given beside lat and lon; one of them is enough")
	}
	if err := s.engine.Intake().Filter(f); err != nil {
		return unfiltered(err)
	}
	if f.Point != nil {
		r.lat, r.lon = f.Point.Lat, f.Point.Lon
		r.place = mission.Place{Lat: &r.lat, Lon: &r.lon}
		r.profile.Location, f.Point, f.Near = &r.place, nil, ""
	}
	r.request.Filter = f
	return nil
}
