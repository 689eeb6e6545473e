package outbox

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"renfort/mission"
	"renfort/store"
)

// Position is how far somebody has come: all commands before Seq, and of Seq
// the first N changes. The zero value is the very beginning.
type Position struct {
	Seq uint64
	N   int
}

// whole is an N that covers every change of a command.
const whole = math.MaxInt

// After is the position of somebody who has seen all of a command.
func After(seq uint64) Position { return Position{seq, whole} }

// ParsePosition reads an event's id: a seq, or a seq and the number of a
// change as in "12.3". ok is false for anything else.
func ParsePosition(id string) (p Position, ok bool) {
	seq, n, part := strings.Cut(id, ".")
	var err error
	if p.Seq, err = strconv.ParseUint(seq, 10, 64); err != nil || len(seq) > 1 && seq[0] == '0' || seq[0] == '+' {
		return Position{}, false
	}
	p.N = whole
	if part {
		if p.N, err = strconv.Atoi(n); err != nil || p.N < 1 || n[0] == '0' || n[0] == '+' {
			return Position{}, false
		}
	}
	return p, true
}

// String writes the position as an event's id.
func (p Position) String() string {
	if p.N == whole {
		return strconv.FormatUint(p.Seq, 10)
	}
	return strconv.FormatUint(p.Seq, 10) + "." + strconv.Itoa(p.N)
}

// Before says whether an event comes after the position.
func (p Position) Before(e *Event) bool {
	return e.Seq > p.Seq || e.Seq == p.Seq && e.N > p.N
}

// Event is one change as it leaves the house. It is immutable.
type Event struct {
	Seq uint64
	N   int // of the command's changes, from 1
	// Kind is what happened, Mission to which mission ("" for none).
	Kind    mission.ChangeKind
	Mission mission.ID
	At      int64  // log time, Unix seconds
	block   []byte // as a stream has it: id, event, data and an empty line
	data    int    // where the JSON begins in block
	person  mission.ID
	// whose the event is: of the mission and of the volunteer, "" for nobody's
	publishers [2]string
}

// Position gives that of somebody who has seen the event.
func (e *Event) Position() Position { return Position{e.Seq, e.N} }

// AppendTo appends the event as a stream has it.
func (e *Event) AppendTo(b []byte) []byte { return append(b, e.block...) }

// Data gives the event's JSON object. It must not be changed.
func (e *Event) Data() []byte { return e.block[e.data : len(e.block)-2 : len(e.block)-2] }

// Of says whether the event is one of the publishers'; a nil list is everybody.
// What is nobody's is not theirs.
func (e *Event) Of(publishers []string) bool {
	return publishers == nil || slices.ContainsFunc(e.publishers[:], func(p string) bool {
		return p != "" && slices.Contains(publishers, p)
	})
}

// Gated says whether the event reaches out to somebody, so that it waits while
// all that goes out is paused.
func (e *Event) Gated() bool { return gated(e.Kind) }

func gated(k mission.ChangeKind) bool {
	return k == mission.WaveAsked || k == mission.SeatOffered || k == mission.AlertRaised
}

// payload is an event's JSON.
type payload struct {
	ID           string             `json:"id"`
	Type         string             `json:"type"`
	At           string             `json:"at"`
	Seq          uint64             `json:"seq"`
	Mission      mission.ID         `json:"mission,omitzero"`
	Publisher    string             `json:"publisher,omitzero"`
	State        string             `json:"state,omitzero"` // the mission's
	Volunteer    mission.ID         `json:"volunteer,omitzero"`
	Slots        []string           `json:"slots,omitzero"`
	Hold         *holdPart          `json:"hold,omitzero"`
	Waiting      *waitingPart       `json:"waiting,omitzero"`
	Occupancy    *mission.Occupancy `json:"occupancy,omitzero"`
	Organization mission.ID         `json:"organization,omitzero"`
	Wave         mission.ID         `json:"wave,omitzero"`
	Ask          *askPart           `json:"ask,omitzero"`
	Crisis       mission.ID         `json:"crisis,omitzero"`
	Alert        mission.ID         `json:"alert,omitzero"`
	Why          string             `json:"why,omitzero"`
	Alternatives []mission.ID       `json:"alternatives,omitzero"` // missions that somebody sent home may be told
}

