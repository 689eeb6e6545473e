package store_test

import (
	"encoding/binary"
	"errors"
	"math"
	"path/filepath"
	"testing"

	"renfort/mission"
	"renfort/store"
)

// A file that was closed says which of its pages are free, so that the next start
// need not look for them; while it is open it does not, for every commit would write
// them. What it says is looked through before bbolt believes it.
func TestClosedFileSaysWhatIsFree(t *testing.T) {
	dir := closedStore(t)
	path := filepath.Join(dir, store.FileName)
	closed := read(t, path)
	list := freeList(t, closed)
	if n := binary.LittleEndian.Uint16(list[10:]); n == 0 || n >= 300 {
		t.Fatalf("%d pages are free: the test shows little", n)
	}
	cases := []struct {
		name string
		want error
		do   func(file, list []byte)
	}{
		{"as it was left", nil, func(_, _ []byte) {}},
		{"with the count in the list", nil, func(_, list []byte) {
			n := binary.LittleEndian.Uint16(list[10:])
			copy(list[24:], list[16:16+8*int(n)])
			binary.LittleEndian.PutUint16(list[10:], 0xFFFF)
			binary.LittleEndian.PutUint64(list[16:], uint64(n))
		}},
		{"a page in use", store.ErrDamaged, func(file, list []byte) {
			root := binary.LittleEndian.Uint64(newerMeta(t, file)[16:])
			binary.LittleEndian.PutUint64(list[16:], root)
		}},
		{"itself", store.ErrDamaged, func(file, list []byte) {
			binary.LittleEndian.PutUint64(list[16:], binary.LittleEndian.Uint64(list))
		}},
		{"a page twice", store.ErrDamaged, func(_, list []byte) {
			n := binary.LittleEndian.Uint16(list[10:])
			copy(list[16+8*int(n):], list[16:24])
			binary.LittleEndian.PutUint16(list[10:], n+1)
		}},
		{"a page beyond the end", store.ErrDamaged, func(_, list []byte) { binary.LittleEndian.PutUint64(list[16:], 1<<40) }},
		{"more than there is room for", store.ErrDamaged, func(_, list []byte) { binary.LittleEndian.PutUint16(list[10:], 5000) }},
		{"a count beyond all", store.ErrDamaged, func(_, list []byte) {
			binary.LittleEndian.PutUint16(list[10:], 0xFFFF)
			binary.LittleEndian.PutUint64(list[16:], math.MaxUint64/8)
		}},
		{"of another kind", store.ErrDamaged, func(_, list []byte) { binary.LittleEndian.PutUint16(list[8:], 2) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := append([]byte(nil), closed...)
			c.do(file, freeList(t, file))
			write(t, path, file)
			s, err := store.Open(dir, store.Options{NoSync: true, MapBytes: 1 << 22})
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, %v; want %v", s, err, c.want)
			}
			if err != nil {
				return
			}
			mustDo(t, s, mission.PutMission{Mission: someMission("another", 1)})
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			mustBeSound(t, dir)
			freeList(t, read(t, path))
		})
	}
}

// newerMeta gives the meta of the last commit.
func newerMeta(t *testing.T, file []byte) (meta []byte) {
	t.Helper()
	txid := uint64(0)
	for _, page := range [...][]byte{file[:4096], file[4096:8192]} {
		if id := binary.LittleEndian.Uint64(page[16+48:]); id >= txid {
			meta, txid = page[16:], id
		}
	}
	return meta
}

// freeList gives the page on which a file says what is free.
func freeList(t *testing.T, file []byte) []byte {
	t.Helper()
	id := binary.LittleEndian.Uint64(newerMeta(t, file)[32:])
	if id == math.MaxUint64 {
		t.Fatal("the file does not say what is free")
	}
	return file[id*4096 : (id+1)*4096]
}
