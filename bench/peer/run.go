package peer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"
)

// run is one comparison under way.
type run struct {
	config  Config
	corpus  *corpus
	queries []query
	renfort *renfortPeer
	peers   []peer // Renfort's two come first
	say     io.Writer

	postgres *postgresPeer // nil for none
	redis    *redisPeer    // nil for none
	skipped  []string      // what is not measured, and why
}

// Run compares. It leaves missions.ndjson, queries.ndjson, report.json and the
// indexes in the folder, which should be empty, and says on progress what it
// does. Answers that differ where they must not are an error that names them,
// and nothing is timed then.
func Run(ctx context.Context, config Config, progress io.Writer) (report *Report, err error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	skipped, err := config.leaveOut()
	if err != nil {
		return nil, err // before minutes are spent
	}
	r := &run{config: config, say: progress, skipped: skipped}
	defer func() {
		for _, p := range slices.Backward(r.peers) {
			err = errors.Join(err, p.close())
		}
		if r.redis != nil { // asked no questions, it is none of the peers
			err = errors.Join(err, r.redis.close())
		}
	}()
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	if report, err = r.compare(ctx); err != nil {
		return nil, err
	}
	if err := r.measure(ctx, report); err != nil {
		return nil, err
	}
	if err := r.work(ctx, report); err != nil {
		return nil, err
	}
	if err := r.describe(report); err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(report, "", "\t")
	if err != nil {
		return nil, fmt.Errorf("peer: report: %w", err)
	}
	if err := os.WriteFile(r.path("report.json"), append(data, '\n'), 0o644); err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	return report, nil
}

func (r *run) path(name string) string { return filepath.Join(r.config.Dir, name) }

func (r *run) tell(format string, args ...any) { fmt.Fprintf(r.say, format+"\n", args...) }

// prepare makes missions, questions and indexes.
func (r *run) prepare(ctx context.Context) (err error) {
	r.tell("making %d missions and %d questions of each kind", r.config.Missions, r.config.Queries)
	if r.corpus, err = newCorpus(&r.config); err != nil {
		return err
	}
	if r.queries, err = r.corpus.queries(r.config.Queries, r.config.Seed); err != nil {
		return err
	}
	if err := writeLines(r.path("missions.ndjson"), len(r.corpus.rows), r.corpus.document); err != nil {
		return err
	}
	question := func(i int) (*query, error) { return &r.queries[i], nil }
	if err := writeLines(r.path("queries.ndjson"), len(r.queries), question); err != nil {
		return err
	}
	r.tell("indexing: %s", renfortName)
	if r.renfort, err = newRenfort(ctx, r.corpus, r.queries, r.path(renfortName)); err != nil {
		return err
	}
	r.peers = []peer{r.renfort, r.renfort.cached()}
	for _, name := range r.config.Peers {
		if name == Roof {
			continue
		}
		r.tell("indexing: %s", name)
		if err := r.open(ctx, name); err != nil {
			return err
		}
	}
	for _, flag := range r.config.URLs {
		name, _, _ := strings.Cut(flag, "=")
		r.tell("indexing: %s", name)
		p, err := newRemote(ctx, flag, r.corpus, r.queries, r.config.Clients)
		if err != nil {
			return err
		}
		r.peers = append(r.peers, p)
	}
	return nil
}

// open starts an engine. Redis has no search: it is none of the peers that are
// asked questions.
func (r *run) open(ctx context.Context, name string) (err error) {
	var p peer
	switch name {
	case Bleve:
		p, err = newBleve(r.corpus, r.queries, r.path(Bleve))
	case Lucene:
		dir := r.path(Lucene)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("peer: %w", err)
		}
		p, err = newLucene(ctx, r.path("missions.ndjson"), r.path("queries.ndjson"), dir, len(r.queries))
	case Postgres:
		r.postgres, err = newPostgres(ctx, r.corpus, r.queries)
		p = r.postgres
	case Redis:
		r.redis, err = newRedis(ctx, r.corpus)
		return err
	}
	if err == nil {
		r.peers = append(r.peers, p)
	}
	return err
}

// differencesShown is how many differences an error spells out.
const differencesShown = 10

