package feed

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// jsonSource reads records from a list, from an object that has a list called
// data or hits, or from objects one after the other.
type jsonSource struct {
	text    *counted
	decoder *jsontext.Decoder
	began   bool
	list    bool // in a list
	wrapped bool // which an object has: the rest of it follows
	line    int
	bytes   int
}

// counted counts the lines that were given.
type counted struct {
	*scrubber
	lines int
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.scrubber.Read(p)
	c.lines += bytes.Count(p[:n], []byte{'\n'})
	return n, err
}

func newJSON(text *scrubber) *jsonSource {
	c := &counted{scrubber: text, lines: 1}
	return &jsonSource{text: c, decoder: jsontext.NewDecoder(c, jsontext.AllowDuplicateNames(true)), line: 1}
}

func (j *jsonSource) at() (line, bytes int) { return j.line, j.bytes }

// mark takes down the line that the decoder is at.
func (j *jsonSource) mark() {
	rest := bytes.TrimLeft(j.decoder.UnreadBuffer(), ", \t\r\n")
	j.line = j.text.lines - bytes.Count(rest, []byte{'\n'})
}

// next gives the next record.
func (j *jsonSource) next() (r *record, refused, err error) {
	r, refused, err = j.read()
	if err != nil && err != io.EOF && mission.AsError(err) == nil {
		j.mark()
		err = jsonFailure(err)
	}
	return r, refused, err
}

func (j *jsonSource) read() (r *record, refused, err error) {
	j.text.refill()
	switch kind := j.decoder.PeekKind(); {
	case !j.began && kind == '[':
		j.began, j.list = true, true
		j.decoder.ReadToken() // it was peeked at
		return j.read()
	case j.list && kind == ']':
		j.list = false
		j.decoder.ReadToken() // it was peeked at
		return j.rest()
	case j.list:
		return j.record()
	case kind == '{':
		r, err := j.object(!j.began)
		if err == nil && r == nil {
			return j.read()
		}
		j.began = true
		return r, nil, err
	}
	j.mark()
	_, err = j.decoder.ReadToken()
	if err == nil {
		err = mission.Errorf(mission.Invalid, "neither a list of records nor a record stands here")
	}
	return nil, nil, err
}

// rest reads what follows a list, which is nothing, or the rest of the object
// that has it.
func (j *jsonSource) rest() (*record, error, error) {
	for j.wrapped {
		j.text.refill()
		var err error
		if j.decoder.PeekKind() == '}' {
			j.wrapped = false
			_, err = j.decoder.ReadToken()
		} else {
			err = j.decoder.SkipValue()
		}
		if err != nil {
			return nil, nil, err
		}
	}
	j.text.refill()
	j.decoder.PeekKind() // so that what follows is in the buffer
	j.mark()
	_, err := j.decoder.ReadToken() // io.EOF where all is read
	if err == nil {
		err = mission.Errorf(mission.Invalid, "something follows the list")
	}
	return nil, nil, err
}

// record reads one entry of a list. What is no object is refused and passed.
func (j *jsonSource) record() (r *record, refused, err error) {
	j.decoder.PeekKind() // so that the next entry's beginning is in the buffer
	j.mark()
	line, from := j.line, j.decoder.InputOffset()
	raw, err := j.decoder.ReadValue()
	j.bytes = int(j.decoder.InputOffset() - from)
	if err != nil {
		return nil, nil, err
	}
	j.line = line
	if raw.Kind() != '{' {
		return new(record), mission.Errorf(mission.Invalid, "the entry is no object"), nil
	}
	if len(raw) > RecordBytesMax {
		refused = mission.Errorf(mission.TooLarge, "the record is over %d bytes", RecordBytesMax)
	}
	r, err = recordOf(raw, 0)
	return r, refused, err
}

// object reads an object that stands alone: a record, or what has the list. It
// gives no record where the list was found; the decoder is in it then.
func (j *jsonSource) object(first bool) (*record, error) {
	j.mark()
	line, from := j.line, j.decoder.InputOffset()
	if _, err := j.decoder.ReadToken(); err != nil {
		return nil, err
	}
	r := new(record)
	for j.decoder.PeekKind() != '}' {
		name, err := j.decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		if first && (key == "data" || key == "hits") && j.decoder.PeekKind() == '[' {
			j.decoder.ReadToken() // it was peeked at
			j.began, j.list, j.wrapped = true, true, true
			return nil, nil
		}
		raw, err := j.decoder.ReadValue()
		if err != nil {
			return nil, err
		}
		if err := r.member(key, raw, 0); err != nil {
			return nil, err
		}
	}
	_, err := j.decoder.ReadToken()
	j.line, j.bytes = line, int(j.decoder.InputOffset()-from)
	return r, err
}

// recordOf reads the members of an object.
func recordOf(raw jsontext.Value, depth int) (*record, error) {
	d := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true))
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	r := new(record)
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		member, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		if err := r.member(key, member, depth); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// member adds a member of an object that is depth deep. null says nothing.
func (r *record) member(name string, raw jsontext.Value, depth int) (err error) {
	f := &field{name: name, key: fold(name), json: raw.Clone(), list: raw.Kind() == '['}
	f.values, err = valuesOf(raw, depth+1)
	r.fields = append(r.fields, f)
	return err
}

// valuesOf gives the values of a member: of a list, those of its entries.
func valuesOf(raw jsontext.Value, depth int) ([]value, error) {
	switch raw.Kind() {
	case 'n':
		return nil, nil
	case '"':
		text, err := jsontext.AppendUnquote(nil, raw)
		return []value{{text: string(text)}}, err
	case '{', '[':
		if depth > mission.NestingMax {
			return nil, mission.Errorf(mission.Invalid, "more than %d levels of nesting", mission.NestingMax)
		}
		if raw.Kind() == '[' {
			return entriesOf(raw, depth)
		}
		parts, err := recordOf(raw, depth)
		return []value{{parts: parts}}, err
	}
	return []value{{text: string(raw)}}, nil
}

func entriesOf(raw jsontext.Value, depth int) (all []value, err error) {
	d := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true))
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	for d.PeekKind() != ']' {
		entry, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		vs, err := valuesOf(entry, depth+1)
		if err != nil {
			return nil, err
		}
		all = append(all, vs...)
	}
	return all, nil
}

// jsonFailure says in our words why there is no record.
func jsonFailure(err error) error {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return mission.Errorf(mission.Invalid, "the JSON ends before it is complete")
		}
		return mission.Errorf(mission.Invalid, "the JSON is not well-formed: %v", syntax.Err)
	}
	return err
}
