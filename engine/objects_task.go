package engine

import (
	"context"
	"slices"
	"sync"
	"time"

	"renfort/mission"
	"renfort/objects"
)

const (
	// taskPatience is how long a write of records is waited for: the official
	// clients give up one that does not begin to answer within two seconds,
	// reading it included, and send it again.
	taskPatience = 400 * time.Millisecond
	// taskMax bounds what goes on after its caller was answered.
	taskMax = 15 * time.Minute
	// firstTask is the first number of a task that is no Seq. JavaScript keeps
	// whole numbers to twice that.
	firstTask = uint64(1) << 52
	// taskLook is how often somebody who waits for a task looks.
	taskLook = 2 * time.Millisecond
	// tasksKept is how many tasks that are over can still be asked for.
	tasksKept = 10_000
	// toldLate is how many records are told of by a task that is over.
	toldLate = 20
)

// tasks are the writes of records whose callers were answered before their
// end. They do not outlive the process: what a crash interrupts is told as not
// known.
type tasks struct {
	mu      sync.Mutex
	next    uint64
	running map[uint64]bool
	over    map[uint64]outcome
	working sync.WaitGroup
}

// outcome is how a task ended.
type outcome struct {
	seq  uint64
	err  error
	told []RefusedRecord
}

// task does a write of records. Where it takes longer than a client waits it
// goes on by itself, and the number given is a task's; else it is a Seq.
func (e *Engine) task(do func(context.Context) (uint64, error)) (uint64, error) {
	o := e.taskTold(func(ctx context.Context) (o outcome) {
		o.seq, o.err = do(ctx)
		return o
	})
	return o.seq, o.err
}

// taskTold is task for what has more to tell. Who was answered before the end
// hears the first of it from the task.
func (e *Engine) taskTold(do func(context.Context) outcome) outcome {
	t := &e.tasks
	ctx, cancel := context.WithTimeout(e.life, taskMax)
	done := make(chan outcome, 1)
	id := t.begin()
	t.working.Go(func() {
		defer cancel()
		o := do(ctx)
		t.end(id, o)
		done <- o
	})
	patience := time.NewTimer(taskPatience)
	defer patience.Stop()
	select {
	case o := <-done:
		t.forget(id)
		return o
	case <-patience.C:
		return outcome{seq: id}
	}
}

func (t *tasks) begin() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running == nil {
		t.running, t.over, t.next = map[uint64]bool{}, map[uint64]outcome{}, firstTask
	}
	t.next++
	t.running[t.next] = true
	return t.next
}

func (t *tasks) end(id uint64, o outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.running, id)
	o.told = slices.Clone(o.told[:min(len(o.told), toldLate)])
	t.over[id] = o
	delete(t.over, id-tasksKept)
}

func (t *tasks) forget(id uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.over, id)
}

// ObjectTask says whether what a write of records was answered with is done and
// searchable. It gives the error of one that failed after its caller was
// answered, and NotFound for a task that this process does not know.
func (e *Engine) ObjectTask(task uint64) (published bool, err error) {
	if task < firstTask {
		return e.ObjectsApplied(task), nil
	}
	e.tasks.mu.Lock()
	running, o := e.tasks.running[task], e.tasks.over[task]
	_, over := e.tasks.over[task]
	e.tasks.mu.Unlock()
	switch {
	case running:
		return false, nil
	case !over:
		return false, mission.Errorf(mission.NotFound, "task %d is not known here: it is long over, or the service was started anew since; send the write again", task)
	case o.err != nil:
		return false, o.err
	}
	return e.ObjectsApplied(o.seq), nil
}

// ObjectTaskTold gives the first records that a task tells of, as those of
// ObjectsWritten.
func (e *Engine) ObjectTaskTold(task uint64) []RefusedRecord {
	e.tasks.mu.Lock()
	defer e.tasks.mu.Unlock()
	return e.tasks.over[task].told
}

