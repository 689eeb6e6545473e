package mission

import (
	"bytes"
	_ "embed" // the default policy
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

//go:embed policy.json
var policyJSON []byte

// Policy is the weights and scales of ranking: data, versioned, replaceable
// at run time. policy.json holds the default with a reason beside each
// constant. A Policy is immutable once it is in force.
type Policy struct {
	Name         string             `json:"name"`
	Version      int                `json:"version"`
	Weights      Weights            `json:"weights"`
	Affinity     AffinityPolicy     `json:"affinity"`
	Distance     DistancePolicy     `json:"distance"`
	Availability AvailabilityPolicy `json:"availability"`
	Urgency      UrgencyPolicy      `json:"urgency"`
	Quality      QualityPolicy      `json:"quality"`
	Diversity    DiversityPolicy    `json:"diversity"`
	Seats        SeatsPolicy        `json:"seats"`
	Reverse      ReversePolicy      `json:"reverse"`
}

// Weights are the exponents of the factors; 0 takes one out.
type Weights struct {
	Affinity     float64 `json:"affinity"`
	Distance     float64 `json:"distance"`
	Availability float64 `json:"availability"`
	Urgency      float64 `json:"urgency"`
	Quality      float64 `json:"quality"`
	Congestion   float64 `json:"congestion"`
	Text         float64 `json:"text"`
}

// AffinityPolicy values what a volunteer chose.
type AffinityPolicy struct {
	Activity   float64 `json:"activity"`
	Domain     float64 `json:"domain"`
	Adjacent   float64 `json:"adjacent"`
	Other      float64 `json:"other"`
	SkillBonus float64 `json:"skill_bonus"`
}

// DistancePolicy scales distance; all but ScaleFactor, ScaleRank and Remote
// are kilometres.
type DistancePolicy struct {
	FreeKm      float64 `json:"free_km"`
	ScaleFactor float64 `json:"scale_factor"`
	ScaleRank   int     `json:"scale_rank"`
	ScaleMinKm  float64 `json:"scale_min_km"`
	ScaleMaxKm  float64 `json:"scale_max_km"`
	UrgentMinKm float64 `json:"urgent_min_km"`
	VitalMinKm  float64 `json:"vital_min_km"`
	MaxKm       float64 `json:"max_km"`
	Remote      float64 `json:"remote"`
}

// AvailabilityPolicy values a time that does not fit.
type AvailabilityPolicy struct {
	NoneFits float64 `json:"none_fits"`
}

// UrgencyPolicy holds the boosts B by urgency, the prior fill rate and how
// many days it weighs, for a mission and for its market of domain and
// department, and the horizons in hours.
type UrgencyPolicy struct {
	Calm             float64  `json:"calm"`
	Normal           float64  `json:"normal"`
	Urgent           float64  `json:"urgent"`
	Vital            float64  `json:"vital"`
	PriorFillsPerDay float64  `json:"prior_fills_per_day"`
	PriorDays        float64  `json:"prior_days"`
	PriorMarketDays  float64  `json:"prior_market_days"`
	HorizonH         Horizons `json:"horizon_h"`
}

// Horizons are hours by urgency.
type Horizons struct {
	Calm   float64 `json:"calm"`
	Normal float64 `json:"normal"`
	Urgent float64 `json:"urgent"`
	Vital  float64 `json:"vital"`
}

// QualityPolicy is the Beta prior of an organisation's answering record.
type QualityPolicy struct {
	PriorAnswered float64 `json:"prior_answered"`
	PriorIgnored  float64 `json:"prior_ignored"`
}

// DiversityPolicy is the rules of the page. Caps of 0 and a remote share of 1
// switch them off, Unserved 0 the place for a mission nobody took.
type DiversityPolicy struct {
	Window           int     `json:"window"`
	PerOrganization  int     `json:"per_organization"`
	PerGroup         int     `json:"per_group"`
	RemoteShare      float64 `json:"remote_share"`
	Unserved         int     `json:"unserved"`
	UnservedDays     int     `json:"unserved_days"`
	UnservedScale    float64 `json:"unserved_scale"`
	UnservedMinShare float64 `json:"unserved_min_share"`
}

// SeatsPolicy holds the times of holds and offers, in seconds.
type SeatsPolicy struct {
	HoldS             int      `json:"hold_s"`
	HoldsPerVolunteer int      `json:"holds_per_volunteer"`
	OfferS            Channels `json:"offer_s"`
}

// Channels is a number by channel.
type Channels struct {
	Push  float64 `json:"push"`
	SMS   float64 `json:"sms"`
	Email float64 `json:"email"`
}

// ReversePolicy holds the constants of reverse matching and waves.
type ReversePolicy struct {
	AcceptPrior          Channels `json:"accept_prior"`
	DelayMedianMin       Channels `json:"delay_median_min"`
	DelaySigma           float64  `json:"delay_sigma"`
	RestHours            float64  `json:"rest_hours"`
	AlertsPerMonth       int      `json:"alerts_per_month"`
	AlertsPerMonthCrisis int      `json:"alerts_per_month_crisis"`
	Fatigue              float64  `json:"fatigue"` // what each ask of BudgetDays leaves of a score
	QuietFrom            string   `json:"quiet_from"`
	QuietUntil           string   `json:"quiet_until"`
}

// DefaultPolicy gives a fresh copy of the policy that Renfort ships.
func DefaultPolicy() *Policy {
	var file struct {
		Policy
		Reasons map[string]string `json:"reasons"`
	}
	if err := json.Unmarshal(policyJSON, &file); err != nil {
		panic("mission: the embedded policy: " + err.Error())
	}
	return &file.Policy
}

// DecodePolicy reads a policy; what is left out takes the default's value,
// name and version excepted.
func DecodePolicy(data []byte) (*Policy, error) {
	p := DefaultPolicy()
	p.Name, p.Version = "", 0
	if err := Decode(data, p); err != nil {
		return nil, err
	}
	if err := refuseNull(data); err != nil {
		return nil, err
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p, nil
}

// refuseNull finds a null in a policy that was read: it would stand for 0,
// which switches things off and is not what leaving out means.
func refuseNull(data []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.ReadToken()
		if err != nil {
			return nil // the end: what is malformed was refused before
		}
		if token.Kind() == 'n' {
			return invalidAt(string(d.StackPointer()), "is null; leave it out for the default's value")
		}
	}
}

// Key gives the name by which answers say which policy ranked them.
func (p *Policy) Key() string { return p.Name + "/" + strconv.Itoa(p.Version) }

// Boost gives B of an urgency.
func (u *UrgencyPolicy) Boost(urgency string) float64 {
	switch urgency {
	case UrgencyCalm:
		return u.Calm
	case UrgencyUrgent:
		return u.Urgent
	case UrgencyVital:
		return u.Vital
	}
	return u.Normal
}

// Horizon gives the hours of an urgency.
func (u *UrgencyPolicy) Horizon(urgency string) float64 {
	switch urgency {
	case UrgencyCalm:
		return u.HorizonH.Calm
	case UrgencyUrgent:
		return u.HorizonH.Urgent
	case UrgencyVital:
		return u.HorizonH.Vital
	}
	return u.HorizonH.Normal
}

// policyCheck is one constant and what it may be.
type policyCheck struct {
	pointer   string
	value     float64
	least     float64
	most      float64
	exclusive bool // least itself is refused
}

// Validate refuses a policy that makes no sense, naming every constant that
// does not.
func (p *Policy) Validate() error {
	var f faults
	checkWord(&f, "/name", p.Name, true)
	if p.Version < 1 {
		f.add("/version", "is required, from 1")
	}
	for _, c := range p.checks() {
		if math.IsNaN(c.value) || c.value < c.least || c.value > c.most || (c.exclusive && c.value == c.least) {
			f.add(c.pointer, "is %v; it must be %s", c.value, c.rangeWords())
		}
	}
	if p.Distance.ScaleMinKm > p.Distance.ScaleMaxKm {
		f.add("/distance/scale_min_km", "is above scale_max_km")
	}
	if p.Affinity.Activity < p.Affinity.Domain || p.Affinity.Domain < p.Affinity.Adjacent || p.Affinity.Adjacent < p.Affinity.Other {
		f.add("/affinity", "activity, domain, adjacent and other must not rise in that order")
	}
	checkClock(&f, "/reverse/quiet_from", p.Reverse.QuietFrom)
	checkClock(&f, "/reverse/quiet_until", p.Reverse.QuietUntil)
	return f.err("the policy")
}

func (c policyCheck) rangeWords() string {
	from := "from"
	if c.exclusive {
		from = "above"
	}
	return fmt.Sprintf("%s %s to %s", from, plain(c.least), plain(c.most))
}

func checkClock(f *faults, pointer, clock string) {
	if _, err := time.Parse("15:04", clock); err != nil || len(clock) != len("15:04") {
		f.add(pointer, "%q is not a time of day (22:00)", clock)
	}
}

// checks lists every number of the policy with its bounds. Weights stop at 10:
// beyond it one factor decides alone and products leave the floats.
func (p *Policy) checks() []policyCheck {
	const hours, km = 24 * 366, RadiusKmMax
	w, a, d, u, q, v := p.Weights, p.Affinity, p.Distance, p.Urgency, p.Quality, p.Diversity
	s, r := p.Seats, p.Reverse
	return []policyCheck{
		{"/weights/affinity", w.Affinity, 0, 10, false}, {"/weights/distance", w.Distance, 0, 10, false},
		{"/weights/availability", w.Availability, 0, 10, false}, {"/weights/urgency", w.Urgency, 0, 10, false},
		{"/weights/quality", w.Quality, 0, 10, false}, {"/weights/congestion", w.Congestion, 0, 10, false},
		{"/weights/text", w.Text, 0, 10, false},
		{"/affinity/activity", a.Activity, 0, 1, true}, {"/affinity/domain", a.Domain, 0, 1, true},
		{"/affinity/adjacent", a.Adjacent, 0, 1, true}, {"/affinity/other", a.Other, 0, 1, true},
		{"/affinity/skill_bonus", a.SkillBonus, 0, 1, false},
		{"/distance/free_km", d.FreeKm, 0, km, false}, {"/distance/scale_factor", d.ScaleFactor, 0, 100, false},
		{"/distance/scale_rank", float64(d.ScaleRank), 1, 1000, false}, {"/distance/scale_min_km", d.ScaleMinKm, 0, km, true},
		{"/distance/scale_max_km", d.ScaleMaxKm, 0, km, true}, {"/distance/urgent_min_km", d.UrgentMinKm, 0, km, false},
		{"/distance/vital_min_km", d.VitalMinKm, 0, km, false}, {"/distance/max_km", d.MaxKm, 0, km, true},
		{"/distance/remote", d.Remote, 0, 1, true}, {"/availability/none_fits", p.Availability.NoneFits, 0, 1, true},
		{"/urgency/calm", u.Calm, 0, 1000, false}, {"/urgency/normal", u.Normal, 0, 1000, false},
		{"/urgency/urgent", u.Urgent, 0, 1000, false}, {"/urgency/vital", u.Vital, 0, 1000, false},
		{"/urgency/prior_fills_per_day", u.PriorFillsPerDay, 0, 1000, true},
		{"/urgency/prior_days", u.PriorDays, 0, 1000, true}, {"/urgency/prior_market_days", u.PriorMarketDays, 0, 1e6, true},
		{"/urgency/horizon_h/calm", u.HorizonH.Calm, 0, hours, true}, {"/urgency/horizon_h/normal", u.HorizonH.Normal, 0, hours, true},
		{"/urgency/horizon_h/urgent", u.HorizonH.Urgent, 0, hours, true}, {"/urgency/horizon_h/vital", u.HorizonH.Vital, 0, hours, true},
		{"/quality/prior_answered", q.PriorAnswered, 0, 1e6, true}, {"/quality/prior_ignored", q.PriorIgnored, 0, 1e6, true},
		{"/diversity/window", float64(v.Window), 0, RecommendMax, false},
		{"/diversity/per_organization", float64(v.PerOrganization), 0, RecommendMax, false},
		{"/diversity/per_group", float64(v.PerGroup), 0, RecommendMax, false},
		{"/diversity/remote_share", v.RemoteShare, 0, 1, false}, {"/diversity/unserved", float64(v.Unserved), 0, 1, false},
		{"/diversity/unserved_days", float64(v.UnservedDays), 0, FillDays * 100, false},
		{"/diversity/unserved_scale", v.UnservedScale, 0, 100, false}, {"/diversity/unserved_min_share", v.UnservedMinShare, 0, 1, false},
		{"/seats/hold_s", float64(s.HoldS), HoldSecondsMin, HoldSecondsMax, false},
		{"/seats/holds_per_volunteer", float64(s.HoldsPerVolunteer), 1, 1000, false},
		{"/seats/offer_s/push", s.OfferS.Push, 30, 7 * 86400, false}, {"/seats/offer_s/sms", s.OfferS.SMS, 30, 7 * 86400, false},
		{"/seats/offer_s/email", s.OfferS.Email, 30, 7 * 86400, false},
		{"/reverse/accept_prior/push", r.AcceptPrior.Push, 0, 1, true}, {"/reverse/accept_prior/sms", r.AcceptPrior.SMS, 0, 1, true},
		{"/reverse/accept_prior/email", r.AcceptPrior.Email, 0, 1, true},
		{"/reverse/delay_median_min/push", r.DelayMedianMin.Push, 0, 1e5, true}, {"/reverse/delay_median_min/sms", r.DelayMedianMin.SMS, 0, 1e5, true},
		{"/reverse/delay_median_min/email", r.DelayMedianMin.Email, 0, 1e5, true}, {"/reverse/delay_sigma", r.DelaySigma, 0, 10, true},
		{"/reverse/rest_hours", r.RestHours, 0, hours, false}, {"/reverse/alerts_per_month", float64(r.AlertsPerMonth), 0, 1000, false},
		{"/reverse/alerts_per_month_crisis", float64(r.AlertsPerMonthCrisis), 0, 1000, false},
		{"/reverse/fatigue", r.Fatigue, 0.01, 1, false}, // products of 15 stay far from 0
	}
}
