package objects

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// Extras is what stands beside a query on the wire and is the door's: where it
// goes, what the answer shows, and what a secured key restricts.
type Extras struct {
	IndexName string // of one query among several
	Type      string // "default" or "facet", "" if not said
	Strategy  string // of several queries: "none" or "stopIfEnoughMatches"

	Facet        string // the facet whose values are searched
	FacetQuery   string
	MaxFacetHits int // 10
	Cursor       string

	ResponseFields []string // nil or "*" for all
	ClickAnalytics bool
	AfterDistinct  bool // facetingAfterDistinct
	AroundIP       bool // aroundLatLngViaIP

	UserToken       string
	ValidUntil      int64 // Unix seconds, 0 for ever
	RestrictIndices []string
	RestrictSources string
}

// NewExtras gives what nobody asked for.
func NewExtras() *Extras { return &Extras{MaxFacetHits: 10} }

// DecodeQuery reads the JSON body of a search into q and x, of which only what
// the body names changes. The filters of all kinds are one in q.Filter, AND-ed
// to what is there. A body may hold a form as "params" too; what it names
// itself goes before that. An empty body names nothing.
//
// A value that cannot be is refused as Invalid, in Algolia's words; lenient as
// it is, numbers and booleans may be texts and lists comma-separated. A null
// names nothing. Names that mean nothing here, be they Algolia's or nobody's, are
// told to unknown and change nothing. x and unknown may be nil.
func DecodeQuery(body []byte, q *Query, x *Extras, unknown func(name string)) error {
	d := newDecoder(q, x, unknown)
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	ms, err := members(body)
	if err != nil {
		return err
	}
	for _, m := range ms {
		if m.name != "params" {
			continue
		}
		var form string
		if json.Unmarshal(m.value, &form) != nil {
			return badValue("params", "a string")
		}
		if err := d.form(form); err != nil {
			return err
		}
	}
	for _, m := range ms {
		if m.name == "params" {
			continue
		}
		var v any
		if err := json.Unmarshal(m.value, &v, jsontext.AllowDuplicateNames(true)); err != nil {
			return badValue(m.name, "JSON")
		}
		if err := d.set(m.name, v); err != nil {
			return err
		}
	}
	return d.finish()
}

// DecodeParams reads a form-encoded search, as in "query=a&hitsPerPage=5", the
// way DecodeQuery does a body.
func DecodeParams(form string, q *Query, x *Extras, unknown func(name string)) error {
	d := newDecoder(q, x, unknown)
	if err := d.form(form); err != nil {
		return err
	}
	return d.finish()
}

// RestrictQuery applies the parameters that a secured key holds to the query
// of whoever shows it. Filters of all kinds are AND-ed; what else the key
// names stands in the place of what the query says, and whatever in the query
// would go before it is dropped. It is called after the query was read.
func RestrictQuery(q *Query, x *Extras, embedded string) error {
	d := newDecoder(q, x, nil)
	before := *q
	if err := d.form(embedded); err != nil {
		return err
	}
	if d.named("hitsPerPage", "page") && !d.named("offset", "length") {
		q.Offset, q.Length = 0, -1
	}
	// An area goes before a circle, and boxes before polygons.
	switch {
	case d.named("insideBoundingBox"):
	case d.named("insidePolygon"):
		q.Boxes = nil
	case d.named("aroundLatLng", "aroundRadius"):
		q.Boxes, q.Polygons = nil, nil
	}
	if err := d.finish(); err != nil {
		*q = before
		return err
	}
	return nil
}

// decoder fills a query in, name by name.
type decoder struct {
	q       *Query
	x       *Extras
	unknown func(name string)
	seen    []string
	filters [4]*Filter // filters, facetFilters, numericFilters, tagFilters
}

func newDecoder(q *Query, x *Extras, unknown func(string)) *decoder {
	if x == nil {
		x = NewExtras()
	}
	return &decoder{q: q, x: x, unknown: unknown}
}

func (d *decoder) named(names ...string) bool {
	for _, n := range names {
		for _, s := range d.seen {
			if s == n {
				return true
			}
		}
	}
	return false
}

// form sets what a form holds. A name that stands there again goes before.
func (d *decoder) form(form string) error {
	for pair := range strings.SplitSeq(form, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return mission.Errorf(mission.Invalid, "Invalid form: %q is not percent-encoded", clipped(pair))
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return badValue(name, "percent-encoded text")
		}
		if err := d.set(name, strings.ToValidUTF8(value, "\uFFFD")); err != nil {
			return err
		}
	}
	return nil
}

// set sets one parameter; v is a text, or what JSON holds.
func (d *decoder) set(name string, v any) error {
	if v == nil {
		return nil
	}
	d.seen = append(d.seen, name)
	for _, read := range []func(string, any) (bool, error){d.setWhat, d.setFilter, d.setPlace, d.setShown, d.setWords, d.setExtra} {
		if known, err := read(name, v); known || err != nil {
			return err
		}
	}
	if d.unknown != nil && !strings.HasPrefix(strings.ToLower(name), "x-algolia-") {
		d.unknown(name)
	}
	return nil
}

// finish joins the filters. Those of them that have scores of their own rank
// what they let through, as optional ones do.
func (d *decoder) finish() error {
	own := join(OpAnd, d.filters[:])
	n := own.terms() + d.q.Filter.terms()
	for _, o := range d.q.Optional {
		n += o.terms()
	}
	if n > mission.FilterTermsMax {
		return mission.Errorf(mission.Invalid, "filters: %d terms, expected at most %d", n, mission.FilterTermsMax)
	}
	if own.hasScores() {
		d.q.Optional = append(d.q.Optional[:len(d.q.Optional):len(d.q.Optional)], own)
	}
	d.q.Filter = join(OpAnd, []*Filter{d.q.Filter, own})
	return nil
}
