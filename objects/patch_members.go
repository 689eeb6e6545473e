package objects

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// member is one name and value of an object, as they were written.
type member struct {
	name  string
	value jsontext.Value // compact; maybe a part of the text that was read
	end   int            // byte behind the name, in the text that was read
}

// members splits an object without reading into its values: numbers and texts
// stay as they were written. What is no object, has a name twice, is nested
// deeper than mission.NestingMax or is not JSON is refused as Invalid.
func members(text []byte) ([]member, error) {
	if err := checkDepth(text); err != nil {
		return nil, err
	}
	d := jsontext.NewDecoder(bytes.NewBuffer(text))
	if d.PeekKind() != '{' {
		if _, err := d.ReadValue(); err != nil {
			return nil, notJSON(err)
		}
		return nil, mission.Errorf(mission.Invalid, "Invalid JSON: expected an object")
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, notJSON(err)
	}
	var ms []member
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, notJSON(err)
		}
		m := member{name: name.String(), end: int(d.InputOffset())}
		value, err := d.ReadValue()
		if err != nil {
			return nil, notJSON(err)
		}
		end := int(d.InputOffset())
		if m.value, err = compact(text[end-len(value) : end]); err != nil {
			return nil, notJSON(err)
		}
		ms = append(ms, m)
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, notJSON(err)
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, mission.Errorf(mission.Invalid, "Invalid JSON: expected the end after the object at byte %d", d.InputOffset())
	}
	return ms, nil
}

// compact gives a value without space; v itself where it has none.
func compact(v jsontext.Value) (jsontext.Value, error) {
	if k := v.Kind(); k != '{' && k != '[' || !bytes.ContainsAny(v, " \t\r\n") {
		return v, nil
	}
	v = v.Clone()
	return v, v.Compact()
}

func notJSON(err error) error {
	return mission.Errorf(mission.Invalid, "Invalid JSON: %s", clipped(strings.TrimPrefix(err.Error(), "jsontext: ")))
}

// checkDepth counts brackets outside texts, before anything recursive sees
// them; what is not JSON is refused by the reader.
func checkDepth(text []byte) error {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > mission.NestingMax {
				return mission.Errorf(mission.Invalid, "Invalid JSON: more than %d levels of objects and lists", mission.NestingMax)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// appendObject writes members as a compact object.
func appendObject(b []byte, ms []member) ([]byte, error) {
	b = append(b, '{')
	for i, m := range ms {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = jsontext.AppendQuote(b, m.name); err != nil {
			return nil, fmt.Errorf("objects: write the name of an attribute: %w", err)
		}
		b = append(append(b, ':'), m.value...)
	}
	return append(b, '}'), nil
}
