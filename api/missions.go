package api

import (
	"bytes"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fasthttp"

	"renfort/mission"
	"renfort/store"
)

// mission gives a stored mission that the key sees.
func (c *call) mission(id mission.ID) (store.MissionView, error) {
	v, err := c.s.engine.Store().Mission(id)
	if err == nil && !c.key.sees(v.Publisher) {
		return store.MissionView{}, mission.Errorf(mission.NotFound, "there is no mission %q", id)
	}
	return v, err
}

// seen refuses a mission that the key does not see. Without such keys it
// costs nothing: the reducer finds out by itself what does not exist.
func (c *call) seen(id mission.ID) error {
	if !c.key.limited() {
		return nil
	}
	_, err := c.mission(id)
	return err
}

// readMission decodes a mission and completes it. id is the path's, "" where
// the body alone names it. Its errors point into the body, all that is wrong
// at once.
func (c *call) readMission(data []byte, id mission.ID) (*mission.Mission, error) {
	m := new(mission.Mission)
	if err := decodeObject(data, m); err != nil {
		return nil, err
	}
	if err := sameID(&m.ID, id); err != nil {
		return nil, err
	}
	if err := c.ownPublisher(&m.Publisher); err != nil {
		return nil, err
	}
	c.ownUrgency(m)
	return m, c.s.engine.Intake().Mission(m)
}

// sameID takes the path's id where the body has none, and refuses another.
func sameID(have *mission.ID, path mission.ID) error {
	switch {
	case path == "" || *have == path:
		return nil
	case *have == "":
		*have = path
		return nil
	}
	return invalid("/id", "is another id than the path's")
}

// ownPublisher refuses a record of a publisher that the key is not for. A key
// for one publisher need not say which.
func (c *call) ownPublisher(publisher *string) error {
	if *publisher == "" && c.key.limited() && len(c.key.publishers) == 1 {
		*publisher = c.key.publishers[0]
	}
	if !c.key.sees(*publisher) {
		return mission.Errorf(mission.Forbidden, "the key does not write for the publisher %q", *publisher)
	}
	return nil
}

// ownUrgency keeps an urgency above normal as a wish where the key has no
// right to it. It is not refused: a partner must not lose its mission over a
// word.
func (c *call) ownUrgency(m *mission.Mission) { c.key.ownUrgency(m) }

// ownUrgency is the call's, for what a key sends without one.
func (g *grant) ownUrgency(m *mission.Mission) {
	if m.Urgency != mission.UrgencyUrgent && m.Urgency != mission.UrgencyVital {
		return
	}
	if g.may(scopeCrisis) {
		m.RequestedUrgency = ""
		return
	}
	m.RequestedUrgency, m.Urgency = m.Urgency, mission.UrgencyNormal
}

// foreign refuses to replace a record of a publisher that the key does not
// see; found is the stored one's, and err what looking for it gave.
func (c *call) foreign(found string, err error) error {
	switch {
	case mission.KindOf(err) == mission.NotFound:
		return nil
	case err != nil:
		return err
	case !c.key.sees(found):
		return mission.Errorf(mission.Forbidden, "the record belongs to a publisher that the key is not for")
	}
	return nil
}

// putMission answers PUT /v1/missions/{id}. The answer is the record as it
// was stored, so that a platform sees at once what the gazetteer and the
// defaults made of it. It is made of the request and the result alone: a
// repeat under an idempotency key answers the same, whatever has happened
// since.
func (c *call) putMission() error {
	keep, err := c.one("seats", "at_least_taken")
	if err != nil {
		return err
	}
	m, err := c.readMission(c.body, c.id[0])
	if err != nil {
		return err
	}
	if c.key.limited() {
		v, err := c.s.engine.Store().Mission(m.ID)
		if err := c.foreign(v.Publisher, err); err != nil {
			return err
		}
	}
	version, err := c.ifMatch(c.missionVersion)
	if err != nil {
		return err
	}
	res, err := c.submit(mission.PutMission{Mission: m, IfVersion: version, KeepTaken: keep != ""})
	if err != nil {
		return err
	}
	return c.wroteMission(m, res)
}

