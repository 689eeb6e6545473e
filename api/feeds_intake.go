package api

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/cespare/xxhash/v2"

	"renfort/feed"
	"renfort/mission"
	"renfort/store"
)

const (
	// feedRecordsMax and feedBytesMax bound what of a feed is in memory and
	// submitted together.
	feedRecordsMax = 256
	feedBytesMax   = 4 << 20
)

// feedIntake is one feed on its way in, by request or by poll.
type feedIntake struct {
	s       *Service
	key     *grant // nil: everything is allowed
	options feedOptions
	scoped  func(mission.ID) string // makes the idempotency key of a mission; nil for none
	report  feedReport

	drafts []*feed.Draft
	bytes  int
	seen   map[uint64]struct{} // hashes of the clientIds so far
	open   map[mission.ID]bool // open before the feed and not named yet: whether it counts
	counts int                 // of open, before the feed
}

func newFeedIntake(s *Service, key *grant, o feedOptions) *feedIntake {
	return &feedIntake{s: s, key: key, options: o, seen: map[uint64]struct{}{}, report: feedReport{Publisher: o.publisher, Seq: s.engine.Seq(),
		Errors: []feedFault{}, Repairs: []feedRepair{}, SeatsKept: []keptSeats{}}}
}

// take reads a feed and stores it chunk by chunk. It fails where nothing could
// be read at all, and where the outcome is not known; else the report says it.
func (f *feedIntake) take(ctx context.Context, from io.Reader) error {
	if f.options.prune != pruneNo {
		if err := f.listOpen(); err != nil {
			return err
		}
	}
	r, err := feed.NewReader(from, feed.Options{Publisher: f.options.publisher, Intake: f.s.engine.Intake(),
		Zones: f.s.engine.Zones(), Booking: f.options.booking})
	if err != nil {
		return f.unread(err)
	}
	for {
		d, err := r.Next()
		if err == io.EOF {
			f.report.Complete = true
			break
		}
		if err != nil {
			if f.report.Received == 0 {
				return f.unread(err)
			}
			f.report.broke(err)
			break
		}
		if err := f.add(ctx, d); err != nil {
			return err
		}
	}
	if err := f.flush(ctx); err != nil {
		return err
	}
	// What could not be read was refused before the rest of its chunk.
	slices.SortStableFunc(f.report.Errors, func(x, y feedFault) int { return x.Index - y.Index })
	return f.prune(ctx)
}

// unread is the refusal of a feed of which nothing could be read.
func (f *feedIntake) unread(err error) error {
	var b *feed.Broken
	if errors.As(err, &b) {
		return &mission.Error{Kind: b.Err.Kind, Detail: b.Error(), Fields: b.Err.Fields}
	}
	if mission.AsError(err) == nil {
		return cutOff()
	}
	return err
}

// add takes one record.
func (f *feedIntake) add(ctx context.Context, d *feed.Draft) error {
	f.report.Received++
	if d.ClientID != "" {
		// A record that is refused is named all the same.
		delete(f.open, f.options.publisher+":"+d.ClientID)
		f.name(d)
	}
	f.report.repaired(d)
	if d.Refusal != nil {
		f.report.refused(d, d.Refusal)
		return nil
	}
	delete(f.open, d.Mission.ID)
	f.drafts = append(f.drafts, d)
	if f.bytes += d.Bytes; len(f.drafts) < feedRecordsMax && f.bytes < feedBytesMax {
		return nil
	}
	return f.flush(ctx)
}

// name remembers that the feed names a mission, and tells where it did before:
// partners send a mission once for each of its addresses, and lose all but one.
func (f *feedIntake) name(d *feed.Draft) {
	hash := xxhash.Sum64String(d.ClientID)
	if _, again := f.seen[hash]; again {
		d.Repairs = append(d.Repairs, feed.Repair{Field: "clientId", Code: feed.Repeated, Detail: "was given before in this feed; the later record stands"})
	}
	f.seen[hash] = struct{}{}
}

