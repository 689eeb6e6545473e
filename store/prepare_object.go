package store

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// objects checks the commands on free records, and the one on a mission that is
// not listed any more.
func (p *prepared) objects(c mission.Command) error {
	switch c := c.(type) {
	case mission.WriteObjects:
		return p.writeObjects(c)
	case mission.PutObjectIndex:
		p.bytes += len(c.Settings) + len(c.Synonyms)
		return first(checkIndexName("/index", c.Index), checkJSON("/settings", c.Settings, '{', "object", mission.SettingsBytesMax),
			checkJSON("/synonyms", c.Synonyms, '[', "list", mission.SettingsBytesMax))
	case mission.ClearObjects:
		return checkIndexName("/index", c.Index)
	case mission.DropObjects:
		return checkIndexName("/index", c.Index)
	case mission.MoveObjects:
		return first(checkIndexName("/from", c.From), checkIndexName("/to", c.To))
	case mission.WithdrawMission:
		return mission.CheckID("/id", c.ID)
	}
	return nil
}

func (p *prepared) writeObjects(c mission.WriteObjects) error {
	if err := first(checkIndexName("/index", c.Index), checkMany("/writes", len(c.Writes), mission.ObjectBatchMax)); err != nil {
		return err
	}
	sum := 0
	for i := range c.Writes {
		w, at := &c.Writes[i], fmt.Sprintf("/writes/%d", i)
		if err := first(checkName(at+"/objectID", w.ID, mission.ObjectIDBytesMax), checkJSON(at, w.JSON, '{', "object", mission.ObjectBytesMax)); err != nil {
			return err
		}
		sum += len(w.ID) + len(w.JSON)
	}
	if p.bytes += sum; sum > mission.ObjectBatchBytesMax {
		return invalid("/writes", fmt.Sprintf("has %d bytes; at most %d in one command", sum, mission.ObjectBatchBytesMax))
	}
	return nil
}

func checkIndexName(pointer, name string) error {
	return checkName(pointer, name, mission.ObjectIndexBytesMax)
}

// checkName checks what others call an index or a record: any text that is not
// empty, without control characters.
func checkName(pointer, name string, most int) error {
	if name == "" || len(name) > most || !utf8.ValidString(name) {
		return invalid(pointer, fmt.Sprintf("must be UTF-8 of 1 to %d bytes", most))
	}
	for _, c := range name {
		if unicode.IsControl(c) {
			return invalid(pointer, "has a control character")
		}
	}
	return nil
}

// checkJSON checks a text, nil for none, that must be JSON of one kind: names
// once in each object, strings UTF-8.
func checkJSON(pointer string, text []byte, kind jsontext.Kind, called string, most int) error {
	switch v := jsontext.Value(text); {
	case text == nil:
		return nil
	case len(text) > most:
		return invalid(pointer, fmt.Sprintf("has %d bytes; at most %d", len(text), most))
	case v.Kind() != kind || !v.IsValid():
		return invalid(pointer, "is not a JSON "+called)
	}
	return nil
}
