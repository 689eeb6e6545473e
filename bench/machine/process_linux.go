package machine

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Look reads what a process uses now. It costs some microseconds a thread and
// one an open descriptor. A process that has ended is an error.
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
	if p.Switches, err = switches(dir); err != nil {
		return Process{}, fmt.Errorf("machine: look at process %d: %w", pid, err)
	}
	p.Files, p.Connections, err = descriptors(dir)
	if err != nil {
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

// switches sums over the threads; one that ends meanwhile is left out.
func switches(dir string) (sum int64, err error) {
	tasks, err := os.ReadDir(dir + "/task")
	for _, task := range tasks {
		if text, err := os.ReadFile(dir + "/task/" + task.Name() + "/status"); err == nil {
			n, _ := readField(string(text), "voluntary_ctxt_switches")
			sum += n
		}
	}
	return sum, err
}

// descriptors counts what is open, and how much of it are sockets.
func descriptors(dir string) (files, sockets int, err error) {
	d, err := os.Open(dir + "/fd")
	if err != nil {
		return 0, 0, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	var target [64]byte // a longer one is no socket
	for _, name := range names {
		n, err := unix.Readlinkat(int(d.Fd()), name, target[:])
		if err == nil && strings.HasPrefix(string(target[:n]), "socket:") {
			sockets++
		}
	}
	return len(names), sockets, err
}
