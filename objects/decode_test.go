package objects_test

import (
	"reflect"
	"testing"

	"renfort/geo"
	"renfort/mission"
	"renfort/objects"
)

// decodeCase is a form, a body, or both; both must say the same.
type decodeCase struct {
	form, body string
	want       func(q *objects.Query, x *objects.Extras)
}

func filter(s string) *objects.Filter {
	f, err := objects.ParseFilters(s)
	if err != nil {
		panic(err)
	}
	return f
}

func ptr[T any](v T) *T { return &v }

func decodeWhat() []decodeCase {
	return []decodeCase{
		{"query=aide%20aux+courses", `{"query":"aide aux courses"}`, func(q *objects.Query, _ *objects.Extras) { q.Words = "aide aux courses" }},
		{"page=2&hitsPerPage=18", `{"page":"2","hitsPerPage":18}`, func(q *objects.Query, _ *objects.Extras) { q.Page, q.PerPage = 2, 18 }},
		{"hitsPerPage=0&length=5&offset=10", `{"hitsPerPage":0.0,"length":5,"offset":10}`, func(q *objects.Query, _ *objects.Extras) { q.PerPage, q.Length, q.Offset = 0, 5, 10 }},
		{"facets=a, b", `{"facets":["a","b"]}`, func(q *objects.Query, _ *objects.Extras) { q.Facets = []string{"a", "b"} }},
		{`facets=["*"]&maxValuesPerFacet=10`, `{"facets":"*","maxValuesPerFacet":"10"}`, func(q *objects.Query, _ *objects.Extras) { q.Facets, q.PerFacet = []string{"*"}, 10 }},
		{"attributesToRetrieve=&attributesToHighlight=[]", `{"attributesToRetrieve":[],"attributesToHighlight":""}`, func(q *objects.Query, _ *objects.Extras) {
			q.Retrieve, q.Highlight = []string{}, []string{}
		}},
		{`attributesToSnippet=["text:10"]&snippetEllipsisText=...&highlightPreTag=<b>&highlightPostTag=</b>`, `{"attributesToSnippet":["text:10"],"snippetEllipsisText":"...","highlightPreTag":"<b>","highlightPostTag":"</b>"}`, func(q *objects.Query, _ *objects.Extras) {
			q.Snippet, q.Ellipsis, q.PreTag, q.PostTag = []string{"text:10"}, ptr("..."), "<b>", "</b>"
		}},
	}
}

func decodeFilters() []decodeCase {
	return []decodeCase{
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
	}
}

func decodePlaces() []decodeCase {
	return []decodeCase{
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
	}
}

func decodeWords() []decodeCase {
	return []decodeCase{
		{"typoTolerance=false&queryType=prefixAll&removeWordsIfNoResults=lastWords&advancedSyntax=1&synonyms=false", `{"typoTolerance":false,"queryType":"prefixAll","removeWordsIfNoResults":"lastWords","advancedSyntax":"true","synonyms":"false"}`, func(q *objects.Query, _ *objects.Extras) {
			q.Typos, q.PrefixOf, q.WhenNone, q.Advanced, q.NoSynonyms = "false", "prefixAll", "lastWords", ptr(true), true
		}},
		{"distinct=2", `{"distinct":2}`, func(q *objects.Query, _ *objects.Extras) { q.Distinct = ptr(2) }},
		{"distinct=true", `{"distinct":true}`, func(q *objects.Query, _ *objects.Extras) { q.Distinct = ptr(1) }},
		{"minWordSizefor1Typo=3&minWordSizefor2Typos=7&restrictSearchableAttributes=name&sortFacetValuesBy=alpha&optionalWords=a,b", `{"minWordSizefor1Typo":3,"minWordSizefor2Typos":7,"restrictSearchableAttributes":["name"],"sortFacetValuesBy":"alpha","optionalWords":["a","b"]}`, func(q *objects.Query, _ *objects.Extras) {
			q.OneTypoFrom, q.TwoTyposFrom, q.RestrictTo, q.SortFacet, q.OptionalWords = 3, 7, []string{"name"}, "alpha", []string{"a", "b"}
		}},
	}
}

func decodeExtras() []decodeCase {
	return []decodeCase{
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
	}
}

