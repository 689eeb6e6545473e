package machine

import (
	"os"
	"strconv"
)

// look reads what Watch compares. With an error the ticks and what was
// throttled may be known all the same.
func look(pids []int) (s sight, err error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return s, err
	}
	if s.ticks, err = readTicks(string(text)); err != nil {
		return s, err
	}
	self := os.Getpid()
	s.throttled = throttledUS(append([]int{self}, pids...))
	if s.ours, err = cpuSeconds(self); err != nil {
		return s, err
	}
	for _, pid := range pids {
		if pid == self {
			continue
		}
		used, err := cpuSeconds(pid)
		if err != nil {
			return s, err
		}
		s.ours += used
	}
	return s, nil
}

// throttledUS sums what quotas withheld from the groups that these processes
// are in, each group once. A group that cannot be read withheld nothing: in a
// container only its own are visible.
func throttledUS(pids []int) (us int64) {
	seen := map[group]bool{}
	for _, pid := range pids {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cgroup")
		if err != nil {
			continue
		}
		for _, g := range readGroups(string(text)) {
			if !seen[g] {
				seen[g] = true
				us += g.throttledUS()
			}
		}
	}
	return us
}

// throttledUS is of one group, wherever its hierarchy is mounted. Version 1
// counts in nanoseconds.
func (g group) throttledUS() int64 {
	roots, name, perUS := []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}, "throttled_usec", int64(1)
	if g.old {
		roots, name, perUS = []string{"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"}, "throttled_time", 1000
	}
	for _, root := range roots {
		text, err := os.ReadFile(root + g.path + "/cpu.stat")
		if err != nil {
			continue
		}
		n, _ := readField(string(text), name)
		return n / perUS
	}
	return 0
}
