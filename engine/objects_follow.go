package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"sync"

	"renfort/feed/record"
	"renfort/mission"
	"renfort/objects"
)

// objectsPage is how many records are read from the store at once.
const objectsPage = 2_048

// queueBytesMax is how much may be durable and not yet searchable before
// writers wait.
const queueBytesMax = 128 << 20

// openObjects readies the indexes for the first commit.
func (e *Engine) openObjects(o Options) {
	r := &e.rooms
	r.mapping, r.missions = o.Mapping, map[string]bool{}
	if r.mapping == nil {
		r.mapping = record.Default()
	}
	for _, name := range o.MissionIndexes {
		r.missions[name] = true
	}
	r.links, r.lanes = map[mission.ID]link{}, map[string]*sync.Mutex{}
	r.wake, r.watch.moved = make(chan struct{}, 1), make(chan struct{})
	r.now.Store(&map[string]*room{})
}

// loadObjects derives every index from the store, before anything is written.
func (e *Engine) loadObjects() error {
	puts, err := e.store.ObjectIndexes()
	if err != nil {
		return fmt.Errorf("objects: %w", err)
	}
	all := map[string]*room{}
	for _, put := range puts {
		r, err := newRoom(put, e.rooms.missions[put.Name])
		if err != nil {
			return fmt.Errorf("objects: index %q: %w", put.Name, err)
		}
		if err := e.fillRoom(r); err != nil {
			return fmt.Errorf("objects: index %q: %w", put.Name, err)
		}
		all[put.Name] = r
	}
	e.rooms.now.Store(&all)
	e.relate(all)
	e.rooms.applied.Store(e.store.Seq())
	return nil
}

// newRoom makes an index without records.
func newRoom(put mission.ObjectIndex, missions bool) (*room, error) {
	r := &room{put: put}
	if err := r.read(missions); err != nil {
		return nil, err
	}
	r.index = objects.New(r.settings, r.synonyms)
	return r, nil
}

// read makes settings and synonyms of what was put, with the defaults of an
// index of missions or of any other.
func (r *room) read(missions bool) (err error) {
	if r.settings, err = objects.DecodeSettings(r.put.Settings, missions); err != nil {
		return err
	}
	r.synonyms = nil
	if len(r.put.Synonyms) > 0 {
		return json.Unmarshal(r.put.Synonyms, &r.synonyms)
	}
	return nil
}

// fillRoom puts the store's records into an index.
func (e *Engine) fillRoom(r *room) error {
	var failed error
	r.index.Reset(e.linked(r.put.Name, e.records(r.put.Name, &failed)))
	return failed
}

// records walks the records of an index as the store has them; failed is set
// where it cannot go on.
func (e *Engine) records(index string, failed *error) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		after := ""
		for {
			page, _, err := e.store.Objects(index, after, objectsPage)
			if mission.KindOf(err) == mission.NotFound {
				return // an index that is not there has no records
			}
			if err != nil {
				*failed = err
				return
			}
			for i := range page {
				if !yield(page[i].ID, page[i].JSON) {
					return
				}
			}
			if len(page) == 0 {
				return
			}
			after = page[len(page)-1].ID
		}
	}
}

// linked makes objects of records, with the missions that they describe.
func (e *Engine) linked(index string, all iter.Seq2[string, []byte]) iter.Seq[objects.Object] {
	return func(yield func(objects.Object) bool) {
		for id, text := range all {
			if !yield(e.object(index, id, text)) {
				return
			}
		}
	}
}

// object makes an object of a record and remembers the mission that it
// describes.
func (e *Engine) object(index, id string, text []byte) objects.Object {
	o := objects.Object{ID: id, JSON: text, Mission: objects.NoMission}
	if !e.rooms.missions[index] {
		return o
	}
	if m, ok := e.rooms.mapping.MissionID(id); ok {
		if n, found := e.index.Snapshot().Mission(m); found {
			o.Mission = n
		}
		e.rooms.links[m] = link{index, id, o.Mission}
	}
	return o
}

// markObjects notes what of a commit concerns free records. It never waits.
func (e *Engine) markObjects(changes []mission.Change) {
	r := &e.rooms
	r.mu.Lock()
	idle := len(r.queue) == 0
	for i := range changes {
		c := &changes[i]
		r.seen = max(r.seen, c.Seq)
		if c.Objects != nil || c.Kind == mission.MissionPut && len(r.missions) > 0 {
			r.queue = append(r.queue, *c)
			r.bytes += changeBytes(c)
		}
	}
	if seen := r.seen; idle && len(r.queue) == 0 && r.applied.Load() < seen && e.opened.Load() {
		r.applied.Store(seen) // nothing of it concerns the follower, which sleeps
	}
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func changeBytes(c *mission.Change) int {
	n := 0
	if c.Objects != nil {
		for i := range c.Objects.Writes {
			n += len(c.Objects.Writes[i].JSON)
		}
	}
	return n
}

// followObjects takes what was committed into the indexes, in its order.
func (e *Engine) followObjects(ctx context.Context) {
	r := &e.rooms
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		}
		for ctx.Err() == nil && e.followSome() {
		}
	}
}

// followSome takes what waits, and says whether there was anything. The queue
// keeps what is being taken until it is searchable, so that who looks at its
// length sees what is still to come.
func (e *Engine) followSome() bool {
	r := &e.rooms
	r.mu.Lock()
	batch, seen := r.queue, r.seen
	r.mu.Unlock()
	for i := 0; i < len(batch); {
		n := runOfWrites(batch[i:])
		e.takeChanges(batch[i : i+n])
		i += n
	}
	taken := 0
	for i := range batch {
		taken += changeBytes(&batch[i])
	}
	r.mu.Lock()
	r.queue = append([]mission.Change(nil), r.queue[len(batch):]...)
	r.bytes -= taken
	r.applied.Store(max(r.applied.Load(), seen))
	r.mu.Unlock()
	r.watch.tell()
	return len(batch) > 0
}

