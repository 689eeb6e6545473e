package api

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
	"renfort/store"
)

// publishersFor narrows a list of publishers to those that the key sees; all
// of them where the list is empty. Naming another one is refused, not
// answered with nothing: the caller believes that it sees it.
func (c *call) publishersFor(asked []string) ([]string, error) {
	if !c.key.limited() {
		return asked, nil
	}
	if len(asked) == 0 {
		return c.key.publishers, nil
	}
	for _, p := range asked {
		if !c.key.sees(p) {
			return nil, mission.Errorf(mission.Forbidden, "the key does not see the publisher %q", p)
		}
	}
	return asked, nil
}

// missionStates are the words that a walk's state may be.
var missionStates = []string{mission.StateDraft, mission.StateOpen, mission.StatePaused, mission.StateClosed, mission.StateCancelled}

// walkMissions answers GET /v1/missions. It goes by ordinal: what is put
// while one walks comes at the end, and nothing is met twice.
func (c *call) walkMissions() error {
	limit, err := c.whole("limit", 1, mission.WalkMax, mission.WalkDefault)
	if err != nil {
		return err
	}
	states := splitList(c.value("state"))
	for _, s := range states {
		if !slices.Contains(missionStates, s) {
			return invalid("/state", "is not one of "+joinWords(missionStates))
		}
	}
	publishers, err := c.publishersFor(splitList(c.value("publisher")))
	if err != nil {
		return err
	}
	walk := walkOf("missions", strings.Join(publishers, "\x01"), strings.Join(states, "\x01"))
	after, err := decodeCursor(walk, c.text("cursor"))
	if err != nil {
		return err
	}
	page, next, err := c.s.engine.Store().WalkMissions(after, limit, store.MissionFilter{Publishers: publishers, States: states})
	if err != nil {
		return err
	}
	c.out = append(c.out, `{"missions":[`...)
	for i := range page {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = c.appendMission(c.out, page[i].JSON, &page[i].Times, page[i].Seats.Occupancy())
	}
	c.out = c.appendWalkEnd(append(c.out, ']'), walk, next)
	return nil
}

// appendWalkEnd appends the cursor and what every read ends with.
func (c *call) appendWalkEnd(b []byte, walk uint64, next string) []byte {
	b = append(b, `,"cursor":`...)
	if next == "" {
		b = append(b, "null"...)
	} else {
		b = appendString(b, encodeCursor(walk, next))
	}
	return append(c.appendSeqTook(b, c.s.engine.Seq()), '}')
}

// getBody is POST /v1/missions/get.
type getBody struct {
	IDs    []mission.ID `json:"ids"`
	Fields []string     `json:"fields"`
	MinSeq uint64       `json:"min_seq"`
}

// missionFields are the names that fields may have.
var missionFields = sync.OnceValue(func() []string {
	names := []string{"ends_at_instant", "occupancy"}
	t := reflect.TypeFor[mission.Mission]()
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "-" {
			names = append(names, name)
		}
	}
	return names
})

// getMissions answers POST /v1/missions/get, in the order asked; missing
// lists the ids that there are no missions for.
func (c *call) getMissions() error {
	var b getBody
	if err := c.decode(&b); err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return err
	}
	if err := c.awaitSeq(b.MinSeq); err != nil {
		return err
	}
	views, err := c.s.engine.Store().Missions(b.IDs)
	if err != nil {
		return err
	}
	var missing []string
	c.out = append(c.out, `{"missions":[`...)
	first := len(c.out)
	for i := range views {
		v := &views[i]
		if v.ID == "" || !c.key.sees(v.Publisher) {
			missing = append(missing, b.IDs[i])
			continue
		}
		if len(c.out) > first {
			c.out = append(c.out, ',')
		}
		from := len(c.out)
		c.out = c.appendMission(c.out, v.JSON, &v.Times, v.Seats.Occupancy())
		if len(b.Fields) > 0 {
			if c.out, err = pick(c.out, from, b.Fields); err != nil {
				return err
			}
		}
	}
	c.out = appendStrings(append(c.out, `],"missing":`...), missing)
	c.out = append(c.appendSeqTook(c.out, c.s.engine.Seq()), '}')
	return nil
}

// check refuses what was asked for wrongly; an id that names nothing is no
// error and is listed as missing.
func (b *getBody) check() error {
	if len(b.IDs) == 0 || len(b.IDs) > mission.RequestListMax {
		return faulty([]mission.FieldError{entries("/ids", 1, mission.RequestListMax)})
	}
	for i, id := range b.IDs {
		if err := mission.CheckID("/ids"+indexPointer(i), id); err != nil {
			return err
		}
	}
	for i, f := range b.Fields {
		if !slices.Contains(missionFields(), f) {
			return invalid("/fields"+indexPointer(i), "is no field of a mission")
		}
	}
	return nil
}

// pick replaces the object that b ends with, from on, by its id and the
// fields named.
func pick(b []byte, from int, fields []string) ([]byte, error) {
	var members map[string]jsontext.Value
	if err := mission.Decode(b[from:], &members); err != nil {
		return b, err
	}
	kept := map[string]jsontext.Value{"id": members["id"]}
	for _, f := range fields {
		if v, ok := members[f]; ok {
			kept[f] = v
		}
	}
	picked, err := mission.Encode(kept)
	return append(b[:from], picked...), err
}
