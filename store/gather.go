package store

import (
	"runtime"
	"time"
)

// pace is what the writer knows of its last batch, by which it decides how long
// the next one may gather.
type pace struct {
	answered int           // interactive requests in it
	waiting  int           // others that had come before it was answered
	commit   time.Duration // how long its commit took, 0 if nothing was to be committed
}

// next collects the requests of one batch: it waits for the first, gathers where
// many will come, and takes what is there, what must get through before
// interactive before bulk. It gives none where writing failed meanwhile, and more is
// false once the store is closed and the queues are empty.
func (q *queues) next(batch []*request, last pace) (all []*request, more bool) {
	runtime.Gosched() // whoever was just answered may have more
	if len(q.first)+len(q.interactive)+len(q.bulk) == 0 {
		select {
		case r := <-q.first:
			batch = append(batch, r)
		case r := <-q.interactive:
			batch = append(batch, r)
		case r := <-q.bulk:
			batch = append(batch, r)
		case <-q.quit:
			return batch, false
		case <-q.broken:
			return batch, true
		}
		runtime.Gosched()
	}
	q.gather(len(batch), last)
	return q.fill(batch), true
}

const (
	// gatherLeast is how many must have been answered last for the next batch to
	// gather: a few callers, and a lone one, are never kept waiting.
	gatherLeast = 8
	// gatherParts is into how many parts the time of the last commit is cut.
	// Gathering lasts one, and another one as long as requests come faster than
	// a steady stream of them would; never longer than the commit.
	gatherParts = 4
	// gatherMost bounds a part, where the disk has stood still.
	gatherMost = 5 * time.Millisecond
)

// gather waits for those who were just answered to come back with their next
// command, so that they share a commit with the taken requests and with those
// who wait already. Without it a crowd whose members send one command after the
// other falls into two halves, of which each waits for the other's commit too.
func (q *queues) gather(taken int, last pace) {
	here := len(q.interactive)
	want := min(last.waiting+last.answered, BatchCommandsMax) - taken
	part := min(last.commit/gatherParts, gatherMost)
	if last.answered < gatherLeast || part == 0 || len(q.first) > 0 {
		return
	}
	t := time.NewTimer(part)
	defer t.Stop()
	q.wanted.Store(int64(want))
	for parts := 1; len(q.interactive) < want; parts++ {
		select {
		case <-q.enough:
			return
		case <-t.C:
		}
		came := len(q.interactive) - here
		if parts == gatherParts || came*gatherParts < want {
			break
		}
		here += came
		t.Reset(part)
	}
	if !q.wanted.CompareAndSwap(int64(want), 0) {
		<-q.enough // somebody is about to say so
	}
}

// wake tells a writer that gathers when enough wait, or somebody who must get
// through.
func (q *queues) wake(r *request) {
	want := q.wanted.Load()
	if want == 0 || !r.First && int64(len(q.interactive)) < want || !q.wanted.CompareAndSwap(want, 0) {
		return
	}
	q.enough <- struct{}{}
}
