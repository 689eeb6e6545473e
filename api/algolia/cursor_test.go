package algolia

import (
	"testing"

	"renfort/mission"
)

// A cursor gives back where to begin and what was asked, and what is none is
// refused.
func TestCursor(t *testing.T) {
	for _, form := range []string{"", "filters=a%3Ab&hitsPerPage=3", "query=é"} {
		next, got, err := unwrapCursor(wrapCursor("bzFhYmM", form))
		if err != nil || next != "bzFhYmM" || got != form {
			t.Errorf("%q: got %q, %q, %v", form, next, got, err)
		}
	}
	for _, cursor := range []string{"!", "a", "AA", "_____w", wrapCursor("", "filters=x"), "fx"} {
		if next, form, err := unwrapCursor(cursor); mission.KindOf(err) != mission.Invalid {
			t.Errorf("%q: got %q, %q, %v, want it refused", cursor, next, form, err)
		}
	}
}
