package surge

import (
	"fmt"

	"renfort/bench/world"
	"renfort/matcher"
	"renfort/mission"
)

// guest is how far somebody has come.
type guest struct {
	list     []int32 // the missions before them, those that they still look at
	rest     []int32 // of the list, while they look at alternatives
	wants    int32   // the mission that they clicked on
	hold     mission.ID
	byLink   bool // they came to wants by a link
	linked   bool // they came by a link, and have seen no list yet
	returned bool
	busy     bool // at a form that they will finish
	seated   bool
	toldFree bool    // they were told their outlook, with nothing held
	toldHeld bool    // and with a seat held
	waits    []int32 // missions whose lists they joined
	offers   []offered
}

// act does what needs a command, and says whether the person then looks at
// something.
func (p *play) act(e event) (looks bool) {
	if e.deed == wakes {
		return false
	}
	g, v := &p.guests[e.person], &p.surge.People[e.person]
	switch e.deed {
	case arrives:
		if p.arm.Alternatives || p.arm.Waiting { // are found by the record
			p.submit(forTime, e.person, mission.PutVolunteer{Volunteer: p.volunteers[e.person]})
		}
		if v.Direct >= 0 {
			g.wants, g.linked, g.byLink = int32(v.Direct), true, true
			p.agenda.add(p.second+v.ReadSeconds, clicks, e.person)
			return false
		}
		return true
	case clicks:
		if g := &p.guests[e.person]; !g.seated && !g.busy { // as they may be by an offer
			p.click(e.person)
		}
	case sends:
		p.send(e.person)
	case answers:
		p.answer(e.person)
	case gives, returns:
		return !p.guests[e.person].seated && !p.guests[e.person].busy
	}
	return false
}

// click opens a mission's form: with a seat held for it, or because the site
// believes that there is one.
func (p *play) click(person int32) {
	g := &p.guests[person]
	g.busy = true // an offer that they turn to in the same second comes too late
	if p.arm.Holds {
		g.hold = p.holdID()
		hold := mission.HoldSeat{Hold: g.hold, Mission: p.surge.Missions[g.wants].ID, Volunteer: p.volunteers[person].ID}
		if g.byLink {
			hold.Origin = mission.OriginLink // such seats say nothing about how lists fill
		}
		p.submit(forSeat, person, hold)
		return
	}
	p.ledger.clicked(g.byLink)
	if p.known.Live.At(p.row[g.wants]).Free <= 0 {
		p.ledger.refusedAtClick(g.byLink)
		p.refused(person)
		return
	}
	p.fill(person)
}

// fill lets somebody fill the form in, or leave it.
func (p *play) fill(person int32) {
	v := &p.surge.People[person]
	p.guests[person].busy = !v.Abandons
	if v.Abandons {
		p.wake(p.second + holdSeconds + 1)
		return
	}
	p.agenda.add(p.second+v.FormSeconds, sends, person)
}

// holdSeconds is how long a hold lasts here, as by the default policy.
const holdSeconds = 480

