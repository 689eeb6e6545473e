package limit

import "math"

// briefParts is how many brief requests are reckoned to take as long as one of
// the others.
const briefParts = 4

// stretchBriefs is how many brief requests count for one of the others in a stretch:
// more than by what they take, since those of a stretch share a commit.
const stretchBriefs = 8

// kind is how a line is reckoned with.
type kind uint8

const (
	whole   kind = iota
	brief        // waits for something else most of its time
	goingOn      // has waited for it
	kinds
)

// cost is what one is reckoned to take, in whole ones.
func (k kind) cost() float64 {
	if k == brief {
		return 1.0 / briefParts
	}
	return 1
}

// times is how many times as many as of whole ones begin in a tight round, beside
// them: so many that a commit has enough to share.
func (k kind) times() int {
	switch k {
	case brief:
		return briefParts
	case goingOn:
		return 2
	}
	return 1
}

// ofStretch is what one counts for in a stretch of a round.
func (k kind) ofStretch() float64 {
	if k == brief {
		return 1.0 / stretchBriefs
	}
	return 1
}

// part is of a round, and of those in line.
type part struct {
	left    int // how many may begin before the next round
	waiting int
}

// kind gives that of a line.
func (l *Limiter) kind(line int) kind {
	switch {
	case line == resumed:
		return goingOn
	case line >= l.options.Brief:
		return brief
	}
	return whole
}

// batch is how many of a kind begin in a round. l.mu is held.
func (l *Limiter) batch(k kind) int {
	if l.tight || l.trial {
		return l.options.Tight * k.times()
	}
	return l.options.Loose
}

// fill begins a round for each kind. l.mu is held.
func (l *Limiter) fill() {
	for k := range kinds {
		l.rest[k].left = l.batch(k)
	}
}

// follow counts how many of a class began lately, and how many came back to go on.
type follow struct{ began, on float64 }

// followsLately is how many that began are told of.
const followsLately = 256

// count counts one of a line that begins. l.mu is held.
func (l *Limiter) count(line int) {
	l.begun += l.kind(line).cost()
	if line == resumed {
		return
	}
	f := &l.follows[line]
	if f.began++; f.began >= followsLately {
		f.began, f.on = f.began/2, f.on/2
	}
}

// costOf is what one of a line takes until its end, in whole ones: what goes on after
// it has waited for something else is as dear as any then. l.mu is held.
func (l *Limiter) costOf(line int) float64 {
	cost := l.kind(line).cost()
	if line == resumed {
		return cost
	}
	if f := &l.follows[line]; f.began > 0 {
		cost += min(1, f.on/f.began) * goingOn.cost()
	}
	return cost
}

// costs is what all in a line take. l.mu is held.
func (l *Limiter) costs(line int) float64 { return float64(l.lines[line].len()) * l.costOf(line) }

// queued is what all in all lines take. l.mu is held.
func (l *Limiter) queued() float64 {
	sum := 0.0
	for k := range kinds {
		sum += float64(l.rest[k].waiting) * k.cost()
	}
	return sum
}

// Round begins the next round, or goes on with one that is not over: what is
// waiting begins, in turn.
func (l *Limiter) Round(now int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.step(now)
	if l.inStretches() && l.next(nobody) != nobody {
		l.asked = false
		l.begin()
		return
	}
	l.learn()
	l.judge(l.queued()*l.each, l.waiting)
	l.roundAt, l.roundWork, l.begun, l.full = now, l.work, 0, l.waiting > 0
	if l.tight {
		l.cut()
		l.calm()
	}
	l.asked = false
	l.fill()
	l.begin()
}

// learn takes from a round how long one request takes. l.mu is held.
func (l *Limiter) learn() {
	if !l.full || l.begun == 0 {
		return
	}
	each := float64(l.work-l.roundWork) / l.begun
	if l.each == 0 {
		l.each = each
	}
	l.each += (min(each, eachMost*l.each) - l.each) * eachWeight
}

// cut refuses those in line who would wait for more than their room, the newest
// first: they are told soonest. And it refuses those who have waited for longer than
// it while others went before. l.mu is held.
func (l *Limiter) cut() {
	for k := ClassesMax - 1; k >= 0; k-- {
		for q := &l.lines[k]; q.len() > 0; {
			if l.ahead(k)*l.each > l.room(k, q.newest())-l.late() {
				l.refuse()
				l.drop(k).told <- Refuse
			} else if l.room(k, q.oldest()) <= l.late() {
				l.refuse()
				l.leave(k).told <- Refuse
			} else {
				break
			}
		}
	}
}

// room is for how long one in line may wait there from now on: until they have waited
// for cutBounds times what their class may. Those from before the tight state should
// still wait for standerNanos when it begins, if that is longer; later they may, as
// writes, which wait for others anyway, until they have waited for goneNanos.
// l.mu is held.
func (l *Limiter) room(line int, p *Place) float64 {
	most, waited := cutBounds*boundOf(line, l.options.Shed), float64(l.work-p.since)
	switch {
	case p.since <= l.tightWork && l.work == l.tightWork:
		return max(most, standerNanos)
	case p.since <= l.tightWork || l.kind(line) == brief:
		most = max(most, goneNanos)
	}
	return most - waited
}

// begin lets those who wait begin, as far as the round and its stretch have places for
// them. The last of them asks for the next, if there is to be one. l.mu is held.
func (l *Limiter) begin() {
	var last *Place
	left := math.Inf(1) // of the stretch
	if l.inStretches() {
		left = stretchNanos / l.each
	}
	for line := l.next(nobody); line != nobody && left > 0; line = l.next(nobody) {
		if last != nil {
			last.told <- l.taken()
		}
		k := l.kind(line)
		last = l.leave(line)
		left -= k.ofStretch()
		l.rest[k].left--
		l.count(line)
		l.charge(line)
	}
	if last == nil {
		return
	}
	if last.last = !l.open && !l.asked && (l.waiting > 0 || l.half()); last.last {
		l.ask()
	}
	last.told <- l.taken()
}

// inStretches says whether rounds go in stretches. l.mu is held.
func (l *Limiter) inStretches() bool { return l.tight && !l.open && l.each > 0 }

// half says that half of the places of some kind are taken. l.mu is held.
func (l *Limiter) half() bool {
	for k := range kinds {
		if l.rest[k].left <= l.batch(k)/2 {
			return true
		}
	}
	return false
}

// leave takes who came first out of a line. l.mu is held.
func (l *Limiter) leave(line int) *Place {
	l.waiting--
	l.rest[l.kind(line)].waiting--
	return l.lines[line].pop()
}

// drop takes who came last out of a line. l.mu is held.
func (l *Limiter) drop(line int) *Place {
	l.waiting--
	l.rest[l.kind(line)].waiting--
	return l.lines[line].popNewest()
}
