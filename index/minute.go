package index

// What a minute moves is little: every mission stands a little higher or lower
// than before. Bounds have some room for it, so that they, and the shelves that
// are stocked by them, outlive many minutes.
const (
	// boundRoom is how much higher than its mission stands a bound is set.
	boundRoom = 1.01
	// boundLoose is from where on a bound is much higher than its mission
	// stands: most of those missions have filled.
	boundLoose = 1.25
	// looseShare: one bound in so many may be that loose, or every shelf has
	// its best places taken by missions that nobody can have.
	looseShare = 32
	// uncoveredMost is how many missions may outgrow their bounds at a minute
	// until bounds are renewed: every query looks at each of them.
	uncoveredMost = 16
	// boundsMinutes is how long bounds are kept.
	boundsMinutes = 10
	// risenMost is how many missions may be looked at one by one by those who
	// take a shelf from before the last renewal.
	risenMost = 96
)

// passMinute stands everybody anew as of a minute, and renews the bounds where
// they do not cover that, or are old or loose.
func (x *Index) passMinute(minute int64) {
	x.climate = x.takeClimate(minute)
	uncovered, loose := x.standAll()
	if len(x.forest.fresh)+len(uncovered) > uncoveredMost || loose > x.exists/looseShare || minute-x.forest.renewedAt >= boundsMinutes*MinuteSeconds {
		x.keepShelves(func() { x.forest.merge(x); x.renewBounds() })
		return
	}
	for _, o := range uncovered {
		x.forest.note(o)
	}
}

// keepShelves renews bounds so that shelves from before may serve until there
// are new ones, unless too much has moved since they were stocked.
func (x *Index) keepShelves(renew func()) {
	kept := !x.forest.moved
	var risen []uint32
	if kept {
		risen, kept = x.forest.outgrown(x)
	}
	renew()
	x.forest.keeps, x.forest.risen = kept, risen
}

// restandAll computes every mission's standing anew, and every bound.
func (x *Index) restandAll() {
	x.standAll()
	x.renewBounds()
}

// standAll computes every mission's standing anew. It gives those that no
// bound covers, and how many stand far below theirs.
func (x *Index) standAll() (uncovered []uint32, loose int) {
	x.restood, x.restanding = true, true
	defer func() { x.restanding = false }()
	for o := range x.rows {
		if !x.missions.at(o).Has(Exists) {
			continue
		}
		x.restand(o)
		covered, far := x.forest.covers(o, x.stands.at(o))
		if !covered && !x.forest.isFresh[o] {
			uncovered = append(uncovered, o)
		}
		if far {
			loose++
		}
	}
	return uncovered, loose
}

func (x *Index) renewBounds() {
	x.forest.renewAll(x)
	x.forest.renewedAt = x.climate.Minute
}
