package limit

// nobody is no line.
const nobody = -1

// turns says whose turn it is of those classes that share what begins. A class
// is at a mark, and each that begins moves it on by the inverse of its part: who
// is least far is next. Who did not wait is no further back than who was next
// last, so that nothing is saved up.
type turns struct {
	marks [ClassesMax]float64
	last  float64 // the mark of who was next last
}

// shares says that a line shares what begins with others; else all in a higher
// line go before all in it. l.mu is held.
func (l *Limiter) shares(line int) bool {
	return (l.tight || l.trial) && line < l.options.Shed && l.options.Parts[line] > 0
}

// mark is how far a class is. l.mu is held.
func (l *Limiter) mark(line int) float64 { return max(l.turns.marks[line], l.turns.last) }

// charge counts one of a line that begins. l.mu is held.
func (l *Limiter) charge(line int) {
	if l.shares(line) {
		l.turns.last = l.mark(line)
		l.turns.marks[line] = l.turns.last + 1/l.options.Parts[line]
	}
}

// before is how many of line k begin before who joins another now, where both
// share. l.mu is held.
func (l *Limiter) before(k, line int) float64 {
	mark := l.mark(line) + float64(l.lines[line].len())/l.options.Parts[line]
	return min(max(0, (mark-l.mark(k))*l.options.Parts[k]), float64(l.lines[k].len()))
}

// waitOf is how long what joins a line now will wait, if nothing dearer comes:
// for all that goes before it, and for a round that lasts longer than it should.
// l.mu is held.
func (l *Limiter) waitOf(line int) float64 { return l.ahead(line)*l.each + l.late() }

// ahead is what begins before who joins a line now, in ones that are not brief.
// l.mu is held.
func (l *Limiter) ahead(line int) float64 {
	ahead := l.costs(line)
	for k := range resumed {
		switch {
		case k == line || l.lines[k].len() == 0:
		case l.shares(k) && l.shares(line):
			ahead += l.before(k, line) * l.costOf(k)
		case k > line:
			ahead += l.costs(k)
		}
	}
	again := l.costs(resumed)
	if l.kind(line) == brief {
		again = max(0, again-float64(l.batch(goingOn))) // rounds have places for both
	}
	return ahead + again
}

// next gives the line of who begins next, if the round has a place for them, or
// nobody. Who comes is as good as in line; else comes is nobody. l.mu is held.
func (l *Limiter) next(comes int) int {
	if l.waiting == 0 {
		if comes == nobody || !l.open && l.rest[l.kind(comes)].left <= 0 {
			return nobody
		}
		return comes
	}
	turn := nobody // of those that share
	for line := range l.options.Shed {
		if (l.lines[line].len() > 0 || line == comes) && l.shares(line) && (turn == nobody || l.mark(line) <= l.mark(turn)) {
			turn = line
		}
	}
	for line := resumed; line >= 0; line-- {
		if l.lines[line].len() == 0 && line != comes || l.shares(line) && line != turn {
			continue
		}
		if l.open || l.rest[l.kind(line)].left > 0 && l.goes(line) {
			return line
		}
	}
	return nobody
}

// goes says whether a line may begin, by who goes before it and is waiting: of
// those that go on there may be a round's, so that their commits have enough to
// share, but no more. l.mu is held.
func (l *Limiter) goes(line int) bool {
	switch l.kind(line) {
	case whole:
		for k := line + 1; k < len(l.lines); k++ {
			if l.lines[k].len() > 0 && !(l.shares(k) && l.shares(line)) {
				return false
			}
		}
	case brief:
		return l.rest[goingOn].waiting <= l.batch(goingOn)
	}
	return true
}
