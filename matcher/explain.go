package matcher

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"renfort/index"
)

// explain scores a candidate again, keeping its reasons.
func (q *query) explain(c *candidate) []Reason {
	m, l := q.snapshot.Missions.At(c.ordinal), q.snapshot.Live.At(c.ordinal)
	e, w := index.EntryOf(c.ordinal, m), q.wayOf(c, m)
	s := score{explain: true, reasons: make([]Reason, 0, 6)}
	if v := q.score(&s, &e, q.snapshot.Stands.At(c.ordinal), &w); v != c.score {
		panic(fmt.Sprintf("matcher: mission %q scores %v and explains %v", q.snapshot.Texts.At(c.ordinal).ID, c.score, v))
	}
	for i := range s.reasons {
		q.word(&s.reasons[i], c.ordinal, m, l)
	}
	return s.reasons
}

// wayOf gives the way that a candidate was scored by.
func (q *query) wayOf(c *candidate, m *index.Mission) way {
	if c.remote {
		return q.afar()
	}
	w, _ := q.wayAt(c.address, q.at.Chord2(q.snapshot.Addresses.At(c.address).Vec), m.Class, c.ordinal)
	return w
}

// tell keeps the factors of the person's side.
func (q *query) tell(s *score, m *index.Mission, w *way, l *index.Stand, affinity float64, kind int, share float64) {
	p := q.policy
	var detail map[string]any
	if q.prefers {
		detail = map[string]any{}
		q.tellAffinity(detail, m, kind, share)
	}
	s.reasons = append(s.reasons, Reason{Factor: "affinity", Value: affinity, Weight: p.Weights.Affinity, Detail: detail,
		Text: q.affinityText(kind, detail)})
	if q.placed {
		s.reasons = append(s.reasons, q.distanceReason(m, w))
	}
	available := Reason{Factor: "availability", Value: 1, Weight: p.Weights.Availability}
	if !q.fits(l) {
		available.Value = p.Availability.NoneFits
		available.Text = q.say("aux heures où vous êtes moins disponible", "at times when you are less available")
	} else if q.days != 0 && l.Days != 0 {
		available.Text = q.say("à des heures qui vous vont", "at times that suit you")
	}
	s.reasons = append(s.reasons, available)
}

func (q *query) tellAffinity(detail map[string]any, m *index.Mission, kind int, share float64) {
	t := q.snapshot.Taxonomy
	switch kind {
	case byActivity:
		for i := range t.Activities {
			if q.activities[i/64]&m.Activities[i/64]&(1<<(i%64)) != 0 {
				detail["activity"] = t.Activities[i].ID
				break
			}
		}
	case byDomain, byAdjacent:
		chosen := q.domains
		if kind == byAdjacent {
			chosen = q.adjacent
		}
		for i := range t.Domains {
			if m.Domains&chosen&(1<<i) != 0 {
				detail["domain"] = t.Domains[i].ID
				break
			}
		}
	}
	if share > 0 {
		detail["skills_share"] = share
	}
}

func (q *query) affinityText(kind int, detail map[string]any) string {
	text := ""
	switch {
	case !q.prefers:
		return q.say("vous êtes ouvert à tout", "you are open to anything")
	case kind == byActivity:
		text = q.say("une activité que vous avez choisie", "an activity you chose")
	case kind == byDomain:
		text = q.say("un domaine que vous avez choisi", "a domain you chose")
	case kind == byAdjacent:
		text = q.say("proche d'un domaine que vous avez choisi", "close to a domain you chose")
	default:
		text = q.say("un autre domaine que les vôtres", "another domain than yours")
	}
	if detail["skills_share"] != nil {
		text += q.say(", et vos compétences y servent", ", and your skills are of use there")
	}
	return text
}

func (q *query) distanceReason(m *index.Mission, w *way) Reason {
	r := Reason{Factor: "distance", Value: 1, Weight: q.policy.Weights.Distance}
	if w.remote {
		r.Value = q.policy.Distance.Remote
		r.Detail = map[string]any{"remote": true}
		r.Text = q.say("à distance", "from home")
		return r
	}
	if beyond := w.km - q.policy.Distance.FreeKm; beyond > 0 {
		r.Value = math.Exp(-beyond / q.scaleOf(m))
	}
	r.Detail = map[string]any{"km": math.Round(w.km*1000) / 1000, "scale_km": math.Round(q.scaleOf(m)*1000) / 1000}
	if m.Class == index.InCrisis {
		r.Detail["reach_km"] = q.snapshot.Climate.Crises.ReachKm(m)
	}
	r.Text = q.say("à "+q.km(w.km)+" de chez vous", q.km(w.km)+" from you")
	return r
}

// km writes a distance as people say it.
func (q *query) km(km float64) string {
	digits := 1
	if km >= 10 {
		digits = 0
	}
	s := strconv.FormatFloat(km, 'f', digits, 64)
	if q.request.French {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s + " km"
}

// word adds what people are told about a mission's standing.
func (q *query) word(r *Reason, o uint32, m *index.Mission, l *index.Live) {
	c := q.snapshot.Climate
	switch r.Factor {
	case "urgency":
		pmiss := missing(q.policy, c, m, l)
		r.Detail = map[string]any{"p_miss": math.Round(pmiss*1e6) / 1e6, "urgency": index.UrgencyName(m.Urgency)}
		if m.Crises != 0 {
			r.Detail["crises"], r.Detail["boost"] = q.snapshot.CrisesOf(o), c.Crises.Boost(m)
		}
		switch {
		case m.Urgency == index.Vital:
			r.Text = q.say("besoin vital", "vital need")
		case m.Urgency == index.Urgent:
			r.Text = q.say("besoin urgent", "urgent need")
		case m.Crises != 0:
			r.Text = q.say("dans une crise", "in a crisis")
		case pmiss >= 0.5:
			r.Text = q.say("peine à trouver du monde", "short of people")
		}
	case "quality":
		if o := q.snapshot.Orgs.At(m.Org); o.Answered+o.Ignored > 0 {
			r.Detail = map[string]any{"answered": o.Answered, "ignored": o.Ignored}
		}
		if r.Value >= 0.9 {
			r.Text = q.say("une organisation qui répond", "an organisation that answers")
		}
	case "congestion":
		r.Detail = map[string]any{"fill": math.Round(l.Fill()*1e6) / 1e6}
		r.Text = q.seatsText(l)
	}
}

func (q *query) seatsText(l *index.Live) string {
	switch {
	case !l.Known():
		return ""
	case l.Free == 1:
		return q.say("une place libre", "one seat left")
	}
	return q.say(fmt.Sprintf("%d places libres", l.Free), fmt.Sprintf("%d seats left", l.Free))
}

func (q *query) say(french, english string) string {
	if q.request.French {
		return french
	}
	return english
}
