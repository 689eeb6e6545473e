package report

import (
	"fmt"
	"slices"

	"renfort/bench/result"
)

// callsShown is how many kinds of call have plots of their own; all are in the
// tables.
const callsShown = 12

// goals are what the design wants, beside what came.
func (v *view) goals() section {
	s := section{ID: "goals", Title: words{"What was wanted, and what came", "Ce qui était voulu, et ce qui est venu"}}
	for i, r := range v.results {
		t := table{Caption: v.of(i, words{"Goals", "Objectifs"}), Heads: heads(words{"goal", "objectif"}, words{"wanted", "voulu"}, words{"got", "obtenu"}, words{"reached", "atteint"})}
		for _, g := range r.Goals {
			t.add(same(g.Name), same(g.Wanted), same(g.Got), yes(g.Met))
		}
		s.table(t)
	}
	return s
}

func heads(all ...words) []words { return all }

// yes says yes or no so that it is seen without colours.
func yes(b bool) words {
	if b {
		return words{"✓ yes", "✓ oui"}
	}
	return words{"✗ no", "✗ non"}
}

// table adds a table that has rows.
func (s *section) table(t table) {
	if len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
}

// figure adds a figure of a kind of call, or of all. One without a plot keeps
// the place of a result that has none, so that those of one result stay in
// their column.
func (s *section) figure(v *view, call string, f figure) {
	switch {
	case f.Plot == "" && len(v.results) == 1:
	case call == "":
		s.Figures = append(s.Figures, f)
	default:
		s.Kinds = append(s.Kinds, f)
	}
}

// compared is the first of two results laid beside the second.
func (v *view) compared() section {
	if len(v.results) != 2 {
		return section{}
	}
	c := result.Compare(v.results[0], v.results[1])
	t := table{Caption: words{"Medians of " + c.Unit, "Médianes (" + c.Unit + ")"}, Heads: heads(words{"phase, call", "phase, appel"}, words{"figure", "chiffre"}, same("A"), same("B"),
		words{"change", "écart"}, words{"95 % interval", "intervalle à 95 %"}, words{"B is", "B est"})}
	for i := range c.Lines {
		l := &c.Lines[i]
		change, interval := same("–"), same("–")
		if l.Why == "" || l.Low != l.High {
			change, interval = number(l.Percent(l.Change)), number(l.Percent(l.Low)+" … "+l.Percent(l.High))
		}
		t.add(callName(l.Phase, l.Call), same(l.Metric), number(l.Value(l.A)), number(l.Value(l.B)), change, interval, verdictName(l))
	}
	s := section{ID: "compare", Title: words{"Is there a difference?", "Y a-t-il une différence ?"}, Text: words{
		"A difference is told from 5 % of throughput, 10 % of times (25 % of p99.9), 0.1 % of errors and 1 % of refusals on, and only if chance does not explain it: the repeats, or blocks of seconds, are given to A and B at random 2,000 times in all lines alike, and the difference must be larger than the largest of any line in 98 % of them (blocks: 99 %).",
		"Un écart n’est dit qu’à partir de 5 % de débit, 10 % de durée (25 % pour p99,9), 0,1 % d’erreurs et 1 % de refus, et seulement si le hasard ne l’explique pas : les répétitions, ou des blocs de secondes, sont attribuées 2 000 fois au hasard à A et B, pour toutes les lignes à la fois, et l’écart doit dépasser le plus grand de toutes les lignes dans 98 % des cas (blocs : 99 %)."}}
	s.table(t)
	for _, note := range c.Notes {
		s.Listed = append(s.Listed, same(note))
	}
	return s
}

func verdictName(l *result.Line) words {
	w := map[result.Verdict]words{result.Worse: {"▼ worse", "▼ moins bon"}, result.Better: {"▲ better", "▲ meilleur"}, result.NoDifference: {"= no difference", "= aucune différence"}, result.CannotTell: {"? cannot tell", "? indécidable"}}[l.Verdict]
	if l.Why != "" {
		w = w.and(same(" (" + l.Why + ")"))
	}
	return w
}

