package index

import (
	"encoding/binary"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"

	"renfort/geo/gazetteer"
	"renfort/mission"
)

// Options is what an index is made of.
type Options struct {
	Policy   *mission.Policy
	Taxonomy *mission.Taxonomy
	Places   *gazetteer.Gazetteer // for the regions of departments
	Zones    *mission.Zones       // for the parts of the day of slots
	Standing Standing
	// Pause is called by Apply between two pieces of its work; nil for nobody.
	Pause func()
}

// Index is the writer's side. All methods but Snapshot are for one goroutine.
type Index struct {
	snapshot atomic.Pointer[Snapshot]

	policy    *mission.Policy
	policyKey string
	taxonomy  *mission.Taxonomy
	places    *gazetteer.Gazetteer
	zones     *mission.Zones
	standing  Standing
	pause     func()

	seq    uint64
	now    int64
	rows   uint32 // missions: ordinals below
	exists int    // missions that do

	missions  column[Mission]
	stands    column[Stand]
	live      column[Live]
	texts     column[Text]
	addresses column[Address]
	shown     column[[]byte] // shown[a]: JSON of address a
	addressN  uint32
	counts    []*mission.Fills      // counts[o], nil where all are 0
	slotted   map[uint32][]slotTime // of ordinals with dated slots
	slotRuns  blocks[slotTime]      // of slotted
	times     []slotTime            // of one mission, while its seats are put
	placed    []placement           // placed[o]: what the entries of o were made of
	facets    facets
	moving    moving

	terms      arena[uint32]
	slots      arena[Slot]
	postings   column[[]uint32]
	lists      blocks[uint32] // of postings and orgHas
	names      stringBlocks   // of organisations
	dictionary *Dictionary

	orgs          map[mission.ID]uint32 // id -> number, from 1
	orgRows       column[Org]
	suspended     int // organisations
	orgNamed      column[OrgName]
	orgWords      orgWords
	activityWords []nameWord // of the taxonomy
	orgHas        [][]uint32 // orgHas[n]: ordinals of its missions, with repeats
	markets       map[string]uint32
	climate       *Climate
	crisisNow     int64             // log time of the last change of a crisis
	crisisSets    map[string]uint32 // numbers of Crises.sets by their members
	due           deadlines
	forest        forest
	scales        *Scales
	scaled        uint64 // how many there were
	shelves       *Shelves
	restanding    bool // every mission is being stood anew
	restood       bool // that was done since the last publish
	flips         bool // since the last Tick a mission became or ceased to be to be had

	people        *people
	volunteers    column[Volunteer]
	volunteerIDs  column[idRef]
	volunteerRows uint32
	residents     residents
	asks          asks
	involved      column[uint64] // bits by ordinal of volunteers: a mission is or was not for them
}

// New makes an empty index that serves an empty snapshot.
func New(o Options) *Index {
	x := &Index{policy: o.Policy, policyKey: o.Policy.Key(), taxonomy: o.Taxonomy, places: o.Places, zones: o.Zones, standing: o.Standing, pause: o.Pause,
		dictionary: newDictionary(), people: newPeople(), orgs: map[mission.ID]uint32{},
		orgHas: [][]uint32{nil}, markets: map[string]uint32{}, slotted: map[uint32][]slotTime{}}
	if x.pause == nil {
		x.pause = func() {}
	}
	x.orgRows.edit(0)
	x.orgNamed.edit(0)
	x.climate, x.crisisSets = &Climate{Crises: newCrises()}, map[string]uint32{}
	x.activityWords = wordsOfActivities(x.taxonomy)
	x.facets.open()
	x.publish()
	return x
}

// Snapshot gives the newest view. It never blocks; safe for concurrent use.
func (x *Index) Snapshot() *Snapshot { return x.snapshot.Load() }

// pauseLoads is how many changes are taken in between two pauses.
const pauseLoads = 32

// Apply takes in the changes of one commit and publishes the view after them.
func (x *Index) Apply(changes []mission.Change) {
	for i := range changes {
		x.Load(&changes[i])
		if i%pauseLoads == pauseLoads-1 {
			x.pause()
		}
	}
	x.pause()
	x.residents.work(x, len(changes))
	x.publish()
}

