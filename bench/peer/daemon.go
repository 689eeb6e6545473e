package peer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"time"
)

// ErrMissing is wrapped by what says that a program or library is not
// installed here, and which package has it.
var ErrMissing = errors.New("peer: not installed here")

// daemon is another engine's process, started in a folder of its own and
// ended by its number.
type daemon struct {
	process *exec.Cmd
	dir     string
	ended   chan struct{} // closed once it has ended
	err     error         // how, once it has
}

// daemonWait is how long a process has to start, and to end.
const daemonWait = 30 * time.Second

// newHome makes a folder for a daemon, owned by whom it runs as: PostgreSQL
// refuses to run as root. It lies where temporary files do, because nobody else
// may enter the folder of a run.
func newHome(name string) (dir string, as *syscall.Credential, err error) {
	if dir, err = os.MkdirTemp("", "renfort-"+name+"-"); err != nil {
		return "", nil, fmt.Errorf("peer: %s: %w", name, err)
	}
	if os.Getuid() != 0 {
		return dir, nil, nil
	}
	if as, err = unprivileged(name); err == nil {
		err = os.Chown(dir, int(as.Uid), int(as.Gid))
	}
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("peer: %s: %w", name, err), os.RemoveAll(dir))
	}
	return dir, as, nil
}

// unprivileged finds the user that Debian made for an engine, or nobody.
func unprivileged(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

// command is a program run in the daemon's folder, as its user.
func command(ctx context.Context, dir string, as *syscall.Credential, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	c.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	c.Env = append(os.Environ(), "HOME="+dir, "LC_ALL=C.UTF-8")
	return c
}

// start runs a process until stop. What it says goes to a file of its folder.
func start(process *exec.Cmd, dir string) (*daemon, error) {
	said, err := os.Create(dir + "/said.txt")
	if err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	defer said.Close()
	process.Stdout, process.Stderr = said, said
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	d := &daemon{process: process, dir: dir, ended: make(chan struct{})}
	go func() {
		d.err = process.Wait()
		close(d.ended)
	}()
	return d, nil
}

// await tries until the daemon answers.
func (d *daemon) await(ctx context.Context, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, daemonWait)
	defer cancel()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-d.ended:
			return fmt.Errorf("peer: %s ended: %w: %s", d.process.Path, d.err, d.said())
		case <-ctx.Done():
			return fmt.Errorf("peer: %s does not answer: %w: %s", d.process.Path, err, d.said())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// said gives what the daemon wrote.
func (d *daemon) said() []byte {
	text, err := os.ReadFile(d.dir + "/said.txt")
	if err != nil {
		return []byte(err.Error())
	}
	return text
}

// stop ends the process by its number, and removes its folder.
func (d *daemon) stop(by os.Signal) error {
	err := d.process.Process.Signal(by)
	select {
	case <-d.ended:
	case <-time.After(daemonWait):
		err = errors.Join(err, d.process.Process.Kill())
		<-d.ended
	}
	return errors.Join(err, os.RemoveAll(d.dir))
}
