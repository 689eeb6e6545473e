package matcher_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/cespare/xxhash/v2"

	"renfort/geo"
	"renfort/matcher"
	"renfort/mission"
)

// Goal: the candidates for a mission are those of section 5 of the design.
//
// Method: loops over nouns, without columns, cells or bounds, score every
// volunteer for random requests while volunteers are written, erased, asked and
// seated, and alerts are raised. Each request is asked twice: for everybody,
// which must be exactly who the oracle lets through, each with its score and
// reasons, and for a few, who must be the first of those.
var reverseRequests = flag.Int("reverse", 0, "requests to ask the oracle of candidates; 0: 2,000, 100 with -race, 300 with -short")

func TestReverseOracle(t *testing.T) {
	requests := *reverseRequests
	if requests == 0 {
		requests = 2000
		if raceEnabled {
			requests = 100 // .ci/run asks the others without the detector
		}
		if testing.Short() {
			requests = 300
		}
	}
	places := terrains()
	for i, terrain := range places {
		t.Run(terrain.name, func(t *testing.T) {
			terrain.missions = min(terrain.missions, 120)
			o := openReverse(t, *oracleSeed+uint64(i), terrain, 60+i*80)
			o.flood = i%3 == 0 // crises begin, move and end
			for o.asked < requests/len(places) {
				o.round(t)
			}
			t.Logf("%d requests, %d candidates, %d empty", o.asked, o.found, o.none)
			if o.none*2 > o.asked {
				t.Errorf("-seed %d: the requests drawn do not say much", o.seed)
			}
		})
	}
}

// backwards is a world in which requests for candidates are checked.
type backwards struct {
	*oracle
	people  int
	asks    map[mission.ID][]*mission.Ask
	alerts  map[mission.ID]map[string]int64 // by what they were about and when
	stopped map[mission.ID]bool
	waves   int

	asked, found, none int
}

func openReverse(t *testing.T, seed uint64, of terrain, people int) *backwards {
	t.Helper()
	o := &backwards{oracle: openOracle(t, seed, of), people: people, asks: map[mission.ID][]*mission.Ask{}, alerts: map[mission.ID]map[string]int64{}, stopped: map[mission.ID]bool{}}
	for _, p := range o.policies[1 : len(o.policies)-1] { // those drawn
		p.Reverse.Fatigue, p.Reverse.AlertsPerMonth = pick(o.maker, 0.01, 0.3, 0.5, 1), pick(o.maker, 0, 2, 17)
	}
	var cs []mission.Change
	for i := range people {
		cs = append(cs, o.putPerson(fmt.Sprint("p", i)))
	}
	o.apply(append(cs, o.t.tick(1)))
	return o
}

// putPerson writes a volunteer with all that reverse matching looks at.
func (o *backwards) putPerson(id mission.ID) mission.Change {
	v := o.volunteer(id, true)
	v.Publisher = pick(o.maker, "p1", "p2", "p3")
	v.Equipment, v.Languages = some(o.maker, 2, "4x4", "pelle", "bateau"), some(o.maker, 2, "fr", "ar", "en")
	v.Channel = pick(o.maker, "", "push", "push", "sms", "email")
	v.Consent = mission.Consent{Alerts: o.chance(0.8), Crisis: o.chance(0.5)}
	if o.chance(0.5) {
		v.BirthYear = 1940 + o.IntN(70)
	}
	if old := o.t.volunteers[id]; old != nil && o.stopped[id] && old.Consent == (mission.Consent{}) && v.Consent != (mission.Consent{}) {
		o.stopped[id] = false
	}
	return o.t.putVolunteer(v)
}

