package peer_test

// Small comparisons, run wholly: answers without words are those of a brute
// force, the same seed asks the same questions, and what cannot be compared is
// refused before anything is made.

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"renfort/bench/peer"
)

// small is a comparison that takes a second.
func small(t *testing.T, peers ...string) peer.Config {
	c := peer.Default()
	c.Missions, c.Queries, c.Rounds, c.WarmSeconds, c.Peers, c.Dir = 500, 2, 1, 0, peers, t.TempDir()
	return c
}

// mustRun compares, or skips where Lucene is wanted and not installed.
func mustRun(t *testing.T, config peer.Config) *peer.Report {
	t.Helper()
	var progress bytes.Buffer
	report, err := peer.Run(t.Context(), config, &progress)
	if errors.Is(err, peer.ErrNoLucene) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatalf("%+v: %v\n%s", config, err, &progress)
	}
	return report
}

// Where there are no words, totals, facet counts and order are those of the
// brute force: else Run fails and names the answers. With words, engines that
// stem differently still find much the same.
func TestAnswersAgree(t *testing.T) {
	for _, peers := range [][]string{{peer.Bleve}, {peer.Lucene}, {peer.Bleve, peer.Lucene}} {
		t.Run(strings.Join(peers, ","), func(t *testing.T) {
			if testing.Short() && len(peers) > 1 {
				t.Skip("each alone is compared with the brute force")
			}
			config := small(t, peers...)
			if config.Peers[0] == peer.Lucene {
				config.Addresses = peer.AddressesAll
			}
			report := mustRun(t, config)
			var b bytes.Buffer
			if err := report.Write(&b); err != nil {
				t.Fatal(err)
			}
			t.Logf("\n%s", &b)
			for i, engine := range report.Engines {
				titles, kinds := 0.0, 0.0
				for _, k := range report.Kinds {
					if k.Engines[i].Median == 0 {
						t.Errorf("seed %d: %s finds nothing for most questions of %s", config.Seed, engine.Name, k.Name)
					}
					if k.Words {
						titles, kinds = titles+k.Engines[i].Titles, kinds+1
					}
				}
				if titles < kinds/2 {
					t.Errorf("seed %d: %s has %.0f %% of the first titles, want half", config.Seed, engine.Name, 100*titles/kinds)
				}
			}
		})
	}
}

// The files of a comparison are a function of its seed.
func TestSameSeedSameQuestions(t *testing.T) {
	files := func(seed uint64) (all string) {
		config := small(t, peer.Bleve)
		config.Seed, config.Rounds = seed, 0
		mustRun(t, config)
		for _, name := range []string{"missions.ndjson", "queries.ndjson"} {
			data, err := os.ReadFile(filepath.Join(config.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			all += string(data)
		}
		return all
	}
	first := files(7)
	if second := files(7); first != second {
		t.Errorf("seed 7 made two different sets of %d and %d bytes", len(first), len(second))
	}
	if other := files(8); first == other {
		t.Error("seeds 7 and 8 made the same missions and questions")
	}
}

func TestRefused(t *testing.T) {
	cases := []struct {
		change func(*peer.Config)
		says   string
	}{
		{func(c *peer.Config) { c.Missions = 0 }, "0 missions"},
		{func(c *peer.Config) { c.Queries = -1 }, "-1 queries"},
		{func(c *peer.Config) { c.Rounds = 101 }, "101 rounds"},
		{func(c *peer.Config) { c.WarmSeconds = -1 }, "-1 seconds"},
		{func(c *peer.Config) { c.Peers = []string{"grep"} }, `"grep"`},
		{func(c *peer.Config) { c.Peers = []string{peer.Bleve, peer.Bleve} }, "twice"},
		{func(c *peer.Config) { c.Addresses = "none" }, `"none"`},
		{func(c *peer.Config) { c.Addresses = peer.AddressesAll }, "one address"},
		{func(c *peer.Config) { c.Dir = "" }, "no folder"},
	}
	for _, c := range cases {
		config := small(t, peer.Bleve)
		c.change(&config)
		if _, err := peer.Run(t.Context(), config, os.Stderr); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: got error %v, want one that says %s", config, err, c.says)
		}
	}
}

// Without Java one is told what to install, at once.
func TestNoLucene(t *testing.T) {
	config := small(t, peer.Lucene)
	t.Setenv("PATH", t.TempDir())
	_, err := peer.Run(t.Context(), config, os.Stderr)
	if !errors.Is(err, peer.ErrNoLucene) || !strings.Contains(err.Error(), "liblucene8-java") {
		t.Errorf("got error %v, want one that names liblucene8-java", err)
	}
	if left, _ := os.ReadDir(config.Dir); len(left) > 0 {
		t.Errorf("%d files were made first", len(left))
	}
}
