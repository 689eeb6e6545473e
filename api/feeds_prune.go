package api

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"renfort/mission"
	"renfort/store"
)

// pruneShare is the part of a publisher's open missions that a feed may close
// by leaving them out: one in so many. A feed that lost more is more likely
// broken than right.
const pruneShare = 5

// Why nothing was pruned.
const (
	pruneIncomplete = "incomplete"
	pruneEmpty      = "empty"
	pruneTooLarge   = "too_large"
)

// listOpen lists the publisher's open missions. Those put while the feed is
// read are not among them, and are safe.
func (f *feedIntake) listOpen() error {
	f.open = map[mission.ID]bool{}
	now := f.s.engine.Now().Unix()
	filter := store.MissionFilter{Publishers: []string{f.options.publisher}, States: []string{mission.StateOpen}}
	for cursor := ""; ; {
		page, next, err := f.s.engine.Store().WalkMissions(cursor, feedRecordsMax, filter)
		if err != nil {
			return err
		}
		for i := range page {
			counts := page[i].Times.Ends == 0 || page[i].Times.Ends >= now
			if counts {
				f.counts++
			}
			f.open[page[i].ID] = counts
		}
		if next == "" {
			return nil
		}
		cursor = next
	}
}

// prune closes the missions that the feed no longer names. Those that are over
// go too, and do not count: a feed drops them every day.
func (f *feedIntake) prune(ctx context.Context) error {
	if f.options.prune == pruneNo {
		return nil
	}
	p := &pruneReport{Open: f.counts}
	f.report.Prune = p
	for _, counts := range f.open {
		if counts {
			p.Missing++
		}
	}
	switch {
	case !f.report.Complete:
		p.Why = pruneIncomplete
	case len(f.seen) == 0:
		p.Why = pruneEmpty // what names nothing is no feed: an error that looks like one
	case f.options.prune != pruneForce && p.Missing*pruneShare > p.Open:
		p.Why = pruneTooLarge
	}
	if p.Why != "" {
		return nil
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(f.open)), feedRecordsMax) {
		for try := 1; len(ids) > 0 && try <= patchTries; try++ {
			var err error
			if ids, err = f.closeAll(ctx, ids); err != nil {
				return err
			}
		}
	}
	p.Done = true
	return nil
}

// closeAll closes missions, or pauses them where seats are live, and gives
// those that somebody wrote meanwhile.
func (f *feedIntake) closeAll(ctx context.Context, ids []mission.ID) (again []mission.ID, err error) {
	views, err := f.s.engine.Store().Missions(ids)
	if err != nil {
		return nil, err
	}
	var envs []mission.Envelope
	for i := range views {
		v := &views[i]
		if v.ID == "" || v.Publisher != f.options.publisher || v.Seats.State != mission.StateOpen {
			continue
		}
		m, err := f.closed(v)
		if err != nil {
			f.report.fault(f.clientID(v.ID), 0, 0, f.s.feedError(err))
			continue
		}
		envs = append(envs, mission.Envelope{Command: mission.PutMission{Mission: m, IfVersion: &v.Version, KeepTaken: true}, Bulk: true})
	}
	results, errs := f.s.engine.SubmitAll(ctx, envs)
	for i, env := range envs {
		m := env.Command.(mission.PutMission).Mission
		switch {
		case mission.KindOf(errs[i]) == mission.PreconditionFailed:
			again = append(again, m.ID)
		case errors.Is(errs[i], context.DeadlineExceeded), errors.Is(errs[i], context.Canceled):
			return nil, errs[i]
		case errs[i] != nil:
			f.report.fault(f.clientID(m.ID), 0, 0, f.s.feedError(errs[i]))
		case m.State == mission.StatePaused:
			f.report.Paused++
		default:
			f.report.Pruned++
		}
		f.report.Seq = max(f.report.Seq, results[i].Seq)
	}
	return again, nil
}

// clientID is what the feed would call a mission.
func (f *feedIntake) clientID(id mission.ID) string {
	return strings.TrimPrefix(id, f.options.publisher+":")
}

// closed is a stored mission as it is to be from now on.
func (f *feedIntake) closed(v *store.MissionView) (*mission.Mission, error) {
	m := new(mission.Mission)
	if err := mission.Decode(v.JSON, m); err != nil {
		return nil, err
	}
	m.Revision = 0 // as a patch: what is not said is not judged again
	m.State = mission.StateClosed
	if t := v.Seats.Totals(); t.Held+t.Confirmed > 0 {
		m.State = mission.StatePaused
	}
	return m, f.s.engine.Intake().Mission(m)
}
