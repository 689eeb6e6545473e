package machine

import (
	"fmt"
	"strconv"
	"strings"
)

// What the kernel writes, read: the same on every system, so that it is tested
// on every system.

// ticks is the first line of /proc/stat: time since boot, summed over cores,
// in hundredths of a second.
type ticks struct {
	worked int64 // user, nice and system: by processes and the kernel for them
	stolen int64
	all    int64 // idle time and interrupts as well
}

// readTicks reads /proc/stat. Guests' time is in user already.
func readTicks(text string) (t ticks, err error) {
	line, _, _ := strings.Cut(text, "\n")
	fields := strings.Fields(line)
	const columns = 8 // user nice system idle iowait irq softirq steal
	if len(fields) < 1+columns || fields[0] != "cpu" {
		return ticks{}, fmt.Errorf("machine: /proc/stat begins with %q", line)
	}
	var column [columns]int64
	for i := range column {
		if column[i], err = strconv.ParseInt(fields[1+i], 10, 64); err != nil {
			return ticks{}, fmt.Errorf("machine: /proc/stat: %w", err)
		}
		t.all += column[i]
	}
	t.worked = column[0] + column[1] + column[2]
	t.stolen = column[7]
	return t, nil
}

// readField gives the number after a name at a line's start, as in
// /proc/PID/status and cpu.stat; 0 and false where it is not.
func readField(text, name string) (int64, bool) {
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok {
			continue
		}
		fields := strings.Fields(strings.TrimPrefix(rest, ":"))
		if len(fields) == 0 || rest[0] != ':' && rest[0] != ' ' && rest[0] != '\t' {
			continue
		}
		if n, err := strconv.ParseInt(fields[0], 10, 64); err == nil {
			return n, true
		}
	}
	return 0, false
}

// readName gives the text after a name and a colon, as in /proc/cpuinfo.
func readName(text, name string) string {
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return Unknown
}

// readCores reads a list of cores as the kernel writes it: "0-2,5".
func readCores(text string) (cores []int, err error) {
	for part := range strings.SplitSeq(strings.TrimSpace(text), ",") {
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		first, err := strconv.Atoi(low)
		if err != nil {
			return nil, fmt.Errorf("machine: list of cores %q: %w", text, err)
		}
		last, err := strconv.Atoi(high)
		if err != nil {
			return nil, fmt.Errorf("machine: list of cores %q: %w", text, err)
		}
		for c := first; c <= last; c++ {
			cores = append(cores, c)
		}
	}
	return cores, nil
}

// group is one control group that may have a quota of processor time.
type group struct {
	path string // below the hierarchy's root: "/" for the root itself
	old  bool   // of version 1
}

// readGroups reads /proc/PID/cgroup for the groups that can throttle, with
// all their ancestors: each may have a quota of its own.
func readGroups(text string) (groups []group) {
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		unified := parts[0] == "0" && parts[1] == ""
		if !unified && !strings.Contains(","+parts[1]+",", ",cpu,") {
			continue
		}
		for p := parts[2]; ; p = p[:strings.LastIndex(p, "/")] {
			groups = append(groups, group{"/" + strings.TrimPrefix(p, "/"), !unified})
			if !strings.Contains(p, "/") || p == "/" {
				break
			}
		}
	}
	return groups
}
