package index

import (
	"fmt"

	"renfort/mission"

	"github.com/go-json-experiment/json"
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
	return mustEncode(s)
}

// rename gives a summary with the organisation's new name.
func rename(encoded []byte, name string) []byte {
	var s summary
	if err := json.Unmarshal(encoded, &s); err != nil || s.Organization == nil {
		panic(fmt.Sprintf("index: a summary of our own does not read: %v", err))
	}
	s.Organization.Name = name
	return mustEncode(s)
}

// mustEncode encodes what has no reason to fail: strings that were validated.
func mustEncode(v any) []byte {
	b, err := mission.Encode(v)
	if err != nil {
		panic("index: encode: " + err.Error())
	}
	return b
}
