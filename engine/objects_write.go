package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"renfort/mission"
	"renfort/objects"
)

// ObjectsWritten is what became of a batch of actions.
type ObjectsWritten struct {
	Seq  uint64
	IDs  []string        // IDs[i] is the id of action i, "" where it has none
	Told []RefusedRecord // no missions, then missions without a part of their record
}

// recordsTold is what there is to tell of the records of a batch.
type recordsTold struct {
	Seq     uint64
	Refused []RefusedRecord // stored and searchable, but no missions
	Dropped []RefusedRecord // missions, without a part that could not be read
}

// RefusedRecord is a record of an index of missions that could not be, or not
// wholly, made a mission.
type RefusedRecord struct {
	ID     string
	Reason string
}

// toldMax bounds how many records one answer tells of.
const toldMax = 1_000

// chunkBytesMax is how much of records one command carries: less than a batch
// of the store holds.
const chunkBytesMax = 1 << 20

// lane is for one writer of an index at a time: what a patch has read must
// still be so when it is written.
func (e *Engine) lane(index string) *sync.Mutex {
	r := &e.rooms
	r.lanesMu.Lock()
	defer r.lanesMu.Unlock()
	if r.lanes[index] == nil {
		r.lanes[index] = new(sync.Mutex)
	}
	return r.lanes[index]
}

// lanesOf locks several indexes, always in the same order.
func (e *Engine) lanesOf(names ...string) (unlock func()) {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	for _, n := range names {
		e.lane(n).Lock()
	}
	return func() {
		for _, n := range names {
			e.lane(n).Unlock()
		}
	}
}

func (e *Engine) writeObjects(ctx context.Context, index string, actions []objects.Action) (recordsTold, error) {
	defer e.lanesOf(index)()
	if err := e.writable(ctx, index); err != nil {
		return recordsTold{}, err
	}
	w := &objectWriter{engine: e, ctx: ctx, index: index}
	for i := range actions {
		if err := w.act(&actions[i]); err != nil {
			// Where the store fails too, that goes first: nothing is known then
			// of what came before the action.
			if failed := w.flush(); failed != nil {
				return w.written, failed
			}
			return w.written, fmt.Errorf("action %d: %w", i, err)
		}
	}
	return w.written, w.flush()
}

// writable refuses writes to a replica, and makes writers wait for the index.
func (e *Engine) writable(ctx context.Context, index string) error {
	if r := (*e.rooms.now.Load())[index]; r != nil && r.primary != "" {
		return mission.Errorf(mission.Invalid, "Index %s is a replica of %s: write to that one", index, r.primary)
	}
	r := &e.rooms
	for {
		moved := r.watch.next()
		r.mu.Lock()
		full := r.bytes > queueBytesMax
		r.mu.Unlock()
		if !full {
			return nil
		}
		r.watch.waiting.Add(1)
		select {
		case <-moved:
			r.watch.waiting.Add(-1)
		case <-ctx.Done():
			r.watch.waiting.Add(-1)
			return mission.Errorf(mission.Overloaded, "too much is written and not searchable yet")
		}
	}
}

// objectWriter collects what actions make of records into commands.
type objectWriter struct {
	engine  *Engine
	ctx     context.Context
	index   string
	written recordsTold

	writes []mission.ObjectWrite
	at     map[string]int // at[id] is its place in writes
	bytes  int
}

// act does one action. Whether a batch does what it did twice is seen in
// writes: a patch applies to what came before it.
func (w *objectWriter) act(a *objects.Action) error {
	if a.Kind.OfIndex() {
		if err := w.flush(); err != nil {
			return err
		}
		return w.sweep(a.Kind == objects.DeleteIndex)
	}
	id := a.ID
	current, version, err := w.current(id)
	if err != nil {
		return err
	}
	next, changed, err := a.Apply(current)
	if err != nil {
		return err
	}
	if !changed {
		return nil
	}
	write := mission.ObjectWrite{ID: id, JSON: next}
	if a.Kind == objects.PartialUpdate || a.Kind == objects.PartialUpdateNoCreate {
		write.IfVersion = version
	}
	return w.add(write)
}

// current gives what a patch applies to, and the version that it must still
// have when it is written: nil where that is in this very batch.
func (w *objectWriter) current(id string) (text []byte, version *uint64, err error) {
	if i, ok := w.at[id]; ok {
		return w.writes[i].JSON, w.writes[i].IfVersion, nil
	}
	text, at, _, err := w.engine.store.Object(w.index, id)
	return text, &at, err
}

