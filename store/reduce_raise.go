package store

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// raiseAlerts writes down whom missions are told to. Who may not be told is
// left out. That all was looked at up to a seq is told as a Tick that moves
// nothing, where nothing else is.
func (r *reducer) raiseAlerts(c mission.RaiseAlerts) (mission.Result, error) {
	if len(c.Raised) > 0 && r.outboundPaused() {
		return mission.Result{}, mission.Errorf(mission.Conflict, "all that goes out is paused")
	}
	res := mission.Result{Outcome: mission.Unchanged}
	for _, x := range c.Raised {
		if r.raise(x) {
			res.Asked++
		}
	}
	raw := r.get(alertsBucket, throughKey)
	stored := uint64(0)
	if raw != nil {
		var err error
		stored, err = decodeThrough(raw)
		must(err)
	}
	if through := min(c.Through, r.meta.seq); through > stored {
		r.put(alertsBucket, throughKey, raw, appendThrough(nil, through))
		if res.Asked == 0 {
			r.emit(mission.Change{Kind: mission.Ticked})
		}
	}
	if r.wrote {
		res.Outcome = mission.Updated
	}
	return res, nil
}

// raise tells somebody of one mission, if they may be told: they are there and
// consented, have budget left, were not told or asked of it in the last days
// nor passed it over, and it can be had.
func (r *reducer) raise(x mission.Raise) bool {
	a, raw := r.alert(x.Alert)
	o, there := r.missionOrdinal(x.Mission)
	if a == nil || !there || !canBeHad(r.seatsOf(o)) {
		return false
	}
	who, known := r.person(a.volunteer)
	if !known || !r.consent(who).Alerts {
		return false
	}
	history, old := r.asks(a.volunteer)
	if !r.budgetLeft(history, false) || history.told(x.Mission) || r.passedOver(a.volunteer, x.Mission) {
		return false
	}
	history.all = append(history.all, asked{alert: true, at: r.meta.now, by: x.Alert, mission: x.Mission})
	r.putAsks(a.volunteer, old, history)
	a.raised = r.meta.now
	r.put(alertsBucket, alertKey(x.Alert), raw, r.keep(appendAlert(r.room(len(a.json)+256), a)))
	r.emit(mission.Change{Kind: mission.AlertRaised, MissionID: x.Mission, MissionOrdinal: o, VolunteerID: a.volunteer, VolunteerOrdinal: who.ordinal,
		Alert: &mission.Alert{ID: x.Alert, Volunteer: a.volunteer, Raised: a.raised}})
	return true
}

// canBeHad says whether a mission is open and has a seat.
func canBeHad(s *mission.Seats) bool { return s.State == mission.StateOpen && s.Free() > 0 }

// left gives how many more alerts the person may be told of now, and if none
// when to look again; it says what budgetLeft does.
func (a *asksRecord) left(p *mission.Policy, now int64) (left int, again int64) {
	if a.stopped {
		return 0, math.MaxInt64
	}
	var charged []int64 // when each will be too old, oldest first
	for _, e := range a.all {
		if e.answered || e.at <= now-mission.BudgetDays*secondsPerDay {
			continue
		}
		if rest := e.at + int64(p.Reverse.RestHours*hour); !e.alert && rest > now {
			again = max(again, rest)
		}
		charged = append(charged, e.at+mission.BudgetDays*secondsPerDay)
	}
	slices.Sort(charged)
	most := p.Reverse.AlertsPerMonth
	if most <= 0 {
		return 0, math.MaxInt64
	}
	if len(charged) >= most {
		again = max(again, charged[len(charged)-most])
	}
	if again > now {
		return 0, again
	}
	return most - len(charged), 0
}

// news says why a mission that is written is news to those who saved a search,
// "" where it is none.
func (r *reducer) news(m *mission.Mission, now *missionState, seats *mission.Seats) string {
	place := placeHash(m.Remote, m.Locations)
	if !now.exists {
		was := r.buried(tombPlace, m.ID)
		r.unbury(tombPlace, m.ID)
		switch was {
		case 0:
			return mission.NewsNew
		case place:
			return ""
		}
		return mission.NewsMoved
	}
	switch {
	case placeOf(now.record.json) != place:
		return mission.NewsMoved
	case !canBeHad(now.seats) && !now.record.withdrawn.had && canBeHad(seats):
		return mission.NewsOpened
	}
	return ""
}

// buryPlace remembers for a day where a mission was that is deleted.
func (r *reducer) buryPlace(id mission.ID, json []byte) {
	key := tombstoneKey(tombPlace, id)
	t := tombstone{revision: placeOf(json), end: r.meta.now + mission.NewsHours*3600}
	r.dropTombstone(key)
	r.put(tombstonesBucket, key, nil, appendTombstone(nil, t))
	r.put(dueBucket, dueKey(nil, dueTombstone, t.end, key), nil, nil)
}

// placeOf is placeHash of a stored record.
func placeOf(record []byte) int64 {
	var m struct {
		Remote    string             `json:"remote"`
		Locations []mission.Location `json:"locations"`
	}
	must(json.Unmarshal(record, &m))
	return placeHash(m.Remote, m.Locations)
}

// placeHash tells where a mission is, whatever the order of its addresses and
// what they are called; never 0.
func placeHash(remote string, locations []mission.Location) int64 {
	places := make([]string, len(locations))
	for i := range locations {
		l := &locations[i]
		p, _ := l.Point()
		places[i] = strings.Join([]string{strconv.FormatFloat(p.Lat, 'g', -1, 64), strconv.FormatFloat(p.Lon, 'g', -1, 64),
			l.Department, strings.ToLower(l.City), l.PostalCode}, "\x00")
	}
	slices.Sort(places)
	return int64(xxhash.Sum64String(remote+"\x01"+strings.Join(places, "\x01"))>>1) | 1
}
