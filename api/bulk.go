package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/valyala/fasthttp"

	"renfort/mission"
)

const (
	// bulkLinesMax and bulkBytesMax bound what is submitted together: enough
	// for full transactions, little enough to keep in memory.
	bulkLinesMax = 1_024
	bulkBytesMax = 8 << 20
	// bulkErrorsMax is how many refused lines an answer lists; the rest are
	// counted. A body of blank garbage has millions.
	bulkErrorsMax = 10_000
)

// lineReader makes a command of one line. The line dies when it returns.
type lineReader func(line []byte) (command mission.Command, id mission.ID, err error)

// bulk is one NDJSON body on its way in.
type bulk struct {
	c     *call
	key   []byte // of Idempotency-Key, nil for none
	envs  []mission.Envelope
	at    []bulkLine // at[i] is where envs[i] comes from
	bytes int

	received, stored, deleted, ignored, rejected int
	errors                                       []lineError // at most bulkErrorsMax, in the order of their lines at the end
	seq                                          uint64
}

// lineError is one refused line as it is reported.
type lineError struct {
	number int
	text   []byte
}

type bulkLine struct {
	number int
	id     mission.ID
}

// bulk reads the body line by line, submits in batches, and answers what came
// of each line. A bad line is reported and does not stop the rest.
func (c *call) bulk(read lineReader) error {
	l, err := c.lines(mission.BulkBytesMax)
	if err != nil {
		return err
	}
	b := &bulk{c: c, key: append([]byte(nil), c.ctx.Request.Header.Peek(headerIdempotency)...), seq: c.s.engine.Seq()}
	if len(b.key) > mission.IdempotencyMax || !cleanBytes(b.key) {
		return mission.Errorf(mission.Invalid, "%s is not 1 to %d bytes without control characters", headerIdempotency, mission.IdempotencyMax)
	}
	for {
		line, err := l.next()
		if err == io.EOF {
			c.read = true
			break
		}
		b.received++
		if errors.Is(err, errLongLine) {
			b.reject(bulkLine{number: l.number}, tooLarge(mission.BodyBytesMax))
			continue
		}
		if err != nil {
			// What was read is stored; the answer says where it ended.
			b.reject(bulkLine{number: l.number}, err)
			break
		}
		b.add(line, l.number, read)
		if len(b.envs) == bulkLinesMax || b.bytes > bulkBytesMax {
			if err := b.flush(); err != nil {
				return err
			}
		}
	}
	if err := b.flush(); err != nil {
		return err
	}
	b.answer()
	return nil
}

// lines reads the request's body line by line.
func (c *call) lines(limit int) (*lines, error) {
	length := c.ctx.Request.Header.ContentLength()
	if length > limit {
		return nil, tooLarge(limit)
	}
	stream := c.ctx.RequestBodyStream()
	if stream == nil {
		stream = bytes.NewReader(c.ctx.Request.Body())
	}
	return newLines(stream, limit, length), nil
}

// add makes a command of a line, or a refusal. A key is that of the line: a
// repeat of the body repeats each of them.
func (b *bulk) add(line []byte, number int, read lineReader) {
	command, id, err := read(line)
	at := bulkLine{number, id}
	if err != nil {
		b.reject(at, err)
		return
	}
	env := mission.Envelope{Command: command, Bulk: true}
	if len(b.key) > 0 {
		env.Key = b.c.scoped(strconv.AppendInt(append(slices.Clone(b.key), 0), int64(number), 10))
		env.Body = xxhash.Sum64(line)
	}
	b.envs, b.at = append(b.envs, env), append(b.at, at)
	b.bytes += len(line)
}

// flush submits what was read and counts what came of it. Past the deadline
// the outcome of the rest is unknown, and so is the answer.
func (b *bulk) flush() error {
	if len(b.envs) == 0 {
		return nil
	}
	ctx, cancel := b.c.context()
	defer cancel()
	results, errs := b.c.s.engine.SubmitAll(ctx, b.envs)
	for i, res := range results {
		if errs[i] != nil {
			if errors.Is(errs[i], context.DeadlineExceeded) {
				return errs[i]
			}
			b.reject(b.at[i], errs[i])
			continue
		}
		b.seq = max(b.seq, res.Seq)
		switch res.Outcome {
		case mission.Older:
			b.ignored++
		case mission.Deleted:
			b.deleted++
		default:
			b.stored++
		}
	}
	b.envs, b.at, b.bytes = b.envs[:0], b.at[:0], 0
	return nil
}

// reject reports one line: {line, id, code, detail} and, for bad input, the
// pointers.
func (b *bulk) reject(at bulkLine, err error) {
	b.rejected++
	if len(b.errors) < bulkErrorsMax {
		b.errors = append(b.errors, lineError{at.number, appendLineError(nil, at, b.c.lineError(err))})
	}
}

