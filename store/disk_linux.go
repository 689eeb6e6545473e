package store

import (
	"errors"
	"os"
	"syscall"
	_ "unsafe" // for linkname
)

// syncData syncs what is in a file, and of what is about it what reading needs.
func syncData(f *os.File) error {
	for {
		switch err := fdatasync(f.Fd()); {
		case err == 0:
			return nil
		case !errors.Is(err, syscall.EINTR):
			return os.NewSyscallError("fdatasync", err)
		}
	}
}

// fdatasync is syscall.Fdatasync, but lets others run at once. The runtime takes it
// for a call that returns soon, and leaves its processor to it until its own watch
// comes by, each 10 ms: with one processor the whole process would stand still for
// each sync (bench/NOTES.md has the figures).
//
//go:nosplit
//go:norace
func fdatasync(fd uintptr) syscall.Errno {
	entersyscallblock()
	_, _, err := syscall.RawSyscall(syscall.SYS_FDATASYNC, fd, 0, 0)
	exitsyscall()
	return err
}

// What the runtime does around a call that is known to block. Both are kept for
// others as they are (go.dev/issue/67401).
//
//go:linkname entersyscallblock runtime.entersyscallblock
func entersyscallblock()

//go:linkname exitsyscall runtime.exitsyscall
func exitsyscall()

// allot gives a file room on the disk for its bytes from one to another, where
// the file system can; the file is then at least so long.
func allot(f *os.File, from, to int64) error {
	for {
		switch err := syscall.Fallocate(int(f.Fd()), 0, from, to-from); {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EOPNOTSUPP), errors.Is(err, syscall.ENOSYS):
			return f.Truncate(to)
		default:
			return os.NewSyscallError("fallocate", err)
		}
	}
}
