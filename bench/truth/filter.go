package truth

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"renfort/geo"
	"renfort/mission"
)

// sieve is a filter made ready: of places, domains, activities, departments,
// urgencies and remote.
type sieve struct {
	mission.Filter
	domains, activities bits
}

// sieve makes a filter ready. One with a field that is not judged here is an
// error.
func (t *Truth) sieve(f *mission.Filter) (sieve, error) {
	judged := mission.Filter{Point: f.Point, RadiusKm: f.RadiusKm, Domains: f.Domains, Activities: f.Activities,
		Departments: f.Departments, Urgencies: f.Urgencies, Remote: f.Remote}
	if !reflect.DeepEqual(&judged, f) {
		return sieve{}, fmt.Errorf("truth: the filter has a field that is not judged here: %+v", *f)
	}
	if err := t.intake.Filter(&judged); err != nil {
		return sieve{}, fmt.Errorf("truth: filter: %w", err)
	}
	return sieve{judged, set(t.names.domains, judged.Domains), set(t.names.activities, judged.Activities)}, nil
}

// passes says whether a mission meets what is asked of it as a whole, one
// field's part left out: "" for none.
func (f *sieve) passes(r *row, but string) bool {
	return (but == "domain" || len(f.Domains) == 0 || r.domains.meets(&f.domains)) &&
		(but == "activity" || len(f.Activities) == 0 || r.activities.meets(&f.activities)) &&
		(but == "urgency" || len(f.Urgencies) == 0 || slices.Contains(f.Urgencies, r.Urgency)) &&
		(but == "remote" || len(f.Remote) == 0 || slices.Contains(f.Remote, r.Mission.Remote))
}

// filterFields gives where each filter that is judged here is read to.
func filterFields(f *mission.Filter, at *mission.Place) map[string]any {
	return map[string]any{"lat": &at.Lat, "lon": &at.Lon, "radius_km": &f.RadiusKm, "domain": &f.Domains, "activity": &f.Activities,
		"department": &f.Departments, "urgency": &f.Urgencies, "remote": &f.Remote}
}

// readFilter reads the filters of a body.
func readFilter(members map[string]json.RawMessage) (f mission.Filter, err error) {
	var at mission.Place
	fields := filterFields(&f, &at)
	for name, value := range members {
		into := fields[name]
		if into == nil {
			return f, fmt.Errorf("truth: the filter %q is none that is judged here", name)
		}
		if list, ok := into.(*[]string); ok && len(value) > 0 && value[0] == '"' {
			*list = []string{""}
			into = &(*list)[0]
		}
		if err := json.Unmarshal(value, into); err != nil {
			return f, fmt.Errorf("truth: the filter %q: %w", name, err)
		}
	}
	return f, placeFilter(&f, &at)
}

// placeFilter gives a filter its point.
func placeFilter(f *mission.Filter, at *mission.Place) error {
	if (at.Lat == nil) != (at.Lon == nil) {
		return fmt.Errorf("truth: the filter has half a point")
	}
	if at.Lat != nil {
		f.Point = &geo.Point{Lat: *at.Lat, Lon: *at.Lon}
	}
	return nil
}
