package store

import (
	"renfort/mission"
)

// meta is the one record that every batch writes.
type meta struct {
	seq           uint64
	now           int64  // log time
	hash          uint64 // sum of the hashes of all records
	nextMission   uint64 // the next mission's ordinal
	nextVolunteer uint64
	logOldest     uint64 // 0: the log is empty
	logEntries    uint64
	logBytes      uint64
}

func appendMeta(b []byte, m *meta) []byte {
	b = append(b, recordFormat)
	b = appendInt(b, m.now)
	for _, v := range [...]uint64{m.seq, m.hash, m.nextMission, m.nextVolunteer, m.logOldest, m.logEntries, m.logBytes} {
		b = appendUint(b, v)
	}
	return b
}

func decodeMeta(b []byte) (meta, error) {
	r := open(b)
	m := meta{now: r.int()}
	for _, v := range [...]*uint64{&m.seq, &m.hash, &m.nextMission, &m.nextVolunteer, &m.logOldest, &m.logEntries, &m.logBytes} {
		*v = r.uint()
	}
	return m, r.failed()
}

// Parts of a change that the log writes where they are there.
const (
	logMission = 1 << iota
	logVolunteer
	logHold
	logOrganization
	logWaiting
	logMore // a byte of more parts follows: those below
	logObjects
	logPartsEnd
)

// Parts of a change in the second byte.
const (
	logWave = 1 << iota
	logAsk
	logCrisis
	logAlert
	logWebhook
	logWhy
	logNext
	logPublishers // of the mission and of the volunteer
)

// appendLog writes a command's changes compactly: what happened to whom, no
// records, no places. A reader who wants more looks the ids up.
func appendLog(b []byte, at int64, changes []mission.Change) []byte {
	b = append(b, recordFormat)
	b = appendInt(b, at)
	b = appendUint(b, uint64(len(changes)))
	for i := range changes {
		b = appendLogged(b, &changes[i])
	}
	return b
}

func appendLogged(b []byte, c *mission.Change) []byte {
	var parts byte
	more := moreParts(c)
	for _, p := range [...]struct {
		bit  byte
		here bool
	}{{logMission, c.MissionID != ""}, {logVolunteer, c.VolunteerID != ""}, {logHold, c.Hold != nil}, {logOrganization, c.Organization != nil}, {logWaiting, c.Waiting != nil},
		{logMore, more != 0}, {logObjects, c.Objects != nil}} {
		if p.here {
			parts |= p.bit
		}
	}
	b = append(b, byte(c.Kind), parts)
	if c.MissionID != "" {
		b = appendUint(appendString(b, c.MissionID), uint64(c.MissionOrdinal))
	}
	if c.VolunteerID != "" {
		b = appendUint(appendString(b, c.VolunteerID), uint64(c.VolunteerOrdinal))
	}
	if c.Hold != nil {
		b = append(appendString(b, c.Hold.ID), wordNumber(holdStates, c.Hold.State))
	}
	if c.Organization != nil {
		b = appendString(b, c.Organization.ID)
	}
	if c.Waiting != nil {
		b = appendString(appendString(appendString(b, c.Waiting.Volunteer), c.Waiting.Slot), c.Waiting.Why)
	}
	if more != 0 {
		b = appendMore(append(b, more), c)
	}
	if c.Objects != nil {
		b = appendString(appendString(b, c.Objects.Index), c.Objects.To)
	}
	return b
}

// moreParts gives the second byte of parts.
func moreParts(c *mission.Change) (parts byte) {
	for i, here := range [...]bool{c.Wave != nil, c.Ask != nil, c.Crisis != nil, c.Alert != nil, c.Webhook != nil, c.Why != "", len(c.Next) > 0, c.Publisher != "" || c.VolunteerPublisher != ""} {
		if here {
			parts |= 1 << i
		}
	}
	return parts
}

func appendMore(b []byte, c *mission.Change) []byte {
	if c.Wave != nil {
		b = appendString(b, c.Wave.ID)
	}
	if c.Ask != nil {
		b = appendString(appendString(b, c.Ask.Wave), c.Ask.Volunteer)
	}
	if c.Crisis != nil {
		b = appendString(b, c.Crisis.ID)
	}
	if c.Alert != nil {
		b = appendString(appendString(b, c.Alert.ID), c.Alert.Volunteer)
	}
	if c.Webhook != nil {
		b = appendString(b, c.Webhook.ID)
	}
	if c.Why != "" {
		b = appendString(b, c.Why)
	}
	if len(c.Next) > 0 {
		b = appendStrings(b, c.Next)
	}
	if c.Publisher != "" || c.VolunteerPublisher != "" {
		b = appendString(appendString(b, c.Publisher), c.VolunteerPublisher)
	}
	return b
}

