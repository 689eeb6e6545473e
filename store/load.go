package store

import (
	"fmt"
	"runtime"
	"sync"

	"go.etcd.io/bbolt"

	"renfort/mission"
)

// Load tells the whole state as changes, for whoever derives something from
// it, as of one moment whose seq and log time it gives. rest gets the policy,
// the taxonomy, the organisations, the crises and whether outbound is paused; then missions gets the missions with
// their seats, and volunteers the volunteers, each in ordinal order; then rest
// gets the holds by which somebody is in a mission already or was refused
// there (SeatHeld, SeatConfirmed, SeatReleased; Seats is nil: they came with
// the missions), the places in waiting lists (WaitingJoined), the feedback, and
// what people were asked and told (WaveAsked, AlertRaised; WaveAnswered for a stop). Any may be nil. Writes go on meanwhile.
//
// rest is called one at a time; missions and volunteers are by themselves
// neither: see Taker.
func (s *Store) Load(missions, volunteers Taker, rest func(mission.Change)) (seq uint64, now int64, err error) {
	s.lasting.RLock()
	defer s.lasting.RUnlock()
	tx, err := s.lastingView()
	if err != nil {
		return 0, 0, err
	}
	defer tx.Rollback()
	c, err := readCommitted(tx)
	if err != nil {
		return 0, 0, err
	}
	l := loader{v: snapshot{tx}, seq: c.meta.seq, now: c.meta.now}
	return l.seq, l.now, l.all(c, missions, volunteers, rest)
}

// Taker takes a change in two steps. The call itself is made where the record was
// decoded, on all cores at once and in no order, but after all that Load told of
// another kind before; what it returns is called in ordinal order, one at a time.
type Taker func(mission.Change) (then func())

// inTurn is a Taker that does nothing before its turn.
func inTurn(take func(mission.Change)) Taker {
	return func(c mission.Change) (then func()) { return func() { take(c) } }
}

// loader is one Load under way.
type loader struct {
	v   snapshot
	seq uint64
	now int64
}

func (l *loader) all(c *committed, missions, volunteers Taker, rest func(mission.Change)) error {
	if rest != nil {
		rest(l.change(mission.Change{Kind: mission.PolicyPut, Policy: c.policy}))
		rest(l.change(mission.Change{Kind: mission.TaxonomyPut, Taxonomy: c.taxonomy}))
		if err := l.stream(organizationsBucket, l.organization, inTurn(rest)); err != nil {
			return err
		}
		if err := l.stream(crisesBucket, l.crisis, inTurn(rest)); err != nil {
			return err
		}
	}
	if missions != nil {
		if err := l.stream(missionsBucket, l.mission, missions); err != nil {
			return err
		}
	}
	if volunteers != nil {
		if err := l.stream(volunteersBucket, l.volunteer, volunteers); err != nil {
			return err
		}
	}
	if rest == nil {
		return nil
	}
	if err := l.stream(holdsBucket, l.hold, inTurn(rest)); err != nil {
		return err
	}
	if err := l.stream(waitingBucket, l.waiting, inTurn(rest)); err != nil {
		return err
	}
	return l.feedback(rest)
}

func (l *loader) change(c mission.Change) mission.Change {
	c.Seq, c.At = l.seq, l.now
	return c
}

// loadChunk is some records on their way through the decoders. The slices
// point into the file, which the transaction keeps as it is.
type loadChunk struct {
	keys, values [][]byte
	seats        [][]byte // of missions
	taken        []func() // in order
	err          error
	done         chan struct{}
}

// loadChunkRecords is how many records one chunk has: enough to hide the cost
// of passing it on, few enough to stay in a core's cache.
const loadChunkRecords = 256

// decoder turns one record into a change; ok is false for one that is not
// told.
type decoder func(key, value, seats []byte) (c mission.Change, ok bool, err error)

// stream decodes a bucket on all cores and has its changes taken. Only one
// goroutine reads the transaction, which does not bear more.
func (l *loader) stream(b bucketID, decode decoder, take Taker) error {
	workers := runtime.GOMAXPROCS(0)
	jobs, ordered, stop := make(chan *loadChunk, 2*workers), make(chan *loadChunk, 4*workers), make(chan struct{})
	halt := sync.OnceFunc(func() { close(stop) })
	defer halt()
	go l.chunks(b, jobs, ordered, stop)
	for range workers {
		go func() {
			for c := range jobs {
				c.decode(l, decode, take)
				close(c.done)
			}
		}()
	}
	for c := range ordered {
		<-c.done
		if c.err != nil {
			// The reader and the decoders still look at the transaction: they
			// must have ended before the caller ends that.
			halt()
			for other := range ordered {
				<-other.done
			}
			return c.err
		}
		for _, then := range c.taken {
			then()
		}
	}
	return nil
}

// chunks reads the bucket and passes it on in pieces until the end or stop.
func (l *loader) chunks(b bucketID, jobs, ordered chan<- *loadChunk, stop <-chan struct{}) {
	defer close(ordered)
	defer close(jobs)
	var seats *bbolt.Cursor
	if b == missionsBucket {
		seats = l.v.bucket(seatsBucket).Cursor()
	}
	cursor := l.v.bucket(b).Cursor()
	key, value := cursor.First()
	for key != nil {
		c := &loadChunk{done: make(chan struct{})}
		for ; key != nil && len(c.keys) < loadChunkRecords; key, value = cursor.Next() {
			c.keys, c.values = append(c.keys, key), append(c.values, value)
			if seats != nil {
				_, raw := seats.Seek(key)
				c.seats = append(c.seats, raw)
			}
		}
		select {
		case ordered <- c:
			jobs <- c
		case <-stop:
			return
		}
	}
}

