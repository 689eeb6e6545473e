package api_test

// Whatever is sent to whichever route of the door, the answer is one of HTTP and
// JSON, and never that something failed inside.

import (
	"encoding/json"
	"testing"

	"github.com/valyala/fasthttp"

	"renfort/api"
)

func FuzzAlgolia(f *testing.F) {
	l := openService(f, nil)
	l.must(200, "POST", "/1/indexes/nothing-1/batch", `{"requests":[{"action":"addObject","body":{"objectID":"nothing-1","name":"a","n":1,"tags":["x","y"],"_geoloc":{"lat":43.7,"lng":7.2}}}]}`)
	routes := api.AlgoliaRoutes()
	for i := range routes {
		f.Add(uint8(i), "", "")
	}
	for _, body := range []string{
		`{"requests":[{"action":"partialUpdateObject","indexName":"nothing-1","body":{"objectID":"nothing-1","n":{"_operation":"Increment","value":1}}},{"action":"clear","indexName":"nothing-1"}]}`,
		`{"requests":[{"indexName":"nothing-1","objectID":"nothing-1","query":"a","facets":["*"],"filters":"n>0 AND NOT (tags:x OR name:a)","params":"hitsPerPage=2&page=9"}],"strategy":"stopIfEnoughMatches"}`,
		`{"query":"a \"b\" -c","facetFilters":[["tags:x","-tags:y"],"name:a"],"numericFilters":"n=1,n:0 TO 2","aroundLatLng":"43.7,7.2","aroundRadius":"all","getRankingInfo":true,"offset":1,"length":3}`,
		`{"operation":"copy","destination":"other","scope":["settings"]}`, `{"operation":"move","destination":"other"}`,
		`[{"objectID":"s","type":"synonym","synonyms":["a","b"]}]`, `{"objectID":"nothing-1","type":"oneWaySynonym","input":"a","synonyms":["b"]}`,
		`{"ranking":["asc(n)"],"searchableAttributes":["name,tags"],"replicas":["r"],"attributeForDistinct":"n","distinct":true}`,
		`{"cursor":"AAAA","hitsPerPage":1}`, `{"params":"query=%zz"}`, `{"insideBoundingBox":[[1,2,3,4]],"insidePolygon":[[1,2,3,4,5,6]]}`, "[]", "null", "{", `{"a":"\ud800"}`,
	} {
		for i := range routes {
			f.Add(uint8(i), "page=1&query=a&createIfNotExists=false&attributesToRetrieve=%5B%22a%22%5D", body)
		}
	}
	f.Fuzz(func(t *testing.T, route uint8, query, body string) {
		r := routes[int(route)%len(routes)]
		var ctx fasthttp.RequestCtx
		ctx.Init(&fasthttp.Request{}, nil, nil)
		ctx.Request.Header.SetMethod(r.Method)
		ctx.Request.SetRequestURI(pathOf(r))
		ctx.URI().SetQueryString(query)
		if r.Method != "GET" {
			ctx.Request.SetBodyString(body)
		}
		l.service.Handle(&ctx)
		status, answer := ctx.Response.StatusCode(), ctx.Response.Body()
		if status >= 500 || !json.Valid(answer) {
			t.Errorf("%s %s?%s %q: %d %s", r.Method, pathOf(r), query, body, status, answer)
		}
	})
}
