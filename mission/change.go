package mission

// ChangeKind says what happened.
type ChangeKind uint8

// What can happen. The numbers are in the log: they are never reused.
const (
	MissionPut         ChangeKind = 1
	MissionDeleted     ChangeKind = 2
	SeatsChanged       ChangeKind = 3 // elsewhere, over, a cut: no hold of ours
	SeatHeld           ChangeKind = 4
	SeatConfirmed      ChangeKind = 5
	SeatReleased       ChangeKind = 6
	SeatExpired        ChangeKind = 7
	SeatExtended       ChangeKind = 8
	SeatAnswered       ChangeKind = 9
	SeatImported       ChangeKind = 10
	VolunteerPut       ChangeKind = 11
	VolunteerErased    ChangeKind = 12
	OrganizationPut    ChangeKind = 13
	OrganizationRecord ChangeKind = 14 // its answering record moved
	PolicyPut          ChangeKind = 15
	TaxonomyPut        ChangeKind = 16
	Ticked             ChangeKind = 17
	FeedbackGiven      ChangeKind = 18
	WaitingJoined      ChangeKind = 19
	WaitingLeft        ChangeKind = 20 // without an offer
	SeatOffered        ChangeKind = 21 // the first of a list left it for a hold
)

// String gives the event's name, as in "seat.held".
func (k ChangeKind) String() string {
	names := [...]string{"", "mission.put", "mission.deleted", "seats.changed", "seat.held", "seat.confirmed",
		"seat.released", "seat.expired", "seat.extended", "seat.answered", "seat.imported", "volunteer.put",
		"volunteer.erased", "organization.put", "organization.record", "policy.put", "taxonomy.put", "tick", "feedback.given",
		"waiting.joined", "waiting.left", "seat.offered"}
	if int(k) >= len(names) {
		return "unknown"
	}
	return names[k]
}

// Change is one thing that happened, with the state after it. One command may
// make several, all with its Seq. Everything a Change points to is immutable.
//
// Which fields are set follows from Kind: a mission's kinds set MissionID,
// MissionOrdinal and Seats (nil when deleted), and Mission when its record was
// written; a seat's kinds set Hold as well, a waiting list's Waiting, and
// SeatOffered both.
type Change struct {
	Seq  uint64
	At   int64 // log time, Unix seconds
	Kind ChangeKind

	MissionID        ID
	MissionOrdinal   Ordinal
	Mission          *Mission
	Seats            *Seats
	Hold             *Hold
	Waiting          *Waiting
	VolunteerID      ID
	VolunteerOrdinal Ordinal
	Volunteer        *Volunteer
	Organization     *Organization
	Record           Record // OrganizationPut, OrganizationRecord
	Policy           *Policy
	Taxonomy         *Taxonomy
	Feedback         *Feedback
}