// flush submits the records read since the last time.
func (f *feedIntake) flush(ctx context.Context) error {
	drafts := f.drafts
	f.drafts, f.bytes = f.drafts[:0], 0
	if len(drafts) == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	ids := make([]mission.ID, len(drafts))
	for i, d := range drafts {
		ids[i] = d.Mission.ID
	}
	views, err := f.s.engine.Store().Missions(ids)
	if err != nil {
		return err
	}
	var envs []mission.Envelope
	var sent []*feed.Draft
	for i, d := range drafts {
		env, err := f.command(d, &views[i])
		if err != nil {
			f.report.refused(d, f.s.feedError(err))
			continue
		}
		envs, sent = append(envs, env), append(sent, d)
	}
	results, errs := f.s.engine.SubmitAll(ctx, envs)
	for i, d := range sent {
		if errors.Is(errs[i], context.DeadlineExceeded) || errors.Is(errs[i], context.Canceled) {
			return errs[i]
		}
		f.became(d, results[i], errs[i])
	}
	return nil
}

// became counts what came of a record.
func (f *feedIntake) became(d *feed.Draft, res mission.Result, err error) {
	if err != nil {
		f.report.refused(d, f.s.feedError(err))
		return
	}
	f.report.Seq = max(f.report.Seq, res.Seq)
	if res.SeatsKept {
		f.report.kept(d.ClientID, d.Places, res.Occupancy.Total)
	}
	switch res.Outcome {
	case mission.Older:
		f.report.Ignored++
	case mission.Unchanged:
		f.report.Unchanged++
	default:
		f.report.Stored++
	}
}

// feedError gives the failure of a record as the contract names it.
func (s *Service) feedError(err error) *mission.Error {
	if e := mission.AsError(err); e != nil {
		return e
	}
	s.log.Error("a record of a feed failed", "error", err.Error())
	return mission.Errorf(mission.Unknown, "the record met a fault inside; it is in the log")
}

// command makes the write of a record; v is the mission as it is stored, with
// the ID "" where it is not.
func (f *feedIntake) command(d *feed.Draft, v *store.MissionView) (env mission.Envelope, err error) {
	m := d.Mission
	if v.ID != "" && v.Publisher != m.Publisher {
		return env, mission.Errorf(mission.Forbidden, "the mission %q belongs to another publisher", m.ID)
	}
	f.key.ownUrgency(m)
	if err := f.s.engine.Intake().Mission(m); err != nil {
		return env, err
	}
	put := mission.PutMission{Mission: m, KeepTaken: true}
	if f.scoped != nil {
		text, err := mission.Encode(m)
		if err != nil {
			return env, err
		}
		env.Key, env.Body = f.scoped(m.ID), xxhash.Sum64(text)
	}
	if f.options.left && v.ID != "" {
		put.Left = seatsFromLeft(m, &v.Seats)
	}
	env.Command, env.Bulk = put, true
	return env, nil
}

// seatsFromLeft turns places that are left into a total: these and what was
// confirmed here, which the platform has counted out of them, but no less than
// the total was; what is between was given out elsewhere, which the reducer
// works out from the places left. Somebody who holds a seat without having
// confirmed it is not known to the platform, so that their seat is one of those
// left. A seat confirmed between this reading and the write makes the total one
// too small, never too large.
func seatsFromLeft(m *mission.Mission, now *mission.Seats) (left *int) {
	for i := range m.Slots {
		if m.Slots[i].Seats != nil {
			return ownSeatsFromLeft(m, now)
		}
	}
	if m.Seats == nil {
		return nil
	}
	t := now.Totals()
	free := *m.Seats
	total := min(max(free+t.Confirmed, t.Total), mission.SeatsMax)
	m.Seats = &total
	return &free
}

// ownSeatsFromLeft is seatsFromLeft where slots have seats of their own.
func ownSeatsFromLeft(m *mission.Mission, now *mission.Seats) *int {
	for i := range m.Slots {
		if m.Slots[i].Seats == nil {
			continue
		}
		for _, s := range now.Slots {
			if s.ID != m.Slots[i].ID {
				continue
			}
			total := min(*m.Slots[i].Seats+now.Pools[s.Pool].Confirmed, mission.SeatsMax)
			if m.Seats != nil {
				sum := *m.Seats + total - *m.Slots[i].Seats
				m.Seats = &sum
			}
			m.Slots[i].Seats = &total
		}
	}
	return nil
}
