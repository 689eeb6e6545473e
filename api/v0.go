package api

import (
	"strconv"

	"renfort/matcher"
	"renfort/mission"
)

// v0Routes are API Engagement's reading routes, for callers that know them.
func v0Routes() []*route {
	return []*route{
		{method: "GET", pattern: "/v0/mission", scopes: needSearch, class: classSearch, query: v0Names, free: true, shape: shapeV0, handle: (*call).v0List,
			doc: routeDoc{tag: "API Engagement v0", summary: "Missions in API Engagement's shape: nearest first where a point is given, best first for words, else newest first; what is full, over or not open is left out, and so is what is done from afar where a point is given and remote does not ask for it", answers: ok("V0List")}},
		{method: "GET", pattern: "/v0/mission/search", scopes: needSearch, class: classSearch, query: v0Names, free: true, shape: shapeV0, handle: (*call).v0Search,
			doc: routeDoc{tag: "API Engagement v0", summary: "The same with distances, and counts over the whole result", answers: ok("V0Search")}},
		{method: "GET", pattern: "/v0/mission/{id}", scopes: needSearch, class: classRead, free: true, shape: shapeV0, handle: (*call).v0One,
			doc: routeDoc{tag: "API Engagement v0", summary: "A mission in API Engagement's shape", answers: ok("V0One")}},
	}
}

// v0Chunk is how many missions are searched and read at a time.
const v0Chunk = mission.SearchMax

// v0List answers GET /v0/mission.
func (c *call) v0List() error {
	return c.v0Answer("data", func(b []byte, w *v0Walk) []byte {
		b = strconv.AppendInt(append(b, `,"limit":`...), int64(w.limit), 10)
		return strconv.AppendInt(append(b, `,"skip":`...), int64(w.skip), 10)
	})
}

// v0Facets are the fields that v0 counts: our name, and its.
var v0Facets = [...]struct{ field, name string }{{"department", "departmentName"}, {"activity", "activities"}, {"domain", "domains"}}

// v0Search answers GET /v0/mission/search. Its counts are over the whole
// result, own filters kept: that is what its callers show them as.
func (c *call) v0Search() error {
	return c.v0Answer("hits", func(b []byte, w *v0Walk) []byte {
		b = append(b, `,"facets":{`...)
		for i, f := range v0Facets {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, f.name), `:[`...)
			for k := range w.facets[i].Values {
				v := &w.facets[i].Values[k]
				if k > 0 {
					b = append(b, ',')
				}
				b = appendString(append(b, `{"key":`...), w.words.facet(f.field, v))
				b = append(appendUint(b, `,"doc_count":`, uint64(v.Count)), '}')
			}
			b = append(b, ']')
		}
		return append(b, '}')
	})
}

// v0Answer answers a list. Up to a chunk is one answer; more is sent as it is
// read, so that ten thousand missions cost the memory of a few.
func (c *call) v0Answer(member string, foot func(b []byte, w *v0Walk) []byte) error {
	w, err := c.v0Query(member == "hits")
	if err != nil {
		return err
	}
	c.private()
	first, err := w.next()
	if err != nil {
		return err
	}
	c.out = appendUint(append(c.out, `{"ok":true`...), `,"total":`, uint64(w.total))
	c.out = append(appendString(append(c.out, ','), member), `:[`...)
	if c.out, err = w.appendAll(c.out, first); err != nil {
		return err
	}
	if w.done() {
		c.out = append(foot(append(c.out, ']'), w), '}')
		return nil
	}
	head := append([]byte(nil), c.out...)
	c.out = c.out[:0]
	c.answerInParts(typeJSON, func(p *parts) error {
		p.b = head
		for !w.done() {
			hits, err := w.next()
			if err != nil {
				return err
			}
			if p.b, err = w.appendAll(p.b, hits); err != nil {
				return err
			}
			if err := p.flush(); err != nil {
				return err
			}
		}
		p.b = append(foot(append(p.b, ']'), w), '}')
		return p.flush()
	})
	return nil
}

