package algolia

import (
	"context"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/engine"
	"renfort/mission"
	"renfort/objects"
)

// one writes one record.
func (d *Door) one(ctx context.Context, c *Call, kind, id string, body []byte) (w engine.ObjectsWritten, err error) {
	index, err := c.indexOf()
	if err != nil {
		return w, err
	}
	a, err := objects.NewAction(kind, id, body)
	if err != nil {
		return w, err
	}
	return d.write(ctx, index, []objects.Action{a})
}

// write gives actions to the engine and counts them.
func (d *Door) write(ctx context.Context, index string, actions []objects.Action) (engine.ObjectsWritten, error) {
	w, err := d.records.WriteObjects(ctx, index, actions)
	if e := mission.AsError(err); e != nil {
		return w, mission.Errorf(e.Kind, "%s", err.Error()) // which names the action that is wrong
	}
	d.counts.written.Add(uint64(len(actions)))
	return w, err
}

// record is the body of a request that holds one record.
func (c *Call) record() ([]byte, error) {
	if len(c.Body) == 0 {
		return nil, mission.Errorf(mission.Invalid, "the body should be a record")
	}
	return whole(c.Body)
}

// Add adds a record under an id of its own.
func (d *Door) Add(ctx context.Context, c *Call) error {
	body, err := c.record()
	if err != nil {
		return err
	}
	w, err := d.one(ctx, c, "addObject", "", body)
	if err != nil {
		return err
	}
	c.named(w.Seq, "createdAt", "objectID", w.IDs[0])
	c.refusals(w.Told)
	return nil
}

// Put creates or replaces a record.
func (d *Door) Put(ctx context.Context, c *Call) error {
	body, err := c.record()
	if err != nil {
		return err
	}
	w, err := d.one(ctx, c, "updateObject", c.Path[1], body)
	if err != nil {
		return err
	}
	c.named(w.Seq, "updatedAt", "objectID", c.Path[1])
	c.refusals(w.Told)
	return nil
}

// Partial changes some attributes of a record.
func (d *Door) Partial(ctx context.Context, c *Call) error {
	body, err := c.record()
	if err != nil {
		return err
	}
	kind := "partialUpdateObject"
	if !c.flag("createIfNotExists", true) {
		kind = "partialUpdateObjectNoCreate"
	}
	w, err := d.one(ctx, c, kind, c.Path[1], body)
	if err != nil {
		return err
	}
	c.named(w.Seq, "updatedAt", "objectID", c.Path[1])
	c.refusals(w.Told)
	return nil
}

// Delete deletes a record.
func (d *Door) Delete(ctx context.Context, c *Call) error {
	w, err := d.one(ctx, c, "deleteObject", c.Path[1], nil)
	return d.done(c, w.Seq, err, "deletedAt")
}

// refusals adds to an answer which records are stored and found but could not,
// or not wholly, become missions, and why.
func (c *Call) refusals(list []engine.RefusedRecord) {
	if len(list) == 0 {
		return
	}
	b := append(c.Out[:len(c.Out)-1], `,"renfort":{"refused":[`...)
	for i, r := range list {
		b = appendQuoted(append(comma(b, i), `{"objectID":`...), r.ID)
		b = append(appendText(b, "reason", r.Reason), '}')
	}
	c.Out = append(b, "]}}"...)
}

// step is one action of a batch, and the index that it is for.
type step struct {
	index  string
	action objects.Action
}

// readBatch reads a batch whole before anything of it is done; index is the
// path's, "" where each action names its own.
func (d *Door) readBatch(c *Call, index string) (steps []step, err error) {
	body, err := whole(c.Body)
	if err != nil {
		return nil, err
	}
	found := false
	err = members(body, func(name string, value jsontext.Value) error {
		if name != "requests" {
			return nil
		}
		found = true
		return elements(name, value, func(i int, request jsontext.Value) error {
			s, err := d.readStep(request, index)
			if err == nil && (i == 0 || s.index != steps[i-1].index) {
				err = c.allowed(s.index)
			}
			if err != nil {
				return atPosition(err, i)
			}
			steps = append(steps, s)
			return nil
		})
	})
	if err == nil && !found {
		err = mission.Errorf(mission.Invalid, "requests is missing: an array of actions")
	}
	return steps, err
}

// atPosition says which of several was refused.
func atPosition(err error, i int) error {
	e := mission.AsError(err)
	if e == nil {
		return err
	}
	return mission.Errorf(e.Kind, "%s (position %d)", e.Detail, i)
}

