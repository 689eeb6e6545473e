package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"renfort/feed/record"
	"renfort/mission"
	"renfort/objects"
)

// rooms are the indexes of free records, by name, and what follows the store
// into them. Readers take the map as it is; the follower alone replaces it.
type rooms struct {
	mapping  *record.Mapping
	missions map[string]bool // names of the indexes whose records are missions

	now   atomic.Pointer[map[string]*room]
	links map[mission.ID]link // of the follower: which record describes a mission

	lanesMu sync.Mutex
	lanes   map[string]*sync.Mutex // one writer an index

	mu         sync.Mutex
	queue      []mission.Change
	bytes      int // of the records in queue
	seen       uint64
	wake       chan struct{}
	applied    atomic.Uint64 // searchable up to this Seq
	noMissions atomic.Uint64 // records that could not become missions
	watch      watch
}

// room is one index. Its fields are replaced with it, but for what Index keeps.
type room struct {
	put      mission.ObjectIndex
	settings *objects.Settings
	synonyms []objects.Synonym
	index    *objects.Index
	primary  string // the index whose records it shows: of a replica
}

// link is the record that describes a mission.
type link struct {
	index, id string
	ordinal   uint32
}

// ObjectIndexInfo is what is told of an index.
type ObjectIndexInfo struct {
	Name     string
	Entries  int
	Bytes    int64
	Created  time.Time
	Updated  time.Time
	Primary  string // of a replica
	Replicas []string
	Missions bool // its records are missions
	Pending  int  // writes that are durable and not searchable yet
}

// noIndex answers for an index that is not there, in the words that clients
// know.
func noIndex(name string) error {
	return mission.Errorf(mission.NotFound, "Index %s does not exist", name)
}

// room gives an index by name.
func (e *Engine) room(name string) (*room, error) {
	if r := (*e.rooms.now.Load())[name]; r != nil {
		return r, nil
	}
	return nil, noIndex(name)
}

// view gives the records of an index under its own settings: a replica's are
// its primary's.
func (e *Engine) view(name string) (*room, *objects.Snapshot, error) {
	r, err := e.room(name)
	if err != nil {
		return nil, nil, err
	}
	if r.primary != "" {
		if p, err := e.room(r.primary); err == nil {
			return r, p.index.Snapshot().With(r.settings, r.synonyms), nil
		}
	}
	return r, r.index.Snapshot(), nil
}

// ObjectIndexes lists the indexes by name.
func (e *Engine) ObjectIndexes() []ObjectIndexInfo {
	all := *e.rooms.now.Load()
	infos := make([]ObjectIndexInfo, 0, len(all))
	pending := map[string]int{}
	e.rooms.mu.Lock()
	for i := range e.rooms.queue {
		if o := e.rooms.queue[i].Objects; o != nil {
			pending[o.Index]++
		}
	}
	e.rooms.mu.Unlock()
	for name, r := range all {
		_, s, err := e.view(name)
		if err != nil {
			continue // it was dropped meanwhile
		}
		put := r.put // of when it was made or how it is searched was changed
		if written, err := e.store.ObjectIndex(name); err == nil {
			put = written
		}
		infos = append(infos, ObjectIndexInfo{Name: name, Entries: s.Len(), Bytes: s.Bytes(),
			Created: time.Unix(put.Created, 0).UTC(), Updated: time.Unix(put.Updated, 0).UTC(),
			Primary: r.primary, Replicas: replicaNames(r.settings.Replicas), Missions: e.rooms.missions[name], Pending: pending[name]})
	}
	slices.SortFunc(infos, func(a, b ObjectIndexInfo) int { return strings.Compare(a.Name, b.Name) })
	return infos
}

// replicaNames takes "virtual(name)" for name.
func replicaNames(replicas []string) []string {
	names := make([]string, len(replicas))
	for i, n := range replicas {
		names[i], _ = objects.ReplicaName(n)
	}
	return names
}

