package objects

import (
	"math"
	"strings"
)

// paginationDefault is how many hits pages reach where nothing was said.
const paginationDefault = 1_000

// DefaultRanking is the order of the criteria where the settings name none:
// Algolia's for plain indexes. For indexes of missions the score stands in the
// place of "geo" and before what was pushed, because it holds distance, seats
// and urgency already.
func DefaultRanking(missions bool) []string {
	if missions {
		return []string{"typo", "words", "filters", "proximity", "attribute", "exact", CriterionRenfort, "custom"}
	}
	return []string{"typo", "geo", "words", "filters", "proximity", "attribute", "exact", "custom"}
}

// CriterionRenfort is the ranking criterion that Algolia has not: the score of
// the mission that a record describes, at the point and instant of the query.
const CriterionRenfort = "renfort"

// DefaultSettings gives what holds where nothing was said: Algolia's
// documented defaults, and the ranking of indexes of missions where it is one.
func DefaultSettings(missions bool) *Settings {
	return &Settings{
		Ranking:       DefaultRanking(missions),
		PerPage:       20,
		PaginationMax: paginationDefault,
		PerFacet:      100,
		SortFacet:     "count",
		PreTag:        "<em>",
		PostTag:       "</em>",
		Ellipsis:      "…",
		Typos:         "true",
		OneTypoFrom:   4,
		TwoTyposFrom:  8,
		PrefixOf:      "prefixLast",
		WhenNone:      "none",
		MinProximity:  1,
		ExactOnSingle: "attribute",
	}
}

