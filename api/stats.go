package api

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"renfort/engine"
	"renfort/index"
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
	k.text(send)
}

// text adds what the text index counts to a scrape. Hits and misses are of
// matches of words, which searches share, and of the lists behind them.
func (k *stateCollector) text(send func(kind prometheus.ValueType, name, help string, v float64, labels ...string)) {
	st := k.s.engine.TextStats()
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	send(gauge, "renfort_text_ready", "1 once words can be searched.", asNumber(st.Seq > 0))
	send(gauge, "renfort_text_documents", "Missions whose words can be searched.", float64(st.Docs))
	send(gauge, "renfort_text_pending", "Missions whose words wait to be indexed.", float64(st.Pending))
	send(gauge, "renfort_text_building", "1 while the text index is built anew.", asNumber(st.Building))
	send(gauge, "renfort_text_seq", "Text watermark: words as of this command can be searched.", float64(st.Seq))
	lag := max(0, float64(k.s.engine.Seq())-float64(st.Seq))
	send(gauge, "renfort_text_lag", "How many commands the words are behind.", lag)
	send(gauge, "renfort_text_disk_bytes", "Size of the text index on disk.", float64(st.BytesDisk))
	send(gauge, "renfort_text_memory_bytes", "Memory of lists, matches and columns of words; not the library's own.", float64(st.BytesMemory))
	send(counter, "renfort_text_indexed_total", "Missions indexed.", float64(st.Indexed))
	send(counter, "renfort_text_unchanged_total", "Missions left alone because their words were the same.", float64(st.Unchanged))
	send(counter, "renfort_text_failures_total", "Batches that failed, and values whose words could not be read.", float64(st.Failures))
	send(counter, "renfort_text_cache_hits_total", "Answers from a cache of words, by cache.", float64(st.MatchHits), "cache", "matches")
	send(counter, "renfort_text_cache_hits_total", "Answers from a cache of words, by cache.", float64(st.ListHits), "cache", "lists")
	send(counter, "renfort_text_cache_misses_total", "Answers that a cache of words did not have, by cache.", float64(st.MatchMisses), "cache", "matches")
	send(counter, "renfort_text_cache_misses_total", "Answers that a cache of words did not have, by cache.", float64(st.ListMisses), "cache", "lists")
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
	c.out = appendTextStats(append(c.out, `],"text":`...), c.s.engine.TextStats())
	c.out = append(c.appendSeqTook(c.out, st.Seq), '}')
	return nil
}

// appendTextStats appends how far the words of missions can be searched.
func appendTextStats(b []byte, st index.TextStats) []byte {
	b = appendUint(b, `{"documents":`, uint64(st.Docs))
	b = appendUint(b, `,"pending":`, uint64(st.Pending))
	b = strconv.AppendBool(append(b, `,"building":`...), st.Building)
	return append(appendUint(b, `,"seq":`, st.Seq), '}')
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
