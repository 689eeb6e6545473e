package index_test

import (
	"testing"
	"unsafe"

	"renfort/index"
)

// Goal: what a search reads most fits lines of the processor's cache, as the
// comments say. Method: their sizes.
func TestRowsFitCacheLines(t *testing.T) {
	const line = 64
	if n := unsafe.Sizeof(index.Node{}); n != line {
		t.Errorf("a node has %d bytes, want %d", n, line)
	}
	if n := unsafe.Sizeof(index.Stand{}); line%n != 0 {
		t.Errorf("a stand has %d bytes, which do not divide a line", n)
	}
}
