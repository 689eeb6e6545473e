package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"renfort/bench/machine"
)

// process is a service of the bench's own: a child, ended by it.
type process struct {
	pid   int // of renfort itself
	dir   string
	flags []string
	cmd   *exec.Cmd
	said  *tail
}

// start starts a service on a data folder and waits until it is ready. cores
// is where it may run; nil: anywhere.
func start(ctx context.Context, c *Config, dir string, cores []int) (*service, error) {
	flags := []string{"serve", "--addr", "127.0.0.1:0", "--data", dir}
	name, args := c.Binary, flags
	if c.SyncMS > 0 {
		// The kernel sleeps at the end of each sync; nothing else is slowed.
		args = append([]string{"-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e",
			fmt.Sprintf("inject=fdatasync,fsync:delay_exit=%d", int(c.SyncMS*1000)), c.Binary}, flags...)
		name = "strace"
	}
	p := &process{dir: dir, flags: flags, cmd: exec.Command(name, args...), said: &tail{}}
	p.cmd.Stderr = p.said
	p.cmd.SysProcAttr = orphaned()
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	if cores != nil {
		err = machine.PinStart(p.cmd, cores)
	} else {
		err = p.cmd.Start()
	}
	if errors.Is(err, exec.ErrNotFound) && c.SyncMS > 0 {
		return nil, fmt.Errorf("bench: a slept sync needs strace: apt-get install strace: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("bench: start %s: %w", name, err)
	}
	address, err := addressOf(out)
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("bench: %s did not serve: %w: %s", c.Binary, err, p.said)
	}
	p.pid = p.cmd.Process.Pid
	if c.SyncMS > 0 {
		p.pid = childOf(p.pid)
	}
	s := newService(address, c.Key)
	s.own = p
	if err := s.json(ctx, "GET", "/readyz", nil, nil); err != nil {
		p.stop()
		return nil, err
	}
	return s, nil
}

// addressOf reads what a service prints when it is ready.
func addressOf(out io.Reader) (string, error) {
	said := bufio.NewReader(out)
	line, err := said.ReadString('\n')
	found := regexp.MustCompile(`http://[^ ]+`).FindString(line)
	if found == "" {
		return "", errors.Join(err, fmt.Errorf("it said %q", line))
	}
	go func() { _, _ = io.Copy(io.Discard, said) }() // or it blocks once the pipe is full
	return found, nil
}

// childOf gives the only child of a process, 0 if nobody knows.
func childOf(pid int) int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return 0
	}
	child, _ := strconv.Atoi(strings.TrimSpace(string(data)))
	return child
}

// stopMax is how long a service may take to end.
const stopMax = 15 * time.Second

// stop ends it and waits for its end.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	if p.pid != 0 && p.pid != p.cmd.Process.Pid {
		_ = syscall.Kill(p.pid, syscall.SIGTERM)
	}
	kill := time.AfterFunc(stopMax, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("bench: the service ended with %w: %s", err, p.said)
	}
	return nil
}

// tail keeps the last that was written to it. It is safe for concurrent use.
type tail struct {
	mu   sync.Mutex
	last []byte
}

const tailBytes = 4096

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	if extra := len(t.last) - tailBytes; extra > 0 {
		t.last = append(t.last[:0], t.last[extra:]...)
	}
	return len(b), nil
}

// String gives what is kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.last)
}

// newLines reads lines of up to a megabyte.
func newLines(r io.Reader) *bufio.Scanner {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), 1<<20)
	return s
}

// copyDir copies a stopped service's data, so that each repeat begins alike,
// and waits until the disk has it: or what is measured waits for that.
func copyDir(from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return fmt.Errorf("bench: copy %s: %w", filepath.Base(from), err)
	}
	err := filepath.WalkDir(to, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
	if err != nil {
		return fmt.Errorf("bench: sync %s: %w", filepath.Base(to), err)
	}
	return nil
}
