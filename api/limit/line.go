package limit

// Place is that of a request in line.
type Place struct {
	limiter *Limiter
	told    chan Verdict // has room for one
	last    bool         // of those who begin in a round: it asks for the next
	since   int64        // when it was taken, by the clock of work
}

// Wait waits for the request's turn, or for its refusal. It must be called, and
// only once: the place is somebody else's then.
func (p *Place) Wait() Verdict {
	v := <-p.told
	l, last := p.limiter, p.last
	l.mu.Lock()
	if p.last = false; len(l.spare) < sparesMax {
		l.spare = append(l.spare, p)
	}
	l.mu.Unlock()
	if last {
		l.send()
	}
	return v
}

// sparesMax is how many places are kept for others.
const sparesMax = 4096

// place joins a line. l.mu is held.
func (l *Limiter) place(line int) (p *Place) {
	if n := len(l.spare); n > 0 {
		p, l.spare = l.spare[n-1], l.spare[:n-1]
	} else {
		p = &Place{limiter: l, told: make(chan Verdict, 1)}
	}
	p.since = l.work
	l.lines[line].push(p)
	l.waiting++
	l.rest[l.kind(line)].waiting++
	return p
}

// line is places in the order in which they were taken, a ring that grows.
type line struct {
	ring  []*Place
	first int
	n     int
}

func (q *line) len() int { return q.n }

// oldest is who joined first; there must be one.
func (q *line) oldest() *Place { return q.ring[q.first] }

// newest is who joined last; there must be one.
func (q *line) newest() *Place { return q.ring[(q.first+q.n-1)%len(q.ring)] }

func (q *line) push(p *Place) {
	if q.n == len(q.ring) {
		grown := make([]*Place, max(16, 2*q.n))
		for i := range q.n {
			grown[i] = q.ring[(q.first+i)%len(q.ring)]
		}
		q.ring, q.first = grown, 0
	}
	q.ring[(q.first+q.n)%len(q.ring)] = p
	q.n++
}

func (q *line) pop() *Place {
	p := q.ring[q.first]
	q.ring[q.first] = nil
	q.first = (q.first + 1) % len(q.ring)
	q.n--
	return p
}

func (q *line) popNewest() *Place {
	q.n--
	at := &q.ring[(q.first+q.n)%len(q.ring)]
	p := *at
	*at = nil
	return p
}