// happen draws one thing that concerns somebody.
func (o *backwards) happen() (cs []mission.Change) {
	id := fmt.Sprint("p", o.IntN(o.people))
	m := o.anyMission()
	switch n := o.IntN(10); {
	case n < 3:
		return []mission.Change{o.putPerson(id)}
	case o.t.volunteers[id] == nil || m == nil:
	case n < 4:
		o.forget(id)
		return []mission.Change{o.t.erase(id)}
	case n < 7:
		for range pick(o.maker, 1, 1, 1, 1, 1, 1, 1, 20) { // more than a row counts
			cs = append(cs, o.ask(id, m))
		}
		return cs
	case n < 8:
		c := o.t.change(mission.AlertRaised)
		c.At = o.t.now
		c.Alert = &mission.Alert{ID: fmt.Sprint("a", id), Volunteer: id, Raised: o.t.now}
		c.MissionID = m.ID
		if o.alerts[id] == nil {
			o.alerts[id] = map[string]int64{}
		}
		o.alerts[id][fmt.Sprint(m.ID, " at ", o.t.now)] = o.t.now
		return []mission.Change{c}
	case n < 9 && m.seats.Pools[m.seats.Slots[0].Pool].Free() > 0:
		o.next++
		return []mission.Change{o.t.hold(m, 0, id, fmt.Sprint("rh", o.next))}
	default:
		return []mission.Change{o.t.dismiss(id, m)}
	}
	return nil
}

// ask asks somebody, or tells what came of the last time.
func (o *backwards) ask(id mission.ID, m *toyMission) mission.Change {
	c := o.t.change(mission.WaveAsked)
	if all := o.asks[id]; len(all) > 0 && o.chance(0.6) {
		last := *all[len(all)-1]
		last.Answer = pick(o.maker, mission.AskAccepted, mission.AskDeclined, mission.AskStopped, mission.AskStoodDown)
		if last.Answer == mission.AskStopped {
			o.stopped[id] = true
		}
		all[len(all)-1] = &last
		c.Kind, c.Ask = mission.WaveAnswered, &last
		return c
	}
	o.waves++
	c.Ask = &mission.Ask{Wave: fmt.Sprint("w", o.waves), Mission: m.ID, Ordinal: m.ordinal, Volunteer: id, Channel: "push", At: o.t.now}
	o.asks[id] = append(o.asks[id], c.Ask)
	return c
}

func (o *backwards) forget(id mission.ID) {
	delete(o.asks, id)
	delete(o.alerts, id)
	delete(o.stopped, id)
}

func (o *backwards) round(t *testing.T) {
	t.Helper()
	var cs []mission.Change
	for range o.IntN(12) {
		cs = append(cs, o.happen()...)
	}
	if o.chance(0.05) { // more than a Tick leaves among the moved
		for i := range o.people {
			cs = append(cs, o.putPerson(fmt.Sprint("p", i)))
		}
	}
	if o.chance(0.1) {
		cs = append(cs, o.t.ticks(86400*o.Int64N(12))...)
	}
	o.apply(cs)
	cs = o.changes(o.policies)
	for i := range cs {
		if cs[i].Kind == mission.VolunteerErased {
			o.forget(cs[i].VolunteerID)
		}
	}
	o.apply(cs)
	for range 1 + o.IntN(6) {
		if m := o.anyMission(); m != nil {
			o.checkReverse(t, m, o.reverseRequest(m))
		}
	}
}

func (o *backwards) reverseRequest(m *toyMission) *matcher.ReverseRequest {
	r := &matcher.ReverseRequest{Mission: m.ID, Limit: matcher.CandidatesMax, Explain: o.chance(0.5), French: o.chance(0.5),
		UnknownAge: o.chance(0.6), Askable: o.chance(0.3), Crisis: o.chance(0.3)}
	if o.chance(0.4) {
		r.RadiusKm = pick(o.maker, 3.0, 30, 80, 400)
	}
	if o.chance(0.2) {
		r.ScaleMinKm = 60
	}
	if o.chance(0.1) {
		r.MinAge = pick(o.maker, 18, 40)
	}
	if o.chance(0.2) {
		r.Days = mission.DayMask(1 + o.IntN(31))
	}
	if o.chance(0.3) {
		r.Publishers = some(o.maker, 2, "p1", "p2", "p9")
		if r.Publishers == nil {
			r.Publishers = []string{"p3"}
		}
	}
	if o.chance(0.3) {
		r.Policy = pick(o.maker, o.policies...)
	}
	if o.chance(0.2) {
		r.Accept = &mission.Channels{Push: 0.3, SMS: 0.04, Email: 0.2}
	}
	if o.chance(0.4) {
		r.Filter = o.peopleFilter()
	}
	if o.chance(0.3) {
		odd := o.Uint64()
		r.Exclude = func(n uint32) bool { return mixed(uint64(n)^odd)%3 == 0 }
	}
	return r
}

