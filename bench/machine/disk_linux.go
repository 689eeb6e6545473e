package machine

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// datasync waits until the disk has a file's bytes.
func datasync(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return err
		}
	}
}

// FileSystem names what a folder is on, and says whether a synced file there
// outlives a loss of power, as far as one can know by its kind: not in memory
// (tmpfs, ramfs), not where the mount ignores syncs (an overlay that is
// volatile), and not where nobody knows. A kind that has no name here is its
// number in hexadecimal, and not durable.
func FileSystem(dir string) (name string, durable bool, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return Unknown, false, fmt.Errorf("machine: file system of %s: %w", dir, err)
	}
	kind := uint32(s.Type) // its width differs by architecture
	name, durable = kindOf(kind)
	if kind == unix.OVERLAYFS_SUPER_MAGIC && volatile(dir) {
		durable = false
	}
	return name, durable, nil
}

// kindOf knows the kinds by the number that statfs gives.
func kindOf(kind uint32) (name string, durable bool) {
	const zfs, bcachefs = 0x2fc12fc1, 0xca451a4e // in no header of the kernel's
	switch kind {
	case unix.TMPFS_MAGIC:
		return "tmpfs", false
	case unix.RAMFS_MAGIC:
		return "ramfs", false
	case unix.EXT4_SUPER_MAGIC:
		return "ext4", true // ext2 and ext3 have the same number
	case unix.XFS_SUPER_MAGIC:
		return "xfs", true
	case unix.BTRFS_SUPER_MAGIC:
		return "btrfs", true
	case unix.F2FS_SUPER_MAGIC:
		return "f2fs", true
	case unix.OVERLAYFS_SUPER_MAGIC:
		return "overlay", true
	case unix.NFS_SUPER_MAGIC:
		return "nfs", true
	case unix.FUSE_SUPER_MAGIC:
		return "fuse", false
	case unix.V9FS_MAGIC:
		return "9p", false
	case zfs:
		return "zfs", true
	case bcachefs:
		return "bcachefs", true
	}
	return "0x" + strconv.FormatUint(uint64(kind), 16), false
}

// volatile says whether the folder's mount is told to ignore syncs.
func volatile(dir string) bool {
	var s unix.Stat_t
	if unix.Stat(dir, &s) != nil {
		return false
	}
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return false
	}
	device := fmt.Sprintf(" %d:%d ", unix.Major(uint64(s.Dev)), unix.Minor(uint64(s.Dev)))
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, device) {
			return strings.HasSuffix(strings.TrimSpace(line), ",volatile") || strings.Contains(line, ",volatile,")
		}
	}
	return false
}