// decodeLog gives the changes as the log has them: Hold and Organization carry
// their ids (and a hold its state) and nothing else, Waiting who, where and why;
// Wave, Crisis, Alert and Webhook their ids, Ask and Alert whom they concern,
// Objects the names of indexes.
func decodeLog(seq uint64, b []byte) ([]mission.Change, error) {
	r := open(b)
	at := r.int()
	changes := make([]mission.Change, r.count(2))
	for i := range changes {
		c := &changes[i]
		c.Seq, c.At, c.Kind = seq, at, mission.ChangeKind(r.byte())
		r.logged(c)
	}
	return changes, r.failed()
}

func (r *reader) logged(c *mission.Change) {
	parts := r.byte()
	if parts >= logPartsEnd {
		r.broken = true
	}
	if parts&logMission != 0 {
		c.MissionID, c.MissionOrdinal = r.string(), r.ordinal()
	}
	if parts&logVolunteer != 0 {
		c.VolunteerID, c.VolunteerOrdinal = r.string(), r.ordinal()
	}
	if parts&logHold != 0 {
		c.Hold = &mission.Hold{ID: r.string(), State: r.word(holdStates), Mission: c.MissionID, Ordinal: c.MissionOrdinal, Volunteer: c.VolunteerID}
	}
	if parts&logOrganization != 0 {
		c.Organization = &mission.Organization{ID: r.string()}
	}
	if parts&logWaiting != 0 {
		c.Waiting = &mission.Waiting{Volunteer: r.string(), Slot: r.string(), Why: r.string(), Mission: c.MissionID, Ordinal: c.MissionOrdinal}
	}
	if parts&logMore != 0 {
		r.more(c)
	}
	if parts&logObjects != 0 {
		c.Objects = &mission.ObjectChange{Index: r.string(), To: r.string()}
	}
	if parts&logMission != 0 && c.MissionID == "" || parts&logVolunteer != 0 && c.VolunteerID == "" {
		r.broken = true // we would have left it out
	}
}

func (r *reader) more(c *mission.Change) {
	parts := r.byte()
	if parts == 0 {
		r.broken = true
	}
	if parts&logWave != 0 {
		c.Wave = &mission.Wave{ID: r.string()}
	}
	if parts&logAsk != 0 {
		c.Ask = &mission.Ask{Wave: r.string(), Volunteer: r.string(), Mission: c.MissionID, Ordinal: c.MissionOrdinal}
	}
	if parts&logCrisis != 0 {
		c.Crisis = &mission.Crisis{ID: r.string()}
	}
	if parts&logAlert != 0 {
		c.Alert = &mission.Alert{ID: r.string(), Volunteer: r.string()}
	}
	if parts&logWebhook != 0 {
		c.Webhook = &mission.Webhook{ID: r.string()}
	}
	if parts&logWhy != 0 {
		c.Why = r.string()
		r.broken = r.broken || c.Why == ""
	}
	if parts&logNext != 0 {
		c.Next = r.strings()
		r.broken = r.broken || len(c.Next) == 0
	}
	if parts&logPublishers != 0 {
		c.Publisher, c.VolunteerPublisher = r.string(), r.string()
		r.broken = r.broken || c.Publisher == "" && c.VolunteerPublisher == ""
	}
}

// shown is one mission that a person was shown, opened, dismissed or took.
type shown struct {
	kind           string // mission.Feedback.Type
	mission        mission.ID
	recommendation string
	at             int64
}

// feedbackTypes are the words of feedback, [i] is written as i.
var feedbackTypes = []string{"shown", "opened", "dismissed", "applied"}

func appendFeedback(b []byte, due int64, all []shown) []byte {
	b = appendInt(append(b, recordFormat), due)
	b = appendUint(b, uint64(len(all)))
	for _, f := range all {
		b = append(b, wordNumber(feedbackTypes, f.kind))
		b = appendString(b, f.mission)
		b = appendString(b, f.recommendation)
		b = appendInt(b, f.at)
	}
	return b
}

func decodeFeedback(b []byte) (due int64, all []shown, err error) {
	r := open(b)
	due = r.int()
	all = make([]shown, r.count(4))
	for i := range all {
		all[i] = shown{kind: r.word(feedbackTypes), mission: r.string(), recommendation: r.string(), at: r.int()}
	}
	return due, all, r.failed()
}
