package selftest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// putMission answers PUT /v1/missions/{id}.
func (s *Server) putMission(ctx *fasthttp.RequestCtx, id string) error {
	r, err := s.state.readMission(ctx.PostBody(), id)
	if err != nil {
		return err
	}
	created, older, seq := s.state.putMission(r, s.now())
	if older {
		return s.write(ctx, 200, seq, fmt.Appendf(nil, `{"ignored":"older","seq":%d}`, seq))
	}
	return s.write(ctx, written(created), seq, fmt.Appendf(r.raw[:len(r.raw)-1:len(r.raw)-1], `,"seq":%d}`, seq))
}

// written is the status of a write.
func written(created bool) int {
	if created {
		return 201
	}
	return 200
}

// putVolunteer answers PUT /v1/volunteers/{id}.
func (s *Server) putVolunteer(ctx *fasthttp.RequestCtx, id string) error {
	p, created, seq, err := s.state.putVolunteer(ctx.PostBody(), id, s.now())
	if err != nil {
		return err
	}
	raw := mustJSON(&p.v)
	return s.write(ctx, written(created), seq, fmt.Appendf(raw[:len(raw)-1], `,"seq":%d}`, seq))
}

// getMission answers GET /v1/missions/{id}.
func (s *Server) getMission(ctx *fasthttp.RequestCtx, id string) error {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	r := s.state.mission[id]
	if r == nil {
		return notFound
	}
	b := r.appendTo(nil)
	return s.write(ctx, 200, 0, fmt.Appendf(b[:len(b)-1], `,"seq":%d,"took_us":1}`, s.state.seq))
}

// appendTo appends the mission as it is answered.
func (r *record) appendTo(b []byte) []byte {
	b = append(b, r.raw[:len(r.raw)-1]...)
	b = append(append(b, `,"ends_at_instant":`...), r.ends...)
	return append(r.occupancy().AppendJSON(append(b, `,"occupancy":`...)), '}')
}

// getVolunteer answers GET /v1/volunteers/{id}.
func (s *Server) getVolunteer(ctx *fasthttp.RequestCtx, id string) error {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	p := s.state.volunteer[id]
	if p == nil {
		return notFound
	}
	raw := mustJSON(&p.v)
	return s.write(ctx, 200, 0, fmt.Appendf(raw[:len(raw)-1], `,"seq":%d,"took_us":1}`, s.state.seq))
}

// deleteMission answers DELETE /v1/missions/{id}.
func (s *Server) deleteMission(ctx *fasthttp.RequestCtx, id string) error {
	return s.deleted(ctx, s.state.deleteMission, id)
}

// deleteVolunteer answers DELETE /v1/volunteers/{id}.
func (s *Server) deleteVolunteer(ctx *fasthttp.RequestCtx, id string) error {
	return s.deleted(ctx, s.state.deleteVolunteer, id)
}

func (s *Server) deleted(ctx *fasthttp.RequestCtx, do func(string, time.Time) (bool, uint64), id string) error {
	found, seq := do(id, s.now())
	if !found {
		return notFound
	}
	return s.write(ctx, 204, seq, nil)
}

// bulkMissions answers POST /v1/missions/bulk.
func (s *Server) bulkMissions(ctx *fasthttp.RequestCtx, _ string) error {
	return s.bulk(ctx, func(line []byte) (uint64, error) {
		r, err := s.state.readMission(line, "")
		if err != nil {
			return 0, err
		}
		_, _, seq := s.state.putMission(r, s.now())
		return seq, nil
	}, s.state.deleteMission)
}

// bulkVolunteers answers POST /v1/volunteers/bulk.
func (s *Server) bulkVolunteers(ctx *fasthttp.RequestCtx, _ string) error {
	return s.bulk(ctx, func(line []byte) (uint64, error) {
		_, _, seq, err := s.state.putVolunteer(line, "", s.now())
		return seq, err
	}, s.state.deleteVolunteer)
}