// AwaitObjectTask is ObjectTask after a while: it returns once the task is
// published or has failed, and says not published when ctx is done.
func (e *Engine) AwaitObjectTask(ctx context.Context, task uint64) (published bool, err error) {
	again := time.NewTicker(taskLook)
	defer again.Stop()
	for {
		if published, err = e.ObjectTask(task); published || err != nil {
			return published, err
		}
		select {
		case <-ctx.Done():
			return false, nil
		case <-again.C:
		}
	}
}

// WriteObjects does actions on the records of an index in their order. It
// returns once they are durable or, where that takes longer than clients wait, with a task
// as Seq; ObjectTask tells when they are searchable. Records of an index of
// missions become missions with it. The first action that makes no sense ends
// the batch with an error that names it: those before it are done.
func (e *Engine) WriteObjects(_ context.Context, index string, actions []objects.Action) (ObjectsWritten, error) {
	actions, ids := e.ownActions(actions)
	o := e.taskTold(func(ctx context.Context) outcome {
		w, err := e.writeObjects(ctx, index, actions)
		if err == nil && w.Seq == 0 {
			w.Seq = e.Seq() // nothing had to be written: what is there is what was sent
		}
		return outcome{w.Seq, err, append(w.Refused, w.Dropped...)}
	})
	return ObjectsWritten{Seq: o.seq, IDs: ids, Told: o.told}, o.err
}

// ownActions copies what points into a request that ends before the write may,
// and gives records without ids theirs.
func (e *Engine) ownActions(actions []objects.Action) (own []objects.Action, ids []string) {
	n := 0
	for i := range actions {
		n += len(actions[i].Body)
	}
	room := make([]byte, 0, n)
	own, ids = make([]objects.Action, len(actions)), make([]string, len(actions))
	for i, a := range actions {
		from := len(room)
		room = append(room, a.Body...)
		if a.Body != nil {
			a.Body = room[from:len(room):len(room)]
		}
		if a.ID == "" && !a.Kind.OfIndex() {
			a.ID = e.NewID("")
		}
		own[i], ids[i] = a, a.ID
	}
	return own, ids
}

// DeleteObjectsBy deletes the records that match a query. It waits until what
// was written before is searchable, so that it finds that too. The number that
// it gives is one for ObjectTask, as those of the functions below.
func (e *Engine) DeleteObjectsBy(_ context.Context, index string, q *objects.Query) (uint64, error) {
	return e.task(func(ctx context.Context) (uint64, error) { return e.deleteObjectsBy(ctx, index, q) })
}

// ClearObjects deletes all records of an index and keeps how it is searched.
func (e *Engine) ClearObjects(_ context.Context, index string) (uint64, error) {
	return e.task(func(ctx context.Context) (uint64, error) { return e.sweepIndex(ctx, index, false) })
}

// DropObjectIndex deletes an index; one that is not there is deleted already.
func (e *Engine) DropObjectIndex(_ context.Context, index string) (uint64, error) {
	return e.task(func(ctx context.Context) (uint64, error) { return e.sweepIndex(ctx, index, true) })
}

// CopyObjectIndex makes a copy of an index in the place of another: of its
// records and how it is searched or, with a scope, of that part alone. The copy
// of an index that is not there is an empty one. Replicas are not copied.
func (e *Engine) CopyObjectIndex(_ context.Context, from, to string, scope []string) (uint64, error) {
	return e.task(func(ctx context.Context) (uint64, error) { return e.copyIndex(ctx, from, to, scope) })
}

// MoveObjectIndex gives an index another's name, records and all, in one
// instant. One that is not there is not moved, which is no error. Where records
// become missions, those are put before; missions whose records are gone are
// withdrawn.
func (e *Engine) MoveObjectIndex(_ context.Context, from, to string) (uint64, error) {
	return e.task(func(ctx context.Context) (uint64, error) { return e.moveIndex(ctx, from, to) })
}
