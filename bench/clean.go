package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// Cleaned counts what was taken away.
type Cleaned struct {
	Seats, Volunteers, Missions, Crises int
}

// Clean takes away what a run left in a service: its seats are given back, its
// people erased, its missions deleted and its crisis ended. Everything that a
// run writes bears its id. Clean may be called again where it broke off.
func Clean(ctx context.Context, target, key, runID string) (done Cleaned, err error) {
	if runID == "" {
		return done, fmt.Errorf("%w: a run's id is needed", ErrConfig)
	}
	s, prefix := newService(target, key), "bench-"+runID
	ours := func(id string) bool {
		// Repeats of a run add to its id.
		rest, found := strings.CutPrefix(id, prefix)
		return found && (strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "r"))
	}
	var holds []string
	err = s.walk(ctx, "/v1/seats?limit=1000", "seats", func(raw json.RawMessage) error {
		var one seat
		if err := json.Unmarshal(raw, &one); err != nil {
			return fmt.Errorf("bench: a seat of the walk: %w", err)
		}
		if ours(one.Volunteer) && one.live() {
			holds = append(holds, one.Hold)
		}
		return nil
	})
	if err != nil {
		return done, err
	}
	done.Seats = len(holds)
	if err := inParallel(len(holds), func(i int) error {
		return s.json(ctx, "POST", "/v1/holds/"+holds[i]+"/release", []byte(`{"why":"bench clean"}`), nil)
	}); err != nil {
		return done, err
	}
	if done.Volunteers, err = s.erase(ctx, ours); err != nil {
		return done, err
	}
	if done.Missions, err = s.deleteMissions(ctx, ours); err != nil {
		return done, err
	}
	done.Crises, err = s.deleteCrises(ctx, ours)
	return done, err
}

// erase erases the people who are ours, one by one, as the contract has it.
func (s *service) erase(ctx context.Context, ours func(string) bool) (int, error) {
	ids, err := s.idsOf(ctx, "/v1/volunteers", "volunteers", ours)
	if err != nil {
		return 0, err
	}
	return len(ids), inParallel(len(ids), func(i int) error { return s.json(ctx, "DELETE", "/v1/volunteers/"+ids[i], nil, nil) })
}

// idsOf gives the ids of a list that are ours.
func (s *service) idsOf(ctx context.Context, path, member string, ours func(string) bool) (ids []string, err error) {
	err = s.walk(ctx, path+"?limit=1000", member, func(raw json.RawMessage) error {
		var one struct{ ID string }
		if err := json.Unmarshal(raw, &one); err != nil {
			return fmt.Errorf("bench: one of %s: %w", member, err)
		}
		if ours(one.ID) {
			ids = append(ids, one.ID)
		}
		return nil
	})
	return ids, err
}

// deleteMissions deletes every mission that is ours.
func (s *service) deleteMissions(ctx context.Context, ours func(string) bool) (n int, err error) {
	ids, err := s.idsOf(ctx, "/v1/missions", "missions", ours)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	var lines strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&lines, "{\"id\":%q,\"_delete\":true}\n", id)
	}
	return len(ids), s.deleteLines(ctx, "/v1/missions/bulk", lines.String())
}

// deleteLines sends deletions in chunks; all must be done.
func (s *service) deleteLines(ctx context.Context, path, lines string) error {
	all := strings.SplitAfter(strings.TrimSuffix(lines, "\n"), "\n")
	for len(all) > 0 {
		n := min(len(all), bulkLines)
		data, err := s.do(ctx, "POST", path, []byte(strings.Join(all[:n], "")), "application/x-ndjson")
		if err != nil {
			return err
		}
		var answer struct{ Deleted int }
		if err := json.Unmarshal(data, &answer); err != nil || answer.Deleted != n {
			return fmt.Errorf("bench: of %d deletions by %s %d were done: %.300s", n, path, answer.Deleted, data)
		}
		all = all[n:]
	}
	return nil
}

// deleteCrises ends the crises of a run.
func (s *service) deleteCrises(ctx context.Context, ours func(string) bool) (n int, err error) {
	var answer struct{ Crises []struct{ ID string } }
	if err := s.json(ctx, "GET", "/v1/crises", nil, &answer); err != nil {
		return 0, err
	}
	for _, c := range answer.Crises {
		if ours(c.ID + ":") {
			if err := s.json(ctx, "DELETE", "/v1/crises/"+c.ID, nil, nil); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}
