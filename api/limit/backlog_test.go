package limit_test

// Goal: writes in flight stay within what is finished in time, and some hundred
// callers are never refused. Method: a model of a commit that many share.

import (
	"testing"

	"renfort/api/limit"
)

// commits is a store: at each commit it finishes what was there when it began,
// at most batch writes.
type commits struct {
	backlog limit.Backlog
	tight   bool // as of a limiter: refusals begin where too many gathered
	calmAt  int64
	now     int64
	sync    int64 // what the disk is said to take
	taken   int
	refused [3]int
	waiting []int64 // since when
	longest int64

	free       int64 // when the commit under way is over
	committing int   // writes in it
}

// enter is what a limiter does, but for its lines.
func (s *commits) enter(rank int, bound bool) bool {
	s.tight = s.tight && s.now < s.calmAt
	if s.tight && bound && s.backlog.Full(rank) {
		s.calmAt = s.now + 500e6
		return false
	}
	if s.backlog.Enter(s.now, s.sync) && !s.tight {
		s.tight, s.calmAt = true, s.now+500e6
	}
	return true
}

// run plays for some time: perMs writes of rank come each millisecond, and a
// commit takes fixedMs and eachNs for each of its writes.
func (s *commits) run(ms, perMs, rank int, bound bool, fixedMs, eachNs int64) {
	s.sync = fixedMs * 1e6
	until := s.now + int64(ms)*1e6
	for ; s.now < until; s.now += 1e6 {
		for range perMs {
			if s.enter(rank, bound) {
				s.taken++
				s.waiting = append(s.waiting, s.now)
			} else {
				s.refused[rank]++
			}
		}
		if s.now < s.free {
			continue
		}
		for ; s.committing > 0; s.committing-- {
			s.backlog.Leave()
		}
		n := min(len(s.waiting), 1024)
		if n == 0 {
			continue
		}
		s.free, s.committing = s.now+fixedMs*1e6+int64(n)*eachNs, n
		for _, since := range s.waiting[:n] {
			s.longest = max(s.longest, s.free-since)
		}
		s.waiting = s.waiting[n:]
	}
}

func TestBacklog(t *testing.T) {
	f := func(name string, perMs int, fixedMs, eachNs int64, perMsMin, longestMs int) {
		t.Helper()
		s := &commits{now: 1e9}
		s.run(2_000, perMs, 0, true, fixedMs, eachNs)
		s.taken, s.longest = 0, 0
		s.run(5_000, perMs, 0, true, fixedMs, eachNs)
		if s.taken < perMsMin*5_000 || s.longest > int64(longestMs)*1e6 {
			t.Errorf("%s: %d taken a ms, longest wait %d ms; want %d and %d", name, s.taken/5_000, s.longest/1e6, perMsMin, longestMs)
		}
		if s.refused[0] == 0 {
			t.Errorf("%s: nothing is refused", name)
		}
	}
	f("twice what a fast disk takes", 30, 1, 60_000, 13, 50)
	f("four times", 60, 1, 60_000, 13, 50)
	f("a slow disk", 40, 30, 20_000, 17, 150)
	f("a slower one", 30, 60, 20_000, 10, 300)
}

// What a slow disk could take is refused at first, until that is learnt, and not after
// it.
func TestBacklogLearns(t *testing.T) {
	for _, perMs := range []int{4, 6, 8} {
		s := &commits{now: 1e9}
		s.run(1_000, 1, 0, true, 60, 20_000)
		s.run(4_000, perMs, 0, true, 60, 20_000)
		learning := s.refused[0]
		s.run(4_000, perMs, 0, true, 60, 20_000)
		if learning == 0 || s.refused[0] > learning {
			t.Errorf("%d a ms: %d refused at first, %d after it", perMs, learning, s.refused[0]-learning)
		}
	}
}

// What is dearer finds more room, and what is not bounded always some.
func TestBacklogRanks(t *testing.T) {
	s := &commits{now: 1e9}
	s.run(2_000, 30, 0, true, 1, 60_000)
	before := s.refused
	for rank := range 3 {
		s.run(200, 8, rank, true, 1, 60_000)
	}
	s.run(200, 1, 0, false, 1, 60_000)
	if s.refused[1] > before[1] || s.refused[2] > before[2] {
		t.Errorf("dearer ones are refused: %v, before %v", s.refused, before)
	}
	full := limit.Backlog{}
	for _, at := range []struct {
		inFlight int64
		rank     int
		full     bool
	}{{255, 0, false}, {256, 0, true}, {319, 1, false}, {320, 1, true}, {383, 2, false}, {384, 2, true}} {
		for ; full.InFlight() < at.inFlight; full.Enter(1e9, 0) {
		}
		if got := full.Full(at.rank); got != at.full {
			t.Errorf("%d in flight, rank %d: full is %v", at.inFlight, at.rank, got)
		}
	}
}

// Five hundred callers that wait for their answers never gather, however slow the
// disk; and a crowd that goes leaves nothing behind.
func TestBacklogOfCallers(t *testing.T) {
	var b limit.Backlog
	now := int64(1e9)
	for range 100 { // commits of 100 ms
		for range 500 {
			if b.Enter(now, 100e6) {
				t.Fatalf("gathered at %d ms", (now-1e9)/1e6)
			}
			now += 10_000
		}
		now += 100e6
		for range 500 {
			b.Leave()
		}
	}
	gathered := false
	for range 4_096 {
		gathered = b.Enter(now, 100e6)
	}
	if !gathered || !b.Full(2) {
		t.Error("a crowd is not noticed")
	}
	for b.InFlight() > 0 {
		b.Leave()
	}
	now += 600e6
	if b.Full(0) || b.Enter(now, 100e6) {
		t.Error("still full when all have gone")
	}
}
