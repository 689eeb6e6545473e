package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"renfort/bench/result"
)

// fact is one line of the tables that say how it was measured: a column for
// each result.
type fact struct {
	name  words
	value func(r *result.Result) words
}

// circumstances are machine, service, settings and command.
func (v *view) circumstances() section {
	s := section{ID: "how", Title: words{"How it was measured", "Comment ce fut mesuré"}}
	for _, part := range [...]struct {
		caption words
		facts   []fact
	}{
		{words{"The run", "La mesure"}, theRun()},
		{words{"The machine of the generator", "La machine du générateur"}, theMachine()},
		{words{"The service", "Le service"}, theService()},
		{words{"Settings", "Réglages"}, v.settings()},
	} {
		t := table{Caption: part.caption, Heads: heads(words{}), Prose: true}
		for i := range v.results {
			t.Heads = append(t.Heads, same(v.names[i]))
		}
		for _, f := range part.facts {
			row := []words{f.name}
			for _, r := range v.results {
				row = append(row, f.value(r))
			}
			t.add(row...)
		}
		s.table(t)
	}
	return s
}

// orDash puts a dash where nothing is known.
func orDash(s string) words {
	if s == "" {
		return same("–")
	}
	return same(s)
}

func theRun() []fact {
	return []fact{
		{words{"command to repeat it", "commande pour refaire"}, func(r *result.Result) words { return orDash(r.Command) }},
		{words{"began", "début"}, func(r *result.Result) words { return orDash(r.Began) }},
		{words{"run, seed", "mesure, graine"}, func(r *result.Result) words { return same(fmt.Sprintf("%s, %d", r.RunID, r.Seed)) }},
		{words{"repeats, shards", "répétitions, parts"}, func(r *result.Result) words { return same(fmt.Sprintf("%d, %d", len(r.Runs), max(r.Shards, 1))) }},
		{words{"arrivals", "arrivées"}, arrivals},
		{words{"generator", "générateur"}, func(r *result.Result) words { return built(r.Build) }},
	}
}

// arrivals says how requests came, phase by phase, of the first repeat.
func arrivals(r *result.Result) words {
	if len(r.Runs) == 0 {
		return same("–")
	}
	var all []string
	for _, p := range r.Runs[0].Phases {
		if line := p.Name + ": " + p.Arrivals; len(all) < phasesListed && !slices.Contains(all, line) {
			all = append(all, line)
		}
	}
	if n := len(r.Runs[0].Phases); n > phasesListed {
		all = append(all, fmt.Sprintf("… (%d)", n))
	}
	return same(strings.Join(all, "\n"))
}

// phasesListed is how many phases are told how their requests came.
const phasesListed = 6

func built(b result.Build) words {
	if b.Modified {
		return words{b.Commit + ", modified, " + b.Go, b.Commit + ", modifié, " + b.Go}
	}
	return same(strings.TrimPrefix(b.Commit+", "+b.Go, ", "))
}

func theMachine() []fact {
	return []fact{
		{words{"processor", "processeur"}, func(r *result.Result) words {
			return words{"%1, %2 cores", "%1, %2 cœurs"}.fill(orDash(r.Machine.CPU), count(int64(r.Machine.Cores)))
		}},
		{words{"memory", "mémoire"}, func(r *result.Result) words { return size(float64(r.Machine.MemoryBytes)) }},
		{words{"system", "système"}, func(r *result.Result) words { return orDash(r.Machine.Kernel) }},
		{words{"cores given out", "répartition des cœurs"}, func(r *result.Result) words {
			if r.Machine.Pinning == "" {
				return words{"by the kernel", "par le noyau"}
			}
			return same(r.Machine.Pinning)
		}},
		{words{"stolen by the hypervisor", "volé par l’hyperviseur"}, func(r *result.Result) words { return percent(r.Machine.Steal.StolenShare) }},
		{words{"used by other processes", "pris par d’autres processus"}, func(r *result.Result) words { return percent(r.Machine.Steal.OthersShare) }},
		{words{"throttled", "bridé"}, func(r *result.Result) words { return duration(r.Machine.Steal.ThrottledUS) }},
		{words{"load at the start", "charge au début"}, func(r *result.Result) words { return number(fmt.Sprintf("%.2f", r.Machine.Load1AtStart)) }},
	}
}

// percent writes a share; a dash below 0.
func percent(v float64) words {
	if v < 0 {
		return same("–")
	}
	return number(fmt.Sprintf("%.1f %%", 100*v))
}

