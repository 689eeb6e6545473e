package main

// The real binary is killed while it indexes words, and while it builds the
// text index anew: what it leaves can be searched, catches up, and is then what
// a rebuild from the same data is.

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renfort/engine"
	"renfort/index"
	"renfort/mission"
	"renfort/store"
)

var textKills = flag.Int("text-kills", 1, "how often the service is killed while it indexes words, and while it rebuilds")

// crashMissions take the binary long enough to index to be killed in.
const crashMissions = 10_000

// skipWhereLong skips where the race detector makes it long: what is killed has
// none, and what it left is compared in this process, where an index of so many
// missions is built twice.
func skipWhereLong(t *testing.T) {
	t.Helper()
	if testing.Short() || raceEnabled {
		t.Skip("long, and longer under the race detector: .ci/run runs it without")
	}
}

func TestKilledWhileIndexing(t *testing.T) {
	skipWhereLong(t)
	t.Parallel() // it mostly waits, and shares nothing
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 7))
	file, _ := makeWorld(t, crashMissions, 0)
	dir := t.TempDir()
	for range *textKills {
		s := serve(t, dir)
		importing := exec.Command(binary(t), "import", "--to", s.url, file)
		if err := importing.Start(); err != nil {
			t.Fatal(err)
		}
		some := 1 + random.IntN(3)
		eventually(t, "files of the text index", func() bool { return segmentsIn(dir, "*") >= some })
		s.kill()
		importing.Process.Kill() // it would wait for the service to come back
		importing.Wait()
		mustRun(t, "check", dir)
		equalsRebuilt(t, dir, false)
	}
}

func TestKilledWhileRebuilding(t *testing.T) {
	skipWhereLong(t)
	t.Parallel() // it mostly waits, and shares nothing
	file, _ := makeWorld(t, crashMissions, 0)
	dir := t.TempDir()
	s := serve(t, dir)
	mustRun(t, "import", "--to", s.url, file)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	for range *textKills {
		outdate(t, dir)
		current, err := os.ReadFile(filepath.Join(dir, engine.TextFolder, "CURRENT"))
		if err != nil {
			t.Fatal(err)
		}
		others := "[^" + strings.TrimSpace(string(current)) + "]"
		s := serve(t, dir)
		eventually(t, "files of a new generation", func() bool { return segmentsIn(dir, others) > 0 })
		s.kill()
		mustRun(t, "check", dir)
		equalsRebuilt(t, dir, true)
	}
}

// segmentsIn counts the segment files of generations.
func segmentsIn(dir, generations string) int {
	files, err := filepath.Glob(filepath.Join(dir, engine.TextFolder, generations, "*.zap"))
	if err != nil {
		return 0
	}
	return len(files)
}

// outdate makes every generation one whose words were read otherwise: it
// serves until another one is built.
func outdate(t *testing.T, dir string) {
	t.Helper()
	formats, err := filepath.Glob(filepath.Join(dir, engine.TextFolder, "*", "format"))
	if err != nil || len(formats) == 0 {
		t.Fatalf("%d formats: %v", len(formats), err)
	}
	for _, path := range formats {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		words := strings.Fields(string(text))
		words[len(words)-1] = "0123456789abcdef"
		if err := os.WriteFile(path, []byte(strings.Join(words, " ")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// equalsRebuilt opens what was left, at once if it must serve, and compares
// its answers with those of an index built from a copy of the data alone.
func equalsRebuilt(t *testing.T, dir string, atOnce bool) {
	t.Helper()
	left := openCaughtUp(t, dir, atOnce)
	copied := t.TempDir()
	data, err := os.ReadFile(filepath.Join(dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, store.FileName), data, 0o600); err != nil {
		t.Fatal(err)
	}
	rebuilt := openCaughtUp(t, copied, false)
	if left.TextStats().Docs == 0 {
		t.Fatal("nothing was indexed: there is nothing to compare")
	}
	for _, q := range []string{"aide", "distribution alimentaire", "enfants -lyon", `"aide aux devoirs"`, "maraude paris", "benevole soir",
		"soutien scolaire", "personnes agees", "jardn", "collecte du samedi"} {
		if d := cmp.Diff(found(t, rebuilt, q), found(t, left, q)); d != "" {
			t.Errorf("%q: what was left answers otherwise than a rebuild (-rebuilt +left):\n%.2000s", q, d)
		}
	}
	for _, e := range []*engine.Engine{left, rebuilt} {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

// openCaughtUp opens a directory and waits until its words are.
func openCaughtUp(t *testing.T, dir string, atOnce bool) *engine.Engine {
	t.Helper()
	e, err := engine.Open(engine.Options{Dir: dir, ManualTicks: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Text(); atOnce && err != nil {
		t.Errorf("nothing served after the kill: %v", err)
	}
	eventually(t, "the text index", func() bool {
		err := e.AwaitText(context.Background(), e.Seq())
		if k := mission.KindOf(err); err != nil && k != mission.Stale && k != mission.Unavailable {
			t.Fatal(err)
		}
		return err == nil && !e.TextStats().Building
	})
	return e
}

// found gives what words find, as id and score.
func found(t *testing.T, e *engine.Engine, q string) (all []string) {
	t.Helper()
	r, err := e.Text()
	if err != nil {
		t.Fatal(err)
	}
	w := index.ParseWords(q, false)
	m, err := r.Match(&w, false)
	if err != nil {
		t.Fatal(err)
	}
	s := e.Snapshot()
	for i, o := range m.Ordinals {
		all = append(all, fmt.Sprintf("%s %v", s.Texts.At(o).ID, m.Scores[i]))
	}
	slices.Sort(all)
	return append(all, m.DidYouMean)
}
