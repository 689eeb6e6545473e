package index

import "unsafe"

// chunkRows is how many rows are copied when one of them is written: small
// enough that a commit of 64 seats copies some 200 kB. As many chunks are a
// group: what a commit copies of the table of chunks is that of the groups that
// it wrote to, however many rows there are.
const (
	chunkBits = 6
	chunkRows = 1 << chunkBits
	chunkMask = chunkRows - 1
)

// chunk is rows, and group a part of the table of them.
type (
	chunk[T any] [chunkRows]T
	group[T any] [chunkRows]*chunk[T]
)

// Column is a value per number, immutable, the readers' side.
type Column[T any] struct {
	groups []*group[T]
	chunks uint32
}

// At gives row i, which must be below Rows. It must not be written. The row's
// place is reckoned by hand: to index a chunk would read its beginning first,
// to see that it is there, and that is another line to be fetched.
func (c Column[T]) At(i uint32) *T {
	var row T
	const pointer = unsafe.Sizeof(uintptr(0))
	at := *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(c.groups[i>>(2*chunkBits)]), uintptr(i>>chunkBits&chunkMask)*pointer))
	return (*T)(unsafe.Add(at, uintptr(i&chunkMask)*unsafe.Sizeof(row)))
}

// Rows gives how many rows there is room for; those never written are zero.
func (c Column[T]) Rows() uint32 { return c.chunks << chunkBits }

// Chunk gives the 64 rows from 64*k on, for loops over many; they must be
// below Rows.
func (c Column[T]) Chunk(k uint32) *[chunkRows]T {
	return (*[chunkRows]T)(c.groups[k>>chunkBits][k&chunkMask])
}

// column is the writer's side of a Column. The zero value is empty and ready.
type column[T any] struct {
	groups []*group[T]
	chunks int
	own    []bool // own[k]: no snapshot has chunk k yet
	tables []bool // tables[g]: no snapshot has groups[g] yet
	shared []*group[T]
	moved  bool // groups differs from shared
}

// edit gives row i to be written, growing the column to hold it and copying
// its chunk if a snapshot has it.
func (c *column[T]) edit(i uint32) *T {
	k := int(i >> chunkBits)
	for k >= c.chunks {
		if c.chunks&chunkMask == 0 {
			c.groups, c.tables = append(c.groups, new(group[T])), append(c.tables, true)
			c.moved = true
		}
		c.table(c.chunks)[c.chunks&chunkMask] = new(chunk[T])
		c.own = append(c.own, true)
		c.chunks++
	}
	rows := c.groups[k>>chunkBits][k&chunkMask]
	if !c.own[k] {
		fresh := *rows
		rows = &fresh
		c.table(k)[k&chunkMask] = rows
		c.own[k] = true
	}
	return &rows[i&chunkMask]
}

// table gives the group of chunk k to be written.
func (c *column[T]) table(k int) *group[T] {
	g := k >> chunkBits
	if !c.tables[g] {
		fresh := *c.groups[g]
		c.groups[g] = &fresh
		c.tables[g] = true
		c.moved = true
	}
	return c.groups[g]
}

// at gives row i to be read; i must have been written before.
func (c *column[T]) at(i uint32) *T {
	return &c.groups[i>>(2*chunkBits)][i>>chunkBits&chunkMask][i&chunkMask]
}

// rows gives chunk k, which must exist; of one that edit gave a row of, they may
// be written.
func (c *column[T]) rows(k uint32) *chunk[T] { return c.groups[k>>chunkBits][k&chunkMask] }

// written gives the chunks that were written to since the last share, in order.
func (c *column[T]) written(yield func(k uint32) bool) {
	for g, mine := range c.tables {
		if !mine {
			continue
		}
		first := g << chunkBits
		for k, own := range c.own[first:min(first+chunkRows, c.chunks)] {
			if own && !yield(uint32(first+k)) {
				return
			}
		}
	}
}

// has says whether row i exists.
func (c *column[T]) has(i uint32) bool { return int(i>>chunkBits) < c.chunks }

// share gives the rows as they are now to readers. What is written later is
// written to copies.
func (c *column[T]) share() Column[T] {
	if c.moved {
		c.shared = append([]*group[T](nil), c.groups...)
		clear(c.own)
		clear(c.tables)
		c.moved = false
	}
	return Column[T]{c.shared, uint32(c.chunks)}
}
