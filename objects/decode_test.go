package objects_test

import (
	"reflect"
	"testing"

	"renfort/geo"
	"renfort/objects"
)

// What each parameter makes of a query. A case is a form, a body, or both; both
// must say the same.
func TestDecodeQuery(t *testing.T) {
	t.Parallel()
	filter := func(s string) *objects.Filter {
		f, err := objects.ParseFilters(s)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	yes, two, one, dots := true, 2, 1, "..."
	for _, c := range []struct {
		form, body string
		want       func(q *objects.Query, x *objects.Extras)
	}{
		{"query=aide%20aux+courses", `{"query":"aide aux courses"}`, func(q *objects.Query, _ *objects.Extras) { q.Words = "aide aux courses" }},
		{"page=2&hitsPerPage=18", `{"page":"2","hitsPerPage":18}`, func(q *objects.Query, _ *objects.Extras) { q.Page, q.PerPage = 2, 18 }},
		{"hitsPerPage=0&length=5&offset=10", `{"hitsPerPage":0.0,"length":5,"offset":10}`, func(q *objects.Query, _ *objects.Extras) { q.PerPage, q.Length, q.Offset = 0, 5, 10 }},
		{"facets=a, b", `{"facets":["a","b"]}`, func(q *objects.Query, _ *objects.Extras) { q.Facets = []string{"a", "b"} }},
		{`facets=["*"]&maxValuesPerFacet=10`, `{"facets":"*","maxValuesPerFacet":"10"}`, func(q *objects.Query, _ *objects.Extras) { q.Facets, q.PerFacet = []string{"*"}, 10 }},
		{"attributesToRetrieve=&attributesToHighlight=[]", `{"attributesToRetrieve":[],"attributesToHighlight":""}`, func(q *objects.Query, _ *objects.Extras) {
			q.Retrieve, q.Highlight = []string{}, []string{}
		}},
		{`attributesToSnippet=["text:10"]&snippetEllipsisText=...&highlightPreTag=<b>&highlightPostTag=</b>`, `{"attributesToSnippet":["text:10"],"snippetEllipsisText":"...","highlightPreTag":"<b>","highlightPostTag":"</b>"}`, func(q *objects.Query, _ *objects.Extras) {
			q.Snippet, q.Ellipsis, q.PreTag, q.PostTag = []string{"text:10"}, &dots, "<b>", "</b>"
		}},

		{"filters=a:1 AND b:2", `{"filters":"a:1 AND b:2"}`, func(q *objects.Query, _ *objects.Extras) { q.Filter = filter("a:1 AND b:2") }},
		{`filters=a:1 OR b:2&facetFilters=["c:3",["d:4","e:-5"]]&numericFilters=["n>6",["m:1 TO 2","m=9"]]&tagFilters=[["x","y"],"-z"]`,
			`{"filters":"a:1 OR b:2","facetFilters":["c:3",["d:4","e:-5"]],"numericFilters":["n>6",["m:1 TO 2","m=9"]],"tagFilters":[["x","y"],"-z"]}`,
			func(q *objects.Query, _ *objects.Extras) {
				q.Filter = filter("(a:1 OR b:2) AND c:3 AND (d:4 OR NOT e:5) AND n > 6 AND (m:1 TO 2 OR m = 9) AND (x OR y) AND NOT z")
			}},
		{"facetFilters=a:b,(c:d,e:f)&numericFilters=n>1,(m<2,m>3)&tagFilters=x,(y,-z)", `{"facetFilters":"a:b,(c:d,e:f)","numericFilters":"n>1,(m<2,m>3)","tagFilters":"x,(y,-z)"}`, func(q *objects.Query, _ *objects.Extras) {
			q.Filter = filter("a:b AND (c:d OR e:f) AND n > 1 AND (m < 2 OR m > 3) AND x AND (y OR NOT z)")
		}},
		{`optionalFilters=["brand:Apple<score=3>","brand:-Huawei",["a:1","b:2"]]&sumOrFiltersScores=true`, `{"optionalFilters":["brand:Apple<score=3>","brand:-Huawei",["a:1","b:2"]],"sumOrFiltersScores":true}`, func(q *objects.Query, _ *objects.Extras) {
			q.Optional = []*objects.Filter{filter("brand:Apple<score=3>"), filter("NOT brand:Huawei"), filter("a:1 OR b:2")}
			q.SumScores = true
		}},

		{"aroundLatLng=48.85, 2.35&aroundRadius=35000", `{"aroundLatLng":"48.85,2.35","aroundRadius":35000}`, func(q *objects.Query, _ *objects.Extras) {
			q.At, q.RadiusM = &geo.Point{Lat: 48.85, Lon: 2.35}, 35_000
		}},
		{"aroundLatLng=&aroundRadius=all&minimumAroundRadius=1000", `{"aroundLatLng":"","aroundRadius":"all","minimumAroundRadius":"1000"}`, func(q *objects.Query, _ *objects.Extras) {
			q.RadiusM, q.MinRadiusM = -1, 1000
		}},
		{"aroundPrecision=100", `{"aroundPrecision":100}`, func(q *objects.Query, _ *objects.Extras) { q.PrecisionM = []objects.Band{{StepM: 100}} }},
		{`aroundPrecision=[{"from":0,"value":25},{"from":1000,"value":2000}]`, `{"aroundPrecision":[{"from":0,"value":25},{"from":1000,"value":2000}]}`, func(q *objects.Query, _ *objects.Extras) {
			q.PrecisionM = []objects.Band{{FromM: 0, StepM: 25}, {FromM: 1000, StepM: 2000}}
		}},
		{"insideBoundingBox=47.3165,4.9665,47.3424,5.0201", `{"insideBoundingBox":[47.3165,4.9665,47.3424,5.0201]}`, func(q *objects.Query, _ *objects.Extras) {
			q.Boxes = []objects.Box{{A: geo.Point{Lat: 47.3165, Lon: 4.9665}, B: geo.Point{Lat: 47.3424, Lon: 5.0201}}}
		}},
		{"insideBoundingBox=1,2,3,4,5,6,7,8", `{"insideBoundingBox":[[1,2,3,4],[5,6,7,8]]}`, func(q *objects.Query, _ *objects.Extras) {
			q.Boxes = []objects.Box{{A: geo.Point{Lat: 1, Lon: 2}, B: geo.Point{Lat: 3, Lon: 4}}, {A: geo.Point{Lat: 5, Lon: 6}, B: geo.Point{Lat: 7, Lon: 8}}}
		}},
		{"insideBoundingBox=10,170,-10,190", "", func(q *objects.Query, _ *objects.Extras) { // across the end of the map
			q.Boxes = []objects.Box{{A: geo.Point{Lat: 10, Lon: 170}, B: geo.Point{Lat: -10, Lon: 180}}, {A: geo.Point{Lat: 10, Lon: -180}, B: geo.Point{Lat: -10, Lon: -170}}}
		}},
		{"insidePolygon=1,2,3,4,5,7", `{"insidePolygon":[[1,2,3,4,5,7]]}`, func(q *objects.Query, _ *objects.Extras) {
			q.Polygons = []objects.Polygon{{{Lat: 1, Lon: 2}, {Lat: 3, Lon: 4}, {Lat: 5, Lon: 7}}}
		}},

		{"typoTolerance=false&queryType=prefixAll&removeWordsIfNoResults=lastWords&advancedSyntax=1&synonyms=false", `{"typoTolerance":false,"queryType":"prefixAll","removeWordsIfNoResults":"lastWords","advancedSyntax":"true","synonyms":"false"}`, func(q *objects.Query, _ *objects.Extras) {
			q.Typos, q.PrefixOf, q.WhenNone, q.Advanced, q.NoSynonyms = "false", "prefixAll", "lastWords", &yes, true
		}},
		{"distinct=2", `{"distinct":2}`, func(q *objects.Query, _ *objects.Extras) { q.Distinct = &two }},
		{"distinct=true", `{"distinct":true}`, func(q *objects.Query, _ *objects.Extras) { q.Distinct = &one }},
		{"minWordSizefor1Typo=3&minWordSizefor2Typos=7&restrictSearchableAttributes=name&sortFacetValuesBy=alpha&optionalWords=a,b", `{"minWordSizefor1Typo":3,"minWordSizefor2Typos":7,"restrictSearchableAttributes":["name"],"sortFacetValuesBy":"alpha","optionalWords":["a","b"]}`, func(q *objects.Query, _ *objects.Extras) {
			q.OneTypoFrom, q.TwoTyposFrom, q.RestrictTo, q.SortFacet, q.OptionalWords = 3, 7, []string{"name"}, "alpha", []string{"a", "b"}
		}},

		{"getRankingInfo=true&clickAnalytics=true&responseFields=hits,nbHits&facetingAfterDistinct=true&aroundLatLngViaIP=true", `{"getRankingInfo":1,"clickAnalytics":true,"responseFields":["hits","nbHits"],"facetingAfterDistinct":true,"aroundLatLngViaIP":true}`, func(q *objects.Query, x *objects.Extras) {
			q.ExplainRanking = true
			x.ClickAnalytics, x.AfterDistinct, x.AroundIP, x.ResponseFields = true, true, true, []string{"hits", "nbHits"}
		}},
		{"indexName=m&type=facet&facet=tags&facetQuery=par&maxFacetHits=20&cursor=c", `{"indexName":"m","type":"facet","facet":"tags","facetQuery":"par","maxFacetHits":20,"cursor":"c"}`, func(_ *objects.Query, x *objects.Extras) {
			x.IndexName, x.Type, x.Facet, x.FacetQuery, x.MaxFacetHits, x.Cursor = "m", "facet", "tags", "par", 20, "c"
		}},
		{"filters=public&validUntil=2524604400&restrictIndices=a,b_*&restrictSources=1.2.3.0/24&userToken=me", "", func(q *objects.Query, x *objects.Extras) {
			q.Filter = filter("_tags:public")
			x.ValidUntil, x.RestrictIndices, x.RestrictSources, x.UserToken = 2524604400, []string{"a", "b_*"}, "1.2.3.0/24", "me"
		}},

		// A body that holds a form; what it names itself goes before.
		{"", `{"hitsPerPage":7,"params":"query=a&hitsPerPage=3&filters=x"}`, func(q *objects.Query, _ *objects.Extras) { q.Words, q.PerPage, q.Filter = "a", 7, filter("x") }},
		{"", ` {"query":null,"filters":null,"synonyms":null} `, func(*objects.Query, *objects.Extras) {}},
		{"", "", func(*objects.Query, *objects.Extras) {}},
	} {
		want, wantExtras := objects.NewQuery(), objects.NewExtras()
		c.want(want, wantExtras)
		check := func(what, in string, q *objects.Query, x *objects.Extras, err error) {
			if err != nil || !reflect.DeepEqual(q, want) || !reflect.DeepEqual(x, wantExtras) {
				t.Errorf("%s %s:\n got %+v %+v, %v\nwant %+v %+v", what, in, q, x, err, want, wantExtras)
			}
		}
		unknown := func(name string) { t.Errorf("%q is told as unknown", name) }
		if c.form != "" {
			q, x := objects.NewQuery(), objects.NewExtras()
			check("form", c.form, q, x, objects.DecodeParams(c.form, q, x, unknown))
		}
		if c.body != "" || c.form == "" {
			q, x := objects.NewQuery(), objects.NewExtras()
			check("body", c.body, q, x, objects.DecodeQuery([]byte(c.body), q, x, unknown))
		}
	}
}

// What means nothing here is told by name, Algolia's own parameters too, and
// changes nothing.
func TestDecodeQueryTellsWhatMeansNothing(t *testing.T) {
	var told []string
	unknown := func(name string) { told = append(told, name) }
	q, x := objects.NewQuery(), objects.NewExtras()
	if err := objects.DecodeQuery([]byte(`{"analytics":false,"params":"ruleContexts=a&x-algolia-agent=b","colour":1}`), q, x, unknown); err != nil {
		t.Fatal(err)
	}
	if want := []string{"ruleContexts", "analytics", "colour"}; !reflect.DeepEqual(told, want) || !reflect.DeepEqual(q, objects.NewQuery()) {
		t.Errorf("told of %q, want %q; the query is %+v", told, want, q)
	}
}
