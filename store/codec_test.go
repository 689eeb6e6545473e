package store

// Every record is read back as it was written, and bytes that are none of
// ours are refused without harm. The one file of tests inside the package:
// codecs have no door.

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renfort/mission"
)

// codec is a record's two ways as one: read, and what was read written again.
type codec struct {
	name  string
	again func(b []byte) ([]byte, error)
}

// twoWays makes a codec of a decoder and an encoder.
func twoWays[T any](name string, decode func([]byte) (T, error), write func([]byte, T) []byte) codec {
	return codec{name, func(b []byte) ([]byte, error) {
		v, err := decode(b)
		if err != nil {
			return nil, err
		}
		return write(nil, v), nil
	}}
}

// logged and given are what their records hold, in one value.
type (
	logged struct {
		at      int64
		changes []mission.Change
	}
	given struct {
		due int64
		all []shown
	}
)

func codecs() []codec {
	return []codec{
		twoWays("seats", func(b []byte) (*mission.Seats, error) { return decodeSeats(7, b) }, appendSeats),
		twoWays("hold", func(b []byte) (*holdRecord, error) { return decodeHold("h1", b) }, appendHold),
		twoWays("remembered", decodeRemembered, appendRemembered),
		twoWays("mission", decodeMission, appendMission),
		twoWays("volunteer", decodeVolunteer, appendVolunteer),
		twoWays("person", decodePerson, appendPerson),
		twoWays("organization", decodeOrganization, appendOrganization),
		twoWays("tombstone", decodeTombstone, appendTombstone),
		twoWays("waiting", func(b []byte) (*waitingRecord, error) { return decodeWaiting(placeKey, b) }, appendWaiting),
		twoWays("head", decodeHead, appendHead),
		twoWays("wave", decodeWave, appendWave),
		twoWays("ask", func(b []byte) (*mission.Ask, error) { return decodeAsk("w1", "v1", b) }, appendAsk),
		twoWays("law", decodeLaw, appendLaw),
		twoWays("asks", decodeAsks, appendAsks),
		twoWays("crisis", decodeCrisis, appendCrisis),
		twoWays("object index", decodeObjectIndex, appendObjectIndex),
		twoWays("object count", decodeObjectCount, appendObjectCount),
		twoWays("object text", decodeObjectText, appendObjectText),
		twoWays("object", decodeObject, appendObject),
		twoWays("meta", decodeMeta, func(b []byte, m meta) []byte { return appendMeta(b, &m) }),
		twoWays("feedback", func(b []byte) (given, error) {
			due, all, err := decodeFeedback(b)
			return given{due, all}, err
		}, func(b []byte, g given) []byte { return appendFeedback(b, g.due, g.all) }),
		twoWays("log", func(b []byte) (logged, error) {
			changes, err := decodeLog(3, b)
			at, _ := logTime(b) // an error is the decoder's as well
			return logged{at, changes}, err
		}, func(b []byte, l logged) []byte { return appendLog(b, l.at, l.changes) }),
	}
}

// placeKey is where the sample's place in a list is.
var placeKey = []byte("\x00\x00\x00\x07a\x00\x00\x00\x00\x00\x00\x00\x00\x09")

