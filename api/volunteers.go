package api

import (
	"strconv"

	"github.com/valyala/fasthttp"

	"renfort/mission"
	"renfort/store"
)

// volunteer gives a stored volunteer that the key sees.
func (c *call) volunteer(id mission.ID) (store.VolunteerView, error) {
	v, err := c.s.engine.Store().Volunteer(id)
	if err == nil && !c.key.sees(v.Volunteer.Publisher) {
		return store.VolunteerView{}, mission.Errorf(mission.NotFound, "there is no such volunteer")
	}
	return v, err
}

// readVolunteer decodes a volunteer and completes the record. What looks like
// a name, an address or a number of a person is refused, wherever it stands.
func (c *call) readVolunteer(data []byte, id mission.ID) (*mission.Volunteer, error) {
	v := new(mission.Volunteer)
	if err := decodeObject(data, v); err != nil {
		return nil, err
	}
	return v, c.completeVolunteer(v, id)
}

// completeVolunteer makes of what was sent what is stored: the path's id, the
// key's publisher, a cell in place of the point. It refuses to take over
// another publisher's volunteer.
func (c *call) completeVolunteer(v *mission.Volunteer, id mission.ID) error {
	if err := sameID(&v.ID, id); err != nil {
		return err
	}
	if err := c.ownPublisher(&v.Publisher); err != nil {
		return err
	}
	if err := c.s.engine.Intake().Volunteer(v, c.s.engine.Now()); err != nil {
		return err
	}
	if !c.key.limited() {
		return nil
	}
	found, err := c.s.engine.Store().Volunteer(v.ID)
	publisher := ""
	if err == nil {
		publisher = found.Volunteer.Publisher
	}
	return c.foreign(publisher, err)
}

// putVolunteer answers PUT /v1/volunteers/{id}. The point that was sent is
// not in the answer, because it is not kept: the cell is.
func (c *call) putVolunteer() error {
	v, err := c.readVolunteer(c.body, c.id[0])
	if err != nil {
		return err
	}
	version, err := c.ifMatch(c.volunteerVersion)
	if err != nil {
		return err
	}
	res, err := c.submit(mission.PutVolunteer{Volunteer: v, IfVersion: version})
	if err != nil {
		return err
	}
	if res.Outcome == mission.Older {
		return c.ignored(v.ID, res)
	}
	record, err := mission.Encode(v)
	if err != nil {
		return err
	}
	c.wrote(statusOf(res.Outcome), res.Seq)
	c.header(fasthttp.HeaderETag, recordTag(res.Version))
	c.private()
	c.out = append(appendUint(append(c.out, record[:len(record)-1]...), `,"seq":`, res.Seq), '}')
	return nil
}

// volunteerVersion is what If-Match is compared with where the header alone
// does not tell.
func (c *call) volunteerVersion() (uint64, error) {
	v, err := c.volunteer(c.id[0])
	return v.Version, err
}

// getVolunteer answers GET /v1/volunteers/{id}. No cache may keep it.
func (c *call) getVolunteer() error {
	v, err := c.volunteer(c.id[0])
	if err != nil {
		return err
	}
	c.private()
	if c.unchanged(recordTag(v.Version)) {
		return nil
	}
	c.out = append(c.out, v.JSON[:len(v.JSON)-1]...)
	c.out = append(c.appendSeqTook(c.out, c.s.engine.Seq()), '}')
	return nil
}

// deleteVolunteer answers DELETE /v1/volunteers/{id}: erasure. Live seats are
// released, past ones stay as counts, and the log forgets within a day.
// Repeating it is a 404: nobody is there any more.
func (c *call) deleteVolunteer() error {
	if c.key.limited() {
		if _, err := c.volunteer(c.id[0]); err != nil {
			return err
		}
	}
	res, err := c.submit(mission.EraseVolunteer{ID: c.id[0]})
	if err != nil {
		return err
	}
	c.wrote(fasthttp.StatusNoContent, res.Seq)
	return nil
}

// walkVolunteers answers GET /v1/volunteers: ids and revisions. A page may be
// shorter than its limit where a key does not see all; the cursor tells
// whether there is more.
func (c *call) walkVolunteers() error {
	limit, err := c.whole("limit", 1, mission.WalkMax, mission.WalkDefault)
	if err != nil {
		return err
	}
	walk := walkOf("volunteers")
	after, err := decodeCursor(walk, c.text("cursor"))
	if err != nil {
		return err
	}
	page, next, err := c.s.engine.Store().WalkVolunteers(after, limit)
	if err != nil {
		return err
	}
	c.out = append(c.out, `{"volunteers":[`...)
	first := len(c.out)
	for _, v := range page {
		if !c.key.sees(v.Publisher) {
			continue
		}
		if len(c.out) > first {
			c.out = append(c.out, ',')
		}
		c.out = appendString(append(c.out, `{"id":`...), v.ID)
		c.out = append(strconv.AppendInt(append(c.out, `,"revision":`...), v.Revision, 10), '}')
	}
	c.private()
	c.out = c.appendWalkEnd(append(c.out, ']'), walk, next)
	return nil
}

// exportVolunteer answers GET /v1/volunteers/{id}/export: all that is stored
// about one person.
func (c *call) exportVolunteer() error {
	x, err := c.s.engine.Store().Export(c.id[0])
	if err != nil {
		return err
	}
	if c.key.limited() && (x.Volunteer == nil || !c.key.sees(x.Volunteer.Publisher)) {
		return mission.Errorf(mission.NotFound, "there is no such volunteer")
	}
	feedback := x.Feedback
	if feedback == nil {
		feedback = []mission.Feedback{}
	}
	told, err := mission.Encode(feedback)
	if err != nil {
		return err
	}
	c.out = appendString(append(c.out, `{"id":`...), c.id[0])
	c.out = appendRaw(append(c.out, `,"volunteer":`...), x.JSON)
	c.out = append(c.out, `,"holds":[`...)
	for i := range x.Holds {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = append(appendHoldFields(append(c.out, '{'), &x.Holds[i]), '}')
	}
	c.out = appendPlaces(append(c.out, `],"waiting":`...), x.Waiting, true)
	c.out = appendAsks(append(c.out, `,"asks":`...), x.Asks)
	c.out = append(append(c.out, `,"feedback":`...), told...)
	c.out = appendAlerts(append(c.out, `,"alerts":`...), x.Alerts)
	c.private()
	c.out = append(c.appendSeqTook(c.out, c.s.engine.Seq()), '}')
	return nil
}
