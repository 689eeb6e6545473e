package index

import (
	"slices"

	"github.com/cespare/xxhash/v2"

	"renfort/mission"
)

// Asked is what waves and alerts did to one volunteer in the last
// mission.BudgetDays.
type Asked struct {
	Last    uint32 // when they were last asked, Unix seconds, 0 for never
	Silent  uint32 // the same of an ask that they did not answer
	Asks    uint8  // all asks, answered or not; alerts are none
	Charged uint8  // asks and alerts in their budget: an answered ask is not
	Stopped bool   // they said stop, and have not consented again since
}

// AskedOf gives what was asked of a volunteer.
func (s *Snapshot) AskedOf(o uint32) *Asked {
	if o >= s.Asked.Rows() {
		return new(Asked)
	}
	return s.Asked.At(o)
}

// asks is what waves and alerts did to volunteers, by ordinal.
type asks struct {
	rows  column[Asked]
	notes map[uint32][]askNote
	due   deadlines // when the next note of a volunteer is too old to count
}

// askNote is one ask or alert.
type askNote struct {
	of      uint64 // hash of the wave, or of the alert and its seq
	at      int64
	alert   bool
	charged bool
}

// budgetSeconds is how long an ask or alert is remembered.
const budgetSeconds = mission.BudgetDays * 86400

// of gives the row of a volunteer.
func (a *asks) of(o uint32) *Asked {
	if !a.rows.has(o) {
		return new(Asked)
	}
	return a.rows.at(o)
}

// putAsk notes an ask, what came of it, or an alert. The newest state of an ask
// stands for all its changes, so that telling it twice does no harm.
func (x *Index) putAsk(c *mission.Change) {
	switch {
	case c.Ask != nil:
		if o, ok := x.people.ordinal(c.Ask.Volunteer); ok {
			x.asks.note(x, o, askNote{of: xxhash.Sum64String(c.Ask.Wave), at: c.Ask.At, charged: c.Ask.Charged()})
			if c.Ask.Answer == mission.AskStopped {
				x.asks.rows.edit(o).Stopped = true
			}
		}
	case c.Kind == mission.AlertRaised:
		if o, ok := x.people.ordinal(c.Alert.Volunteer); ok {
			x.asks.note(x, o, alertNote(c))
		}
	}
}

// alertNote tells alerts apart by what they were about and when.
func alertNote(c *mission.Change) askNote {
	at := c.Alert.Raised
	if at == 0 {
		at = c.At
	}
	return askNote{of: xxhash.Sum64String(c.Alert.ID+"\x00"+c.MissionID) + uint64(at), at: at, alert: true, charged: true}
}

// note keeps one ask or alert, in the place of what was known of it.
func (a *asks) note(x *Index, o uint32, n askNote) {
	if a.notes == nil {
		a.notes = map[uint32][]askNote{}
	}
	i := slices.IndexFunc(a.notes[o], func(old askNote) bool { return old.of == n.of && old.alert == n.alert })
	if i >= 0 {
		a.notes[o][i] = n
	} else {
		a.notes[o] = append(a.notes[o], n)
	}
	a.count(x, o)
}

// count sets a volunteer's row from their notes, dropping those too old.
func (a *asks) count(x *Index, o uint32) {
	notes := slices.DeleteFunc(a.notes[o], func(n askNote) bool { return n.at+budgetSeconds <= x.now })
	row, next := Asked{Stopped: a.of(o).Stopped}, int64(0)
	for _, n := range notes {
		if over := n.at + budgetSeconds; next == 0 || over < next {
			next = over
		}
		if n.charged && row.Charged < 255 {
			row.Charged++
		}
		if n.alert {
			continue
		}
		if row.Asks < 255 {
			row.Asks++
		}
		row.Last = max(row.Last, uint32(n.at))
		if n.charged {
			row.Silent = max(row.Silent, uint32(n.at))
		}
	}
	if a.notes[o] = notes; len(notes) == 0 {
		delete(a.notes, o)
	}
	*a.rows.edit(o) = row
	a.due.push(next, o)
	x.residents.move(o)
}

// tick forgets what is too old.
func (a *asks) tick(x *Index) {
	for a.due.reached(x.now) {
		if o, ok := a.due.pop(); ok {
			a.count(x, o)
		}
	}
}

// consented lets somebody be asked again who said stop: their platform has
// written a record without consent, and then one with it.
func (a *asks) consented(x *Index, o uint32, before, now *Volunteer) {
	if a.of(o).Stopped && before.Exists && before.Consent == 0 && now.Consent != 0 {
		a.rows.edit(o).Stopped = false
	}
}

// forget drops what is known of somebody erased.
func (a *asks) forget(o uint32) {
	delete(a.notes, o)
	if a.rows.has(o) {
		*a.rows.edit(o) = Asked{}
	}
}
