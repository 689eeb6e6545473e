package objects_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"renfort/objects"
)

// TestBrowseWhileWriting writes between the pages: what is there all the time
// is met once, and nothing is met twice.
func TestBrowseWhileWriting(t *testing.T) {
	for seed := range uint64(20) {
		m := toyMaker{rand.New(rand.NewPCG(seed, 4))}
		x := objects.New(objects.DefaultSettings(false), nil)
		for range 30 {
			x.Apply([]objects.Object{m.prose(m.IntN(100)), m.prose(m.IntN(100))}, nil)
		}
		stays := map[string]bool{}
		for id := range x.Snapshot().Matching(objects.NewQuery(), nil) {
			stays[id] = true
		}
		q, met := objects.NewQuery(), map[string]int{}
		q.PerPage = 1 + m.IntN(9)
		for cursor := ""; ; {
			page, err := x.Snapshot().Browse(q, nil, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range page.IDs {
				met[id]++
			}
			if cursor = page.Cursor; cursor == "" {
				break
			}
			gone := fmt.Sprint("r", m.IntN(100))
			delete(stays, gone)
			x.Apply([]objects.Object{m.prose(m.IntN(120)), m.prose(m.IntN(120))}, []string{gone})
		}
		for id, n := range met {
			if n > 1 {
				t.Errorf("seed %d: %s was met %d times", seed, id, n)
			}
		}
		for id := range stays {
			if met[id] != 1 {
				t.Errorf("seed %d: %s was there all the time and met %d times", seed, id, met[id])
			}
		}
	}
}

// TestReadersAndWriter searches while the index is written to; the race
// detector sees what the readers share.
func TestReadersAndWriter(t *testing.T) {
	s := objects.DefaultSettings(false)
	s.Faceting = []objects.Faceting{{Name: "group"}, {Name: "n"}}
	x := objects.New(s, nil)
	var readers sync.WaitGroup
	for reader := range uint64(4) {
		readers.Go(func() {
			m := toyMaker{rand.New(rand.NewPCG(reader, 2))}
			for range 60 {
				q, now := m.wordy(), x.Snapshot()
				q.Facets = []string{"*"}
				res, err := now.Search(q, nil)
				if err != nil {
					t.Error(err)
					return
				}
				for _, h := range res.Hits {
					if !json.Valid(h) {
						t.Errorf("no JSON: %s", h)
					}
				}
				if again, _ := now.Search(q, nil); describe(again) != describe(res) {
					t.Errorf("one snapshot answers %q differently the second time", q.Words)
				}
			}
		})
	}
	m := toyMaker{rand.New(rand.NewPCG(99, 2))}
	for range 300 {
		x.Apply([]objects.Object{m.prose(m.IntN(150))}, []string{fmt.Sprint("r", m.IntN(150))})
		if m.IntN(50) == 0 {
			other := *s
			x.Configure(&other, nil)
		}
	}
	readers.Wait()
}
