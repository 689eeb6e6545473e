package peer_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"renfort/bench/peer"
)

// mustRun compares in a temporary folder, or skips where Lucene is wanted and
// not installed.
func mustRun(t *testing.T, config peer.Config) *peer.Report {
	t.Helper()
	config.Dir = t.TempDir()
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

// small is a comparison that takes a second.
func small(peers ...string) peer.Config {
	c := peer.Default()
	c.Missions, c.Queries, c.Rounds, c.WarmSeconds, c.Peers = 500, 2, 1, 0, peers
	return c
}

// Each engine's totals, facet counts and order are those of the brute force
// wherever there are no words, or Run says which are not.
func TestAnswersAgree(t *testing.T) {
	for _, peers := range [][]string{{peer.Bleve}, {peer.Lucene}} {
		t.Run(strings.Join(peers, ","), func(t *testing.T) {
			report := mustRun(t, small(peers...))
			var b bytes.Buffer
			if err := report.Write(&b); err != nil {
				t.Fatal(err)
			}
			t.Logf("\n%s", &b)
		})
	}
}
