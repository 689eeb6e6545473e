package machine_test

// What is told of a machine is true of the one that runs the test: its own
// threads, files, connections and processor time are known here otherwise.

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"renfort/bench/machine"
)

func TestDescribe(t *testing.T) {
	got := machine.Describe()
	if got.Cores < 1 || got.MemoryBytes < 1<<20 || !strings.HasPrefix(got.Kernel, "Linux ") || got.Load1AtStart < 0 || got.CPU == "" {
		t.Errorf("got %+v", got)
	}
}

func TestLook(t *testing.T) {
	before := look(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	kept := make([]byte, 32<<20)
	for i := range kept {
		kept[i] = byte(i)
	}
	burn(20 * time.Millisecond)
	after := look(t)
	if after.Files-before.Files < 2 {
		t.Errorf("a socket and a file more: got %+v, before %+v", after, before)
	}
	if grown := after.AnonBytes - before.AnonBytes; grown < 24<<20 {
		t.Errorf("32 MB more: got %d bytes", grown)
	}
	if used := after.CPUSeconds - before.CPUSeconds; used < 0.01 {
		t.Errorf("used %g s of processor time, want at least 0.01", used)
	}
	if after.Threads < 1 || kept[1] != 1 {
		t.Errorf("got %+v", after)
	}
	if _, err := machine.Look(1 << 30); err == nil {
		t.Error("a process that is not there: got no error")
	}
}

// look looks at this process.
func look(t *testing.T) machine.Process {
	t.Helper()
	p, err := machine.Look(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// burn uses so much processor time.
func burn(much time.Duration) {
	p, err := machine.Look(os.Getpid())
	for until := p.CPUSeconds + much.Seconds(); err == nil && p.CPUSeconds < until; {
		p, err = machine.Look(os.Getpid())
	}
}

// Shares are shares, whoever else works here meanwhile.
func TestWatch(t *testing.T) {
	w := machine.Begin(os.Getpid(), os.Getppid())
	burn(100 * time.Millisecond)
	s := w.End()
	if s.OthersShare < 0 || s.OthersShare > 1 || s.StolenShare < 0 || s.StolenShare > 1 || s.ThrottledUS < 0 {
		t.Errorf("got %+v, want shares from 0 to 1", s)
	}
	if s := machine.Begin(1 << 30).End(); s.OthersShare != -1 {
		t.Errorf("a process that is not there: got %+v, want others unknown", s)
	}
}

// A child started on a core is on that core alone, and we are where we were.
func TestPinStart(t *testing.T) {
	generator, service, err := machine.Split()
	if err != nil {
		t.Skip(err) // a single core
	}
	before := allowed(t, "/proc/self/task")
	cmd := exec.Command("cat", "/proc/self/status")
	out := &strings.Builder{}
	cmd.Stdout = out
	if err := machine.PinStart(cmd, service[:1]); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if got, want := cpusAllowed(out.String()), strconv.Itoa(service[0]); got != want {
		t.Errorf("the child may use cores %s, want %s", got, want)
	}
	for task, cores := range allowed(t, "/proc/self/task") {
		if was, ok := before[task]; ok && was != cores {
			t.Errorf("thread %s may use %s; before the child it was %s", task, cores, was)
		}
	}
	if len(generator) == 0 {
		t.Error("the generator has no core")
	}
	for _, cores := range [][]int{nil, {-1}, {1 << 20}} {
		if err := machine.PinStart(exec.Command("true"), cores); err == nil {
			t.Errorf("start on cores %v: got no error", cores)
		}
	}
}

// pinnedEnv makes this test binary the child that pins itself.
const pinnedEnv = "RENFORT_TEST_PIN"

// Every thread of a process that pins itself is pinned, those that come later
// among them. It is another process, so that this one is left where it is.
func TestPinSelf(t *testing.T) {
	generator, _, err := machine.Split()
	if err != nil {
		t.Skip(err) // a single core
	}
	if os.Getenv(pinnedEnv) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestPinSelf$", "-test.v")
		cmd.Env = append(os.Environ(), pinnedEnv+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	if err := machine.PinSelf(generator[:1]); err != nil {
		t.Fatal(err)
	}
	// Sleeping processes keep a thread each, begun after the pinning.
	for range 8 {
		go func() { _ = exec.Command("sleep", "0.2").Run() }()
	}
	_ = exec.Command("sleep", "0.1").Run()
	for task, cores := range allowed(t, "/proc/self/task") {
		if want := strconv.Itoa(generator[0]); cores != want {
			t.Errorf("thread %s may use %s, want %s", task, cores, want)
		}
	}
}

// allowed reads the cores of every thread.
func allowed(t *testing.T, dir string) map[string]string {
	t.Helper()
	tasks, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	cores := map[string]string{}
	for _, task := range tasks {
		if text, err := os.ReadFile(filepath.Join(dir, task.Name(), "status")); err == nil {
			cores[task.Name()] = cpusAllowed(string(text))
		}
	}
	return cores
}

// cpusAllowed reads one line of a status.
func cpusAllowed(status string) string {
	_, rest, _ := strings.Cut(status, "Cpus_allowed_list:")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}

func TestFileSystem(t *testing.T) {
	if name, _, err := machine.FileSystem(t.TempDir()); err != nil || name == machine.Unknown {
		t.Errorf("got %s, %v", name, err)
	}
	if name, durable, err := machine.FileSystem("/proc"); err != nil || durable {
		t.Errorf("/proc: got %s, durable %v, %v; want what nobody calls durable", name, durable, err)
	}
	if name, durable, err := machine.FileSystem("/dev/shm"); err == nil && (name != "tmpfs" || durable) {
		t.Errorf("/dev/shm: got %s, durable %v; want tmpfs, not durable", name, durable)
	}
	if _, _, err := machine.FileSystem(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a folder that is not there: got no error")
	}
}
