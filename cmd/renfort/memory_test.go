package main

// Goal: the collector's limit follows the machine and the control group.
// Method: their files as they look on machines of several kinds.

import (
	"math"
	"testing"
	"testing/fstest"
)

func TestMemoryBytes(t *testing.T) {
	f := func(name string, want int64, files ...string) {
		t.Helper()
		root := fstest.MapFS{}
		for i := 0; i < len(files); i += 2 {
			root[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
		}
		if got := memoryBytes(root); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
	const machine = "MemTotal:       16384 kB\nMemFree:        1 kB\n"
	f("nothing can be read", 0)
	f("a machine", 16<<20, "proc/meminfo", machine)
	f("no limit", 16<<20, "proc/meminfo", machine, "proc/self/cgroup", "0::/user.slice\n", "sys/fs/cgroup/user.slice/memory.max", "max\n")
	f("a group", 4<<20, "proc/meminfo", machine, "proc/self/cgroup", "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max", "4194304\n")
	f("the group around it", 2<<20, "proc/meminfo", machine, "proc/self/cgroup", "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max", "4194304\n", "sys/fs/cgroup/a/memory.max", "2097152\n")
	f("more than there is", 16<<20, "proc/meminfo", machine, "proc/self/cgroup", "0::/\n", "sys/fs/cgroup/memory.max", "99999999999\n")
	f("inside a container", 4<<20, "proc/meminfo", machine, "proc/self/cgroup", "0::/docker/4711\n", "sys/fs/cgroup/memory.max", "4194304\n")
	f("the older hierarchy", 4<<20, "proc/meminfo", machine, "proc/self/cgroup", "9:name=systemd:/\n4:memory:/docker/4711\n0::/\n", "sys/fs/cgroup/memory/docker/4711/memory.limit_in_bytes", "4194304\n")
	f("unlimited there", 16<<20, "proc/meminfo", machine, "proc/self/cgroup", "4:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
	f("only a group", 4<<20, "proc/self/cgroup", "0::/\n", "sys/fs/cgroup/memory.max", "4194304\n")
}

// Goal: a small state on a large machine is collected seldom, and a large one as
// often as its size says.
func TestGarbagePercent(t *testing.T) {
	for _, f := range []struct {
		live, limit uint64
		want        int
	}{
		{100 << 20, 1200 << 20, 200},    // a twelfth is as much as is live
		{100 << 20, 12000 << 20, 1000},  // a twelfth is ten times as much
		{4000 << 20, 12000 << 20, 200},  // it may be twice the live all the same
		{0, 12000 << 20, 200},           // nothing was collected yet
		{1, 12000 << 20, 10_000},        // next to nothing
		{100 << 20, math.MaxInt64, 200}, // no limit: no machine to go by
	} {
		if got := garbagePercent(f.live, f.limit); got != f.want {
			t.Errorf("%d bytes live of %d: got %d %%, want %d", f.live, f.limit, got, f.want)
		}
	}
}
