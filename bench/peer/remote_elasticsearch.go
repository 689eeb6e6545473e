package peer

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// elasticsearch speaks the API of Elasticsearch 7 and later, and of OpenSearch.
type elasticsearch struct{}

func (elasticsearch) name() string { return Elasticsearch }

func (elasticsearch) authorize(r *http.Request, key string) {
	r.Header.Set("Authorization", "ApiKey "+key)
}

func (elasticsearch) create(ctx context.Context, l *link, settings []byte) error {
	return l.do(ctx, http.MethodPut, "/"+l.index, kindJSON, json.RawMessage(settings), nil)
}

func (elasticsearch) add(ctx context.Context, l *link, batch []document) error {
	records := make([]any, 0, 2*len(batch))
	for i := range batch {
		d := batch[i].fields()
		if p := batch[i].Points; len(p) > 0 {
			d["at"] = map[string]float64{"lat": p[0][0], "lon": p[0][1]}
		}
		records = append(records, map[string]any{"index": map[string]string{"_id": strconv.Itoa(batch[i].Number)}}, d)
	}
	body, err := lines(records...)
	if err != nil {
		return err
	}
	var said struct {
		Errors bool
		Items  json.RawMessage
	}
	if err := l.do(ctx, http.MethodPost, "/"+l.index+"/_bulk", kindLines, body, &said); err != nil {
		return err
	}
	if said.Errors {
		return fmt.Errorf("peer: elasticsearch: not all missions were taken: %.300s", said.Items)
	}
	return nil
}

// ready merges to one segment, as Lucene's is here.
func (elasticsearch) ready(ctx context.Context, l *link) error {
	if err := l.do(ctx, http.MethodPost, "/"+l.index+"/_forcemerge?max_num_segments=1", "", nil, nil); err != nil {
		return err
	}
	return l.do(ctx, http.MethodPost, "/"+l.index+"/_refresh", "", nil, nil)
}

func (elasticsearch) drop(ctx context.Context, l *link) error {
	return l.do(ctx, http.MethodDelete, "/"+l.index, "", nil, nil)
}

func (elasticsearch) version(ctx context.Context, l *link) (string, error) {
	var said struct {
		Version struct{ Number, Distribution string }
	}
	err := l.do(ctx, http.MethodGet, "/", "", nil, &said)
	if said.Version.Distribution != "" {
		return said.Version.Distribution + " " + said.Version.Number, err
	}
	return "Elasticsearch " + said.Version.Number, err
}

// object is JSON in the making.
type object = map[string]any

// elasticAnswer is what of an answer is read.
type elasticAnswer struct {
	Hits struct {
		Total struct{ Value int }
		Hits  []struct {
			ID string `json:"_id"`
		}
	}
	Aggregations map[string]struct {
		Values struct {
			Buckets []struct {
				Key   string
				Count int `json:"doc_count"`
			}
		}
	}
}

func (elasticsearch) ask(ctx context.Context, l *link, q *query) (answer, error) {
	var said elasticAnswer
	if err := l.do(ctx, http.MethodPost, "/"+l.index+"/_search", kindJSON, elasticSearch(q), &said); err != nil {
		return answer{}, err
	}
	a := answer{Total: said.Hits.Total.Value, Missions: make([]int, len(said.Hits.Hits)), Facets: map[string]map[string]int{}}
	for i, h := range said.Hits.Hits {
		n, err := strconv.Atoi(h.ID)
		if err != nil {
			return a, fmt.Errorf("peer: elasticsearch: %w", err)
		}
		a.Missions[i] = n
	}
	for name, f := range said.Aggregations {
		a.Facets[name] = map[string]int{}
		for _, b := range f.Values.Buckets {
			a.Facets[name][b.Key] = b.Count
		}
	}
	return a, nil
}

// elasticSearch is the whole question. What facets do not count is in the
// query; domains and departments filter the hits afterwards, and each facet
// by the other's.
func elasticSearch(q *query) object {
	must, facetFilters := []object{}, map[string]object{}
	if q.Meters > 0 {
		near := object{"geo_distance": object{"distance": fmt.Sprintf("%vm", q.Meters), fieldAt: object{"lat": q.Lat, "lon": q.Lon}}}
		full := object{"term": object{fieldRemote: "full"}}
		must = append(must, object{"bool": object{"should": []object{near, full}, "minimum_should_match": 1}})
	}
	for _, f := range filtersBut(q, "") {
		terms := object{"terms": object{f.name: f.values}}
		if f.name == fieldRemote || len(q.Facets) == 0 {
			must = append(must, terms)
		} else {
			facetFilters[f.name] = terms
		}
	}
	clauses := object{"filter": must}
	if q.Words != "" {
		clauses["must"] = []object{{"match": object{fieldText: object{"query": q.Words, "operator": "and"}}}}
		clauses["should"] = []object{{"match": object{fieldTitle: object{"query": q.Words, "boost": titleBoost}}}}
	}
	s := object{"query": object{"bool": clauses}, "size": q.Limit, "track_total_hits": true, "_source": false}
	if len(facetFilters) > 0 {
		s["post_filter"] = object{"bool": object{"filter": butFor(facetFilters, "")}}
	}
	if len(q.Facets) > 0 {
		facets := object{}
		for _, name := range q.Facets {
			facets[name] = object{"filter": object{"bool": object{"filter": butFor(facetFilters, name)}},
				"aggs": object{"values": object{"terms": object{"field": name, "size": valuesMax}}}}
		}
		s["aggs"] = facets
	}
	switch q.Sort {
	case sortDistance:
		s["sort"] = []object{{"_geo_distance": object{fieldAt: object{"lat": q.Lat, "lon": q.Lon}, "order": "asc", "unit": "m"}}}
	case sortNewest:
		s["sort"] = []object{{fieldPublished: "desc"}}
	}
	return s
}

// butFor gives the filters of all fields but one.
func butFor(filters map[string]object, except string) []object {
	list := []object{}
	for _, name := range facets() {
		if f, ok := filters[name]; ok && name != except {
			list = append(list, f)
		}
	}
	return list
}
