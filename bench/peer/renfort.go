package peer

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"renfort/bench/world"
	"renfort/engine"
	"renfort/geo"
	"renfort/matcher"
	"renfort/mission"
)

// The names of Renfort in reports.
const (
	renfortName    = "renfort"
	renfortNoCache = "renfort, no cache"
)

// renfortPeer is Renfort's own search, in this process.
type renfortPeer struct {
	engine  *engine.Engine
	queries []query
	spent   Cost
	page    matcher.SearchPage
	noCache bool // and owns the engine
}

// renfortBatch is how many missions are submitted together.
const renfortBatch = 4096

// newRenfort makes an engine in a folder that is not there yet. It leaves the
// cache of text matches alone.
func newRenfort(ctx context.Context, k *corpus, queries []query, dir string) (*renfortPeer, error) {
	own, err := ownBytes()
	if err != nil {
		return nil, err
	}
	idle, began := heapBytes(), time.Now()
	at := world.Default().At
	e, err := engine.Open(engine.Options{Dir: dir, Policy: wordsAlone(), Clock: func() time.Time { return at }, ManualTicks: true})
	if err != nil {
		return nil, fmt.Errorf("peer: renfort: %w", err)
	}
	p := &renfortPeer{engine: e, queries: queries, noCache: true}
	if err := p.fill(ctx, k); err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.spent.Seconds = time.Since(began).Seconds()
	p.spent.MemoryBytes = max(0, heapBytes()-idle) // others may have freed some
	if p.spent.AnonBytes, err = ownBytes(); err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.spent.AnonBytes = max(0, p.spent.AnonBytes-own)
	if p.spent.DiskBytes, err = diskBytes(dir); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// cached is the same engine, its cache of text matches in use.
func (p *renfortPeer) cached() peer {
	return &renfortPeer{engine: p.engine, queries: p.queries, spent: p.spent}
}

// wordsAlone is a policy that orders by how well words match, as the others do.
func wordsAlone() *mission.Policy {
	p := mission.DefaultPolicy()
	p.Name, p.Weights = "words", mission.Weights{Text: 1}
	return p
}

// rank puts the policy in force that Renfort ships.
func (p *renfortPeer) rank(ctx context.Context) error {
	put := mission.PutPolicy{Policy: mission.DefaultPolicy()}
	if _, err := p.engine.Submit(ctx, mission.Envelope{Command: put}); err != nil {
		return fmt.Errorf("peer: renfort: %w", err)
	}
	return nil
}

// fill stores all missions, and waits until words find the last of them.
func (p *renfortPeer) fill(ctx context.Context, k *corpus) error {
	for first := 0; first < len(k.rows); first += renfortBatch {
		batch := make([]mission.Envelope, min(renfortBatch, len(k.rows)-first))
		for i := range batch {
			m, err := k.mission(first + i)
			if err != nil {
				return err
			}
			batch[i] = mission.Envelope{Command: k.put(first+i, m), Bulk: true}
		}
		_, errs := p.engine.SubmitAll(ctx, batch)
		if err := errors.Join(errs...); err != nil {
			return fmt.Errorf("peer: renfort: %w", err)
		}
	}
	// What came since the last Tick is in no tree yet.
	if err := p.engine.TickAt(world.Default().At.Add(time.Minute)); err != nil {
		return fmt.Errorf("peer: renfort: %w", err)
	}
	for {
		err := p.engine.AwaitText(ctx, p.engine.Seq())
		switch kind := mission.KindOf(err); {
		case err == nil:
			return nil
		case ctx.Err() == nil && (kind == mission.Stale || kind == mission.Unavailable):
			// It waits for some seconds at most; so many missions may take more.
		default:
			return fmt.Errorf("peer: renfort: %w", err)
		}
	}
}

// put stores mission i with the seats that were given before.
func (k *corpus) put(i int, m *mission.Mission) mission.PutMission {
	put := mission.PutMission{Mission: m}
	if s := &k.rows[i].stand; s.seats != mission.SeatsUnknown {
		put.Left = new(s.seats - s.given)
	}
	return put
}

func (p *renfortPeer) name() string {
	if p.noCache {
		return renfortNoCache
	}
	return renfortName
}

func (p *renfortPeer) cost() Cost { return p.spent }

func (p *renfortPeer) close() error {
	if !p.noCache {
		return nil
	}
	if err := p.engine.Close(); err != nil {
		return fmt.Errorf("peer: renfort: %w", err)
	}
	return nil
}

func (p *renfortPeer) answers() ([]answer, error) { return askAll(p.queries, p.answer) }

// time collects what the engine before left behind first: it shares the
// process with Bleve.
func (p *renfortPeer) time(from, to int) ([]float64, error) {
	runtime.GC()
	return timeAll(p.queries[from:to], p.ask)
}

// ask searches, and leaves the answer in the page.
func (p *renfortPeer) ask(q *query) error {
	f := mission.Filter{Domains: q.Domains, Departments: q.Departments, Remote: q.Remotes, Closed: true}
	if q.Meters > 0 {
		f.Point, f.RadiusKm = &geo.Point{Lat: q.Lat, Lon: q.Lon}, q.Meters/1000
	}
	if err := p.engine.Intake().Filter(&f); err != nil {
		return fmt.Errorf("peer: renfort: %w", err)
	}
	r := matcher.SearchRequest{Query: q.Words, Filter: &f, Facets: q.Facets, Limit: q.Limit, NoCache: p.noCache}
	switch q.Sort {
	case sortDistance:
		r.Sort = matcher.ByDistance
	case sortNewest:
		r.Sort = matcher.ByNewest
	}
	if err := p.engine.Search(&r, &p.page); err != nil {
		return fmt.Errorf("peer: renfort: %w", err)
	}
	return nil
}

// answer is ask in the form that can be compared.
func (p *renfortPeer) answer(q *query) (answer, error) {
	if err := p.ask(q); err != nil {
		return answer{}, err
	}
	a := answer{Total: p.page.Total, Missions: make([]int, len(p.page.Hits)), Facets: map[string]map[string]int{}}
	for i := range p.page.Hits {
		n, err := numberOf(p.page.Hits[i].ID)
		if err != nil {
			return a, err
		}
		a.Missions[i] = n
	}
	for _, f := range p.page.Facets {
		counts := make(map[string]int, len(f.Values))
		for _, v := range f.Values {
			counts[v.Value] = v.Count
		}
		a.Facets[f.Name] = counts
	}
	return a, nil
}
