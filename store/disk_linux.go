package store

import (
	"errors"
	"os"
	"syscall"
)

// syncData syncs what is in a file, and of what is about it what reading needs.
func syncData(f *os.File) error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); !errors.Is(err, syscall.EINTR) {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}

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
