package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// JournalName is the name of the journal, which lies beside the data file while
// a store is open, and after a crash until the next Open.
const JournalName = "renfort.journal"

const (
	journalMagic   = "renfort journal\n"
	journalVersion = 1
	headBytes      = 4096          // room for one of the two heads
	ringFrom       = 2 * headBytes // where the ring begins
	frameHead      = 16            // crc, length, number
)

// crcTable is of the polynomial that processors know.
func crcTable() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// errNoRoom is returned where a frame does not fit beside those that are needed.
var errNoRoom = errors.New("store: the journal is full")

// syncer makes what was written to a file durable.
type syncer func(*os.File) error

// journal is a ring of frames on the disk, one for each batch that was agreed
// since its base: what it wrote, key by key. The base is the last state of the
// data file that is on the disk as a whole. One goroutine at a time may use it,
// but for rebase, which may run beside.
type journal struct {
	file  *os.File
	path  string
	fresh bool // it does not have its name yet
	sync  syncer
	size  int64 // of the ring

	mu   sync.Mutex // guards base
	base base       // as the newest head has it
	at   int64      // where the next frame goes, from the ring's beginning
	next uint64     // its number
	buf  []byte     // of a frame
}

// base is a state of the data file that is whole on the disk, and where the
// frames after it begin.
type base struct {
	count  uint64 // of heads written: the two places take turns
	meta   []byte // bbolt's meta page of that state, without the rest of the page
	page   int64  // bbolt's page size
	seq    uint64
	hash   uint64 // of the state, by which the file is known to be the journal's
	at     int64
	next   uint64
	format byte
}

// createJournal makes a journal without a base under path, as a whole.
func createJournal(path string, size int64, sync syncer) (*journal, error) {
	temp := path + ".new"
	f, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: journal: %w", err)
	}
	j := &journal{file: f, path: path, sync: sync, size: size, next: 1, fresh: true}
	if err := j.clear(); err != nil {
		return nil, errors.Join(fmt.Errorf("store: journal: %w", err), f.Close(), os.Remove(temp))
	}
	return j, nil
}

// clear writes zeros over all of it: a sync of what has its place on the disk
// costs no change of the file system.
func (j *journal) clear() error {
	zeros := make([]byte, 1<<20)
	for at := int64(0); at < ringFrom+j.size; at += int64(len(zeros)) {
		if _, err := j.file.WriteAt(zeros[:min(int64(len(zeros)), ringFrom+j.size-at)], at); err != nil {
			return err
		}
	}
	return j.sync(j.file)
}

// name gives a new journal, which has a base by now, its name.
func (j *journal) name() error {
	if !j.fresh {
		return nil
	}
	if err := os.Rename(j.path+".new", j.path); err != nil {
		return fmt.Errorf("store: journal: %w", err)
	}
	j.fresh = false
	return syncDir(filepath.Dir(j.path))
}

// openJournal opens a journal and reads its base; nil if there is none.
func openJournal(path string, sync syncer) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("store: journal: %w", err)
	}
	j := &journal{file: f, path: path, sync: sync}
	found := false
	for i := range int64(2) {
		b := make([]byte, headBytes)
		if _, err := f.ReadAt(b, i*headBytes); err != nil && !errors.Is(err, io.EOF) {
			_ = f.Close() // err is what went wrong
			return nil, fmt.Errorf("store: journal: %w", err)
		}
		if head, size, ok := decodeBase(b); ok && (!found || head.count > j.base.count) {
			j.base, j.size, found = head, size, true
		}
	}
	if found && j.base.format <= Format {
		j.at, j.next = j.base.at, j.base.next
		return j, nil
	}
	_ = f.Close() // nothing was written
	if found {
		return nil, fmt.Errorf("%w: its journal is of format %d, and this version knows %d", ErrNewer, j.base.format, Format)
	}
	return nil, fmt.Errorf("%w: its journal has no beginning that is whole", ErrDamaged)
}

// still says whether the journal is the one that its name leads to: a process that
// closes the store takes it away.
func (j *journal) still() error {
	named, err := os.Stat(j.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("store: journal: %w", err)
	}
	opened, err2 := j.file.Stat()
	if err2 != nil {
		return fmt.Errorf("store: journal: %w", err2)
	}
	if err != nil || !os.SameFile(named, opened) {
		return fmt.Errorf("%w: another process has just closed it", ErrInUse)
	}
	return nil
}

func appendBase(b []byte, h *base, size int64) []byte {
	b = append(b, journalMagic...)
	b = append(b, journalVersion, h.format)
	for _, v := range [...]uint64{h.count, uint64(h.page), h.seq, h.hash, uint64(h.at), h.next, uint64(size)} {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	b = append(b, h.meta...)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, crcTable()))
}

// headLength is how long appendBase's is.
const headLength = len(journalMagic) + 2 + 7*8 + metaPageBytes + 4

func decodeBase(b []byte) (h base, size int64, ok bool) {
	sum := headLength - 4
	if len(b) < headLength || string(b[:len(journalMagic)]) != journalMagic || b[len(journalMagic)] != journalVersion ||
		crc32.Checksum(b[:sum], crcTable()) != binary.BigEndian.Uint32(b[sum:]) {
		return h, 0, false
	}
	h.format, b = b[len(journalMagic)+1], b[len(journalMagic)+2:]
	word := func(i int) uint64 { return binary.BigEndian.Uint64(b[8*i:]) }
	h.count, h.page, h.seq, h.hash, h.at, h.next, size = word(0), int64(word(1)), word(2), word(3), int64(word(4)), word(5), int64(word(6))
	h.meta = b[7*8:][:metaPageBytes:metaPageBytes]
	return h, size, size > 0 && h.at <= size
}

