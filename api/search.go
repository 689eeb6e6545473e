package api

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fasthttp"

	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// searchDefault is a page that fills a screen.
const searchDefault = 20

// searching is the memory of one search, kept for the next: the request, the
// page, and what they point to. Not safe for concurrent use.
type searching struct {
	request   matcher.SearchRequest
	page      matcher.SearchPage
	filter    filterReader
	facets    []string
	ids       []mission.ID
	highlight bool
	minSeq    uint64
}

// begin clears what the last request left.
func (r *searching) begin() {
	r.request = matcher.SearchRequest{Limit: searchDefault}
	r.filter, r.facets, r.highlight, r.minSeq = filterReader{}, r.facets[:0], false, 0
}

// end lets go of the snapshot that the page points into.
func (r *searching) end() {
	clear(r.page.Hits)
	r.page.Hits, r.page.Match = r.page.Hits[:0], nil
	r.request, r.filter = matcher.SearchRequest{}, filterReader{}
	clear(r.ids)
}

// sortNames are the orders of the contract, [s] for matcher.Sort s.
var sortNames = [...]string{matcher.ByRelevance: "relevance", matcher.ByDistance: "distance", matcher.ByUrgency: "urgency",
	matcher.ByNewest: "newest", matcher.ByStart: "starts_at", matcher.BySeats: "seats"}

// searchNames are what a search takes beside a filter.
var searchNames = []string{"q", "sort", "facets", "highlight", "prefix", "limit", "cursor"}

// searchSimple answers GET /v1/search.
func (c *call) searchSimple() error {
	r := &c.searching
	r.begin()
	for i := range c.query {
		p := &c.query[i]
		known, err := r.param(p)
		if err == nil && !known {
			_, err = r.filter.param(string(p.name), p.value)
		}
		if err != nil {
			return err
		}
	}
	return c.answerSearch()
}

// param takes over one parameter that is no filter.
func (r *searching) param(p *param) (known bool, err error) {
	q := &r.request
	switch string(p.name) {
	case "q":
		q.Query = string(p.value)
	case "sort":
		err = r.sort(string(p.value))
	case "facets":
		r.facets = append(r.facets, splitList(p.value)...)
	case "highlight":
		r.highlight, err = parseFlag("highlight", p.value)
	case "prefix":
		q.Prefix, err = parseFlag("prefix", p.value)
	case "limit":
		q.Limit, err = parseWhole("limit", p.value, 1, mission.SearchMax, searchDefault)
	case "cursor":
		q.Cursor = string(p.value)
	case "min_seq": // has been awaited, but not by the text
		r.minSeq, err = strconv.ParseUint(string(p.value), 10, 64)
	default:
		return false, nil
	}
	return true, err
}

// sort takes the word of an order.
func (r *searching) sort(name string) error {
	at := slices.Index(sortNames[:], name)
	if at < 0 {
		return invalid("/sort", "is not one of "+joinWords(sortNames[:]))
	}
	r.request.Sort = matcher.Sort(at)
	return nil
}

// search answers POST /v1/search.
func (c *call) search() error {
	r := &c.searching
	r.begin()
	var members map[string]jsontext.Value
	if err := c.decode(&members); err != nil {
		return err
	}
	for name, value := range members {
		if err := r.take(name, value); err != nil {
			return err
		}
	}
	if r.minSeq > 0 {
		if err := c.awaitSeq(r.minSeq); err != nil {
			return err
		}
	}
	return c.answerSearch()
}

// take takes over one member of a body; null is as if it were left out.
func (r *searching) take(name string, value jsontext.Value) error {
	if value.Kind() == 'n' {
		return nil
	}
	known, err := r.member(name, value)
	if err == nil && !known {
		known, err = r.filter.member(name, value)
	}
	if err == nil && !known {
		return invalid(pointerTo(name), "is nothing that a search takes; it takes "+joinWords(searchNames)+", min_seq, "+
			joinWords(filterNames)+", polygon, attr.NAME")
	}
	return err
}

