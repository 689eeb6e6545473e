package index

// chunkRows is how many rows are copied when one of them is written: small
// enough that a commit of 64 seats copies some 200 kB, large enough that the
// table of chunks stays short.
const (
	chunkBits = 6
	chunkRows = 1 << chunkBits
	chunkMask = chunkRows - 1
)

// Column is a value per number, immutable, the readers' side.
type Column[T any] struct {
	chunks []*[chunkRows]T
}

// At gives row i, which must be below Rows. It must not be written.
func (c Column[T]) At(i uint32) *T { return &c.chunks[i>>chunkBits][i&chunkMask] }

// Rows gives how many rows there is room for; those never written are zero.
func (c Column[T]) Rows() uint32 { return uint32(len(c.chunks)) << chunkBits }

// column is the writer's side of a Column. The zero value is empty and ready.
type column[T any] struct {
	chunks []*[chunkRows]T
	own    []bool // own[i]: no snapshot has chunks[i] yet
	shared []*[chunkRows]T
	moved  bool // chunks differs from shared
}

// edit gives row i to be written, growing the column to hold it and copying
// its chunk if a snapshot has it.
func (c *column[T]) edit(i uint32) *T {
	k := int(i >> chunkBits)
	for k >= len(c.chunks) {
		c.chunks = append(c.chunks, new([chunkRows]T))
		c.own = append(c.own, true)
		c.moved = true
	}
	if !c.own[k] {
		fresh := *c.chunks[k]
		c.chunks[k] = &fresh
		c.own[k] = true
		c.moved = true
	}
	return &c.chunks[k][i&chunkMask]
}

// at gives row i to be read; i must have been written before.
func (c *column[T]) at(i uint32) *T { return &c.chunks[i>>chunkBits][i&chunkMask] }

// has says whether row i exists.
func (c *column[T]) has(i uint32) bool { return int(i>>chunkBits) < len(c.chunks) }

// share gives the rows as they are now to readers. What is written later is
// written to copies.
func (c *column[T]) share() Column[T] {
	if c.moved {
		c.shared = append([]*[chunkRows]T(nil), c.chunks...)
		clear(c.own)
		c.moved = false
	}
	return Column[T]{c.shared}
}

// Chunk gives the 64 rows from 64*k on, for loops over many; they must be
// below Rows.
func (c Column[T]) Chunk(k uint32) *[chunkRows]T { return c.chunks[k] }