// samples gives records in which every field is set, by the codec's name.
func samples() map[string][]byte {
	h := holdRecord{Hold: mission.Hold{ID: "h1", Mission: "m1", Ordinal: 7, Volunteer: "v1", Slots: []string{"a", "b"}, State: mission.Released,
		Origin: mission.OriginImport, Ref: "r", Created: 1, Expires: 2, Changed: 3, ChangedSeq: 4, Why: "refused", Answer: mission.AnswerRefused,
		AnswerBy: "o1", AnswerWhy: "full", AnswerAt: 5}, due: 6, counted: true}
	s := mission.Seats{Ordinal: 7, Organization: "o1", State: mission.StateOpen, Booking: mission.BookingHere, Starts: -1, Ends: 2, ApplyBefore: 3,
		MinAge: 16, MaxAge: 99, Slots: []mission.SlotTerms{{ID: "a", Pool: 1, Starts: 4, Ends: 5, Days: mission.Evening}, {ID: "b"}},
		Pools: []mission.Pool{{Total: mission.SeatsUnknown, Elsewhere: 1, Held: 2, Confirmed: 3, Waiting: 4}, {Total: 5, Over: 0}}, Created: 6, LastTaken: 7}
	s.Fills.Add(20_000, 3)
	s.Fills.Add(20_004, 1)
	s.Links.Add(20_004, 1)
	times := mission.Times{Zone: "Indian/Reunion", Starts: 1, Ends: 2, ApplyBefore: 3, Published: 4, Days: 5, Slots: []mission.SlotTimes{{Starts: 6, Ends: 7, Days: 8}}}
	return map[string][]byte{
		"seats": appendSeats(nil, &s), "hold": appendHold(nil, &h),
		"remembered": appendRemembered(nil, &remembered{body: 1, end: 2, result: mission.Result{Seq: 3, Outcome: mission.Created, Version: 4, Hold: &h.Hold,
			Occupancy: mission.Pool{Total: 5}, Free: 6, SeatsKept: true, Swept: 7,
			Waiting: &mission.Waiting{Mission: "m1", Ordinal: 7, Volunteer: "v1", Slot: "a", Joined: 8, JoinedSeq: 9, Position: 10}}}),
		"mission":   appendMission(nil, &missionRecord{version: 1, revision: 2, id: "m1", publisher: "jva", times: times, json: []byte(`{"id":"m1"}`), withdrawn: withdrawal{9, true}}),
		"volunteer": appendVolunteer(nil, &volunteerRecord{version: 1, revision: 2, id: "v1", publisher: "jva", json: []byte(`{"id":"v1"}`)}),
		"person":    appendPerson(nil, person{ordinal: 1, birthYear: 1990, adult: 2}),
		"organization": appendOrganization(nil, &organizationRecord{version: 1, state: mission.OrgSuspended, record: mission.Record{Answered: 2, Ignored: 3},
			json: []byte(`{"id":"o1"}`)}),
		"tombstone": appendTombstone(nil, tombstone{1, 2}),
		"waiting": appendWaiting(nil, &waitingRecord{Waiting: mission.Waiting{Mission: "m1", Volunteer: "v1", Joined: 3},
			clock: mission.Clock{Offset: -3600, Shifts: []mission.Shift{{At: 4, Offset: 7200}, {At: 5, Offset: 3600}}}}),
		"head": appendHead(nil, &waitingHead{due: 1, organization: "o1"}),
		"meta": appendMeta(nil, &meta{1, 2, 1 << 63, 4, 5, 6, 7, 8}),
		"wave": appendWave(nil, &waveRecord{counts: mission.WaveCounts{Asked: 3, Silent: 2, Erased: 1}, due: 9, json: []byte(`{"targets":[]}`)}),
		"ask": appendAsk(nil, &mission.Ask{Mission: "m1", Ordinal: 7, Slots: []string{"a"}, Channel: "push", Crisis: true, At: 1, Delivery: mission.DeliverySent,
			Delivered: 2, Answer: mission.AskAccepted, Answered: 3, Hold: "h1", Next: "m2", Score: 500_000, PAccept: 120, DistanceKm: -1}),
		"law":          appendLaw(nil, &mission.LawCounts{Asked: 3, Accepted: 2, Declined: 1, Delays: [mission.DelayBuckets]uint32{7: 2}, Waited: [mission.DelayBuckets]uint32{9: 1}}),
		"asks":         appendAsks(nil, &asksRecord{due: 9, stopped: true, all: []asked{{alert: true, at: 3, by: "a1", mission: "m1"}, {crisis: true, answered: true, at: 4, by: "w1", mission: "m2"}}}),
		"crisis":       appendCrisis(nil, &crisisRecord{version: 1, due: 2, json: []byte(`{"id":"c1"}`)}),
		"object index": appendObjectIndex(nil, &objectIndexRecord{number: 1, rows: 2, entries: 3, created: 4, updated: 5}),
		"object count": appendObjectCount(nil, 256), "object text": appendObjectText(nil, []byte(`{"hitsPerPage":18}`)),
		"object":   appendObject(nil, objectRecord{7, []byte(`{"objectID":"a"}`)}),
		"feedback": appendFeedback(nil, 9, []shown{{"opened", "m1", "rec", 8}}),
		"log": appendLog(nil, 9, []mission.Change{{Kind: mission.SeatHeld, MissionID: "m1", MissionOrdinal: 7, Hold: &h.Hold},
			{Kind: mission.VolunteerPut, VolunteerID: "v1", VolunteerOrdinal: 3}, {Kind: mission.OrganizationPut, Organization: &mission.Organization{ID: "o1"}},
			{Kind: mission.WaitingLeft, MissionID: "m1", MissionOrdinal: 7, Waiting: &mission.Waiting{Volunteer: "v1", Slot: "a", Why: "left"}},
			{Kind: mission.WaveStoodDown, MissionID: "m1", MissionOrdinal: 7, Wave: &mission.Wave{ID: "w1"}, Ask: &mission.Ask{Wave: "w1", Volunteer: "v1"}, Why: "full", Publisher: "jva", VolunteerPublisher: "far"},
			{Kind: mission.SeatRecalled, MissionID: "m1", MissionOrdinal: 7, Hold: &h.Hold, Why: "danger", Next: []mission.ID{"m2", "m3"}},
			{Kind: mission.CrisisPut, Crisis: &mission.Crisis{ID: "c1"}}, {Kind: mission.WebhookPut, Webhook: &mission.Webhook{ID: "h1"}},
			{Kind: mission.AlertRaised, MissionID: "m1", MissionOrdinal: 7, Alert: &mission.Alert{ID: "a1", Volunteer: "v1"}},
			{Kind: mission.ObjectsMoved, Objects: &mission.ObjectChange{Index: "missions_tmp", To: "missions"}}, {Kind: mission.ObjectsWritten, Objects: &mission.ObjectChange{Index: "missions"}}}),
	}
}