// member takes over one member of a body that is no filter.
func (r *searching) member(name string, value jsontext.Value) (known bool, err error) {
	q, at := &r.request, pointerTo(name)
	switch name {
	case "q":
		err = decodeAt(value, &q.Query, at)
	case "sort":
		var word string
		if err = decodeAt(value, &word, at); err == nil {
			err = r.sort(word)
		}
	case "facets":
		err = decodeList(&r.facets, value, at)
	case "highlight":
		err = decodeAt(value, &r.highlight, at)
	case "prefix":
		err = decodeAt(value, &q.Prefix, at)
	case "limit":
		if err = decodeAt(value, &q.Limit, at); err == nil && (q.Limit < 1 || q.Limit > mission.SearchMax) {
			err = outOf(at, 1, mission.SearchMax)
		}
	case "cursor":
		err = decodeAt(value, &q.Cursor, at)
	case "min_seq":
		err = decodeAt(value, &r.minSeq, at)
	default:
		return false, nil
	}
	return true, err
}

// answerSearch searches for what c.searching holds and writes the page.
func (c *call) answerSearch() error {
	r := &c.searching
	if err := r.complete(c.s, c.key); err != nil {
		return err
	}
	// As HTTP has it: whoever asks for no cache is answered anew, not from
	// what an earlier question found.
	r.request.NoCache = strings.Contains(string(c.ctx.Request.Header.Peek(fasthttp.HeaderCacheControl)), "no-cache")
	if err := c.find(); err != nil {
		return err
	}
	c.out = append(c.out, '{')
	if err := c.appendHits(); err != nil {
		return err
	}
	c.out = append(c.appendSeqTook(r.appendFoot(c.out, c.key), r.page.Seq), '}')
	c.private()
	return nil
}

// complete checks what was read as a whole, and makes the filter of it.
func (r *searching) complete(s *Service, key *grant) error {
	f, err := r.filter.done("")
	if err != nil {
		return err
	}
	if err := s.engine.Intake().Filter(f); err != nil {
		return unfiltered(err)
	}
	if r.request.Filter, err = key.narrow(f); err != nil {
		return err
	}
	if err := checkTyped(r.request.Query); err != nil {
		return err
	}
	return r.completeFacets()
}

// completeFacets refuses fields that cannot be counted; one that is named
// twice is counted once.
func (r *searching) completeFacets() error {
	if len(r.facets) > matcher.FacetsMax {
		return faulty([]mission.FieldError{entries("/facets", 0, matcher.FacetsMax)})
	}
	kept := r.facets[:0]
	for i, name := range r.facets {
		if _, _, ok := index.FacetField(name); !ok {
			return invalid("/facets"+indexPointer(i), notFacet())
		}
		if !slices.Contains(kept, name) {
			kept = append(kept, name)
		}
	}
	r.facets = kept
	r.request.Facets = kept
	return nil
}

// notFacet is the refusal of a field that cannot be counted.
func notFacet() string {
	return "is no field that can be counted; they are " + joinWords(facetNames()) + ", attr.NAME"
}

// facetNames are the fields that can be counted: those of a filter that
// choose among values.
func facetNames() []string {
	return slices.DeleteFunc(slices.Clone(filterNames), func(name string) bool {
		_, _, ok := index.FacetField(name)
		return !ok
	})
}

// checkTyped refuses words that are more than anybody types. What is quoted
// wrongly, or is nothing but signs, is read as well as it can be.
func checkTyped(q string) error {
	if !cleanBytes([]byte(q)) {
		return invalid("/q", "has a control character or is not UTF-8")
	}
	// Bytes first: to count letters is dearer.
	if len(q) > index.WordsLettersMax && len([]rune(q)) > index.WordsLettersMax {
		return faulty([]mission.FieldError{fault("/q", "has over %d characters", index.WordsLettersMax)})
	}
	return nil
}

// find runs the request. Under load it leaves out counts and highlights
// first: a list without them is still a list.
func (c *call) find() error {
	r := &c.searching
	if err := c.late(); err != nil {
		return err
	}
	if r.minSeq > 0 && strings.TrimSpace(r.request.Query) != "" {
		if err := c.awaitText(r.minSeq); err != nil {
			return err
		}
	}
	if c.busy && (len(r.request.Facets) > 0 || r.highlight) {
		r.request.Facets, r.highlight, c.degraded = nil, false, true
	}
	return c.s.engine.Search(&r.request, &r.page)
}

// awaitText waits until words see a seq.
func (c *call) awaitText(seq uint64) error {
	ctx, cancel := c.context()
	defer cancel()
	return c.s.engine.AwaitText(ctx, seq)
}
