// Package engine answers: what is live?
//
// It joins store, index and matcher: a command goes in at Submit, becomes
// durable in the store, shows in the index, and only then is answered; a
// reader takes a snapshot and is never held up.
package engine

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"renfort/feed/record"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
	"renfort/store"
)

// Options say how an engine is opened.
type Options struct {
	Dir      string            // of the store
	Policy   *mission.Policy   // the first of a new store, nil for the default
	Taxonomy *mission.Taxonomy // the same
	// Clock is what Ticks are told by, nil for time.Now.
	Clock func() time.Time
	// ManualTicks leaves Ticks to TickAt, but for the one at the start.
	ManualTicks bool
	// NoText leaves out the text index: words cannot be searched.
	NoText bool
	// MissionIndexes are the indexes of free records whose records are missions,
	// by Mapping, nil for the default one.
	MissionIndexes []string
	Mapping        *record.Mapping
	// NoSync leaves out the sync before a reply: simulations only.
	NoSync bool
	// Pause is called by the writer between two pieces of its work, so that
	// others may go on; nil for nobody.
	Pause func()
}

// TickSeconds is how often log time moves.
const TickSeconds = 1

// Engine is a live Renfort. All methods are safe for concurrent use.
type Engine struct {
	store   *store.Store
	index   *index.Index
	matcher *matcher.Matcher
	zones   *mission.Zones
	places  *gazetteer.Gazetteer
	clock   func() time.Time
	intake  atomic.Pointer[mission.Intake]
	count   atomic.Uint32 // of ids made
	watch   watch
	text    *text // nil for none
	lists   lists
	alerts  alerts
	opened  atomic.Bool
	paused  atomic.Bool // what goes out to people
	waves   waves
	rooms   rooms
	tasks   tasks
	census  census

	life    context.Context // ends with Close
	stop    context.CancelFunc
	stopped sync.WaitGroup
}

// Open opens the store, derives the index from it and moves log time to now.
// When it returns, everything is caught up.
func Open(o Options) (*Engine, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	go gazetteer.Default() // read while the file is looked through
	e := &Engine{zones: new(mission.Zones), clock: o.Clock}
	e.matcher = matcher.New(e.zones)
	e.watch.moved = make(chan struct{})
	e.waves.begin()
	e.openAlerts()
	e.openObjects(o)
	s, err := store.Open(o.Dir, store.Options{Policy: o.Policy, Taxonomy: o.Taxonomy, Committed: e.committed, NoSync: o.NoSync, Pause: o.Pause})
	if err != nil {
		return nil, fmt.Errorf("engine: open: %w", err)
	}
	e.store, e.places = s, gazetteer.Default()
	if !o.NoText {
		if err := e.openText(o.Dir); err != nil {
			return nil, errors.Join(fmt.Errorf("engine: open: %w", err), s.Close())
		}
	}
	if err := e.load(o.Pause); err != nil {
		return nil, errors.Join(fmt.Errorf("engine: load: %w", err), e.closeText(), s.Close())
	}
	if err := e.openWaves(); err != nil {
		return nil, errors.Join(fmt.Errorf("engine: load: %w", err), e.closeText(), s.Close())
	}
	if err := e.loadObjects(); err != nil {
		return nil, errors.Join(fmt.Errorf("engine: load: %w", err), e.closeText(), s.Close())
	}
	e.opened.Store(true)
	ctx, stop := context.WithCancel(context.Background())
	e.life, e.stop = ctx, stop
	e.stopped.Go(func() { e.followObjects(ctx) })
	if err := e.adoptRecords(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("engine: load: %w", err), e.Close())
	}
	e.stopped.Go(func() { e.followAlerts(ctx) })
	if !o.ManualTicks {
		e.stopped.Go(func() { e.tickEverySecond(ctx) })
		e.stopped.Go(func() { e.stepWavesEverySecond(ctx) })
	}
	return e, nil
}

