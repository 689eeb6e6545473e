package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"renfort/api"
	"renfort/bench/world"
	"renfort/engine"
	"renfort/matcher"
	"renfort/mission"
)

// demoCommand serves a made-up France.
type demoCommand struct {
	Addr       string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen, on loopback; port 0 takes a free one. Default: ${default}."`
	Missions   int    `default:"20000" placeholder:"N" help:"How many missions. Default: ${default}."`
	Volunteers int    `default:"100000" placeholder:"N" help:"How many volunteers. Default: ${default}."`
	Seed       uint64 `default:"1" placeholder:"S" help:"The same seed makes the same people and missions."`
	Speed      int    `default:"1" placeholder:"N" help:"Time passes N times as fast, from six in the evening on, so that one can watch a wave fill. Default: ${default}."`
	Data       string `type:"path" env:"RENFORT_DEMO_DATA" placeholder:"DIR" help:"Where the data is kept; if some is there already it is served as it is. Left out: a temporary directory, removed at the end."`
}

// Run makes the world, serves it and says what to try.
func (c *demoCommand) Run(p *process) (err error) {
	began := time.Now()
	if c.Speed < 1 || c.Speed > speedMost {
		return &usageError{fmt.Errorf("--speed is %d; it must be from 1 to %d", c.Speed, speedMost)}
	}
	clock := c.clock(began)
	made := world.Config{Missions: c.Missions, Volunteers: c.Volunteers, Seed: c.Seed, At: clock()}
	if err := made.Validate(); err != nil {
		return &usageError{err}
	}
	dir := c.Data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "renfort-demo-"); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		defer os.RemoveAll(dir)
	}
	config := api.Default()
	config.Addr, config.Log = c.Addr, newLog(p.stderr)
	h, err := openHost(config, engine.Options{Dir: dir, Clock: clock})
	if err != nil {
		return err
	}
	if err := settle(p, h.engine, made); err != nil {
		return stoppedEarly(p.ctx, errors.Join(err, h.close()))
	}
	if err := awaitWords(p.ctx, h.engine); err != nil {
		return stoppedEarly(p.ctx, errors.Join(err, h.close()))
	}
	hold, err := someSeat(h.engine)
	if err != nil {
		return errors.Join(err, h.close())
	}
	crowd, err := someCrowd(h.engine)
	if err != nil {
		return errors.Join(err, h.close())
	}
	invite(p.stdout, shown(h.address), h.engine.Snapshot().Exists, time.Since(began), hold)
	inviteToWave(p.stdout, shown(h.address), crowd, c.Speed)
	return h.serve(p.ctx)
}

// speedMost bounds how fast time passes: a Tick a second then moves it by ten
// minutes.
const speedMost = 600

// clock gives the demo's time: the real one, or one that runs Speed times as
// fast from six in the evening of today on, when people may be asked.
func (c *demoCommand) clock(began time.Time) func() time.Time {
	if c.Speed == 1 {
		return time.Now
	}
	paris := new(mission.Zones).Location("Europe/Paris")
	day := began.In(paris)
	evening := time.Date(day.Year(), day.Month(), day.Day(), 18, 0, 0, 0, paris)
	return func() time.Time { return evening.Add(time.Duration(c.Speed) * time.Since(began)) }
}

// awaitWords waits until the words of what was filled in can be searched.
func awaitWords(ctx context.Context, e *engine.Engine) error {
	for {
		err := e.AwaitText(ctx, e.Seq())
		if kind := mission.KindOf(err); ctx.Err() != nil || kind != mission.Stale && kind != mission.Unavailable {
			return err
		}
	}
}

