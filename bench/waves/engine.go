package waves

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"renfort/engine"
	"renfort/matcher/wave"
	"renfort/mission"
)

// Agreement is one arm in one setting, played by the simulation and by the
// engine with the same people.
type Agreement struct {
	Scenario
	Simulated, Engine Outcome
}

// Where the mission of the engine's plays is, in the middle of the country, and
// what a kilometre there is in degrees.
const (
	engineLat, engineLon  = 46.6, 2.5
	kmPerDegree           = 111.2
	engineWave, engineFor = "w", "m"
)

// PlayEngine plays the dials of a Config twice: in the simulation, and over an
// engine with a store of its own for each play, in a scratch folder that must
// exist. Both know the people by their distance alone and give everybody the
// prior's chance, as reverse matching does; each play has one mission. A Config
// with other arms, targets or knowledge is refused.
func PlayEngine(ctx context.Context, c Config, dir string) ([]Agreement, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Targets = slices.Compact(c.Targets); len(c.Targets) != 1 || c.Targets[0] != 1 || slices.ContainsFunc(c.Knowledge, func(k string) bool { return k != KnownFlat }) {
		return nil, fmt.Errorf("waves: over the engine it must be one target, and knowledge %q", KnownFlat)
	}
	crowds := make([]*crowd, c.Seeds)
	for i := range crowds {
		crowds[i] = newCrowd(c.People, 1, uint64(c.FirstSeed+i)).byDistance()
	}
	var all []Agreement
	for _, s := range c.scenarios() {
		for _, a := range c.arms() {
			if a.Dial == "" {
				continue
			}
			simulated, err := playAll(ctx, &a, s, crowds)
			if err != nil {
				return nil, err
			}
			figures := make([]Figures, len(crowds))
			for i := range crowds {
				if figures[i], err = playOver(ctx, &a, s, crowds[i], dir); err != nil {
					return nil, fmt.Errorf("waves: %s, %s, seed %d over the engine: %w", s, a.Name, c.FirstSeed+i, err)
				}
			}
			all = append(all, Agreement{s, outcome(&a, simulated), outcome(&a, figures)})
		}
	}
	return all, nil
}

// WriteAgreements prints a table.
func WriteAgreements(w io.Writer, all []Agreement) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "seats\taccept\tarm\tplayed by\tfull p50\tp90\tasked/seat\tturned away/seat\tplays full\t")
	for i := range all {
		a := &all[i]
		a.row(t, "simulation", &a.Simulated)
		a.row(t, "engine", &a.Engine)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("waves: %w", err)
	}
	return nil
}

func (a *Agreement) row(w io.Writer, by string, o *Outcome) {
	fmt.Fprintf(w, "%d\t%.0f %%\t%s\t%s\t%s\t%s\t%.2f\t%.2f\t%.1f %%\t\n", a.Seats, 100*a.Truth, o.Name, by, minutes(o.P50), minutes(o.P90), o.Asked, o.TurnedAway, 100*o.Full)
}

// byDistance gives the same people, known by their distance alone.
func (c *crowd) byDistance() *crowd {
	d, known := *c, make([]float64, len(c.luck))
	for v := range known {
		known[v] = math.Exp(-max(0, c.km[0][v]-nearKm) / reachKm)
	}
	d.known, d.best = [][]float64{known}, [][]int{order(known, true)}
	return &d
}

// overEngine is a play in which the engine chooses and counts. The play that it
// embeds knows what people will do.
type overEngine struct {
	*play
	engine *engine.Engine
	ctx    context.Context
	of     map[mission.ID]int // where somebody who was asked stands in state.Asks
	due    map[int64][]happening
	free   int
}

// happening is a receipt or an answer that comes at some second.
type happening struct {
	ask    int
	answer bool
}

// playOver plays one arm over an engine.
func playOver(ctx context.Context, a *Arm, s Scenario, c *crowd, scratch string) (Figures, error) {
	dir, err := os.MkdirTemp(scratch, "play")
	if err != nil {
		return Figures{}, err
	}
	defer os.RemoveAll(dir)
	p := &overEngine{play: newPlay(a, s, c, policyPrior(), wave.Counts{}), ctx: ctx, of: map[mission.ID]int{}, due: map[int64][]happening{}, free: s.Seats}
	if p.engine, err = engine.Open(engine.Options{Dir: dir, Clock: func() time.Time { return time.Unix(began, 0) }, ManualTicks: true, NoText: true, NoSync: true}); err != nil {
		return Figures{}, err
	}
	defer p.engine.Close()
	if err := p.settle(); err != nil {
		return Figures{}, err
	}
	for now := int64(began); now < began+playSeconds && !p.result.Full; now++ {
		if err := p.second(now); err != nil {
			return Figures{}, err
		}
	}
	return p.result, p.turnedAway()
}