// compare has everybody answer, and holds the answers against each other. What
// words find first is compared with Renfort's order by words alone, because
// the others know nothing else; the rest is asked, and timed, as it ranks.
func (r *run) compare(ctx context.Context) (*Report, error) {
	r.tell("comparing answers")
	alone, err := r.renfort.answers()
	if err != nil {
		return nil, err
	}
	if err := r.renfort.rank(ctx); err != nil {
		return nil, err
	}
	all := make([][]answer, len(r.peers))
	report := &Report{Config: r.config, NotMeasured: r.skipped}
	for i, p := range r.peers {
		if all[i], err = p.answers(); err != nil {
			return nil, err
		}
		report.Engines = append(report.Engines, Engine{Name: p.name(), Cost: p.cost()})
	}
	wrong := r.wrong(all)
	if ours := append(wrong[0], wrong[1]...); len(ours) > 0 {
		texts := make([]string, min(len(ours), differencesShown))
		for i := range texts {
			texts[i] = ours[i].text
		}
		return nil, fmt.Errorf("peer: %d answers differ where they must not:\n%s", len(ours), strings.Join(texts, "\n"))
	}
	for _, list := range wrong {
		for _, d := range list[:min(len(list), differencesShown)] {
			report.Differences = append(report.Differences, d.text)
		}
	}
	for i, k := range kinds() {
		result := Kind{Name: k.name, Words: k.words != 0}
		from, to := r.span(i)
		for j := range r.peers {
			l := r.likeness(alone, all[j], from, to)
			for _, d := range wrong[j] {
				if d.question >= from && d.question < to {
					l.Wrong++
				}
			}
			result.Engines = append(result.Engines, l)
		}
		report.Kinds = append(report.Kinds, result)
	}
	return report, nil
}

// span gives the questions of a kind, which lie together.
func (r *run) span(kind int) (from, to int) {
	name := kinds()[kind].name
	from = slices.IndexFunc(r.queries, func(q query) bool { return q.Kind == name })
	for to = from; to < len(r.queries) && r.queries[to].Kind == name; {
		to++
	}
	return from, to
}

// difference is an answer that is not what it must be.
type difference struct {
	question int
	text     string
}

// wrong lists, for each engine, the answers that are not what they must be.
func (r *run) wrong(all [][]answer) [][]difference {
	lists := make([][]difference, len(r.peers))
	tell := func(j, i int, why string) {
		if why != "" {
			lists[j] = append(lists[j], difference{i, fmt.Sprintf("%s, question %d (%s): %s", r.peers[j].name(), i, r.queries[i].Kind, why)})
		}
	}
	for i := range r.queries {
		q := &r.queries[i]
		if a, b := all[0][i], all[1][i]; !reflect.DeepEqual(a, b) {
			tell(0, i, fmt.Sprintf("%v, and %v with the cache", a, b))
		}
		var want answer
		if q.Words == "" {
			want = r.corpus.truth(q)
		}
		for j := range r.peers {
			if q.Words == "" {
				tell(j, i, r.corpus.differ(q, &all[j][i], &want))
			} else {
				tell(j, i, r.corpus.stray(q, &all[j][i]))
			}
		}
	}
	return lists
}

// measure times the engines in turn, kind by kind, the first to go another one
// each round.
func (r *run) measure(ctx context.Context, report *Report) error {
	if r.config.Rounds == 0 {
		return nil
	}
	for _, p := range r.peers {
		l, ok := p.(*lucenePeer)
		if !ok {
			continue
		}
		r.tell("warming %s for %g s", p.name(), r.config.WarmSeconds)
		rounds, err := l.warm(r.config.WarmSeconds)
		if err != nil {
			return err
		}
		report.LuceneWarmRounds = rounds
	}
	times := make([][][]float64, len(r.peers)) // per engine and question, one per round
	for i := range times {
		times[i] = make([][]float64, len(r.queries))
	}
	for round := range r.config.Rounds {
		began := time.Now()
		for k := range kinds() {
			for turn := range r.peers {
				if err := ctx.Err(); err != nil {
					return err
				}
				at := (turn + round) % len(r.peers)
				if err := r.clock(times[at], at, k); err != nil {
					return err
				}
			}
		}
		r.tell("round %d of %d: %.1f s", round+1, r.config.Rounds, time.Since(began).Seconds())
	}
	r.sum(report, times)
	return nil
}

// clock adds one engine's times for the questions of one kind.
func (r *run) clock(times [][]float64, at, kind int) error {
	from, to := r.span(kind)
	micros, err := r.peers[at].time(from, to)
	if err != nil {
		return err
	}
	for i, us := range micros {
		times[from+i] = append(times[from+i], us)
	}
	return nil
}

// sum makes one figure of all times of an engine and a kind: the median
// question, of which each counts with its median round.
func (r *run) sum(report *Report, times [][][]float64) {
	for k := range report.Kinds {
		from, to := r.span(k)
		for i := range r.peers {
			var questions []float64
			for _, rounds := range times[i][from:to] {
				questions = append(questions, median(rounds))
			}
			report.Kinds[k].Engines[i].Micros = median(questions)
		}
	}
	for _, p := range r.peers {
		if l, ok := p.(*lucenePeer); ok {
			report.LuceneCacheHits = l.cached
		}
	}
}

// median gives the upper one of an even number, 0 of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
