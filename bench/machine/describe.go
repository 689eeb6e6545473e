package machine

import (
	"errors"
	"runtime"
	"strconv"
	"strings"

	"renfort/bench/result"
)

// Unknown stands for a name that this system does not tell.
const Unknown = "unknown"

// ErrUnsupported is returned by what only Linux can do, elsewhere.
var ErrUnsupported = errors.New("machine: only Linux tells or does this")

// Describe tells what this machine is: the processor's name, the cores that
// this process may use, memory, kernel, and the load of the last minute. What
// it cannot read is Unknown, and 0 for memory, -1 for the load. Pinning and
// Steal are left to the caller.
func Describe() result.Machine {
	return result.Machine{CPU: processor(), Cores: runtime.NumCPU(), MemoryBytes: memoryBytes(), Kernel: kernel(), Load1AtStart: load1()}
}

// Pinned says in words which cores were given to whom, as in "generator on
// core 1, service on cores 0,2"; "" if neither was given any.
func Pinned(generator, service []int) string {
	var parts []string
	for _, side := range [...]struct {
		name  string
		cores []int
	}{{"generator", generator}, {"service", service}} {
		switch len(side.cores) {
		case 0:
		case 1:
			parts = append(parts, side.name+" on core "+strconv.Itoa(side.cores[0]))
		default:
			parts = append(parts, side.name+" on cores "+listed(side.cores))
		}
	}
	return strings.Join(parts, ", ")
}

// listed writes cores with commas.
func listed(cores []int) string {
	words := make([]string, len(cores))
	for i, c := range cores {
		words[i] = strconv.Itoa(c)
	}
	return strings.Join(words, ",")
}
