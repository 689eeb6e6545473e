package peer

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	blevegeo "github.com/blevesearch/bleve/v2/geo"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search"
	blevequery "github.com/blevesearch/bleve/v2/search/query"

	"renfort/geo"
	"renfort/mission"
)

// blevePeer is Bleve as its documentation shows it: a mapping of fields, the
// French analyzer, batches, search requests with facets.
type blevePeer struct {
	index   bleve.Index
	queries []query
	spent   Cost
}

// bleveBatch is how many missions go into the index together.
const bleveBatch = 1000

// valuesMax is more values than a facet has.
const valuesMax = 1000

// titleBoost is what a match in the title counts, to one elsewhere.
const titleBoost = 3

// The fields.
const (
	fieldTitle      = "title"
	fieldText       = "text"
	fieldDomain     = facetDomain
	fieldDepartment = facetDepartment
	fieldRemote     = "remote"
	fieldAt         = "at"
	fieldPublished  = "published"
)

// newBleve makes the index in a folder that is not there yet.
func newBleve(k *corpus, queries []query, dir string) (*blevePeer, error) {
	own, err := ownBytes()
	if err != nil {
		return nil, err
	}
	idle, began := heapBytes(), time.Now()
	index, err := bleve.New(dir, bleveMapping())
	if err != nil {
		return nil, fmt.Errorf("peer: bleve: %w", err)
	}
	p := &blevePeer{index: index, queries: queries}
	if err := p.fill(k); err != nil {
		index.Close()
		return nil, err
	}
	p.spent.Seconds = time.Since(began).Seconds()
	p.spent.MemoryBytes = max(0, heapBytes()-idle) // others may have freed some
	if p.spent.AnonBytes, err = ownBytes(); err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.spent.AnonBytes = max(0, p.spent.AnonBytes-own)
	if p.spent.DiskBytes, err = diskBytes(dir); err != nil {
		index.Close()
		return nil, err
	}
	return p, nil
}

// bleveMapping has all text in the field _all, as it comes; keywords stay out.
func bleveMapping() mapping.IndexMapping {
	doc := bleve.NewDocumentStaticMapping()
	for _, name := range [...]string{fieldTitle, fieldText} {
		doc.AddFieldMappingsAt(name, bleve.NewTextFieldMapping())
	}
	for _, name := range [...]string{fieldDomain, fieldDepartment, fieldRemote} {
		keyword := bleve.NewKeywordFieldMapping()
		keyword.IncludeInAll = false
		doc.AddFieldMappingsAt(name, keyword)
	}
	at, published := bleve.NewGeoPointFieldMapping(), bleve.NewNumericFieldMapping()
	at.IncludeInAll, published.IncludeInAll = false, false
	doc.AddFieldMappingsAt(fieldAt, at)
	doc.AddFieldMappingsAt(fieldPublished, published)
	m := bleve.NewIndexMapping()
	m.DefaultAnalyzer, m.DefaultMapping = fr.AnalyzerName, doc
	return m
}

func (p *blevePeer) fill(k *corpus) error {
	batch := p.index.NewBatch()
	for i := range k.rows {
		d, err := k.document(i)
		if err != nil {
			return err
		}
		fields := map[string]any{fieldTitle: d.Title, fieldText: d.Text, fieldDomain: d.Domains, fieldDepartment: d.Departments,
			fieldRemote: d.Remote, fieldPublished: float64(d.Published)}
		if len(d.Points) > 0 {
			fields[fieldAt] = map[string]any{"lat": d.Points[0][0], "lon": d.Points[0][1]}
		}
		if err := batch.Index(strconv.Itoa(i), fields); err != nil {
			return fmt.Errorf("peer: bleve: mission %d: %w", i, err)
		}
		if batch.Size() == bleveBatch || i == len(k.rows)-1 {
			if err := p.index.Batch(batch); err != nil {
				return fmt.Errorf("peer: bleve: %w", err)
			}
			batch.Reset()
		}
	}
	return nil
}

func (p *blevePeer) name() string { return Bleve }
func (p *blevePeer) cost() Cost   { return p.spent }
func (p *blevePeer) close() error { return p.index.Close() }

func (p *blevePeer) answers() ([]answer, error) { return askAll(p.queries, p.ask) }

func (p *blevePeer) time(from, to int) ([]float64, error) {
	return timeAll(p.queries[from:to], func(q *query) error { _, err := p.ask(q); return err })
}

