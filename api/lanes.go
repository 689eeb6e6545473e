package api

import (
	"errors"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"renfort/api/limit"
	"renfort/mission"
)

// lanes decides what is taken when there is too much to do, and in what order.
// The limiter holds the wait in front of the handlers, the backlog that of
// writes behind them; most is the last resort, on the memory and the streams of
// requests under way.
// Safe for concurrent use.
type lanes struct {
	limiter *limit.Limiter
	writes  limit.Backlog
	rounds  atomic.Pointer[os.File] // where rounds are asked for; nil while nothing serves
	shut    func()                  // begins no more of them; nil until open
	epoch   time.Time               // that the limiter's clock counts from
	sync    func() time.Duration    // what the disk takes for a commit

	inFlight atomic.Int64
	most     [classes]int64 // most[c] for class c; never changed
	refused  [classes]atomic.Uint64
}

// newLanes shares inFlightMax out. The shares leave each class a multiple of
// what the one below may fill.
func newLanes(inFlightMax int, sync func() time.Duration) *lanes {
	l := &lanes{epoch: time.Now(), sync: sync}
	total := int64(inFlightMax)
	l.most = [classes]int64{
		classBulk: total / 16, classRead: total / 4, classSearch: total * 3 / 8, classRecommend: total / 2,
		classWrite: total * 5 / 8, classHold: total * 3 / 4, classCrisis: total * 7 / 8, classResolve: total, classOutbound: 2 * total, classAlways: total * 1024,
	}
	l.limiter = limit.New(limit.Options{Classes: int(classes), Shed: int(classCrisis), Never: int(classResolve), Brief: int(classWrite),
		Loose: max(roundLoose, roundPerCore*runtime.GOMAXPROCS(0)), Tight: roundPerCore * runtime.GOMAXPROCS(0), Parts: partsBegun(), Full: l.full, Send: l.send})
	return l
}

// now is the time by the limiter's clock.
func (l *lanes) now() int64 { return int64(time.Since(l.epoch)) }

// full says that writes of a class would wait too long for their commit. Those of
// crises and confirmations are not refused for it.
func (l *lanes) full(of limit.Class) bool {
	c := class(of)
	return c.writes() && c < classCrisis && l.writes.Full(int(c-classWrite))
}

const (
	// roundPerCore is how many requests begin on each core in a round, where
	// something is refused: of those with parts so many are shared out.
	roundPerCore = 8
	// roundLoose is how many begin otherwise: a crowd of writers that a commit
	// answered is to be in the next together.
	roundLoose = 64
)

// partsBegun are how many of each class begin, beside each other, where all of
// them wait and some must be refused. They come from the mix of a surge: at twice
// what can be served, sign-ups, holds and searches come to about as many as can
// be served of them without it, and recommendations, which are asked for most, to
// half. Bulk has none: whoever sends thousands of lines sends them again.
func partsBegun() (of [limit.ClassesMax]float64) {
	of[classRead], of[classSearch], of[classRecommend], of[classWrite], of[classHold] = 2, 5, 10, 2, 6
	return of
}

// enter waits for a request's turn and counts it in; where it is refused, leave
// must not be called. degraded says that there is enough to do to leave extras
// out. The count includes the request itself, so that a bound of n lets n in.
func (l *lanes) enter(c class, at time.Time) (degraded bool, err error) {
	now := int64(at.Sub(l.epoch))
	verdict := turn(l.limiter.Enter(now, limit.Class(c)))
	if verdict == limit.Refuse {
		l.refused[c].Add(1)
		return false, errOverloaded
	}
	if c.writes() && l.writes.Enter(l.now(), int64(l.sync())) {
		l.limiter.Tighten(l.now())
	}
	n := l.inFlight.Add(1)
	if n > l.most[c] {
		l.leave(c)
		l.refused[c].Add(1)
		return false, mission.Errorf(mission.Overloaded, "%d requests are under way; this class is refused above %d", n, l.most[c])
	}
	return verdict == limit.Spare || n > l.most[c]*3/4, nil
}

