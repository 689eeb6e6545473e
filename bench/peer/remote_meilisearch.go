package peer

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// meilisearch speaks the API of Meilisearch 1.12 and later, where prefixes can
// be switched off.
type meilisearch struct{}

func (meilisearch) name() string { return Meilisearch }

func (meilisearch) authorize(r *http.Request, key string) {
	r.Header.Set("Authorization", "Bearer "+key)
}

// meiliTask is what every write is answered with: it is done later.
type meiliTask struct {
	UID    int `json:"taskUid"`
	Status string
	Error  *struct{ Message string }
}

// do sends a write, and waits until it is done.
func (m meilisearch) do(ctx context.Context, l *link, method, path, kind string, body any) error {
	var task meiliTask
	if err := l.do(ctx, method, path, kind, body, &task); err != nil {
		return err
	}
	for {
		var now meiliTask
		if err := l.do(ctx, http.MethodGet, "/tasks/"+strconv.Itoa(task.UID), "", nil, &now); err != nil {
			return err
		}
		switch now.Status {
		case "succeeded":
			return nil
		case "failed", "canceled":
			why := now.Status
			if now.Error != nil {
				why = now.Error.Message
			}
			return fmt.Errorf("peer: meilisearch: %s %s: %s", method, path, why)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("peer: meilisearch: %s: %w", path, ctx.Err())
		case <-time.After(remoteAsk):
		}
	}
}

func (m meilisearch) create(ctx context.Context, l *link, settings []byte) error {
	if err := m.do(ctx, l, http.MethodPost, "/indexes", kindJSON, map[string]string{"uid": l.index, "primaryKey": "n"}); err != nil {
		return err
	}
	return m.do(ctx, l, http.MethodPatch, "/indexes/"+l.index+"/settings", kindJSON, json.RawMessage(settings))
}

func (m meilisearch) add(ctx context.Context, l *link, batch []document) error {
	records := make([]any, len(batch))
	for i := range batch {
		d := batch[i].fields()
		if p := batch[i].Points; len(p) > 0 {
			d["_geo"] = map[string]float64{"lat": p[0][0], "lng": p[0][1]}
		}
		records[i] = d
	}
	body, err := lines(records...)
	if err != nil {
		return err
	}
	return m.do(ctx, l, http.MethodPost, "/indexes/"+l.index+"/documents", kindLines, body)
}

// ready has nothing to wait for: add has waited.
func (meilisearch) ready(context.Context, *link) error { return nil }

func (m meilisearch) drop(ctx context.Context, l *link) error {
	return m.do(ctx, l, http.MethodDelete, "/indexes/"+l.index, "", nil)
}

func (meilisearch) version(ctx context.Context, l *link) (string, error) {
	var said struct {
		Version string `json:"pkgVersion"`
	}
	err := l.do(ctx, http.MethodGet, "/version", "", nil, &said)
	return "Meilisearch " + said.Version, err
}

// ask searches once, and once more for each facet whose field has a filter,
// all in one request.
func (meilisearch) ask(ctx context.Context, l *link, q *query) (answer, error) {
	here, apart := aside(q)
	queries := []map[string]any{meiliSearch(l, q, "", q.Limit, here)}
	for _, name := range apart {
		queries = append(queries, meiliSearch(l, q, name, 0, []string{name}))
	}
	var said struct {
		Results []struct {
			Hits   []struct{ N int }
			Total  int                       `json:"totalHits"`
			Facets map[string]map[string]int `json:"facetDistribution"`
		}
	}
	if err := l.do(ctx, http.MethodPost, "/multi-search", kindJSON, map[string]any{"queries": queries}, &said); err != nil {
		return answer{}, err
	}
	if len(said.Results) != len(queries) {
		return answer{}, fmt.Errorf("peer: meilisearch: %d results of %d searches", len(said.Results), len(queries))
	}
	a := answer{Total: said.Results[0].Total, Missions: []int{}, Facets: map[string]map[string]int{}}
	for _, h := range said.Results[0].Hits {
		a.Missions = append(a.Missions, h.N)
	}
	for _, r := range said.Results {
		for field, counts := range r.Facets {
			a.Facets[field] = counts
		}
	}
	return a, nil
}

// meiliSearch is one search without the filter of one field. Pages that are
// counted are exact.
func meiliSearch(l *link, q *query, except string, limit int, facets []string) map[string]any {
	s := map[string]any{"indexUid": l.index, "q": q.Words, "matchingStrategy": "all", "attributesToRetrieve": []string{"n"},
		"page": 1, "hitsPerPage": limit}
	var filters []any // all must be met; of a list within, one
	if q.Meters > 0 {
		filters = append(filters, []string{fmt.Sprintf("_geoRadius(%v, %v, %v)", q.Lat, q.Lon, q.Meters), "remote = full"})
	}
	for _, f := range filtersBut(q, except) {
		values := slices.Clone(f.values)
		for i := range values {
			values[i] = strconv.Quote(values[i])
		}
		filters = append(filters, f.name+" IN ["+strings.Join(values, ", ")+"]")
	}
	if len(filters) > 0 {
		s["filter"] = filters
	}
	if len(facets) > 0 {
		s["facets"] = facets
	}
	switch q.Sort {
	case sortDistance:
		s["sort"] = []string{fmt.Sprintf("_geoPoint(%v, %v):asc", q.Lat, q.Lon)}
	case sortNewest:
		s["sort"] = []string{"published:desc"}
	}
	return s
}
