package report

import (
	"fmt"
	"strings"

	"renfort/bench/result"
)

func (v *view) title() words {
	r := v.results[0]
	if len(v.results) > 1 {
		return words{fmt.Sprintf("Renfort, measured: %s, %d results", r.Scenario, len(v.results)), fmt.Sprintf("Renfort, mesuré : %s, %d résultats", r.Scenario, len(v.results))}
	}
	return words{"Renfort, measured: " + r.Scenario, "Renfort, mesuré : " + r.Scenario}
}

// mainSum gives all requests of the phase that had most of them; nil if there
// are none.
func mainSum(sums []result.Sum) (most *result.Sum) {
	for i := range sums {
		s := &sums[i]
		if !s.Call.Whole && (most == nil || s.Call.Due() > most.Call.Due()) {
			most = s // all requests of a phase are at least as many as each kind
		}
	}
	return most
}

// oversold gives the check that no seat is given twice; nil if there is none.
func oversold(r *result.Result) *result.Check {
	for _, c := range r.Checks() {
		name := strings.ToLower(c.Name)
		if strings.Contains(name, "seat") && (strings.Contains(name, "twice") || strings.Contains(name, "oversold")) {
			return &c
		}
	}
	return nil
}

// verdict is the page in one sentence.
func (v *view) verdict() words {
	for _, r := range v.results {
		if len(r.Faults()) > 0 {
			return words{"These figures must not be used: what follows shows what went wrong.", "Ces chiffres ne doivent pas servir : la suite montre ce qui s’est mal passé."}
		}
	}
	if len(v.results) == 2 {
		c := result.Compare(v.results[0], v.results[1])
		return map[result.Verdict]words{
			result.Worse:        {"B is worse than A", "B est moins bon que A"},
			result.Better:       {"B is better than A", "B est meilleur que A"},
			result.NoDifference: {"Between A and B there is no difference that matters", "Entre A et B, aucune différence qui compte"},
			result.CannotTell:   {"Whether A and B differ, these measurements cannot tell", "Ces mesures ne permettent pas de dire si A et B diffèrent"},
		}[c.Verdict].counted(&c)
	}
	r := v.results[0]
	if k := r.Knee; k != nil {
		if k.RatePerS == 0 {
			return words{"No rate met the promise (%1).", "Aucun débit n’a tenu la promesse (%1)."}.fill(same(k.SLO))
		}
		return words{"Up to %1 requests a second the service keeps its promise (%2).", "Jusqu’à %1 requêtes par seconde, le service tient sa promesse (%2)."}.fill(rate(k.RatePerS), same(k.SLO))
	}
	s := mainSum(v.sums[0])
	if s == nil {
		return words{"Nothing was measured.", "Rien n’a été mesuré."}
	}
	l := s.Call.Latency
	said := words{"The service answered %1 requests a second: half of them within %2, 99 in 100 within %3. Of %4 requests, %5 failed and %6 were refused.",
		"Le service a répondu à %1 requêtes par seconde : la moitié en moins de %2, 99 sur 100 en moins de %3. Sur %4 requêtes, %5 ont échoué et %6 ont été refusées."}
	said = said.fill(rate(s.GoodPerS()), duration(l.At(50)), duration(l.At(99)), count(s.Call.Due()), count(s.Call.Failed()), count(s.Call.Refused))
	if c := oversold(r); c != nil && c.OK {
		said = said.and(words{" No seat was given twice (%1 were looked at).", " Aucune place n’a été donnée deux fois (%1 vérifiées)."}.fill(count(c.Looked)))
	}
	return said
}

// and joins two texts.
func (w words) and(more words) words {
	return words{w.English + more.English, w.French + more.French}
}

// counted adds how many figures say so.
func (w words) counted(c *result.Comparison) words {
	n := func(verdict result.Verdict) words { return count(int64(c.Count(verdict))) }
	return w.and(words{": of %1 figures %2 are worse, %3 better, %4 the same; of %5 one cannot tell.", " : sur %1 chiffres, %2 sont moins bons, %3 meilleurs, %4 identiques ; pour %5, on ne peut rien dire."}.
		fill(count(int64(len(c.Lines))), n(result.Worse), n(result.Better), n(result.NoDifference), n(result.CannotTell)))
}

// banner is why the figures must not be used, or not yet be trusted.
func (v *view) banner() (reasons []words) {
	for i, r := range v.results {
		for _, fault := range r.Faults() {
			reasons = append(reasons, v.of(i, same(fault)))
		}
		if r.Selftest == nil {
			reasons = append(reasons, v.of(i, words{"The negative control was not run with this binary on this machine: nobody has shown that this bench would see a fault (renfort bench selftest).",
				"Le contrôle négatif n’a pas été lancé avec ce binaire sur cette machine : rien ne montre que ce banc verrait une faute (renfort bench selftest)."}))
		}
	}
	if len(v.results) == 2 {
		for _, reason := range result.Apart(v.results[0], v.results[1]) {
			if !strings.HasPrefix(reason, "A: ") && !strings.HasPrefix(reason, "B: ") { // faults are there already
				reasons = append(reasons, words{"A and B are not of the same thing: ", "A et B ne mesurent pas la même chose : "}.and(same(reason)))
			}
		}
	}
	return reasons
}

// tiles are the figures on top.
func (v *view) tiles() (all []tiles) {
	for i, r := range v.results {
		t := tiles{Name: same(v.names[i])}
		if k := r.Knee; k != nil {
			t.add(words{"knee", "point de rupture"}, rate(k.RatePerS).per(), k.RatePerS == 0)
		}
		if s := mainSum(v.sums[i]); s != nil {
			l := s.Call.Latency
			t.add(words{"answered", "réponses"}.and(phaseOf(v.sums[i], s)), rate(s.GoodPerS()).per(), false)
			t.add(same("p50"), quantile(l, 50), false)
			t.add(same("p99"), quantile(l, 99), false)
			t.add(number("p99.9"), quantile(l, 99.9), false)
			t.add(words{"failed", "échecs"}, share(s.Call.Failed(), s.Call.Due()), s.Call.Failed() > 0)
			t.add(words{"refused", "refus"}, share(s.Call.Refused, s.Call.Due()), false)
		}
		switch c := oversold(r); {
		case c == nil:
			t.add(words{"seats given twice", "places données deux fois"}, words{"not checked", "non vérifié"}, false)
		case c.OK:
			t.add(words{"seats given twice", "places données deux fois"}, same("0"), false)
		default:
			t.add(words{"seats given twice", "places données deux fois"}, words{"yes", "oui"}, true)
		}
		all = append(all, t)
	}
	return all
}

func (t *tiles) add(name, value words, bad bool) { t.Tiles = append(t.Tiles, tile{name, value, bad}) }

// phaseOf names the phase where there are several.
func phaseOf(sums []result.Sum, s *result.Sum) words {
	for i := range sums {
		if sums[i].Phase != s.Phase {
			return same(" (" + s.Phase + ")")
		}
	}
	return words{}
}
