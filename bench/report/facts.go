package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"renfort/bench/result"
)

// calls are the tables of all calls and of their outcomes.
func (v *view) calls() section {
	s := section{ID: "calls", Title: words{"Every call", "Tous les appels"},
		Text: words{"“No” is a right answer that says no: full, expired, already taken. Refused is 429 and 503. Percentiles are of all that were answered and of errors and timeouts; a dash stands where there were too few to tell. A phase with one row of a person counts all requests of a person as one.",
			"« Non » est une réponse juste qui dit non : complet, expiré, déjà pris. Refus : 429 et 503. Les centiles portent sur toutes les réponses, erreurs et délais dépassés compris ; un tiret : trop peu pour le dire. Une ligne « person » compte pour un tout ce qu’une personne a demandé."}}
	for i := range v.results {
		t := table{Caption: v.of(i, words{"Latency and throughput", "Latence et débit"}), Heads: heads(words{"phase, call", "phase, appel"}, words{"due", "dues"}, words{"offered/s", "demandées/s"}, words{"answered/s", "réponses/s"},
			same("p50"), same("p90"), same("p99"), number("p99.9"), number("p99.99"), same("max"), words{"service p50", "service p50"}, same("service p99"), words{"bytes each", "octets chacune"})}
		o := table{Caption: v.of(i, words{"Outcomes", "Issues"}), Heads: heads(words{"phase, call", "phase, appel"}, same("OK"), words{"no", "non"}, words{"refused", "refus"}, words{"errors", "erreurs"}, words{"timeouts", "délais dépassés"}, words{"degraded", "dégradées"}, words{"refusals, p99", "refus, p99"}, words{"by status", "par statut"})}
		for k := range v.sums[i] {
			sum := &v.sums[i][k]
			c, l := &sum.Call, sum.Call.Latency
			name := callName(sum.Phase, c.Name)
			each := same("–")
			if c.Bytes > 0 {
				each = count(c.Bytes / max(c.Good(), 1))
			}
			t.add(name, count(c.Due()), rate(sum.Offered), rate(sum.GoodPerS()), quantile(l, 50), quantile(l, 90), quantile(l, 99), quantile(l, 99.9), quantile(l, 99.99), duration(l.Max()),
				quantile(c.ServiceTime, 50), quantile(c.ServiceTime, 99), each)
			o.add(name, count(c.OK), count(c.No), count(c.Refused), count(c.Errors), count(c.Timeouts), count(c.Degraded), quantile(c.Refusal, 99), codes(c))
		}
		s.table(t)
		s.table(o)
	}
	return s
}

// codes writes how often each status came.
func codes(c *result.Call) words {
	var all []string
	for _, code := range slices.Sorted(maps.Keys(c.Codes)) {
		all = append(all, code+" × "+result.Thousands(c.Codes[code]))
	}
	english := strings.Join(all, " · ")
	return words{english, strings.ReplaceAll(english, ",", "\u202f")}
}

// checks is what had to be true.
func (v *view) checks() section {
	s := section{ID: "checks", Title: words{"Was it right?", "Était-ce juste ?"},
		Text: words{"Speed counts only where answers are right. A check that looked at nothing fails.", "La vitesse ne compte que si les réponses sont justes. Une vérification qui n’a rien regardé échoue."}}
	for i, r := range v.results {
		t := table{Caption: v.of(i, words{"Checks", "Vérifications"}), Heads: heads(words{"check", "vérification"}, words{"when", "quand"}, words{"looked at", "regardé"}, words{"holds", "vérifié"}, words{"what was wrong", "ce qui n’allait pas"})}
		for _, c := range r.Checks() {
			t.add(same(c.Name), map[string]words{"before": {"before", "avant"}, "during": {"during", "pendant"}, "after": {"after", "après"}}[c.When], count(c.Looked), yes(c.OK && c.Looked > 0), same(c.Detail))
		}
		s.table(t)
	}
	return s
}

// fills is how missions filled, in the first repeat of each result.
func (v *view) fills() section {
	s := section{ID: "fills", Title: words{"How missions filled", "Comment les missions se sont remplies"},
		Text: words{"Seats taken, of those there are, or of the most that were taken where nobody told how many there are. First repeat.", "Places prises, parmi celles qui existent, ou parmi le plus grand nombre pris quand on ne le sait pas. Première répétition."}}
	for i, r := range v.results {
		if len(r.Runs) == 0 || len(r.Runs[0].Fills) == 0 {
			continue
		}
		fills := r.Runs[0].Fills[:min(len(r.Runs[0].Fills), fillsMax)]
		caption := v.of(i, words{"Seats taken", "Places prises"})
		t := table{Caption: words{"Seats taken", "Places prises"}, Heads: heads(words{"mission", "mission"}, words{"seats", "places"}, words{"taken at the end", "prises à la fin"}, words{"half taken after", "à moitié après"}, words{"last taken after", "dernière après"})}
		for k := range fills {
			f := &fills[k]
			if len(s.Legend) <= k {
				s.Legend = append(s.Legend, key{fmt.Sprintf("fill fill%d", k), fillName(f)})
			}
			if len(f.Points) == 0 {
				continue
			}
			last := f.Points[len(f.Points)-1].Taken
			t.add(fillName(f), seats(f), count(int64(last)), v.reached(r, f, (last+1)/2), v.reached(r, f, last))
		}
		s.Figures = append(s.Figures, figure{caption, plotFills(caption, &r.Runs[0], fills), &t})
	}
	return s
}