func theService() []fact {
	return []fact{
		{words{"address", "adresse"}, func(r *result.Result) words {
			if r.Service.Own {
				return words{"one of its own, on this machine", "le sien, sur cette machine"}
			}
			return orDash(r.Service.Target)
		}},
		{words{"build", "version"}, func(r *result.Result) words { return built(r.Service.Build) }},
		{words{"flags", "options"}, func(r *result.Result) words { return orDash(strings.Join(r.Service.Flags, " ")) }},
		{words{"environment", "environnement"}, func(r *result.Result) words {
			var all []string
			for _, name := range slices.Sorted(maps.Keys(r.Service.Env)) {
				all = append(all, name+"="+r.Service.Env[name])
			}
			return orDash(strings.Join(all, " "))
		}},
		{words{"missions, volunteers", "missions, bénévoles"}, func(r *result.Result) words {
			return words{"%1, %2", "%1, %2"}.fill(count(int64(r.Service.Missions)), count(int64(r.Service.Volunteers)))
		}},
		{words{"file system", "système de fichiers"}, func(r *result.Result) words {
			if !r.Service.Durable {
				return words{"%1: NOT durable, or unknown", "%1 : NON durable, ou inconnu"}.fill(orDash(r.Service.FileSystem))
			}
			return words{"%1, durable", "%1, durable"}.fill(orDash(r.Service.FileSystem))
		}},
		{words{"a sync of 4 kB there", "une synchronisation de 4 ko"}, func(r *result.Result) words {
			s := r.Service.SyncUS
			if s == nil {
				return same("–")
			}
			return words{"p50 %1, p99 %2, max %3 of %4", "p50 %1, p99 %2, max %3 sur %4"}.fill(duration(s.P50), duration(s.P99), duration(s.Max), count(s.Count))
		}},
		{words{"added to each sync", "ajouté à chacune"}, func(r *result.Result) words { return number(fmt.Sprintf("%g ms", r.Service.InjectedSyncMS)) }},
	}
}

// settings are those of all results.
func (v *view) settings() (facts []fact) {
	var names []string
	for _, r := range v.results {
		for name := range r.Settings {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		facts = append(facts, fact{same(name), func(r *result.Result) words { return orDash(r.Settings[name]) }})
	}
	return facts
}

// remarks are what a reader has to know, and what could not be measured.
func (v *view) remarks() section {
	s := section{ID: "notes", Title: words{"To know, and not measured", "À savoir, et non mesuré"}}
	for i, r := range v.results {
		for _, note := range r.Notes {
			s.Listed = append(s.Listed, v.of(i, same(note)))
		}
		for _, missing := range r.Missing {
			s.Listed = append(s.Listed, v.of(i, words{"Not measured: ", "Non mesuré : "}.and(same(missing))))
		}
	}
	return s
}

// limits are those of the method, which hold for every result.
func limits() section {
	return section{ID: "limits", Title: words{"Limits of the method", "Limites de la méthode"}, Listed: []words{
		{"Arrivals are decided beforehand and do not wait for answers (an open loop), but for what goes “as fast as it goes”: there a slow service is asked less, and its latencies flatter it.",
			"Les arrivées sont décidées d’avance et n’attendent pas les réponses (boucle ouverte), sauf celles « au plus vite » : un service lent y est moins sollicité, et ses latences le flattent."},
		{"Latency ends when the generator has read the answer: its own delay in reading is in it. Histograms tell times apart to 0.1 %, those by the second to 1 %.",
			"La latence s’arrête quand le générateur a lu la réponse : son propre délai de lecture y est compris. Les histogrammes distinguent les durées à 0,1 % près, ceux par seconde à 1 % près."},
		{"Where generator and service share a machine, they share its memory, its caches and its clock speed, also with a core each. The network between them is the loopback: a real one adds its own latency.",
			"Si générateur et service partagent une machine, ils en partagent la mémoire, les caches et la fréquence, même avec un cœur chacun. Le réseau est la boucle locale : un vrai réseau ajoute sa latence."},
		{"People, missions and their proportions are made up. What a percentile rests on is in the tables: of 10,000 requests one is slower than p99.99.",
			"Les personnes, les missions et leurs proportions sont inventées. Ce sur quoi repose un centile est dans les tableaux : sur 10 000 requêtes, une seule est plus lente que p99,99."},
		{"The interval of a median holds if repeats do not hang together; a machine that is slow all day makes all of them slow.",
			"L’intervalle d’une médiane vaut si les répétitions sont indépendantes ; une machine lente toute la journée les ralentit toutes."},
	}}
}
