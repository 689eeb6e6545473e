package surge

import (
	"context"
	"fmt"
	"slices"
	"time"

	"renfort/bench/oracle"
	"renfort/bench/world"
	"renfort/engine"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// stage is a surge made ready: the same for every arm.
type stage struct {
	surge      *world.Surge
	missions   []mission.Envelope
	volunteers []*mission.Volunteer // volunteers[p] of person p
	optimum    int                  // people seated at best
	servable   int                  // missions that could get somebody, at best
}

// newStage draws a surge, passes its records through the intake once, and
// counts the best possible.
func newStage(c world.SurgeConfig) (*stage, error) {
	w, err := world.NewSurge(c)
	if err != nil {
		return nil, err
	}
	s := &stage{surge: w}
	in := mission.NewIntake(mission.DefaultTaxonomy(), gazetteer.Default(), new(mission.Zones))
	for i := range w.Missions {
		if err := in.Mission(&w.Missions[i]); err != nil {
			return nil, fmt.Errorf("surge: mission %d: %w", i, err)
		}
		s.missions = append(s.missions, mission.Envelope{Command: mission.PutMission{Mission: &w.Missions[i]}})
	}
	for i := range w.People {
		v := w.People[i].Volunteer
		if err := in.Volunteer(&v, c.At); err != nil {
			return nil, fmt.Errorf("surge: person %d: %w", i, err)
		}
		s.volunteers = append(s.volunteers, &v)
	}
	s.seat()
	return s, nil
}

// seat counts the best possible in hindsight: for seats, and for missions that
// get at least somebody.
func (s *stage) seat() {
	g := oracle.Graph{Crowd: len(s.surge.People)}
	for _, site := range s.surge.Sites {
		g.Seats = append(g.Seats, site.Seats)
	}
	g.First, g.People = s.surge.Fans()
	s.optimum = oracle.Seat(g).Seated
	g.Seats = slices.Repeat([]int{1}, len(g.Seats))
	s.servable = oracle.Seat(g).Seated
}

// play is one surge with one arm.
type play struct {
	*stage
	arm    *Arm
	engine *engine.Engine
	ranker *matcher.Matcher
	greedy *mission.Policy
	draws  draws
	row    []uint32         // row[m]: ordinal of mission m
	of     map[uint32]int32 // mission of an ordinal

	second int // since the hour began
	known  *index.Snapshot
	knew   int // the second of known
	ctx    context.Context

	heard uint64             // the last command whose changes were looked at
	later []mission.Envelope // what people do about waiting lists after a refusal
	byID  map[mission.ID]int32

	agenda    agenda
	guests    []guest
	batch     []mission.Envelope
	askers    []asker // askers[i] waits for the answer to batch[i]
	holds     int     // ids made
	page      matcher.Page
	best      matcher.Page
	forecasts []forecast
	foretold  int // forecasts before it were made
	ledger    ledger
}

// asker is why a command was submitted.
type asker struct {
	person int32
	why    reason
}

// nobody is the person of what concerns all.
const nobody = -1

type reason uint8

const (
	forTime reason = iota // a Tick, a record: only an error matters
	forSeat               // a hold, or a confirmation without one
	forForm               // the confirmation of a hold
	forSure               // the same again: the answer must be the same
)

// run plays a surge in a folder, which must be empty, and counts.
func run(ctx context.Context, s *stage, a *Arm, dir string) (Figures, error) {
	p := &play{stage: s, arm: a, greedy: a.greedy(), ctx: ctx, guests: make([]guest, len(s.surge.People)),
		of: map[uint32]int32{}, byID: map[mission.ID]int32{}}
	e, err := engine.Open(engine.Options{Dir: dir, Policy: a.policy(), Clock: func() time.Time { return s.surge.Config.At },
		ManualTicks: true, NoText: true, NoSync: true})
	if err != nil {
		return Figures{}, fmt.Errorf("surge: %w", err)
	}
	defer e.Close()
	p.engine, p.ranker = e, matcher.New(e.Zones())
	if err := p.open(); err != nil {
		return Figures{}, err
	}
	for p.agenda.len() > 0 {
		if err := ctx.Err(); err != nil {
			return Figures{}, err
		}
		if err := p.step(); err != nil {
			return Figures{}, fmt.Errorf("surge: arm %s, seed %d, second %d: %w", a.Name, s.surge.Config.Seed, p.second, err)
		}
	}
	return p.settle()
}

// open stores the missions and notes everybody's arrival.
func (p *play) open() error {
	if _, errs := p.engine.SubmitAll(p.ctx, p.missions); firstError(errs) != nil {
		return fmt.Errorf("surge: missions: %w", firstError(errs))
	}
	// The next Tick renews bounds and everything else that goes by the minute.
	if err := p.engine.TickAt(p.surge.Config.At.Add(-time.Second)); err != nil {
		return err
	}
	p.known = p.engine.Snapshot()
	for m := range p.surge.Missions {
		o, ok := p.known.Mission(p.surge.Missions[m].ID)
		if !ok {
			return fmt.Errorf("surge: mission %d is not there", m)
		}
		p.row = append(p.row, o)
		p.of[o] = int32(m)
	}
	p.draws = drawSeats(p.surge)
	p.ledger.open(p.surge)
	for i := range p.surge.People {
		p.agenda.add(p.surge.People[i].Second, arrives, int32(i))
		p.byID[p.volunteers[i].ID] = int32(i)
	}
	p.heard = p.engine.Seq()
	return nil
}

func firstError(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// step plays the next second in which somebody does something: first all that
// they submit, in order, then what they see.
func (p *play) step() error {
	p.second = p.agenda.next()
	p.submit(forTime, nobody, mission.Tick{At: p.surge.Config.At.Unix() + int64(p.second)})
	var looking []event
	for _, e := range p.agenda.take(p.second) {
		if p.act(e) {
			looking = append(looking, e)
		}
	}
	if err := p.commit(); err != nil {
		return err
	}
	if err := p.tend(); err != nil {
		return err
	}
	p.refresh()
	for _, e := range looking {
		if err := p.look(e); err != nil {
			return err
		}
	}
	return p.foretell()
}

// submit puts a command into the second's batch.
func (p *play) submit(why reason, person int32, c mission.Command) {
	p.batch = append(p.batch, mission.Envelope{Command: c})
	p.askers = append(p.askers, asker{person, why})
}

// commit submits the batch and tells everybody what came of it. A refusal that
// a person cannot meet ends the play: it would be a mistake of the simulation
// or of the engine.
func (p *play) commit() error {
	batch, askers := p.batch, p.askers
	results, errs := p.engine.SubmitAll(p.ctx, batch)
	p.batch, p.askers = p.batch[:0], p.askers[:0]
	for i, a := range askers {
		if err := p.told(a, &results[i], errs[i]); err != nil {
			return fmt.Errorf("%s of person %d: %w", batch[i].Command.Name(), a.person, err)
		}
	}
	return nil
}

// refresh renews what the site knows, as often as the arm does.
func (p *play) refresh() {
	if p.arm.StaleSeconds == 0 || p.second-p.knew >= p.arm.StaleSeconds {
		p.known, p.knew = p.engine.Snapshot(), p.second
	}
}

// holdID names a hold: in the order of their making, the same in every run.
func (p *play) holdID() mission.ID {
	p.holds++
	return fmt.Sprintf("h%08d", p.holds)
}
