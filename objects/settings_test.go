package objects_test

import (
	"reflect"
	"testing"

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
