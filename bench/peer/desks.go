package peer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// wishesPerQuery is how many wishes there are for one question of each kind.
const wishesPerQuery = 5

// work has the engines recommend, give seats and search for one client and for
// many, in turn: answers first, then times.
func (r *run) work(ctx context.Context, report *Report) (err error) {
	wishes := r.corpus.wishes(r.config.Queries*wishesPerQuery, r.config.Seed)
	jobs, closing, err := r.jobs(ctx, wishes)
	defer func() { err = errors.Join(err, closing()) }()
	if err != nil {
		return err
	}
	r.tell("comparing %d pages of recommendations with the brute force", len(wishes))
	truths := make([]ranking, len(wishes))
	for i := range wishes {
		truths[i] = r.corpus.rank(&wishes[i])
	}
	for _, j := range jobs {
		if j.line.Work != workRecommend || j.desk.name() == Roof {
			continue
		}
		if err := j.agree(ctx, truths); err != nil {
			return err
		}
	}
	for round := range r.config.Rounds {
		began := time.Now()
		for turn := range jobs {
			if err := r.do(ctx, jobs[(turn+round)%len(jobs)], len(wishes), round); err != nil {
				return err
			}
		}
		r.tell("work, round %d of %d: %.1f s", round+1, r.config.Rounds, time.Since(began).Seconds())
	}
	return r.sumWork(report, jobs)
}

// do does one round of one job.
func (r *run) do(ctx context.Context, j *job, wishes, round int) error {
	c := &r.config
	switch j.line.Work {
	case workRecommend:
		return j.recommend(ctx, c, wishes)
	case workSearch:
		return j.search(ctx, c, r.queries)
	}
	return j.seat(ctx, c, r.corpus.hot.set(setsPerRound*round+j.set), r.corpus.hot.seats, setsPerRound*round+j.set)
}

// sumWork makes lines of all rounds. What Renfort got wrong is an error; what
// others did is told.
func (r *run) sumWork(report *Report, jobs []*job) error {
	for _, j := range jobs {
		j.line.Alone, j.line.Crowd = j.alone.pace(1), j.crowd.pace(r.config.Clients)
		report.Work = append(report.Work, j.line)
		report.Differences = append(report.Differences, j.faults...)
		if ours := j.desk.name() == renfortName || j.desk.name() == serviceName; ours && len(j.faults) > 0 {
			return fmt.Errorf("peer: %s: %s", j.line.Work, j.faults[0])
		}
	}
	return nil
}

// jobs opens a desk for every engine that has one; closing ends what it began.
func (r *run) jobs(ctx context.Context, wishes []wish) (jobs []*job, closing func() error, err error) {
	var ends []func() error
	closing = func() (err error) {
		for _, end := range slices.Backward(ends) {
			err = errors.Join(err, end())
		}
		return err
	}
	bodies := make([][]byte, len(wishes))
	for i := range wishes {
		if bodies[i], err = wishBody(&wishes[i]); err != nil {
			return nil, closing, fmt.Errorf("peer: %w", err)
		}
	}
	direct, err := newEngineDesk(ctx, r.renfort.engine, wishes)
	if err != nil {
		return nil, closing, err
	}
	service, err := newService(r.renfort.engine, r.corpus, bodies)
	if err != nil {
		return nil, closing, err
	}
	ends = append(ends, service.server.close)
	desks := []desk{direct, service}
	bytes := 0
	if slices.Contains(r.config.Peers, Roof) {
		page, err := service.samplePage(ctx)
		if err != nil {
			return nil, closing, err
		}
		roof, err := newRoof(page, bodies)
		if err != nil {
			return nil, closing, err
		}
		ends, bytes = append(ends, roof.server.close), len(page)
		desks = append(desks, roof)
	}
	desks = append(desks, r.others(wishes)...)
	return r.split(desks, bytes), closing, nil
}