func decodeBodies() []decodeCase {
	return []decodeCase{
		// A body that holds a form; what it names itself goes before.
		{"", `{"hitsPerPage":7,"params":"query=a&hitsPerPage=3&filters=x"}`, func(q *objects.Query, _ *objects.Extras) { q.Words, q.PerPage, q.Filter = "a", 7, filter("x") }},
		{"", ` {"query":null,"filters":null,"synonyms":null} `, func(*objects.Query, *objects.Extras) {}},
		{"", "", func(*objects.Query, *objects.Extras) {}},
	}
}

// What each parameter makes of a query.
func TestDecodeQuery(t *testing.T) {
	t.Parallel()
	for _, cases := range [][]decodeCase{decodeWhat(), decodeFilters(), decodePlaces(), decodeWords(), decodeExtras(), decodeBodies()} {
		for _, c := range cases {
			c.check(t)
		}
	}
}

func (c decodeCase) check(t *testing.T) {
	t.Helper()
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
		err := objects.DecodeParams(c.form, q, x, unknown)
		check("form", c.form, q, x, err)
	}
	if c.body != "" || c.form == "" {
		q, x := objects.NewQuery(), objects.NewExtras()
		err := objects.DecodeQuery([]byte(c.body), q, x, unknown)
		check("body", c.body, q, x, err)
	}
}

// What means nothing here is told and changes nothing, whether Algolia knows it
// or nobody; what names the key is not told.
func TestDecodeUnknown(t *testing.T) {
	t.Parallel()
	var told []string
	unknown := func(name string) { told = append(told, name) }
	q := objects.NewQuery()
	if err := objects.DecodeQuery([]byte(`{"nonsense":1,"enablePersonalization":true,"params":"other=1&query=a&X-Algolia-API-Key=k&analyticsTags=x"}`), q, nil, unknown); err != nil {
		t.Fatal(err)
	}
	if want := []string{"other", "analyticsTags", "nonsense", "enablePersonalization"}; !reflect.DeepEqual(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	if want := (&objects.Query{Words: "a", PerPage: -1, Length: -1}); !reflect.DeepEqual(q, want) {
		t.Errorf("got %+v, want %+v", q, want)
	}
	if err := objects.DecodeParams("other=1", q, nil, nil); err != nil {
		t.Errorf("without anybody to tell: %v", err)
	}
}

// What cannot be is refused in Algolia's words.
func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, want string }{
		{`{"hitsPerPage":1001}`, `Invalid value for "hitsPerPage" parameter, expected integer between 0 and 1000`},
		{`{"hitsPerPage":-1}`, `Invalid value for "hitsPerPage" parameter, expected integer between 0 and 1000`},
		{`{"hitsPerPage":"many"}`, `Invalid value for "hitsPerPage" parameter, expected integer between 0 and 1000`},
		{`{"hitsPerPage":1.5}`, `Invalid value for "hitsPerPage" parameter, expected integer between 0 and 1000`},
		{`{"hitsPerPage":true}`, `Invalid value for "hitsPerPage" parameter, expected integer between 0 and 1000`},
		{`{"params":"page=-1"}`, `Invalid value for "page" parameter, expected integer between 0 and 2147483647`},
		{`{"params":"query=%zz"}`, `Invalid value for "query" parameter, expected percent-encoded text`},
		{`{"params":1}`, `Invalid value for "params" parameter, expected a string`},
		{`{"query":["a"]}`, `Invalid value for "query" parameter, expected a string`},
		{`{"facets":{"a":1}}`, `Invalid value for "facets" parameter, expected a list of at most 1000 strings`},
		{`{"facets":["a",["b"]]}`, `Invalid value for "facets" parameter, expected a list of strings`},
		{`{"getRankingInfo":"maybe"}`, `Invalid value for "getRankingInfo" parameter, expected a boolean`},
		{`{"typoTolerance":"lots"}`, `Invalid value for "typoTolerance" parameter, expected one of "true", "false", "min", "strict"`},
		{`{"aroundLatLng":"here"}`, `Invalid value for "aroundLatLng" parameter, expected "latitude, longitude"`},
		{`{"aroundLatLng":"91,0"}`, `Invalid value for "aroundLatLng" parameter, expected "latitude, longitude"`},
		{`{"aroundRadius":0}`, `Invalid value for "aroundRadius" parameter, expected metres, at least 1, or "all"`},
		{`{"aroundPrecision":[{"from":5}]}`, `Invalid value for "aroundPrecision" parameter, expected a list of {"from", "value"} in ascending order, each value at least 1`},
		{`{"insideBoundingBox":"1,2,3"}`, `Invalid value for "insideBoundingBox" parameter, expected 4 numbers for each box: latitude and longitude of two opposite corners`},
		{`{"insideBoundingBox":[[1,2,3,4],5]}`, `Invalid value for "insideBoundingBox" parameter, expected 4 numbers for each box: latitude and longitude of two opposite corners`},
		{`{"insidePolygon":[[1,2,3,4]]}`, `Invalid value for "insidePolygon" parameter, expected latitude and longitude of 3 to 10000 corners`},
		{`{"ranking":["best"]}`, `Invalid value for "ranking" parameter, expected criteria, each one of "typo", "geo", "words", "filters", "proximity", "attribute", "exact", "custom", "renfort", "asc(attribute)" or "desc(attribute)", not "best"`},
		{`{"filters":["a"]}`, `Invalid value for "filters" parameter, expected a string`},
		{`{"filters":"a AND"}`, `filters: Unexpected token end of filter expected a filter at col 6`},
		{`{"facetFilters":["brand"]}`, `facetFilters: Unexpected "brand", expected "attribute:value"`},
		{`{"facetFilters":[{"a":"b"}]}`, `facetFilters: Unexpected another type, expected a string or a list of strings`},
		{`{"numericFilters":["price"]}`, `numericFilters: Unexpected "price", expected "attribute < number" or "attribute:number TO number"`},
		{`{"numericFilters":["price > dear"]}`, `numericFilters: Unexpected "price > dear", expected "attribute < number" or "attribute:number TO number"`},
		{`{"tagFilters":[""]}`, `tagFilters: Unexpected "", expected a tag`},
		{`[]`, `Invalid JSON: expected an object`},
		{`{"query":"a"`, `Invalid JSON: unexpected EOF after offset 12`},
		{`{"query":"a"} x`, `Invalid JSON: expected the end after the object at byte 13`},
	} {
		q := objects.NewQuery()
		err := objects.DecodeQuery([]byte(c.body), q, nil, nil)
		if mission.KindOf(err) != mission.Invalid || err.Error() != c.want {
			t.Errorf("DecodeQuery(%s):\n got %v\nwant %s", c.body, err, c.want)
		}
	}
}