func (o *backwards) peopleFilter() *mission.VolunteerFilters {
	f := new(mission.VolunteerFilters)
	switch o.IntN(8) {
	case 0:
		f.Skills = some(o.maker, 2, append(oracleSkills, "vol")...)
	case 1:
		f.Equipment = some(o.maker, 2, "4x4", "pelle")
	case 2:
		f.Languages = some(o.maker, 2, "ar", "en", "la")
	case 3:
		f.Domains, f.Activities = o.domains(3), o.activities(1)
	case 4:
		f.Availability = some(o.maker, 2, "weekday", "evening", "now")
	case 5:
		f.Channels = some(o.maker, 2, "push", "sms")
	case 6:
		f.Adult, f.MinAge = o.chance(0.5), pick(o.maker, 0, 30)
	case 7:
		f.Consent = pick(o.maker, mission.ConsentAlerts, mission.ConsentCrisis)
	}
	return f
}

// backScored is one volunteer as the oracle sees them.
type backScored struct {
	id      mission.ID
	score   float64
	km      float64 // negative: no distance plays a part
	ordinal mission.Ordinal
	asked   int64
}

func (o *backwards) checkReverse(t *testing.T, m *toyMission, r *matcher.ReverseRequest) {
	t.Helper()
	o.asked++
	all, few := new(matcher.Candidates), new(matcher.Candidates)
	if err := o.matcher.Candidates(o.index.Snapshot(), r, all); err != nil {
		t.Fatal(err)
	}
	want := o.volunteersFor(m, r)
	fail := func(format string, args ...any) {
		t.Helper()
		words, _ := json.Marshal(r.Filter)
		t.Fatalf("-seed %d, seq %d, request %d: %s\nmission %+v\nrequest %+v, filter %s", o.seed, o.t.seq, o.asked, fmt.Sprintf(format, args...), *m.Mission, *r, words)
	}
	byID := map[mission.ID]*backScored{}
	for _, w := range want {
		byID[w.id] = w
	}
	for i := range all.Items {
		g := &all.Items[i]
		w := byID[g.ID]
		if w == nil || !near(g.Score, w.score, 1e-9) || (g.Km < 0) != (w.km < 0) || w.km >= 0 && math.Abs(float64(g.Km)-max(2, w.km)) > 0.5+1e-6 {
			fail("candidate %d: got %+v, want %+v", i, *g, w)
		}
		w.score = g.Score // those closer than rounding may stand either way
		if product := reasonsOf(g); r.Explain && !near(product, g.Score, 1e-6) {
			fail("candidate %s: the reasons %+v multiply to %v, the score is %v", g.ID, g.Reasons, product, g.Score)
		}
	}
	if len(all.Items) != len(want) {
		fail("got %d candidates, want %d: %+v", len(all.Items), len(want), all.Items)
	}
	slices.SortFunc(want, func(a, b *backScored) int {
		draw := func(id mission.ID) uint64 {
			return mixed(xxhash.Sum64String(id)>>32<<32^xxhash.Sum64String(m.ID)) >> 32
		}
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.asked, b.asked), cmp.Compare(draw(a.id), draw(b.id)), cmp.Compare(a.id, b.id))
	})
	r.Limit = 1 + o.IntN(12)
	if err := o.matcher.Candidates(o.index.Snapshot(), r, few); err != nil {
		t.Fatal(err)
	}
	if len(few.Items) != min(r.Limit, len(want)) {
		fail("got %d of the %d best, of %d", len(few.Items), r.Limit, len(want))
	}
	for i, w := range want {
		if all.Items[i].ID != w.id || i < len(few.Items) && (few.Items[i].ID != w.id || few.Items[i].Score != w.score) {
			fail("place %d: got %s of all and of %d %+v, want %+v", i, all.Items[i].ID, r.Limit, few.Items, w)
		}
	}
	if o.found += len(want); len(want) == 0 {
		o.none++
	}
}