// holdPart is a hold in an event: its state as it was then, the rest as it is.
type holdPart struct {
	ID        mission.ID `json:"id"`
	State     string     `json:"state"`
	Origin    string     `json:"origin,omitzero"`
	Ref       string     `json:"ref,omitzero"`
	ExpiresAt string     `json:"expires_at,omitzero"`
	Answer    string     `json:"answer,omitzero"`
	AnswerBy  string     `json:"answer_by,omitzero"`
}

// waitingPart is a place in a waiting list.
type waitingPart struct {
	Slot     string `json:"slot,omitzero"`
	JoinedAt string `json:"joined_at,omitzero"`
}

// askPart is a question to one person, as it stands.
type askPart struct {
	Channel    string     `json:"channel,omitzero"`
	Crisis     bool       `json:"crisis,omitzero"`
	AskedAt    string     `json:"asked_at,omitzero"`
	DistanceKm int        `json:"distance_km,omitzero"` // whole, at least 2
	Delivery   string     `json:"delivery,omitzero"`
	Answer     string     `json:"answer,omitzero"`
	Hold       mission.ID `json:"hold,omitzero"`
	Next       mission.ID `json:"next,omitzero"` // the next best mission that they are told of
}

// timeOf writes log time, "" for none.
func timeOf(at int64) string {
	if at == 0 {
		return ""
	}
	return time.Unix(at, 0).UTC().Format(time.RFC3339)
}

// idOf writes an event's id: its command's seq, and which of its changes it is
// where there are several.
func idOf(h *store.Happening) string {
	id := strconv.FormatUint(h.Seq, 10)
	if h.Of > 1 {
		id += "." + strconv.Itoa(h.N)
	}
	return id
}

// render makes an event of what happened.
func render(h *store.Happening) (Event, error) {
	p := payloadOf(h)
	e := Event{Seq: h.Seq, N: h.N, Kind: h.Kind, Mission: h.MissionID, At: h.At, person: h.Person(), publishers: [2]string{h.Publisher, h.VolunteerPublisher}}
	data, err := mission.Encode(p)
	if err != nil {
		return e, fmt.Errorf("outbox: event %s: %w", p.ID, err)
	}
	e.block = make([]byte, 0, len(data)+len(p.ID)+len(p.Type)+24)
	e.block = fmt.Appendf(e.block, "id: %s\nevent: %s\ndata: ", p.ID, p.Type)
	e.data = len(e.block)
	e.block = append(append(e.block, data...), "\n\n"...)
	return e, nil
}

// payloadOf says what happened, to whom, and how things stand.
func payloadOf(h *store.Happening) *payload {
	p := &payload{ID: idOf(h), Type: h.Kind.String(), At: timeOf(h.At), Seq: h.Seq, Mission: h.MissionID,
		Publisher: h.Publisher, Volunteer: h.Person(), Why: h.Why}
	if p.Publisher == "" {
		p.Publisher = h.VolunteerPublisher
	}
	if s := h.Seats; s != nil {
		o := s.Occupancy()
		p.Occupancy, p.State = &o, s.State
	}
	if o := h.Organization; o != nil {
		p.Organization = o.ID
	}
	if w := h.Waiting; w != nil {
		p.Waiting, p.Why = &waitingPart{w.Slot, timeOf(w.Joined)}, cmp.Or(p.Why, w.Why)
	}
	if l := h.Hold; l != nil {
		p.Slots, p.Why = l.Slots, cmp.Or(p.Why, l.Why)
		p.Hold = &holdPart{ID: l.ID, State: l.State, Origin: l.Origin, Ref: l.Ref, Answer: l.Answer, AnswerBy: l.AnswerBy}
		if l.State == mission.Held {
			p.Hold.ExpiresAt = timeOf(l.Expires)
		}
	}
	p.reach(h)
	return p
}

// reach adds the wave, ask, crisis or alert that the event is of.
func (p *payload) reach(h *store.Happening) {
	if h.Wave != nil {
		p.Wave = h.Wave.ID
	}
	if a := h.Ask; a != nil {
		p.Wave, p.Slots = a.Wave, a.Slots
		p.Ask = &askPart{a.Channel, a.Crisis, timeOf(a.At), max(a.DistanceKm, 0), a.Delivery, a.Answer, a.Hold, a.Next}
	}
	p.Alternatives = h.Next
	if h.Crisis != nil {
		p.Crisis = h.Crisis.ID
	}
	if h.Alert != nil {
		p.Alert = h.Alert.ID
	}
}