// A secured key's filters are AND-ed, its other parameters stand in the place
// of what the query says, and nothing in the query goes around them.
func TestRestrictQuery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ query, embedded, want string }{
		{"query=a&filters=x OR y", "filters=_tags:user_42", "query=a&filters=(x OR y) AND user_42"},
		{"query=a", "filters=visible_by:group/Finance OR visible_by:me", "query=a&filters=visible_by:group/Finance OR visible_by:me"},
		{`facetFilters=["a:b"]`, `facetFilters=[["c:d","e:f"]]&tagFilters=t`, "filters=a:b AND (c:d OR e:f) AND t"},
		{"hitsPerPage=100&page=2", "hitsPerPage=5", "hitsPerPage=5&page=2"},
		{"offset=5&length=500", "hitsPerPage=5", "hitsPerPage=5"},
		{"attributesToRetrieve=*", "attributesToRetrieve=name", "attributesToRetrieve=name"},
		{"insideBoundingBox=1,2,3,4", "aroundLatLng=48,2&aroundRadius=1000", "aroundLatLng=48,2&aroundRadius=1000"},
		{"insideBoundingBox=1,2,3,4", "insidePolygon=1,2,3,4,5,7", "insidePolygon=1,2,3,4,5,7"},
		{"query=a", "validUntil=1&userToken=x", "query=a"},
	} {
		got, want := objects.NewQuery(), objects.NewQuery()
		for _, step := range []struct {
			q    *objects.Query
			form string
		}{{got, c.query}, {want, c.want}} {
			if err := objects.DecodeParams(step.form, step.q, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := objects.RestrictQuery(got, nil, c.embedded); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s restricted by %s:\n got %+v, %v\nwant %+v", c.query, c.embedded, got, err, want)
		}
	}
	q := objects.NewQuery()
	if err := objects.RestrictQuery(q, nil, "filters=a AND"); mission.KindOf(err) != mission.Invalid {
		t.Errorf("a malformed key is %v", err)
	}
}