// Prepare does what it can of a Load without a turn, and returns the rest: each
// rest is to be called as Load would be. Safe for concurrent use with itself and
// with the rests, until the first Apply.
func (x *Index) Prepare(c mission.Change) (rest func()) {
	switch c.Kind {
	case mission.MissionPut:
		d, m := draftOf(c.Mission), c
		return func() {
			x.seq = max(x.seq, m.Seq)
			x.putMission(&m, d)
		}
	case mission.VolunteerPut:
		seq, o, v, home := c.Seq, uint32(c.VolunteerOrdinal), c.Volunteer, homeOf(c.Volunteer) // not all of c, which is large
		who := x.people.setNumber(c.VolunteerID, c.Seq, o+1)
		return func() {
			x.seq = max(x.seq, seq)
			x.putVolunteer(o, v, home, who)
		}
	}
	other := c
	return func() { x.Load(&other) }
}

// Load takes in one change and publishes nothing: for a start, which ends with
// a Tick and Apply.
func (x *Index) Load(c *mission.Change) {
	x.seq = max(x.seq, c.Seq)
	switch c.Kind {
	case mission.MissionPut:
		x.putMission(c, draftOf(c.Mission))
	case mission.MissionDeleted:
		x.deleteMission(c)
	case mission.VolunteerPut:
		x.putVolunteer(uint32(c.VolunteerOrdinal), c.Volunteer, homeOf(c.Volunteer), x.people.setNumber(c.VolunteerID, c.Seq, uint32(c.VolunteerOrdinal)+1))
	case mission.VolunteerErased:
		x.eraseVolunteer(c)
	case mission.OrganizationPut:
		x.putOrganization(c)
	case mission.OrganizationRecord:
		x.putRecord(c)
	case mission.PolicyPut:
		x.policy, x.policyKey = c.Policy, c.Policy.Key()
		x.restandAll()
		x.expectAll()
		x.scales = nil
	case mission.TaxonomyPut:
		x.putTaxonomy(c.Taxonomy)
	case mission.CrisisPut, mission.CrisisDeleted:
		x.putCrisis(c)
	case mission.FeedbackGiven:
		x.putFeedback(c)
	case mission.Ticked:
		x.tick(c.At)
		x.sortNames()
	}
	if c.Ask != nil || c.Alert != nil {
		x.putAsk(c)
	}
	if c.Waiting != nil {
		x.wait(c)
	}
	if c.Hold != nil {
		x.involve(c)
	}
	if c.Seats != nil && c.Kind != mission.MissionPut {
		x.putSeats(uint32(c.MissionOrdinal), c.Seats)
	}
}

// involve notes what a hold means for what its volunteer is shown.
func (x *Index) involve(c *mission.Change) {
	h := c.Hold
	if h.Volunteer == "" {
		return
	}
	mark := xxhash.Sum64String(h.ID) | 4 // never one of the marks
	if h.Live() {
		x.bar(h.Volunteer, uint32(h.Ordinal), mark, c.Seq)
	} else {
		x.people.resolve(h.Volunteer, mark, c.Seq)
	}
	if h.Answer == mission.AnswerRefused {
		x.bar(h.Volunteer, uint32(h.Ordinal), refusedMark, c.Seq)
	}
}

// wait notes a place in a waiting list: what somebody waits for is not shown to
// them again, until they have left the list.
func (x *Index) wait(c *mission.Change) {
	w := c.Waiting
	var place [4]byte
	binary.BigEndian.PutUint32(place[:], uint32(w.Ordinal))
	mark := xxhash.Sum64String(string(place[:])+w.Slot) | 4 // never one of the marks
	if c.Kind == mission.WaitingJoined {
		x.bar(w.Volunteer, uint32(w.Ordinal), mark, c.Seq)
	} else {
		x.people.resolve(w.Volunteer, mark, c.Seq)
	}
}