// others are the desks of the engines that are no Renfort.
func (r *run) others(wishes []wish) (desks []desk) {
	for _, p := range r.peers {
		switch p := p.(type) {
		case questioned:
			desks = append(desks, searchDesk{p})
		case *lucenePeer:
			desks = append(desks, p)
		}
	}
	if r.postgres != nil {
		desks = append(desks, &postgresDesk{r.postgres, wishes})
	}
	if r.redis != nil {
		desks = append(desks, &redisDesk{r.redis, wishes, redisAlways}, &redisDesk{r.redis, wishes, redisEverySec})
	}
	return desks
}

// split makes a job of every kind of work of every desk, kind by kind.
func (r *run) split(desks []desk, bytes int) (jobs []*job) {
	for _, work := range [...]string{workRecommend, workSeat, workSearch} {
		if work == workSeat && r.corpus.hot.seats == 0 {
			continue
		}
		for _, d := range desks {
			if !slices.Contains(d.works(), work) {
				continue
			}
			j := &job{desk: d, line: Line{Engine: d.name(), Work: work}}
			if overHTTP := d.name() == Roof || d.name() == serviceName; overHTTP && work == workRecommend {
				j.line.Bytes = bytes
			}
			if at, ok := d.(*redisDesk); ok && at.sync == redisEverySec {
				j.set = 1 // the first set of that Redis is gone
			}
			jobs = append(jobs, j)
		}
	}
	return jobs
}

// searcher is a counter that searches.
type searcher interface {
	search(q *query) error
}

// search times one round: one client, then all of them, each for some seconds,
// over all kinds of questions by turns.
func (j *job) search(ctx context.Context, c *Config, queries []query) error {
	if own, ok := j.desk.(*lucenePeer); ok {
		return errors.Join(j.alone.take(own.crowd(1, c.Seconds)), j.crowd.take(own.crowd(c.Clients, c.Seconds)))
	}
	limit := time.Duration(c.Seconds * float64(time.Second))
	all, err := j.crew(ctx, c.Clients)
	if err != nil {
		return err
	}
	defer all.close()
	ask := func(at counter, i int) error { return at.(searcher).search(&queries[scattered(i, len(queries))]) }
	for i, one := range all {
		if err := ask(one, i); err != nil {
			return fmt.Errorf("peer: %s: %w", j.desk.name(), err)
		}
	}
	if err := all[:1].race(ctx, &j.alone, math.MaxInt, limit, ask); err != nil {
		return fmt.Errorf("peer: %s: %w", j.desk.name(), err)
	}
	if err := all.race(ctx, &j.crowd, math.MaxInt, limit, ask); err != nil {
		return fmt.Errorf("peer: %s: %w", j.desk.name(), err)
	}
	return nil
}

// scattered gives the i-th of n questions in an order where kinds alternate:
// they lie kind by kind.
func scattered(i, n int) int {
	const prime = 1_000_003
	return i % n * prime % n
}

// questioned is an engine that answers questions from many goroutines at once.
type questioned interface {
	name() string
	ask(q *query) (answer, error)
}

// searchDesk is a desk where one can search, and nothing else.
type searchDesk struct{ questioned }

func (d searchDesk) works() []string                       { return []string{workSearch} }
func (d searchDesk) open(context.Context) (counter, error) { return searchCounter{d.questioned}, nil }

type searchCounter struct{ engine questioned }

func (c searchCounter) search(q *query) error { _, err := c.engine.ask(q); return err }

// There is nothing else to ask for.
func (searchCounter) ask(int) error                  { return errors.ErrUnsupported }
func (searchCounter) pick(int) ([]int, error)        { return nil, errors.ErrUnsupported }
func (searchCounter) hold(int, string) (bool, error) { return false, errors.ErrUnsupported }
func (searchCounter) taken(int) (int, error)         { return 0, errors.ErrUnsupported }
func (searchCounter) close() error                   { return nil }
