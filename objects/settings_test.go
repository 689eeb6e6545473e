package objects_test

import (
	"reflect"
	"strings"
	"testing"

	"renfort/mission"
	"renfort/objects"
)

// What each setting means.
func TestDecodeSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want func(s *objects.Settings)
	}{
		{``, func(*objects.Settings) {}},
		{`{}`, func(*objects.Settings) {}},
		{`{"hitsPerPage":null,"typoTolerance":true,"userData":{"x":1},"ignorePlurals":["fr"],"version":2}`, func(*objects.Settings) {}},
		{`{"searchableAttributes":["name","unordered(text)","city, country","ordered(a.b)"]}`, func(s *objects.Settings) {
			s.Searchable = []objects.Searchable{{Name: "name"}, {Name: "text", Rank: 1, Unordered: true},
				{Name: "city", Rank: 2, Unordered: true}, {Name: "country", Rank: 2, Unordered: true}, {Name: "a.b", Rank: 3}}
		}},
		{`{"attributesToIndex":["name"],"slaves":["m_date"]}`, func(s *objects.Settings) { // old names
			s.Searchable, s.Replicas = []objects.Searchable{{Name: "name"}}, []string{"m_date"}
		}},
		{`{"attributesForFaceting":["a","searchable(b)","filterOnly(c.d)","afterDistinct(e)","afterDistinct(searchable(f))","searchable(afterDistinct(g))"]}`, func(s *objects.Settings) {
			s.Faceting = []objects.Faceting{{Name: "a"}, {Name: "b", Searchable: true}, {Name: "c.d", FilterOnly: true},
				{Name: "e", AfterDistinct: true}, {Name: "f", Searchable: true, AfterDistinct: true}, {Name: "g", Searchable: true, AfterDistinct: true}}
		}},
		{`{"ranking":["desc(date)","typo","renfort","custom"],"customRanking":["desc(places_left)","asc(name)"]}`, func(s *objects.Settings) {
			s.Ranking, s.CustomRanking = []string{"desc(date)", "typo", "renfort", "custom"}, []string{"desc(places_left)", "asc(name)"}
		}},
		{`{"replicas":["a","virtual(b)"],"attributeForDistinct":"group","distinct":true}`, func(s *objects.Settings) {
			s.Replicas, s.DistinctBy, s.Distinct = []string{"a", "virtual(b)"}, "group", 1
		}},
		{`{"hitsPerPage":18,"paginationLimitedTo":0,"maxValuesPerFacet":1000,"sortFacetValuesBy":"alpha"}`, func(s *objects.Settings) {
			s.PerPage, s.PaginationMax, s.PerFacet, s.SortFacet = 18, 1<<31-1, 1000, "alpha"
		}},
		{`{"attributesToRetrieve":["a","-b"],"unretrievableAttributes":["c"],"attributesToHighlight":[],"attributesToSnippet":["d:5"],
			"highlightPreTag":"<b>","highlightPostTag":"</b>","snippetEllipsisText":"","restrictHighlightAndSnippetArrays":true}`, func(s *objects.Settings) {
			s.Retrieve, s.Unretrievable, s.Highlight, s.Snippet = []string{"a", "-b"}, []string{"c"}, []string{}, []string{"d:5"}
			s.PreTag, s.PostTag, s.Ellipsis, s.RestrictHighlight = "<b>", "</b>", "", true
		}},
		{`{"typoTolerance":"min","minWordSizefor1Typo":5,"minWordSizefor2Typos":9,"disableTypoToleranceOnAttributes":["a"],"disableTypoToleranceOnWords":["w"],
			"disablePrefixOnAttributes":["b"],"disableExactOnAttributes":["c"]}`, func(s *objects.Settings) {
			s.Typos, s.OneTypoFrom, s.TwoTyposFrom, s.NoTyposOn, s.NoTyposWords, s.NoPrefixOn, s.NoExactOn = "min", 5, 9, []string{"a"}, []string{"w"}, []string{"b"}, []string{"c"}
		}},
		{`{"queryType":"prefixNone","removeWordsIfNoResults":"allOptional","advancedSyntax":true,"separatorsToIndex":"+#","minProximity":2,"exactOnSingleWordQuery":"word","optionalWords":["le"]}`, func(s *objects.Settings) {
			s.PrefixOf, s.WhenNone, s.Advanced, s.Separators, s.MinProximity, s.ExactOnSingle, s.OptionalWords = "prefixNone", "allOptional", true, "+#", 2, "word", []string{"le"}
		}},
	} {
		want := objects.DefaultSettings(false)
		c.want(want)
		if got, err := objects.DecodeSettings([]byte(c.in), false); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("DecodeSettings(%s):\n got %+v, %v\nwant %+v", c.in, got, err, want)
		}
	}
}

