package main

import (
	"renfort/engine"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/mission"
	"renfort/store"
)

// textCheck compares the text index of a data directory with what a rebuild
// would index: every mission's words, by their hash. What was committed after
// the index's watermark is allowed to differ, because the next start indexes
// it; so is everything where the index is missing or cannot be read, because
// the next start builds it anew.
type textCheck struct {
	text     index.TextReport
	taxonomy *mission.Taxonomy
	places   *gazetteer.Gazetteer
	orgs     map[mission.ID]*store.OrganizationView
	seen     map[uint32]bool
	skip     bool // there is nothing to compare
	settled  bool // no label changed after the watermark
}

// newTextCheck reads the text folder.
func newTextCheck(dir string, e *engine.Engine) *textCheck {
	c := &textCheck{taxonomy: e.Store().Taxonomy(), places: e.Places(), orgs: map[mission.ID]*store.OrganizationView{}, seen: map[uint32]bool{}}
	var err error
	c.text, err = index.CheckText(dir)
	c.skip = err != nil || c.text.Older
	c.settled = !c.skip && labelsSettled(e.Store(), c.text.Seq)
	return c
}

// labelsSettled says whether the log shows that no taxonomy was put after seq.
func labelsSettled(s *store.Store, seq uint64) bool {
	for {
		changes, oldest, err := s.Changes(seq, 0)
		if err != nil || oldest > seq+1 {
			return false
		}
		if len(changes) == 0 {
			return true
		}
		for i := range changes {
			if changes[i].Kind == mission.TaxonomyPut {
				return false
			}
		}
		seq = changes[len(changes)-1].Seq
	}
}

// mission compares one mission's words.
func (c *textCheck) mission(to *indexCheck, o uint32, view *store.MissionView) {
	if c.skip {
		return
	}
	c.seen[o] = true
	m, err := view.Mission()
	if err != nil {
		to.problem("mission %q: %v", view.ID, err)
		return
	}
	org := c.organization(to, m.OrganizationID())
	late := !c.settled || view.Version > c.text.Seq || org != nil && org.Version > c.text.Seq
	var named *mission.Organization
	if org != nil {
		named = org.Organization
	}
	want := index.TextOf(o, m, named, c.taxonomy, c.places).Hash()
	if !late && (int(o) >= len(c.text.Hashes) || c.text.Hashes[o] != want) {
		to.problem("the text index has other words for mission %q, up to seq %d", view.ID, c.text.Seq)
	}
}

// organization reads an organisation once.
func (c *textCheck) organization(to *indexCheck, id mission.ID) *store.OrganizationView {
	if o, ok := c.orgs[id]; ok || id == "" {
		return o
	}
	view, err := to.store.Organization(id)
	if err != nil {
		if mission.KindOf(err) != mission.NotFound {
			to.problem("organisation %q: %v", id, err)
		}
		c.orgs[id] = nil
		return nil
	}
	c.orgs[id] = &view
	return &view
}

// end looks for words of missions that are no more, in a state as of seq.
func (c *textCheck) end(to *indexCheck, seq uint64) {
	if c.skip || seq > c.text.Seq {
		return // a deletion may have come after
	}
	for o, hash := range c.text.Hashes {
		if hash != 0 && !c.seen[uint32(o)] {
			to.problem("the text index has words for number %d, which is no mission", o)
		}
	}
}
