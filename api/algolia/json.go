package algolia

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// appendQuoted appends a JSON string; what is not UTF-8 is replaced.
func appendQuoted(b []byte, s string) []byte {
	out, err := jsontext.AppendQuote(b, s)
	if err != nil {
		out, _ = jsontext.AppendQuote(b, string(bytes.ToValidUTF8([]byte(s), []byte("\ufffd")))) // it is valid now
	}
	return out
}

// appendInt appends a member that is a whole number, with its comma.
func appendInt(b []byte, name string, v int) []byte {
	b = append(append(append(b, ',', '"'), name...), `":`...)
	return strconv.AppendInt(b, int64(v), 10)
}

// appendBool appends a member that is true or false, with its comma.
func appendBool(b []byte, name string, v bool) []byte {
	b = append(append(append(b, ',', '"'), name...), `":`...)
	return strconv.AppendBool(b, v)
}

// appendText appends a member that is a string, with its comma.
func appendText(b []byte, name, v string) []byte {
	b = append(append(append(b, ',', '"'), name...), `":`...)
	return appendQuoted(b, v)
}

// whole refuses a body that is not one JSON object under the limits of
// nesting. One that is empty is the empty object, and so is the empty list: PHP
// does not tell them apart.
func whole(body []byte) ([]byte, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return []byte("{}"), nil
	}
	var v jsontext.Value
	if err := mission.Decode(body, &v); err != nil {
		return nil, inWords(err)
	}
	if v.Kind() == '[' && len(bytes.TrimSpace(v[1:len(v)-1])) == 0 {
		return []byte("{}"), nil
	}
	if v.Kind() != '{' {
		return nil, mission.Errorf(mission.Invalid, "Invalid JSON: the body is not an object")
	}
	return v, nil
}

// inWords makes one sentence of what is wrong with a body: Algolia's refusals
// have no pointers.
func inWords(err error) error {
	e := mission.AsError(err)
	if e == nil || len(e.Fields) == 0 {
		return err
	}
	f := e.Fields[0]
	if f.Pointer == "" {
		return mission.Errorf(e.Kind, "Invalid JSON: %s", f.Detail)
	}
	return mission.Errorf(e.Kind, "Invalid JSON: %s: %s", f.Pointer, f.Detail)
}

// again reads, in place, what whole has let through: names that are there twice
// and letters that are none were refused then, and looking for them in each
// layer of a batch takes longer than the reading.
func again(text []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// members walks the members of an object that whole has let through.
func members(object []byte, visit func(name string, value jsontext.Value) error) error {
	d := again(object)
	if _, err := d.ReadToken(); err != nil {
		return mission.Errorf(mission.Invalid, "Invalid JSON")
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return mission.Errorf(mission.Invalid, "Invalid JSON")
		}
		key := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return mission.Errorf(mission.Invalid, "Invalid JSON")
		}
		if err := visit(key, value); err != nil {
			return err
		}
	}
	return nil
}

// elements walks a list; anything else is refused, by its name.
func elements(name string, list jsontext.Value, visit func(i int, value jsontext.Value) error) error {
	if list.Kind() != '[' {
		return mission.Errorf(mission.Invalid, "%s should be an array", name)
	}
	d := again(list)
	if _, err := d.ReadToken(); err != nil {
		return mission.Errorf(mission.Invalid, "Invalid JSON")
	}
	for i := 0; d.PeekKind() != ']'; i++ {
		value, err := d.ReadValue()
		if err != nil {
			return mission.Errorf(mission.Invalid, "Invalid JSON")
		}
		if err := visit(i, value); err != nil {
			return err
		}
	}
	return nil
}

// stringOf reads a string; numbers count as they are written, as they do there
// for ids.
func stringOf(name string, v jsontext.Value) (string, error) {
	switch v.Kind() {
	case '"':
		text, err := jsontext.AppendUnquote(nil, v)
		if err == nil {
			return string(text), nil
		}
	case '0':
		return string(v), nil
	case 'n':
		return "", nil
	}
	return "", mission.Errorf(mission.Invalid, "%s should be a string", name)
}

// stringsOf reads a list of strings, or one with commas.
func stringsOf(name string, v jsontext.Value) (list []string, err error) {
	if v.Kind() != '[' {
		text, err := stringOf(name, v)
		if err != nil {
			return nil, err
		}
		if list, err = listOf(text); err != nil {
			return nil, mission.Errorf(mission.Invalid, "%s should be an array of strings", name)
		}
		return list, nil
	}
	list = []string{}
	err = elements(name, v, func(_ int, e jsontext.Value) error {
		s, err := stringOf(name, e)
		list = append(list, s)
		return err
	})
	return list, err
}

// intOf reads a whole number, also one in quotes.
func intOf(name string, v jsontext.Value) (int, error) {
	text, err := stringOf(name, v)
	if err == nil {
		if n, err := strconv.Atoi(text); err == nil {
			return n, nil
		}
	}
	return 0, mission.Errorf(mission.Invalid, "%s should be an integer", name)
}

// KeyIn gives the key that a body holds, nil for none. The body need not be
// right: that is looked at once its sender is known.
func KeyIn(body []byte) (key []byte) {
	object, err := whole(body)
	if err != nil {
		return nil
	}
	err = members(object, func(name string, value jsontext.Value) error {
		if name != "apiKey" {
			return nil
		}
		text, err := stringOf(name, value)
		key = []byte(text)
		return err
	})
	if err != nil {
		return nil
	}
	return key
}