// What is no setting or cannot be one is refused; a patch that is refused is
// refused the same way.
func TestSettingsErrors(t *testing.T) {
	t.Parallel()
	const ranking = `criteria, each one of "typo", "geo", "words", "filters", "proximity", "attribute", "exact", "custom", "renfort", "asc(attribute)" or "desc(attribute)"`
	for _, c := range []struct{ in, want string }{
		{`{"forwardToReplica":true}`, `Invalid object attributes: forwardToReplica near line:1 column:20`},
		{"{\n  \"hitsPerPage\": 1,\n  \"settings\": {}\n}", `Invalid object attributes: settings near line:3 column:13`},
		{`{"hitsPerPage":0}`, `Invalid value for "hitsPerPage" parameter, expected integer between 1 and 1000`},
		{`{"ranking":["typos"]}`, `Invalid value for "ranking" parameter, expected ` + ranking + `, not "typos"`},
		{`{"ranking":["asc()"]}`, `Invalid value for "ranking" parameter, expected ` + ranking + `, not "asc()"`},
		{`{"customRanking":["places_left"]}`, `Invalid value for "customRanking" parameter, expected criteria, each "asc(attribute)" or "desc(attribute)", not "places_left"`},
		{`{"searchableAttributes":["unordered(name"]}`, `Invalid value for "searchableAttributes" parameter, expected attributes, each "name" or "unordered(name)", not "unordered(name"`},
		{`{"searchableAttributes":["a,,b"]}`, `Invalid value for "searchableAttributes" parameter, expected attributes, each "name" or "unordered(name)", not "a,,b"`},
		{`{"attributesForFaceting":["sortable(a)"]}`, `Invalid value for "attributesForFaceting" parameter, expected attributes, each "name", "searchable(name)" or "filterOnly(name)", not "sortable(a)"`},
		{`{"attributesForFaceting":["filterOnly(searchable(a))"]}`, `Invalid value for "attributesForFaceting" parameter, expected attributes, each "name", "searchable(name)" or "filterOnly(name)", not "filterOnly(searchable(a))"`},
		{`{"replicas":["a","virtual(a)"]}`, `Invalid value for "replicas" parameter, expected names of indexes, each once, as "name" or "virtual(name)", not "virtual(a)"`},
		{`{"typoTolerance":"none"}`, `Invalid value for "typoTolerance" parameter, expected one of "true", "false", "min", "strict"`},
		{`{"attributesToRetrieve":{}}`, `Invalid value for "attributesToRetrieve" parameter, expected a list of at most 1000 strings`},
		{`[]`, `Invalid JSON: expected an object`},
		{`{"hitsPerPage":1,"hitsPerPage":2}`, `Invalid JSON: duplicate object member name "hitsPerPage"`},
		{`{"userData":"` + strings.Repeat("x", mission.SettingsBytesMax) + `"}`, `Settings are too big size=1048591/1048576 bytes`},
	} {
		_, err := objects.DecodeSettings([]byte(c.in), true)
		if mission.KindOf(err) != mission.Invalid || err.Error() != c.want {
			t.Errorf("DecodeSettings(%.80s):\n got %v\nwant %s", c.in, err, c.want)
		}
		if _, again := objects.MergeSettings(nil, []byte(c.in)); again == nil || again.Error() != c.want {
			t.Errorf("MergeSettings(%.80s):\n got %v\nwant %s", c.in, again, c.want)
		}
	}
}

