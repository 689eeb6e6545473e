package matcher_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"renfort/geo"
	"renfort/matcher"
	"renfort/mission"
)

// request draws a request of somebody stored or not.
func (k *maker) request(policies []*mission.Policy) *matcher.Request {
	r := &matcher.Request{Limit: pick(k, 1, 3, 10, 20, 20, 50, 100), Explain: k.chance(0.5), French: k.chance(0.5)}
	if ids := k.t.volunteerIDs(); len(ids) > 0 && k.chance(0.4) {
		r.Volunteer = pick(k, ids...)
	} else if ids := slices.Sorted(maps.Keys(k.t.missions)); len(ids) > 0 && k.chance(0.1) {
		r.Like = pick(k, ids...)
	} else {
		r.Profile = k.volunteer(pick(k, "", "profile"), false)
	}
	if k.chance(0.3) {
		r.Seed = fmt.Sprint("seed", k.IntN(100))
	}
	if k.chance(0.25) {
		r.Policy = pick(k, policies...)
	}
	for range k.IntN(4) {
		r.Exclude = append(r.Exclude, fmt.Sprint("m", k.IntN(k.missions)))
	}
	if !k.equal && k.chance(0.6) || k.chance(0.1) {
		r.Filter = k.filter()
	}
	return r
}

// filter draws one with few fields, so that something is left.
func (k *maker) filter() *mission.Filter {
	f := new(mission.Filter)
	if k.chance(0.3) {
		k.circle(f)
		return f
	}
	rare := func() bool { return k.chance(0.08) }
	set := func(list *[]string, values ...string) {
		if rare() {
			*list = append(some(k, 2, values...), pick(k, values...))
		}
	}
	d, a := k.t.taxonomy.Domains, k.t.taxonomy.Activities
	set(&f.Domains, d[0].ID, d[3].ID, d[5].ID, d[7].ID)
	set(&f.Activities, a[0].ID, a[1].ID, a[2].ID)
	set(&f.Departments, append(oracleDeps, "99")...)
	set(&f.Regions, "11", "Occitanie", "93", "04")
	set(&f.Cities, "ville", "BOURG")
	set(&f.PostalCodes, "75001", "48000", "1")
	set(&f.Organizations, "o0", "o1", "o2", "nobody")
	set(&f.Networks, "n1", "n2")
	set(&f.Publishers, "p1", "p2")
	set(&f.Tags, oracleTags...)
	set(&f.Audiences, oracleTags...)
	set(&f.Skills, oracleSkills...)
	set(&f.Remote, mission.RemoteNo, mission.RemotePossible, mission.RemoteFull, mission.RemoteLocal)
	set(&f.Urgencies, mission.UrgencyCalm, mission.UrgencyNormal, mission.UrgencyUrgent, mission.UrgencyVital)
	set(&f.DateTypes, mission.DateOnce, mission.DateRecurring)
	set(&f.SlotParts, "morning", "afternoon", "evening", "day")
	if rare() {
		f.Attributes = map[string][]string{"qpv": {"true"}}
	}
	if rare() {
		f.Attributes = map[string][]string{"level": {"1", "2"}, "word": {"x"}}
	}
	f.Minors = rare()
	if rare() {
		f.MaxHoursPerWeek = float64(1 + k.IntN(30))
	}
	day := func() mission.Moment {
		return mission.Moment(time.Unix(k.t.now, 0).UTC().AddDate(0, 0, k.IntN(40)-5).Format(pick(k, time.DateOnly, time.RFC3339)))
	}
	if rare() {
		f.From = day()
	}
	if rare() {
		f.Until = day()
	}
	k.places(f)
	return f
}

// circle draws a place or a radius of the request's own.
func (k *maker) circle(f *mission.Filter) {
	if k.chance(0.2) {
		p := k.home()
		f.Point = &p
	}
	if k.chance(0.3) {
		f.RadiusKm = pick(k, 0.2, 2, 11.7, 60, 500)
	}
}