// rebase writes a base over the older of the two heads, syncs it, and goes on
// with it.
func (j *journal) rebase(to *base) error {
	head := appendBase(make([]byte, 0, headLength), to, j.size)
	if _, err := j.file.WriteAt(head, int64(to.count%2)*headBytes); err != nil {
		return fmt.Errorf("store: journal: %w", err)
	}
	if err := j.sync(j.file); err != nil {
		return fmt.Errorf("store: journal: %w", err)
	}
	j.mu.Lock()
	j.base = *to
	j.mu.Unlock()
	return nil
}

// append writes a frame and syncs it.
func (j *journal) append(ops []byte) error {
	need := int64(frameHead + len(ops))
	at, ok := j.place(need)
	if !ok {
		return errNoRoom
	}
	b := append(j.buf[:0], 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(len(ops)))
	b = binary.BigEndian.AppendUint64(b, j.next)
	b = append(b, ops...)
	binary.BigEndian.PutUint32(b, crc32.Checksum(b[4:], crcTable()))
	j.buf = b
	if _, err := j.file.WriteAt(b, ringFrom+at); err != nil {
		return fmt.Errorf("store: journal: %w", err)
	}
	if err := j.sync(j.file); err != nil {
		return fmt.Errorf("store: journal: %w", err)
	}
	j.at, j.next = at+need, j.next+1
	return nil
}

// place gives where a frame of so many bytes goes: behind the last, or at the
// ring's beginning; never over one that is needed.
func (j *journal) place(need int64) (at int64, ok bool) {
	from := j.from().at
	if j.at < from { // around the end already
		return j.at, j.at+need < from
	}
	if j.at+need <= j.size {
		return j.at, true
	}
	return 0, need < from
}

// from gives the base.
func (j *journal) from() base {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.base
}

// used is how many bytes of the ring are needed.
func (j *journal) used() int64 {
	used := j.at - j.from().at
	if used < 0 {
		used += j.size
	}
	return used
}

// replay visits the frames after the base, in order. What follows the last whole
// one was never agreed.
func (j *journal) replay(visit func(ops []byte) error) error {
	ring := make([]byte, j.size)
	if _, err := io.ReadFull(io.NewSectionReader(j.file, ringFrom, j.size), ring); err != nil {
		return fmt.Errorf("%w: its journal: %w", ErrDamaged, err)
	}
	j.at, j.next = j.base.at, j.base.next
	for {
		at := j.at
		ops, ok := frameAt(ring, at, j.next)
		if !ok {
			at = 0
			ops, ok = frameAt(ring, at, j.next)
		}
		if !ok {
			return nil
		}
		if err := visit(ops); err != nil {
			return err
		}
		j.at, j.next = at+int64(frameHead+len(ops)), j.next+1
	}
}

// frameAt gives what the frame of a number has, if it lies there as a whole.
func frameAt(ring []byte, at int64, number uint64) (ops []byte, ok bool) {
	if at+frameHead > int64(len(ring)) {
		return nil, false
	}
	b := ring[at:]
	n := int64(binary.BigEndian.Uint32(b[4:]))
	if n == 0 || frameHead+n > int64(len(b)) || binary.BigEndian.Uint64(b[8:]) != number {
		return nil, false
	}
	b = b[:frameHead+n]
	return b[frameHead:], crc32.Checksum(b[4:], crcTable()) == binary.BigEndian.Uint32(b)
}

// appendOp adds what was written under a key to a frame; nothing is written
// where it was removed.
func appendOp(ops []byte, b bucketID, removed bool, key, value []byte) []byte {
	what := byte(b)
	if removed {
		what |= opRemoved
	}
	ops = append(ops, what)
	ops = append(binary.AppendUvarint(ops, uint64(len(key))), key...)
	if removed {
		return ops
	}
	return append(binary.AppendUvarint(ops, uint64(len(value))), value...)
}

const opRemoved = 0x80

// errFrame is a frame that is whole and makes no sense.
func errFrame() error { return fmt.Errorf("%w: a frame of its journal cannot be read", ErrDamaged) }

// eachOp visits what a frame has.
func eachOp(ops []byte, visit func(b bucketID, removed bool, key, value []byte) error) error {
	part := func() ([]byte, bool) {
		n, size := binary.Uvarint(ops)
		if size <= 0 || n > uint64(len(ops)-size) {
			return nil, false
		}
		p := ops[size:][:n:n]
		ops = ops[size+int(n):]
		return p, true
	}
	for len(ops) > 0 {
		b, removed := bucketID(ops[0]&^opRemoved), ops[0]&opRemoved != 0
		ops = ops[1:]
		key, ok := part()
		var value []byte
		if ok && !removed {
			value, ok = part()
		}
		if !ok || b >= bucketCount {
			return errFrame()
		}
		if err := visit(b, removed, key, value); err != nil {
			return err
		}
	}
	return nil
}
