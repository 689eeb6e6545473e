package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"renfort/bench/result"
	"renfort/bench/truth"
	"renfort/mission"
)

// settleTicks is how long after the last write rankings are compared: what a
// Tick counts is then of now.
const settleTicks = 2500 * time.Millisecond

// When a check is made.
const (
	before = "before"
	during = "during"
	after  = "after"
)

// compareRankings asks for recommendations and lays them beside a brute force
// over all that the service lists.
func (p *play) compareRankings(ctx context.Context, now *catalogue, when string) ([]result.Check, error) {
	if p.config.Samples == 0 {
		return nil, nil
	}
	t := tally{name: "rankings are those of a brute force", when: when}
	if err := sleep(ctx, settleTicks); err != nil {
		return nil, err
	}
	judge, err := p.truth(ctx, now, when)
	if err != nil {
		return nil, err
	}
	exact, given := 0, 0
	for n := range p.config.Samples {
		body := p.people.profile(n * 31) // not those that a run begins with
		body = append(append([]byte{}, body[:len(body)-1]...), `,"explain":true}`...)
		answer, err := p.service.do(ctx, http.MethodPost, recommendPath, body, "application/json")
		if err != nil {
			return nil, err
		}
		q, _, err := truth.ReadRequest(body)
		if err != nil {
			return nil, fmt.Errorf("bench: %w", err)
		}
		v := judge.Compare(q, answer)
		exact, given = exact+v.Exact, given+v.Given
		for range v.Missions {
			t.see(true, "")
		}
		for _, d := range v.Differences {
			t.see(false, "%s", d)
		}
	}
	c := t.check()
	if c.OK {
		c.Detail = fmt.Sprintf("%d requests; the scores of %d missions were derived, of %d the chance to stay empty was taken from the answer", p.config.Samples, exact, given)
	}
	return []result.Check{c}, nil
}

// truth reads everything that a ranking is made of.
func (p *play) truth(ctx context.Context, now *catalogue, when string) (*truth.Truth, error) {
	var rules truth.Rules
	read := func(path string, take func([]byte) error) error {
		data, err := p.service.do(ctx, http.MethodGet, path, nil, "")
		if err != nil {
			return err
		}
		return take(data)
	}
	err := errors.Join(
		read("/v1/policy", func(b []byte) (err error) { rules.Policy, err = truth.ReadPolicy(b); return err }),
		read("/v1/taxonomy", func(b []byte) (err error) { rules.Taxonomy, err = truth.ReadTaxonomy(b); return err }),
		read("/v1/crises", func(b []byte) (err error) { rules.Crises, err = truth.ReadCrises(b); return err }))
	if err != nil {
		return nil, err
	}
	rules.Since, rules.Until, rules.Moved, rules.Lapsed = p.config.filled[0], p.config.filled[1], time.Now().Add(-settleTicks), true
	if when == after && !rules.Since.IsZero() {
		rules.Until = time.Now() // missions were written meanwhile
	}
	if p.service.own == nil {
		if rules.Organizations, err = p.organizations(ctx, now); err != nil {
			return nil, err
		}
	}
	missions := make([]truth.Mission, len(now.missions))
	for i := range missions {
		missions[i] = now.missions[i].Mission
	}
	judge, err := truth.New(missions, rules)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	unsure := judge.Unsure()
	if len(unsure) == 0 {
		return judge, nil
	}
	at := make(map[mission.ID]int, len(missions))
	for i := range missions {
		at[missions[i].ID] = i
	}
	err = inParallel(len(unsure), func(i int) error {
		return read("/v1/missions/"+string(unsure[i])+"/seats", func(b []byte) (err error) {
			missions[at[unsure[i]]].Seating, err = truth.ReadSeating(b)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return truth.New(missions, rules)
}

// organizations reads those that the service knows of; ours has none.
func (p *play) organizations(ctx context.Context, now *catalogue) (map[mission.ID]truth.Organization, error) {
	var ids []mission.ID
	seen := map[mission.ID]bool{}
	for i := range now.missions {
		if o := now.missions[i].Organization; o != nil && o.ID != "" && !seen[o.ID] {
			seen[o.ID] = true
			ids = append(ids, o.ID)
		}
	}
	var mu sync.Mutex
	all := map[mission.ID]truth.Organization{}
	err := inParallel(len(ids), func(i int) error {
		data, err := p.service.do(ctx, http.MethodGet, "/v1/organizations/"+string(ids[i]), nil, "")
		var r *refusal
		if errors.As(err, &r) && r.status == http.StatusNotFound {
			return nil // a mission names it, and nobody has told more
		}
		if err != nil {
			return err
		}
		o, err := truth.ReadOrganization(data)
		if err != nil {
			return fmt.Errorf("bench: %w", err)
		}
		mu.Lock()
		all[ids[i]] = *o
		mu.Unlock()
		return nil
	})
	return all, err
}
