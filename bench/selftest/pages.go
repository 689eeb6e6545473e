package selftest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"renfort/bench/truth"
	"renfort/mission"
)

// page is an answer: missions, best first.
type page struct {
	places  []place
	at      time.Time
	seq     uint64
	widened *truth.Widened
}

// place is a mission of a page.
type place struct {
	r     *record
	score float64
	km    float64 // -1: no distance plays a part
}

// recommend answers POST /v1/recommendations.
func (s *Server) recommend(ctx *fasthttp.RequestCtx, _ string) error {
	var b struct {
		Volunteer string             `json:"volunteer"`
		Profile   *mission.Volunteer `json:"profile"`
		Limit     int                `json:"limit"`
		Explain   bool               `json:"explain"`
	}
	if err := json.Unmarshal(ctx.PostBody(), &b); err != nil {
		return err
	}
	v := b.Profile
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	if v == nil {
		p := s.state.volunteer[b.Volunteer]
		if p == nil {
			return notFound
		}
		v = &p.v
	}
	p, err := s.state.page(v, cmp.Or(b.Limit, mission.RecommendDefault), s.now())
	if err != nil {
		return err
	}
	body := s.state.appendPage([]byte{'{'}, &p)
	if b.Explain { // it cannot, and says so
		body = append(body, `,"degraded":true`...)
	}
	return s.write(ctx, 200, 0, append(body, '}'))
}

// signup answers POST /v1/signups.
func (s *Server) signup(ctx *fasthttp.RequestCtx, _ string) error {
	var b struct {
		Volunteer *mission.Volunteer  `json:"volunteer"`
		Recommend struct{ Limit int } `json:"recommend"`
		Hold      *struct {
			First   bool    `json:"first"`
			Seconds int     `json:"ttl_s"`
			Confirm bool    `json:"confirm"`
			Ref     *string `json:"ref"`
		} `json:"hold"`
	}
	if err := json.Unmarshal(ctx.PostBody(), &b); err != nil {
		return err
	}
	if b.Volunteer == nil {
		return fmt.Errorf("selftest: a signup without a volunteer")
	}
	now := s.now()
	if err := s.state.intake.Volunteer(b.Volunteer, now); err != nil {
		return err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	created, seq := s.state.keepVolunteer(&person{v: *b.Volunteer}, now)
	page, err := s.state.page(b.Volunteer, cmp.Or(b.Recommend.Limit, mission.RecommendDefault), now)
	if err != nil {
		return err
	}
	body := s.state.appendPage(fmt.Appendf(nil, `{"volunteer":%q,`, b.Volunteer.ID), &page)
	held := []byte("null")
	if b.Hold != nil && b.Hold.First {
		for _, p := range page.places {
			w := wish{Mission: p.r.m.ID, Volunteer: b.Volunteer.ID, Seconds: b.Hold.Seconds, Confirm: b.Hold.Confirm, Ref: b.Hold.Ref}
			if len(p.r.m.Slots) > 0 {
				w.Slots = []string{p.r.m.Slots[0].ID}
			}
			if h, _, why := s.state.take(&w, now); why == "" {
				held, seq = s.state.appendResult(nil, &h), s.state.seq
				break
			}
		}
	}
	body = append(append(body, `,"hold":`...), held...)
	return s.write(ctx, written(created), seq, append(body, `,"outlook":{"p_seat_24h":0.5,"waiting_rank":null}}`...))
}

// appendPage appends a page's members, without its braces; the lock is held.
func (s *state) appendPage(b []byte, p *page) []byte {
	b = append(b, `"recommendations":[`...)
	for i := range p.places {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.places[i].appendTo(b)
	}
	return fmt.Appendf(b, `],"recommendation_id":"r-%d","policy":%q,"at":%q,"widened":%s,"considered":%d,"took_us":1,"seq":%d`,
		p.seq, s.policy.Key(), p.at.Format(time.RFC3339), mustJSON(p.widened), len(p.places), p.seq)
}

// appendTo appends a place as it is answered.
func (p *place) appendTo(b []byte) []byte {
	m := &p.r.m
	km, free := any(nil), any(nil)
	if p.km >= 0 {
		km = math.Round(p.km*1000) / 1000
	}
	if seats := p.r.seats(); seats.Total != mission.SeatsUnknown {
		free = seats.Free()
	}
	b = fmt.Appendf(b, `{"id":%q,`, m.ID)
	return append(b, mustJSON(struct {
		Score    float64        `json:"score"`
		Km       any            `json:"distance_km"`
		Location any            `json:"location"`
		Free     any            `json:"seats_free"`
		Mission  map[string]any `json:"mission"`
	}{p.score, km, p.r.address(), free, map[string]any{"title": m.Title, "domains": m.Domains, "activities": m.Activities,
		"remote": m.Remote, "urgency": m.Urgency, "starts_at": m.StartsAt, "ends_at": m.EndsAt, "url": m.URL}})[1:]...)
}

// address is the first place of a mission; nil for none.
func (r *record) address() any {
	if len(r.m.Locations) == 0 {
		return nil
	}
	return &r.m.Locations[0]
}

// search answers GET /v1/search: the first missions with a free seat that have
// all words in their titles, or else just the first.
func (s *Server) search(ctx *fasthttp.RequestCtx, _ string) error {
	words := strings.Fields(strings.ToLower(string(ctx.QueryArgs().Peek("q"))))
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	var hits []place
	stale := s.state.mischief.strikes(Stale)
	for _, all := range []bool{true, false} {
		for _, r := range s.state.missions {
			if r != nil && (stale || !r.full()) && (!all || r.titled(words)) && len(hits) < mission.RecommendDefault {
				hits = append(hits, place{r: r, score: 1, km: -1})
			}
		}
		if len(hits) > 0 {
			break
		}
	}
	b := []byte(`{"hits":[`)
	for i := range hits {
		if i > 0 {
			b = append(b, ',')
		}
		b = hits[i].appendTo(b)
	}
	return s.write(ctx, 200, 0, fmt.Appendf(b, `],"total":%d,"facets":{},"cursor":null,"seq":%d,"took_us":1}`, len(hits), s.state.seq))
}

// titled says whether all words are in a mission's title.
func (r *record) titled(words []string) bool {
	title := strings.ToLower(r.m.Title)
	for _, w := range words {
		if !strings.Contains(title, w) {
			return false
		}
	}
	return true
}
