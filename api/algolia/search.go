package algolia

import (
	"context"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
	"renfort/objects"
)

// Search answers one search of an index.
func (d *Door) Search(ctx context.Context, c *Call) error {
	body, err := whole(c.Body)
	if err != nil {
		return err
	}
	a, err := d.readAsk(body, c.Restrictions)
	if err != nil {
		return err
	}
	return d.search(ctx, c, a)
}

// SearchSimple is Search for what is asked in the query string.
func (d *Door) SearchSimple(ctx context.Context, c *Call) error {
	a, err := d.readAskSimple(c.Query, c.Restrictions)
	if err != nil {
		return err
	}
	return d.search(ctx, c, a)
}

func (d *Door) search(ctx context.Context, c *Call, a *ask) error {
	index, err := c.indexOf()
	if err != nil {
		return err
	}
	_, err = d.page(ctx, c, index, a, "")
	return err
}

// page appends the answer to one search; more are members to add to it, each
// with its comma. It says whether the hits fill the page.
func (d *Door) page(ctx context.Context, c *Call, index string, a *ask, more string) (full bool, err error) {
	d.counts.searches.Add(1)
	result, err := d.records.SearchObjects(ctx, index, a.query)
	if err != nil {
		return false, err
	}
	p := pageOf(a, result)
	if a.extras.ClickAnalytics {
		if p.queryID, err = d.unguessable(16); err != nil {
			return false, err
		}
	}
	p.index, p.more, p.tookMS = index, more, tookMS(c.Began)
	c.Out = p.append(c.Out)
	wanted := result.PerPage
	if result.OffsetAsked {
		wanted = result.Length
	}
	return len(result.Hits) >= max(wanted, 1), nil
}

// queriesMax is how many searches one request may hold.
const queriesMax = 50

// Queries answers several searches, in their order, one after another: they
// share one processor with everybody else's.
func (d *Door) Queries(ctx context.Context, c *Call) error {
	body, err := whole(c.Body)
	if err != nil {
		return err
	}
	list, strategy, err := readQueries(body)
	if err != nil {
		return err
	}
	if len(list) > queriesMax {
		return mission.Errorf(mission.Invalid, "Too many queries in multi query request: %d, at most %d", len(list), queriesMax)
	}
	c.Out = append(c.Out, `{"results":[`...)
	enough := false
	for i, query := range list {
		if i > 0 {
			c.Out = append(c.Out, ',')
		}
		if enough, err = d.oneOf(ctx, c, query, strategy, enough); err != nil {
			return err
		}
	}
	c.Out = append(c.Out, `]}`...)
	return nil
}

// readQueries takes a request for several searches apart.
func readQueries(body []byte) (list []jsontext.Value, strategy string, err error) {
	found := false
	err = members(body, func(name string, value jsontext.Value) (err error) {
		switch name {
		case "strategy":
			strategy, err = stringOf(name, value)
		case "requests":
			found = true
			err = elements(name, value, func(_ int, query jsontext.Value) error {
				if query.Kind() != '{' {
					return mission.Errorf(mission.Invalid, "requests should be an array of objects")
				}
				list = append(list, query.Clone())
				return nil
			})
		}
		return err
	})
	if err == nil && !found {
		err = mission.Errorf(mission.Invalid, "requests is missing: an array of searches")
	}
	if err == nil && strategy != "" && strategy != "none" && strategy != stopIfEnough {
		err = mission.Errorf(mission.Invalid, "strategy should be none or %s", stopIfEnough)
	}
	return list, strategy, err
}

// stopIfEnough is the strategy that leaves out searches once one has filled its
// page.
const stopIfEnough = "stopIfEnoughMatches"

// oneOf answers one search among several. It says whether those that follow
// may be left out.
func (d *Door) oneOf(ctx context.Context, c *Call, query []byte, strategy string, enough bool) (bool, error) {
	a, err := d.readAsk(query, c.Restrictions)
	if err != nil {
		return enough, err
	}
	index := a.extras.IndexName
	if err := c.allowed(index); err != nil {
		return enough, err
	}
	if a.extras.Type == "facet" || a.extras.Type == "" && a.extras.Facet != "" {
		return enough, d.values(ctx, c, index, a, a.extras.Facet)
	}
	named := ""
	if a.shows("index") {
		named = string(appendText(nil, "index", index))
	}
	if strategy != stopIfEnough {
		_, err := d.page(ctx, c, index, a, named)
		return false, err
	}
	if enough {
		p := pageOf(a, &objects.Result{})
		p.more = named + `,"processed":false`
		c.Out = p.append(c.Out)
		return true, nil
	}
	return d.page(ctx, c, index, a, named+`,"processed":true`)
}

// Facet answers a search for values of a facet.
func (d *Door) Facet(ctx context.Context, c *Call) error {
	index, body, err := c.indexAndBody()
	if err != nil {
		return err
	}
	a, err := d.readAsk(body, c.Restrictions)
	if err != nil {
		return err
	}
	return d.values(ctx, c, index, a, c.Path[1])
}

