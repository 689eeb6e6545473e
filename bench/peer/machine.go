package peer

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"renfort/bench/machine"
)

// Machine is what the comparison ran on. A durable figure is worth nothing
// without how long a sync takes there.
type Machine struct {
	Cores      int
	Renfort    Folder // where Renfort keeps its file
	Others     Folder // where PostgreSQL and Redis keep theirs
	MemoryInMB int
}

// Folder is a place for files.
type Folder struct {
	FileSystem string
	SyncMicros float64 // median of one write of 4 kB and its fdatasync
	Durable    bool    // not tmpfs, which a power cut empties
}

// inspect looks at the machine.
func inspect(dir string) (m Machine, err error) {
	about := machine.Describe()
	m.Cores, m.MemoryInMB = about.Cores, int(about.MemoryBytes>>20)
	if m.Renfort, err = inspectFolder(dir); err != nil {
		return m, err
	}
	m.Others, err = inspectFolder(os.TempDir())
	return m, err
}

// syncsTimed is how many writes give the median.
const syncsTimed = 101

func inspectFolder(dir string) (f Folder, err error) {
	if f.FileSystem, f.Durable, err = machine.FileSystem(dir); err != nil {
		return f, fmt.Errorf("peer: %w", err)
	}
	syncs, err := machine.SyncTimes(dir, syncsTimed)
	if err != nil {
		return f, fmt.Errorf("peer: %w", err)
	}
	f.SyncMicros = float64(syncs.P50)
	return f, nil
}

// ownBytes gives the anonymous memory of this process, what is free given back
// first.
func ownBytes() (int64, error) {
	debug.FreeOSMemory()
	return residentBytes(os.Getpid())
}

// residentBytes gives the anonymous and shared memory of a process and its
// children, what several share counted once; mapped files are not counted.
func residentBytes(pid int) (sum int64, err error) {
	pids, err := family(pid)
	if err != nil {
		return 0, err
	}
	for _, p := range pids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p))
		if os.IsNotExist(err) && p != pid {
			continue // it has ended meanwhile
		}
		if err != nil {
			return 0, fmt.Errorf("peer: %w", err)
		}
		for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
			fields := strings.Fields(s.Text())
			if len(fields) < 2 || fields[0] != "Pss_Anon:" && fields[0] != "Pss_Shmem:" {
				continue
			}
			kB, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil {
				return 0, fmt.Errorf("peer: smaps: %w", err)
			}
			sum += kB << 10
		}
	}
	return sum, nil
}

// family gives a process and its children.
func family(pid int) ([]int, error) {
	all := []int{pid}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		// pid (name) state parent ...: the name may hold anything.
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if child, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && len(fields) > 1 && fields[1] == strconv.Itoa(pid) && !slices.Contains(all, child) {
			all = append(all, child)
		}
	}
	return all, nil
}
