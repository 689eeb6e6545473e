package objects

import "math"

const (
	perPageMax   = 1_000 // hitsPerPage and length
	perFacetMax  = 1_000 // maxValuesPerFacet
	facetHitsMax = 100   // maxFacetHits
)

// setWhat reads what is looked for and which page of it. Each of these
// functions says whether the name is one of its own.
func (d *decoder) setWhat(name string, v any) (bool, error) {
	q := d.q
	switch name {
	case "query":
		return readText(name, v, &q.Words)
	case "page":
		return readInt(name, v, &q.Page, 0, math.MaxInt32)
	case "hitsPerPage":
		return readInt(name, v, &q.PerPage, 0, perPageMax)
	case "offset":
		return readInt(name, v, &q.Offset, 0, math.MaxInt32)
	case "length":
		return readInt(name, v, &q.Length, 0, perPageMax)
	case "facets":
		return readList(name, v, &q.Facets)
	case "maxValuesPerFacet":
		return readInt(name, v, &q.PerFacet, 1, perFacetMax)
	case "sortFacetValuesBy":
		return readWord(name, v, &q.SortFacet, "count", "alpha")
	}
	return false, nil
}

func (d *decoder) setFilter(name string, v any) (known bool, err error) {
	switch name {
	case "filters":
		s, ok := v.(string)
		if !ok {
			return true, badValue(name, "a string")
		}
		d.filters[0], err = ParseFilters(s)
	case "facetFilters":
		d.filters[1], err = facetFilters().parse(v)
	case "numericFilters":
		d.filters[2], err = numericFilters().parse(v)
	case "tagFilters":
		d.filters[3], err = tagFilters().parse(v)
	case "optionalFilters":
		d.q.Optional, err = optionalFilters().parseEach(v)
	case "sumOrFiltersScores":
		return readBool(name, v, &d.q.SumScores)
	default:
		return false, nil
	}
	return true, err
}

// setShown reads what of the hits is shown, and how.
func (d *decoder) setShown(name string, v any) (bool, error) {
	q := d.q
	switch name {
	case "attributesToRetrieve":
		return readList(name, v, &q.Retrieve)
	case "attributesToHighlight":
		return readList(name, v, &q.Highlight)
	case "attributesToSnippet":
		return readList(name, v, &q.Snippet)
	case "highlightPreTag":
		return readText(name, v, &q.PreTag)
	case "highlightPostTag":
		return readText(name, v, &q.PostTag)
	case "snippetEllipsisText":
		var s string
		_, err := readText(name, v, &s)
		q.Ellipsis = &s
		return true, err
	case "getRankingInfo":
		return readBool(name, v, &q.ExplainRanking)
	}
	return false, nil
}

// setWords reads how words are looked for, and what ranks.
func (d *decoder) setWords(name string, v any) (bool, error) {
	q := d.q
	switch name {
	case "restrictSearchableAttributes":
		return readList(name, v, &q.RestrictTo)
	case "typoTolerance":
		return readWord(name, v, &q.Typos, typoWords()...)
	case "minWordSizefor1Typo":
		return readInt(name, v, &q.OneTypoFrom, 0, math.MaxInt32)
	case "minWordSizefor2Typos":
		return readInt(name, v, &q.TwoTyposFrom, 0, math.MaxInt32)
	case "queryType":
		return readWord(name, v, &q.PrefixOf, prefixWords()...)
	case "removeWordsIfNoResults":
		return readWord(name, v, &q.WhenNone, whenNoneWords()...)
	case "advancedSyntax":
		return readMaybe(name, v, &q.Advanced)
	case "optionalWords":
		return readList(name, v, &q.OptionalWords)
	case "synonyms":
		yes := true
		_, err := readBool(name, v, &yes)
		q.NoSynonyms = !yes
		return true, err
	case "ranking":
		if known, err := readList(name, v, &q.Ranking); err != nil {
			return known, err
		}
		return true, checkRanking(name, q.Ranking)
	case "customRanking":
		if known, err := readList(name, v, &q.CustomRanking); err != nil {
			return known, err
		}
		return true, checkCustomRanking(name, q.CustomRanking)
	case "distinct":
		var n int
		_, err := readDistinct(name, v, &n)
		q.Distinct = &n
		return true, err
	}
	return false, nil
}

func typoWords() []string   { return []string{"true", "false", "min", "strict"} }
func prefixWords() []string { return []string{"prefixLast", "prefixAll", "prefixNone"} }
func whenNoneWords() []string {
	return []string{"none", "lastWords", "firstWords", "allOptional"}
}

// distinctMax is how many records of a group may be shown.
const distinctMax = 1_000

// readDistinct reads true, false or how many of a group.
func readDistinct(name string, v any, into *int) (bool, error) {
	if _, isNumber := floatOf(v); !isNumber {
		if b, ok := boolOf(v); ok {
			v = 0.0
			if b {
				v = 1.0
			}
		}
	}
	return readInt(name, v, into, 0, distinctMax)
}

func (d *decoder) setExtra(name string, v any) (bool, error) {
	x := d.x
	switch name {
	case "indexName":
		return readText(name, v, &x.IndexName)
	case "type":
		return readWord(name, v, &x.Type, "default", "facet")
	case "strategy":
		return readWord(name, v, &x.Strategy, "none", "stopIfEnoughMatches")
	case "facet", "facetName":
		return readText(name, v, &x.Facet)
	case "facetQuery":
		return readText(name, v, &x.FacetQuery)
	case "maxFacetHits":
		return readInt(name, v, &x.MaxFacetHits, 1, facetHitsMax)
	case "cursor":
		return readText(name, v, &x.Cursor)
	case "responseFields":
		return readList(name, v, &x.ResponseFields)
	case "clickAnalytics":
		return readBool(name, v, &x.ClickAnalytics)
	case "facetingAfterDistinct":
		return readBool(name, v, &x.AfterDistinct)
	case "aroundLatLngViaIP":
		return readBool(name, v, &x.AroundIP)
	case "userToken":
		return readText(name, v, &x.UserToken)
	case "validUntil":
		var n int
		_, err := readInt(name, v, &n, 0, math.MaxInt)
		x.ValidUntil = int64(n)
		return true, err
	case "restrictIndices":
		return readList(name, v, &x.RestrictIndices)
	case "restrictSources":
		return readText(name, v, &x.RestrictSources)
	}
	return false, nil
}