func (w *objectWriter) add(write mission.ObjectWrite) error {
	if i, ok := w.at[write.ID]; ok {
		w.bytes += len(write.JSON) - len(w.writes[i].JSON)
		w.writes[i] = write
		return nil
	}
	if len(w.writes) == mission.ObjectBatchMax || w.bytes+len(write.JSON) > chunkBytesMax && len(w.writes) > 0 {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if w.at == nil {
		w.at = map[string]int{}
	}
	w.at[write.ID] = len(w.writes)
	w.writes = append(w.writes, write)
	w.bytes += len(write.JSON)
	return nil
}

// flush writes what was collected: missions first, so that each record finds
// its own.
func (w *objectWriter) flush() error {
	if len(w.writes) == 0 {
		return nil
	}
	writes := w.writes
	w.writes, w.at, w.bytes = nil, nil, 0
	if w.engine.rooms.missions[w.index] {
		if err := w.missions(writes); err != nil {
			return err
		}
	}
	res, err := w.engine.Submit(w.ctx, mission.Envelope{Command: mission.WriteObjects{Index: w.index, Writes: writes}, Bulk: true})
	if mission.KindOf(err) == mission.PreconditionFailed {
		return mission.Errorf(mission.Unavailable, "a record was written by somebody else meanwhile; send the patch again")
	}
	if err != nil {
		return err
	}
	w.written.Seq = res.Seq
	return nil
}

// missions puts the missions that records describe, and withdraws those whose
// records go. A record that is no mission leaves the mission that it was.
func (w *objectWriter) missions(writes []mission.ObjectWrite) error {
	var commands []mission.Envelope
	var ids []string
	for _, write := range writes {
		c, ok := w.engine.missionOf(write.ID, write.JSON, &w.written)
		if ok {
			commands, ids = append(commands, mission.Envelope{Command: c, Bulk: true}), append(ids, write.ID)
		}
	}
	_, errs := w.engine.SubmitAll(w.ctx, commands)
	for i, err := range errs {
		switch e := mission.AsError(err); {
		case err == nil:
		case e != nil && e.Kind == mission.NotFound: // of a record that never was a mission
		case e != nil && (e.Kind == mission.Conflict || e.Kind == mission.Invalid):
			w.engine.refuse(&w.written, ids[i], e.Error())
		default:
			return err
		}
	}
	return nil
}

// missionOf makes the command that a record asks for. ok is false where there
// is none: its id is no mission's, or it is not one that can be.
func (e *Engine) missionOf(id string, text []byte, told *recordsTold) (mission.Command, bool) {
	m, ok := e.rooms.mapping.MissionID(id)
	if !ok {
		if text != nil {
			e.refuse(told, id, "its id is no mission's by the mapping")
		}
		return nil, false
	}
	if text == nil {
		return mission.WithdrawMission{ID: m}, true
	}
	draft, err := e.rooms.mapping.Mission(text, e.Intake().Taxonomy)
	if err == nil {
		err = e.Intake().Mission(draft.Mission)
	}
	if err != nil {
		e.refuse(told, id, err.Error())
		return nil, false
	}
	for _, d := range draft.Dropped {
		if len(told.Dropped) < toldMax {
			told.Dropped = append(told.Dropped, RefusedRecord{id, d})
		}
	}
	return mission.PutMission{Mission: draft.Mission, Left: draft.Left, KeepTaken: true}, true
}

// refuse tells of a record that is no mission.
func (e *Engine) refuse(told *recordsTold, id, reason string) {
	e.rooms.noMissions.Add(1)
	if len(told.Refused) < toldMax {
		told.Refused = append(told.Refused, RefusedRecord{id, reason})
	}
}

// NoMissions counts the records of indexes of missions that could not become
// missions, since the start.
func (e *Engine) NoMissions() uint64 { return e.rooms.noMissions.Load() }

// sweep clears or drops the index of the writer.
func (w *objectWriter) sweep(drop bool) error {
	if err := w.engine.withdrawAll(w.ctx, w.index, nil); err != nil {
		return err
	}
	var c mission.Command = mission.ClearObjects{Index: w.index}
	if drop {
		c = mission.DropObjects{Index: w.index}
	}
	res, err := w.engine.Submit(w.ctx, mission.Envelope{Command: c, Bulk: true})
	if mission.KindOf(err) == mission.NotFound {
		return nil // there is nothing to clear
	}
	if err == nil {
		w.written.Seq = res.Seq
	}
	return err
}

// withdrawAll withdraws the missions of an index's records, but for those that
// stay.
func (e *Engine) withdrawAll(ctx context.Context, index string, stay map[mission.ID]bool) error {
	if !e.rooms.missions[index] {
		return nil
	}
	var failed error
	var commands []mission.Envelope
	for id := range e.records(index, &failed) {
		if m, ok := e.rooms.mapping.MissionID(id); ok && !stay[m] {
			commands = append(commands, mission.Envelope{Command: mission.WithdrawMission{ID: m}, Bulk: true})
		}
	}
	if failed != nil {
		return failed
	}
	_, errs := e.SubmitAll(ctx, commands)
	for _, err := range errs {
		if err != nil && mission.KindOf(err) != mission.NotFound {
			return err
		}
	}
	return nil
}
