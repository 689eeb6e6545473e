package result_test

// What a terminal shows, as goldens; and files of JSON.

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renfort/bench/result"
	"renfort/bench/result/made"
)

var update = flag.Bool("update", false, "write the goldens anew")

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got, -update writes it anew):\n%s", path, diff)
	}
}

func text(t *testing.T, r *result.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := result.WriteText(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	golden(t, "good.txt", text(t, made.Result(made.Config{Seed: 2, Repeats: 5, Seconds: 3, RatePerS: 100, RunNoise: 0.03})))
	r := made.Result(made.Config{Seed: 2, Repeats: 1, Seconds: 3, RatePerS: 20, ErrorShare: 0.1})
	r.Void = []string{"the generator's lag had a p99 of 12 ms, over 1 ms"}
	r.Runs[0].Checks[1].OK, r.Runs[0].Checks[1].Detail = false, "m1: 51 seats of 50"
	r.Runs[0].Phases[0].OfferedPerS = 0
	r.Selftest, r.Shards, r.Service.Durable, r.Service.FileSystem = nil, 4, false, "tmpfs"
	r.Notes, r.Missing = []string{"generator and service share two cores"}, []string{"processor time of the service: the target is another machine"}
	r.Knee = &result.Knee{SLO: "p99=10ms,errors=0.1%", RatePerS: 41_000, GoodPerS: 40_900, Steps: []result.Step{{RatePerS: 41_000, GoodPerS: 40_900, P99: 9_100, Met: true}, {RatePerS: 43_000, GoodPerS: 12_000, P99: 41_000, Failed: 0.02}}}
	r.Goals = []result.Goal{{Name: "refusals, p99", Wanted: "under 5ms", Got: "1.2ms", Met: true}, {Name: "back to what is promised", Wanted: "within 2 s", Got: "7 s"}}
	golden(t, "void.txt", text(t, r))
	golden(t, "empty.txt", text(t, &result.Result{}))
}

// A file that was written is read as it was; what cannot be understood is
// refused.
func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.json")
	r := made.Result(made.Config{Seed: 3, Repeats: 2, Seconds: 2, RatePerS: 50})
	if err := result.WriteFile(name, r); err != nil {
		t.Fatal(err)
	}
	back, err := result.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := text(t, back), text(t, r); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := back.Runs[1].Phases[0].Calls[0].Windows, r.Runs[1].Phases[0].Calls[0].Windows; got[1].Latency.Summary() != want[1].Latency.Summary() || len(got) != len(want) {
		t.Errorf("windows: got %+v, want %+v", got, want)
	}
	if _, err := result.Parse([]byte(`{"format": 2}`)); !errors.Is(err, result.ErrNewer) {
		t.Errorf("format 2: got %v, want %v", err, result.ErrNewer)
	}
	for _, bad := range []string{``, `[]`, `{"qps": 7}`, `{"format": 1, "runs": [{"phases": [{"calls": [{"latency": {"hdr": "AAAA"}}]}]}]}`} {
		if _, err := result.Parse([]byte(bad)); err == nil || !strings.HasPrefix(err.Error(), "result: ") {
			t.Errorf("%s: got %v, want an error of result", bad, err)
		}
	}
	if _, err := result.ReadFile(name + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: got %v", err)
	}
}

func TestDuration(t *testing.T) {
	for us, want := range map[int64]string{-1: "–", 0: "0 µs", 999: "999 µs", 1_000: "1.00 ms", 9_994: "9.99 ms", 9_996: "10.0 ms", 99_960: "100 ms", 999_400: "999 ms", 1_234_000: "1.23 s", 600_000_000: "600 s"} {
		if got := result.Duration(us); got != want {
			t.Errorf("%d: got %q, want %q", us, got, want)
		}
	}
	for v, want := range map[int64]string{0: "0", 999: "999", 1_000: "1,000", -1_234_567: "-1,234,567", -100: "-100"} {
		if got := result.Thousands(v); got != want {
			t.Errorf("%d: got %q, want %q", v, got, want)
		}
	}
}
