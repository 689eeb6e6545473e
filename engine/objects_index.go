package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"renfort/mission"
	"renfort/objects"
)

// What CopyObjectIndex may be told to copy; nothing said is everything.
const (
	ScopeSettings = "settings"
	ScopeSynonyms = "synonyms"
	ScopeRules    = "rules" // there are none
)

func (e *Engine) deleteObjectsBy(ctx context.Context, index string, q *objects.Query) (uint64, error) {
	defer e.lanesOf(index)()
	if err := e.writable(ctx, index); err != nil {
		return 0, err
	}
	if err := e.settle(ctx); err != nil {
		return 0, err
	}
	_, s, err := e.view(index)
	if err != nil {
		return 0, err
	}
	w := &objectWriter{engine: e, ctx: ctx, index: index}
	for id := range s.Matching(q, e.live(index)) {
		if err := w.add(mission.ObjectWrite{ID: id}); err != nil {
			return 0, err
		}
	}
	err = w.flush()
	return max(w.written.Seq, e.Seq()), err
}

// settle waits until everything that is durable is searchable.
func (e *Engine) settle(ctx context.Context) error { return e.AwaitObjects(ctx, e.Seq()) }

// sweepIndex clears or drops an index.
func (e *Engine) sweepIndex(ctx context.Context, index string, drop bool) (uint64, error) {
	defer e.lanesOf(index)()
	if err := e.writable(ctx, index); err != nil {
		return 0, err
	}
	w := &objectWriter{engine: e, ctx: ctx, index: index}
	err := w.sweep(drop)
	return max(w.written.Seq, e.Seq()), err
}

// PutObjectSettings merges settings into those of an index, which is made if it
// is not there: null gives a setting its default back. With forward the same is
// done to its replicas. Replicas that are new begin with the index's settings.
func (e *Engine) PutObjectSettings(ctx context.Context, index string, patch []byte, forward bool) (uint64, error) {
	defer e.lanesOf(index)()
	stored, err := e.storedIndex(index)
	if err != nil {
		return 0, err
	}
	merged, err := objects.MergeSettings(stored.Settings, patch)
	if err != nil {
		return 0, err
	}
	settings, err := objects.DecodeSettings(merged, e.rooms.missions[index])
	if err != nil {
		return 0, err
	}
	commands := []mission.Envelope{{Command: mission.PutObjectIndex{Index: index, Settings: merged}}}
	for _, replica := range replicaNames(settings.Replicas) {
		c, err := e.replicaSettings(replica, merged, patch, forward)
		if err != nil {
			return 0, err
		}
		if c != nil {
			commands = append(commands, mission.Envelope{Command: *c})
		}
	}
	return e.submitIndex(ctx, commands)
}

// replicaSettings gives what a replica is searched by from now on, nil where
// that stays.
func (e *Engine) replicaSettings(replica string, primary, patch []byte, forward bool) (*mission.PutObjectIndex, error) {
	old, err := e.storedIndex(replica)
	if err != nil {
		return nil, err
	}
	var next []byte
	switch {
	case old.Created == 0:
		next, err = objects.MergeSettings(primary, []byte(`{"replicas":null}`))
	case forward:
		if next, err = objects.MergeSettings(old.Settings, patch); err == nil {
			next, err = objects.MergeSettings(next, []byte(`{"replicas":null}`))
		}
	default:
		return nil, nil
	}
	return &mission.PutObjectIndex{Index: replica, Settings: next}, err
}

// storedIndex gives an index as the store has it, an empty one where it is not
// there.
func (e *Engine) storedIndex(name string) (mission.ObjectIndex, error) {
	put, err := e.store.ObjectIndex(name)
	if mission.KindOf(err) == mission.NotFound {
		return mission.ObjectIndex{Name: name}, nil
	}
	return put, err
}

// submitIndex submits commands in their order and gives the last Seq.
func (e *Engine) submitIndex(ctx context.Context, commands []mission.Envelope) (uint64, error) {
	results, errs := e.SubmitAll(ctx, commands)
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return results[len(results)-1].Seq, nil
}

// PutObjectSynonyms replaces the synonyms of an index, which is made if it is
// not there.
func (e *Engine) PutObjectSynonyms(ctx context.Context, index string, list []objects.Synonym) (uint64, error) {
	defer e.lanesOf(index)()
	if list == nil {
		list = []objects.Synonym{}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return 0, fmt.Errorf("engine: synonyms: %w", err)
	}
	return e.submitIndex(ctx, []mission.Envelope{{Command: mission.PutObjectIndex{Index: index, Synonyms: text}}})
}

func (e *Engine) copyIndex(ctx context.Context, from, to string, scope []string) (uint64, error) {
	if from == to {
		return 0, mission.Errorf(mission.Invalid, "an index cannot be copied onto itself")
	}
	defer e.lanesOf(from, to)()
	source, err := e.storedIndex(from)
	if err != nil {
		return 0, err
	}
	if len(scope) > 0 {
		return e.copySettings(ctx, source, to, scope)
	}
	if err := e.writable(ctx, to); err != nil {
		return 0, err
	}
	// The copy is made beside and moved when it is whole: nobody sees half.
	beside := to + ".copy." + e.NewID("")
	if _, err := e.copySettings(ctx, source, beside, []string{ScopeSettings, ScopeSynonyms}); err != nil {
		return 0, err
	}
	w := &objectWriter{engine: e, ctx: ctx, index: beside}
	var failed error
	for id, text := range e.records(from, &failed) {
		if err := w.add(mission.ObjectWrite{ID: id, JSON: text}); err != nil {
			return 0, err
		}
	}
	if failed != nil {
		return 0, failed
	}
	if err := w.flush(); err != nil {
		return 0, err
	}
	return e.move(ctx, beside, to)
}