// v0One answers GET /v0/mission/{id}. A mission that is not public yet, or was
// called off, is not there.
func (c *call) v0One() error {
	v, err := c.mission(c.id[0])
	if err != nil {
		return err
	}
	if s := v.Seats.State; s == mission.StateDraft || s == mission.StateCancelled {
		return mission.Errorf(mission.NotFound, "there is no such mission")
	}
	created := int64(0)
	s := c.s.engine.Snapshot()
	if o, ok := s.Mission(v.ID); ok {
		created = s.Live.At(o).Created
	}
	words := c.s.v0Words()
	b, err := words.appendMission(append(c.out, `{"ok":true,"data":{`...), &v, created)
	if err != nil {
		return err
	}
	c.out = append(b, '}', '}')
	c.private()
	return nil
}

// next searches the next chunk of the walk.
func (w *v0Walk) next() ([]matcher.Hit, error) {
	if w.none {
		w.left = 0
		w.facets = make([]matcher.Facet, len(v0Facets))
		return nil, nil
	}
	if err := w.forward(); err != nil {
		return nil, err
	}
	w.request.Limit = min(w.left, v0Chunk)
	if err := w.search(); err != nil {
		return nil, err
	}
	w.left -= len(w.page.Hits)
	if w.request.Cursor == "" || len(w.page.Hits) == 0 {
		w.left = 0
	} else if w.left == 0 {
		w.s.v0Places.keep(w.placeOf(w.skip+w.limit), w.request.Cursor, w.page.At)
	}
	return w.page.Hits, nil
}

// done says whether the walk is at its end.
func (w *v0Walk) done() bool { return w.left == 0 }

// forward goes past what is to be skipped: from where an earlier page ended, or
// chunk by chunk.
func (w *v0Walk) forward() error {
	if w.began {
		return nil
	}
	w.began = true
	if cursor, ok := w.s.v0Places.find(w.placeOf(w.skip), w.s.engine.Snapshot().At); ok && w.skip > 0 {
		w.request.Cursor = cursor
		return nil
	}
	for skipped := 0; skipped < w.skip; {
		w.request.Limit = min(w.skip-skipped, v0Chunk)
		facets := w.request.Facets
		w.request.Facets = nil
		err := w.search()
		w.request.Facets = facets
		if err != nil {
			return err
		}
		skipped += len(w.page.Hits)
		if w.request.Cursor == "" {
			w.over = true
			return nil
		}
	}
	return nil
}

// search asks the engine for the chunk of w.request, and moves its cursor on.
// Past the last mission it only counts.
func (w *v0Walk) search() error {
	r := w.request
	if w.over {
		r.Limit, r.Cursor = 0, ""
	}
	if err := w.s.engine.Search(&r, &w.page); err != nil {
		return err
	}
	if w.request.Facets != nil {
		w.facets, w.request.Facets = append([]matcher.Facet(nil), w.page.Facets...), nil
		w.page.Facets = nil
	}
	w.total = w.page.Total
	w.request.Cursor = w.page.Cursor
	return nil
}

// appendAll appends missions, with commas between all of the walk.
func (w *v0Walk) appendAll(b []byte, hits []matcher.Hit) ([]byte, error) {
	ids := make([]mission.ID, len(hits))
	for i := range hits {
		ids[i] = hits[i].ID
	}
	views, err := w.s.engine.Store().Missions(ids)
	if err != nil {
		return b, err
	}
	s := w.s.engine.Snapshot()
	for i := range views {
		if views[i].JSON == nil {
			continue // deleted meanwhile
		}
		if w.wrote {
			b = append(b, ',')
		}
		w.wrote = true
		created := s.Live.At(uint32(hits[i].Ordinal)).Created
		if b, err = w.words.appendMission(append(b, '{'), &views[i], created); err != nil {
			return b, err
		}
		if w.distances {
			b = appendKmOrNull(append(b, `,"_distance":`...), hits[i].Km)
		}
		b = append(b, '}')
	}
	return b, nil
}
