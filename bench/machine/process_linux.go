package machine

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Look reads what a process uses now, in some tens of microseconds. A process
// that has ended is an error.
func Look(pid int) (p Process, err error) {
	if p.CPUSeconds, err = cpuSeconds(pid); err != nil {
		return Process{}, err
	}
	dir := "/proc/" + strconv.Itoa(pid)
	status, err := os.ReadFile(dir + "/status")
	if err != nil {
		return Process{}, fmt.Errorf("machine: look at process %d: %w", pid, err)
	}
	const kB = 1024
	anon, _ := readField(string(status), "RssAnon")
	threads, _ := readField(string(status), "Threads")
	p.AnonBytes, p.Threads = anon*kB, int(threads)
	if p.Files, err = openFiles(dir + "/fd"); err != nil {
		return Process{}, fmt.Errorf("machine: look at process %d: %w", pid, err)
	}
	return p, nil
}

// cpuSeconds reads a process's clock of processor time, to the nanosecond.
func cpuSeconds(pid int) (float64, error) {
	const pidMax = 1 << 22 // no kernel gives more; beyond it clocks are other clocks
	if pid < 1 || pid > pidMax {
		return 0, fmt.Errorf("machine: no process %d", pid)
	}
	const sched = 2 // CPUCLOCK_SCHED: what the scheduler gave it
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|sched), &t); err != nil {
		return 0, fmt.Errorf("machine: processor time of process %d: %w", pid, err)
	}
	return float64(t.Nano()) / 1e9, nil
}

// openFiles counts a process's descriptors: since Linux 6.2 the folder's size
// says how many; to read a thousand links keeps a core for milliseconds, in
// which a generator on it sends nothing.
func openFiles(dir string) (int, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return 0, err
	}
	if n := info.Size(); n > 0 {
		return int(n), nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	return len(names), err
}