// callName names a call of a phase.
func callName(phase, call string) words {
	if call == "" {
		return words{phase + ", all requests", phase + ", toutes les requêtes"}
	}
	return same(phase + ", " + call)
}

// kinds gives the kinds of call of all results, those that are shown.
func (v *view) kinds() (names []string) {
	for _, sums := range v.sums {
		for i := range sums {
			if name := sums[i].Call.Name; name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 1 {
		return nil // that is all requests
	}
	return names[:min(len(names), callsShown)]
}

// throughput is what was answered over time.
func (v *view) throughput() section {
	s := section{ID: "throughput", Title: words{"Throughput over time", "Débit au fil du temps"},
		Text:   words{"By the second in which a request was due.", "Selon la seconde où la requête était due."},
		Legend: []key{{"done", words{"answered", "réponses"}}, {"refused", words{"refused", "refus"}}, {"failed", words{"failed", "échecs"}}, {"offered", words{"arrivals planned; one may bring several requests", "arrivées prévues ; une seule peut valoir plusieurs requêtes"}}, {"done aside", words{"warm-up, not counted", "échauffement, non compté"}}}}
	lines, most := make([]timeline, len(v.results)), 0.0
	for i, r := range v.results {
		lines[i] = over(r, "")
		most = max(most, lines[i].busiest())
	}
	for i := range lines {
		if len(lines[i].buckets) > 0 {
			caption := v.of(i, words{"All requests, per second", "Toutes les requêtes, par seconde"})
			s.Figures = append(s.Figures, figure{caption, plotThroughput(caption, &lines[i], most), timeTable(&lines[i])})
		}
	}
	return s
}

// rowsMax is how many rows a table beside a plot over time has at most.
const rowsMax = 60

// timeTable writes a timeline as a table; of a long one some rows.
func timeTable(t *timeline) *table {
	rows := table{Caption: words{"By the second", "Par seconde"}, Heads: heads(words{"from, s", "de, s"}, same("phase"), words{"answered/s", "réponses/s"}, words{"refused/s", "refus/s"}, words{"failed/s", "échecs/s"}, same("p50"), same("p99"), same("max"))}
	every := 1 + (len(t.buckets)-1)/rowsMax
	for i := 0; i < len(t.buckets); i += every {
		b := &t.buckets[i]
		rows.add(number(fmt.Sprintf("%.0f", b.from)), same(b.phase.Name), rate(b.done), rate(b.refused), rate(b.failed), duration(b.latency.At(50)), duration(b.latency.At(99)), duration(b.latency.Max()))
	}
	return &rows
}

// latency is p50, p99 and the largest over time, of all and of each kind.
func (v *view) latency() section {
	s := section{ID: "latency", Title: words{"Latency over time", "Latence au fil du temps"},
		Text: words{"From when a request was due until its answer was there, by the second in which it was due. Every tick upward is ten times as long.",
			"Du moment où la requête était due jusqu’à sa réponse, selon la seconde où elle était due. Chaque graduation vers le haut vaut dix fois plus."},
		Legend: []key{{"p50", words{"half are quicker (p50)", "la moitié est plus rapide (p50)"}}, {"p99", words{"99 in 100 are quicker (p99)", "99 sur 100 sont plus rapides (p99)"}}, {"max", words{"the slowest", "la plus lente"}}}}
	for _, call := range append([]string{""}, v.kinds()...) {
		for i, r := range v.results {
			t := over(r, call)
			if len(t.buckets) == 0 {
				s.figure(v, call, figure{})
				continue
			}
			caption := v.of(i, words{"All requests", "Toutes les requêtes"})
			if call != "" {
				caption = v.of(i, same(call))
			}
			f := figure{Caption: caption, Plot: plotLatency(caption, &t, v.times)}
			if call == "" {
				f.Table = timeTable(&t)
			}
			s.figure(v, call, f)
		}
	}
	return s
}

// phasesShown is how many phases have percentile curves for each call; where
// there are more, only all requests of each are drawn.
const phasesShown = 3

// percentiles are the distributions.
func (v *view) percentiles() section {
	s := section{ID: "percentiles", Title: words{"How slow are the slow ones?", "Les plus lentes, à quel point ?"},
		Text: words{"Across: what share is at most so slow; every tick leaves a tenth of what the one before leaves. Where the dashed line, from when a request was sent, runs below the other, requests have waited for the generator or for a connection: a client would have waited too, and a bench that leaves it out looks better than it is (coordinated omission).",
			"En abscisse, la part des requêtes au plus aussi lentes ; chaque graduation laisse un dixième de ce que laisse la précédente. Là où la ligne tiretée, comptée depuis l’envoi, passe sous l’autre, des requêtes ont attendu : un client aurait attendu aussi, et un banc qui l’oublie paraît meilleur qu’il n’est (omission coordonnée)."},
		Legend: []key{{"p99", words{"latency, since it was due", "latence, depuis l’échéance"}}, {"service", words{"service time, since it was sent", "temps de service, depuis l’envoi"}}}}
	shown := map[string]bool{} // figures of one call stand side by side
	for _, sums := range v.sums {
		for _, sum := range allFirst(sums) {
			id := sum.Phase + "\x00" + sum.Call.Name
			if shown[id] || sum.Call.Name != "" && v.phases() > phasesShown {
				continue
			}
			shown[id] = true
			v.curves(&s, sum.Phase, sum.Call.Name)
		}
	}
	return s
}

// allFirst gives sums with all requests of a phase before their kinds.
func allFirst(sums []result.Sum) []result.Sum {
	sums = slices.Clone(sums)
	slices.SortStableFunc(sums, func(a, b result.Sum) int {
		if a.Phase != b.Phase {
			return 0
		}
		return min(len(a.Call.Name), 1) - min(len(b.Call.Name), 1)
	})
	return sums
}

// phases gives how many phases the results have at most.
func (v *view) phases() (most int) {
	for _, sums := range v.sums {
		seen := map[string]bool{}
		for i := range sums {
			seen[sums[i].Phase] = true
		}
		most = max(most, len(seen))
	}
	return most
}

// curves adds the curve of one call of each result that has it.
func (v *view) curves(s *section, phase, call string) {
	for i := range v.sums {
		at := slices.IndexFunc(v.sums[i], func(o result.Sum) bool { return o.Phase == phase && o.Call.Name == call })
		if at < 0 || v.sums[i][at].Call.Latency.Count() == 0 {
			s.figure(v, call, figure{})
			continue
		}
		c := &v.sums[i][at].Call
		caption := v.of(i, callName(phase, call))
		s.figure(v, call, figure{caption, plotPercentiles(caption, c, v.times), percentileTable(c)})
	}
}

// percentileTable writes a distribution as a table.
func percentileTable(c *result.Call) *table {
	t := table{Caption: words{"Percentiles", "Centiles"}, Heads: heads(words{"percentile", "centile"}, words{"latency", "latence"}, words{"service time", "temps de service"})}
	for _, p := range [...]float64{10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99} {
		t.add(number(fmt.Sprintf("%g %%", p)), quantile(c.Latency, p), quantile(c.ServiceTime, p))
	}
	t.add(same("max"), duration(c.Latency.Max()), duration(c.ServiceTime.Max()))
	return &t
}

// knee is the search for the highest rate that meets the promise.
func (v *view) knee() section {
	s := section{ID: "knee", Title: words{"The knee: how much is too much?", "Le point de rupture : jusqu’où ?"},
		Text: words{"Every mark is a rate that was tried. On the left what it did to p99, against what is promised; on the right what was answered within the promise. Beyond the knee goodput should not fall.",
			"Chaque marque est un débit essayé. À gauche, son effet sur p99 face à la promesse ; à droite, ce qui a reçu réponse dans la promesse. Au-delà du point de rupture, ce débit utile ne devrait pas baisser."},
		Legend: []key{{"good", words{"promise met", "promesse tenue"}}, {"bad", words{"promise broken", "promesse rompue"}}, {"void", words{"void: the generator was late", "nul : le générateur était en retard"}}}}
	most := 1.0
	for _, r := range v.results {
		if r.Knee != nil {
			for _, step := range r.Knee.Steps {
				most = max(most, step.RatePerS, step.GoodPerS)
			}
		}
	}
	for i, r := range v.results {
		if r.Knee == nil {
			continue
		}
		latency, goodput := v.of(i, words{"p99 at each rate", "p99 à chaque débit"}), v.of(i, words{"Goodput at each rate", "Débit utile à chaque débit"})
		s.Figures = append(s.Figures, figure{latency, plotKneeLatency(latency, r.Knee, most), kneeTable(r.Knee)}, figure{goodput, plotKneeGoodput(goodput, r.Knee, most), nil})
	}
	return s
}

// kneeTable writes the steps in the order in which they were tried.
func kneeTable(k *result.Knee) *table {
	t := table{Caption: words{"Rates, in the order in which they were tried", "Débits, dans l’ordre des essais"}, Heads: heads(words{"offered/s", "demandées/s"}, words{"for", "pendant"}, words{"within the promise/s", "dans la promesse/s"}, same("p99"), words{"failed or refused", "échecs ou refus"}, words{"met", "tenue"}, words{"void", "nul"})}
	for _, s := range k.Steps {
		t.add(rate(s.RatePerS), number(fmt.Sprintf("%.4g s", s.Seconds)), rate(s.GoodPerS), duration(s.P99), number(fmt.Sprintf("%.2f %%", 100*s.Failed)), yes(s.Met), same(s.Void))
	}
	return &t
}

// repeats show how far repeats lie apart.
func (v *view) repeats() section {
	s := section{ID: "repeats", Title: words{"Repeats: how sure is it?", "Répétitions : à quel point est-ce sûr ?"},
		Text:   words{"Each point is one repeat; the line is their median, the band an interval for it.", "Chaque point est une répétition ; la ligne est leur médiane, la bande un intervalle pour elle."},
		Legend: []key{{"good", words{"a repeat", "une répétition"}}, {"p50", words{"median", "médiane"}}, {"interval", words{"interval", "intervalle"}}}}
	for i := range v.results {
		sum := mainSum(v.sums[i])
		if sum == nil || len(sum.Repeats) < 2 {
			continue
		}
		var done, p99 []float64
		for k := range sum.Repeats {
			done = append(done, float64(sum.Repeats[k].Good())/sum.Lengths[k])
			p99 = append(p99, float64(sum.Repeats[k].Latency.At(99)))
		}
		write := func(v float64) words { return duration(int64(v)) }
		first, second := v.of(i, words{"Answered per second", "Réponses par seconde"}), v.of(i, same("p99"))
		s.Figures = append(s.Figures, figure{first, plotRepeats(first, done, rate), repeatTable(done, rate)}, figure{second, plotRepeats(second, p99, write), repeatTable(p99, write)})
	}
	return s
}

// repeatTable writes the repeats, their median and its interval.
func repeatTable(values []float64, write func(float64) words) *table {
	t := table{Caption: words{"Repeats", "Répétitions"}, Heads: heads(words{"repeat", "répétition"}, words{"value", "valeur"})}
	for i, v := range values {
		t.add(same(fmt.Sprint(i+1)), write(v))
	}
	m := result.MiddleOf(values)
	t.add(words{"median", "médiane"}, write(m.Median))
	t.add(words{"interval, right in %1 of cases", "intervalle, juste dans %1 des cas"}.fill(number(fmt.Sprintf("%.1f %%", 100*m.Confidence))), write(m.Least).and(same(" … ")).and(write(m.Most)))
	return &t
}
