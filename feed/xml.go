package feed

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"renfort/mission"
)

// depthMax bounds how deep elements stand in each other.
const depthMax = 64

// xmlSource reads the <mission> elements of a document, wherever they stand.
// It takes raw tokens and matches their ends itself: the decoder, asked to let
// a bare & pass, would let everything else pass too.
type xmlSource struct {
	text    *scrubber
	decoder *xml.Decoder
	open    []string // names of the elements that are open
	rooted  bool     // the root element was there
	line    int
	bytes   int
}

// newXML reads from a scrubbed text, which is UTF-8 by now whatever its
// declaration says.
func newXML(text *scrubber) *xmlSource {
	d := xml.NewDecoder(text)
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	return &xmlSource{text: text, decoder: d, line: 1}
}

func (x *xmlSource) at() (line, bytes int) { return x.line, x.bytes }

// token gives the next token that says something. Ends are matched here.
func (x *xmlSource) token() (xml.Token, error) {
	for {
		x.text.refill()
		t, err := x.decoder.RawToken()
		if err != nil {
			return nil, x.failure(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(x.open) == depthMax {
				return nil, x.wrong("elements stand over %d deep in each other", depthMax)
			}
			x.open, x.rooted = append(x.open, t.Name.Local), true
			return t, nil
		case xml.EndElement:
			n := len(x.open) - 1
			if n < 0 {
				return nil, x.wrong("</%s> ends what was never begun", short(t.Name.Local))
			}
			if x.open[n] != t.Name.Local {
				return nil, x.wrong("<%s> is ended by </%s>", short(x.open[n]), short(t.Name.Local))
			}
			x.open = x.open[:n]
			return t, nil
		case xml.CharData:
			return t, nil
		}
	}
}

// wrong is the end of the reading, at the line where the decoder is.
func (x *xmlSource) wrong(format string, args ...any) error {
	x.mark()
	return mission.Errorf(mission.Invalid, format, args...)
}

// failure says in our words why there is no token. The line is the one where
// the reading stopped.
func (x *xmlSource) failure(err error) error {
	x.mark()
	var syntax *xml.SyntaxError
	switch {
	case err == io.EOF && !x.rooted:
		return mission.Errorf(mission.Invalid, "the document has no element")
	case err == io.EOF && len(x.open) > 0:
		return mission.Errorf(mission.Invalid, "the document ends inside <%s>", short(x.open[len(x.open)-1]))
	case errors.As(err, &syntax):
		return mission.Errorf(mission.Invalid, "the XML is not well-formed: %s", syntax.Msg)
	}
	return err
}

// mark takes down the line that the decoder is at.
func (x *xmlSource) mark() {
	line, _ := x.decoder.InputPos()
	x.line = line + x.text.lines
}

// next gives the next <mission>.
func (x *xmlSource) next() (r *record, refused, err error) {
	for {
		t, err := x.token()
		if err != nil {
			return nil, nil, err
		}
		if s, ok := t.(xml.StartElement); ok && strings.EqualFold(s.Name.Local, "mission") {
			return x.mission()
		}
	}
}

// mission reads the element whose start was just read. One over the limit is
// read to its end, and what stood beyond is not kept.
func (x *xmlSource) mission() (r *record, refused, err error) {
	x.mark()
	line, began := x.line, x.decoder.InputOffset()
	e := &element{source: x, until: began + RecordBytesMax}
	v, err := e.read(len(x.open))
	x.bytes = int(x.decoder.InputOffset() - began)
	if err != nil {
		return nil, nil, err
	}
	x.line = line
	if r = v.parts; r == nil {
		r = new(record)
	}
	if e.full {
		return r, mission.Errorf(mission.TooLarge, "the mission is over %d bytes", RecordBytesMax), nil
	}
	return r, nil, nil
}

// element reads one element with all that is in it.
type element struct {
	source *xmlSource
	until  int64 // offset from which nothing is kept
	full   bool
}

// read reads to the end of the element that is depth deep. An element with
// elements in it is a record; where all of them are called value, and where it
// has only text, it is a list or a text.
func (e *element) read(depth int) (v value, err error) {
	var text strings.Builder
	for {
		t, err := e.source.token()
		if err != nil {
			return value{}, err
		}
		if e.source.decoder.InputOffset() > e.until {
			e.full = true
		}
		switch t := t.(type) {
		case xml.CharData:
			if !e.full {
				text.Write(t)
			}
		case xml.EndElement:
			v.text = text.String()
			v.markup = v.parts != nil
			return v, nil
		case xml.StartElement:
			name := strings.Clone(t.Name.Local)
			child, err := e.read(depth + 1)
			if err != nil {
				return value{}, err
			}
			if e.full {
				continue
			}
			if v.parts == nil {
				v.parts = new(record)
			}
			v.parts.put(name, child)
			text.WriteString("<" + name + ">" + child.text + "</" + name + ">")
		}
	}
}

// put adds an element to a record. One that has only <value> elements in it is
// a list.
func (r *record) put(name string, v value) {
	if v.parts != nil && len(v.parts.fields) == 1 && v.parts.fields[0].key == "value" {
		r.add(name, true, v.parts.fields[0].values...)
		return
	}
	r.add(name, false, v)
}

// short cuts a name for a message.
func short(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
