package peer

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"

	"github.com/jackc/pgx/v5"
)

// statements cuts a file at the ends of its statements. Bodies between $$ are
// left whole.
func statements(text string) (all []string) {
	inside, from := false, 0
	for i := range len(text) {
		switch {
		case strings.HasPrefix(text[i:], "$$"):
			inside = !inside
		case text[i] == ';' && !inside && !commented(text, i):
			all, from = append(all, text[from:i+1]), i+1
		}
	}
	if rest := text[from:]; strings.TrimSpace(rest) != "" {
		all = append(all, rest)
	}
	return all
}

// commented says whether a comment of the same line comes before i.
func commented(text string, i int) bool {
	return strings.Contains(text[strings.LastIndexByte(text[:i], '\n')+1:i], "--")
}

// searchSQL is the statement of a search, by shape.
var searchSQL = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(postgresFiles, "postgres/search.sql.tmpl"))
})

// shape is what of a search its statement shows, each part the name of a
// parameter, "" where it is not asked for.
type shape struct {
	Words, At, Meters, Remotes, Domains, Departments, Limit string
	Key, Order                                              string
	Facets, FacetDomain, FacetDepartment                    bool
	Once                                                    bool // hits are worked out once
}

// pgSearch gives the statement of a question and its arguments.
func pgSearch(q *query) (string, []any, error) {
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	s := shape{Limit: arg(q.Limit), Facets: len(q.Facets) > 0, FacetDomain: slices.Contains(q.Facets, facetDomain), Order: "ASC",
		FacetDepartment: slices.Contains(q.Facets, facetDepartment)}
	if q.Words != "" {
		s.Words = arg(q.Words)
	}
	if q.Meters > 0 {
		s.At = "ST_MakePoint(" + arg(q.Lon) + ", " + arg(q.Lat) + ")::geography"
		s.Meters = arg(q.Meters)
	}
	for _, f := range []struct {
		to     *string
		values []string
	}{{&s.Remotes, q.Remotes}, {&s.Domains, q.Domains}, {&s.Departments, q.Departments}} {
		if len(f.values) > 0 {
			*f.to = arg(f.values)
		}
	}
	switch q.Sort {
	case sortScore:
		s.Key, s.Order = "ts_rank('{0.333, 0, 0, 1}', words, plainto_tsquery('fr', "+s.Words+"))", "DESC"
	case sortDistance:
		s.Key = "ST_Distance(at, " + s.At + ", false)"
	case sortNewest:
		s.Key, s.Order = "published", "DESC"
	}
	s.Once = s.Words != "" || s.Meters != "" || s.Facets
	var b strings.Builder
	if err := searchSQL().ExecuteTemplate(&b, "search.sql.tmpl", &s); err != nil {
		return "", nil, fmt.Errorf("peer: postgres: %w", err)
	}
	return b.String(), args, nil
}

// searchOn asks one question on a connection.
func searchOn(ctx context.Context, conn *pgx.Conn, q *query) (answer, error) {
	text, args, err := pgSearch(q)
	if err != nil {
		return answer{}, err
	}
	a := answer{Missions: make([]int, 0, q.Limit), Facets: map[string]map[string]int{}}
	var domains, departments map[string]int
	if err := conn.QueryRow(ctx, text, args...).Scan(&a.Total, &a.Missions, &domains, &departments); err != nil {
		return a, fmt.Errorf("peer: postgres: %s: %w", q.Kind, err)
	}
	for _, f := range []struct {
		name   string
		counts map[string]int
	}{{facetDomain, domains}, {facetDepartment, departments}} {
		if slices.Contains(q.Facets, f.name) {
			a.Facets[f.name] = f.counts
		}
	}
	return a, nil
}

func (p *postgresPeer) answers() ([]answer, error) {
	return askAll(p.queries, func(q *query) (answer, error) { return searchOn(context.Background(), p.conn, q) })
}

func (p *postgresPeer) time(from, to int) ([]float64, error) {
	return timeAll(p.queries[from:to], func(q *query) error { _, err := searchOn(context.Background(), p.conn, q); return err })
}