func reasonsOf(c *matcher.Candidate) float64 {
	product := 1.0
	for _, r := range c.Reasons {
		product *= math.Pow(r.Value, r.Weight)
	}
	return product
}

// volunteersFor scores everybody.
func (o *backwards) volunteersFor(m *toyMission, r *matcher.ReverseRequest) (all []*backScored) {
	p := r.Policy
	if p == nil {
		p = o.t.policy
	}
	scales := map[geo.Point]float64{}
	for id, v := range o.t.volunteers {
		if w, ok := o.volunteerFor(v, m, r, p, scales); ok {
			w.id, w.ordinal = id, o.t.numbers[id]
			all = append(all, w)
		}
	}
	return all
}

func (o *backwards) volunteerFor(v *mission.Volunteer, m *toyMission, r *matcher.ReverseRequest, p *mission.Policy, scales map[geo.Point]float64) (*backScored, bool) {
	if !o.eligible(v, m, r, p) {
		return nil, false
	}
	w := &backScored{km: -1}
	factor, ok := 1.0, false
	if len(m.Locations) > 0 && m.Remote != mission.RemoteFull {
		if v.Cell != "" && v.Remote != mission.RemoteOnly {
			var km float64
			if km, factor, ok = o.wayFrom(v, m, r, p, scales); ok {
				w.km = km
			}
		}
		afar := m.Remote == mission.RemotePossible && r.RadiusKm == 0 && v.Remote != mission.RemoteNo
		if remote := math.Pow(p.Distance.Remote, p.Weights.Distance); afar && (!ok || remote > factor) {
			factor, ok, w.km = remote, true, -1
		}
	} else {
		ok = v.Remote != mission.RemoteNo && (m.Remote == mission.RemoteFull || m.Remote == mission.RemotePossible && r.RadiusKm == 0)
	}
	if !ok {
		return nil, false
	}
	asks, _, last, _ := o.history(v.ID)
	tired := math.Pow(p.Reverse.Fatigue, float64(min(asks, 15)))
	w.score = factor * math.Pow(o.t.affinity(v, m.Mission, p), p.Weights.Affinity) * math.Pow(o.available(v, m, r, p), p.Weights.Availability) * accepts(v, r, p) * tired
	w.asked = last
	return w, true
}

func accepts(v *mission.Volunteer, r *matcher.ReverseRequest, p *mission.Policy) float64 {
	a := p.Reverse.AcceptPrior
	if r.Accept != nil {
		a = *r.Accept
	}
	if v.Channel == "" {
		return math.Min(a.Push, math.Min(a.SMS, a.Email))
	}
	return map[string]float64{"push": a.Push, "sms": a.SMS, "email": a.Email}[v.Channel]
}

func (o *backwards) available(v *mission.Volunteer, m *toyMission, r *matcher.ReverseRequest, p *mission.Policy) float64 {
	if r.Days == 0 {
		return o.t.availability(v, m, p)
	}
	if v.Days() == 0 || v.Days()&r.Days != 0 {
		return 1
	}
	return p.Availability.NoneFits
}

// wayFrom gives how far somebody is from the nearest address, if they would
// come from there.
func (o *backwards) wayFrom(v *mission.Volunteer, m *toyMission, r *matcher.ReverseRequest, p *mission.Policy, scales map[geo.Point]float64) (km, factor float64, ok bool) {
	cell, _ := geo.ParseCell(v.Cell)
	km = math.Inf(1)
	var at geo.Point
	for _, q := range pointsOf(m.Mission) {
		if d := greatCircleKm(cell.Center(), q); d < km {
			km, at = d, q
		}
	}
	l, known := scales[at]
	if !known {
		l = o.t.scaleKm(at, p)
		switch m.Urgency {
		case mission.UrgencyUrgent:
			l = math.Max(l, p.Distance.UrgentMinKm)
		case mission.UrgencyVital:
			l = math.Max(l, p.Distance.VitalMinKm)
		}
		l = math.Max(math.Max(l, r.ScaleMinKm), o.t.crisisReach(m.Mission))
		scales[at] = l
	}
	most := p.Distance.MaxKm
	if r.RadiusKm > 0 {
		most = r.RadiusKm
	}
	own := v.Reach()
	if own > 0 && (m.Urgency == mission.UrgencyUrgent || m.Urgency == mission.UrgencyVital || o.t.crisisReach(m.Mission) > 0) {
		own = math.Max(own, 1.5*l)
	}
	if km > most || own > 0 && km > own {
		return 0, 0, false
	}
	return km, math.Pow(math.Exp(-math.Max(0, km-p.Distance.FreeKm)/l), p.Weights.Distance), true
}