// lineError gives the failure of a line as the contract names it.
func (c *call) lineError(err error) *mission.Error {
	if e := mission.AsError(err); e != nil {
		return e
	}
	c.s.log.Error("a line failed", "route", c.pattern(), "error", err.Error())
	return mission.Errorf(mission.Unknown, "the line met a fault inside; it is in the log")
}

// appendLineError appends one refused line: what the contract names, and the
// pointers and facts that a single request would have been told.
func appendLineError(b []byte, at bulkLine, e *mission.Error) []byte {
	b = appendUint(b, `{"line":`, uint64(at.number))
	b = appendStringOrNull(append(b, `,"id":`...), at.id)
	b = appendString(append(b, `,"code":`...), rowOf(e.Kind).code)
	b = appendString(append(b, `,"detail":`...), lineDetail(e))
	b = appendFieldErrors(b, e)
	b = appendFacts(b, e)
	return append(b, '}')
}

// lineDetail says in one sentence what is wrong with a line.
func lineDetail(e *mission.Error) string {
	if len(e.Fields) == 0 {
		return e.Detail
	}
	detail := strings.TrimSpace(e.Fields[0].Pointer + " " + e.Fields[0].Detail)
	if more := len(e.Fields) - 1; more > 0 {
		detail += "; and " + strconv.Itoa(more) + " more"
	}
	return detail
}

// answer writes the counts, the refused lines in the order of the body, and
// the last seq. The status is 200 even if every line was refused: the request
// itself was carried out.
func (b *bulk) answer() {
	c := b.c
	c.wrote(fasthttp.StatusOK, b.seq)
	o := appendUint(c.out, `{"received":`, uint64(b.received))
	o = appendUint(o, `,"stored":`, uint64(b.stored))
	o = appendUint(o, `,"deleted":`, uint64(b.deleted))
	o = appendUint(o, `,"ignored":`, uint64(b.ignored))
	o = appendUint(o, `,"rejected":`, uint64(b.rejected))
	// Lines that could not be read were refused before those of their batch.
	slices.SortFunc(b.errors, func(x, y lineError) int { return x.number - y.number })
	o = append(o, `,"errors":[`...)
	for i, e := range b.errors {
		if i > 0 {
			o = append(o, ',')
		}
		o = append(o, e.text...)
	}
	o = append(o, ']')
	c.out = append(appendUint(o, `,"seq":`, b.seq), '}')
}

// bulkMissions answers POST /v1/missions/bulk. Lines are put in their order:
// of two for one mission, the later stands.
func (c *call) bulkMissions() error {
	keep, err := c.one("seats", "at_least_taken")
	if err != nil {
		return err
	}
	return c.bulk(func(line []byte) (mission.Command, mission.ID, error) {
		if bytes.Contains(line, []byte(`"_delete"`)) {
			if command, id, isDelete, err := c.deleteLine(line); isDelete {
				return command, id, err
			}
		}
		m, err := c.readMission(line, "")
		if err == nil && c.key.limited() {
			v, missing := c.s.engine.Store().Mission(m.ID)
			err = c.foreign(v.Publisher, missing)
		}
		return mission.PutMission{Mission: m, KeepTaken: keep != ""}, idOf(m, line), err
	})
}

// deleteLine reads {"id":…,"_delete":true}; isDelete is false for a mission
// that merely quotes the word.
func (c *call) deleteLine(line []byte) (command mission.Command, id mission.ID, isDelete bool, err error) {
	var b struct {
		ID       mission.ID `json:"id"`
		Delete   bool       `json:"_delete"`
		Revision int64      `json:"revision"`
		Force    bool       `json:"force"`
	}
	var members map[string]any
	if mission.Decode(line, &members) != nil || members["_delete"] == nil {
		return nil, "", false, nil
	}
	if err := mission.Decode(line, &b); err != nil {
		return nil, b.ID, true, err
	}
	if !b.Delete {
		return nil, b.ID, true, invalid("/_delete", "is true or left out")
	}
	if err := mission.CheckID("/id", b.ID); err != nil {
		return nil, b.ID, true, err
	}
	return mission.DeleteMission{ID: b.ID, Revision: b.Revision, Force: b.Force}, b.ID, true, c.seen(b.ID)
}

// idOf names a line for its report, also where the rest of it is wrong.
func idOf(m *mission.Mission, line []byte) mission.ID {
	if m != nil {
		return m.ID
	}
	return lineID(line)
}

