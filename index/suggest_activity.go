package index

import (
	"cmp"
	"slices"
	"strings"

	"renfort/geo/gazetteer"
	"renfort/mission"
)

// Ways in which an activity came by a word, as the version of a nameWord.
const (
	byLabel uint32 = iota
	byAlias
)

// wordsOfActivities gives the words of a taxonomy's activities, sorted: of
// their labels and of those aliases that people might type, which numbers are
// not.
func wordsOfActivities(t *mission.Taxonomy) (words []nameWord) {
	enter := func(i int, name string, by uint32) {
		key, inner := gazetteer.Fold(name), false
		for strings.ContainsFunc(key, func(r rune) bool { return r < '0' || r > '9' }) {
			words = append(words, nameWord{key, uint32(i), by, inner})
			_, key, _ = strings.Cut(key, " ")
			inner = true
		}
	}
	for i := range t.Activities {
		enter(i, t.Activities[i].Label, byLabel)
		for _, alias := range t.Activities[i].Aliases {
			enter(i, alias, byAlias)
		}
	}
	slices.SortFunc(words, compareWords)
	return words
}

// Activities gives the activities, as places in the list of the taxonomy, one
// of whose names has a word from which on it begins as typed: those whose
// label begins so first, then those with more missions. At most limit; none
// for nothing typed.
func (s *Snapshot) Activities(typed string, limit int) (found []int) {
	prefix := gazetteer.FoldPrefix(typed)
	if prefix == "" || limit <= 0 {
		return nil
	}
	rank := map[int]int{} // of the activities found, 0 for best
	for i := range s.activityWords {
		w := &s.activityWords[i]
		if !begins(w.key, prefix) {
			continue
		}
		worth := int(w.version) * 2
		if w.inner {
			worth++
		}
		a := int(w.of)
		if had, ok := rank[a]; !ok {
			found = append(found, a)
			rank[a] = worth
		} else {
			rank[a] = min(had, worth)
		}
	}
	slices.SortFunc(found, func(a, b int) int {
		return cmp.Or(cmp.Compare(rank[a], rank[b]), cmp.Compare(s.missionsOf(b), s.missionsOf(a)), cmp.Compare(a, b))
	})
	return found[:min(limit, len(found))]
}

// missionsOf is about how many missions an activity has had.
func (s *Snapshot) missionsOf(activity int) int {
	n, ok := s.Dictionary.Number(ActivityField, s.Taxonomy.Activities[activity].ID)
	if !ok || n >= s.Postings.Rows() {
		return 0
	}
	return len(*s.Postings.At(n))
}