// send sends the form, by some twice.
func (p *play) send(person int32) {
	g, v := &p.guests[person], &p.surge.People[person]
	why := forForm
	for range 1 + b2i(v.Twice) {
		if p.arm.Holds {
			p.submit(why, person, mission.ConfirmSeat{Hold: g.hold})
		} else {
			id := p.holdID()
			p.submit(why, person, mission.HoldSeat{Hold: id, Mission: p.surge.Missions[g.wants].ID, Volunteer: p.volunteers[person].ID, Confirm: true})
		}
		why = forSure
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// told takes the answer to a command.
func (p *play) told(a asker, r *mission.Result, err error) error {
	full := mission.KindOf(err) == mission.Full
	late := mission.KindOf(err) == mission.HoldExpired && a.why != forSeat // an offer's own end may come before the form's
	switch {
	case err != nil && !full && !late, err != nil && a.why == forTime:
		return err
	case a.why == forSeat:
		g := &p.guests[a.person]
		p.ledger.clicked(g.byLink)
		p.answered(a.person, full)
		if !full {
			p.keep(g, r.Hold)
		}
		if full {
			p.ledger.refusedAtClick(g.byLink)
			p.refused(a.person)
			return nil
		}
		p.fill(a.person)
	case a.why == forForm:
		p.ledger.sent()
		if full || late {
			if p.arm.Holds && full {
				return err
			}
			p.ledger.refusedAfterForm()
			p.refused(a.person)
			return nil
		}
		return p.seat(a.person, r)
	case a.why == forSure:
		if g := &p.guests[a.person]; (err == nil) != g.seated {
			return fmt.Errorf("the form sent twice was answered otherwise: %w", err)
		}
	}
	return nil
}

// keep notes the hold of somebody who clicked: theirs already, if they were
// offered it, and then the site asks for as much time as any form has.
func (p *play) keep(g *guest, h *mission.Hold) {
	g.hold = h.ID
	if h.Origin == mission.OriginOffer {
		p.later = append(p.later, mission.Envelope{Command: mission.ExtendSeat{Hold: h.ID}})
	}
}

// seat counts a seat given.
func (p *play) seat(person int32, r *mission.Result) error {
	g := &p.guests[person]
	if g.seated || r.Hold == nil || r.Hold.State != mission.Confirmed || r.Hold.Mission != p.surge.Missions[g.wants].ID {
		return fmt.Errorf("a seat was given as %+v", r.Hold)
	}
	g.seated = true
	p.ledger.seated(g.wants, p.second)
	p.leave(person, g.wants)
	return nil
}

// refused is what somebody does whom a full mission refused: they look at what
// they are offered instead, and on along their list if they are patient.
func (p *play) refused(person int32) {
	p.agenda.add(p.second+1, gives, person)
	p.join(person)
	g := &p.guests[person]
	g.busy = false
	g.rest, g.list = append(g.list, g.rest...), nil
	if p.arm.Alternatives {
		p.offer(person)
	}
}

// offer finds the alternatives to a mission, as the door does on a refusal.
func (p *play) offer(person int32) {
	g := &p.guests[person]
	if err := p.engine.Alternatives(p.surge.Missions[g.wants].ID, p.volunteers[person].ID, &p.page); err != nil {
		panic("surge: alternatives: " + err.Error()) // both are there: a bug
	}
	for i := range p.page.Items {
		g.list = append(g.list, p.of[uint32(p.page.Items[i].Ordinal)])
	}
}

// look shows somebody a list, or lets them go on with the one they have. Who
// is disappointed and patient goes on: with the rest of the list, with the list
// if they came by a link, and once more later.
func (p *play) look(e event) error {
	g, patient := &p.guests[e.person], p.surge.People[e.person].Returns
	if g.busy { // since, by an offer
		return nil
	}
	if e.deed == arrives || e.deed == returns {
		if err := p.rank(e.person); err != nil {
			return err
		}
	}
	if e.deed == arrives {
		p.signs(e.person, false)
	}
	if p.scan(e.person) || !patient {
		return nil
	}
	if len(g.rest) > 0 {
		g.list, g.rest = g.rest, nil
		p.scan(e.person)
		return nil
	}
	if g.linked {
		if err := p.rank(e.person); err != nil {
			return err
		}
		if p.scan(e.person) {
			return nil
		}
	}
	if !g.returned {
		g.returned = true
		p.agenda.add(p.second+p.surge.People[e.person].BackSeconds, returns, e.person)
	}
	return nil
}

// rank fills the list that somebody sees, and keeps as much of it as they look
// at.
func (p *play) rank(person int32) error {
	g, v := &p.guests[person], &p.surge.People[person]
	r := matcher.Request{Profile: p.volunteers[person], Limit: v.LooksAt()}
	g.list, g.rest, g.linked = nil, nil, false
	measured := person%relevanceEvery == 0
	r.Explain = measured
	if err := p.order(&r, person); err != nil {
		return err
	}
	for i := range p.page.Items {
		g.list = append(g.list, p.of[uint32(p.page.Items[i].Ordinal)])
	}
	if measured {
		return p.compare(person, &r)
	}
	return nil
}

// scan goes down the list to the first mission that somebody wants, and says
// whether there is one or somebody is to give up later.
func (p *play) scan(person int32) bool {
	g := &p.guests[person]
	for i, m := range g.list {
		if p.surge.Wants(int(person), int(m)) {
			g.wants, g.byLink, g.list = m, false, g.list[i+1:]
			p.agenda.add(p.second+seconds(i+1), clicks, person)
			return true
		}
	}
	if n := len(g.list); n > 0 {
		g.list = nil
		p.agenda.add(p.second+seconds(n), gives, person)
		return true
	}
	return false
}

// seconds gives how long somebody takes for so many results.
func seconds(results int) int { return (results*world.TenthsPerResult + 9) / 10 }