// missionVersion is what If-Match is compared with where the header alone
// does not tell.
func (c *call) missionVersion() (uint64, error) {
	v, err := c.mission(c.id[0])
	return v.Version, err
}

// wroteMission answers a write of a mission with the record as it is now.
func (c *call) wroteMission(m *mission.Mission, res mission.Result) error {
	if res.Outcome == mission.Older {
		return c.ignored(m.ID, res)
	}
	record, err := mission.Encode(m)
	if err != nil {
		return err
	}
	if res.SeatsKept {
		// What was stored is not what was sent: show what was stored.
		if v, err := c.mission(m.ID); err == nil {
			record = v.JSON
		}
	}
	occupancy := mission.Occupancy{Pool: res.Occupancy, FreeSeats: res.Free}
	c.wrote(statusOf(res.Outcome), res.Seq)
	c.header(fasthttp.HeaderETag, missionTag(res.Version, occupancy))
	c.out = c.appendMission(c.out, record, &m.Times, occupancy)
	c.out = appendUint(c.out[:len(c.out)-1], `,"seq":`, res.Seq)
	if res.SeatsKept {
		c.out = append(c.out, `,"seats_kept":true`...)
	}
	c.out = append(c.out, '}')
	return nil
}

// ignored answers a write whose revision was not newer.
func (c *call) ignored(id mission.ID, res mission.Result) error {
	c.wrote(fasthttp.StatusOK, res.Seq)
	c.out = appendString(append(c.out, `{"id":`...), id)
	c.out = appendUint(append(c.out, `,"ignored":"older"`...), `,"seq":`, res.Seq)
	c.out = append(c.out, '}')
	return nil
}

// statusOf gives the status of a write: 201 for what was not there before.
func statusOf(o mission.Outcome) int {
	if o == mission.Created {
		return fasthttp.StatusCreated
	}
	return fasthttp.StatusOK
}

// appendMission appends a mission as every route answers it: its record, when
// it ends, and its occupancy.
func (c *call) appendMission(b, record []byte, t *mission.Times, o mission.Occupancy) []byte {
	b = append(b, bytes.TrimSuffix(record, []byte{'}'})...)
	b = append(b, `,"ends_at_instant":`...)
	b = c.appendTimeIn(b, t.Ends, t.Zone)
	b = o.AppendJSON(append(b, `,"occupancy":`...))
	return append(b, '}')
}

// appendTimeIn is appendTime with the offset of a place.
func (c *call) appendTimeIn(b []byte, unix int64, zone string) []byte {
	if unix == 0 {
		return append(b, "null"...)
	}
	t := time.Unix(unix, 0).In(c.s.engine.Zones().Location(zone))
	return append(t.AppendFormat(append(b, '"'), time.RFC3339), '"')
}

// getMission answers GET /v1/missions/{id}. Its ETag moves with the record
// and with the occupancy, so that a page that shows both may be kept.
func (c *call) getMission() error {
	v, err := c.mission(c.id[0])
	if err != nil {
		return err
	}
	occupancy := v.Seats.Occupancy()
	if c.unchanged(missionTag(v.Version, occupancy)) {
		return nil
	}
	c.out = c.appendMission(c.out, v.JSON, &v.Times, occupancy)
	c.out = append(c.appendSeqTook(c.out[:len(c.out)-1], c.s.engine.Seq()), '}')
	return nil
}

// deleteMission answers DELETE /v1/missions/{id}. The revision, where one is
// given, is left behind as a tombstone: a late message does not bring the
// mission back.
func (c *call) deleteMission() error {
	force, err := c.flag("force")
	if err != nil {
		return err
	}
	revision, err := c.whole("revision", 0, mission.RevisionMax, 0)
	if err != nil {
		return err
	}
	if err := c.seen(c.id[0]); err != nil {
		return err
	}
	version, err := c.ifMatch(c.missionVersion)
	if err != nil {
		return err
	}
	res, err := c.submit(mission.DeleteMission{ID: c.id[0], Revision: int64(revision), Force: force, IfVersion: version})
	if err != nil {
		return err
	}
	if res.Outcome == mission.Older {
		return c.ignored(c.id[0], res)
	}
	c.wrote(fasthttp.StatusNoContent, res.Seq)
	return nil
}