// A patch replaces what it names as a whole; null takes it back.
func TestMergeSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ stored, patch, want string }{
		{``, `{}`, `{}`},
		{`{"hitsPerPage":18}`, `{ "ranking" : ["typo"] }`, `{"hitsPerPage":18,"ranking":["typo"]}`},
		{`{"hitsPerPage":18,"customRanking":["asc(a)","asc(b)"]}`, `{"customRanking":["desc(c)"]}`, `{"hitsPerPage":18,"customRanking":["desc(c)"]}`},
		{`{"hitsPerPage":18,"typoTolerance":"min"}`, `{"hitsPerPage":null,"distinct":null}`, `{"typoTolerance":"min"}`},
		{`{"searchableAttributes":["a"]}`, `{"attributesToIndex":["b"]}`, `{"searchableAttributes":["b"]}`},
		{`{}`, `{"version":2,"primary":"x","userData":{"a":[1.0]}}`, `{"userData":{"a":[1.0]}}`},
	} {
		got, err := objects.MergeSettings([]byte(c.stored), []byte(c.patch))
		if err != nil || string(got) != c.want {
			t.Errorf("%s over %s is %s, %v; want %s", c.patch, c.stored, got, err, c.want)
		}
	}
}

// Settings are answered with all defaults, and what was answered may be put
// again.
func TestAnswerSettings(t *testing.T) {
	t.Parallel()
	const head = `{"minWordSizefor1Typo":4,"minWordSizefor2Typos":8,"hitsPerPage":20,"maxValuesPerFacet":100,"version":2,` +
		`"searchableAttributes":null,"numericAttributesForFiltering":null,"attributesToRetrieve":null,"unretrievableAttributes":null,` +
		`"optionalWords":null,"attributesForFaceting":null,"attributesToSnippet":null,"attributesToHighlight":null,` +
		`"paginationLimitedTo":1000,"attributeForDistinct":null,"exactOnSingleWordQuery":"attribute",` +
		`"ranking":["typo","geo","words","filters","proximity","attribute","exact","custom"],"customRanking":null,` +
		`"separatorsToIndex":"","removeWordsIfNoResults":"none","queryType":"prefixLast","highlightPreTag":"<em>","highlightPostTag":"</em>",`
	plain, err := objects.AnswerSettings(nil, false, "")
	if err != nil || !strings.HasPrefix(string(plain), head) {
		t.Errorf("nothing is answered as\n%s, %v, want\n%s…", plain, err, head)
	}
	stored := []byte(`{"userData":1,"hitsPerPage":18,"replicas":["r"]}`)
	got, err := objects.AnswerSettings(stored, true, "the primary")
	for _, part := range []string{`"hitsPerPage":18,`, `"userData":1`, `"replicas":["r"],"primary":"the primary"`,
		`"ranking":["typo","words","filters","proximity","attribute","exact","renfort","custom"]`} {
		if err != nil || !strings.Contains(string(got), part) {
			t.Errorf("%s is answered as\n%s, %v, want %s in it", stored, got, err, part)
		}
	}
	again, err := objects.MergeSettings(nil, got)
	if err != nil {
		t.Fatalf("what was answered is refused: %v", err)
	}
	want, _ := objects.DecodeSettings(stored, true)
	if s, err := objects.DecodeSettings(again, true); err != nil || !reflect.DeepEqual(s, want) {
		t.Errorf("what was answered means\n%+v, %v, want\n%+v", s, err, want)
	}
}

// A name of a replica with and without its modifier.
func TestReplicaName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		entry, name string
		virtual     bool
	}{{"m_date", "m_date", false}, {"virtual(m_date)", "m_date", true}} {
		if name, virtual := objects.ReplicaName(c.entry); name != c.name || virtual != c.virtual {
			t.Errorf("%s is %s, %t", c.entry, name, virtual)
		}
	}
}
