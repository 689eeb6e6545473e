package peer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// desk is an engine where many clients at once ask for recommendations and
// take seats.
type desk interface {
	name() string
	// open gives one more client a connection of its own.
	open(ctx context.Context) (counter, error)
	// works says what kinds of work it does.
	works() []string
}

// counter is one client's connection. It does one thing at a time.
type counter interface {
	// ask asks for the i-th wish, and takes the whole answer.
	ask(i int) error
	// pick is ask, and reads which missions the answer has.
	pick(i int) ([]int, error)
	// hold asks for a seat of a mission; false says that it is full.
	hold(mission int, volunteer string) (bool, error)
	// taken gives how many seats of a mission the engine has given here.
	taken(mission int) (int, error)
	close() error
}

// The kinds of work beside search by questions.
const (
	workRecommend = "recommend"
	workSeat      = "seat"
	workSearch    = "search"
)

// Pace is how fast clients were answered that each wait for one answer before
// they ask again.
type Pace struct {
	Clients      int
	Asked        int     // in all rounds
	PerSecond    float64 // median round
	MedianMicros float64
	P99Micros    float64
	MaxMicros    float64
}

// Line is how an engine did one kind of work: as it goes for one client, and
// for as many as were asked for.
type Line struct {
	Engine string
	Work   string
	Alone  Pace
	Crowd  Pace
	Bytes  int `json:",omitzero"` // of an answer over HTTP, median
	// Of recommendations: how many were the brute force's, place by place, and
	// how far the score of a place was off at most, as a share.
	Wishes, Equal int     `json:",omitzero"`
	Off           float64 `json:",omitzero"`
	// Of seats: what was granted, refused as full, and given beyond what there was.
	Granted, Refused, Oversold int `json:",omitzero"`
}

// job is one kind of work at one desk under way.
type job struct {
	desk         desk
	line         Line
	alone, crowd samples
	set          int // of hot seats, the first it takes
	faults       []string
}

// samples are times and rates of all rounds.
type samples struct {
	micros []float64
	rates  []float64
}

func (s *samples) pace(clients int) Pace {
	slices.Sort(s.micros)
	return Pace{Clients: clients, Asked: len(s.micros), PerSecond: median(s.rates), MedianMicros: quantile(s.micros, 0.5),
		P99Micros: quantile(s.micros, 0.99), MaxMicros: quantile(s.micros, 1)}
}

// take adds what a crowd measured by itself.
func (s *samples) take(micros []float64, seconds float64, err error) error {
	if err == nil {
		s.micros, s.rates = append(s.micros, micros...), append(s.rates, float64(len(micros))/max(seconds, 1e-9))
	}
	return err
}

// quantile gives the least of sorted values that so many are at most; 0 of none.
func quantile(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	at := int(math.Ceil(share*float64(len(sorted)))) - 1
	return sorted[min(max(at, 0), len(sorted)-1)]
}