// places draws what a filter says of places.
func (k *maker) places(f *mission.Filter) {
	k.circle(f)
	c, side := k.point(), 0.05+k.Float64()
	if k.chance(0.08) {
		f.BBox = &geo.BBox{South: max(c.Lat-side, -90), North: c.Lat + side, West: wrapped(c.Lon - side), East: wrapped(c.Lon + side)}
	}
	if k.chance(0.08) && math.Abs(c.Lon)+side < 180 {
		// A kite, the longer side to the east.
		ring, err := geo.ParsePolygon([]geo.Point{{Lat: c.Lat - side, Lon: c.Lon}, {Lat: c.Lat, Lon: c.Lon + side}, {Lat: c.Lat + side/2, Lon: c.Lon}, {Lat: c.Lat, Lon: c.Lon - side/3}})
		if err != nil {
			panic(err) // a kite is a polygon
		}
		f.Polygon = &ring
	}
}

func wrapped(lon float64) float64 {
	switch {
	case lon > 180:
		return lon - 360
	case lon < -180:
		return lon + 360
	}
	return lon
}

// policies draws some that may come into force, or be named without.
func (k *maker) policies(n int) []*mission.Policy {
	all := []*mission.Policy{mission.DefaultPolicy()}
	for i := 1; i < n; i++ {
		p := mission.DefaultPolicy()
		p.Name, p.Version = fmt.Sprint("drawn", i), 1
		if k.chance(0.7) {
			k.weights(&p.Weights)
		}
		if k.chance(0.4) {
			k.constants(p)
		}
		if k.chance(0.6) {
			k.pageRules(&p.Diversity)
		}
		if err := p.Validate(); err != nil {
			panic(err) // the maker's own fault
		}
		all = append(all, p)
	}
	return all
}

func (k *maker) weights(w *mission.Weights) {
	for _, v := range [...]*float64{&w.Affinity, &w.Distance, &w.Availability, &w.Urgency, &w.Quality, &w.Congestion} {
		*v = pick(k, 0, 0.3, 1, 1, 2.5)
	}
	if k.chance(0.1) {
		w.Quality, w.Congestion = 10, 10
	}
}

func (k *maker) constants(p *mission.Policy) {
	d, u := &p.Distance, &p.Urgency
	switch k.IntN(3) {
	case 0: // a fixed scale
		d.ScaleMinKm, d.ScaleMaxKm = 7, 7
	case 1:
		d.ScaleFactor, d.ScaleMinKm, d.ScaleMaxKm = pick(k, 0.0, 0.2, 3), 5, 60
	}
	d.ScaleRank, d.FreeKm, d.Remote = pick(k, 1, 5, 20, 400), pick(k, 0.0, 2, 9), pick(k, 0.05, 0.5, 1)
	d.UrgentMinKm, d.VitalMinKm, d.MaxKm = pick(k, 0.0, 15, 30), pick(k, 0.0, 40, 80), pick(k, 30.0, 150, 250)
	p.Affinity = mission.AffinityPolicy{Activity: 0.9, Domain: pick(k, 0.9, 0.5), Adjacent: 0.5, Other: pick(k, 0.5, 0.01), SkillBonus: pick(k, 0.0, 0.1, 0.7)}
	p.Availability.NoneFits = pick(k, 0.01, 1)
	u.Calm, u.Normal, u.Urgent, u.Vital = pick(k, 0.0, 2), pick(k, 0.0, 1, 20), pick(k, 0.0, 3), pick(k, 1.0, 500)
	u.PriorFillsPerDay, u.PriorDays, u.PriorMarketDays = pick(k, 0.05, 5), pick(k, 1.0, 30), pick(k, 2.0, 300)
	u.HorizonH = mission.Horizons{Calm: 200, Normal: pick(k, 5.0, 800), Urgent: 20, Vital: pick(k, 1.0, 100)}
	p.Quality = mission.QualityPolicy{PriorAnswered: pick(k, 1.0, 8), PriorIgnored: pick(k, 1.0, 20)}
}

func (k *maker) pageRules(d *mission.DiversityPolicy) {
	if k.chance(0.3) {
		d.PerOrganization, d.PerGroup, d.RemoteShare, d.Unserved = 0, 0, 1, 0
		return
	}
	d.Window, d.PerOrganization, d.PerGroup = pick(k, 0, 1, 5, 10, 30, 100), pick(k, 0, 1, 2, 4), pick(k, 0, 1, 3)
	d.RemoteShare, d.UnservedDays = pick(k, 0.0, 0.1, 0.2, 0.5, 1), pick(k, 0, 1, 14, 30)
	d.UnservedScale, d.UnservedMinShare = pick(k, 0.0, 0.5, 1.5, 20), pick(k, 0, 0.5, 1)
}
