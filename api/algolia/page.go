package algolia

import (
	"bytes"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/objects"
)

// page is the answer to one search on its way out.
type page struct {
	ask     *ask
	result  *objects.Result
	index   string // that was searched
	queryID string
	tookMS  int
	more    string // members to add, each with its comma
}

func pageOf(a *ask, r *objects.Result) *page { return &page{ask: a, result: r} }

// tookMS gives whole milliseconds, at least one, as Algolia does.
func tookMS(began time.Time) int { return max(1, int(time.Since(began).Milliseconds())) }

// append writes the answer, of what responseFields names. Every member brings
// its comma, and the first one's place is the brace's.
func (p *page) append(b []byte) []byte {
	r, a := p.result, p.ask
	from := len(b)
	if a.shows("hits") {
		b = append(b, `,"hits":[`...)
		b = append(append(b, bytes.Join(r.Hits, []byte{','})...), ']')
	}
	b = p.appendSize(b)
	b = p.appendFacets(b)
	if a.shows("exhaustive") {
		b = append(b, `,"exhaustive":{"facetsCount":true,"nbHits":true,"typo":true}`...)
	}
	b = p.appendAsked(b)
	b = p.appendPlace(b)
	b = p.appendRanking(b)
	if a.shows("processingTimeMS") {
		b = appendInt(b, "processingTimeMS", p.tookMS)
	}
	if a.shows("serverTimeMS") {
		b = appendInt(b, "serverTimeMS", p.tookMS)
	}
	if p.queryID != "" && a.shows("queryID") {
		b = appendText(b, "queryID", p.queryID)
	}
	b = append(b, p.more...)
	if len(b) == from {
		return append(b, "{}"...)
	}
	b[from] = '{'
	return append(b, '}')
}

// appendSize writes how many hits there are and where these stand.
func (p *page) appendSize(b []byte) []byte {
	r, a := p.result, p.ask
	if a.shows("nbHits") {
		b = appendInt(b, "nbHits", r.Total)
	}
	if r.OffsetAsked {
		if a.shows("offset") {
			b = appendInt(b, "offset", r.Offset)
		}
		if a.shows("length") {
			b = appendInt(b, "length", r.Length)
		}
	} else {
		if a.shows("page") {
			b = appendInt(b, "page", r.Page)
		}
		if a.shows("nbPages") {
			b = appendInt(b, "nbPages", r.Pages)
		}
		if a.shows("hitsPerPage") {
			b = appendInt(b, "hitsPerPage", r.PerPage)
		}
	}
	for _, name := range [...]string{"exhaustiveFacetsCount", "exhaustiveNbHits", "exhaustiveTypo"} {
		if a.shows(name) && (name != "exhaustiveFacetsCount" || len(a.query.Facets) > 0) {
			b = appendBool(b, name, true)
		}
	}
	return b
}

// appendFacets writes counts and, of numbers, their statistics. Without facets
// asked for there are no such members.
func (p *page) appendFacets(b []byte) []byte {
	r, a := p.result, p.ask
	if len(a.query.Facets) == 0 {
		return b
	}
	if a.shows("facets") {
		b = append(b, `,"facets":{`...)
		for i, f := range r.Facets {
			b = appendCounts(comma(b, i), f)
		}
		b = append(b, '}')
	}
	if !a.shows("facets_stats") {
		return b
	}
	n := 0
	for _, f := range r.Facets {
		if f.Stats == nil {
			continue
		}
		if n == 0 {
			b = append(b, `,"facets_stats":{`...)
		}
		b = appendStats(comma(b, n), f)
		n++
	}
	if n > 0 {
		b = append(b, '}')
	}
	return b
}

// comma separates what comes after the first.
func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

func appendCounts(b []byte, f objects.FacetCounts) []byte {
	b = append(appendQuoted(b, f.Name), ":{"...)
	for i, v := range f.Values {
		b = append(appendQuoted(comma(b, i), v.Value), ':')
		b = strconv.AppendInt(b, int64(v.Count), 10)
	}
	return append(b, '}')
}

func appendStats(b []byte, f objects.FacetCounts) []byte {
	b = append(appendQuoted(b, f.Name), `:{"min":`...)
	b = append(appendFloat(b, f.Stats.Min), `,"max":`...)
	b = append(appendFloat(b, f.Stats.Max), `,"avg":`...)
	b = append(appendFloat(b, f.Stats.Avg), `,"sum":`...)
	return append(appendFloat(b, f.Stats.Sum), '}')
}

// appendFloat writes a number as JavaScript does.
func appendFloat(b []byte, v float64) []byte {
	return append(b, jsontext.Float(v).String()...)
}

// appendAsked writes what was asked for back.
func (p *page) appendAsked(b []byte) []byte {
	r, a := p.result, p.ask
	if a.shows("query") {
		b = appendText(b, "query", a.query.Words)
	}
	if r.Removed != "" && a.shows("queryAfterRemoval") {
		b = appendText(b, "queryAfterRemoval", r.Removed)
	}
	if a.shows("params") {
		b = appendText(b, "params", a.echo)
	}
	if a.shows("renderingContent") {
		b = append(b, `,"renderingContent":{}`...)
	}
	return b
}

// appendPlace writes the radius where it was chosen here. Where the caller is
// is never guessed from its address, and the answer says so where it asked.
func (p *page) appendPlace(b []byte) []byte {
	r, a := p.result, p.ask
	if r.AutomaticRadiusM > 0 && a.shows("automaticRadius") {
		b = appendText(b, "automaticRadius", strconv.Itoa(r.AutomaticRadiusM))
	}
	if a.extras.AroundIP && r.At == nil {
		b = appendText(b, "message", "No position is known of an address: aroundLatLngViaIP changes nothing here.")
	}
	return b
}

// appendRanking writes how the search was understood, where it was asked for.
func (p *page) appendRanking(b []byte) []byte {
	r, a := p.result, p.ask
	if !a.query.ExplainRanking {
		return b
	}
	if r.At != nil && a.shows("aroundLatLng") {
		at := strconv.AppendFloat(nil, r.At.Lat, 'f', -1, 64)
		at = strconv.AppendFloat(append(at, ','), r.At.Lon, 'f', -1, 64)
		b = appendText(b, "aroundLatLng", string(at))
	}
	if a.shows("parsedQuery") {
		b = appendText(b, "parsedQuery", r.Parsed)
	}
	if a.shows("indexUsed") && p.index != "" {
		b = appendText(b, "indexUsed", p.index)
	}
	if a.shows("serverUsed") {
		b = appendText(b, "serverUsed", "renfort")
	}
	if a.shows("timeoutCounts") {
		b = appendBool(b, "timeoutCounts", false)
	}
	if a.shows("timeoutHits") {
		b = appendBool(b, "timeoutHits", false)
	}
	return b
}

// appendFacetHits writes the values of a facet that were found.
func appendFacetHits(b []byte, hits *objects.FacetHits, tookMS int) []byte {
	b = append(b, `{"facetHits":[`...)
	for i, h := range hits.Hits {
		b = append(comma(b, i), `{"value":`...)
		b = append(appendQuoted(b, h.Value), `,"highlighted":`...)
		b = appendInt(appendQuoted(b, h.Highlighted), "count", h.Count)
		b = append(b, '}')
	}
	b = appendBool(append(b, ']'), "exhaustiveFacetsCount", hits.Exhaustive)
	b = append(b, `,"exhaustive":{"facetsCount":`...)
	b = append(strconv.AppendBool(b, hits.Exhaustive), '}')
	return append(appendInt(b, "processingTimeMS", tookMS), '}')
}
