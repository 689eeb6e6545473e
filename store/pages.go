package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// bbolt trusts its pages: one that is not what its parent says takes the
// process down, and one that was cut off makes the map fault. So a file is
// looked through by plain reads before bbolt gets it: that every page that
// can be reached is inside the file, of its kind, reached once, and has its
// keys in order; and that what it calls free is reached by nothing else. What is in
// values is for Check.

// The layout of bbolt's pages, format 2.
const (
	boltMagic       = 0xED0CDAED
	boltVersion     = 2
	pageHeaderBytes = 16
	elementBytes    = 16
	metaSumBytes    = 56 // of the meta before its checksum
	branchFlag      = 0x01
	leafFlag        = 0x02
	freeFlag        = 0x10
	bucketFlag      = 0x01
	inBucketBytes   = 16
	pageDepthMax    = 64
	freeCountMore   = 0xFFFF         // as many are free as the first of them says
	noFreePage      = math.MaxUint64 // the file does not say what is free
)

// boltMeta is what we read of a meta page.
type boltMeta struct {
	pageSize, root, free, high, txid uint64
}

// pageWalk looks through one file, on all cores.
type pageWalk struct {
	file  *os.File
	meta  boltMeta
	seen  []uint64      // bit i for page i, atomic
	hands chan struct{} // a place for each goroutine beside the first
	views sync.Pool     // of *pageView: a large file has a million pages
}

// pageView is the memory of one look at a page, for as long as what hangs on it
// is looked through.
type pageView struct {
	bytes        []byte
	keys, values [][]byte // parts of bytes, or of a bucket inside it; a branch has no values
}

// read fills the view with n bytes of the file, at an offset.
func (v *pageView) read(f *os.File, at int64, n uint64) (read int, err error) {
	v.bytes = slices.Grow(v.bytes[:0], int(n))[:n]
	return f.ReadAt(v.bytes, at)
}

// view gives memory for a look.
func (w *pageWalk) view() *pageView {
	if v, ok := w.views.Get().(*pageView); ok {
		return v
	}
	return new(pageView)
}

// checkPages looks through the file's pages. An error wraps ErrDamaged.
func checkPages(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer f.Close()
	w := pageWalk{file: f, hands: make(chan struct{}, runtime.GOMAXPROCS(0)-1)}
	if err := w.readMeta(); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if size := uint64(info.Size()); size/w.meta.pageSize < w.meta.high {
		return fmt.Errorf("%w: it has %d bytes and should have %d: it was cut off", ErrDamaged, size, w.meta.high*w.meta.pageSize)
	}
	w.seen = make([]uint64, w.meta.high/64+1)
	if err := w.page(w.meta.root, 0, nil, nil); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := w.free(); err != nil {
		return fmt.Errorf("%w: the list of free pages: %w", ErrDamaged, err)
	}
	return nil
}

// free looks through the pages that the file calls free, if it says which: none may
// be in use.
func (w *pageWalk) free() error {
	if w.meta.free == noFreePage {
		return nil
	}
	v := w.view()
	defer w.views.Put(v)
	if err := w.fetch(v, w.meta.free); err != nil {
		return err
	}
	le := binary.LittleEndian
	if flags := le.Uint16(v.bytes[8:]); flags != freeFlag {
		return fmt.Errorf("page %d is of another kind: flags %#x", w.meta.free, flags)
	}
	ids, n := v.bytes[pageHeaderBytes:], uint64(le.Uint16(v.bytes[10:]))
	if n == freeCountMore {
		n, ids = le.Uint64(ids), ids[8:]
	}
	if n > uint64(len(ids)/8) {
		return fmt.Errorf("page %d has no room for %d", w.meta.free, n)
	}
	for ; n > 0; n, ids = n-1, ids[8:] {
		id := le.Uint64(ids)
		if id < 2 || id >= w.meta.high {
			return fmt.Errorf("there is no page %d", id)
		}
		if !w.reach(id) {
			return fmt.Errorf("page %d is in use, or in it twice", id)
		}
	}
	return nil
}

// readMeta finds the newer of the two meta pages that is whole.
func (w *pageWalk) readMeta() error {
	found := false
	for _, at := range [...]int64{0, int64(os.Getpagesize())} {
		buf := make([]byte, pageHeaderBytes+metaSumBytes+8)
		if _, err := w.file.ReadAt(buf, at); err != nil {
			continue
		}
		if m, ok := parseMeta(buf[pageHeaderBytes:]); ok && (!found || m.txid > w.meta.txid) {
			w.meta, found = m, true
		}
	}
	if !found {
		return errors.New("no meta page is whole")
	}
	return nil
}

func parseMeta(b []byte) (m boltMeta, ok bool) {
	le := binary.LittleEndian
	sum := fnv.New64a()
	sum.Write(b[:metaSumBytes])
	if le.Uint32(b) != boltMagic || le.Uint32(b[4:]) != boltVersion || sum.Sum64() != le.Uint64(b[metaSumBytes:]) {
		return m, false
	}
	m = boltMeta{pageSize: uint64(le.Uint32(b[8:])), root: le.Uint64(b[16:]), free: le.Uint64(b[32:]), high: le.Uint64(b[40:]), txid: le.Uint64(b[48:])}
	return m, m.pageSize >= 1024 && m.pageSize <= 1<<20
}