// load derives the index from the whole state, moves log time to now and
// shows what there is.
func (e *Engine) load(pause func()) error {
	e.index = index.New(index.Options{Pause: pause, Policy: e.store.Policy(), Taxonomy: e.store.Taxonomy(), Places: e.places,
		Zones: e.zones, Standing: matcher.Standing})
	e.intake.Store(mission.NewIntake(e.store.Taxonomy(), e.places, e.zones))
	take := func(c mission.Change) (then func()) {
		index, text := e.index.Prepare(c), e.prepareText(&c)
		return func() {
			index()
			text()
		}
	}
	seq, now, err := e.store.Load(take, e.index.Prepare, func(c mission.Change) { take(c)() })
	if err != nil {
		return err
	}
	if err := e.loadOutbound(); err != nil {
		return err
	}
	if err := e.TickAt(e.clock()); err != nil {
		return fmt.Errorf("first tick: %w", err)
	}
	if e.index.Snapshot().Seq < seq {
		// That Tick changed nothing, so that nothing was shown: the process
		// was away for less than a second, or its clock was set back.
		e.index.Apply([]mission.Change{{Seq: seq, At: now, Kind: mission.Ticked}})
	}
	if e.text != nil {
		return e.followText(e.index.Snapshot().Seq)
	}
	return nil
}

// committed takes in what the store has made durable, before its callers hear
// of it.
func (e *Engine) committed(changes []mission.Change) {
	for i := range changes {
		if t := changes[i].Taxonomy; t != nil {
			e.intake.Store(mission.NewIntake(t, e.places, e.zones))
		}
		e.markOutbound(changes[i].Kind)
	}
	e.index.Apply(changes)
	if e.text != nil {
		e.markText(changes)
	}
	e.waves.follow(changes)
	e.watch.tell()
	e.markAlerts(changes)
	e.markObjects(changes)
}

// Close stops Ticks and indexing, drains what is queued and closes the store.
func (e *Engine) Close() error {
	e.stop()
	e.tasks.working.Wait()
	e.stopped.Wait()
	if err := errors.Join(e.closeText(), e.store.Close()); err != nil {
		return fmt.Errorf("engine: close: %w", err)
	}
	return nil
}

// tickEverySecond moves log time. A Tick that fails is not missed: the next
// says the same and more.
func (e *Engine) tickEverySecond(ctx context.Context) {
	t := time.NewTicker(TickSeconds * time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			_, _ = e.store.Submit(ctx, mission.Envelope{Command: mission.Tick{At: e.clock().Unix()}})
		}
	}
}

// TickAt moves log time to at, never back.
func (e *Engine) TickAt(at time.Time) error {
	_, err := e.store.Submit(context.Background(), mission.Envelope{Command: mission.Tick{At: at.Unix()}})
	return err
}

// Submit gives a command to the store. When it returns, what the command did
// is durable and shows in rankings.
func (e *Engine) Submit(ctx context.Context, c mission.Envelope) (mission.Result, error) {
	return e.store.Submit(ctx, c)
}

// SubmitAll gives the store many commands in their order, and an answer to
// each.
func (e *Engine) SubmitAll(ctx context.Context, cs []mission.Envelope) ([]mission.Result, []error) {
	return e.store.SubmitAll(ctx, cs)
}

// Intake gives what a write must pass before it is submitted: of the taxonomy
// in force.
func (e *Engine) Intake() *mission.Intake { return e.intake.Load() }

// Zones gives the time zones known.
func (e *Engine) Zones() *mission.Zones { return e.zones }

// Places gives the gazetteer.
func (e *Engine) Places() *gazetteer.Gazetteer { return e.places }

// Store gives the store, for point reads.
func (e *Engine) Store() *store.Store { return e.store }

// Snapshot gives the newest view of the index.
func (e *Engine) Snapshot() *index.Snapshot { return e.index.Snapshot() }

// Seq gives the last command that reads see.
func (e *Engine) Seq() uint64 { return e.index.Snapshot().Seq }

// Now gives log time.
func (e *Engine) Now() time.Time { return time.Unix(e.index.Snapshot().At, 0).UTC() }

// Ready says whether everything is caught up and writes are taken.
func (e *Engine) Ready() bool { return e.opened.Load() && !e.store.Stats().Failed }

// NewID makes an id with a prefix that nobody had: ids made later sort later.
func (e *Engine) NewID(prefix string) mission.ID {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return prefix + store.HoldID(e.clock().Unix(), e.count.Add(1), binary.LittleEndian.Uint64(b[:]))
}
