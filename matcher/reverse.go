package matcher

import (
	"math"
	"slices"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// CandidatesMax and CandidatesDefault are how many volunteers one request may
// ask for, and how many it gets that does not say.
const (
	CandidatesMax     = 10_000
	CandidatesDefault = 100
)

// ReverseRequest asks for the best volunteers for one mission. Volunteers who
// have a place in it, wait for it, were refused there or waved it away are
// left out, and so are those who agreed to nothing.
//
// Asked again for the next best, it leaves out by Exclude those it gave
// before: what is scored is the same, so that pages follow each other as long
// as the snapshot does not change.
type ReverseRequest struct {
	Mission    mission.ID
	Filter     *mission.VolunteerFilters // has passed Intake.VolunteerFilters; nil for none
	Publishers []string                  // whose volunteers, nil for everybody's
	RadiusKm   float64                   // nobody farther away; 0: the policy's max_km
	ScaleMinKm float64                   // least scale of distance, beside what a running crisis gives; 0 for none
	MinAge     int                       // beside the mission's own; 0 for none
	UnknownAge bool                      // lets in those whose age nobody knows
	Days       mission.DayMask           // when they are needed; 0: when the mission has seats
	// Askable leaves out whom a wave may not ask now: who rests, who said
	// stop, whose budget is used up, who has not agreed. With Crisis the budget
	// and the agreement are those of a crisis.
	Askable bool
	Crisis  bool
	// Exclude leaves out volunteers by ordinal. It is called seldom more often
	// than for a few times Limit, from one goroutine; nil leaves out nobody.
	Exclude func(volunteer uint32) bool
	Limit   int // 1 to CandidatesMax
	Explain bool
	French  bool              // words of the reasons; else English
	Policy  *mission.Policy   // nil: the one in force
	Accept  *mission.Channels // chance that somebody asked accepts; nil: the policy's
}

// Candidates is what a ReverseRequest is answered, best first. The slice is
// reused when it is given again.
type Candidates struct {
	Items      []Candidate
	Policy     string // key, as default/1
	Seq        uint64
	At         int64 // log time, Unix seconds
	Considered int   // volunteers scored
}

// Candidate is one volunteer for a mission.
type Candidate struct {
	Ordinal mission.Ordinal
	ID      mission.ID
	Score   float64
	Km      int     // whole, at least 2; negative: no distance plays a part
	Accept  float64 // chance that they accept once asked
	Channel string  // "" for none
	Reasons []Reason
}

// reverse is a ReverseRequest made ready for one snapshot, with the scratch of
// one search. It is reused, and for one goroutine.
type reverse struct {
	snapshot *index.Snapshot
	policy   *mission.Policy
	request  *ReverseRequest
	mission  *index.Mission
	ordinal  uint32
	decay    *decay

	sites  []site  // the mission's addresses
	most   float64 // km: nobody farther away
	reach  bool    // urgent and vital missions pass people's own radius
	placed bool    // distance plays a part
	afar   bool    // it may be done from home
	strict bool    // the radius is the request's

	domains    uint64
	adjacent   uint64
	folded     uint64
	exact      bool // folded activities say all
	asked      []uint32
	required   uint32 // folded
	affinity   [4][]float64
	skillBits  uint32
	days       mission.DayMask
	noneFits   float64
	remoteD    float64
	accept     [4]float64                  // by channel
	fatigue    [index.AsksMost + 1]float64 // by asks
	acceptUp   [16]float64
	born       [256]bool
	sieve      sieve
	tie        uint64
	budget     uint8
	restSince  int64 // who was silent to an ask since then rests
	publishers []uint32

	list   shortlist
	heap   cellHeap
	scored int
}

// site is an address of the mission.
type site struct {
	vec      geo.Vec
	scaleKm  float64
	reciprok float64 // weight / scale
	passKm   float64 // as far as an urgent mission passes people's own radius
}

// Candidates fills out with the best volunteers of s for the request. It
// answers NotFound for a mission that s does not have. Nobody found is an empty
// list.
func (m *Matcher) Candidates(s *index.Snapshot, r *ReverseRequest, out *Candidates) error {
	q, _ := m.reverses.Get().(*reverse)
	if q == nil {
		q = &reverse{decay: newDecay()}
	}
	defer func() {
		q.snapshot, q.request, q.mission, q.policy = nil, nil, nil, nil
		m.reverses.Put(q)
	}()
	*out = Candidates{Items: out.Items[:0], Policy: s.PolicyKey, Seq: s.Seq, At: s.At}
	if err := q.compile(s, r, m); err != nil {
		return err
	}
	if q.policy != s.Policy {
		out.Policy = q.policy.Key()
	}
	for k := r.Limit + q.seated(); ; k *= 2 {
		q.search(k)
		if q.write(out) || !q.list.full {
			out.Considered = q.scored
			return nil
		}
	}
}

// seatedMost bounds how many more than asked for are looked for at first.
const seatedMost = 4096

// seated guesses how many of the best are in the mission already: they are
// found out and left out last, when the best are known.
func (q *reverse) seated() int {
	l := q.snapshot.Live.At(q.ordinal)
	return min(int(l.Held+l.Confirmed), seatedMost) + 16
}

// compile sets the search up.
func (q *reverse) compile(s *index.Snapshot, r *ReverseRequest, m *Matcher) error {
	o, ok := s.Mission(r.Mission)
	if !ok {
		return mission.Errorf(mission.NotFound, "no mission %q", r.Mission)
	}
	q.snapshot, q.request, q.policy, q.ordinal, q.mission = s, r, r.Policy, o, s.Missions.At(o)
	if q.policy == nil {
		q.policy = s.Policy
	}
	stand := s.Stands.At(o)
	q.tie = stand.Tie
	if q.days = stand.Days; r.Days != 0 {
		q.days = r.Days
	}
	q.publishers = q.publishers[:0]
	for _, p := range r.Publishers {
		if n, ok := s.Dictionary.Number(index.Publisher, p); ok {
			q.publishers = append(q.publishers, n)
		}
	}
	q.compileAges()
	q.compileWeights()
	q.compilePlaces(m)
	q.sieve.compile(s, r.Filter)
	if r.Askable {
		q.sieve.consent |= consentFor(r.Crisis)
	}
	return nil
}

// compileAges tells ages apart once: born[b] says whether whoever is known by b
// may come.
func (q *reverse) compileAges() {
	least, surely := agesOf(q.request.Filter)
	q.born = bornTable(yearOf(q.snapshot.At), max(least, int(q.mission.MinAge), q.request.MinAge), int(q.mission.MaxAge), surely || !q.request.UnknownAge)
}

// agesOf gives the least age that a filter asks for, and whether it must be
// known.
func agesOf(f *mission.VolunteerFilters) (least int, surely bool) {
	if f == nil {
		return 0, false
	}
	if least = f.MinAge; f.Adult {
		least = max(least, mission.AgeDefault)
	}
	return least, f.MinAge > 0 || f.Adult
}

func bornTable(year, least, most int, surely bool) (table [256]bool) {
	for b := range table {
		v := index.Volunteer{Adult: uint8(b)}
		if b > int(index.BornAdult) {
			v = index.Volunteer{BirthYear: uint16(b + index.BornZero)}
		}
		table[b] = b == int(index.BornUnknown) && !surely || b != int(index.BornUnknown) && v.AgeFits(year, least, most)
	}
	return table
}

// compileWeights raises the constants to their weights once.
func (q *reverse) compileWeights() {
	s, p, m := q.snapshot, q.policy, q.mission
	q.domains, q.adjacent = m.Domains, s.Taxonomy.Adjacent(m.Domains)
	q.folded = m.Activities[0] | m.Activities[1] | m.Activities[2] | m.Activities[3]
	q.exact = len(s.Taxonomy.Activities) <= 64
	q.asked = s.Terms.At(m.Skills)
	q.skillBits, q.required = m.SkillBits, index.SkillBits(q.asked[:m.Required])
	for kind := range q.affinity {
		row := q.affinity[kind][:0]
		for held := range len(q.asked) + 1 {
			row = append(row, power(affinityValue(p, kind, q.share(held)), p.Weights.Affinity))
		}
		q.affinity[kind] = row
	}
	q.noneFits = power(p.Availability.NoneFits, p.Weights.Availability)
	q.remoteD = power(p.Distance.Remote, p.Weights.Distance)
	accept := p.Reverse.AcceptPrior
	if q.request.Accept != nil {
		accept = *q.request.Accept
	}
	// Nobody knows how to reach somebody without a channel: no better than the
	// worst.
	q.accept = [4]float64{min(accept.Push, accept.SMS, accept.Email), accept.Push, accept.SMS, accept.Email}
	for set := range q.acceptUp {
		q.acceptUp[set] = 0
		for c, v := range q.accept {
			if set&(1<<c) != 0 {
				q.acceptUp[set] = max(q.acceptUp[set], v)
			}
		}
	}
	for asks := range q.fatigue {
		q.fatigue[asks] = Fatigue(p, asks)
	}
	q.budget = uint8(min(p.Reverse.AlertsPerMonth, 255))
	if q.request.Crisis {
		q.budget = uint8(min(crisisBudget(p), 255))
	}
	q.restSince = s.At - int64(p.Reverse.RestHours*3600)
}

// share gives the share of the skills asked that held of them are.
func (q *reverse) share(held int) float64 {
	if held == 0 {
		return 0
	}
	return float64(held) / float64(len(q.asked))
}

// Fatigue is what is left of somebody's readiness after so many asks in the
// last mission.BudgetDays, whether they answered or not: the policy's
// reverse.fatigue for each of them, so that asks go round among those who are
// about as good. An answer does not rest anybody: counted without it, the few
// who always answer would be asked always. It is never 0, because who has given
// all is still found when nobody else is left; more than index.AsksMost asks are
// as many.
func Fatigue(p *mission.Policy, asks int) float64 {
	return power(p.Reverse.Fatigue, float64(min(asks, index.AsksMost)))
}

// crisisBudget is the largest budget there is: that of a crisis is no smaller
// than the ordinary one.
func crisisBudget(p *mission.Policy) int {
	return max(p.Reverse.AlertsPerMonth, p.Reverse.AlertsPerMonthCrisis)
}

// compilePlaces finds how far people are looked for.
func (q *reverse) compilePlaces(m *Matcher) {
	r, d := q.request, &q.policy.Distance
	q.placed = q.mission.Has(index.Placed)
	q.strict = r.RadiusKm > 0
	q.afar = q.mission.Remote == index.RemoteFull || q.mission.Remote == index.RemotePossible && !q.strict
	q.reach = q.mission.Class >= index.Urgent // those of a crisis with a reach too
	if q.most = d.MaxKm; q.strict {
		q.most = r.RadiusKm
	}
	q.sites = q.sites[:0]
	if !q.placed {
		return
	}
	// The scale is the one that a volunteer at the mission's place has, by the
	// very code that gives it to them.
	forward := m.pool.Get().(*query)
	defer m.pool.Put(forward)
	forward.snapshot, forward.policy, forward.placed = q.snapshot, q.policy, true
	for a := q.mission.Addresses.First; a < q.mission.Addresses.First+q.mission.Addresses.Len; a++ {
		forward.at = q.snapshot.Addresses.At(a).Vec
		forward.setScales(index.ScaleCell(forward.at), nil)
		l := max(forward.scaleOf(q.mission), r.ScaleMinKm)
		at := site{vec: forward.at, scaleKm: l, reciprok: q.policy.Weights.Distance / l}
		if q.reach {
			at.passKm = urgentReach * l
		}
		q.sites = append(q.sites, at)
	}
	forward.snapshot, forward.policy = nil, nil
}

// reached is how far somebody is from a mission: from its nearest address.
type reached struct {
	km     float64
	site   int
	factor float64 // distance to its weight
}

// from gives how far a place is from the mission, which must have addresses.
func (q *reverse) from(v geo.Vec) reached {
	nearest, site := 5.0, 0 // no squared chord is above 4
	for i := range q.sites {
		if c := v.Chord2(q.sites[i].vec); c < nearest {
			nearest, site = c, i
		}
	}
	w := reached{km: geo.Km(nearest), site: site, factor: 1}
	if beyond := w.km - q.policy.Distance.FreeKm; beyond > 0 {
		w.factor = math.Exp(-beyond * q.sites[site].reciprok)
	}
	return w
}

// sieve is the filter of a request, made ready.
type sieve struct {
	consent    uint8 // all of these bits; one at least has whoever passes
	channels   uint8 // bit c for channel c
	days       mission.DayMask
	domains    uint64
	activities mission.ActivityMask
	folded     uint64
	words      uint32 // folded: all of these
	skills     uint32 // the same
	skillTerms []uint32
	equipment  []uint32
	languages  []uint32
	any        uint32 // folded: one of these
	never      bool   // nobody passes
	narrow     bool   // something beside consent is asked for
}

// compile reads the filter.
func (x *sieve) compile(s *index.Snapshot, f *mission.VolunteerFilters) {
	*x = sieve{skillTerms: x.skillTerms[:0], equipment: x.equipment[:0], languages: x.languages[:0]}
	if f == nil {
		return
	}
	if f.Consent != "" {
		x.consent |= consentFor(f.Consent == mission.ConsentCrisis)
	}
	x.narrow = !f.IsZero()
	for _, c := range f.Channels {
		x.channels |= 1 << index.Channel(c)
	}
	x.days = (&mission.Volunteer{Availability: f.Availability}).Days()
	x.domains, x.activities = s.Taxonomy.DomainMask(f.Domains), s.Taxonomy.ActivityMask(f.Activities)
	x.folded = x.activities[0] | x.activities[1] | x.activities[2] | x.activities[3]
	x.skillTerms = x.all(s, x.skillTerms, index.Skill, f.Skills)
	x.skills = index.SkillBits(x.skillTerms)
	x.equipment = x.all(s, x.equipment, index.Equipment, f.Equipment)
	x.words = index.SkillBits(x.equipment)
	for _, w := range f.Languages {
		if n, ok := s.Dictionary.Number(index.Language, w); ok {
			x.languages = append(x.languages, n)
		}
	}
	x.any = index.SkillBits(x.languages)
	x.never = x.never || len(f.Languages) > 0 && x.any == 0 || len(f.Domains) > 0 && x.domains == 0 || len(f.Activities) > 0 && x.folded == 0
}

func consentFor(crisis bool) uint8 {
	if crisis {
		return index.ConsentCrisis
	}
	return index.ConsentAlerts
}

// all gives the terms of words of which none may be missing.
func (x *sieve) all(s *index.Snapshot, dst []uint32, f index.Field, words []string) []uint32 {
	for _, w := range words {
		n, ok := s.Dictionary.Number(f, w)
		x.never = x.never || !ok
		dst = append(dst, n)
	}
	return dst
}

// agreed says whether somebody's consent is enough.
func (x *sieve) agreed(consent uint8) bool { return consent != 0 && consent&x.consent == x.consent }

// passes says whether a row may pass; what it folds is settled by settles.
func (x *sieve) passes(r *index.Resident) bool {
	return (x.channels == 0 || x.channels&(1<<r.Channel()) != 0) && (x.days == 0 || x.days&r.Days != 0) &&
		(x.domains == 0 || x.domains&r.Domains != 0) && (x.folded == 0 || x.folded&r.Activities != 0) &&
		r.Skills&x.skills == x.skills && r.Words&x.words == x.words && (x.any == 0 || r.Words&x.any != 0)
}

// settles says whether a volunteer whose row passes does.
func (x *sieve) settles(s *index.Snapshot, v *index.Volunteer) bool {
	if x.folded != 0 && !x.activities.Meets(&v.Activities) {
		return false
	}
	return holdsAll(s.SkillsOf(v), x.skillTerms) && holdsAll(s.EquipmentOf(v), x.equipment) &&
		(x.any == 0 || slices.ContainsFunc(s.LanguagesOf(v), func(n uint32) bool { return slices.Contains(x.languages, n) }))
}

func holdsAll(held, asked []uint32) bool {
	for _, n := range asked {
		if !slices.Contains(held, n) {
			return false
		}
	}
	return true
}
