package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// The operations that verify.py knows by name. Others may stand in a ledger:
// they are counted, and nothing is concluded from them.
const (
	OpMissionPut      = "mission.put"
	OpMissionDelete   = "mission.delete"
	OpVolunteerPut    = "volunteer.put"
	OpVolunteerDelete = "volunteer.delete"
	OpSignup          = "signup" // puts a volunteer, and may hold
	OpHold            = "hold"
	OpExtend          = "extend"
	OpConfirm         = "confirm"
	OpRelease         = "release"
	OpAnswer          = "answer" // of the organisation; refused and withdrawn release
	OpWaiting         = "waiting"
	OpElsewhere       = "elsewhere"
	OpSeatsImport     = "seats.import"
	OpFeedback        = "feedback"
)

// Entry is one line about one write. Run and N name the write: its intent and
// what came of it bear the same. What a write does not have is left empty and
// not written.
type Entry struct {
	Run       string
	N         uint64    // of this run, from 1
	At        time.Time // when the line was made
	Op        string
	Method    string
	Path      string
	Status    int    // of the answer; 0 in an intent
	Seq       uint64 // of the answer: X-Renfort-Seq
	Mission   string
	Volunteer string
	Hold      string
	Slots     []string
	State     string // of the hold: held, confirmed, released
	Expires   string // of the hold, as answered: RFC 3339
	SHA256    string // of the request's body, in hexadecimal
}

// Answer is one answer that was recorded, whole, with what was asked.
type Answer struct {
	Run     string
	N       uint64
	At      time.Time // when it was there
	Kind    string    // KindRecommendation or KindSearch
	Method  string
	Path    string // with its query
	Request []byte // the body sent, JSON; nil for none
	Status  int
	Seq     uint64 // of the answer's body
	Body    []byte // JSON
}

// The kinds of answers that verify.py checks.
const (
	KindRecommendation = "recommendation"
	KindSearch         = "search"
)

// What a line of a ledger says of its write.
const (
	lineIntent       = "intent"
	lineAcknowledged = "acknowledged"
	lineRefused      = "refused"
)

// instant is RFC 3339 in UTC with microseconds.
const instant = "2006-01-02T15:04:05.000000Z"

// appendEntry appends an entry as one line of JSON.
func appendEntry(b []byte, line string, e *Entry) []byte {
	b = append(append(append(b, `{"line":"`...), line...), '"')
	b = appendString(b, `,"run":`, e.Run)
	b = strconv.AppendUint(append(b, `,"n":`...), e.N, 10)
	b = append(e.At.UTC().AppendFormat(append(b, `,"at":"`...), instant), '"')
	b = appendString(b, `,"op":`, e.Op)
	b = appendString(b, `,"method":`, e.Method)
	b = appendString(b, `,"path":`, e.Path)
	if e.Status != 0 {
		b = strconv.AppendInt(append(b, `,"status":`...), int64(e.Status), 10)
	}
	if e.Seq != 0 {
		b = strconv.AppendUint(append(b, `,"seq":`...), e.Seq, 10)
	}
	b = appendString(b, `,"mission":`, e.Mission)
	b = appendString(b, `,"volunteer":`, e.Volunteer)
	b = appendString(b, `,"hold":`, e.Hold)
	for i, s := range e.Slots {
		opening := `,"slots":[`
		if i > 0 {
			opening = ","
		}
		b = appendQuoted(append(b, opening...), s)
	}
	if len(e.Slots) > 0 {
		b = append(b, ']')
	}
	b = appendString(b, `,"state":`, e.State)
	b = appendString(b, `,"expires":`, e.Expires)
	b = appendString(b, `,"sha256":`, e.SHA256)
	return append(b, '}', '\n')
}

// appendString appends a member that is not empty.
func appendString(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return appendQuoted(append(b, name...), value)
}

// appendQuoted quotes by hand what needs no escape, which ids and paths never
// do: a generator pays for each line.
func appendQuoted(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string always can be
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// appendAnswer appends an answer as one line; its bodies stand in it as JSON,
// not as strings.
func appendAnswer(b []byte, a *Answer) ([]byte, error) {
	b = appendString(append(b, `{"line":"answer"`...), `,"run":`, a.Run)
	b = strconv.AppendUint(append(b, `,"n":`...), a.N, 10)
	b = append(a.At.UTC().AppendFormat(append(b, `,"at":"`...), instant), '"')
	b = appendString(b, `,"kind":`, a.Kind)
	b = appendString(b, `,"method":`, a.Method)
	b = appendString(b, `,"path":`, a.Path)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(a.Status), 10)
	b = strconv.AppendUint(append(b, `,"seq":`...), a.Seq, 10)
	b, err := appendJSON(append(b, `,"request":`...), a.Request)
	if err != nil {
		return b, fmt.Errorf("verify: record request %d: %w", a.N, err)
	}
	if b, err = appendJSON(append(b, `,"body":`...), a.Body); err != nil {
		return b, fmt.Errorf("verify: record answer %d: %w", a.N, err)
	}
	return append(b, '}', '\n'), nil
}

// appendJSON appends JSON on one line, null for nothing.
func appendJSON(b, raw []byte) ([]byte, error) {
	if len(raw) == 0 {
		return append(b, "null"...), nil
	}
	to := bytes.NewBuffer(b)
	err := json.Compact(to, raw)
	return to.Bytes(), err
}
