package surge

import (
	"fmt"
	"slices"
	"time"

	"renfort/bench/world"
	"renfort/mission"
)

// ledger counts what happens, from what people were answered: apart from the
// engine's own counts, with which it is compared at the end.
type ledger struct {
	seats []int
	taken []int // taken[m]: people who were given a seat

	Clicks, Links               int // forms asked for, from lists and by links
	RefusedClicks, RefusedLinks int
	Sent, RefusedForms          int
	Pages, Inexact              int // of the perturbed arm
	Offers, Late                int // seats offered to those who waited; answered too late

	shown, best  float64 // relevance of the lists compared
	liked, could int     // chance of interest in them, per million
	idle         int     // seat-seconds before each seat was given
	Curve        []int   // Curve[t]: people seated within minute t
}

// idleHours is the time over which seats count as idle: the hour of arrivals
// and one more.
const idleHours = 2

func (l *ledger) open(s *world.Surge) {
	for _, site := range s.Sites {
		l.seats = append(l.seats, site.Seats)
	}
	l.taken = make([]int, len(l.seats))
	l.Curve = make([]int, idleHours*60)
}

func (l *ledger) clicked(link bool) {
	l.Clicks += b2i(!link)
	l.Links += b2i(link)
}

func (l *ledger) refusedAtClick(link bool) {
	l.RefusedClicks += b2i(!link)
	l.RefusedLinks += b2i(link)
}

func (l *ledger) sent()             { l.Sent++ }
func (l *ledger) refusedAfterForm() { l.RefusedForms++ }

// seated counts a seat given at a second.
func (l *ledger) seated(m int32, second int) {
	l.taken[m]++
	l.idle += min(second, idleHours*3600)
	if minute := second / 60; minute < len(l.Curve) {
		l.Curve[minute]++
	}
}

func (l *ledger) compared(shown, best float64, liked, could int) {
	l.shown += shown
	l.best += best
	l.liked += liked
	l.could += could
}

// Figures are what one arm came to in one surge.
type Figures struct {
	Fills   int
	Optimum int
	// Of the best possible in hindsight, the share that was filled.
	Filled float64
	// Shares of the forms sent, of the clicks on lists, and of those who came by
	// a link, that met a full mission; and of all that was asked for.
	RefusedForm  float64
	RefusedClick float64
	RefusedLink  float64
	Refused      float64
	Oversold     int     // people beyond the seats, by the ledger
	Rural        float64 // seats filled of those in small communes
	Urban        float64
	Pressing     float64 // of missions that are urgent or vital
	Gini         float64 // of the shares filled
	Served       int     // missions that got somebody
	Servable     int     // those that could have, in hindsight
	// Relevance lost by the lists against those by relevance alone, and the
	// chance that readers liked what they looked at against the same.
	RelevanceLost float64
	LikingLost    float64
	IdleHours     float64 // seats times hours without anybody, of idleHours
	Inexact       float64 // share of pages that Perturbed may have got wrong
	Offers        int     // seats offered to those who waited
	Late          int     // offers that their people turned to too late
	Curve         []int
	// What people were told of their chance of a seat and what became of them:
	// with nothing held, and with a seat held. Zero for arms that tell nothing.
	Told     Reliability
	ToldHeld Reliability
}

// settleSeconds is how long after the last deed the engine is looked at: every
// hold has ended by then.
const settleSeconds = 3_700

// settle ends the play: it compares the ledger with the engine, mission by
// mission, and works the figures out.
func (p *play) settle() (Figures, error) {
	end := p.surge.Config.At.Add(time.Duration(p.second+settleSeconds) * time.Second)
	for !p.arm.Waiting { // a Tick sweeps so many holds at most; offers would go on for days
		seq := p.engine.Seq()
		if err := p.engine.TickAt(end); err != nil {
			return Figures{}, err
		}
		if p.engine.Seq() == seq {
			break
		}
	}
	s, l := p.engine.Snapshot(), &p.ledger
	for m, o := range p.row {
		if live := s.Live.At(o); int(live.Confirmed) != l.taken[m] || live.Held != 0 && !p.arm.Waiting {
			return Figures{}, fmt.Errorf("surge: arm %s: mission %d: the engine counts %d seats given and %d held, people were given %d",
				p.arm.Name, m, live.Confirmed, live.Held, l.taken[m])
		}
	}
	return p.figures(), nil
}

// figures works out what the ledger says.
func (p *play) figures() Figures {
	l := &p.ledger
	f := Figures{Offers: l.Offers, Late: l.Late, Optimum: p.optimum, Servable: p.servable, Curve: l.Curve}
	var seats, taken [2]int // urban, rural
	var pressing, answered int
	var shares []float64
	total := 0
	for m, n := range l.taken {
		rural := b2i(p.surge.Sites[m].Rural)
		seats[rural] += l.seats[m]
		taken[rural] += n
		if u := p.surge.Missions[m].Urgency; u == mission.UrgencyUrgent || u == mission.UrgencyVital {
			pressing += l.seats[m]
			answered += n
		}
		f.Fills += n
		f.Served += b2i(n > 0)
		f.Oversold += max(0, n-l.seats[m])
		total += l.seats[m]
		shares = append(shares, float64(n)/float64(l.seats[m]))
	}
	f.Filled, f.Urban, f.Rural = ratio(f.Fills, p.optimum), ratio(taken[0], seats[0]), ratio(taken[1], seats[1])
	f.Pressing = ratio(answered, pressing)
	f.RefusedForm, f.RefusedClick, f.RefusedLink = ratio(l.RefusedForms, l.Sent), ratio(l.RefusedClicks, l.Clicks), ratio(l.RefusedLinks, l.Links)
	f.Refused = ratio(l.RefusedForms+l.RefusedClicks+l.RefusedLinks, l.Clicks+l.Links)
	f.Gini = gini(shares)
	if l.best > 0 {
		f.RelevanceLost = 1 - l.shown/l.best
	}
	if l.could > 0 {
		f.LikingLost = 1 - float64(l.liked)/float64(l.could)
	}
	f.IdleHours = float64((total-f.Fills)*idleHours*3600+l.idle) / 3600
	f.Told, f.ToldHeld = p.reliability()
	f.Inexact = ratio(l.Inexact, l.Pages)
	return f
}

// ratio is a/b, 0 where there is nothing to share.
func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// gini is 0 where all are equal and nears 1 where one has everything. It sorts
// its argument.
func gini(shares []float64) float64 {
	slices.Sort(shares)
	sum, weighted := 0.0, 0.0
	for i, v := range shares {
		sum += v
		weighted += float64(2*i-len(shares)+1) * v
	}
	if sum == 0 {
		return 0
	}
	return weighted / (float64(len(shares)) * sum)
}
