package store

import (
	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// alertRecord is an alert as it is stored.
type alertRecord struct {
	version   uint64
	volunteer mission.ID
	raised    int64  // when it was raised last, log time, 0 for never
	json      []byte // the alert as it was put
}

func alertKey(id mission.ID) []byte { return append([]byte{alertRecords}, id...) }

// alertEntry leads from a person to an alert of theirs.
func alertEntry(volunteer, id mission.ID) []byte {
	return append(personPrefix(nil, volunteer, personAlert), id...)
}

func appendAlert(b []byte, a *alertRecord) []byte {
	b = appendUint(append(b, recordFormat), a.version)
	b = appendInt(appendString(b, a.volunteer), a.raised)
	return appendBytes(b, a.json)
}

// decodeAlert reads a record; json points into b.
func decodeAlert(b []byte) (*alertRecord, error) {
	r := open(b)
	a := &alertRecord{version: r.uint(), volunteer: r.string(), raised: r.int(), json: r.bytes()}
	return a, r.failed()
}

// throughKey is where it stands up to which seq all has been looked at.
var throughKey = []byte{alertsThrough}

func appendThrough(b []byte, seq uint64) []byte { return appendUint(append(b, recordFormat), seq) }

func decodeThrough(b []byte) (seq uint64, err error) {
	r := open(b)
	seq = r.uint()
	return seq, r.failed()
}

// noun gives the alert itself.
func (a *alertRecord) noun() (*mission.Alert, error) {
	n := new(mission.Alert)
	if err := json.Unmarshal(a.json, n); err != nil {
		return nil, err
	}
	n.Raised = a.raised
	return n, nil
}
