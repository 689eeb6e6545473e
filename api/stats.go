package api

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"renfort/engine"
	"renfort/mission"
)

// census keeps the last count: it looks at everything, and is the same until
// the next command.
type census struct {
	mu   sync.Mutex
	last *engine.Stats // guarded by mu
}

// of counts, or gives the last count if nothing has happened since.
func (k *census) of(e *engine.Engine) *engine.Stats {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.last == nil || k.last.Seq != e.Seq() {
		k.last = e.Stats()
	}
	return k.last
}

// engine adds what the index counts to a scrape.
func (k *stateCollector) engine(send func(kind prometheus.ValueType, name, help string, v float64, labels ...string)) {
	st := k.s.census.of(k.s.engine)
	gauge := prometheus.GaugeValue
	send(gauge, "renfort_missions", "Missions that exist.", float64(st.Missions))
	send(gauge, "renfort_missions_available", "Missions that can be had now.", float64(st.Available))
	send(gauge, "renfort_volunteers", "Volunteers that exist.", float64(st.Volunteers))
	send(gauge, "renfort_seats", "Seats of the missions that tell.", float64(st.Seats.Total))
	send(gauge, "renfort_seats_free", "Seats left.", float64(st.Seats.Free))
	send(gauge, "renfort_log_time_seconds", "Log time, Unix seconds.", float64(st.At))
}

// stats answers GET /v1/stats. Counts of people under GroupMin are not shown,
// and groups of nothing but such people are left out. Groups are those of
// missions and of volunteers side by side, which is what a call for help is
// decided by.
func (c *call) stats() error {
	st := c.s.census.of(c.s.engine)
	c.out = appendUint(c.out, `{"missions":`, uint64(st.Missions))
	c.out = appendUint(c.out, `,"available":`, uint64(st.Available))
	c.out = appendPeople(append(c.out, `,"volunteers":`...), st.Volunteers)
	c.out = append(appendSeatStats(append(c.out, `,"seats":{`...), &st.Seats), '}')
	c.out = append(c.out, `,"groups":[`...)
	first := len(c.out)
	for _, g := range sortedGroups(st) {
		counts := st.Groups[g]
		if counts.Missions == 0 && counts.Volunteers < mission.GroupMin {
			continue
		}
		if len(c.out) > first {
			c.out = append(c.out, ',')
		}
		c.out = appendStringOrNull(append(c.out, `{"department":`...), g.Department)
		c.out = appendStringOrNull(append(c.out, `,"domain":`...), g.Domain)
		c.out = appendUint(c.out, `,"missions":`, uint64(counts.Missions))
		c.out = appendSeatStats(append(c.out, ','), counts)
		c.out = append(appendPeople(append(c.out, `,"volunteers":`...), counts.Volunteers), '}')
	}
	c.out = append(c.appendSeqTook(append(c.out, ']'), st.Seq), '}')
	return nil
}

// sortedGroups gives the groups by department and domain: a map has no order
// that two answers would share.
func sortedGroups(st *engine.Stats) []engine.Group {
	groups := make([]engine.Group, 0, len(st.Groups))
	for g := range st.Groups {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b engine.Group) int {
		return cmp.Or(cmp.Compare(a.Department, b.Department), cmp.Compare(a.Domain, b.Domain))
	})
	return groups
}

// appendSeatStats appends the members that count seats.
func appendSeatStats(b []byte, s *engine.SeatStats) []byte {
	b = appendUint(b, `"total":`, uint64(s.Total))
	b = appendUint(b, `,"taken":`, uint64(s.Taken))
	b = appendUint(b, `,"free":`, uint64(s.Free))
	return appendNumber(append(b, `,"shortfall":`...), math.Round(s.Shortfall*10)/10)
}

// appendPeople appends a count of people, none under GroupMin.
func appendPeople(b []byte, n int) []byte {
	if n < mission.GroupMin {
		return append(b, `"<`+strconv.Itoa(mission.GroupMin)+`"`...)
	}
	return strconv.AppendInt(b, int64(n), 10)
}
