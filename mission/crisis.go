package mission

import "renfort/geo"

// Crisis is an area in which missions are boosted and people may be asked
// more often, for a time.
type Crisis struct {
	ID      ID       `json:"id,omitzero"`
	Name    string   `json:"name"`
	Area    Area     `json:"area"`
	Domains []string `json:"domains,omitzero"`
	Boost   float64  `json:"boost,omitzero"` // 1 to 5
	ReachKm float64  `json:"reach_km,omitzero"`
	MinAge  int      `json:"min_age,omitzero"`
	From    Moment   `json:"from,omitzero"`
	Until   Moment   `json:"until,omitzero"`
}

// Area is the union of what is given.
type Area struct {
	Center      *geo.Point   `json:"center,omitzero"`
	RadiusKm    float64      `json:"radius_km,omitzero"`
	Polygon     [][2]float64 `json:"polygon,omitzero"` // lat, lon
	Departments []string     `json:"departments,omitzero"`
	Communes    []string     `json:"communes,omitzero"`
}

// Validate refuses a crisis that makes no sense.
func (c *Crisis) Validate() error {
	var f faults
	checkWord(&f, "/name", c.Name, true)
	if c.Boost != 0 {
		checkRange(&f, "/boost", c.Boost, 1, CrisisBoostMax)
	}
	checkRange(&f, "/reach_km", c.ReachKm, 0, RadiusKmMax)
	checkRange(&f, "/min_age", float64(c.MinAge), 0, AgeMax)
	checkWords(&f, "/domains", c.Domains, EntriesMax)
	c.Area.check(&f)
	return f.err("the crisis")
}

func (a *Area) check(f *faults) {
	checkWords(f, "/area/departments", a.Departments, RequestListMax)
	checkWords(f, "/area/communes", a.Communes, RequestListMax)
	switch {
	case a.Center == nil && a.RadiusKm == 0:
	case a.Center == nil || a.RadiusKm == 0:
		f.add("/area", "a circle needs both center and radius_km")
	case !a.Center.Valid():
		f.add("/area/center", "is not a point on the earth")
	default:
		checkRange(f, "/area/radius_km", a.RadiusKm, 0, RadiusKmMax)
	}
	if n := len(a.Polygon); n > 0 && (n < 3 || n > RequestListMax) {
		f.add("/area/polygon", "has %d corners; 3 to %d", n, RequestListMax)
	}
	if a.Center == nil && len(a.Polygon) == 0 && len(a.Departments) == 0 && len(a.Communes) == 0 {
		f.add("/area", "is empty: give a circle, a polygon, departments or communes")
	}
}

// The dials of a wave, slowest first; they are the urgencies' words.
const (
	DialCalm   = UrgencyCalm
	DialNormal = UrgencyNormal
	DialUrgent = UrgencyUrgent
	DialVital  = UrgencyVital
)

// The states of a wave.
const (
	WaveRunning = "running"
	WavePaused  = "paused"
	WaveStopped = "stopped"
	WaveFull    = "full"
	WaveStalled = "stalled"
)

// Wave is a running effort to fill one or several missions.
type Wave struct {
	ID      ID       `json:"id,omitzero"`
	Targets []Target `json:"targets"`
	Crisis  ID       `json:"crisis,omitzero"`
	Dial    string   `json:"dial,omitzero"`
	State   string   `json:"state,omitzero"`
	Asked   int      `json:"asked_max,omitzero"` // limit, 0 for none
}

// Target is what a wave fills.
type Target struct {
	Mission ID       `json:"mission"`
	Slots   []string `json:"slots,omitzero"`
	Seats   int      `json:"seats,omitzero"` // 0: all that are free
}

// Validate refuses a wave that makes no sense.
func (w *Wave) Validate() error {
	var f faults
	if n := len(w.Targets); n == 0 || n > WaveTargetsMax {
		f.add("/targets", "has %d entries; 1 to %d", n, WaveTargetsMax)
	}
	for i, t := range w.Targets {
		checkID(&f, at("/targets", i)+"/mission", t.Mission)
		checkWords(&f, at("/targets", i)+"/slots", t.Slots, SlotsMax)
		checkRange(&f, at("/targets", i)+"/seats", float64(t.Seats), 0, SeatsMax)
	}
	checkOne(&f, "/dial", w.Dial, DialCalm, DialNormal, DialUrgent, DialVital)
	checkOne(&f, "/state", w.State, WaveRunning, WavePaused, WaveStopped, WaveFull, WaveStalled)
	checkRange(&f, "/asked_max", float64(w.Asked), 0, AskedMax)
	return f.err("the wave")
}
