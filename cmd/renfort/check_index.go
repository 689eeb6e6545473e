package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"renfort/engine"
	"renfort/index"
	"renfort/mission"
	"renfort/store"
)

// checkIndex builds the index from a copy of the data and holds every record
// against it: nothing is missing, nothing is there twice, seats agree. That
// index is in memory alone, so what is checked is that it can be rebuilt. The
// text index is on disk, and is held against the records as it is.
func checkIndex(ctx context.Context, dir string, r *store.Report, progress io.Writer) (problems []string, err error) {
	temp, err := os.MkdirTemp("", "renfort-check-")
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	defer os.RemoveAll(temp)
	for _, name := range store.Files() {
		err := copyFile(ctx, filepath.Join(dir, name), filepath.Join(temp, name))
		if name == store.JournalName && errors.Is(err, os.ErrNotExist) {
			continue // the service was closed
		}
		if err != nil {
			return nil, fmt.Errorf("check: %w", err)
		}
	}
	// The copy's log time moves on by the one Tick that opening takes: what is
	// compared is what is there after it.
	next := func() time.Time { return time.Unix(r.Now+1, 0) }
	e, err := engine.Open(engine.Options{Dir: temp, Clock: next, ManualTicks: true, NoText: true, NoSync: true})
	if err != nil {
		return nil, fmt.Errorf("check: rebuild the index: %w", err)
	}
	c := indexCheck{ctx: ctx, store: e.Store(), snapshot: e.Snapshot(), meter: newMeter(progress, "index", 0)}
	c.words = newTextCheck(filepath.Join(dir, engine.TextFolder), e)
	err = errors.Join(c.missions(), c.volunteers())
	c.words.end(&c, r.Seq)
	c.meter.clear()
	return c.problems, errors.Join(err, e.Close())
}

// indexCheck is one comparison of a store with its index.
type indexCheck struct {
	ctx      context.Context
	store    *store.Store
	snapshot *index.Snapshot
	words    *textCheck
	meter    *meter
	problems []string // at most store.ProblemsMax
}

func (c *indexCheck) problem(format string, args ...any) {
	if len(c.problems) < store.ProblemsMax {
		c.problems = append(c.problems, "index: "+fmt.Sprintf(format, args...))
	}
}

// missions compares every mission's row.
func (c *indexCheck) missions() error {
	stored := 0
	for cursor := ""; ; {
		page, next, err := c.store.WalkMissions(cursor, mission.WalkMax, store.MissionFilter{})
		if err := errors.Join(err, c.ctx.Err()); err != nil {
			return err
		}
		for i := range page {
			c.mission(&page[i])
		}
		stored += len(page)
		c.meter.show(stored)
		if cursor = next; cursor == "" {
			break
		}
	}
	if stored != c.snapshot.Exists {
		c.problem("it has %d missions, and %d are stored", c.snapshot.Exists, stored)
	}
	return nil
}

func (c *indexCheck) mission(view *store.MissionView) {
	o, ok := c.snapshot.Mission(view.ID)
	if !ok {
		c.problem("mission %q is missing", view.ID)
		return
	}
	if text := c.snapshot.Texts.At(o); text.ID != view.ID || !c.snapshot.Missions.At(o).Has(index.Exists) {
		c.problem("mission %q is under the number of %q", view.ID, text.ID)
	}
	c.words.mission(c, o, view)
	// What is free is left out: the index does not count slots that are over.
	live, pool := c.snapshot.Live.At(o), view.Seats.Totals()
	got := [4]int{int(live.Total), int(live.Elsewhere), int(live.Held), int(live.Confirmed)}
	want := [4]int{pool.Total, pool.Elsewhere, pool.Held, pool.Confirmed}
	if got != want {
		c.problem("mission %q has total, elsewhere, held, confirmed %v, and %v are stored", view.ID, got, want)
	}
}

// volunteers compares every volunteer's row.
func (c *indexCheck) volunteers() error {
	stored, rows := 0, 0
	for cursor := ""; ; {
		page, next, err := c.store.WalkVolunteers(cursor, mission.WalkMax)
		if err := errors.Join(err, c.ctx.Err()); err != nil {
			return err
		}
		for i := range page {
			if row, ok := c.snapshot.Volunteer(page[i].ID); !ok || !row.Exists {
				c.problem("a stored volunteer is missing")
			}
		}
		stored += len(page)
		c.meter.show(stored)
		if cursor = next; cursor == "" {
			break
		}
	}
	for o := range c.snapshot.VolunteerRows {
		if c.snapshot.Volunteers.At(o).Exists {
			rows++
		}
	}
	if stored != rows {
		c.problem("it has %d volunteers, and %d are stored", rows, stored)
	}
	return nil
}
