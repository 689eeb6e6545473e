package objects

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// IDAttribute is the attribute that names a record.
const IDAttribute = "objectID"

// ActionKind is what an Action does.
type ActionKind uint8

const (
	AddObject             ActionKind = iota + 1 // creates or replaces
	UpdateObject                                // creates or replaces
	PartialUpdate                               // changes attributes, creates what is not there
	PartialUpdateNoCreate                       // changes attributes of what is there
	DeleteObject                                // removes
	ClearIndex                                  // removes all records of the index
	DeleteIndex                                 // removes the index
)

// actionNames are the kinds on the wire.
func actionNames() []string {
	return []string{"", "addObject", "updateObject", "partialUpdateObject", "partialUpdateObjectNoCreate", "deleteObject", "clear", "delete"}
}

// String is the kind as it is on the wire, "" for none.
func (k ActionKind) String() string {
	if names := actionNames(); int(k) < len(names) {
		return names[k]
	}
	return ""
}

// OfIndex says whether actions of this kind are about a whole index and have
// no record.
func (k ActionKind) OfIndex() bool { return k == ClearIndex || k == DeleteIndex }

// Action is one thing to do with one record.
type Action struct {
	Kind ActionKind
	ID   string // "" only where whoever adds a record leaves its name to be made
	Body []byte // an object, nil of DeleteObject and of kinds that are of the index

	members []member // of Body, where NewAction has read it
}

// NewAction makes an action of what came on the wire. Where id is "" it is the
// body's objectID, a text or a number; a name that is not "" goes before that.
// Only addObject may have neither: whoever gave it "" sets ID before Apply.
func NewAction(kind, id string, body []byte) (Action, error) {
	i := slices.Index(actionNames(), kind)
	if i < 1 {
		return Action{}, mission.Errorf(mission.Invalid, "Invalid action: %q, expected one of addObject, updateObject, partialUpdateObject, partialUpdateObjectNoCreate, deleteObject, clear, delete", clipped(kind))
	}
	a := Action{Kind: ActionKind(i), ID: id}
	if a.Kind.OfIndex() {
		return a, nil
	}
	ms, err := a.read(body)
	if err != nil {
		return Action{}, err
	}
	if a.ID == "" {
		if a.ID, err = idOf(ms); err != nil {
			return Action{}, err
		}
	}
	if a.ID == "" && a.Kind != AddObject {
		return Action{}, mission.Errorf(mission.Invalid, "Missing mandatory attribute %q", IDAttribute)
	}
	if a.Kind != DeleteObject {
		a.Body, a.members = body, ms
	}
	return a, checkID(a.ID)
}

// split splits the body, which NewAction may have done before. What it gives is
// the caller's own.
func (a Action) split() ([]member, error) {
	if a.members != nil {
		return slices.Clone(a.members), nil
	}
	return a.read(a.Body)
}

// read splits a body; a deletion by name needs none.
func (a Action) read(body []byte) ([]member, error) {
	if a.Kind == DeleteObject && len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	if len(body) > mission.ObjectBytesMax {
		return nil, tooBig(a.ID, len(body))
	}
	return members(body)
}

func tooBig(id string, size int) error {
	return mission.Errorf(mission.Invalid, "Record objectID=%s is too big size=%d/%d bytes", clipped(id), size, mission.ObjectBytesMax)
}

func checkID(id string) error {
	if len(id) > mission.ObjectIDBytesMax {
		return mission.Errorf(mission.Invalid, "objectID is too long size=%d/%d bytes", len(id), mission.ObjectIDBytesMax)
	}
	return nil
}

// idOf gives the objectID among members, "" if it is not there.
func idOf(ms []member) (string, error) {
	for _, m := range ms {
		if m.name != IDAttribute {
			continue
		}
		switch m.value.Kind() {
		case '0':
			return string(m.value), nil
		case '"':
			var id string
			if err := json.Unmarshal(m.value, &id); err != nil {
				return "", notJSON(err)
			}
			return id, nil
		}
		return "", mission.Errorf(mission.Invalid, "objectID must be a string or a number, not %s", clipped(string(m.value)))
	}
	return "", nil
}

// Apply gives what becomes of a record: current is what is there, nil for
// nothing; next is nil where nothing is left. The record is compact, its
// attributes in the order in which they were first named, objectID last.
// Whatever an update does not touch stays byte for byte, numbers too. changed
// is false where next is current.
//
// A partial update replaces attributes of the outermost level as a whole, or
// does to them what an operation says (see operate). What cannot be is refused
// as Invalid, and nothing is changed. An action of an index is not of a record
// and is a fault of the caller.
func (a *Action) Apply(current []byte) (next []byte, changed bool, err error) {
	switch a.Kind {
	case DeleteObject:
		return nil, current != nil, nil
	case AddObject, UpdateObject:
		ms, err := a.split()
		if err != nil {
			return nil, false, err
		}
		return a.write(current, ms)
	case PartialUpdate, PartialUpdateNoCreate:
		return a.patch(current)
	}
	return nil, false, mission.Errorf(mission.Invalid, "Action %q is not one of a record", a.Kind)
}

// write makes the record of its attributes.
func (a *Action) write(current []byte, ms []member) (next []byte, changed bool, err error) {
	if a.ID == "" {
		return nil, false, mission.Errorf(mission.Invalid, "Missing mandatory attribute %q", IDAttribute)
	}
	id, err := jsontext.AppendQuote(nil, a.ID)
	if err != nil {
		return nil, false, mission.Errorf(mission.Invalid, "objectID is not UTF-8")
	}
	ms = slices.DeleteFunc(ms, func(m member) bool { return m.name == IDAttribute })
	next, err = appendObject(make([]byte, 0, len(a.Body)+len(current)+len(id)+16), append(ms, member{name: IDAttribute, value: id}))
	if err != nil {
		return nil, false, err
	}
	if len(next) > mission.ObjectBytesMax {
		return nil, false, tooBig(a.ID, len(next))
	}
	return next, !bytes.Equal(next, current), nil
}

// patch applies a partial update.
func (a *Action) patch(current []byte) (next []byte, changed bool, err error) {
	news, err := a.split()
	if err != nil {
		return nil, false, err
	}
	if current == nil && a.Kind == PartialUpdateNoCreate {
		return nil, false, nil
	}
	var ms []member
	if current != nil {
		if ms, err = members(current); err != nil {
			return nil, false, err
		}
	}
	at := make(map[string]int, len(ms)+len(news))
	for i, m := range ms {
		at[m.name] = i
	}
	for _, n := range news {
		if n.name == IDAttribute {
			continue
		}
		i, there := at[n.name]
		var old jsontext.Value
		if there {
			old = ms[i].value
		}
		value, ignore, err := operate(n.name, old, n.value)
		switch {
		case err != nil:
			return nil, false, err
		case ignore:
			return current, false, nil
		case value == nil:
		case there:
			ms[i].value = value
		default:
			at[n.name] = len(ms)
			ms = append(ms, member{name: n.name, value: value})
		}
	}
	return a.write(current, ms)
}
