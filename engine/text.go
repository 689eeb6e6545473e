package engine

import (
	"context"
	"path/filepath"

	"renfort/index"
	"renfort/mission"
)

// TextFolder is where the text index is, in the data directory. It is derived:
// no copy of the data needs it.
const TextFolder = "text"

// text follows the store with the text index: what is committed is noted at
// once and indexed behind.
type text struct {
	index   *index.TextIndex
	watch   watch
	stop    context.CancelFunc
	stopped chan struct{}
	orgs    map[mission.ID]*mission.Organization // while the state is read
}

// openText opens the text index; load then tells it the state.
func (e *Engine) openText(dir string) error {
	t := &text{orgs: map[mission.ID]*mission.Organization{}, stopped: make(chan struct{})}
	t.watch.moved = make(chan struct{})
	x, err := index.OpenText(filepath.Join(dir, TextFolder), index.TextOptions{
		Rows: func() uint32 { return e.index.Snapshot().Rows }, Published: t.watch.tell})
	if err != nil {
		return err
	}
	t.index = x
	e.text = t
	return nil
}

// prepareText tells the text index, when it is called, what a mission's words are by
// now. Safe for concurrent use as store.Taker wants it.
func (e *Engine) prepareText(c *mission.Change) (then func()) {
	switch {
	case e.text == nil:
	case c.Kind == mission.OrganizationPut:
		org := c.Organization
		return func() { e.text.orgs[org.ID] = org }
	case c.Kind == mission.MissionPut:
		o := uint32(c.MissionOrdinal)
		hash := index.TextOf(o, c.Mission, e.text.orgs[c.Mission.OrganizationID()], e.store.Taxonomy(), e.places).Hash()
		return func() { e.text.index.Saw(o, hash) }
	}
	return func() {}
}

// followText begins to index what differs from the state, and what will.
func (e *Engine) followText(seq uint64) error {
	e.text.orgs = nil
	if err := e.text.index.Loaded(seq); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	e.text.stop = stop
	go func() {
		defer close(e.text.stopped)
		e.text.index.Run(ctx, e.fetchText)
	}()
	return nil
}

// closeText ends the text index. What it has not indexed yet it finds again at
// the next start.
func (e *Engine) closeText() error {
	if e.text == nil {
		return nil
	}
	if e.text.stop != nil {
		e.text.stop()
		<-e.text.stopped
	}
	return e.text.index.Close()
}

// markText notes whose words may have changed. The index of columns has
// applied the changes already.
func (e *Engine) markText(changes []mission.Change) {
	var ordinals []uint32
	s := e.index.Snapshot()
	for i := range changes {
		switch c := &changes[i]; c.Kind {
		case mission.MissionPut, mission.MissionDeleted:
			ordinals = append(ordinals, uint32(c.MissionOrdinal))
		case mission.OrganizationPut:
			if n, ok := s.Dictionary.Number(index.Organization, c.Organization.ID); ok && n < s.Postings.Rows() {
				ordinals = append(ordinals, *s.Postings.At(n)...)
			}
		case mission.TaxonomyPut:
			for o := range s.Rows {
				ordinals = append(ordinals, o)
			}
		case mission.Ticked:
			e.text.index.Poke() // once a second the watermark moves, whoever waits
		}
		e.text.index.Mark(changes[i].Seq, ordinals...)
		ordinals = ordinals[:0]
	}
}

// fetchText reads the words of missions as the store has them now.
func (e *Engine) fetchText(ordinals []uint32) ([]*index.TextDoc, error) {
	s := e.index.Snapshot()
	docs := make([]*index.TextDoc, len(ordinals))
	var ids []mission.ID
	var at []int // at[j] is which of ordinals ids[j] belongs to
	for i, o := range ordinals {
		if o < s.Rows && s.Missions.At(o).Has(index.Exists) {
			ids, at = append(ids, s.Texts.At(o).ID), append(at, i)
		}
	}
	views, err := e.store.Records(ids)
	if err != nil {
		return nil, err
	}
	orgs := map[mission.ID]*mission.Organization{}
	for j := range views {
		if views[j].ID == "" {
			continue // deleted since: its change is on its way
		}
		m, err := views[j].Mission()
		if err != nil {
			return nil, err
		}
		org, err := e.textOrganization(m.OrganizationID(), orgs)
		if err != nil {
			return nil, err
		}
		docs[at[j]] = index.TextOf(ordinals[at[j]], m, org, e.store.Taxonomy(), e.places)
	}
	return docs, nil
}

// textOrganization reads an organisation, nil for none, once for many missions.
func (e *Engine) textOrganization(id mission.ID, known map[mission.ID]*mission.Organization) (*mission.Organization, error) {
	if o, ok := known[id]; ok || id == "" {
		return o, nil
	}
	view, err := e.store.Organization(id)
	if err != nil && mission.KindOf(err) != mission.NotFound {
		return nil, err
	}
	known[id] = view.Organization
	return view.Organization, nil
}

// noText is what words come to in an engine that was opened without them.
func noText() error {
	return mission.Errorf(mission.Unsupported, "this engine was opened without a text index")
}

// Text gives the newest view of the text index, which may be behind Snapshot:
// see AwaitText. It answers Unavailable, with RetryS, while the first build is
// under way.
func (e *Engine) Text() (*index.TextReader, error) {
	if e.text == nil {
		return nil, noText()
	}
	return e.text.index.Reader()
}

// AwaitText returns once searches for words see a Seq. It answers Stale after
// WaitSecondsMax, or when ctx is done, and Unavailable while the first build is
// under way.
func (e *Engine) AwaitText(ctx context.Context, seq uint64) error {
	if e.text == nil {
		return noText()
	}
	if err := e.Await(ctx, seq); err != nil {
		return err // nothing that was committed so far
	}
	e.text.index.Poke()
	err := await(ctx, &e.text.watch, e.text.index.Seq, seq)
	if building := e.text.index.Ready(); err != nil && building != nil {
		return building
	}
	return err
}

// TextStats counts what the text index has and did.
func (e *Engine) TextStats() index.TextStats {
	if e.text == nil {
		return index.TextStats{}
	}
	return e.text.index.Stats()
}