// lineID finds the id of a line that is at least well-formed, "" else.
func lineID(line []byte) mission.ID {
	var members map[string]any
	if mission.Decode(line, &members) != nil {
		return ""
	}
	id, _ := members["id"].(string)
	if len(id) > mission.IDBytesMax {
		return ""
	}
	return id
}

// bulkVolunteers answers POST /v1/volunteers/bulk. Erasing people is not done
// in bulk.
func (c *call) bulkVolunteers() error {
	return c.bulk(func(line []byte) (mission.Command, mission.ID, error) {
		v, err := c.readVolunteer(line, "")
		if v == nil {
			return nil, lineID(line), err
		}
		return mission.PutVolunteer{Volunteer: v}, v.ID, err
	})
}

// seatLine is one line of POST /v1/seats/bulk.
type seatLine struct {
	Mission   mission.ID     `json:"mission"`
	Volunteer mission.ID     `json:"volunteer"`
	Slots     []string       `json:"slots"`
	State     string         `json:"state"`
	Answer    string         `json:"answer"`
	Ref       string         `json:"ref"`
	At        mission.Moment `json:"at"`
}

// bulkSeats answers POST /v1/seats/bulk?import=true. The seats were given
// before: no event, no fill rate, and beyond the total if need be.
func (c *call) bulkSeats() error {
	if imports, err := c.flag("import"); err != nil {
		return err
	} else if !imports {
		return invalid("/import", "must be true: this route back-fills seats that were given before")
	}
	return c.bulk(func(line []byte) (mission.Command, mission.ID, error) {
		var b seatLine
		if err := decodeObject(line, &b); err != nil {
			return nil, "", err
		}
		at, err := b.check(c)
		if err == nil {
			err = c.seen(b.Mission)
		}
		return mission.ImportSeat{Hold: c.s.engine.NewID("h-"), Mission: b.Mission, Volunteer: b.Volunteer, Slots: b.Slots,
			State: b.State, Answer: b.Answer, Ref: b.Ref, At: at}, b.Mission, err
	})
}

// check refuses what the reducer would not look at: it sees ids and numbers,
// not the words of the wire.
func (b *seatLine) check(c *call) (at int64, err error) {
	if err := mission.CheckID("/mission", b.Mission); err != nil {
		return 0, err
	}
	fields := checkPerson("/volunteer", b.Volunteer)
	fields = checkFree(append(fields, checkSlots(b.Slots)...), "/ref", b.Ref)
	if b.State != "" && b.State != mission.Confirmed && b.State != mission.Released {
		fields = append(fields, mission.FieldError{Pointer: "/state", Detail: "is neither confirmed nor released"})
	}
	if b.Answer != "" && !slices.Contains(answers, b.Answer) {
		fields = append(fields, mission.FieldError{Pointer: "/answer", Detail: "is not one of " + joinWords(answers)})
	}
	if at, err = c.instant("/at", b.At); err != nil {
		return 0, err
	}
	return at, faulty(fields)
}

// feedbackTypes are the words that feedback's type may be.
var feedbackTypes = []string{"shown", "opened", "dismissed", "applied"}

// feedback answers POST /v1/feedback. It is kept for the last 64 things of a
// person and thirty days.
func (c *call) feedback() error {
	return c.bulk(func(line []byte) (mission.Command, mission.ID, error) {
		var f mission.Feedback
		if err := decodeObject(line, &f); err != nil {
			return nil, "", err
		}
		if err := c.checkFeedback(&f); err != nil {
			return nil, "", err
		}
		return mission.GiveFeedback{Feedback: []mission.Feedback{f}}, "", nil
	})
}

// checkFeedback refuses feedback that names nobody, nothing or an unknown
// type. Somebody without a record is no error: there is nobody to remember it
// for, and the store drops it.
func (c *call) checkFeedback(f *mission.Feedback) error {
	fields := checkPerson("/volunteer", f.Volunteer)
	if !slices.Contains(feedbackTypes, f.Type) {
		fields = append(fields, mission.FieldError{Pointer: "/type", Detail: "is not one of " + joinWords(feedbackTypes)})
	}
	if len(f.Missions) == 0 || len(f.Missions) > mission.RequestListMax {
		fields = append(fields, entries("/missions", 1, mission.RequestListMax))
	}
	for i, id := range f.Missions {
		if e := mission.AsError(mission.CheckID("/missions"+indexPointer(i), id)); e != nil {
			fields = append(fields, e.Fields...)
		}
	}
	if _, err := c.instant("/at", f.At); err != nil {
		return err
	}
	if err := faulty(checkFree(fields, "/recommendation_id", f.RecommendationID)); err != nil {
		return err
	}
	if !c.key.limited() {
		return nil
	}
	_, err := c.volunteer(f.Volunteer)
	return err
}
