package peer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// typesense speaks the API of Typesense 27 and later, which can stem.
type typesense struct{}

func (typesense) name() string { return Typesense }

func (typesense) authorize(r *http.Request, key string) { r.Header.Set("X-TYPESENSE-API-KEY", key) }

func (typesense) create(ctx context.Context, l *link, settings []byte) error {
	var schema map[string]any
	if err := json.Unmarshal(settings, &schema); err != nil {
		return fmt.Errorf("peer: typesense: %w", err)
	}
	schema["name"] = l.index
	return l.do(ctx, http.MethodPost, "/collections", kindJSON, schema, nil)
}

// add imports documents. The answer is a line for each, which says whether it
// was taken.
func (typesense) add(ctx context.Context, l *link, batch []document) error {
	records := make([]any, len(batch))
	for i := range batch {
		d := batch[i].fields()
		d["id"] = strconv.Itoa(batch[i].Number)
		if p := batch[i].Points; len(p) > 0 {
			d["at"] = p[0]
		}
		records[i] = d
	}
	body, err := lines(records...)
	if err != nil {
		return err
	}
	var said []byte
	if err := l.do(ctx, http.MethodPost, "/collections/"+l.index+"/documents/import?action=create", kindLines, body, &said); err != nil {
		return err
	}
	if taken := bytes.Count(said, []byte(`"success":true`)); taken != len(batch) {
		return fmt.Errorf("peer: typesense: took %d of %d missions: %.300s", taken, len(batch), said)
	}
	return nil
}

// ready has nothing to wait for: an import answers when it is done.
func (typesense) ready(context.Context, *link) error { return nil }

func (typesense) drop(ctx context.Context, l *link) error {
	return l.do(ctx, http.MethodDelete, "/collections/"+l.index, "", nil, nil)
}

func (typesense) version(ctx context.Context, l *link) (string, error) {
	var said struct{ Version string }
	err := l.do(ctx, http.MethodGet, "/debug", "", nil, &said)
	return "Typesense " + said.Version, err
}

// ask searches once, and once more for each facet whose field has a filter,
// all in one request.
func (typesense) ask(ctx context.Context, l *link, q *query) (answer, error) {
	here, apart := aside(q)
	searches := []map[string]any{typesenseSearch(l, q, "", q.Limit, here)}
	for _, name := range apart {
		searches = append(searches, typesenseSearch(l, q, name, 0, []string{name}))
	}
	var said struct{ Results []typesenseResult }
	if err := l.do(ctx, http.MethodPost, "/multi_search", kindJSON, map[string]any{"searches": searches}, &said); err != nil {
		return answer{}, err
	}
	if len(said.Results) != len(searches) {
		return answer{}, fmt.Errorf("peer: typesense: %d results of %d searches", len(said.Results), len(searches))
	}
	a := answer{Total: said.Results[0].Found, Missions: []int{}, Facets: map[string]map[string]int{}}
	for _, h := range said.Results[0].Hits {
		a.Missions = append(a.Missions, h.Document.N)
	}
	for _, r := range said.Results {
		if r.Error != "" {
			return a, fmt.Errorf("peer: typesense: %s: %s", q.Kind, r.Error)
		}
		for _, f := range r.Facets {
			a.Facets[f.Field] = map[string]int{}
			for _, c := range f.Counts {
				a.Facets[f.Field][c.Value] = c.Count
			}
		}
	}
	return a, nil
}

// typesenseResult is one of the results of a request.
type typesenseResult struct {
	Found int
	Error string
	Hits  []struct{ Document struct{ N int } }
	// Facets has one for each field asked for.
	Facets []struct {
		Field  string `json:"field_name"`
		Counts []struct {
			Value string
			Count int
		}
	} `json:"facet_counts"`
}

// typesenseSearch is one search without the filter of one field. Words are all
// to match as they are: no prefix, no typing error, none dropped.
func typesenseSearch(l *link, q *query, except string, limit int, facets []string) map[string]any {
	s := map[string]any{"collection": l.index, "q": "*", "query_by": "text,title", "include_fields": "n", "per_page": limit}
	if q.Words != "" {
		s["q"], s["query_by_weights"] = q.Words, "1,3"
		s["prefix"], s["num_typos"], s["drop_tokens_threshold"], s["typo_tokens_threshold"] = false, 0, 0, 0
	}
	var filters []string
	if q.Meters > 0 {
		filters = append(filters, fmt.Sprintf("(at:(%v, %v, %v km) || remote:=full)", q.Lat, q.Lon, q.Meters/1000))
	}
	for _, f := range filtersBut(q, except) {
		values := slices.Clone(f.values)
		for i := range values {
			values[i] = "`" + values[i] + "`"
		}
		filters = append(filters, f.name+":=["+strings.Join(values, ",")+"]")
	}
	if len(filters) > 0 {
		s["filter_by"] = strings.Join(filters, " && ")
	}
	if len(facets) > 0 {
		s["facet_by"], s["max_facet_values"] = strings.Join(facets, ","), valuesMax
	}
	switch q.Sort {
	case sortDistance:
		s["sort_by"] = fmt.Sprintf("at(%v, %v):asc", q.Lat, q.Lon)
	case sortNewest:
		s["sort_by"] = "published:desc"
	}
	return s
}
