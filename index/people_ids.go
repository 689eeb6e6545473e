package index

import (
	"unsafe"

	"renfort/mission"
)

// idRef is where the letters of an id are: the shard in its 6 highest bits, then
// the block, and 12 bits each for where they begin there and how many they are. 0
// is nobody's.
type idRef uint64

const (
	idBits     = 12
	idMask     = 1<<idBits - 1
	blockShift = 2 * idBits
	shardShift = 58
	idBlock    = 1 << idBits // bytes
)

// The longest id must fit into a block.
const _ = uint(idBlock - 1 - mission.IDBytesMax)

func (r idRef) shard() idRef { return r >> shardShift }

func (r idRef) block() idRef { return r & (1<<shardShift - 1) >> blockShift }

// idBlocks are the letters of a shard's ids, one behind the other. A block is
// let go when none of its ids is known any more. The zero value is empty and ready,
// for shard 0.
type idBlocks struct {
	shard  idRef
	blocks []letters
}

type letters struct {
	text []byte // never written again up to its length: strings of it are out
	live int    // how many ids
}

// add keeps an id of at most mission.IDBytesMax bytes.
func (b *idBlocks) add(id mission.ID) idRef {
	last := len(b.blocks) - 1
	if last < 0 || cap(b.blocks[last].text)-len(b.blocks[last].text) < len(id) {
		if last >= 0 {
			b.letGo(last)
		}
		b.blocks = append(b.blocks, letters{text: make([]byte, 0, idBlock)})
		last++
	}
	l := &b.blocks[last]
	from := len(l.text)
	l.text = append(l.text, id...)
	l.live++
	return b.shard<<shardShift | idRef(last)<<blockShift | idRef(from)<<idBits | idRef(len(id))
}

// at gives an id, "" for 0 and where its block is gone.
func (b *idBlocks) at(r idRef) mission.ID {
	from, n := r>>idBits&idMask, r&idMask
	if n == 0 {
		return ""
	}
	text := b.blocks[r.block()].text
	if len(text) == 0 {
		return ""
	}
	return unsafe.String(&text[from], n)
}

// drop says that an id is not known any more.
func (b *idBlocks) drop(r idRef) {
	block := int(r.block())
	b.blocks[block].live--
	if block < len(b.blocks)-1 {
		b.letGo(block)
	}
}

// letGo gives a full block back if nobody is known by its letters.
func (b *idBlocks) letGo(block int) {
	if b.blocks[block].live == 0 {
		b.blocks[block].text = nil
	}
}