// patchTries is how often a patch is merged again where another write came
// between its reading and its writing.
const patchTries = 4

// patchMission answers PATCH /v1/missions/{id}. The patch is merged here and
// put as a whole, on the condition that nobody wrote between; the reducer
// knows no patches.
func (c *call) patchMission() error {
	patch, err := decodePatch(c.body)
	if err != nil {
		return err
	}
	keep, err := c.one("seats", "at_least_taken")
	if err != nil {
		return err
	}
	asked, err := c.ifMatch(c.missionVersion)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		v, err := c.mission(c.id[0])
		if err != nil {
			return err
		}
		m, err := c.mergeMission(&v, patch)
		if err != nil {
			return err
		}
		version := &v.Version
		if asked != nil {
			version = asked
		}
		res, err := c.submit(mission.PutMission{Mission: m, IfVersion: version, KeepTaken: keep != ""})
		if mission.KindOf(err) == mission.PreconditionFailed && asked == nil && try < patchTries {
			continue
		}
		if err != nil {
			return err
		}
		return c.wroteMission(m, res)
	}
}

// mergeMission applies a patch to a stored mission. What the patch does not
// name is not judged again: an urgency stays, a revision is not sent twice.
func (c *call) mergeMission(v *store.MissionView, patch map[string]jsontext.Value) (*mission.Mission, error) {
	merged, err := mergeInto(v.JSON, patch)
	if err != nil {
		return nil, err
	}
	m := new(mission.Mission)
	if err := mission.Decode(merged, m); err != nil {
		return nil, err
	}
	if err := sameID(&m.ID, c.id[0]); err != nil {
		return nil, err
	}
	if err := c.ownPublisher(&m.Publisher); err != nil {
		return nil, err
	}
	if _, named := patch["urgency"]; named {
		c.ownUrgency(m)
	}
	if _, named := patch["revision"]; !named {
		m.Revision = 0
	}
	return m, c.s.engine.Intake().Mission(m)
}

// elsewhereBody is POST /v1/missions/{id}/elsewhere.
type elsewhereBody struct {
	Slot  string `json:"slot"`
	Taken *int   `json:"taken"`
	Add   *int   `json:"add"`
	Why   string `json:"why"`
}

// elsewhere answers POST /v1/missions/{id}/elsewhere. It may exceed the
// total: the platform has given those seats out, and denying it would not
// take them back.
func (c *call) elsewhere() error {
	var b elsewhereBody
	if err := c.decode(&b); err != nil {
		return err
	}
	if (b.Taken == nil) == (b.Add == nil) {
		return invalid("", "needs either taken or add")
	}
	if b.Taken != nil && (*b.Taken < 0 || *b.Taken > mission.SeatsMax) {
		return outOf("/taken", 0, mission.SeatsMax)
	}
	if b.Add != nil && (*b.Add < -mission.SeatsMax || *b.Add > mission.SeatsMax) {
		return outOf("/add", -mission.SeatsMax, mission.SeatsMax)
	}
	if fields := checkFree(checkFree(nil, "/slot", b.Slot), "/why", b.Why); fields != nil {
		return &mission.Error{Kind: mission.Invalid, Detail: "the request is not valid", Fields: fields}
	}
	if err := c.seen(c.id[0]); err != nil {
		return err
	}
	res, err := c.submit(mission.SetElsewhere{Mission: c.id[0], Slot: b.Slot, Taken: b.Taken, Add: b.Add, Why: b.Why})
	if err != nil {
		return err
	}
	c.wrote(fasthttp.StatusOK, res.Seq)
	c.out = appendString(append(c.out, `{"mission":`...), c.id[0])
	c.out = mission.Occupancy{Pool: res.Occupancy, FreeSeats: res.Free}.AppendJSON(append(c.out, `,"occupancy":`...))
	c.out = append(appendUint(c.out, `,"seq":`, res.Seq), '}')
	return nil
}