func TestCodecs(t *testing.T) {
	all := samples()
	for _, c := range codecs() {
		b := all[c.name]
		again, err := c.again(b)
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: got %x, %v; want %x", c.name, again, err, b)
		}
		for n := range b {
			if n == optionalFrom(c.name, b) {
				continue // what a file of an earlier format has
			}
			if _, err := c.again(b[:n]); err == nil {
				t.Errorf("%s: cut to %d of %d bytes, it was taken", c.name, n, len(b))
			}
		}
		if _, err := c.again(append(bytes.Clone(b), 0)); err == nil {
			t.Errorf("%s: with a byte too many, it was taken", c.name)
		}
	}
}

// optionalFrom gives the length of a record without what a later format added at
// its end; -1 for one that it left as it was.
func optionalFrom(name string, b []byte) int {
	switch name {
	case "seats":
		return len(b) - len(appendFills(nil, &mission.Fills{Day: 20_004, Counts: [mission.FillDays]uint32{1}}))
	case "mission":
		return len(b) - 2
	case "remembered":
		return len(b) - len(appendPlace(nil, &mission.Waiting{Mission: "m1", Ordinal: 7, Volunteer: "v1", Slot: "a", Joined: 8, JoinedSeq: 9, Position: 10}))
	}
	return -1
}

// Nothing is lost on the way through: what is read is what was written.
func TestCodecFields(t *testing.T) {
	all := samples()
	h, err := decodeHold("h1", all["hold"])
	if err != nil || h.Answer != mission.AnswerRefused || h.due != 6 || !h.counted || h.AnswerWhy != "full" {
		t.Errorf("hold: got %+v, %v", h, err)
	}
	s, err := decodeSeats(7, all["seats"])
	if err != nil || s.Fills.Since(20_004) != 4 || s.Slots[0].Days != mission.Evening || s.Pools[0].Total != mission.SeatsUnknown || s.Starts != -1 {
		t.Errorf("seats: got %+v, %v", s, err)
	}
	m, err := decodeRemembered(all["remembered"])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(h.Hold, *m.result.Hold); diff != "" {
		t.Errorf("remembered hold (- want, + got):\n%s", diff)
	}
}

// FuzzCodecs feeds every decoder any bytes: it refuses them, or gives a value
// that is written as those very bytes.
func FuzzCodecs(f *testing.F) {
	for name, b := range samples() {
		for i, c := range codecs() {
			if c.name == name {
				f.Add(i, b)
			}
		}
	}
	all := codecs()
	f.Fuzz(func(t *testing.T, which int, b []byte) {
		if which < 0 || which >= len(all) {
			return
		}
		again, err := all[which].again(b)
		if err == nil && !bytes.Equal(again, b) {
			t.Errorf("%s: %x was read, and written as %x", all[which].name, b, again)
		}
	})
}
