//go:build !linux

package store

import "os"

// syncData syncs a file.
func syncData(f *os.File) error { return f.Sync() }

// allot makes a file so long; whether the disk has room shows when it is written.
func allot(f *os.File, _, to int64) error { return f.Truncate(to) }
