package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"time"

	"github.com/cespare/xxhash/v2"
	"go.etcd.io/bbolt"

	"renfort/mission"
)

// bucketID numbers the buckets; the number is part of a record's hash and is
// never reused.
type bucketID byte

const (
	metaBucket bucketID = iota
	missionsBucket
	missionIDsBucket
	seatsBucket
	holdsBucket
	refsBucket
	peopleBucket
	volunteersBucket
	organizationsBucket
	dueBucket
	tombstonesBucket
	keysBucket
	policiesBucket
	taxonomyBucket
	logBucket
	waitingBucket // from format 2 on
	wavesBucket   // this and the three below: from format 3 on
	crisesBucket
	alertsBucket
	webhooksBucket
	objectIndexesBucket // this and those below: from format 4 on
	objectsBucket
	bucketCount
)

// bucketNames are the names in the file, [i] for bucket i.
var bucketNames = [bucketCount]string{"meta", "missions", "mission_ids", "seats", "holds", "refs", "people", "volunteers",
	"organizations", "due", "tombstones", "keys", "policies", "taxonomy", "log", "waiting",
	"waves", "crises", "alerts", "webhooks", "object_indexes", "objects"}

// firstFormat gives the format from which on files have a bucket.
func (b bucketID) firstFormat() byte {
	switch {
	case b >= objectIndexesBucket:
		return 4
	case b > waitingBucket:
		return 3
	case b == waitingBucket:
		return 2
	}
	return 1
}

// The fill of a page when it splits: nearly full where keys only rise, half
// where they come in any order.
const (
	fillAppend = 0.95
	fillRandom = 0.5
)

func (b bucketID) fill() float64 {
	switch b {
	case seatsBucket:
		return 0.8
	case missionsBucket, volunteersBucket, holdsBucket, dueBucket, logBucket:
		return fillAppend
	}
	return fillRandom
}

// buckets are a transaction's.
type buckets [bucketCount]*bbolt.Bucket

// bucketsOf gives a file's buckets; ok is false where one is missing. Those that
// its format did not have yet are nil.
func bucketsOf(tx *bbolt.Tx) (b buckets, ok bool) {
	for i, name := range bucketNames {
		if b[i] = tx.Bucket([]byte(name)); b[i] == nil {
			if formatOf(tx) < bucketID(i).firstFormat() {
				continue
			}
			return b, false
		}
	}
	return b, true
}

// formatOf gives the format that a file says it has, 0 for none.
func formatOf(tx *bbolt.Tx) byte {
	if b := tx.Bucket([]byte(bucketNames[metaBucket])); b != nil {
		if f := b.Get(formatKey); len(f) == 1 {
			return f[0]
		}
	}
	return 0
}

// The keys that are words.
var (
	formatKey   = []byte("format")
	stateKey    = []byte("state")
	taxonomyKey = []byte("taxonomy")
)

// dueKind says what a Tick does with an entry of due. The numbers are keys.
type dueKind byte

const (
	dueExpire    dueKind = 1 // a held seat ends
	dueIgnored   dueKind = 2 // nobody answered a confirmed seat in ignoredDays
	dueForget    dueKind = 3 // a released or expired hold is forgotten
	dueKeys      dueKind = 4 // an idempotency key ends
	dueTombstone dueKind = 5
	dueFeedback  dueKind = 6  // somebody's oldest feedback is feedbackDays old
	dueWaiting   dueKind = 7  // a mission's waiting lists are to be looked at
	dueAsks      dueKind = 8  // somebody's oldest ask is BudgetDays old
	dueWave      dueKind = 9  // a wave that is over is forgotten
	dueCrisis    dueKind = 10 // a crisis begins or ends
	dueDelivery  dueKind = 11 // a recorded delivery is forgotten
	dueWithdrawn dueKind = 12 // a mission that is not listed any more did not come back
	dueLast              = dueWithdrawn
)

// Classes of index entries.
const (
	classFirst byte = 0 // blocks a seat; counts towards the holds of a person
	classRest  byte = 1
)

// Sorts of entries below a person.
const (
	personFeedback byte = 'f'
	personHold     byte = 'h'
	personKey      byte = 'k'
	personWaiting  byte = 'w'
	personAsks     byte = 'a' // one record: the asks and alerts of BudgetDays
	personAlert    byte = 'l' // an alert of theirs
	personAsked    byte = 'q' // a wave that asked them
)

func ordinalKey(o mission.Ordinal) []byte { return binary.BigEndian.AppendUint32(nil, uint32(o)) }
func seqKey(seq uint64) []byte            { return binary.BigEndian.AppendUint64(nil, seq) }

// seatsPrefix begins the entries of one volunteer's holds of a mission.
func seatsPrefix(b []byte, o mission.Ordinal, volunteer mission.ID) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(o))
	return append(append(b, volunteer...), 0)
}

// personPrefix begins the entries of one sort below a person.
func personPrefix(b []byte, volunteer mission.ID, sort byte) []byte {
	return append(append(b, volunteer...), 0, sort)
}

func dueKey(b []byte, k dueKind, at int64, what []byte) []byte {
	b = append(b, byte(k))
	b = binary.BigEndian.AppendUint64(b, uint64(max(at, 0)))
	return append(b, what...)
}

// dueParts takes a due key apart. what points into key.
func dueParts(key []byte) (k dueKind, at int64, what []byte, ok bool) {
	if len(key) < 9 {
		return 0, 0, nil, false
	}
	return dueKind(key[0]), int64(binary.BigEndian.Uint64(key[1:9])), key[9:], true
}

