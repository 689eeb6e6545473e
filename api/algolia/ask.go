package algolia

import (
	"bytes"
	"net/url"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
	"renfort/objects"
)

// ask is one search as it was asked.
type ask struct {
	query  *objects.Query
	extras *objects.Extras
	echo   string // the parameters, form-encoded: answered as "params"
}

// readAsk reads a search from a body that whole has let through, held to what
// a secured key says.
func (d *Door) readAsk(body []byte, r *Restrictions) (*ask, error) {
	a := &ask{query: objects.NewQuery(), extras: objects.NewExtras()}
	if err := objects.DecodeQuery(body, a.query, a.extras, d.counts.ignored); err != nil {
		return nil, err
	}
	echo, err := echoOf(body)
	if err != nil {
		return nil, err
	}
	a.echo = echo
	return a, a.restrict(r)
}

// readAskSimple reads a search from a query string.
func (d *Door) readAskSimple(query []byte, r *Restrictions) (*ask, error) {
	a := &ask{query: objects.NewQuery(), extras: objects.NewExtras(), echo: withoutKeys(string(query))}
	if err := objects.DecodeParams(a.echo, a.query, a.extras, d.counts.ignored); err != nil {
		return nil, err
	}
	return a, a.restrict(r)
}

// restrict holds a search to the parameters of a secured key. They are not
// echoed: whoever searches need not know them.
func (a *ask) restrict(r *Restrictions) error {
	if r == nil || r.Params == "" {
		return nil
	}
	return objects.RestrictQuery(a.query, a.extras, r.Params)
}

// withoutKeys leaves out of a query string what is about the request and not
// the search.
func withoutKeys(query string) string {
	var b strings.Builder
	for pair := range strings.SplitSeq(query, "&") {
		if len(pair) == 0 || len(pair) > 10 && strings.EqualFold(pair[:10], "x-algolia-") {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(pair)
	}
	return b.String()
}

// beside says whether a member of a body goes beside the search: where it goes
// to, and what it is read with.
func beside(name string) bool {
	switch name {
	case "params", "indexName", "type", "strategy", "facet", "facetName", "apiKey", "cursor":
		return true
	}
	return false
}

// echoOf writes the parameters of a body as a form, as Algolia echoes them. A
// form that came in the body comes first, as it is.
func echoOf(body []byte) (string, error) {
	var form string
	var b bytes.Buffer
	err := members(body, func(name string, value jsontext.Value) (err error) {
		if name == "params" {
			form, err = stringOf(name, value)
			return err
		}
		if beside(name) {
			return nil
		}
		text := string(value)
		if value.Kind() == '"' {
			text, err = stringOf(name, value)
		} else if err := value.Compact(); err == nil {
			text = string(value)
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escape(name) + "=" + escape(text))
		return err
	})
	if form != "" && b.Len() > 0 {
		form += "&"
	}
	return form + b.String(), err
}

// unescaped are the letters that browsers leave alone in a part of an address
// and Go does not; a space is what both write in their own way.
var unescaped = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*")
})

// escape percent-encodes as browsers do for a part of an address.
func escape(s string) string { return unescaped().Replace(url.QueryEscape(s)) }

// facetOf makes the question for values of a facet.
func (a *ask) facetOf(facet string) (objects.FacetQuery, error) {
	if facet == "" {
		return objects.FacetQuery{}, mission.Errorf(mission.Invalid, "facet is missing: the attribute whose values are searched")
	}
	return objects.FacetQuery{Facet: facet, Words: a.extras.FacetQuery, Most: a.extras.MaxFacetHits}, nil
}

// shows says whether a field is in the answer: responseFields may leave out
// most of them.
func (a *ask) shows(field string) bool {
	fields := a.extras.ResponseFields
	if len(fields) == 0 {
		return true
	}
	for _, f := range fields {
		if f == "*" || f == field {
			return true
		}
	}
	return false
}
