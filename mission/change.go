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
	WaveOpened         ChangeKind = 22
	WaveChanged        ChangeKind = 23 // its dial or its state
	WaveAsked          ChangeKind = 24 // one person, by one wave
	WaveAnswered       ChangeKind = 25
	WaveDelivered      ChangeKind = 26 // or failed to be
	WaveFilled         ChangeKind = 27 // nobody else is needed
	WaveStoodDown      ChangeKind = 28 // one person was told so
	CrisisPut          ChangeKind = 29
	CrisisDeleted      ChangeKind = 30
	SeatRecalled       ChangeKind = 31 // one person is sent home
	OutboundPaused     ChangeKind = 32
	OutboundResumed    ChangeKind = 33
	AlertPut           ChangeKind = 34
	AlertDeleted       ChangeKind = 35
	AlertRaised        ChangeKind = 36 // one alert fits one mission
	WebhookPut         ChangeKind = 37
	WebhookDeleted     ChangeKind = 38
	WebhookDelivered   ChangeKind = 39 // deliveries were recorded
	MissionFilled      ChangeKind = 40 // the last free seat went
	MissionReopened    ChangeKind = 41 // a seat is free again
	ObjectsWritten     ChangeKind = 42 // records of an index were written or deleted
	ObjectsCleared     ChangeKind = 43
	ObjectsDropped     ChangeKind = 44
	ObjectsMoved       ChangeKind = 45 // an index got another's name
	ObjectIndexPut     ChangeKind = 46 // how it is searched
)

// String gives the event's name, as in "seat.held".
func (k ChangeKind) String() string {
	names := [...]string{"", "mission.put", "mission.deleted", "seats.changed", "seat.held", "seat.confirmed",
		"seat.released", "seat.expired", "seat.extended", "seat.answered", "seat.imported", "volunteer.put",
		"volunteer.erased", "organization.put", "organization.record", "policy.put", "taxonomy.put", "tick", "feedback.given",
		"waiting.joined", "waiting.left", "seat.offered", "wave.opened", "wave.changed", "wave.ask", "wave.answer", "wave.delivery",
		"wave.full", "wave.stood_down", "crisis.put", "crisis.deleted", "seat.recalled", "outbound.paused", "outbound.resumed",
		"alert.put", "alert.deleted", "alert", "webhook.put", "webhook.deleted", "webhook.delivered", "mission.filled", "mission.reopened",
		"objects.written", "objects.cleared", "objects.dropped", "objects.moved", "object_index.put"}
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
// SeatOffered both. What concerns one person asked sets Wave and Ask, and an
// acceptance the hold's kinds before it. SeatRecalled sets what is taken back:
// Hold, Waiting or Ask.
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
	Wave             *Wave
	Ask              *Ask
	Crisis           *Crisis
	Alert            *Alert
	Webhook          *Webhook
	Objects          *ObjectChange // the kinds of objects; no event is made of them
	Why              string        // SeatRecalled, WaveStoodDown; MissionPut: NewsNew, NewsMoved, NewsOpened or ""
	Next             []ID          // SeatRecalled: missions that they may be told in its place

	// Whose the mission (or the wave) and the volunteer are, "" for nobody's;
	// the second is "" where it is the first.
	Publisher          string
	VolunteerPublisher string
}
