//go:build !linux

package bench

import "syscall"

// orphaned asks for nothing here: an orphan stays.
func orphaned() *syscall.SysProcAttr { return nil }