// page looks through a page and all below it. Keys must be from least (nil
// for none) up to before most.
func (w *pageWalk) page(id uint64, depth int, least, most []byte) error {
	if depth > pageDepthMax {
		return fmt.Errorf("page %d cannot be at depth %d", id, depth)
	}
	v := w.view()
	defer w.views.Put(v)
	if err := w.fetch(v, id); err != nil {
		return err
	}
	if err := w.elements(v, v.bytes, depth, least, most); err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

// fetch reads a page with all that belongs to it, which nothing else may have reached.
func (w *pageWalk) fetch(v *pageView, id uint64) error {
	if id < 2 || id >= w.meta.high {
		return fmt.Errorf("there is no page %d", id)
	}
	at := int64(id * w.meta.pageSize)
	if _, err := v.read(w.file, at, w.meta.pageSize); err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	b, le := v.bytes, binary.LittleEndian
	more := uint64(le.Uint32(b[12:]))
	if le.Uint64(b) != id || id+more >= w.meta.high {
		return fmt.Errorf("page %d says that it is page %d with %d more", id, le.Uint64(b), more)
	}
	for i := id; i <= id+more; i++ {
		if !w.reach(i) {
			return fmt.Errorf("page %d is reached twice", i)
		}
	}
	if more > 0 {
		n, err := v.read(w.file, at, (1+more)*w.meta.pageSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("page %d: %w", id, err)
		}
		clear(v.bytes[n:]) // of a look before
	}
	return nil
}

// reach notes that a page was reached, and says whether it is the first time.
func (w *pageWalk) reach(id uint64) bool {
	bit := uint64(1) << (id % 64)
	return atomic.OrUint64(&w.seen[id/64], bit)&bit == 0
}

// elements looks through what a page, or a bucket inside a value, holds. What hangs on
// its elements is looked through by another goroutine where one is free; of several
// errors it gives the first element's.
func (w *pageWalk) elements(v *pageView, b []byte, depth int, least, most []byte) error {
	le := binary.LittleEndian
	if len(b) < pageHeaderBytes {
		return errors.New("is cut off")
	}
	flags, count := le.Uint16(b[8:]), int(le.Uint16(b[10:]))
	if flags != branchFlag && flags != leafFlag || flags == branchFlag && count == 0 {
		return fmt.Errorf("is of no known kind: flags %#x, %d elements", flags, count)
	}
	if len(b) < pageHeaderBytes+count*elementBytes {
		return fmt.Errorf("has no room for %d elements", count)
	}
	if err := v.cut(b, flags, count); err != nil {
		return err
	}
	keys := v.keys
	for i, k := range keys {
		if bytes.Compare(k, least) < 0 || i > 0 && bytes.Compare(keys[i-1], k) >= 0 || most != nil && bytes.Compare(k, most) >= 0 {
			return fmt.Errorf("key %d is out of order", i)
		}
	}
	var errs []error
	var away sync.WaitGroup
	for i := range keys {
		e := b[pageHeaderBytes+i*elementBytes:]
		if flags == leafFlag && le.Uint32(e)&bucketFlag == 0 {
			continue // nothing hangs on it
		}
		if errs == nil {
			errs = make([]error, count)
		}
		look := func() { errs[i] = w.below(e, flags, v, i, depth, most) }
		select {
		case w.hands <- struct{}{}:
			away.Go(func() {
				look()
				<-w.hands
			})
		default:
			look()
		}
	}
	away.Wait()
	return firstOf(errs)
}

func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// cut cuts the keys and values out of b.
func (v *pageView) cut(b []byte, flags uint16, count int) error {
	le := binary.LittleEndian
	v.keys, v.values = v.keys[:0], v.values[:0]
	for i := range count {
		from := pageHeaderBytes + i*elementBytes
		e := b[from:]
		pos, ksize, vsize := int(le.Uint32(e)), int(le.Uint32(e[4:])), 0
		if flags == leafFlag {
			pos, ksize, vsize = int(le.Uint32(e[4:])), int(le.Uint32(e[8:])), int(le.Uint32(e[12:]))
		}
		if from+pos+ksize+vsize > len(b) {
			return fmt.Errorf("element %d points out of it", i)
		}
		v.keys = append(v.keys, b[from+pos:from+pos+ksize])
		v.values = append(v.values, b[from+pos+ksize:from+pos+ksize+vsize])
	}
	return nil
}

// below goes from element i, which e begins, to what hangs on it: a child of
// a branch, or a bucket in a leaf.
func (w *pageWalk) below(e []byte, flags uint16, v *pageView, i, depth int, most []byte) error {
	le := binary.LittleEndian
	if flags == branchFlag {
		if i+1 < len(v.keys) {
			most = v.keys[i+1]
		}
		return w.page(le.Uint64(e[8:]), depth+1, v.keys[i], most)
	}
	bucket := v.values[i]
	if len(bucket) < inBucketBytes {
		return fmt.Errorf("bucket %q is cut off", v.keys[i])
	}
	if root := le.Uint64(bucket); root != 0 {
		return w.page(root, depth+1, nil, nil)
	}
	inside := w.view()
	defer w.views.Put(inside)
	return w.elements(inside, bucket[inBucketBytes:], depth+1, nil, nil)
}
