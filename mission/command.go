package mission

// Command is a wish to change something. Commands are put into one order and
// applied one by one; whatever chance or a clock decides is a field of it.
type Command interface {
	// Name is the command's stable name, as in "hold_seat".
	Name() string
}

// Envelope is a command on its way to the reducer.
type Envelope struct {
	Command Command
	// Key is the caller's idempotency key, scoped to API key and route by the
	// door; "" for none. Body is a hash of what was sent with it.
	Key   string
	Body  uint64
	Bulk  bool // in the queue that interactive commands overtake
	First bool // in the queue before all others: for what must get through
}

// PutMission creates or replaces a mission.
type PutMission struct {
	Mission *Mission
	// IfVersion is the version the record must have: nil for any.
	IfVersion *uint64
	// KeepTaken stores the rest of a write that would cut seats below those
	// taken, and keeps the seats at what is taken.
	KeepTaken bool
	// Left is how many seats the platform counts as free, where it told that:
	// what it gave out on its own side follows (seats, less Left, less what was
	// confirmed here, at least 0). nil: as it was. It is not looked at where the
	// mission's slots have seats of their own, or nobody knows its seats.
	Left *int
}

// DeleteMission removes a mission and leaves a tombstone. Without Force it is
// refused while seats are live; with it they are released.
type DeleteMission struct {
	ID        ID
	Revision  int64 // 0 for none
	Force     bool
	IfVersion *uint64
}

// SetElsewhere says how many seats the platform gave out on its own side:
// Taken in all, or Add more. Slot is "" for a mission of one pool.
type SetElsewhere struct {
	Mission ID
	Slot    string
	Taken   *int
	Add     *int
	Why     string
}

// PutOrganization creates or replaces an organisation.
type PutOrganization struct {
	Organization *Organization
	IfVersion    *uint64
}

// PutVolunteer creates or replaces a volunteer.
type PutVolunteer struct {
	Volunteer *Volunteer
	IfVersion *uint64
}

// EraseVolunteer removes a volunteer, their live seats and their name from
// past ones.
type EraseVolunteer struct{ ID ID }

// HoldSeat takes one seat in each pool of the slots named, all or none.
type HoldSeat struct {
	Hold      ID // the new hold's, from the caller's randomness
	Mission   ID
	Volunteer ID
	Slots     []string
	Seconds   int // 0: the policy's
	Confirm   bool
	Ref       string
	// Origin is OriginLink for somebody who came by a link to this mission
	// and not by a page of ours, else "".
	Origin string
}

// ConfirmSeat makes a held seat a confirmed one.
type ConfirmSeat struct {
	Hold ID
	Ref  string
}

// ReleaseSeat gives a held or confirmed seat back.
type ReleaseSeat struct {
	Hold ID
	Why  string
}

// ExtendSeat moves a hold's end to Seconds from log time.
type ExtendSeat struct {
	Hold    ID
	Seconds int
}

// AnswerSeat records what the organisation or the person says of a confirmed
// seat. refused and withdrawn release it.
type AnswerSeat struct {
	Hold   ID
	Answer string
	By     string
	Why    string
	At     int64 // Unix seconds, 0: log time
}

// ImportSeat back-fills a seat given before Renfort: no event, no fill rate,
// beyond the total if it must be.
type ImportSeat struct {
	Hold      ID
	Mission   ID
	Volunteer ID
	Slots     []string
	State     string // confirmed (the default) or released
	Answer    string
	Ref       string
	At        int64
}

// JoinWaiting puts somebody at the end of a slot's waiting list. Where a seat
// is free they are offered it at once. Slot may be "" where a hold may leave
// its slots out.
type JoinWaiting struct {
	Mission   ID
	Volunteer ID
	Slot      string
	Clock     Clock // of the mission's place: quiet hours do not count in an offer's time
}

// LeaveWaiting takes somebody out of all waiting lists of a mission, and gives
// back what they are offered there.
type LeaveWaiting struct {
	Mission   ID
	Volunteer ID
}

// PutPolicy replaces the policy in force; the old one stays nameable.
type PutPolicy struct{ Policy *Policy }

// PutTaxonomy replaces the taxonomy.
type PutTaxonomy struct{ Taxonomy *Taxonomy }

// GiveFeedback remembers what people were shown and did about it.
type GiveFeedback struct{ Feedback []Feedback }

// Tick moves log time: now = max(now, At). It sweeps holds that are due.
type Tick struct{ At int64 }

// Feedback is what somebody did about missions they were shown.
type Feedback struct {
	Type             string `json:"type"` // shown, opened, dismissed or applied
	Volunteer        ID     `json:"volunteer"`
	RecommendationID string `json:"recommendation_id,omitzero"`
	Missions         []ID   `json:"missions"`
	At               Moment `json:"at,omitzero"`
}

// Name implements Command, as do those below.
func (PutMission) Name() string      { return "put_mission" }
func (DeleteMission) Name() string   { return "delete_mission" }
func (SetElsewhere) Name() string    { return "set_elsewhere" }
func (PutOrganization) Name() string { return "put_organization" }
func (PutVolunteer) Name() string    { return "put_volunteer" }
func (EraseVolunteer) Name() string  { return "erase_volunteer" }
func (HoldSeat) Name() string        { return "hold_seat" }
func (ConfirmSeat) Name() string     { return "confirm_seat" }
func (ReleaseSeat) Name() string     { return "release_seat" }
func (ExtendSeat) Name() string      { return "extend_seat" }
func (AnswerSeat) Name() string      { return "answer_seat" }
func (ImportSeat) Name() string      { return "import_seat" }
func (JoinWaiting) Name() string     { return "join_waiting" }
func (LeaveWaiting) Name() string    { return "leave_waiting" }
func (PutPolicy) Name() string       { return "put_policy" }
func (PutTaxonomy) Name() string     { return "put_taxonomy" }
func (GiveFeedback) Name() string    { return "give_feedback" }
func (Tick) Name() string            { return "tick" }

// Outcome says what a command did.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Deleted   Outcome = "deleted"
	Older     Outcome = "older"     // ignored: its revision was not newer
	Unchanged Outcome = "unchanged" // it was so already, and nothing was written
)

// Result is what a command answers. A command repeated under its idempotency
// key answers the Result of the first time, with Replayed set.
type Result struct {
	Seq       uint64   `json:"seq"`
	Outcome   Outcome  `json:"outcome"`
	Version   uint64   `json:"version,omitzero"` // of the record: the Seq of its last write
	Hold      *Hold    `json:"hold,omitzero"`
	Waiting   *Waiting `json:"waiting,omitzero"`   // the place in a list
	Occupancy Pool     `json:"occupancy,omitzero"` // of the mission, after it
	Free      int      `json:"free,omitzero"`
	SeatsKept bool     `json:"seats_kept,omitzero"` // KeepTaken had to
	Swept     int      `json:"swept,omitzero"`      // holds that a Tick ended
	Ask       *Ask     `json:"-"`                   // as answered
	Asked     int      `json:"asked,omitzero"`      // people asked, told, recalled or delivered to
	More      bool     `json:"more,omitzero"`       // there are others: repeat
	Left      []ID     `json:"-"`                   // people who were left out, in the order given
	Replayed  bool     `json:"-"`
	// Recalled is whom a Recall sent home; a repeat under its key does not say.
	Recalled RecallCounts `json:"recalled,omitzero"`
}