// ask searches once, and once more for each facet whose field has a filter.
func (p *blevePeer) ask(q *query) (answer, error) {
	here := func(facet string) bool { // counted over the hits
		return facet == facetDomain && len(q.Domains) == 0 || facet == facetDepartment && len(q.Departments) == 0
	}
	req := bleve.NewSearchRequestOptions(bleveQuery(q, ""), q.Limit, 0, false)
	switch q.Sort {
	case sortDistance:
		near, err := search.NewSortGeoDistance(fieldAt, "m", q.Lon, q.Lat, false)
		if err != nil {
			return answer{}, fmt.Errorf("peer: bleve: %w", err)
		}
		req.SortByCustom(search.SortOrder{near})
		req.Score = "none"
	case sortNewest:
		req.SortBy([]string{"-" + fieldPublished})
		req.Score = "none"
	}
	for _, name := range q.Facets {
		if here(name) {
			req.AddFacet(name, bleve.NewFacetRequest(name, valuesMax))
		}
	}
	found, err := p.index.Search(req)
	if err != nil {
		return answer{}, fmt.Errorf("peer: bleve: %w", err)
	}
	a := answer{Total: int(found.Total), Missions: make([]int, len(found.Hits)), Facets: map[string]map[string]int{}}
	for i, hit := range found.Hits {
		if a.Missions[i], err = strconv.Atoi(hit.ID); err != nil {
			return a, fmt.Errorf("peer: bleve: %w", err)
		}
	}
	for _, name := range q.Facets {
		if here(name) {
			a.Facets[name] = facetCounts(found, name)
		} else if a.Facets[name], err = p.aside(q, name); err != nil {
			return a, err
		}
	}
	return a, nil
}

// aside counts a facet as if it had no filter of its own.
func (p *blevePeer) aside(q *query, facet string) (map[string]int, error) {
	req := bleve.NewSearchRequestOptions(bleveQuery(q, facet), 0, 0, false)
	req.Score = "none"
	req.AddFacet(facet, bleve.NewFacetRequest(facet, valuesMax))
	found, err := p.index.Search(req)
	if err != nil {
		return nil, fmt.Errorf("peer: bleve: %w", err)
	}
	return facetCounts(found, facet), nil
}

func facetCounts(found *bleve.SearchResult, name string) map[string]int {
	counts := map[string]int{}
	if f := found.Facets[name]; f != nil {
		for _, t := range f.Terms.Terms() {
			counts[t.Term] = t.Count
		}
	}
	return counts
}

// bleveQuery asks for everything but the filter of one field.
func bleveQuery(q *query, except string) blevequery.Query {
	all := bleve.NewBooleanQuery()
	if q.Words != "" {
		text, title := bleve.NewMatchQuery(q.Words), bleve.NewMatchQuery(q.Words)
		text.SetOperator(blevequery.MatchQueryOperatorAnd)
		title.SetField(fieldTitle)
		title.SetBoost(titleBoost)
		all.AddMust(text)
		all.AddShould(title)
	}
	var filters []blevequery.Query
	if q.Meters > 0 {
		near := bleve.NewGeoDistanceQuery(q.Lon, q.Lat, fmt.Sprintf("%.6fm", q.Meters*ellipsoid(q)))
		near.SetField(fieldAt)
		filters = append(filters, bleve.NewDisjunctionQuery(near, term(fieldRemote, mission.RemoteFull)))
	}
	for _, f := range [...]struct {
		name   string
		values []string
	}{{fieldDomain, q.Domains}, {fieldDepartment, q.Departments}, {fieldRemote, q.Remotes}} {
		if len(f.values) > 0 && f.name != except {
			filters = append(filters, anyTerm(f.name, f.values))
		}
	}
	switch {
	case q.Words == "" && len(filters) == 0:
		return bleve.NewMatchAllQuery()
	case q.Words == "":
		return bleve.NewConjunctionQuery(filters...)
	case len(filters) > 0:
		all.AddFilter(bleve.NewConjunctionQuery(filters...))
	}
	return all
}

func term(field, value string) blevequery.Query {
	t := bleve.NewTermQuery(value)
	t.SetField(field)
	return t
}

func anyTerm(field string, values []string) blevequery.Query {
	terms := make([]blevequery.Query, len(values))
	for i, v := range values {
		terms[i] = term(field, v)
	}
	return bleve.NewDisjunctionQuery(terms...)
}

// ellipsoid is by how much Bleve takes a distance around there for longer than
// it is on the sphere.
func ellipsoid(q *query) float64 {
	here, there := geo.Point{Lat: q.Lat, Lon: q.Lon}, geo.Point{Lat: q.Lat, Lon: q.Lon + 0.01}
	return blevegeo.Haversin(here.Lon, here.Lat, there.Lon, there.Lat) / here.DistanceKm(there)
}
