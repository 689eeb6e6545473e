package machine

// What the kernel writes is read as proc(5) and cgroups(7) describe it.

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadTicks(t *testing.T) {
	got, err := readTicks("cpu  10 20 30 400 50 6 7 8 9 9\ncpu0 1 2 3\n")
	if want := (ticks{worked: 60, stolen: 8, all: 531}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	for _, bad := range []string{"", "cpu 1 2 3", "intr 1 2 3 4 5 6 7 8 9", "cpu 1 2 3 x 5 6 7 8"} {
		if got, err := readTicks(bad); err == nil {
			t.Errorf("%q: got %+v, want an error", bad, got)
		}
	}
}

func TestReadField(t *testing.T) {
	f := func(text, name string, want int64, ok bool) {
		t.Helper()
		if got, found := readField(text, name); got != want || found != ok {
			t.Errorf("%s of %q: got %d, %v; want %d, %v", name, text, got, found, want, ok)
		}
	}
	f("RssAnon:\t     112 kB\n", "RssAnon", 112, true)
	f("Threads:\t7\nRssAnon:\t112 kB\n", "RssAnon", 112, true)
	f("nonvoluntary_ctxt_switches:\t5\n", "voluntary_ctxt_switches", 0, false) // another's end
	f("voluntary_ctxt_switches_x:\t5\n", "voluntary_ctxt_switches", 0, false)  // another's beginning
	f("nr_throttled 3\nthrottled_usec 1234\n", "throttled_usec", 1234, true)
	f("", "Threads", 0, false)
}

func TestReadCores(t *testing.T) {
	f := func(text string, want ...int) {
		t.Helper()
		got, err := readCores(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v, want less got: %s", text, err, diff)
		}
	}
	f("0\n", 0)
	f("0,32", 0, 32)
	f("0-2,7", 0, 1, 2, 7)
	for _, bad := range []string{"", "a", "0-x"} {
		if got, err := readCores(bad); err == nil {
			t.Errorf("%q: got %v, want an error", bad, got)
		}
	}
}

// The groups that can throttle are those of the controller "cpu" and those of
// the unified hierarchy, with their ancestors.
func TestReadGroups(t *testing.T) {
	got := readGroups("4:memory:/a\n2:cpuacct:/a\n1:cpu,cpuacct:/a/b\n0::/\nnonsense\n")
	want := []group{{"/a/b", true}, {"/a", true}, {"/", true}, {"/", false}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(group{})); diff != "" {
		t.Errorf("want less got: %s", diff)
	}
}

// Cores are shared by physical core: two threads of one are never a generator
// and a service, unless there is but one.
func TestHalves(t *testing.T) {
	type sides struct{ Generator, Service []int }
	f := func(cores []int, siblings map[int][]int, want sides) {
		t.Helper()
		var got sides
		got.Generator, got.Service = halves(together(cores, func(c int) []int { return siblings[c] }))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("cores %v, siblings %v: want less got: %s", cores, siblings, diff)
		}
	}
	f([]int{0, 1}, nil, sides{[]int{1}, []int{0}})
	f([]int{0, 1}, map[int][]int{0: {0, 1}, 1: {0, 1}}, sides{[]int{1}, []int{0}})
	f([]int{0, 1, 2}, nil, sides{[]int{2}, []int{0, 1}})
	f([]int{0, 1, 2, 3}, map[int][]int{0: {0, 2}, 1: {1, 3}, 2: {0, 2}, 3: {1, 3}}, sides{[]int{1, 3}, []int{0, 2}})
	f([]int{0, 1, 3}, map[int][]int{0: {0, 2}, 1: {1, 3}, 3: {1, 3}}, sides{[]int{1, 3}, []int{0}}) // 2 is not ours
}

// What others used is what was worked, less what we used, of all time.
func TestEnd(t *testing.T) {
	w := &Watch{began: sight{ticks: ticks{worked: 1, all: 1}}, pids: []int{-1}} // no process
	if got := w.End(); got.OthersShare != -1 {
		t.Errorf("a process that is not there: got %+v, want others unknown", got)
	}
	w = &Watch{}
	if got := w.End(); got.OthersShare != -1 || got.StolenShare != 0 || got.ThrottledUS != 0 {
		t.Errorf("nothing known at the beginning: got %+v, want unknown", got)
	}
}
