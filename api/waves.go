package api

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/cespare/xxhash/v2"
	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// waveRoutes are those of the contract's section on waves.
func waveRoutes() []*route {
	return []*route{
		{method: "POST", pattern: "/v1/waves", scopes: needCrisis, class: classWrite, body: bodyJSON, handle: (*call).openWave,
			doc: routeDoc{tag: "Waves", summary: "Preview a wave, or start it", body: "WaveRequest", answers: []answerDoc{{200, "WavePreview"}, {201, "WaveRead"}}}},
		{method: "GET", pattern: "/v1/waves", scopes: needCrisis, class: classRead, reads: true, query: []string{"cursor", "limit"}, handle: (*call).walkWaves,
			doc: routeDoc{tag: "Waves", summary: "Waves, the newest last, for thirty days after their end", answers: ok("WavesWalk")}},
		{method: "GET", pattern: "/v1/waves/{id}", scopes: needCrisis, class: classRead, reads: true, handle: (*call).getWave,
			doc: routeDoc{tag: "Waves", summary: "How far a wave has come", answers: ok("WaveRead")}},
		{method: "PATCH", pattern: "/v1/waves/{id}", scopes: needCrisis, class: classResolve, body: bodyJSON, handle: (*call).patchWave,
			doc: routeDoc{tag: "Waves", summary: "Turn a wave's dial, pause it, let it go on, or stop it", body: "WavePatch", answers: ok("WaveRead")}},
		{method: "POST", pattern: "/v1/waves/{id}/answers", scopes: needCrisisOrWrite, class: classResolve, body: bodyJSON, handle: (*call).answerWave,
			doc: routeDoc{tag: "Waves", summary: "What somebody answers; who accepts takes a seat", body: "WaveAnswer", answers: ok("WaveAnswered")}},
		{method: "POST", pattern: "/v1/waves/{id}/deliveries", scopes: needCrisisOrWrite, class: classBulk, body: bodyLines, handle: (*call).deliverWave,
			doc: routeDoc{tag: "Waves", summary: "How messages fared, as NDJSON", body: "WaveReceipt", answers: ok("BulkAnswer")}},
		{method: "GET", pattern: "/v1/waves/{id}/asks", scopes: needCrisis, class: classRead, reads: true, query: []string{"cursor", "limit"}, handle: (*call).walkAsks,
			doc: routeDoc{tag: "Waves", summary: "Who was asked, why, and what they answered", answers: ok("AsksWalk")}},
	}
}

// needCrisisOrWrite is who may pass answers on.
var needCrisisOrWrite = []scope{scopeWrite, scopeCrisis, scopeAdmin}

// waveBody is POST /v1/waves. Mission is short for one target.
type waveBody struct {
	Mission  mission.ID               `json:"mission"`
	Targets  []waveTarget             `json:"targets"`
	Crisis   mission.ID               `json:"crisis"`
	Filters  mission.VolunteerFilters `json:"filters"`
	RadiusKm float64                  `json:"radius_km"`
	Dial     string                   `json:"dial"`
	Receipts bool                     `json:"receipts"`
	Limits   struct {
		Asked int `json:"asked"`
	} `json:"limits"`
	Preview bool   `json:"preview"`
	Plan    string `json:"plan"`
}

type waveTarget struct {
	Mission mission.ID `json:"mission"`
	Slots   []string   `json:"slots"`
	Seats   int        `json:"seats"`
}

// wave makes the noun of the body, validated.
func (c *call) wave(b *waveBody) (*mission.Wave, error) {
	if b.Mission != "" {
		if len(b.Targets) > 0 {
			return nil, invalid("/mission", "is short for one target; send it or targets")
		}
		b.Targets = []waveTarget{{Mission: b.Mission}}
	}
	w := &mission.Wave{Crisis: b.Crisis, Filters: b.Filters, RadiusKm: b.RadiusKm, Dial: cmp.Or(b.Dial, mission.DialNormal), Receipts: b.Receipts, AskedMax: b.Limits.Asked}
	for _, t := range b.Targets {
		w.Targets = append(w.Targets, mission.Target{Mission: t.Mission, Slots: t.Slots, Seats: t.Seats})
	}
	if err := w.Validate(); err != nil {
		return nil, err
	}
	if err := c.s.engine.Intake().VolunteerFilters(&w.Filters); err != nil {
		return nil, err
	}
	return w, c.publisherOfWave(w)
}

// publisherOfWave makes a key for some publishers ask only its own volunteers,
// for missions of one of them.
func (c *call) publisherOfWave(w *mission.Wave) error {
	for i := range w.Targets {
		v, err := c.mission(w.Targets[i].Mission)
		if err != nil {
			return err
		}
		if !c.key.limited() {
			continue
		}
		if w.Publisher != "" && v.Publisher != w.Publisher {
			return invalid(pointerTo("targets")+indexPointer(i)+"/mission", "is of another publisher than the first: a wave asks one publisher's volunteers")
		}
		w.Publisher = v.Publisher
	}
	return nil
}

// openWave answers POST /v1/waves: with preview what the wave would come to and
// a plan, else the wave. A plan is taken for ten minutes, by the very same
// wave.
func (c *call) openWave() error {
	var b waveBody
	if err := c.decode(&b); err != nil {
		return err
	}
	planned, found := c.s.plans.find(b.Plan, c.s.engine.Now().Unix())
	if b.Plan != "" && !found {
		return mission.Errorf(mission.Conflict, "the plan is not known or older than %d minutes: preview again", planSeconds/60)
	}
	if found && b.Mission == "" && len(b.Targets) == 0 {
		return c.startWave(planned.wave)
	}
	w, err := c.wave(&b)
	if err != nil {
		return err
	}
	print := waveDigest(w)
	switch {
	case found && planned.digest != print:
		return mission.Errorf(mission.Conflict, "the plan is of another wave: preview this one")
	case b.Preview:
		return c.previewWave(w, print)
	}
	return c.startWave(w)
}

