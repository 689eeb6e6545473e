package peer_test

// Small comparisons, run wholly: answers without words are those of a brute
// force, the same seed asks the same questions, and what cannot be compared is
// refused before anything is made.

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"renfort/bench/peer"
)

// small is a comparison that takes a second.
func small(t *testing.T, peers ...string) peer.Config {
	c := peer.Default()
	c.Missions, c.Queries, c.Rounds, c.WarmSeconds, c.Peers, c.Dir = 500, 2, 1, 0, peers, t.TempDir()
	c.Clients, c.Seconds, c.Holds = 4, 0.02, 200
	if raceEnabled {
		c.Missions = 200 // .ci/run compares on all without the detector
	}
	return c
}

// mustRun compares, or skips where an engine is wanted that is not installed.
func mustRun(t *testing.T, config peer.Config) *peer.Report {
	t.Helper()
	var progress bytes.Buffer
	report, err := peer.Run(t.Context(), config, &progress)
	if errors.Is(err, peer.ErrMissing) {
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
			if (testing.Short() || raceEnabled) && len(peers) > 1 {
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
			for i, engine := range report.Engines[:len(report.Kinds[0].Engines)] {
				titles, kinds := 0.0, 0.0
				for _, k := range report.Kinds {
					if k.Engines[i].Wrong > 0 {
						t.Errorf("seed %d: %s: %d answers to %s are wrong: %q", config.Seed, engine.Name, k.Engines[i].Wrong, k.Name, report.Differences)
					}
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

// Recommendations are the brute force's page by page, and no engine gives a
// seat that there is not, to a crowd of four for sixteen missions.
func TestWorkAgrees(t *testing.T) {
	config := small(t, peer.Postgres, peer.Redis, peer.Roof)
	config.SkipMissing = true
	report := mustRun(t, config)
	lines := map[string]peer.Line{}
	for _, l := range report.Work {
		lines[l.Work+" "+l.Engine] = l
		mustBeRight(t, &config, &l)
	}
	if len(report.Differences) > 0 {
		t.Errorf("seed %d: differences: %q", config.Seed, report.Differences)
	}
	wanted := []string{"recommend renfort", "recommend renfort, HTTP", "recommend roof", "seat renfort, HTTP", "search renfort", "search renfort, HTTP"}
	if slices.Contains(report.Config.Peers, peer.Postgres) {
		wanted = append(wanted, "recommend postgres", "seat postgres", "search postgres")
	}
	if slices.Contains(report.Config.Peers, peer.Redis) {
		wanted = append(wanted, "recommend redis", "seat redis", "seat redis, everysec")
	}
	for _, name := range wanted {
		if lines[name].Crowd.Asked == 0 {
			t.Errorf("seed %d: nobody was asked to %s", config.Seed, name)
		}
	}
	if l := lines["recommend roof"]; l.Bytes < 1000 {
		t.Errorf("seed %d: the roof answers with %d bytes, want a page", config.Seed, l.Bytes)
	}
	for _, e := range report.Engines {
		if e.Version == "" || e.Code.Go == 0 || e.Cost.DiskBytes == 0 {
			t.Errorf("%s is described as %+v", e.Name, e)
		}
	}
	if len(report.Config.Peers) < 3 {
		t.Skip(report.NotMeasured)
	}
}

// mustBeRight checks one line: its answers, and that its times can be.
func mustBeRight(t *testing.T, config *peer.Config, l *peer.Line) {
	t.Helper()
	seats := config.Holds * 3 / 4 / 16 * 16
	if l.Crowd.P99Micros < l.Crowd.MedianMicros {
		t.Errorf("seed %d: %s at %s has the times %+v", config.Seed, l.Work, l.Engine, l.Crowd)
	}
	switch {
	case l.Work == "recommend" && l.Engine != peer.Roof && (l.Wishes == 0 || l.Equal != l.Wishes):
		t.Errorf("seed %d: %s has %d of %d pages, off by %g", config.Seed, l.Engine, l.Equal, l.Wishes, l.Off)
	case l.Work == "seat" && (l.Granted+l.Refused != config.Holds || l.Granted > seats || l.Granted < seats*3/4 || l.Oversold > 0):
		t.Errorf("seed %d: %s gave %d of %d seats and refused %d, want %d asked", config.Seed, l.Engine, l.Granted, seats, l.Refused, config.Holds)
	}
}

// What is not installed is an error that names the packages, or is left out
// and said so.
func TestMissingIsTold(t *testing.T) {
	config := small(t, peer.Bleve, peer.Redis)
	t.Setenv("PATH", t.TempDir())
	if _, err := peer.Run(t.Context(), config, os.Stderr); !errors.Is(err, peer.ErrNoRedis) || !strings.Contains(err.Error(), "apt-get install redis-server") {
		t.Errorf("got error %v, want one that names redis-server", err)
	}
	config.SkipMissing, config.Rounds = true, 0
	report := mustRun(t, config)
	if told := strings.Join(report.NotMeasured, "\n"); !strings.Contains(told, "apt-get install redis-server") {
		t.Errorf("not measured: %q, want what to install", told)
	}
	if len(report.Config.Peers) != 1 {
		t.Errorf("got the peers %v, want bleve alone", report.Config.Peers)
	}
}

// The files of a comparison are a function of its seed.
func TestSameSeedSameQuestions(t *testing.T) {
	files := func(seed uint64) (all string) {
		config := small(t, peer.Bleve)
		config.Seed, config.Rounds = seed, 0
		if raceEnabled {
			config.Missions = 100 // .ci/run makes all without the detector
		}
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
		{func(c *peer.Config) { c.URLs = []string{"solr=http://localhost"} }, `"solr"`},
		{func(c *peer.Config) { c.Clients = 0 }, "0 clients"},
		{func(c *peer.Config) { c.Holds = -1 }, "-1 holds"},
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
