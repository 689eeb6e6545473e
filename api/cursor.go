package api

import (
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// cursorVersion changes when positions change their meaning.
const cursorVersion = 1

// cursorSalt keeps a checksum from being right by chance or by habit. It is
// no secret: a cursor gives no rights.
const cursorSalt = 0x72656e666f7274

// cursorHead is version, walk and checksum; the position follows.
const cursorHead = 1 + 8 + 8

// cursorTextMax bounds what is looked at.
const cursorTextMax = 1_024

// encodeCursor gives a position as text of A-Z a-z 0-9 - _. walk is a hash of
// the route and its filters, so that one walk's cursor is refused by another.
func encodeCursor(walk uint64, after string) string {
	b := make([]byte, cursorHead, cursorHead+len(after))
	b[0] = cursorVersion
	binary.BigEndian.PutUint64(b[1:], walk)
	b = append(b, after...)
	binary.BigEndian.PutUint64(b[9:], cursorSum(walk, b[cursorHead:]))
	return base64.RawURLEncoding.EncodeToString(b)
}

// cursorSum covers the version and the walk too, so that no part of a cursor
// can be exchanged for another's.
func cursorSum(walk uint64, after []byte) uint64 {
	var d xxhash.Digest
	d.ResetWithSeed(cursorSalt)
	var w [9]byte
	w[0] = cursorVersion
	binary.BigEndian.PutUint64(w[1:], walk)
	d.Write(w[:]) // a Digest's Write never fails
	d.Write(after)
	return d.Sum64()
}

// decodeCursor reads what encodeCursor wrote for the walk; "" is its
// beginning. It refuses a cursor that Renfort did not make, or made for
// another walk. It tells no secrets to who takes it apart, and takes none
// from who makes one up.
func decodeCursor(walk uint64, text string) (after string, err error) {
	if text == "" {
		return "", nil
	}
	refused := invalid("/cursor", "is not a cursor that this walk gave")
	if len(text) > cursorTextMax || strings.ContainsAny(text, "\r\n") { // which base64 passes over
		return "", refused
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) < cursorHead || b[0] != cursorVersion {
		return "", refused
	}
	if binary.BigEndian.Uint64(b[1:]) != walk || binary.BigEndian.Uint64(b[9:]) != cursorSum(walk, b[cursorHead:]) {
		return "", refused
	}
	return string(b[cursorHead:]), nil
}

// walkOf hashes what a walk is: its route and the words that narrow it.
func walkOf(words ...string) uint64 {
	var d xxhash.Digest
	d.ResetWithSeed(cursorSalt)
	for _, w := range words {
		d.WriteString(w)
		d.Write([]byte{0})
	}
	return d.Sum64()
}