// settle puts the mission and the people, all around it, and opens the wave.
func (p *overEngine) settle() error {
	now := time.Unix(began, 0)
	place := func(km, angle float64) (lat, lon *float64) {
		y, x := km*math.Sin(angle)/kmPerDegree, km*math.Cos(angle)/kmPerDegree/math.Cos(engineLat*math.Pi/180)
		y, x = y+engineLat, x+engineLon
		return &y, &x
	}
	lat, lon := place(0, 0)
	m := &mission.Mission{ID: engineFor, Title: "Distribution", Domains: []string{"solidarite-insertion"}, Seats: &p.setting.Seats, Locations: []mission.Location{{Lat: lat, Lon: lon}}}
	if err := p.engine.Intake().Mission(m); err != nil {
		return err
	}
	envelopes := []mission.Envelope{{Command: mission.PutMission{Mission: m}}}
	for n, km := range p.crowd.km[0] {
		lat, lon := place(km, 2.4*float64(n)) // radians: nobody stands where another does
		v := &mission.Volunteer{ID: fmt.Sprint("v", n), Location: &mission.Place{Lat: lat, Lon: lon}, BirthYear: 1990,
			Domains: m.Domains, Consent: mission.Consent{Alerts: true}, Channel: p.setting.Channel}
		if err := p.engine.Intake().Volunteer(v, now); err != nil {
			return err
		}
		envelopes = append(envelopes, mission.Envelope{Command: mission.PutVolunteer{Volunteer: v}})
	}
	envelopes = append(envelopes, mission.Envelope{Command: mission.OpenWave{Wave: &mission.Wave{ID: engineWave, Targets: []mission.Target{{Mission: engineFor}}, Dial: p.arm.Dial, Receipts: true}}})
	_, errs := p.engine.SubmitAll(p.ctx, envelopes)
	return errors.Join(errs...)
}

// second lets one pass, as it does in the engine: the clock ticks, what people
// say comes in, and waves that are due take their step, an answer's at once.
func (p *overEngine) second(now int64) error {
	p.state.Now = now
	if err := p.engine.TickAt(time.Unix(now, 0)); err != nil {
		return err
	}
	for _, h := range p.due[now] {
		if err := p.happen(h); err != nil {
			return err
		}
		if p.result.Full {
			return p.engine.StepWaves(p.ctx)
		}
	}
	delete(p.due, now)
	if err := p.engine.StepWaves(p.ctx); err != nil {
		return err
	}
	return p.meet()
}

// happen tells the engine of a receipt or an answer.
func (p *overEngine) happen(h happening) error {
	a, t := &p.state.Asks[h.ask], &p.told[h.ask]
	id := fmt.Sprint("v", a.Person)
	var c mission.Command = mission.DeliverAsks{Wave: engineWave, Receipts: []mission.Receipt{{Volunteer: id, State: mission.DeliveryDelivered, At: p.state.Now}}}
	if h.answer {
		answer := mission.AnswerAsk{Wave: engineWave, Volunteer: id, Answer: mission.AskDeclined}
		if t.accepts {
			answer.Answer, answer.Confirm, answer.Hold = mission.AskAccepted, true, "h"+id
		}
		c = answer
	}
	if _, err := p.engine.Submit(p.ctx, mission.Envelope{Command: c}); err != nil || !h.answer || !t.accepts {
		return err
	}
	p.result.Filled++
	p.result.LastSeconds = p.state.Now - began
	if p.free--; p.free == 0 {
		p.result.Full, p.result.Seconds = true, p.result.LastSeconds
	}
	return nil
}

// meet learns whom the engine has asked, and what will be heard of them.
func (p *overEngine) meet() error {
	view, err := p.engine.Store().Wave(engineWave)
	if err != nil || view.Counts.Asked == len(p.of) {
		return err
	}
	asks, err := p.engine.Store().Asks(engineWave, "", 0)
	if err != nil {
		return err
	}
	for i := range asks {
		id := asks[i].Volunteer
		if _, known := p.of[id]; known {
			continue
		}
		var person wave.Person
		if _, err := fmt.Sscanf(id, "v%d", &person); err != nil {
			return err
		}
		n := len(p.state.Asks)
		p.of[id] = n
		t := p.telling(&wave.Choice{Candidate: wave.Candidate{Person: person}})
		p.state.Asks, p.told = append(p.state.Asks, wave.Ask{Person: person}), append(p.told, t)
		if p.result.Asked++; t.receipt != 0 {
			p.due[t.receipt] = append(p.due[t.receipt], happening{n, false})
		}
		if t.answer != 0 {
			p.due[t.answer] = append(p.due[t.answer], happening{n, true})
		}
	}
	return nil
}

// turnedAway counts who was stood down and would have accepted, in the engine's
// own record, and holds what it counts against what was seen.
func (p *overEngine) turnedAway() error {
	asks, err := p.engine.Store().Asks(engineWave, "", 0)
	if err != nil {
		return err
	}
	accepted := 0
	for i := range asks {
		switch n, known := p.of[asks[i].Volunteer]; {
		case !known:
			return fmt.Errorf("%s was asked after the wave was full", asks[i].Volunteer)
		case asks[i].Answer == mission.AskAccepted:
			accepted++
		case asks[i].Answer == mission.AskStoodDown && p.told[n].accepts:
			p.result.TurnedAway++
		}
	}
	view, err := p.engine.Store().Mission(engineFor)
	if err != nil {
		return err
	}
	if seats := view.Seats.Pools[0]; seats.Confirmed != accepted || accepted != p.result.Filled || seats.Over != 0 {
		return fmt.Errorf("%d accepted, %d were seen to, and the seats are %+v", accepted, p.result.Filled, seats)
	}
	return nil
}