// history gives what somebody was asked within 30 days.
func (o *backwards) history(id mission.ID) (asks, charged int, last, silent int64) {
	for _, a := range o.asks[id] {
		if a.At+30*86400 <= o.t.now {
			continue
		}
		asks++
		last = max(last, a.At)
		if a.Answer == "" || a.Answer == mission.AskStoodDown {
			charged++
			silent = max(silent, a.At)
		}
	}
	for _, at := range o.alerts[id] {
		if at+30*86400 > o.t.now {
			charged++
		}
	}
	return asks, charged, last, silent
}

// eligible is everything that is a filter but place and remote wishes.
func (o *backwards) eligible(v *mission.Volunteer, m *toyMission, r *matcher.ReverseRequest, p *mission.Policy) bool {
	least := max(m.MinimumAge(), r.MinAge)
	for _, c := range o.t.crisesOf(m.Mission) {
		least = max(least, c.MinAge)
	}
	unknown := r.UnknownAge
	if f := r.Filter; f != nil {
		if f.Adult {
			least = max(least, 18)
		}
		least = max(least, f.MinAge)
		unknown = unknown && !f.Adult && f.MinAge == 0
	}
	if known := v.BirthYear > 0 || v.Adult != nil; !known && !unknown || !v.AgeFits(o.t.year(), least, m.MaximumAge()) {
		return false
	}
	for _, s := range m.Skills {
		if s.Required && !slices.Contains(v.Skills, s.ID) {
			return false
		}
	}
	if v.Consent == (mission.Consent{}) || r.Publishers != nil && !slices.Contains(r.Publishers, v.Publisher) || o.t.past[v.ID][m.ordinal] {
		return false
	}
	for _, h := range o.t.holds {
		if h.Live() && h.Volunteer == v.ID && h.Ordinal == m.ordinal {
			return false
		}
	}
	if r.Exclude != nil && r.Exclude(uint32(o.t.numbers[v.ID])) || r.Filter != nil && !passesPeople(v, r.Filter) {
		return false
	}
	return !r.Askable || o.mayAsk(v, r, p)
}

func (o *backwards) mayAsk(v *mission.Volunteer, r *matcher.ReverseRequest, p *mission.Policy) bool {
	_, charged, _, silent := o.history(v.ID)
	budget, agreed := p.Reverse.AlertsPerMonth, v.Consent.Alerts
	if r.Crisis {
		budget, agreed = max(p.Reverse.AlertsPerMonth, p.Reverse.AlertsPerMonthCrisis), v.Consent.Crisis
	}
	rests := silent > 0 && float64(o.t.now-silent) < p.Reverse.RestHours*3600
	return agreed && !o.stopped[v.ID] && charged < budget && !rests && v.Channel != ""
}

func passesPeople(v *mission.Volunteer, f *mission.VolunteerFilters) bool {
	holds := func(asked, held []string) bool {
		return !slices.ContainsFunc(asked, func(s string) bool { return !slices.Contains(held, s) })
	}
	one := func(asked, held []string) bool { return len(asked) == 0 || sharesOne(asked, held) }
	consent := f.Consent == "" || f.Consent == mission.ConsentAlerts && v.Consent.Alerts || f.Consent == mission.ConsentCrisis && v.Consent.Crisis
	return consent && holds(f.Skills, v.Skills) && holds(f.Equipment, v.Equipment) && one(f.Languages, v.Languages) && one(f.Domains, v.Domains) &&
		one(f.Activities, v.Activities) && one(f.Availability, v.Availability) && one(f.Channels, []string{v.Channel})
}