// stoppedEarly says nothing of an error that is only somebody's Ctrl-C.
func stoppedEarly(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// settle fills an empty engine with a world.
func settle(p *process, e *engine.Engine, config world.Config) error {
	if e.Snapshot().Exists > 0 {
		fmt.Fprintln(p.stderr, "the data directory has missions already; they are served as they are")
		return nil
	}
	w, err := world.New(config)
	if err != nil {
		return err
	}
	err = fill(p, e, "missions", config.Missions, func(i int) (mission.Command, error) {
		m := w.Mission(i)
		return mission.PutMission{Mission: &m}, e.Intake().Mission(&m)
	})
	if err != nil {
		return err
	}
	now := e.Now()
	return fill(p, e, "volunteers", config.Volunteers, func(i int) (mission.Command, error) {
		v := w.Volunteer(i)
		return mission.PutVolunteer{Volunteer: &v}, e.Intake().Volunteer(&v, now)
	})
}

// fillTogether is how many records are submitted together.
const fillTogether = 4_096

// fill submits n records; while some are being stored, the next are made.
func fill(p *process, e *engine.Engine, what string, n int, record func(int) (mission.Command, error)) error {
	ctx, cancel := context.WithCancelCause(p.ctx)
	defer cancel(nil)
	batches := make(chan []mission.Envelope, 1)
	go func() {
		defer close(batches)
		for first := 0; first < n; first += fillTogether {
			batch := make([]mission.Envelope, min(fillTogether, n-first))
			for i := range batch {
				command, err := record(first + i)
				if err != nil {
					cancel(fmt.Errorf("demo: %s %d: %w", what, first+i, err))
					return
				}
				batch[i] = mission.Envelope{Command: command, Bulk: true}
			}
			select {
			case batches <- batch:
			case <-ctx.Done():
				return
			}
		}
	}()
	m := newMeter(p.stderr, what, n)
	defer m.clear()
	done := 0
	for batch := range batches {
		_, errs := e.SubmitAll(ctx, batch)
		if err := errors.Join(errs...); err != nil && ctx.Err() == nil {
			return fmt.Errorf("demo: %s: %w", what, err)
		}
		done += len(batch)
		m.show(done)
	}
	return context.Cause(ctx)
}

// seat is a mission that can be held without more ado.
type seat struct{ mission mission.ID }

// someSeat finds one near Nice; the zero seat if there is none.
func someSeat(e *engine.Engine) (seat, error) {
	nice := towns()[0]
	profile := &mission.Volunteer{Location: &mission.Place{Lat: &nice.lat, Lon: &nice.lon}}
	var page matcher.Page
	if err := e.Recommend(&matcher.Request{Profile: profile, Limit: mission.RecommendMax}, &page); err != nil {
		return seat{}, err
	}
	for i := range page.Items {
		view, err := e.Store().Mission(page.Items[i].ID)
		if err != nil {
			return seat{}, err
		}
		m, err := view.Mission()
		if err != nil {
			return seat{}, err
		}
		if m.Booking != mission.BookingHere || view.Seats.Free() == 0 {
			continue
		}
		if len(m.Slots) == 0 {
			return seat{mission: m.ID}, nil
		}
	}
	return seat{}, nil
}

// crowdSeats is how many seats the demo's wave is to fill.
const crowdSeats = 50

// someCrowd finds an urgent mission near Nice with so many seats; the zero seat
// if there is none.
func someCrowd(e *engine.Engine) (seat, error) {
	nice := towns()[0]
	request := &matcher.Request{Profile: &mission.Volunteer{Location: &mission.Place{Lat: &nice.lat, Lon: &nice.lon}}, Limit: mission.RecommendMax,
		Filter: &mission.Filter{Urgencies: []string{mission.UrgencyUrgent, mission.UrgencyVital}}}
	var page matcher.Page
	if err := e.Recommend(request, &page); err != nil {
		return seat{}, err
	}
	for i := range page.Items {
		view, err := e.Store().Mission(page.Items[i].ID)
		if err != nil {
			return seat{}, err
		}
		if p := view.Seats.Pools; len(p) == 1 && p[0].Total != mission.SeatsUnknown && p[0].Free() >= crowdSeats && len(view.Seats.Slots) <= 1 {
			return seat{mission: view.ID}, nil
		}
	}
	return seat{}, nil
}