// putFeedback keeps what somebody waved away from being shown to them again.
func (x *Index) putFeedback(c *mission.Change) {
	if c.Feedback == nil || c.Feedback.Type != "dismissed" {
		return
	}
	for _, id := range c.Feedback.Missions {
		if o, ok := x.ordinalOf(id); ok {
			x.bar(c.Feedback.Volunteer, o, dismissedMark, c.Seq)
		}
	}
}

// ordinalOf gives the ordinal of a mission that exists by its id.
func (x *Index) ordinalOf(id mission.ID) (o uint32, ok bool) {
	n, ok := x.dictionary.Number(missionID, id)
	if !ok {
		return 0, false
	}
	list := *x.postings.at(n)
	o = list[len(list)-1] // the newest is last
	return o, x.missions.at(o).Has(Exists)
}

// putOrganization takes an organisation's name and state.
func (x *Index) putOrganization(c *mission.Change) {
	o := c.Organization
	n := x.organization(o.ID)
	renamed := x.orgNamed.at(n).Name != o.Name && o.Name != ""
	if renamed {
		x.name(n, o.Name)
	}
	row := x.orgRows.edit(n)
	if suspended := o.State == mission.OrgSuspended; suspended != row.Suspended {
		row.Suspended = suspended
		x.suspended += map[bool]int{true: 1, false: -1}[suspended]
	}
	row.Answered, row.Ignored = c.Record.Answered, c.Record.Ignored
	for _, ordinal := range x.orgHas[n] {
		if m := x.missions.at(ordinal); !m.Has(Exists) || m.Org != n {
			continue
		}
		if renamed {
			t := x.texts.edit(ordinal)
			t.Summary = rename(t.Summary, o.Name)
		}
		x.restand(ordinal)
	}
}

// putRecord takes an organisation's answering record.
func (x *Index) putRecord(c *mission.Change) {
	if c.Organization == nil {
		return
	}
	n := x.organization(c.Organization.ID)
	row := x.orgRows.edit(n)
	row.Answered, row.Ignored = c.Record.Answered, c.Record.Ignored
	for _, ordinal := range x.orgHas[n] {
		if m := x.missions.at(ordinal); m.Has(Exists) && m.Org == n {
			x.restand(ordinal)
		}
	}
}

// organization gives the number of an organisation, a new one if it must.
func (x *Index) organization(id mission.ID) uint32 {
	if id == "" {
		return 0
	}
	n, ok := x.orgs[id]
	if !ok {
		n = uint32(len(x.orgHas))
		id = x.names.clone(id)
		x.orgs[id] = n
		x.orgNamed.edit(n).ID = id
		x.orgHas = append(x.orgHas, nil)
		x.orgRows.edit(n)
	}
	return n
}

// putTaxonomy reads every row's domains and activities anew from its terms.
func (x *Index) putTaxonomy(t *mission.Taxonomy) {
	x.taxonomy = t
	x.activityWords = wordsOfActivities(t)
	for o := range x.rows {
		m := x.missions.edit(o)
		m.Domains, m.Activities = x.masks(x.terms.At(m.Terms))
	}
	// Volunteers keep what they chose as masks only; their records are read
	// again at the next start. Domains keep their bits when a taxonomy grows.
	x.recastCrises()
	x.forest.rebuild(x)
	x.restandAll()
}

func (x *Index) masks(terms []uint32) (domains uint64, activities mission.ActivityMask) {
	for _, n := range terms {
		switch f, value := x.dictionary.Term(n); f {
		case DomainField:
			if bit, ok := x.taxonomy.Domain(value); ok {
				domains |= 1 << bit
			}
		case ActivityField:
			if bit, ok := x.taxonomy.Activity(value); ok {
				activities.Set(bit)
			}
		}
	}
	return domains, activities
}