// runOfWrites is how many changes from the first on are writes to one index:
// they make one batch.
func runOfWrites(changes []mission.Change) int {
	if changes[0].Kind != mission.ObjectsWritten {
		return 1
	}
	n := 1
	for n < len(changes) && changes[n].Kind == mission.ObjectsWritten && changes[n].Objects.Index == changes[0].Objects.Index && changes[n].Objects.Put == nil {
		n++
	}
	return n
}

// takeChanges takes writes to one index, or one other change.
func (e *Engine) takeChanges(changes []mission.Change) {
	c := &changes[0]
	switch c.Kind {
	case mission.MissionPut:
		e.relink(c.MissionID, uint32(c.MissionOrdinal))
	case mission.ObjectsWritten:
		e.takeWrites(changes)
	case mission.ObjectIndexPut:
		e.takeIndex(c.Objects.Put)
	case mission.ObjectsCleared:
		if r := (*e.rooms.now.Load())[c.Objects.Index]; r != nil {
			r.index.Reset(func(func(objects.Object) bool) {})
		}
	case mission.ObjectsDropped:
		e.exchange(func(all map[string]*room) { delete(all, c.Objects.Index) })
	case mission.ObjectsMoved:
		e.takeMove(c.Objects)
	}
}

// relink makes a record describe its mission again where that has another
// ordinal than before: it was deleted and put anew.
func (e *Engine) relink(id mission.ID, ordinal uint32) {
	l, ok := e.rooms.links[id]
	if !ok || l.ordinal == ordinal {
		return
	}
	r := (*e.rooms.now.Load())[l.index]
	if r == nil {
		return
	}
	if o, found := r.index.Snapshot().Object(l.id); found {
		r.index.Apply([]objects.Object{{ID: o.ID, JSON: o.JSON, Mission: ordinal}}, nil)
		e.rooms.links[id] = link{l.index, l.id, ordinal}
	}
}

// takeWrites puts and deletes records, the last write of each id.
func (e *Engine) takeWrites(changes []mission.Change) {
	index := changes[0].Objects.Index
	if put := changes[0].Objects.Put; put != nil {
		e.takeIndex(put)
	}
	r := (*e.rooms.now.Load())[index]
	if r == nil {
		return
	}
	last := map[string][]byte{}
	var order []string
	for i := range changes {
		for _, w := range changes[i].Objects.Writes {
			if _, known := last[w.ID]; !known {
				order = append(order, w.ID)
			}
			last[w.ID] = w.JSON
		}
	}
	var puts []objects.Object
	var deletes []string
	for _, id := range order {
		if text := last[id]; text != nil {
			puts = append(puts, e.object(index, id, text))
		} else {
			deletes = append(deletes, id)
		}
	}
	r.index.Apply(puts, deletes)
}

// takeIndex takes settings and synonyms, of a new index or of one that is
// there.
func (e *Engine) takeIndex(put *mission.ObjectIndex) {
	next := &room{put: *put}
	if err := next.read(e.rooms.missions[put.Name]); err != nil {
		return // the door has read both: what it did not understand was refused
	}
	old := (*e.rooms.now.Load())[put.Name]
	if old != nil {
		next.index = old.index
		if !bytes.Equal(old.put.Settings, put.Settings) || !bytes.Equal(old.put.Synonyms, put.Synonyms) {
			next.index.Configure(next.settings, next.synonyms)
		}
	} else {
		next.index = objects.New(next.settings, next.synonyms)
	}
	e.exchange(func(all map[string]*room) { all[put.Name] = next })
}

// takeMove gives an index another name. Where records become missions, or cease
// to be, each is linked anew before anybody sees it under the name.
func (e *Engine) takeMove(c *mission.ObjectChange) {
	r := (*e.rooms.now.Load())[c.Index]
	if r == nil {
		return
	}
	moved := &room{put: r.put, settings: r.settings, synonyms: r.synonyms, index: r.index}
	moved.put.Name = c.To
	_ = moved.read(e.rooms.missions[c.To]) // it was read before
	moved.index.Configure(moved.settings, moved.synonyms)
	if e.rooms.missions[c.To] || e.rooms.missions[c.Index] {
		moved.index = objects.New(moved.settings, moved.synonyms)
		snapshot := r.index.Snapshot()
		moved.index.Reset(e.linked(c.To, func(yield func(string, []byte) bool) {
			for id := range snapshot.Matching(&objects.Query{PerPage: -1, Length: -1}, nil) {
				if o, ok := snapshot.Object(id); ok && !yield(o.ID, o.JSON) {
					return
				}
			}
		}))
	}
	e.exchange(func(all map[string]*room) {
		delete(all, c.Index)
		all[c.To] = moved
	})
}

// exchange publishes another map of indexes.
func (e *Engine) exchange(change func(map[string]*room)) {
	all := maps.Clone(*e.rooms.now.Load())
	change(all)
	e.relate(all)
	e.rooms.now.Store(&all)
}

// relate tells every replica its primary. Rooms that readers have are not
// changed but replaced.
func (e *Engine) relate(all map[string]*room) {
	primaries := map[string]string{}
	for name, r := range all {
		for _, replica := range replicaNames(r.settings.Replicas) {
			primaries[replica] = name
		}
	}
	for name, r := range all {
		if p := primaries[name]; p != r.primary {
			next := *r
			if next.primary = p; p != "" {
				_ = next.read(e.rooms.missions[p]) // it was read before
			}
			all[name] = &next
		}
	}
}
