package algolia

// restrictIndices: names, prefixes, suffixes and what is between.

import (
	"net/netip"
	"testing"
	"time"
)

func TestWildcards(t *testing.T) {
	f := func(pattern, name string, want bool) {
		t.Helper()
		if got := wildcard(pattern, name); got != want {
			t.Errorf("%q on %q: %v, want %v", pattern, name, got, want)
		}
	}
	f("a", "a", true)
	f("a", "ab", false)
	f("dev_*", "dev_missions", true)
	f("dev_*", "dev_", true)
	f("dev_*", "prod_missions", false)
	f("*_dev", "missions_dev", true)
	f("*_dev", "missions_dev_old", false)
	f("*_dev_*", "a_dev_b", true)
	f("*_dev_*", "a_dev", false)
	f("*", "anything", true)
	f("a*a", "a", false)
	f("a*a", "aa", true)
	f("a**b", "ab", true)
	f("", "", true)
	var none *Restrictions
	if none.may("x") != nil || none.Check(time.Time{}, netip.Addr{}) != nil {
		t.Error("no restrictions refuse something")
	}
	r := &Restrictions{indices: []string{"missions", "dev_*"}}
	if r.may("missions") != nil || r.may("dev_terms") != nil || r.may("terms") == nil {
		t.Error("the list of indices is not held")
	}
}