// hidden gives what stands for a key or an id that is not to be read back: 16
// bytes of SHA-256, so that nobody can make two meet.
func hidden(s string) [16]byte {
	sum := sha256.Sum256([]byte(s))
	return [16]byte(sum[:16])
}

// The kinds of tombstones.
const (
	tombMission   byte = 'm'
	tombVolunteer byte = 'v'
	tombPlace     byte = 'p' // where a mission was that is gone: its revision is a hash
)

func tombstoneKey(kind byte, id mission.ID) []byte {
	h := hidden(id)
	return append([]byte{kind}, h[:]...)
}

// recordHash is one record's share of the state's hash.
func recordHash(b bucketID, key, value []byte) uint64 {
	var pair [17]byte
	pair[0] = byte(b)
	binary.LittleEndian.PutUint64(pair[1:], xxhash.Sum64(key))
	binary.LittleEndian.PutUint64(pair[9:], xxhash.Sum64(value))
	return xxhash.Sum64(pair[:])
}

// hashed says whether an entry is a record, which the hash covers, and not an
// index that follows from records. The log is trimmed, and not state.
func hashed(b bucketID, key []byte) bool {
	switch b {
	case missionsBucket, holdsBucket, volunteersBucket, organizationsBucket, tombstonesBucket, keysBucket, policiesBucket, taxonomyBucket,
		crisesBucket, alertsBucket, webhooksBucket, objectIndexesBucket, objectsBucket:
		return true
	case wavesBucket:
		return key[0] != wavesOfMission
	case seatsBucket:
		return len(key) == 4
	case peopleBucket:
		return personRecord(key)
	case waitingBucket:
		return key[0] != waitOrg
	}
	return false
}

// personRecord says whether a key of people is somebody's feedback or asks,
// which are records and no entries.
func personRecord(key []byte) bool {
	n := len(key)
	return n > 2 && (key[n-1] == personFeedback || key[n-1] == personAsks) && bytes.IndexByte(key, 0) == n-2
}

// Sorts of keys in the buckets of format 3, by their first byte.
const (
	waveRecords    byte = 'w'
	waveAsks       byte = 'a'
	wavesOfMission byte = 'm'
	waveLaws       byte = 'l'
	crisisRecords  byte = 'c'
	outboundPaused byte = 'o'
	alertRecords   byte = 'a'
	alertsThrough  byte = 't'
	webhookRecords byte = 'w'
	deliveries     byte = 'd'
)

// entry is one key of an index, without a value.
type entry struct {
	bucket bucketID
	key    []byte
}

// entries gives the index entries that a hold has: they follow from its
// record, for the writer as for Check. buf is room for the keys.
func (h *holdRecord) entries(buf []byte) (all [4]entry, n int) {
	add := func(b bucketID, from int) {
		all[n] = entry{b, buf[from:len(buf):len(buf)]}
		n++
	}
	class := func(first bool) byte {
		if first {
			return classFirst
		}
		return classRest
	}
	buf = append(append(seatsPrefix(buf, h.Ordinal, h.Volunteer), class(h.blocking())), h.ID...)
	add(seatsBucket, 0)
	if h.Volunteer != "" {
		from := len(buf)
		buf = append(append(personPrefix(buf, h.Volunteer, personHold), class(h.counts())), h.ID...)
		add(peopleBucket, from)
	}
	if h.Ref != "" {
		from := len(buf)
		buf = append(append(append(buf, h.Ref...), 0), h.ID...)
		add(refsBucket, from)
	}
	if h.due != 0 {
		from := len(buf)
		buf = dueKey(buf, h.dueKind(), h.due, []byte(h.ID))
		add(dueBucket, from)
	}
	return all, n
}

// seatsEntry takes the key of a hold's entry in seats apart; ok is false for
// the key of the seats themselves.
func seatsEntry(key []byte) (volunteer string, class byte, hold string, ok bool) {
	if len(key) < 7 {
		return "", 0, "", false
	}
	rest := key[4:]
	end := bytes.IndexByte(rest, 0)
	if end < 0 || end+2 > len(rest) {
		return "", 0, "", false
	}
	return string(rest[:end]), rest[end+1], string(rest[end+2:]), true
}

// HoldID makes a hold's id, 24 letters: 40 bits of log time (Unix seconds), 32
// of a count that the caller raises by one each time, and 48 of its
// randomness. Such ids rise, so that inserts append and a batch dirties few
// pages; nothing else depends on it.
func HoldID(at int64, count uint32, random uint64) mission.ID {
	var b [8 + 4 + 8]byte
	binary.BigEndian.PutUint64(b[:], uint64(at))
	binary.BigEndian.PutUint32(b[8:], count)
	binary.BigEndian.PutUint64(b[12:], random<<16)
	var raw [15]byte
	copy(raw[:9], b[3:12])
	copy(raw[9:], b[12:18])
	return base32.HexEncoding.EncodeToString(raw[:])
}

// yearOf gives the year of log time, by which ages are reckoned.
func yearOf(now int64) int { return time.Unix(now, 0).UTC().Year() }

// dayOf gives the day of log time, by which fills are counted.
func dayOf(now int64) int64 { return now / secondsPerDay }

const secondsPerDay = 86_400

// readSeq reads a number of eight bytes.
func readSeq(b []byte) uint64 { return binary.BigEndian.Uint64(b) }
