package store_test

import (
	"testing"

	"renfort/store"
)

func openStore(t testing.TB, dir string, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// mustBeSound checks a data directory that nobody has open.
func mustBeSound(t testing.TB, dir string) store.Report {
	t.Helper()
	r, err := store.Check(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Problems {
		t.Errorf("check: %s", p)
	}
	if len(r.Problems) > 0 {
		t.FailNow()
	}
	return r
}