// waveDigest tells waves apart by what they were asked to be.
func waveDigest(w *mission.Wave) uint64 {
	text, err := mission.Encode(w)
	if err != nil {
		return 0
	}
	return xxhash.Sum64(text)
}

func (c *call) previewWave(w *mission.Wave, digest uint64) error {
	e := c.s.engine
	o, err := e.PreviewWave(w, digest)
	if err != nil {
		return err
	}
	id := c.s.plans.put(plannedWave{wave: w, digest: digest, at: e.Now().Unix()}, e.NewID("p-"))
	c.private()
	c.out = appendString(append(c.out, `{"plan":`...), id)
	c.out = append(c.out, `,"asked":`...)
	c.out = strconv.AppendInt(c.out, int64(o.Asked), 10)
	c.out = append(c.out, `,"minutes":`...)
	c.out = strconv.AppendFloat(c.out, float64((o.Seconds+5)/6)/10, 'f', -1, 64)
	for _, n := range []struct {
		name  string
		value int
	}{{"turned_away", o.TurnedAway}, {"empty", o.Empty}} {
		c.out = appendString(append(c.out, ','), n.name)
		c.out = strconv.AppendInt(append(c.out, ':'), int64(n.value), 10)
	}
	c.out = append(c.out, `,"fills":`...)
	c.out = strconv.AppendFloat(c.out, o.Fills, 'f', 2, 64)
	c.out = append(c.appendSeqTook(c.out, e.Seq()), '}')
	return nil
}

func (c *call) startWave(w *mission.Wave) error {
	started := *w
	env, err := c.envelope(mission.OpenWave{Wave: &started})
	if err != nil {
		return err
	}
	if started.ID = c.s.engine.NewID("w-"); env.Key != "" {
		// A repeat under the key must name the wave that the first one opened.
		started.ID = "w-" + hex.EncodeToString([]byte(env.Key))
	}
	res, err := c.submitEnvelope(env)
	if err != nil {
		return err
	}
	c.wrote(fasthttp.StatusCreated, res.Seq)
	return c.answerWithWave(started.ID)
}

func (c *call) answerWithWave(id mission.ID) error {
	p, err := c.s.engine.Wave(id)
	if err != nil {
		return err
	}
	c.private()
	c.out = appendWave(append(c.out, '{'), p)
	c.out = append(c.appendSeqTook(c.out, p.Seq), '}')
	return nil
}

// seesWave refuses a wave of a publisher that the key does not see.
func (c *call) seesWave(id mission.ID) error {
	if !c.key.limited() {
		return nil
	}
	w, err := c.s.engine.Store().Wave(id)
	if err == nil && (w.Publisher == "" || !c.key.sees(w.Publisher)) {
		return mission.Errorf(mission.NotFound, "there is no wave %q", id)
	}
	return err
}

// getWave answers GET /v1/waves/{id}.
func (c *call) getWave() error {
	if err := c.seesWave(c.id[0]); err != nil {
		return err
	}
	return c.answerWithWave(c.id[0])
}

// walkWaves answers GET /v1/waves, without curves.
func (c *call) walkWaves() error {
	limit, err := c.whole("limit", 1, mission.WalkMax, mission.WalkDefault)
	if err != nil {
		return err
	}
	walk := walkOf("waves")
	after, err := decodeCursor(walk, c.text("cursor"))
	if err != nil {
		return err
	}
	page, err := c.s.engine.Store().Waves(after, limit)
	if err != nil {
		return err
	}
	c.private()
	c.out = append(c.out, `{"waves":[`...)
	shown := 0
	for _, w := range page {
		if c.key.limited() && (w.Publisher == "" || !c.key.sees(w.Publisher)) {
			continue
		}
		if shown++; shown > 1 {
			c.out = append(c.out, ',')
		}
		c.out = append(appendWaveFields(append(c.out, '{'), &w.Wave, &w.Counts), '}')
	}
	next := ""
	if len(page) == limit {
		next = page[limit-1].ID
	}
	c.out = c.appendWalkEnd(append(c.out, ']'), walk, next)
	return nil
}

// patchWave answers PATCH /v1/waves/{id}.
func (c *call) patchWave() error {
	var b struct {
		Dial  string `json:"dial"`
		State string `json:"state"`
	}
	if err := c.decode(&b); err != nil {
		return err
	}
	var fields []mission.FieldError
	if dials := []string{mission.DialCalm, mission.DialNormal, mission.DialUrgent, mission.DialVital}; b.Dial != "" && !slices.Contains(dials, b.Dial) {
		fields = append(fields, mission.FieldError{Pointer: "/dial", Detail: "is not one of " + joinWords(dials)})
	}
	if states := []string{mission.WaveRunning, mission.WavePaused, mission.WaveStopped}; b.State != "" && !slices.Contains(states, b.State) {
		fields = append(fields, mission.FieldError{Pointer: "/state", Detail: "is not one of " + joinWords(states)})
	}
	if b.Dial == "" && b.State == "" {
		fields = append(fields, mission.FieldError{Detail: "one of dial and state is required"})
	}
	if err := faulty(fields); err != nil {
		return err
	}
	if err := c.seesWave(c.id[0]); err != nil {
		return err
	}
	res, err := c.submit(mission.SetWave{Wave: c.id[0], Dial: b.Dial, State: b.State})
	if err != nil {
		return err
	}
	c.wrote(fasthttp.StatusOK, res.Seq)
	return c.answerWithWave(c.id[0])
}