func (c *loadChunk) decode(l *loader, decode decoder, take Taker) {
	c.taken = make([]func(), 0, len(c.keys))
	for i, key := range c.keys {
		var seats []byte
		if c.seats != nil {
			seats = c.seats[i]
		}
		change, ok, err := decode(key, c.values[i], seats)
		if err != nil {
			c.err = fmt.Errorf("store: record %x: %w", key, err)
			return
		}
		if ok {
			c.taken = append(c.taken, take(l.change(change)))
		}
	}
}

func (l *loader) organization(key, value, _ []byte) (mission.Change, bool, error) {
	o, err := decodeOrganization(value)
	if err != nil {
		return mission.Change{}, false, err
	}
	n, err := o.noun(string(key))
	return mission.Change{Kind: mission.OrganizationPut, Organization: n, Record: o.record}, true, err
}

func (l *loader) mission(key, value, seats []byte) (mission.Change, bool, error) {
	o := readOrdinal(key)
	rec, err := decodeMission(value)
	if err != nil {
		return mission.Change{}, false, err
	}
	st, err := decodeSeats(o, seats)
	if err != nil {
		return mission.Change{}, false, err
	}
	m, err := readMission(rec.json)
	if err != nil {
		return mission.Change{}, false, err
	}
	m.Times = rec.times
	return mission.Change{Kind: mission.MissionPut, MissionID: m.ID, MissionOrdinal: o, Mission: m, Seats: st}, true, nil
}

func (l *loader) volunteer(key, value, _ []byte) (mission.Change, bool, error) {
	rec, err := decodeVolunteer(value)
	if err != nil {
		return mission.Change{}, false, err
	}
	v, err := readVolunteer(rec.json)
	if err != nil {
		return mission.Change{}, false, err
	}
	return mission.Change{Kind: mission.VolunteerPut, VolunteerID: v.ID, VolunteerOrdinal: readOrdinal(key), Volunteer: v}, true, nil
}

func (l *loader) hold(key, value, _ []byte) (mission.Change, bool, error) {
	h, err := decodeHold(string(key), value)
	if err != nil || !h.blocking() {
		return mission.Change{}, false, err
	}
	kinds := map[string]mission.ChangeKind{mission.Held: mission.SeatHeld, mission.Confirmed: mission.SeatConfirmed}
	kind, live := kinds[h.State]
	if !live {
		kind = mission.SeatReleased
	}
	return mission.Change{Kind: kind, MissionID: h.Mission, MissionOrdinal: h.Ordinal, Hold: &h.Hold}, true, nil
}

// feedback walks the people once: there is little of it.
func (l *loader) feedback(rest func(mission.Change)) error {
	c := l.v.bucket(peopleBucket).Cursor()
	var who person
	var id []byte // whose record the last key was
	for key, value := c.First(); key != nil; key, value = c.Next() {
		var err error
		switch {
		case personRecord(key) && key[len(key)-1] == personFeedback:
			err = l.feedbackOf(string(key[:len(key)-2]), id, who, value, rest)
		case personRecord(key):
			err = l.asksOf(string(key[:len(key)-2]), who, value, rest)
		case len(value) > 0:
			id = key
			who, err = decodePerson(value)
		}
		if err != nil {
			return fmt.Errorf("store: people: %w", err)
		}
	}
	return nil
}

// asksOf tells what a person was asked and told in the last days, and that
// they said stop: what a ranking of volunteers must know.
func (l *loader) asksOf(volunteer string, who person, raw []byte, rest func(mission.Change)) error {
	a, err := decodeAsks(raw)
	if err != nil {
		return err
	}
	for _, e := range a.all {
		c := mission.Change{Kind: mission.WaveAsked, MissionID: e.mission, VolunteerID: volunteer, VolunteerOrdinal: who.ordinal}
		if e.alert {
			c.Kind, c.Alert = mission.AlertRaised, &mission.Alert{ID: e.by, Volunteer: volunteer, Raised: e.at}
		} else {
			c.Ask = &mission.Ask{Wave: e.by, Mission: e.mission, Volunteer: volunteer, At: e.at, Crisis: e.crisis}
			if e.answered {
				c.Ask.Answer = mission.AskDeclined // or any other: it is not charged
			}
		}
		rest(l.change(c))
	}
	if a.stopped {
		rest(l.change(mission.Change{Kind: mission.WaveAnswered, VolunteerID: volunteer, VolunteerOrdinal: who.ordinal,
			Ask: &mission.Ask{Volunteer: volunteer, Answer: mission.AskStopped}}))
	}
	return nil
}

func (l *loader) feedbackOf(volunteer string, id []byte, who person, raw []byte, rest func(mission.Change)) error {
	if volunteer != string(id) {
		return errRecord // feedback is kept for those with a record
	}
	given, err := l.v.feedbackOf(volunteer, raw)
	for i := range given {
		rest(l.change(mission.Change{Kind: mission.FeedbackGiven, VolunteerID: volunteer, VolunteerOrdinal: who.ordinal, Feedback: &given[i]}))
	}
	return err
}
