package index

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// summary is what an answer shows of a mission. It is encoded once, when the
// mission is written.
type summary struct {
	Title        string          `json:"title"`
	Organization *summaryOrg     `json:"organization,omitzero"`
	Domains      []string        `json:"domains"`
	Activities   []string        `json:"activities"`
	Remote       string          `json:"remote"`
	StartsAt     *mission.Moment `json:"starts_at"`
	EndsAt       *mission.Moment `json:"ends_at"`
	Urgency      string          `json:"urgency"`
	URL          *string         `json:"url"`
}

type summaryOrg struct {
	ID   mission.ID `json:"id"`
	Name string     `json:"name"`
}

func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// summarize encodes a mission's summary, with its organisation's name.
func summarize(m *mission.Mission, organization string) []byte {
	s := summary{Title: m.Title, Domains: m.Domains, Activities: m.Activities, Remote: m.Remote,
		StartsAt: orNull(m.StartsAt), EndsAt: orNull(m.EndsAt), Urgency: m.Urgency, URL: orNull(m.URL)}
	if s.Domains == nil {
		s.Domains = []string{}
	}
	if s.Activities == nil {
		s.Activities = []string{}
	}
	if o := m.Organization; o != nil {
		s.Organization = &summaryOrg{o.ID, organization}
	}
	return s.encode()
}

// rename gives a summary with the organisation's new name.
func rename(encoded []byte, name string) []byte {
	var s summary
	if err := json.Unmarshal(encoded, &s); err != nil || s.Organization == nil {
		panic(fmt.Sprintf("index: a summary of our own does not read: %v", err))
	}
	s.Organization.Name = name
	return s.encode()
}

// encodeRoom is what most of what is shown of a mission has room in.
const encodeRoom = 1024

// encode says what mission.Encode says of s, by hand: a start does it for every
// mission.
func (s *summary) encode() []byte {
	var room [encodeRoom]byte
	b := appendText(append(room[:0], `{"title":`...), s.Title)
	if o := s.Organization; o != nil {
		b = appendText(append(b, `,"organization":{"id":`...), string(o.ID))
		b = append(appendText(append(b, `,"name":`...), o.Name), '}')
	}
	b = appendTexts(append(b, `,"domains":`...), s.Domains)
	b = appendTexts(append(b, `,"activities":`...), s.Activities)
	b = appendText(append(b, `,"remote":`...), s.Remote)
	b = appendOrNull(append(b, `,"starts_at":`...), s.StartsAt)
	b = appendOrNull(append(b, `,"ends_at":`...), s.EndsAt)
	b = appendText(append(b, `,"urgency":`...), s.Urgency)
	b = appendOrNull(append(b, `,"url":`...), s.URL)
	return bytes.Clone(append(b, '}'))
}

// encodeLocation says what mission.Encode says of an address.
func encodeLocation(l *mission.Location) []byte {
	var room [encodeRoom]byte
	b := append(room[:0], '{')
	text := func(name, value string) {
		if value != "" {
			b = appendText(append(b, name...), value)
		}
	}
	number := func(name string, value *float64) {
		if value != nil {
			b = appendNumber(append(b, name...), *value)
		}
	}
	text(`,"id":`, l.ID)
	number(`,"lat":`, l.Lat)
	number(`,"lon":`, l.Lon)
	text(`,"label":`, l.Label)
	text(`,"city":`, l.City)
	text(`,"postal_code":`, l.PostalCode)
	text(`,"department":`, l.Department)
	text(`,"insee":`, l.INSEE)
	text(`,"country":`, l.Country)
	text(`,"precision":`, l.Precision)
	if len(b) > 1 {
		b = append(b[:1], b[2:]...) // the first has no comma before it
	}
	return bytes.Clone(append(b, '}'))
}

func appendText(b []byte, s string) []byte {
	b, err := jsontext.AppendQuote(b, s)
	if err != nil {
		panic("index: encode: " + err.Error())
	}
	return b
}

func appendTexts(b []byte, all []string) []byte {
	b = append(b, '[')
	for i, s := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, s)
	}
	return append(b, ']')
}

func appendOrNull[T ~string](b []byte, s *T) []byte {
	if s == nil {
		return append(b, "null"...)
	}
	return appendText(b, string(*s))
}

// The numbers that JSON has without an exponent, but for 0.
const leastPlain, mostPlain = 1e-6, 1e21

func appendNumber(b []byte, v float64) []byte {
	if a := math.Abs(v); a >= leastPlain && a < mostPlain {
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return append(b, mustEncode(v)...)
}

// mustEncode encodes what has no reason to fail: strings that were validated.
func mustEncode(v any) []byte {
	b, err := mission.Encode(v)
	if err != nil {
		panic("index: encode: " + err.Error())
	}
	return b
}
