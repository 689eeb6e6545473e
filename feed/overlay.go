package feed

import (
	"maps"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// reserved are the members that <renfort> cannot set: whose mission it is and
// how many seats it has is said by the feed and by who sends it, and a revision
// would keep a feed's live seats out.
var reserved = [...]string{"publisher", "revision", "seats"}

// overlay puts what a Writer wrote beyond the format into the mission: members
// of the contract's mission, each in the place of what the format said. false
// where it cannot be read, and the record is refused.
func (b *builder) overlay(f *field) bool {
	text := []byte(f.text())
	if f.json != nil && f.json.Kind() == '{' {
		text = f.json
	}
	var own map[string]jsontext.Value
	if err := mission.Decode(text, &own); err != nil {
		b.Refusal = within(err)
		return false
	}
	for _, name := range reserved {
		delete(own, name)
	}
	base, err := mission.Encode(b.mission)
	if err == nil {
		err = b.replace(base, own)
	}
	if err != nil {
		b.Refusal = within(err)
		return false
	}
	return true
}

// replace reads the mission anew with other members. One that is null is one
// that the mission does not have.
func (b *builder) replace(base []byte, own map[string]jsontext.Value) error {
	var all map[string]jsontext.Value
	if err := mission.Decode(base, &all); err != nil {
		return err
	}
	maps.Copy(all, own)
	maps.DeleteFunc(all, func(_ string, v jsontext.Value) bool { return v.Kind() == 'n' })
	merged, err := mission.Encode(all)
	if err != nil {
		return err
	}
	m := new(mission.Mission)
	if err := mission.Decode(merged, m); err != nil {
		return err
	}
	b.mission = m
	return nil
}

// within gives a fault of <renfort> with its place.
func within(err error) *mission.Error {
	e := asError(err)
	at := &mission.Error{Kind: e.Kind, Detail: e.Detail}
	for _, f := range e.Fields {
		at.Fields = append(at.Fields, mission.FieldError{Pointer: "/renfort" + f.Pointer, Detail: f.Detail})
	}
	return at
}
