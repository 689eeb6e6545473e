package objects

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// setting is one member of settings on the wire, by its present name.
type setting struct {
	name  string
	raw   jsontext.Value
	value any // nil for null
}

// settingMembers reads settings as they came. Names that Algolia does not know
// are refused as Algolia does, with their place; nothing is no setting.
func settingMembers(text []byte) ([]setting, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil
	}
	if len(text) > mission.SettingsBytesMax {
		return nil, mission.Errorf(mission.Invalid, "Settings are too big size=%d/%d bytes", len(text), mission.SettingsBytesMax)
	}
	ms, err := members(text)
	if err != nil {
		return nil, err
	}
	settings := make([]setting, 0, len(ms))
	for _, m := range ms {
		name, ok := settingName(m.name)
		if !ok {
			return nil, mission.Errorf(mission.Invalid, "Invalid object attributes: %s near %s", clipped(m.name), place(text, m.end))
		}
		s := setting{name: name, raw: m.value}
		if err := json.Unmarshal(m.value, &s.value); err != nil {
			return nil, badValue(m.name, "JSON")
		}
		settings = append(settings, s)
	}
	return settings, nil
}

// place names a byte as Algolia's errors do.
func place(text []byte, at int) string {
	line := bytes.Count(text[:at], []byte("\n"))
	return fmt.Sprintf("line:%d column:%d", line+1, at-bytes.LastIndexByte(text[:at], '\n'))
}

// settingName gives the present name of a setting; ok is false for none.
func settingName(name string) (present string, ok bool) {
	switch name {
	case "attributesToIndex":
		return "searchableAttributes", true
	case "slaves":
		return "replicas", true
	case "numericAttributesToIndex":
		return "numericAttributesForFiltering", true
	}
	i := slices.IndexFunc(settingDefaults(), func(d settingDefault) bool { return d.name == name })
	return name, i >= 0
}

// MergeSettings puts a patch over what is stored: a setting that the patch
// names is replaced as a whole, null takes it back to its default. The result
// is an object in the order in which settings were first named, without nulls
// and old names. A patch that is not an object of settings, names one that
// there is not or gives one a value that cannot be is refused as Invalid. What
// the patch says of version and primary is not the platform's to say and is
// left out.
func MergeSettings(stored, patch []byte) ([]byte, error) {
	old, err := settingMembers(stored)
	if err != nil {
		return nil, err
	}
	news, err := settingMembers(patch)
	if err != nil {
		return nil, err
	}
	if _, err := DecodeSettings(patch, false); err != nil {
		return nil, err
	}
	for _, n := range news {
		if n.name == "version" || n.name == "primary" {
			continue
		}
		if i := slices.IndexFunc(old, func(o setting) bool { return o.name == n.name }); i >= 0 {
			old[i] = n
		} else {
			old = append(old, n)
		}
	}
	var merged []member
	for _, o := range old {
		if o.value != nil {
			merged = append(merged, member{name: o.name, value: o.raw})
		}
	}
	return appendObject(nil, merged)
}

// AnswerSettings writes settings as they are answered: all that are documented
// with their defaults, what was stored in their place, and then what else was
// stored. An index of missions has its own default ranking; primary is the
// index that this one is a replica of, "" for none.
func AnswerSettings(stored []byte, missions bool, primary string) ([]byte, error) {
	said, err := settingMembers(stored)
	if err != nil {
		return nil, err
	}
	var all []member
	for _, d := range settingDefaults() {
		i := slices.IndexFunc(said, func(s setting) bool { return s.name == d.name })
		switch {
		case i >= 0 && said[i].value != nil:
			all = append(all, member{name: d.name, value: said[i].raw})
		case d.name == "ranking":
			all = append(all, member{name: d.name, value: jsontext.Value(`["` + strings.Join(DefaultRanking(missions), `","`) + `"]`)})
		case d.name == "primary" && primary != "":
			name, err := jsontext.AppendQuote(nil, primary)
			if err != nil {
				return nil, fmt.Errorf("objects: write the name of a primary: %w", err)
			}
			all = append(all, member{name: d.name, value: name})
		case d.value != "":
			all = append(all, member{name: d.name, value: jsontext.Value(d.value)})
		}
	}
	return appendObject(nil, all)
}

// settingDefault is a setting that Algolia documents, and what it answers
// where nothing was said: "" for nothing.
type settingDefault struct{ name, value string }

func settingDefaults() []settingDefault {
	return []settingDefault{
		{"minWordSizefor1Typo", "4"}, {"minWordSizefor2Typos", "8"},
		{"hitsPerPage", "20"}, {"maxValuesPerFacet", "100"}, {"version", "2"},
		{"searchableAttributes", "null"}, {"numericAttributesForFiltering", "null"},
		{"attributesToRetrieve", "null"}, {"unretrievableAttributes", "null"},
		{"optionalWords", "null"}, {"attributesForFaceting", "null"},
		{"attributesToSnippet", "null"}, {"attributesToHighlight", "null"},
		{"paginationLimitedTo", "1000"}, {"attributeForDistinct", "null"},
		{"exactOnSingleWordQuery", `"attribute"`}, {"ranking", ""}, {"customRanking", "null"},
		{"separatorsToIndex", `""`}, {"removeWordsIfNoResults", `"none"`}, {"queryType", `"prefixLast"`},
		{"highlightPreTag", `"<em>"`}, {"highlightPostTag", `"</em>"`}, {"snippetEllipsisText", `"…"`},
		{"alternativesAsExact", `["ignorePlurals","singleWordSynonym"]`},
		{"sortFacetValuesBy", `"count"`}, {"typoTolerance", "true"}, {"advancedSyntax", "false"},
		{"distinct", "false"}, {"minProximity", "1"}, {"restrictHighlightAndSnippetArrays", "false"},
		{"replaceSynonymsInHighlight", "false"}, {"allowTyposOnNumericTokens", "true"},
		{"allowCompressionOfIntegerArray", "false"}, {"attributeCriteriaComputedByMinProximity", "false"},
		{"ignorePlurals", "false"}, {"removeStopWords", "false"}, {"maxFacetHits", "10"}, {"responseFields", `["*"]`},
		{"disableExactOnAttributes", "[]"}, {"disablePrefixOnAttributes", "[]"},
		{"disableTypoToleranceOnAttributes", "[]"}, {"disableTypoToleranceOnWords", "[]"},
		{"replicas", ""}, {"primary", ""},
		// What is kept and answered as it came, and changes nothing here.
		{"advancedSyntaxFeatures", ""}, {"altCorrections", ""}, {"attributesToTransliterate", ""}, {"camelCaseAttributes", ""},
		{"customNormalization", ""}, {"decompoundQuery", ""}, {"decompoundedAttributes", ""}, {"enablePersonalization", ""},
		{"enableReRanking", ""}, {"enableRules", ""}, {"indexLanguages", ""}, {"keepDiacriticsOnCharacters", ""},
		{"mode", ""}, {"placeholders", ""}, {"queryLanguages", ""}, {"reRankingApplyFilter", ""},
		{"relevancyStrictness", ""}, {"renderingContent", ""}, {"semanticSearch", ""}, {"userData", ""},
	}
}