func seats(f *result.Fill) words {
	if f.Seats == 0 {
		return same("–")
	}
	return count(int64(f.Seats))
}

// reached gives when so many seats were taken.
func (v *view) reached(r *result.Result, f *result.Fill, taken int) words {
	for _, p := range f.Points {
		if p.Taken >= taken {
			return number(fmt.Sprintf("%.0f s", max(runSeconds(&r.Runs[0], p.AtUS), 0)))
		}
	}
	return same("–")
}

// resources is what the service used over time, and in each phase.
func (v *view) resources() section {
	s := section{ID: "resources", Title: words{"What the service used", "Ce que le service a consommé"}}
	for _, t := range tracks() {
		most := 0.0
		for _, r := range v.results {
			all, _ := resources(r)
			for _, sample := range all {
				most = max(most, t.value(sample.Resource))
			}
		}
		for i, r := range v.results {
			if all, ends := resources(r); len(all) > 0 && most > 0 {
				s.Figures = append(s.Figures, figure{v.of(i, t.label), plotTrack(&t, all, ends, most), nil})
			}
		}
	}
	for i, r := range v.results {
		s.table(v.used(i, r))
	}
	return s
}

// used is what the service used in each phase of each repeat.
func (v *view) used(i int, r *result.Result) table {
	t := table{Caption: v.of(i, words{"By phase", "Par phase"}), Heads: heads(same("phase"), words{"processor, s", "processeur, s"}, words{"for a call", "par appel"}, words{"syncs", "synchronisations"}, words{"garbage collections", "ramasse-miettes"}, words{"longest pause", "plus longue pause"}, words{"cache hits", "succès du cache"})}
	known := func(ok bool, w words) words {
		if !ok {
			return same("–")
		}
		return w
	}
	for k := range r.Runs {
		for _, p := range r.Runs[k].Phases {
			u := p.Server
			name := same(p.Name)
			if len(r.Runs) > 1 {
				name = same(fmt.Sprintf("%d: %s", k+1, p.Name))
			}
			t.add(name, known(u.CPUSeconds >= 0, number(fmt.Sprintf("%.2f", u.CPUSeconds))), known(u.CPUPerCallUS >= 0, duration(int64(u.CPUPerCallUS+0.5))), known(u.Syncs >= 0, count(u.Syncs)), known(u.GCs >= 0, count(u.GCs)),
				known(u.GCPauseMaxUS >= 0, duration(u.GCPauseMaxUS)), known(u.CacheHitShare >= 0, number(fmt.Sprintf("%.1f %%", 100*u.CacheHitShare))))
		}
	}
	return t
}

// generator is the generator's own lag.
func (v *view) generator() section {
	s := section{ID: "generator", Title: words{"Was the generator good enough?", "Le générateur était-il assez bon ?"},
		Text: words{"How late it sent what was due, by its own fault: a request that waits for the service is not counted here, but in its latency. Where this is large, the run is void.",
			"Son propre retard à l’envoi : une requête qui attend le service ne compte pas ici, mais dans sa latence. S’il est grand, la mesure est nulle."}}
	most := 0.0
	lags := make([]result.Histogram, len(v.results))
	for i, r := range v.results {
		lags[i], _, _ = r.Lag()
		for _, n := range lagBars(lags[i]) {
			most = max(most, float64(n)/float64(max(lags[i].Count(), 1)))
		}
	}
	for i, r := range v.results {
		_, starved, unsent := r.Lag()
		if lags[i].Count() == 0 {
			continue
		}
		caption := v.of(i, words{"Lag: p50 %1, p99 %2, max %3; %4 waited for a connection, %5 never sent", "Retard : p50 %1, p99 %2, max %3 ; %4 ont attendu une connexion, %5 jamais envoyées"}.
			fill(duration(lags[i].At(50)), duration(lags[i].At(99)), duration(lags[i].Max()), count(starved), count(unsent)))
		t := table{Caption: words{"Lag", "Retard"}, Heads: heads(words{"late by", "retard"}, words{"requests", "requêtes"}, words{"share", "part"})}
		for k, n := range lagBars(lags[i]) {
			t.add(lagName(k), count(n), share(n, lags[i].Count()))
		}
		s.Figures = append(s.Figures, figure{caption, plotLag(caption, lags[i], most), &t})
	}
	return s
}

// control is what the negative control found.
func (v *view) control() section {
	s := section{ID: "control", Title: words{"Would this bench have seen a fault?", "Ce banc aurait-il vu une faute ?"},
		Text: words{"The negative control: faults put in on purpose, and whether the bench reported them; and the same server against itself.", "Le contrôle négatif : des fautes introduites exprès, et si le banc les a signalées ; et le même serveur contre lui-même."}}
	for i, r := range v.results {
		c := r.Selftest
		if c == nil {
			s.Listed = append(s.Listed, v.of(i, words{"Not run.", "Non lancé."}))
			continue
		}
		t := table{Caption: v.of(i, words{"%1, %2 pairs of runs of the same server, no difference in %3", "%1, %2 paires de mesures du même serveur, aucune différence dans %3"}.fill(same(c.At), count(int64(c.Pairs)), count(int64(c.Same)))),
			Heads: heads(words{"fault", "faute"}, words{"reported", "signalée"}, words{"by", "par"})}
		for _, f := range c.Faults {
			t.add(same(f.Name), yes(f.Reported), same(f.By))
		}
		s.table(t)
	}
	return s
}
