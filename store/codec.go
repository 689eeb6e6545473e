package store

import (
	"encoding/binary"
	"errors"
	"math"
)

// Records are written by hand: a format byte, then fields in a fixed order.
// Numbers are varints, strings carry their length. Every encoder below has
// its decoder beside it, and a fuzz test that holds them together.

// recordFormat is the first byte of every record. 1: first.
const recordFormat = 1

// errRecord is wrapped by every failure to read a record.
var errRecord = errors.New("store: a damaged record")

func appendUint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }
func appendInt(b []byte, v int64) []byte   { return binary.AppendVarint(b, v) }

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendBytes(b, s []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

func appendStrings(b []byte, ss []string) []byte {
	b = appendUint(b, uint64(len(ss)))
	for _, s := range ss {
		b = appendString(b, s)
	}
	return b
}

// reader reads fields one after the other. Once one cannot be read all that
// follow are zero, and failed says so at the end.
type reader struct {
	b      []byte
	broken bool
}

// open starts on a record, checking its format.
func open(b []byte) reader {
	r := reader{b: b}
	if r.byte() != recordFormat {
		r.broken = true
	}
	return r
}

func (r *reader) byte() byte {
	if r.broken || len(r.b) == 0 {
		r.broken = true
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *reader) bool() bool {
	v := r.byte()
	if v > 1 {
		r.broken = true
	}
	return v == 1
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if r.broken || n <= 0 || appendedLen(v) != n {
		r.broken = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

// uint32 refuses what one cannot hold.
func (r *reader) uint32() uint32 {
	v := r.uint()
	if v > math.MaxUint32 {
		r.broken = true
		return 0
	}
	return uint32(v)
}

// appendedLen is how many bytes a varint takes as we write it: a longer form
// of the same number is not ours, and would hash differently.
func appendedLen(v uint64) int {
	n := 1
	for ; v >= 0x80; v >>= 7 {
		n++
	}
	return n
}

func (r *reader) int() int64 {
	u := r.uint()
	v := int64(u >> 1)
	if u&1 != 0 {
		v = ^v
	}
	return v
}

// bytes gives the field itself, not a copy.
func (r *reader) bytes() []byte {
	n := r.uint()
	if r.broken || n > uint64(len(r.b)) {
		r.broken = true
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) string() string { return string(r.bytes()) }

// count reads a length that at least size bytes each must follow, so that a
// damaged one cannot ask for all memory.
func (r *reader) count(size int) int {
	n := r.uint()
	if r.broken || n > uint64(len(r.b)/size) {
		r.broken = true
		return 0
	}
	return int(n)
}

func (r *reader) strings() []string {
	n := r.count(1)
	if n == 0 {
		return nil
	}
	ss := make([]string, n)
	for i := range ss {
		ss[i] = r.string()
	}
	return ss
}

// word reads an enumerated word by its number.
func (r *reader) word(words []string) string {
	i := int(r.byte())
	if i >= len(words) {
		r.broken = true
		return ""
	}
	return words[i]
}

// failed gives an error if a field could not be read or bytes are left over.
func (r *reader) failed() error {
	if r.broken || len(r.b) != 0 {
		return errRecord
	}
	return nil
}

// wordNumber gives the number by which word reads w back. The doors have
// checked every word, so that an unknown one is our mistake.
func wordNumber(words []string, w string) byte {
	for i, known := range words {
		if w == known {
			return byte(i)
		}
	}
	panic("store: a word that is not one of its kind: " + w)
}
