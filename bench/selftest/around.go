package selftest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// crisis is one that is on, as it is answered.
type crisis struct {
	mission.Crisis
	StartsAt *time.Time `json:"starts_at_instant"`
	EndsAt   *time.Time `json:"ends_at_instant"`
}

// putCrisis answers PUT /v1/crises/{id}; a crisis without dates is on.
func (s *Server) putCrisis(ctx *fasthttp.RequestCtx, id string) error {
	c := &crisis{}
	if err := mission.Decode(ctx.PostBody(), &c.Crisis); err != nil {
		return err
	}
	c.ID = id
	if err := s.state.intake.Crisis(&c.Crisis); err != nil {
		return err
	}
	if c.Starts != 0 {
		at := time.Unix(c.Starts, 0).UTC()
		c.StartsAt = &at
	}
	if c.Ends != 0 {
		at := time.Unix(c.Ends, 0).UTC()
		c.EndsAt = &at
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	_, known := s.state.crises[id]
	s.state.crises[id] = c
	seq := s.state.wrote(s.now())
	return s.write(ctx, written(!known), seq, fmt.Appendf(nil, `{"id":%q,"seq":%d}`, id, seq))
}

// deleteCrisis answers DELETE /v1/crises/{id}.
func (s *Server) deleteCrisis(ctx *fasthttp.RequestCtx, id string) error {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	if s.state.crises[id] == nil {
		return notFound
	}
	delete(s.state.crises, id)
	return s.write(ctx, 204, s.state.wrote(s.now()), nil)
}

// listCrises answers GET /v1/crises.
func (s *Server) listCrises(ctx *fasthttp.RequestCtx, _ string) error {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	all := []*crisis{}
	for _, c := range s.state.crises {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *crisis) int { return cmp.Compare(a.ID, b.ID) })
	return s.write(ctx, 200, 0, mustJSON(map[string]any{"crises": all, "cursor": nil, "seq": s.state.seq}))
}

// getOrganization answers GET /v1/organizations/{id}: all answer as the prior
// expects.
func (s *Server) getOrganization(ctx *fasthttp.RequestCtx, id string) error {
	q := s.state.policy.Quality
	return s.write(ctx, 200, 0, mustJSON(map[string]any{"id": id, "name": id, "networks": []string{}, "state": mission.OrgActive,
		"reliability": q.PriorAnswered / (q.PriorAnswered + q.PriorIgnored)}))
}
