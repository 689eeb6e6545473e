package surge

import (
	"fmt"
	"math"
	"slices"

	"renfort/mission"
)

// horizonSeconds is where a play ends: a day after the hour began, whoever may
// still have an offer then.
const horizonSeconds = 86_400

// parisSeconds is how far the clocks of Paris are ahead of UTC in winter: all
// that the quiet hours of the surge's evening need.
const parisSeconds = 3_600

// offered is a seat that somebody on a waiting list was offered.
type offered struct {
	hold    mission.ID
	mission int32
	answer  int // the second in which they turn to it
}

// join puts somebody on the list of the mission that refused them, if they are
// of those who wait.
func (p *play) join(person int32) {
	g := &p.guests[person]
	if !p.arm.Waiting || !p.surge.People[person].Waits || slices.Contains(g.waits, g.wants) {
		return
	}
	g.waits = append(g.waits, g.wants)
	p.later = append(p.later, mission.Envelope{Command: mission.JoinWaiting{Mission: p.surge.Missions[g.wants].ID,
		Volunteer: p.volunteers[person].ID, Clock: mission.Clock{Offset: parisSeconds}}})
}

// leave takes somebody who has a seat out of every other list, and gives back
// what they are offered there.
func (p *play) leave(person int32, seat int32) {
	for _, m := range p.guests[person].waits {
		if m != seat {
			p.later = append(p.later, mission.Envelope{Command: mission.LeaveWaiting{Mission: p.surge.Missions[m].ID, Volunteer: p.volunteers[person].ID}})
		}
	}
}

// tend submits what people do about waiting lists, after what they asked for,
// and tells those who were offered a seat since. A list that is full takes
// nobody; who was offered a seat there has left it.
func (p *play) tend() error {
	if !p.arm.Waiting {
		return nil
	}
	later := p.later
	_, errs := p.engine.SubmitAll(p.ctx, later)
	p.later = p.later[:0]
	for i, err := range errs {
		if k := mission.KindOf(err); err != nil && k != mission.Full && k != mission.TooManyHolds && k != mission.NotFound {
			return fmt.Errorf("%s: %w", later[i].Command.Name(), err)
		}
	}
	for {
		changes, _, err := p.engine.Store().Changes(p.heard, 0)
		if err != nil || len(changes) == 0 {
			return err
		}
		for i := range changes {
			if changes[i].Kind != mission.SeatOffered {
				continue
			}
			h, _, err := p.engine.Store().Hold(changes[i].Hold.ID) // the log has ids
			if err != nil {
				return err
			}
			p.offered(&h)
		}
		p.heard = changes[len(changes)-1].Seq
	}
}

// offered tells somebody of an offer. They turn to it after a time drawn from
// the law of their channel, in waking hours; who would be too late, or never
// finishes a form, lets it pass. The list moves on when it ends.
func (p *play) offered(h *mission.Hold) {
	person := p.byID[h.Volunteer]
	g, v, now := &p.guests[person], &p.surge.People[person], p.surge.Config.At.Unix()
	p.ledger.Offers++
	ends := int(h.Expires - now)
	p.wake(ends)
	if v.Abandons {
		return
	}
	policy := p.engine.Snapshot().Policy.Reverse
	clock := mission.Clock{Offset: parisSeconds}
	answer := int(policy.Quiet().WakingEnd(now+int64(p.second), answerSeconds(&policy, v.Volunteer.Channel, v.AnswerPerMille), &clock) - now)
	if answer+v.FormSeconds >= ends || answer+v.FormSeconds >= horizonSeconds {
		p.ledger.Late++
		return
	}
	g.offers = append(g.offers, offered{h.ID, p.of[uint32(h.Ordinal)], answer})
	p.agenda.add(answer, answers, person)
}

// wake sees to it that time moves on past a hold's end.
func (p *play) wake(ends int) {
	if p.arm.Waiting && ends < horizonSeconds {
		p.agenda.add(ends, wakes, nobody)
	}
}

// answer is what somebody does about an offer that they turn to: they fill the
// form, unless they have a seat by now or are at another form.
func (p *play) answer(person int32) {
	g := &p.guests[person]
	i := slices.IndexFunc(g.offers, func(o offered) bool { return o.answer == p.second })
	if i < 0 || g.seated || g.busy {
		return
	}
	g.wants, g.hold = g.offers[i].mission, g.offers[i].hold
	p.fill(person)
}

// answerSeconds is the law of answering times, lognormal by channel: those
// constants of the policy that waves begin from. place is a per mille.
func answerSeconds(p *mission.ReversePolicy, channel string, place int) int64 {
	median := p.DelayMedianMin.Email
	switch channel {
	case "push":
		median = p.DelayMedianMin.Push
	case "sms":
		median = p.DelayMedianMin.SMS
	}
	return int64(60 * median * math.Exp(p.DelaySigma*math.Sqrt2*math.Erfinv((2*float64(place)+1)/1000-1)))
}
