package surge

// deed is what somebody does at a second.
type deed uint8

const (
	arrives deed = iota
	clicks       // on a mission of a list, or on the form of the page they came to
	sends        // the form
	gives        // up: they have seen what they look at
	returns
	answers // an offer: they turn to it
	wakes   // nobody does anything, but time moves on past the end of a hold
)

// event is a deed to come.
type event struct {
	person int32
	deed   deed
}

// agenda keeps events by second, in the order in which they were added: those
// of a second are few, and seconds are few, so that a slice by second will do.
type agenda struct {
	seconds [][]event // seconds[t] from now on
	first   int       // no event before it
	count   int
}

func (a *agenda) len() int { return a.count }

func (a *agenda) add(second int, d deed, person int32) {
	for len(a.seconds) <= second {
		a.seconds = append(a.seconds, nil)
	}
	a.seconds[second] = append(a.seconds[second], event{person, d})
	a.count++
}

// next gives the first second with an event; there must be one.
func (a *agenda) next() int {
	for len(a.seconds[a.first]) == 0 {
		a.first++
	}
	return a.first
}

// take removes the events of a second. None may be added to it after.
func (a *agenda) take(second int) []event {
	events := a.seconds[second]
	a.seconds[second] = nil
	a.count -= len(events)
	return events
}