// SearchObjects answers a query over an index's records, with the seats of this
// instant where they are missions. It answers NotFound for an index that is not
// there.
func (e *Engine) SearchObjects(_ context.Context, index string, q *objects.Query) (*objects.Result, error) {
	_, s, err := e.view(index)
	if err != nil {
		return nil, err
	}
	return s.Search(q, e.live(index))
}

// SearchObjectFacet looks for values of one facet among the records that match
// a query.
func (e *Engine) SearchObjectFacet(_ context.Context, index string, q *objects.Query, f objects.FacetQuery) (*objects.FacetHits, error) {
	_, s, err := e.view(index)
	if err != nil {
		return nil, err
	}
	return s.Facet(q, f, e.live(index))
}

// BrowseObjects walks everything that matches, page by page; cursor "" begins.
func (e *Engine) BrowseObjects(_ context.Context, index string, q *objects.Query, cursor string) (*objects.BrowsePage, error) {
	_, s, err := e.view(index)
	if err != nil {
		return nil, err
	}
	return s.Browse(q, e.live(index), cursor)
}

// GetObject gives a record, or the attributes of it that are asked for. It
// answers NotFound in the words that clients know.
func (e *Engine) GetObject(index, id string, retrieve []string) ([]byte, error) {
	r, s, err := e.view(index)
	if err != nil {
		return nil, err
	}
	o, ok := s.Object(id)
	if !ok {
		return nil, mission.Errorf(mission.NotFound, "ObjectID does not exist")
	}
	return objects.Retrieve(o.JSON, retrieve, r.settings.Unretrievable, e.live(index), o.Mission), nil
}

// ObjectSettings gives how an index is searched, as the last write left it, with
// every default filled in.
func (e *Engine) ObjectSettings(index string) ([]byte, error) {
	put, err := e.thereIndex(index)
	if err != nil {
		return nil, err
	}
	primary := e.primaryOf(index)
	missions := e.rooms.missions[primary]
	if primary == index {
		primary = ""
	}
	return objects.AnswerSettings(put.Settings, missions, primary)
}

// ObjectSynonyms gives the synonyms of an index, as the last write left them:
// whoever adds one must see the one before.
func (e *Engine) ObjectSynonyms(index string) (list []objects.Synonym, err error) {
	put, err := e.thereIndex(index)
	if err != nil || len(put.Synonyms) == 0 {
		return nil, err
	}
	if err := json.Unmarshal(put.Synonyms, &list); err != nil {
		return nil, fmt.Errorf("engine: synonyms of an index: %w", err)
	}
	return list, nil
}

// thereIndex gives an index as the store has it, NotFound in the words that
// clients know.
func (e *Engine) thereIndex(name string) (mission.ObjectIndex, error) {
	put, err := e.store.ObjectIndex(name)
	if mission.KindOf(err) == mission.NotFound {
		return put, noIndex(name)
	}
	return put, err
}

// MissionIndex says whether an index's records are missions, and whose they may
// be. Those of a replica are its primary's.
func (e *Engine) MissionIndex(index string) (publishers []string, ok bool) {
	if !e.rooms.missions[e.primaryOf(index)] {
		return nil, false
	}
	for _, rule := range e.rooms.mapping.IDs {
		if !slices.Contains(publishers, rule.Publisher) {
			publishers = append(publishers, rule.Publisher)
		}
	}
	return publishers, true
}

// ObjectsApplied says whether everything written up to a Seq is searchable.
func (e *Engine) ObjectsApplied(seq uint64) bool { return e.rooms.applied.Load() >= seq }

// AwaitObjects returns once everything written up to a Seq is searchable. It
// answers Stale after WaitSecondsMax, or when ctx is done.
func (e *Engine) AwaitObjects(ctx context.Context, seq uint64) error {
	return await(ctx, &e.rooms.watch, e.rooms.applied.Load, seq)
}
