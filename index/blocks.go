package index

import "strings"

// blocks cuts runs from blocks, one behind the other: a collection marks a block,
// which has no pointers, and not each of some million runs of one or two numbers.
// A block is freed when nobody has a run of it any more. The zero value is empty and
// ready.
type blocks[T any] struct{ rest []T }

// blockItems is how many items a block has. Blocks are to have more than the 512
// bytes up to which an object's mark lies in its own span, where it costs the
// collector another line of memory.
const blockItems = 1024

// cut gives a run of n zero items, without room behind them.
func (b *blocks[T]) cut(n int) []T {
	if n > len(b.rest) {
		b.rest = make([]T, max(n, blockItems))
	}
	run := b.rest[:n:n]
	b.rest = b.rest[n:]
	return run
}

// clone gives a copy of run.
func (b *blocks[T]) clone(run []T) []T {
	same := b.cut(len(run))
	copy(same, run)
	return same
}

// append appends to a list that most often stays at its first item.
func (b *blocks[T]) append(list []T, item T) []T {
	if cap(list) > 0 {
		return append(list, item)
	}
	list = b.cut(1)
	list[0] = item
	return list
}

// stringBlocks keeps strings as blocks keeps runs.
type stringBlocks struct{ block strings.Builder }

// stringBlock is the bytes of a block.
const stringBlock = 4096

// clone gives a copy of s.
func (b *stringBlocks) clone(s string) string {
	if s == "" {
		return ""
	}
	if b.block.Cap()-b.block.Len() < len(s) {
		b.block.Reset()
		b.block.Grow(max(stringBlock, len(s)))
	}
	from := b.block.Len()
	b.block.WriteString(s)
	return b.block.String()[from:]
}
