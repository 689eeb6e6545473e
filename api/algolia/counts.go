package algolia

import (
	"slices"
	"sync/atomic"
)

// counts are what the door did since it was made.
type counts struct {
	searches, facets, browses atomic.Uint64
	written                   atomic.Uint64
	// unknown[i] is how often parameter i of knownParameters was asked for and
	// ignored; the last is for names that nobody knows.
	unknown [knownCount + 1]atomic.Uint64
}

const knownCount = 39

// knownParameters are those of Algolia's that mean nothing here, sorted. The
// label of a metric is one of them, or "other": what strangers write is none.
var knownParameters = [knownCount]string{
	"abTestID", "advancedSyntaxFeatures", "allowTyposOnNumericTokens", "alternativesAsExact", "analytics", "analyticsTags",
	"attributeCriteriaComputedByMinProximity", "decompoundQuery", "disableExactOnAttributes", "disableTypoToleranceOnAttributes",
	"enableABTest", "enablePersonalization", "enableReRanking", "enableRules", "exactOnSingleWordQuery", "explain", "extensions",
	"forwardToReplicas", "ignorePlurals", "keepDiacriticsOnCharacters", "minProximity", "mode", "naturalLanguages", "nbWorkers",
	"numericAttributesForFiltering", "percentileComputation", "personalizationFilters", "personalizationImpact", "queryLanguages",
	"reRankingApplyFilter", "relevancyStrictness", "removeStopWords", "renderingContent", "replaceSynonymsInHighlight",
	"restrictHighlightAndSnippetArrays", "ruleContexts", "semanticSearch", "similarQuery", "userData",
}

// ignored counts a parameter that changed nothing.
func (c *counts) ignored(name string) {
	if beside(name) {
		return // it goes beside the search and was read there
	}
	i, ok := slices.BinarySearch(knownParameters[:], name)
	if !ok {
		i = knownCount
	}
	c.unknown[i].Add(1)
}

// Count is one number of the door's.
type Count struct {
	Name   string // what was counted: searches, facets, browses, written, refused, or ignored
	Of     string // of ignored: the parameter
	Number uint64
}

// Counts gives all of them, in the same order every time.
func (d *Door) Counts() []Count {
	c := &d.counts
	list := []Count{
		{"searches", "", c.searches.Load()}, {"facets", "", c.facets.Load()}, {"browses", "", c.browses.Load()},
		{"written", "", c.written.Load()}, {"refused", "", d.records.NoMissions()},
	}
	for i := range c.unknown {
		of := "other"
		if i < knownCount {
			of = knownParameters[i]
		}
		list = append(list, Count{"ignored", of, c.unknown[i].Load()})
	}
	return list
}