// bulk stores or deletes line by line.
func (s *Server) bulk(ctx *fasthttp.RequestCtx, put func([]byte) (uint64, error), remove func(string, time.Time) (bool, uint64)) error {
	var sum struct {
		Received int      `json:"received"`
		Stored   int      `json:"stored"`
		Deleted  int      `json:"deleted"`
		Ignored  int      `json:"ignored"`
		Rejected int      `json:"rejected"`
		Errors   []string `json:"errors"`
		Seq      uint64   `json:"seq"`
	}
	sum.Errors = []string{}
	for _, line := range lines(ctx.PostBody()) {
		sum.Received++
		var gone struct {
			ID     string `json:"id"`
			Delete bool   `json:"_delete"`
		}
		if json.Unmarshal(line, &gone) == nil && gone.Delete {
			_, sum.Seq = remove(gone.ID, s.now())
			sum.Deleted++
			continue
		}
		seq, err := put(line)
		if err != nil {
			sum.Rejected++
			sum.Errors = append(sum.Errors, err.Error())
			continue
		}
		sum.Stored++
		sum.Seq = seq
	}
	return s.write(ctx, 200, sum.Seq, mustJSON(&sum))
}

// page walks a list from a cursor on, which is a number in it.
func (s *Server) page(ctx *fasthttp.RequestCtx, name string, length func() int, appendAt func([]byte, int) ([]byte, bool)) error {
	q := ctx.QueryArgs()
	limit, err := strconv.Atoi(string(q.Peek("limit")))
	if err != nil {
		limit = mission.WalkDefault
	}
	at, _ := strconv.Atoi(string(q.Peek("cursor"))) // "" is the beginning
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	b := fmt.Appendf(nil, `{"%s":[`, name)
	for n := 0; at < length() && n < limit; at++ {
		mark := len(b)
		if n > 0 {
			b = append(b, ',')
		}
		there := false
		if b, there = appendAt(b, at); there {
			n++
		} else {
			b = b[:mark]
		}
	}
	cursor := "null"
	if at < length() {
		cursor = strconv.Quote(strconv.Itoa(at))
	}
	return s.write(ctx, 200, 0, fmt.Appendf(b, `],"cursor":%s,"seq":%d,"took_us":1}`, cursor, s.state.seq))
}

// walkMissions answers GET /v1/missions.
func (s *Server) walkMissions(ctx *fasthttp.RequestCtx, _ string) error {
	return s.page(ctx, "missions", func() int { return len(s.state.missions) }, func(b []byte, i int) ([]byte, bool) {
		r := s.state.missions[i]
		if r == nil {
			return b, false
		}
		return r.appendTo(b), true
	})
}

// walkVolunteers answers GET /v1/volunteers.
func (s *Server) walkVolunteers(ctx *fasthttp.RequestCtx, _ string) error {
	return s.page(ctx, "volunteers", func() int { return len(s.state.volunteers) }, func(b []byte, i int) ([]byte, bool) {
		p := s.state.volunteers[i]
		if p == nil {
			return b, false
		}
		return fmt.Appendf(b, `{"id":%q,"revision":%d}`, p.v.ID, p.v.Revision), true
	})
}

// walkSeats answers GET /v1/seats.
func (s *Server) walkSeats(ctx *fasthttp.RequestCtx, _ string) error {
	q := ctx.QueryArgs()
	of, by, state := string(q.Peek("mission")), string(q.Peek("volunteer")), string(q.Peek("state"))
	return s.page(ctx, "seats", func() int { return len(s.state.holds) }, func(b []byte, i int) ([]byte, bool) {
		h := s.state.holds[i]
		if h == nil || of != "" && h.mission != of || by != "" && h.volunteer != by || state != "" && h.state != state {
			return b, false
		}
		return append(h.appendTo(b), '}'), true
	})
}