// turn waits for a request's turn where it has to.
func turn(v limit.Verdict, p *limit.Place) limit.Verdict {
	if v == limit.Wait {
		return p.Wait()
	}
	return v
}

// again has a request whose commit came back wait for its turn to go on: a
// commit brings hundreds back at once, and whoever comes meanwhile would wait
// for all of them.
func (l *lanes) again(c class) { turn(l.limiter.Again(l.now(), limit.Class(c))) }

// answer is again for a write of which all that is left is to answer it. Those that
// wait in no line, and bulk, whose lines are many in one request, go on.
func (l *lanes) answer(c class) {
	if c.writes() && c < classResolve {
		turn(l.limiter.Answer(l.now(), limit.Class(c)))
	}
}

// leave counts a request out, also one whose handler panicked: it is
// deferred.
func (l *lanes) leave(c class) {
	l.inFlight.Add(-1)
	if c.writes() {
		l.writes.Leave()
	}
}

// errOverloaded is what the limiter refuses with; turnAway answers it.
var errOverloaded = errors.New("api: refused to hold the wait")

// turned are the bodies of such refusals, [s] for shape s: they say the same
// to everybody, for a refusal must cost less than what it refuses.
func turned() (bodies [shapes][]byte) {
	e := mission.Errorf(mission.Overloaded, "there is more to do than can be done in time; requests of this class are refused before dearer ones")
	for s := range shapes {
		if s == shapeProblem {
			bodies[s] = appendProblem(nil, e, nil)
		} else {
			bodies[s] = appendForeign(nil, s, e)
		}
	}
	return bodies
}

// turnAway answers what the limiter refused: refuse, for one kind of failure,
// without its searching and formatting.
func (c *call) turnAway() {
	sh, h := c.shape(), &c.ctx.Response.Header
	r := sh.row(mission.Overloaded)
	c.status(r.status)
	h.SetContentType(typeProblem)
	if sh != shapeProblem {
		h.SetContentType(typeJSON)
	}
	h.SetCanonical(headerCacheControl, valueNoStore)
	h.SetCanonical(headerRetryAfter, valueRetry)
	c.s.meters.refused(r.code)
	c.ctx.Response.SetBodyRaw(c.s.turned[sh]) // c's buffer stays with those who answer more
	c.bodied = true
}

// The headers of such refusals, as they are sent.
var (
	headerCacheControl = []byte(fasthttp.HeaderCacheControl)
	headerRetryAfter   = []byte(fasthttp.HeaderRetryAfter)
	valueNoStore       = []byte("no-store")
	valueRetry         = []byte("1") // problems says the same of Overloaded
)

// writes says whether requests of the class wait for a commit, each for
// itself. Bulk ones do so in a queue of their own.
func (c class) writes() bool { return c >= classWrite && c <= classResolve }

// send has a round begin when all that has begun is done: by a byte in a pipe
// that the scheduler polls together with the connections, which it does when
// there is nothing else to run.
func (l *lanes) send() bool {
	w := l.rounds.Load()
	if w == nil {
		return false
	}
	_, err := w.Write([]byte{0})
	return err == nil
}

// open lets requests wait in line, until shut. Where there can be no pipe none
// does, and the bounds hold alone.
func (l *lanes) open() error {
	l.shut = func() {}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	l.rounds.Store(w)
	l.limiter.Close()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		var b [1]byte
		for {
			if _, err := r.Read(b[:]); err != nil {
				return
			}
			l.limiter.Round(l.now())
		}
	}()
	l.shut = sync.OnceFunc(func() {
		l.limiter.Open()
		l.rounds.Store(nil)
		_ = w.Close() // nothing is buffered
		_ = r.Close()
		<-gone
	})
	return nil
}
