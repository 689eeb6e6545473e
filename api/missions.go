package api

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
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
// the body alone names it.
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
// right to it.
func (c *call) ownUrgency(m *mission.Mission) {
	if m.Urgency != mission.UrgencyUrgent && m.Urgency != mission.UrgencyVital {
		return
	}
	if c.key.may(scopeCrisis) {
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

// putMission answers PUT /v1/missions/{id}.
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

// missionTag is a mission's ETag: the record's version, which If-Match
// compares, and the occupancy, which moves without it.
func missionTag(version uint64, o mission.Occupancy) string {
	sum := xxhash.Sum64(o.AppendJSON(nil))
	return `"` + strconv.FormatUint(version, 10) + "-" + strconv.FormatUint(sum&0xffffffff, 16) + `"`
}

// recordTag is the ETag of a record without an occupancy.
func recordTag(version uint64) string { return `"` + strconv.FormatUint(version, 10) + `"` }

// ifMatch reads the conditions of a write: nil for none, else the version
// that the record must have, 0 for "must not exist". current is asked only
// where the header does not tell the version itself, so that a repeat under an
// idempotency key comes to the store and is answered as the first one was.
func (c *call) ifMatch(current func() (uint64, error)) (*uint64, error) {
	h := &c.ctx.Request.Header
	if none := strings.TrimSpace(string(h.Peek(fasthttp.HeaderIfNoneMatch))); none == "*" {
		return new(uint64), nil
	} else if none != "" {
		return nil, mission.Errorf(mission.Invalid, "If-None-Match of a write is * or left out")
	}
	header := string(h.Peek(fasthttp.HeaderIfMatch))
	if header == "" {
		return nil, nil
	}
	versions, any, err := parseTags(header)
	if err != nil {
		return nil, err
	}
	if !any && len(versions) == 1 {
		return &versions[0], nil
	}
	now, err := current()
	if err != nil && mission.KindOf(err) != mission.NotFound {
		return nil, err
	}
	if now == 0 || !any && !slices.Contains(versions, now) {
		return nil, mission.Errorf(mission.PreconditionFailed, "the record has another version than If-Match names")
	}
	return &now, nil
}

// parseTags reads the versions that a list of ETags names.
func parseTags(header string) (versions []uint64, any bool, err error) {
	for _, tag := range strings.Split(header, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" {
			return nil, true, nil
		}
		text, _, _ := strings.Cut(strings.Trim(tag, `"`), "-")
		v, err := strconv.ParseUint(text, 10, 64)
		if err != nil || v == 0 || len(tag) < 3 || tag[0] != '"' || tag[len(tag)-1] != '"' {
			return nil, false, mission.Errorf(mission.PreconditionFailed, "If-Match names a version that Renfort never gave")
		}
		versions = append(versions, v)
	}
	return versions, false, nil
}

// unchanged answers 304 where the client has what the tag names.
func (c *call) unchanged(tag string) bool {
	c.header(fasthttp.HeaderETag, tag)
	for _, have := range strings.Split(string(c.ctx.Request.Header.Peek(fasthttp.HeaderIfNoneMatch)), ",") {
		if have = strings.TrimPrefix(strings.TrimSpace(have), "W/"); have == tag || have == "*" {
			c.status(fasthttp.StatusNotModified)
			return true
		}
	}
	return false
}

// getMission answers GET /v1/missions/{id}.
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

// deleteMission answers DELETE /v1/missions/{id}.
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

// patchMission answers PATCH /v1/missions/{id}.
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

// elsewhere answers POST /v1/missions/{id}/elsewhere.
func (c *call) elsewhere() error {
	var b elsewhereBody
	if err := c.decode(&b); err != nil {
		return err
	}
	if (b.Taken == nil) == (b.Add == nil) {
		return invalid("", "needs either taken or add")
	}
	if b.Taken != nil && (*b.Taken < 0 || *b.Taken > mission.SeatsMax) {
		return invalid("/taken", "must be from 0 to 1000000")
	}
	if b.Add != nil && (*b.Add < -mission.SeatsMax || *b.Add > mission.SeatsMax) {
		return invalid("/add", "must be from -1000000 to 1000000")
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