// agree has a desk answer every wish, and compares with the brute force.
func (j *job) agree(ctx context.Context, truths []ranking) error {
	c, err := j.desk.open(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	for i := range truths {
		got, err := c.pick(i)
		if err != nil {
			return fmt.Errorf("peer: %s: wish %d: %w", j.desk.name(), i, err)
		}
		off := truths[i].off(got)
		if j.line.Wishes++; off <= equalOff {
			j.line.Equal++
		} else if len(j.faults) < differencesShown {
			j.faults = append(j.faults, fmt.Sprintf("%s, wish %d: %v, not %v (off by %.2g)", j.desk.name(), i, got, truths[i].best, off))
		}
		j.line.Off = max(j.line.Off, off)
	}
	return nil
}

// equalOff is by how much scores may differ that are the same: engines round
// coordinates and the radius of the earth.
const equalOff = 1e-6

// off says by how much, as a share, a page's scores are not the best ones'.
// Missions of one score may come in any order. It is 1 for a page that has not
// as many, has one twice, or has one that is not for them.
func (r *ranking) off(got []int) (worst float64) {
	if len(got) != len(r.best) {
		return 1
	}
	for i, n := range got {
		if n < 0 || n >= len(r.scores) || r.scores[n] == 0 || slices.Contains(got[:i], n) {
			return 1
		}
		want := r.scores[r.best[i]]
		worst = max(worst, math.Abs(r.scores[n]-want)/want)
	}
	return worst
}

// recommend times one round: every wish once by one client, then all clients
// for some seconds.
func (j *job) recommend(ctx context.Context, c *Config, wishes int) error {
	one, err := j.crew(ctx, 1)
	if err != nil {
		return err
	}
	defer one.close()
	for i := range min(wishes, warmWishes) {
		if err := one[0].ask(i); err != nil {
			return fmt.Errorf("peer: %s: %w", j.desk.name(), err)
		}
	}
	if err := one.race(ctx, &j.alone, wishes, time.Hour, func(c counter, i int) error { return c.ask(i) }); err != nil {
		return fmt.Errorf("peer: %s: %w", j.desk.name(), err)
	}
	all, err := j.crew(ctx, c.Clients)
	if err != nil {
		return err
	}
	defer all.close()
	for i, one := range all { // a connection's first question is prepared
		if err := one.ask(i % wishes); err != nil {
			return fmt.Errorf("peer: %s: %w", j.desk.name(), err)
		}
	}
	limit := time.Duration(c.Seconds * float64(time.Second))
	if err := all.race(ctx, &j.crowd, math.MaxInt, limit, func(c counter, i int) error { return c.ask(i % wishes) }); err != nil {
		return fmt.Errorf("peer: %s: %w", j.desk.name(), err)
	}
	return nil
}

// warmWishes is how many a fresh connection is asked before its times count.
const warmWishes = 50

// crew is clients, each with its connection.
type crew []counter

func (j *job) crew(ctx context.Context, n int) (crew, error) {
	var all crew
	for range n {
		one, err := j.desk.open(ctx)
		if err != nil {
			return nil, errors.Join(err, all.close())
		}
		all = append(all, one)
	}
	return all, nil
}

func (c crew) close() error {
	var errs []error
	for _, one := range c {
		errs = append(errs, one.close())
	}
	return errors.Join(errs...)
}

// race has the crew do tasks 0 to n-1, each one the next that nobody has
// begun, until all are done or the time is over, and adds what it took.
func (c crew) race(ctx context.Context, to *samples, n int, limit time.Duration, task func(counter, int) error) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	times, errs := make([][]float64, len(c)), make([]error, len(c))
	began := time.Now()
	for i := range c {
		wait.Go(func() {
			for ctx.Err() == nil {
				t := int(next.Add(1)) - 1
				sent := time.Now()
				if t >= n || sent.Sub(began) > limit {
					return
				}
				if errs[i] = task(c[i], t); errs[i] != nil {
					return
				}
				times[i] = append(times[i], float64(time.Since(sent).Nanoseconds())/1e3)
			}
		})
	}
	wait.Wait()
	took, done := time.Since(began).Seconds(), 0
	for _, t := range times {
		to.micros, done = append(to.micros, t...), done+len(t)
	}
	to.rates = append(to.rates, float64(done)/took)
	return errors.Join(append(errs, ctx.Err())...)
}

// seat times one round: a tenth of the seats asked for by one client, then the
// rest by all, on missions that nobody has asked for yet; and counts what was
// given.
func (j *job) seat(ctx context.Context, c *Config, missions []int, seats, round int) error {
	all, err := j.crew(ctx, c.Clients)
	if err != nil {
		return err
	}
	defer all.close()
	asked, granted := make([]int, len(missions)), make([]atomic.Int64, len(missions))
	for i := range c.Holds {
		asked[crowdedOn(i, len(missions))]++
	}
	alone := c.Holds / 10
	hold := func(first int) func(counter, int) error {
		return func(at counter, i int) error {
			m := crowdedOn(first+i, len(missions))
			ok, err := at.hold(missions[m], "c"+strconv.Itoa(round)+"-"+strconv.Itoa(first+i))
			if ok {
				granted[m].Add(1)
			}
			return err
		}
	}
	if err := all[:1].race(ctx, &j.alone, alone, time.Hour, hold(0)); err != nil {
		return fmt.Errorf("peer: %s: %w", j.desk.name(), err)
	}
	if err := all.race(ctx, &j.crowd, c.Holds-alone, time.Hour, hold(alone)); err != nil {
		return fmt.Errorf("peer: %s: %w", j.desk.name(), err)
	}
	return j.count(all[0], missions, seats, asked, granted)
}

// crowdedOn gives which of n missions the i-th wants: at random, and the same
// at every desk.
func crowdedOn(i, n int) int {
	x := uint64(i) * 0x9e3779b97f4a7c15
	return int((x ^ x>>29) * 0xbf58476d1ce4e5b9 >> 33 % uint64(n))
}

// count holds what clients were told against what the engine keeps, and both
// against what must be.
func (j *job) count(at counter, missions []int, seats int, asked []int, granted []atomic.Int64) error {
	for m, n := range missions {
		kept, err := at.taken(n)
		if err != nil {
			return fmt.Errorf("peer: %s: %w", j.desk.name(), err)
		}
		told := int(granted[m].Load())
		j.line.Granted += told
		j.line.Refused += asked[m] - told
		j.line.Oversold += max(0, kept-seats, told-seats)
		if want := min(asked[m], seats); kept != told || told != want {
			j.faults = append(j.faults, fmt.Sprintf("%s, mission %d of %d seats: %d asked, %d were told yes, %d are kept", j.desk.name(), n, seats, asked[m], told, kept))
		}
	}
	return nil
}
