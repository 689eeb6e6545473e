package surge

import "renfort/matcher"

// foretoldEvery is how many people there are to one who is told their outlook:
// a page for each person more would take as long as the play.
const foretoldEvery = 4

// signupPage is how many missions the page has that a signup is answered with.
const signupPage = 10

// forecast is what somebody was told of their chance of a seat.
type forecast struct {
	person int32
	held   bool // with a seat held for them
	chance float64
}

// signs notes that somebody signs up in this second, with a seat held for them
// or without: once each at most, and one person in foretoldEvery.
func (p *play) signs(person int32, held bool) {
	if !p.arm.Foretells || person%foretoldEvery != 0 {
		return
	}
	g := &p.guests[person]
	told := &g.toldFree
	if held {
		told = &g.toldHeld
	}
	if !*told {
		*told = true
		p.forecasts = append(p.forecasts, forecast{person: person, held: held})
	}
}

// foretell tells those who signed up in this second what the door would: the
// outlook of a page of the moment.
func (p *play) foretell() error {
	for ; p.foretold < len(p.forecasts); p.foretold++ {
		f := &p.forecasts[p.foretold]
		r := matcher.Request{Profile: p.volunteers[f.person], Limit: signupPage}
		if err := p.ranker.Recommend(p.known, &r, &p.page); err != nil {
			return err
		}
		f.chance = matcher.Outlook(p.known, &p.page, f.held, false)
	}
	return nil
}

// reliability settles what was told: of those with nothing held and of those
// with a seat held.
func (p *play) reliability() (free, held Reliability) {
	for _, f := range p.forecasts {
		r := &free
		if f.held {
			r = &held
		}
		r.add(f.chance, p.guests[f.person].seated)
	}
	return free, held
}

// answered notes the signup of somebody whose click was answered: with a seat,
// or, if they came by a link and have signed up for nothing yet, without.
func (p *play) answered(person int32, full bool) {
	if !full || p.guests[person].linked {
		p.signs(person, !full)
	}
}