// DecodeSettings reads what was stored, over the defaults. Settings that were
// merged by MergeSettings are never refused; see there.
func DecodeSettings(stored []byte, missions bool) (*Settings, error) {
	s := DefaultSettings(missions)
	ms, err := settingMembers(stored)
	if err != nil {
		return nil, err
	}
	for _, m := range ms {
		if err := s.set(m); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Settings) set(m setting) error {
	if m.value == nil {
		return nil
	}
	for _, read := range []func(string, any) (bool, error){s.setAttributes, s.setRanking, s.setPage, s.setWords} {
		if known, err := read(m.name, m.value); known || err != nil {
			return err
		}
	}
	return nil
}

// setAttributes reads what is done with which attribute.
func (s *Settings) setAttributes(name string, v any) (known bool, err error) {
	switch name {
	case "searchableAttributes":
		s.Searchable, err = readSearchable(name, v)
		return true, err
	case "attributesForFaceting":
		s.Faceting, err = readFaceting(name, v)
		return true, err
	case "attributesToRetrieve":
		return readNames(name, v, &s.Retrieve)
	case "unretrievableAttributes":
		return readSome(name, v, &s.Unretrievable)
	case "attributesToHighlight":
		return readNames(name, v, &s.Highlight)
	case "attributesToSnippet":
		return readNames(name, v, &s.Snippet)
	case "disableTypoToleranceOnAttributes":
		return readSome(name, v, &s.NoTyposOn)
	case "disablePrefixOnAttributes":
		return readSome(name, v, &s.NoPrefixOn)
	case "disableExactOnAttributes":
		return readSome(name, v, &s.NoExactOn)
	case "attributeForDistinct":
		return readText(name, v, &s.DistinctBy)
	}
	return false, nil
}

func (s *Settings) setRanking(name string, v any) (bool, error) {
	switch name {
	case "ranking":
		if _, err := readSome(name, v, &s.Ranking); err != nil {
			return true, err
		}
		return true, checkRanking(name, s.Ranking)
	case "customRanking":
		if _, err := readSome(name, v, &s.CustomRanking); err != nil {
			return true, err
		}
		return true, checkCustomRanking(name, s.CustomRanking)
	case "replicas":
		if _, err := readSome(name, v, &s.Replicas); err != nil {
			return true, err
		}
		return true, checkReplicas(name, s.Replicas)
	case "distinct":
		return readDistinct(name, v, &s.Distinct)
	case "minProximity":
		return readInt(name, v, &s.MinProximity, 1, 7)
	case "exactOnSingleWordQuery":
		return readWord(name, v, &s.ExactOnSingle, "attribute", "none", "word")
	}
	return false, nil
}

// setPage reads how many hits there are and how they look.
func (s *Settings) setPage(name string, v any) (bool, error) {
	switch name {
	case "hitsPerPage":
		return readInt(name, v, &s.PerPage, 1, perPageMax)
	case "paginationLimitedTo":
		if _, err := readInt(name, v, &s.PaginationMax, 0, math.MaxInt32); err != nil {
			return true, err
		}
		if s.PaginationMax == 0 { // no limit
			s.PaginationMax = math.MaxInt32
		}
		return true, nil
	case "maxValuesPerFacet":
		return readInt(name, v, &s.PerFacet, 1, perFacetMax)
	case "sortFacetValuesBy":
		return readWord(name, v, &s.SortFacet, "count", "alpha")
	case "highlightPreTag":
		return readText(name, v, &s.PreTag)
	case "highlightPostTag":
		return readText(name, v, &s.PostTag)
	case "snippetEllipsisText":
		return readText(name, v, &s.Ellipsis)
	case "restrictHighlightAndSnippetArrays":
		return readBool(name, v, &s.RestrictHighlight)
	}
	return false, nil
}

// setWords reads how words are looked for.
func (s *Settings) setWords(name string, v any) (bool, error) {
	switch name {
	case "typoTolerance":
		return readWord(name, v, &s.Typos, typoWords()...)
	case "minWordSizefor1Typo":
		return readInt(name, v, &s.OneTypoFrom, 0, math.MaxInt32)
	case "minWordSizefor2Typos":
		return readInt(name, v, &s.TwoTyposFrom, 0, math.MaxInt32)
	case "disableTypoToleranceOnWords":
		return readSome(name, v, &s.NoTyposWords)
	case "queryType":
		return readWord(name, v, &s.PrefixOf, prefixWords()...)
	case "removeWordsIfNoResults":
		return readWord(name, v, &s.WhenNone, whenNoneWords()...)
	case "advancedSyntax":
		return readBool(name, v, &s.Advanced)
	case "optionalWords":
		return readSome(name, v, &s.OptionalWords)
	case "separatorsToIndex":
		return readText(name, v, &s.Separators)
	}
	return false, nil
}

// readNames reads a list of settings: unlike a query's, its texts hold no
// commas that separate.
func readNames(name string, v any, into *[]string) (bool, error) {
	if s, ok := v.(string); ok {
		v = []any{s}
		if s == "" {
			v = []any{}
		}
	}
	return readList(name, v, into)
}

// readSome is readNames for lists of which an empty one says nothing.
func readSome(name string, v any, into *[]string) (bool, error) {
	var list []string
	_, err := readNames(name, v, &list)
	if err == nil && len(list) > 0 {
		*into = list
	}
	return true, err
}

// within reads "modifier(inner)".
func within(s, modifier string) (inner string, ok bool) {
	inner, ok = strings.CutPrefix(s, modifier+"(")
	if !ok || !strings.HasSuffix(inner, ")") {
		return s, false
	}
	return strings.TrimSpace(strings.TrimSuffix(inner, ")")), true
}

// readSearchable reads the attributes in the order of their ranks. Those of
// one text with commas share a rank, and then their positions do not count.
func readSearchable(name string, v any) ([]Searchable, error) {
	var list []string
	if _, err := readNames(name, v, &list); err != nil {
		return nil, err
	}
	var all []Searchable
	for rank, group := range list {
		names := strings.Split(group, ",")
		for _, n := range names {
			a := Searchable{Rank: rank, Unordered: len(names) > 1}
			n = strings.TrimSpace(n)
			inner, unordered := within(n, "unordered")
			if !unordered {
				inner, _ = within(n, "ordered")
			}
			a.Name, a.Unordered = inner, a.Unordered || unordered
			if a.Name == "" || strings.ContainsAny(a.Name, "()") {
				return nil, badValue(name, `attributes, each "name" or "unordered(name)", not "`+clipped(group)+`"`)
			}
			all = append(all, a)
		}
	}
	return all, nil
}

// readFaceting reads "name", "searchable(name)", "filterOnly(name)" and either
// in "afterDistinct(...)".
func readFaceting(name string, v any) ([]Faceting, error) {
	var list []string
	if _, err := readNames(name, v, &list); err != nil {
		return nil, err
	}
	var all []Faceting
	for _, text := range list {
		var f Faceting
		f.Name, f.AfterDistinct = within(strings.TrimSpace(text), "afterDistinct")
		f.Name, f.Searchable = within(f.Name, "searchable")
		if !f.Searchable {
			f.Name, f.FilterOnly = within(f.Name, "filterOnly")
		}
		if inner, ok := within(f.Name, "afterDistinct"); ok {
			f.Name, f.AfterDistinct = inner, true
		}
		if f.Name == "" || strings.ContainsAny(f.Name, "()") {
			return nil, badValue(name, `attributes, each "name", "searchable(name)" or "filterOnly(name)", not "`+clipped(text)+`"`)
		}
		all = append(all, f)
	}
	return all, nil
}

// sortedBy reads "asc(name)" and "desc(name)".
func sortedBy(s string) (name string, descending, ok bool) {
	if name, ok = within(s, "asc"); ok {
		return name, false, name != ""
	}
	name, ok = within(s, "desc")
	return name, true, ok && name != ""
}

// checkRanking refuses criteria that there are not.
func checkRanking(name string, criteria []string) error {
	for _, c := range criteria {
		switch c {
		case "typo", "geo", "words", "filters", "proximity", "attribute", "exact", "custom", CriterionRenfort:
			continue
		}
		if _, _, ok := sortedBy(c); !ok {
			return badValue(name, `criteria, each one of "typo", "geo", "words", "filters", "proximity", "attribute", "exact", "custom", "renfort", "asc(attribute)" or "desc(attribute)", not "`+clipped(c)+`"`)
		}
	}
	return nil
}

func checkCustomRanking(name string, criteria []string) error {
	for _, c := range criteria {
		if _, _, ok := sortedBy(c); !ok {
			return badValue(name, `criteria, each "asc(attribute)" or "desc(attribute)", not "`+clipped(c)+`"`)
		}
	}
	return nil
}

// ReplicaName gives the index that an entry of Settings.Replicas names:
// "virtual(name)" names one that shares its primary's ranking up to there.
func ReplicaName(entry string) (name string, virtual bool) { return within(entry, "virtual") }

func checkReplicas(name string, replicas []string) error {
	seen := map[string]bool{}
	for _, r := range replicas {
		n, _ := ReplicaName(r)
		if n == "" || seen[n] {
			return badValue(name, `names of indexes, each once, as "name" or "virtual(name)", not "`+clipped(r)+`"`)
		}
		seen[n] = true
	}
	return nil
}