// readStep reads one action of a batch.
func (d *Door) readStep(request jsontext.Value, index string) (s step, err error) {
	var kind, id string
	var body []byte
	if request.Kind() != '{' {
		return s, mission.Errorf(mission.Invalid, "requests should be an array of objects")
	}
	err = members(request, func(name string, value jsontext.Value) (err error) {
		switch name {
		case "action":
			kind, err = stringOf(name, value)
		case "indexName":
			if index == "" {
				s.index, err = stringOf(name, value)
			}
		case "objectID": // beside the body, as very old clients write it
			id, err = stringOf(name, value)
		case "body":
			body = value.Clone()
		}
		return err
	})
	if err != nil {
		return s, err
	}
	if index != "" {
		s.index = index
	}
	s.action, err = objects.NewAction(kind, id, body)
	return s, err
}

// came is what came of a batch so far.
type came struct {
	ids     []string
	tasks   map[string]uint64 // tasks[index] is of its last steps
	refused []engine.RefusedRecord
}

// do does the steps of a batch in their order: neighbours of one index
// together. What was done before a step that fails stays done.
func (d *Door) do(ctx context.Context, steps []step) (came, error) {
	done := came{ids: make([]string, 0, len(steps)), tasks: map[string]uint64{}}
	for len(steps) > 0 {
		index, n := steps[0].index, 1
		for n < len(steps) && steps[n].index == index {
			n++
		}
		actions := make([]objects.Action, n)
		for i := range actions {
			actions[i] = steps[i].action
		}
		w, err := d.write(ctx, index, actions)
		if err != nil {
			return done, err
		}
		for _, id := range w.IDs {
			if id != "" { // what is about the whole index has none
				done.ids = append(done.ids, id)
			}
		}
		done.refused = append(done.refused, w.Told...)
		done.tasks[index] = w.Seq
		steps = steps[n:]
	}
	return done, nil
}

// Batch does many things to one index.
func (d *Door) Batch(ctx context.Context, c *Call) error {
	index, err := c.indexOf()
	if err != nil {
		return err
	}
	steps, err := d.readBatch(c, index)
	if err != nil {
		return err
	}
	done, err := d.do(ctx, steps)
	if err != nil {
		return err
	}
	task, ok := done.tasks[index]
	if !ok {
		task = d.records.Seq() // nothing was to be done
	}
	c.Out = strconv.AppendUint(append(c.Out, `{"taskID":`...), task, 10)
	c.batchEnd(done)
	return nil
}

// BatchMany does many things to several indexes.
func (d *Door) BatchMany(ctx context.Context, c *Call) error {
	steps, err := d.readBatch(c, "")
	if err != nil {
		return err
	}
	done, err := d.do(ctx, steps)
	if err != nil {
		return err
	}
	c.Out = append(c.Out, `{"taskID":{`...)
	first := true
	for _, s := range steps {
		task, ok := done.tasks[s.index]
		if !ok {
			continue // it is told already
		}
		delete(done.tasks, s.index)
		if !first {
			c.Out = append(c.Out, ',')
		}
		first = false
		c.Out = append(appendQuoted(c.Out, s.index), ':')
		c.Out = strconv.AppendUint(c.Out, task, 10)
	}
	c.Out = append(c.Out, '}')
	c.batchEnd(done)
	return nil
}

// batchEnd writes the ids of a batch's records and what became no mission.
func (c *Call) batchEnd(done came) {
	c.Out = append(c.Out, `,"objectIDs":[`...)
	for i, id := range done.ids {
		c.Out = appendQuoted(comma(c.Out, i), id)
	}
	c.Out = append(c.Out, "]}"...)
	c.refusals(done.refused)
}

// DeleteBy deletes what filters match. Without any it would delete everything,
// which nobody means: clear does that.
func (d *Door) DeleteBy(ctx context.Context, c *Call) error {
	index, body, err := c.indexAndBody()
	if err != nil {
		return err
	}
	a, err := d.readAsk(body, c.Restrictions)
	if err != nil {
		return err
	}
	q := a.query
	if q.Filter == nil && q.At == nil && len(q.Boxes) == 0 && len(q.Polygons) == 0 {
		return mission.Errorf(mission.Invalid, "deleteByQuery needs filters; clear deletes everything")
	}
	seq, err := d.records.DeleteObjectsBy(ctx, index, q)
	return d.done(c, seq, err, "updatedAt")
}

// Clear deletes all records of an index.
func (d *Door) Clear(ctx context.Context, c *Call) error {
	index, err := c.indexOf()
	if err != nil {
		return err
	}
	seq, err := d.records.ClearObjects(ctx, index)
	return d.done(c, seq, err, "updatedAt")
}
