//go:build !linux

package machine

import (
	"os"
	"os/exec"
)

// What only Linux tells is unknown here, and what only it does is refused.

func processor() string { return Unknown }

func memoryBytes() int64 { return 0 }

func kernel() string { return Unknown }

func load1() float64 { return -1 }

func look([]int) (sight, error) { return sight{}, ErrUnsupported }

func datasync(f *os.File) error { return f.Sync() }

// Look returns ErrUnsupported.
func Look(int) (Process, error) { return Process{}, ErrUnsupported }

// Split returns ErrUnsupported.
func Split() (generator, service []int, err error) { return nil, nil, ErrUnsupported }

// PinSelf returns ErrUnsupported.
func PinSelf([]int) error { return ErrUnsupported }

// PinStart returns ErrUnsupported and starts nothing.
func PinStart(*exec.Cmd, []int) error { return ErrUnsupported }

// FileSystem knows nothing: what nobody knows is not durable.
func FileSystem(string) (name string, durable bool, err error) { return Unknown, false, nil }
