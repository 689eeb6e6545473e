package mission

import "encoding/json"

// The limits of records that front ends search.
const (
	ObjectIDBytesMax    = 512     // an objectID
	ObjectBytesMax      = 1 << 20 // a record
	ObjectIndexBytesMax = 256     // an index's name
	ObjectIndexesMax    = 1_000
	ObjectBatchMax      = 512     // records in one command
	ObjectBatchBytesMax = 8 << 20 // and what they have together
	ObjectSweepMax      = 256     // records of a dropped index that one Tick removes
	SettingsBytesMax    = 1 << 20 // an index's settings, and each synonym
	WithdrawnHours      = 24      // a withdrawn mission that comes back within is the same
)

// ObjectIndex is a named list of free records, and how it is searched. Settings
// and Synonyms are JSON as it came; the door checks it.
type ObjectIndex struct {
	Name     string          `json:"name"`
	Settings json.RawMessage `json:"settings,omitzero"` // an object
	Synonyms json.RawMessage `json:"synonyms,omitzero"` // a list
	Entries  int             `json:"entries"`           // records that it has
	Created  int64           `json:"created"`           // log time, Unix seconds
	Updated  int64           `json:"updated"`
}

// WriteObjects creates, replaces and deletes records of an index, in order. The
// index is made if it is not there and a record is written. Records are written
// as they are: whoever patches one reads it first and names its version. What
// is there already, byte by byte, is not written again and keeps its version.
type WriteObjects struct {
	Index  string
	Writes []ObjectWrite // at most ObjectBatchMax of ObjectBatchBytesMax
}

// ObjectWrite is one record's. It is refused, with the whole command, as
// PreconditionFailed where IfVersion is not the version that the record has
// before the command; one that is not there has version 0.
type ObjectWrite struct {
	ID        string
	JSON      json.RawMessage // nil deletes
	IfVersion *uint64
}

// PutObjectIndex changes how an index is searched, which is made if it is not
// there. What is nil stays as it is.
type PutObjectIndex struct {
	Index    string
	Settings json.RawMessage
	Synonyms json.RawMessage
}

// ClearObjects removes all records of an index and keeps how it is searched. One
// that is not there is empty already.
type ClearObjects struct{ Index string }

// DropObjects removes an index. One that is not there is removed already.
type DropObjects struct{ Index string }

// MoveObjects gives an index another name, in the place of what had it.
type MoveObjects struct{ From, To string }

// WithdrawMission says that the platform does not list a mission for now: it
// takes no new holds, its seats stay. If it is not put again within
// WithdrawnHours it is deleted, or closed where seats are live.
type WithdrawMission struct{ ID ID }

// Name implements Command.
func (WriteObjects) Name() string { return "write_objects" }

// Name implements Command.
func (PutObjectIndex) Name() string { return "put_object_index" }

// Name implements Command.
func (ClearObjects) Name() string { return "clear_objects" }

// Name implements Command.
func (DropObjects) Name() string { return "drop_objects" }

// Name implements Command.
func (MoveObjects) Name() string { return "move_objects" }

// Name implements Command.
func (WithdrawMission) Name() string { return "withdraw_mission" }

// ObjectChange is what happened to an index of records. A change that is read
// from the log has the names alone.
type ObjectChange struct {
	Index   string
	To      string        // ObjectsMoved: its name from now on
	Writes  []ObjectWrite // ObjectsWritten: those that changed something, in order
	Version uint64        // ObjectsWritten: of the records written
	Put     *ObjectIndex  // ObjectsWritten of a new index, ObjectIndexPut: as it is now
}
