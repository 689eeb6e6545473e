package main

import (
	"context"
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// How the collector is paced where GOGC does not say otherwise. A collection
// walks a state that hardly changes, and on one core everybody waits for it:
// the more may be allocated in between, the more seldom that is.
// bench/NOTES.md has the figures.
const (
	// collectorParts of four of the memory are the collector's limit where
	// GOMEMLIMIT does not say otherwise: the rest is for the pages of the data
	// file, which are mapped and not counted by it, and for the system.
	collectorParts = 3
	// garbagePart: one part in so many of the limit may be garbage, if that is
	// more than garbageLeast percent of what is live.
	garbagePart  = 12
	garbageLeast = 200
	garbageMost  = 10_000 // where next to nothing is live
	// paceEvery is how often the pace follows what is live.
	paceEvery = 5 * time.Second
)

// limitMemory sets the collector's limit from the memory of the machine or of
// the control group, before anything big is read, and the least pace. The pace
// itself comes after it (freeGarbage): reading the state makes as much garbage as
// state, and memory that is used for the first time costs more than collecting.
func limitMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbageLeast)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		if bytes := memoryBytes(os.DirFS("/")); bytes > 0 {
			debug.SetMemoryLimit(bytes / 4 * collectorParts)
		}
	}
}

// freeGarbage gives back what reading the state left, and sets the pace from
// what is live then.
func freeGarbage() {
	debug.FreeOSMemory()
	paceCollector(0)
}

// keepPace has the pace follow what is live until ctx is done.
func keepPace(ctx context.Context) {
	every := time.NewTicker(paceEvery)
	defer every.Stop()
	for percent := 0; ; percent = paceCollector(percent) {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// paceCollector sets how often is collected, unless that is about as it was,
// and gives it in percent.
func paceCollector(was int) (percent int) {
	if os.Getenv("GOGC") != "" {
		return was
	}
	in := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/gomemlimit:bytes"}}
	metrics.Read(in)
	percent = garbagePercent(in[0].Value.Uint64(), in[1].Value.Uint64())
	if was*9 <= percent*10 && percent*9 <= was*10 {
		return was // to set it stops the world
	}
	debug.SetGCPercent(percent)
	return percent
}

// garbagePercent gives how much may be allocated between two collections, in
// percent of what is live.
func garbagePercent(live, limit uint64) int {
	if limit == math.MaxInt64 || live == 0 {
		return garbageLeast
	}
	return int(min(max(garbageLeast, limit/garbagePart*100/live), garbageMost))
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
