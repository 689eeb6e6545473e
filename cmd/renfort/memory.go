package main

import (
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
)

const (
	// collectorPercent is how much may be allocated between two collections,
	// of what is live, where GOGC does not say otherwise. What is live is a
	// state that hardly changes: to walk it half as often gives the time back
	// to requests, and what it costs in memory has the limit for a guard.
	// bench/NOTES.md has the figures.
	collectorPercent = 200
	// collectorParts of four of the memory are the collector's limit where
	// GOMEMLIMIT does not say otherwise: the rest is for the pages of the data
	// file, which are mapped and not counted by it, and for the system.
	collectorParts = 3
)

// limitMemory sets the collector's limit from the memory of the machine or of
// the control group, before anything big is read. The percentage comes after
// it (paceCollector): reading the state makes as much garbage as state.
func limitMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		if bytes := memoryBytes(os.DirFS("/")); bytes > 0 {
			debug.SetMemoryLimit(bytes / 4 * collectorParts)
		}
	}
}

// paceCollector gives back what reading left, and sets how often is collected
// from now on.
func paceCollector() {
	debug.FreeOSMemory()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectorPercent)
	}
}

// collectorText says how the collector is set, whoever has set it.
func collectorText() string {
	in := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/gomemlimit:bytes"}}
	metrics.Read(in)
	percent, limit := "off", "off"
	if n := in[0].Value.Uint64(); n < math.MaxInt32 {
		percent = strconv.FormatUint(n, 10)
	}
	if n := in[1].Value.Uint64(); n < math.MaxInt64 {
		limit = strconv.FormatUint(n>>20, 10) + "MiB"
	}
	return "GOGC=" + percent + " GOMEMLIMIT=" + limit
}

// memoryBytes gives the memory that this process may use: the machine's, or
// less where a control group says so; 0 where neither can be read.
func memoryBytes(root fs.FS) int64 {
	least := int64(0)
	for _, line := range lines(root, "proc/meminfo") {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "MemTotal:" {
			if kB, err := strconv.ParseInt(f[1], 10, 64); err == nil {
				least = kB << 10
			}
		}
	}
	for _, line := range lines(root, "proc/self/cgroup") {
		// "0::/path" of the one hierarchy, "4:memory:/path" of the older many.
		f := strings.SplitN(line, ":", 3)
		switch {
		case len(f) != 3:
		case f[1] == "":
			least = leastOf(root, "sys/fs/cgroup", f[2], "memory.max", least)
		case f[1] == "memory":
			least = leastOf(root, "sys/fs/cgroup/memory", f[2], "memory.limit_in_bytes", least)
		}
	}
	return least
}

// leastOf reads the limits of a group and of those that it is in. Inside a
// container the path may be the host's, and only the root be there.
func leastOf(root fs.FS, mount, group, file string, least int64) int64 {
	for group = path.Clean("/" + group); ; group = path.Dir(group) {
		for _, line := range lines(root, path.Join(mount, group, file)) {
			// "max" is no number, and an unlimited group of old has a huge one.
			if n, err := strconv.ParseInt(line, 10, 64); err == nil && n > 0 && (least == 0 || n < least) {
				least = n
			}
		}
		if group == "/" {
			return least
		}
	}
}

// lines reads a small file; none where it cannot be read.
func lines(root fs.FS, name string) []string {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}