// appendTo appends the hold as it is answered, without its last brace.
func (h *hold) appendTo(b []byte) []byte {
	slots := h.slots
	if slots == nil {
		slots = []string{}
	}
	var expires *time.Time
	if h.state == mission.Held || h.state == mission.Expired {
		at := h.expires.UTC().Truncate(time.Second)
		expires = &at
	}
	body := mustJSON(struct {
		Hold      string     `json:"hold"`
		State     string     `json:"state"`
		Mission   string     `json:"mission"`
		Slots     []string   `json:"slots"`
		Volunteer string     `json:"volunteer"`
		Ref       *string    `json:"ref"`
		Origin    string     `json:"origin"`
		Created   time.Time  `json:"created_at"`
		Expires   *time.Time `json:"expires_at"`
		Changed   time.Time  `json:"changed_at"`
	}{h.id, h.state, h.mission, slots, h.volunteer, h.ref, mission.OriginHold, h.created.UTC().Truncate(time.Second), expires, h.changed.UTC().Truncate(time.Second)})
	return append(b, body[:len(body)-1]...)
}

// appendResult appends a hold with its mission's occupancy; the lock is held.
func (s *state) appendResult(b []byte, h *hold) []byte {
	b = h.appendTo(b)
	if r := s.mission[h.mission]; r != nil {
		b = r.occupancy().AppendJSON(append(b, `,"occupancy":`...))
	}
	return fmt.Appendf(b, `,"seq":%d}`, s.seq)
}

// missionSeats answers GET /v1/missions/{id}/seats.
func (s *Server) missionSeats(ctx *fasthttp.RequestCtx, id string) error {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	r := s.state.mission[id]
	if r == nil {
		return notFound
	}
	return s.write(ctx, 200, 0, fmt.Appendf(r.appendSeats(nil), `,"seq":%d,"took_us":1}`, s.state.seq))
}

// appendSeats appends how a mission's seats stand, slot by slot, without the
// last brace.
func (r *record) appendSeats(b []byte) []byte {
	sum := r.occupancy()
	b = sum.AppendJSON(b)
	b = append(b[:len(b)-1], `,"slots":[`...)
	for i := range r.m.Slots {
		if i > 0 {
			b = append(b, ',')
		}
		p := r.pools[r.slots[r.m.Slots[i].ID]]
		counts := mission.Occupancy{Pool: p, FreeSeats: p.Free()}.AppendJSON(nil)
		b = append(fmt.Appendf(b, `{"id":%q,`, r.m.Slots[i].ID), counts[1:]...)
	}
	return fmt.Appendf(b, `],"filled":{"days":%d,"seats":%d,"by_link":0}`, mission.FillDays, sum.Confirmed)
}

// takeSeat answers POST /v1/missions/{id}/holds.
func (s *Server) takeSeat(ctx *fasthttp.RequestCtx, id string) error {
	w := wish{Mission: id}
	if err := json.Unmarshal(ctx.PostBody(), &w); err != nil {
		return err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	h, created, why := s.state.take(&w, s.now())
	if why != "" {
		return why
	}
	return s.write(ctx, written(created), s.state.seq, s.state.appendResult(nil, &h))
}

// getHold answers GET /v1/holds/{hold}.
func (s *Server) getHold(ctx *fasthttp.RequestCtx, id string) error {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	h := s.state.hold[id]
	if h == nil {
		return notFound
	}
	return s.write(ctx, 200, 0, s.state.appendResult(nil, h))
}

// confirm answers POST /v1/holds/{hold}/confirm.
func (s *Server) confirm(ctx *fasthttp.RequestCtx, id string) error {
	return s.settle(ctx, id, mission.Confirmed)
}

// release answers POST /v1/holds/{hold}/release.
func (s *Server) release(ctx *fasthttp.RequestCtx, id string) error {
	return s.settle(ctx, id, mission.Released)
}

func (s *Server) settle(ctx *fasthttp.RequestCtx, id, to string) error {
	var body struct {
		Ref *string `json:"ref"`
	}
	if len(ctx.PostBody()) > 0 {
		if err := json.Unmarshal(ctx.PostBody(), &body); err != nil {
			return err
		}
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	h, why := s.state.settle(id, to, body.Ref, s.now())
	if why != "" {
		return why
	}
	return s.write(ctx, 200, s.state.seq, s.state.appendResult(nil, &h))
}

// stats is GET /v1/stats, in short.
func (s *state) stats() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return mustJSON(map[string]any{"missions": len(s.mission), "volunteers": len(s.volunteer), "text": map[string]any{"pending": 0}, "seq": s.seq})
}