// copySettings copies what a scope names. An index that is not there has
// defaults, and its copy has them too.
func (e *Engine) copySettings(ctx context.Context, source mission.ObjectIndex, to string, scope []string) (uint64, error) {
	put := mission.PutObjectIndex{Index: to}
	for _, s := range scope {
		switch s {
		case ScopeSettings:
			own, err := e.storedIndex(to)
			if err != nil {
				return 0, err
			}
			if put.Settings, err = withReplicasOf(source.Settings, own.Settings); err != nil {
				return 0, err
			}
		case ScopeSynonyms:
			if put.Synonyms = source.Synonyms; put.Synonyms == nil {
				put.Synonyms = json.RawMessage("[]")
			}
		case ScopeRules:
		default:
			return 0, mission.Errorf(mission.Invalid, "scope %q is not one of settings, synonyms, rules", s)
		}
	}
	return e.submitIndex(ctx, []mission.Envelope{{Command: put}})
}

// withReplicasOf gives settings with the replicas that others name: which
// indexes are replicas of one does not change by a copy onto it.
func withReplicasOf(settings, others []byte) ([]byte, error) {
	var own struct {
		Replicas json.RawMessage `json:"replicas"`
	}
	if len(others) > 0 {
		if err := json.Unmarshal(others, &own); err != nil {
			return nil, fmt.Errorf("engine: settings: %w", err)
		}
	}
	if own.Replicas == nil {
		own.Replicas = json.RawMessage("null")
	}
	return objects.MergeSettings(settings, fmt.Appendf(nil, `{"replicas":%s}`, own.Replicas))
}

func (e *Engine) moveIndex(ctx context.Context, from, to string) (uint64, error) {
	if from == to {
		return 0, mission.Errorf(mission.Invalid, "an index cannot be moved onto itself")
	}
	defer e.lanesOf(from, to)()
	for _, name := range []string{from, to} {
		if err := e.writable(ctx, name); err != nil {
			return 0, err
		}
	}
	if source, err := e.storedIndex(from); err != nil || source.Created == 0 {
		return e.Seq(), err
	}
	return e.move(ctx, from, to)
}

// move does it, of lanes that are held.
func (e *Engine) move(ctx context.Context, from, to string) (uint64, error) {
	stay, err := e.adopt(ctx, from, to)
	if err != nil {
		return 0, err
	}
	if err := e.withdrawAll(ctx, to, stay); err != nil {
		return 0, err
	}
	if err := e.withdrawAll(ctx, from, stay); err != nil {
		return 0, err
	}
	source, err := e.storedIndex(from)
	if err != nil {
		return 0, err
	}
	own, err := e.storedIndex(to)
	if err != nil {
		return 0, err
	}
	settings, err := withReplicasOf(source.Settings, own.Settings)
	if err != nil {
		return 0, err
	}
	return e.submitIndex(ctx, []mission.Envelope{
		{Command: mission.MoveObjects{From: from, To: to}, Bulk: true},
		{Command: mission.PutObjectIndex{Index: to, Settings: settings}, Bulk: true}})
}

// adopt puts the missions that the records of an index will describe under the
// name of an index of missions, and gives their ids.
func (e *Engine) adopt(ctx context.Context, from, to string) (map[mission.ID]bool, error) {
	if !e.rooms.missions[to] {
		return nil, nil
	}
	stay := map[mission.ID]bool{}
	w := &objectWriter{engine: e, ctx: ctx, index: to}
	var failed error
	var writes []mission.ObjectWrite
	for id, text := range e.records(from, &failed) {
		if m, ok := e.rooms.mapping.MissionID(id); ok {
			stay[m] = true
		}
		if writes = append(writes, mission.ObjectWrite{ID: id, JSON: text}); len(writes) == mission.ObjectBatchMax {
			if err := w.missions(writes); err != nil {
				return nil, err
			}
			writes = slices.Clone(writes[:0])
		}
	}
	if failed != nil {
		return nil, failed
	}
	return stay, w.missions(writes)
}

// adoptRecords makes missions of the records that have none yet: an index that
// was plain when they were pushed.
func (e *Engine) adoptRecords(ctx context.Context) error {
	for name := range e.rooms.missions {
		r := (*e.rooms.now.Load())[name]
		if r == nil {
			continue
		}
		w := &objectWriter{engine: e, ctx: ctx, index: name}
		s := r.index.Snapshot()
		for id := range s.Matching(&objects.Query{PerPage: -1, Length: -1}, nil) {
			if o, ok := s.Object(id); ok && o.Mission == objects.NoMission {
				if err := w.add(mission.ObjectWrite{ID: id, JSON: o.JSON}); err != nil {
					return err
				}
			}
		}
		if err := w.flush(); err != nil {
			return err
		}
	}
	return nil
}