// publish makes the state so far the view of readers.
func (x *Index) publish() {
	x.follow()
	s := &Snapshot{
		Seq: x.seq, At: x.now, Policy: x.policy, PolicyKey: x.policyKey, Taxonomy: x.taxonomy, Rows: x.rows, Exists: x.exists,
		Missions: x.missions.share(), Stands: x.stands.share(), Live: x.live.share(), Texts: x.texts.share(),
		Addresses: x.addresses.share(), Shown: x.shown.share(), Orgs: x.orgRows.share(), Suspended: x.suspended,
		OrgNames: x.orgNamed.share(), orgWords: x.orgWords, activityWords: x.activityWords,
		Facets: x.facets.share(), Available: x.moving.available.share(), Most: x.moving.most.share(), Sifts: x.moving.sifts.share(),
		Terms: x.terms.Runs, SlotRows: x.slots.Runs, Postings: x.postings.share(), Dictionary: x.dictionary,
		Climate: x.climate, Trees: x.forest.share(), Fresh: x.forest.fresh, Standing: x.standing,
		people: x.people, Volunteers: x.volunteers.share(), volunteerIDs: x.volunteerIDs.share(), VolunteerRows: x.volunteerRows,
		Asked: x.asks.rows.share(), Census: x.residents.census, Moved: x.residents.moved, involved: x.involved.share(), whereabouts: x.residents.where.share(),
	}
	if x.scales == nil {
		x.scaled++
		x.scales = &Scales{Base: s, Rank: x.policy.Distance.ScaleRank, Name: x.scaled}
	}
	s.Scales = x.scales
	switch {
	case x.shelves == nil || x.forest.moved:
		var before *Shelves
		if x.forest.keeps {
			before = x.shelves
		}
		x.shelves = newShelves(s, before, x.forest.risen)
	case x.restood:
		x.shelves = x.shelves.again(s)
	}
	x.forest.moved, x.forest.keeps, x.forest.risen, x.restood = false, false, nil, false
	s.Shelves = x.shelves
	x.snapshot.Store(s)
}

// Snapshot is everything as of Seq. It is immutable and safe for concurrent
// use; ordinals from Rows on are invisible.
type Snapshot struct {
	Seq       uint64
	At        int64 // log time, Unix seconds
	Policy    *mission.Policy
	PolicyKey string
	Taxonomy  *mission.Taxonomy
	Rows      uint32
	Exists    int

	Missions   Column[Mission]
	Stands     Column[Stand]
	Live       Column[Live]
	Texts      Column[Text]
	Addresses  Column[Address]
	Shown      Column[[]byte] // Shown[a]: JSON of address a
	Orgs       Column[Org]
	Suspended  int // of Orgs
	OrgNames   Column[OrgName]
	Facets     *Facets
	Available  Column[uint64]  // bits by ordinal: to be had now
	Most       Column[float32] // Most[o]: what ordinal o stands at, rounded up
	Sifts      Column[Sift]
	Terms      Runs[uint32]
	SlotRows   Runs[Slot]
	Postings   Column[[]uint32]
	Dictionary *Dictionary
	Climate    *Climate
	Standing   Standing
	Scales     *Scales
	Shelves    *Shelves

	Trees []*Tree
	Fresh []uint32 // ordinals that no bound of Trees covers

	Volunteers    Column[Volunteer]
	VolunteerRows uint32
	Asked         Column[Asked]
	Census        [2]*Census // the large one and the small one of who came since; nil for none
	Moved         []uint32   // ordinals of volunteers who are alive in neither, each once
	whereabouts   Column[uint32]
	involved      Column[uint64]
	volunteerIDs  Column[idRef]
	people        *people
	orgWords      orgWords
	activityWords []nameWord // of the taxonomy
}

// Mission gives the ordinal of a mission by its id.
func (s *Snapshot) Mission(id mission.ID) (o uint32, ok bool) {
	n, ok := s.Dictionary.Number(missionID, id)
	if !ok || n >= s.Postings.Rows() {
		return 0, false
	}
	// The id's posting list holds its ordinals, the newest last.
	list := *s.Postings.At(n)
	for i := len(list) - 1; i >= 0; i-- {
		if o = list[i]; o < s.Rows && s.Missions.At(o).Has(Exists) {
			return o, true
		}
	}
	return 0, false
}

// TermsOf gives the terms of a mission, ascending.
func (s *Snapshot) TermsOf(m *Mission) []uint32 {
	return s.Terms.At(m.Terms)
}
