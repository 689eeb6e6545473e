package store

// objectIndexRecord is an index of free records as it is stored, without how it
// is searched, which lies beside it. Both numbers are seqs of the command that
// began what they stand for, so that no two indexes share one.
type objectIndexRecord struct {
	number  uint64 // its settings and synonyms are under this
	rows    uint64 // its records are under this: a cleared index has another one
	entries uint64 // records under rows
	created int64
	updated int64
}

// Sorts of keys among the indexes, by their first byte.
const (
	objectAbandoned byte = 'd' // rows whose index is gone, until Ticks have removed them
	objectNames     byte = 'n'
	objectSettings  byte = 's'
	objectSynonyms  byte = 'y'
)

func objectNameKey(name string) []byte { return append([]byte{objectNames}, name...) }

// objectNumberKey is the key of what an index has once.
func objectNumberKey(sort byte, number uint64) []byte {
	return append([]byte{sort}, seqKey(number)...)
}

// objectKey is a record's, which has its rows' prefix (seqKey).
func objectKey(rows uint64, id string) []byte { return append(seqKey(rows), id...) }

func appendObjectIndex(b []byte, x *objectIndexRecord) []byte {
	b = append(b, recordFormat)
	b = appendUint(appendUint(appendUint(b, x.number), x.rows), x.entries)
	return appendInt(appendInt(b, x.created), x.updated)
}

func decodeObjectIndex(b []byte) (*objectIndexRecord, error) {
	r := open(b)
	x := &objectIndexRecord{number: r.uint(), rows: r.uint(), entries: r.uint(), created: r.int(), updated: r.int()}
	return x, r.failed()
}

// appendObjectCount writes how many records are left of what is swept.
func appendObjectCount(b []byte, n uint64) []byte { return appendUint(append(b, recordFormat), n) }

func decodeObjectCount(b []byte) (uint64, error) {
	r := open(b)
	n := r.uint()
	return n, r.failed()
}

// appendObjectText writes an index's settings or its synonyms.
func appendObjectText(b, json []byte) []byte { return appendBytes(append(b, recordFormat), json) }

// decodeObjectText gives the JSON, which points into b.
func decodeObjectText(b []byte) ([]byte, error) {
	r := open(b)
	json := r.bytes()
	return json, r.failed()
}

// objectRecord is one free record as it is stored.
type objectRecord struct {
	version uint64
	json    []byte
}

func appendObject(b []byte, o objectRecord) []byte {
	return appendBytes(appendUint(append(b, recordFormat), o.version), o.json)
}

// decodeObject gives the record; its json points into b.
func decodeObject(b []byte) (objectRecord, error) {
	r := open(b)
	o := objectRecord{version: r.uint(), json: r.bytes()}
	return o, r.failed()
}