// values appends the answer to a search for values of a facet.
func (d *Door) values(ctx context.Context, c *Call, index string, a *ask, facet string) error {
	d.counts.facets.Add(1)
	f, err := a.facetOf(facet)
	if err != nil {
		return err
	}
	hits, err := d.records.SearchObjectFacet(ctx, index, a.query, f)
	if err != nil {
		return err
	}
	c.Out = appendFacetHits(c.Out, hits, tookMS(c.Began))
	return nil
}

// Browse answers a part of everything that matches.
func (d *Door) Browse(ctx context.Context, c *Call) error {
	body, err := whole(c.Body)
	if err != nil {
		return err
	}
	a, err := d.readAsk(body, nil)
	if err != nil {
		return err
	}
	if a, err = d.resume(a, func(q *objects.Query, x *objects.Extras) error {
		return objects.DecodeQuery(body, q, x, d.counts.ignored)
	}); err != nil {
		return err
	}
	return d.browse(ctx, c, a)
}

// BrowseSimple is Browse for what is asked in the query string.
func (d *Door) BrowseSimple(ctx context.Context, c *Call) error {
	a, err := d.readAskSimple(c.Query, nil)
	if err != nil {
		return err
	}
	form := a.echo
	if a, err = d.resume(a, func(q *objects.Query, x *objects.Extras) error {
		return objects.DecodeParams(form, q, x, d.counts.ignored)
	}); err != nil {
		return err
	}
	return d.browse(ctx, c, a)
}

// browsePerPage is how many records a part has where nobody says.
const browsePerPage = 1_000

func (d *Door) browse(ctx context.Context, c *Call, a *ask) error {
	index, err := c.indexOf()
	if err != nil {
		return err
	}
	if err := a.restrict(c.Restrictions); err != nil {
		return err
	}
	q := a.query
	if q.PerPage < 0 {
		q.PerPage = browsePerPage
	}
	// What is walked is often written back: marks do not belong to a record.
	if q.Highlight == nil {
		q.Highlight = []string{}
	}
	if q.Snippet == nil {
		q.Snippet = []string{}
	}
	d.counts.browses.Add(1)
	part, err := d.records.BrowseObjects(ctx, index, q, a.extras.Cursor)
	if err != nil {
		return err
	}
	p := pageOf(a, &part.Result)
	p.tookMS = tookMS(c.Began)
	if part.Cursor != "" {
		p.more = `,"cursor":` + string(appendQuoted(nil, wrapCursor(part.Cursor, a.echo)))
	}
	c.Out = p.append(c.Out)
	return nil
}

// Get answers a record.
func (d *Door) Get(_ context.Context, c *Call) error {
	index, err := c.indexOf()
	if err != nil {
		return err
	}
	if err := c.Restrictions.mayRead(); err != nil {
		return err
	}
	retrieve, err := listOf(c.value("attributesToRetrieve"))
	if err != nil {
		return mission.Errorf(mission.Invalid, "attributesToRetrieve should be an array of strings")
	}
	record, err := d.records.GetObject(index, c.Path[1], retrieve)
	if err != nil {
		return err
	}
	c.Out = append(c.Out, record...)
	return nil
}

// mayRead refuses records by their id to a key that holds searches to some
// filters: a record that the filters hide would be read.
func (r *Restrictions) mayRead() error {
	if r == nil || r.Params == "" {
		return nil
	}
	return mission.Errorf(mission.Forbidden, "%s", MethodNotAllowed)
}

// GetMany answers records by their ids, null for one that is not there.
func (d *Door) GetMany(_ context.Context, c *Call) error {
	if err := c.Restrictions.mayRead(); err != nil {
		return err
	}
	body, err := whole(c.Body)
	if err != nil {
		return err
	}
	list, _, err := readQueries(body)
	if err != nil {
		return err
	}
	if len(list) > mission.RequestListMax {
		return mission.Errorf(mission.Invalid, "Too many objects in one request: %d, at most %d", len(list), mission.RequestListMax)
	}
	c.Out = append(c.Out, `{"results":[`...)
	for i, wanted := range list {
		if i > 0 {
			c.Out = append(c.Out, ',')
		}
		if err := d.getOne(c, wanted); err != nil {
			return err
		}
	}
	c.Out = append(c.Out, `]}`...)
	return nil
}

// getOne appends one of several records.
func (d *Door) getOne(c *Call, wanted []byte) error {
	var index, id string
	var retrieve []string
	err := members(wanted, func(name string, value jsontext.Value) (err error) {
		switch name {
		case "indexName":
			index, err = stringOf(name, value)
		case "objectID":
			id, err = stringOf(name, value)
		case "attributesToRetrieve":
			retrieve, err = stringsOf(name, value)
		}
		return err
	})
	if err == nil {
		err = c.allowed(index)
	}
	if err == nil && id == "" {
		err = mission.Errorf(mission.Invalid, "objectID is missing")
	}
	if err != nil {
		return err
	}
	record, err := d.records.GetObject(index, id, retrieve)
	switch {
	case err == nil:
		c.Out = append(c.Out, record...)
	case mission.KindOf(err) == mission.NotFound:
		if _, err := d.records.ObjectSettings(index); err != nil {
			return err // it is the index that is not there
		}
		c.Out = append(c.Out, "null"...)
	default:
		return err
	}
	return nil
}
