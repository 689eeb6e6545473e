package matcher

import (
	"fmt"
	"math"
	"time"

	"renfort/index"
	"renfort/mission"
)

// WholeKm is how distances to volunteers are told: in whole kilometres, at
// least 2, so that nobody is found by asking from several sides.
func WholeKm(km float64) int { return max(mission.VolunteerKmMin, int(math.Round(km))) }

// explain scores somebody again, keeping the reasons. What does not move the
// score but stands in the way of asking them has a weight of 0.
func (q *reverse) explain(c *volunteer, v *index.Volunteer, km int) []Reason {
	r := q.snapshot.Resident(c.ordinal)
	var w *reached
	if q.placed && v.Cell != 0 {
		at := q.from(v.Cell.CenterVec())
		w = &at
	}
	factor := 1.0
	switch {
	case c.remote && q.placed:
		factor = q.remoteD
	case !c.remote && w != nil:
		factor = w.factor
	}
	kind, held := q.kindOf(v, &r)
	if s := q.product(&r, kind, held, factor); s != c.score {
		panic(fmt.Sprintf("matcher: volunteer %q scores %v and explains %v", q.snapshot.VolunteerID(c.ordinal), c.score, s))
	}
	reasons := []Reason{q.tellAffinity(v, kind, held)}
	if q.placed {
		reasons = append(reasons, q.tellDistance(w, c.remote, km))
	}
	reasons = append(reasons, q.tellAvailability(&r), q.tellAcceptance(v), q.tellFatigue(&r))
	return q.tellAsking(reasons, &r)
}

func (q *reverse) tellAffinity(v *index.Volunteer, kind, held int) Reason {
	a := Reason{Factor: "affinity", Value: 1, Weight: q.policy.Weights.Affinity}
	if kind == noWish {
		a.Text = q.say("ouvert à tout", "open to anything")
		return a
	}
	a.Value, a.Detail = affinityValue(q.policy, kind, q.share(held)), map[string]any{}
	t, chosen := q.snapshot.Taxonomy, q.domains
	switch kind {
	case byActivity:
		for i := range t.Activities {
			if v.Activities[i/64]&q.mission.Activities[i/64]&(1<<(i%64)) != 0 {
				a.Detail["activity"] = t.Activities[i].ID
				break
			}
		}
		a.Text = q.say("a choisi cette activité", "chose this activity")
	case byAdjacent:
		chosen = q.adjacent
		fallthrough
	case byDomain:
		for i := range t.Domains {
			if v.Domains&chosen&(1<<i) != 0 {
				a.Detail["domain"] = t.Domains[i].ID
				break
			}
		}
		a.Text = q.say("a choisi ce domaine", "chose this domain")
		if kind == byAdjacent {
			a.Text = q.say("a choisi un domaine proche", "chose a domain close to it")
		}
	default:
		a.Text = q.say("a choisi d'autres domaines", "chose other domains")
	}
	if held > 0 {
		a.Detail["skills_share"] = q.share(held)
		a.Text += q.say(", a des compétences demandées", ", has skills that are asked for")
	}
	return a
}

func (q *reverse) tellDistance(w *reached, remote bool, km int) Reason {
	d := Reason{Factor: "distance", Value: 1, Weight: q.policy.Weights.Distance}
	if remote {
		d.Value, d.Detail, d.Text = q.policy.Distance.Remote, map[string]any{"remote": true}, q.say("à distance", "from home")
		return d
	}
	l := q.sites[w.site].scaleKm
	if beyond := w.km - q.policy.Distance.FreeKm; beyond > 0 {
		d.Value = math.Exp(-beyond / l)
	}
	d.Detail = map[string]any{"km": km, "scale_km": math.Round(l*1000) / 1000}
	d.Text = q.say(fmt.Sprintf("à %d km de la mission", km), fmt.Sprintf("%d km from the mission", km))
	return d
}

func (q *reverse) tellAvailability(r *index.Resident) Reason {
	a := Reason{Factor: "availability", Value: 1, Weight: q.policy.Weights.Availability}
	switch {
	case !q.fits(r):
		a.Value = q.policy.Availability.NoneFits
		a.Text = q.say("moins disponible à ces heures", "less available at these times")
	case q.days != 0 && r.Days != 0:
		a.Text = q.say("disponible à ces heures", "available at these times")
	}
	return a
}

func (q *reverse) tellAcceptance(v *index.Volunteer) Reason {
	a := Reason{Factor: "acceptance", Value: q.accept[v.Channel], Weight: 1}
	if v.Channel == 0 {
		a.Text = q.say("sans canal connu", "no known channel")
		return a
	}
	a.Detail = map[string]any{"channel": index.ChannelName(v.Channel)}
	a.Text = fmt.Sprintf(q.say("accepte %.0f fois sur 100 par %s", "accepts %.0f times of 100 by %s"), 100*a.Value, index.ChannelName(v.Channel))
	return a
}

func (q *reverse) tellFatigue(r *index.Resident) Reason {
	asks := int(q.snapshot.AskedOf(r.Ordinal).Asks)
	f := Reason{Factor: "fatigue", Value: q.fatigue[r.Asks()], Weight: 1, Detail: map[string]any{"asked": asks}}
	if r.LastAsked != 0 {
		f.Detail["last_asked"] = time.Unix(int64(r.LastAsked), 0).UTC().Format(time.RFC3339)
	}
	switch {
	case asks == 1:
		f.Text = q.say("sollicité une fois en 30 jours", "asked once in 30 days")
	case asks > 1:
		f.Text = fmt.Sprintf(q.say("sollicité %d fois en 30 jours", "asked %d times in 30 days"), asks)
	}
	return f
}

// tellAsking adds why somebody may not be asked now.
func (q *reverse) tellAsking(reasons []Reason, r *index.Resident) []Reason {
	silent := int64(q.snapshot.AskedOf(r.Ordinal).Silent)
	if silent > q.restSince {
		until := time.Unix(silent+int64(q.policy.Reverse.RestHours*3600), 0).UTC().Format(time.RFC3339)
		reasons = append(reasons, Reason{Factor: "rest", Value: 1, Detail: map[string]any{"until": until},
			Text: q.say("au repos après une demande sans réponse", "at rest after an unanswered ask")})
	}
	if charged := chargedOf(q.snapshot, r); charged >= q.budget {
		reasons = append(reasons, Reason{Factor: "budget", Value: 1, Detail: map[string]any{"charged": int(charged), "most": int(q.budget)},
			Text: q.say("assez sollicité ce mois-ci", "asked enough this month")})
	}
	if r.Stopped() {
		reasons = append(reasons, Reason{Factor: "stopped", Value: 1, Text: q.say("ne veut plus être sollicité", "wants to be asked no more")})
	}
	return reasons
}

func (q *reverse) say(french, english string) string {
	if q.request.French {
		return french
	}
	return english
}
