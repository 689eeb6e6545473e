package api

import (
	"sync/atomic"

	"renfort/mission"
)

// lanes bounds the requests under way. Every class counts into one number and
// has its own bound on it, so that when there is too much to do the lowest
// class is refused first and the highest last. Safe for concurrent use.
type lanes struct {
	inFlight atomic.Int64
	most     [classes]int64 // most[c] for class c; never changed
	refused  [classes]atomic.Uint64
}

// newLanes shares inFlightMax out. The shares leave each class a multiple of
// what the one below may fill.
func newLanes(inFlightMax int) *lanes {
	l := &lanes{}
	total := int64(inFlightMax)
	l.most = [classes]int64{
		classBulk: total / 16, classRead: total / 4, classSearch: total * 3 / 8, classRecommend: total / 2,
		classWrite: total * 5 / 8, classHold: total * 3 / 4, classResolve: total, classOutbound: 2 * total, classAlways: total * 1024,
	}
	return l
}

// enter counts a request in; where it is refused, leave must not be called.
// degraded says that there is enough to do to leave extras out. The count
// includes the request itself, so that a bound of n lets n in.
func (l *lanes) enter(c class) (degraded bool, err error) {
	n := l.inFlight.Add(1)
	if n > l.most[c] {
		l.inFlight.Add(-1)
		l.refused[c].Add(1)
		return false, mission.Errorf(mission.Overloaded, "%d requests are under way; this class is refused above %d", n, l.most[c])
	}
	return n > l.most[c]*3/4, nil
}

// leave counts a request out, also one whose handler panicked: it is
// deferred.
func (l *lanes) leave() { l.inFlight.Add(-1) }
