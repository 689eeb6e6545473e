package machine

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// Split shares the cores that this process may use: the service gets the
// first half (one more where they are odd), the generator the rest; where
// there are two, one each. Threads of one physical core stay on one side,
// unless there is only one physical core. With a single core it is an error:
// generator and service would only measure each other.
func Split() (generator, service []int, err error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, nil, fmt.Errorf("machine: read affinity: %w", err)
	}
	cores := members(&set)
	if len(cores) < 2 {
		return nil, nil, fmt.Errorf("machine: %d core: generator and service cannot have one each", len(cores))
	}
	generator, service = halves(together(cores, siblings))
	return generator, service, nil
}

// siblings reads which cores are threads of one physical core.
func siblings(core int) []int {
	text, err := os.ReadFile("/sys/devices/system/cpu/cpu" + strconv.Itoa(core) + "/topology/thread_siblings_list")
	if err != nil {
		return nil
	}
	cores, err := readCores(string(text))
	if err != nil {
		return nil
	}
	return cores
}

// members lists the cores of a set, ascending.
func members(set *unix.CPUSet) (cores []int) {
	for c := range len(set) * strconv.IntSize {
		if set.IsSet(c) {
			cores = append(cores, c)
		}
	}
	return cores
}

// setOf makes a set of at least one core.
func setOf(cores []int) (set unix.CPUSet, err error) {
	for _, c := range cores {
		set.Set(c)
	}
	if len(cores) == 0 || set.Count() == 0 {
		return set, errors.New("machine: pin to no core")
	}
	return set, nil
}

// PinSelf puts every thread of this process on these cores; those that begin
// later follow, being made by these. GOMAXPROCS follows too, unless the
// environment sets it. On an error some threads may be pinned already.
func PinSelf(cores []int) error {
	set, err := setOf(cores)
	if err != nil {
		return err
	}
	// A thread not yet pinned may make another meanwhile: until a round finds none.
	pinned := map[int]bool{}
	for found := true; found; {
		found = false
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return fmt.Errorf("machine: list own threads: %w", err)
		}
		for _, task := range tasks {
			id, err := strconv.Atoi(task.Name())
			if err != nil || pinned[id] {
				continue
			}
			if err := unix.SchedSetaffinity(id, &set); err != nil && !errors.Is(err, unix.ESRCH) {
				return fmt.Errorf("machine: pin thread to cores %s: %w", listed(cores), err)
			}
			pinned[id], found = true, true
		}
	}
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.SetDefaultGOMAXPROCS()
	}
	return nil
}

// PinStart starts a command on these cores, from its first instruction: it
// and all it starts have no others. The caller waits for it as after
// cmd.Start. This process is not moved.
func PinStart(cmd *exec.Cmd, cores []int) error {
	set, err := setOf(cores)
	if err != nil {
		return err
	}
	// A child inherits from the thread that makes it. While it is locked the
	// runtime makes no threads from it, so that nothing else inherits.
	runtime.LockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("machine: read affinity: %w", err)
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("machine: start on cores %s: %w", listed(cores), err)
	}
	started := cmd.Start()
	if err := unix.SchedSetaffinity(0, &before); err != nil {
		// The thread stays locked: it ends with its goroutine and harms nobody.
		return errors.Join(started, fmt.Errorf("machine: put thread back: %w", err))
	}
	runtime.UnlockOSThread()
	return started
}
