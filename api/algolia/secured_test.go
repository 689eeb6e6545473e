package algolia_test

// Secured keys: made as the official clients make them, known by the hash of
// their parent alone, and held to what they say.

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"time"

	"renfort/api/algolia"
	"renfort/mission"
)

const parent = "a-parent-key-of-more-than-sixty-four-letters-as-renfort-makes-them-today"

// secure is what generateSecuredApiKey of the clients does.
func secure(parent, params string) []byte {
	h := hmac.New(sha256.New, []byte(parent))
	h.Write([]byte(params))
	return []byte(base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(h.Sum(nil)) + params)))
}

func TestSecuredKeysAreKnownByTheHashOfTheirParent(t *testing.T) {
	f := func(parent, params string, want bool) {
		t.Helper()
		s, ok := algolia.ReadSecured(secure(parent, params))
		if !ok {
			t.Fatalf("%q is not read as a secured key", params)
		}
		hash := sha256.Sum256([]byte(parent))
		if got := s.MadeOf(hash[:]); got != want {
			t.Errorf("a parent of %d letters: %v, want %v", len(parent), got, want)
		}
		other := sha256.Sum256([]byte(parent + "x"))
		if s.MadeOf(other[:]) {
			t.Error("another key passed for the parent")
		}
	}
	f(parent, "filters=a", true)
	f(strings.Repeat("k", algolia.ParentBytesMin), "filters=a", true)
	f(strings.Repeat("k", algolia.ParentBytesMin-1), "filters=a", false) // HMAC pads it as it is
	for _, bad := range []string{"", "x", "====", string(secure(parent, "")), strings.Repeat("A", 1<<20)} {
		if _, ok := algolia.ReadSecured([]byte(bad)); ok {
			t.Errorf("%.40q is read as a secured key", bad)
		}
	}
}

func restrictions(t *testing.T, params string) (*algolia.Restrictions, error) {
	t.Helper()
	s, ok := algolia.ReadSecured(secure(parent, params))
	if !ok {
		t.Fatalf("%q is not read", params)
	}
	return s.Restrictions()
}

func TestRestrictions(t *testing.T) {
	now, here := time.Unix(1_800_000_000, 0), netip.MustParseAddr("::ffff:192.0.2.7")
	f := func(params string, want mission.Kind) {
		t.Helper()
		r, err := restrictions(t, params)
		if err != nil {
			t.Fatal(err)
		}
		if got := mission.KindOf(r.Check(now, here)); got != want {
			t.Errorf("%s: %v, want %v", params, got, want)
		}
	}
	f("filters=a", mission.Unknown)
	f("validUntil=1800000000", mission.Unknown)
	f("validUntil=1800000000.5", mission.Unknown)
	f("validUntil=1799999999", mission.Invalid)
	f("restrictSources=192.0.2.0%2F24", mission.Unknown)
	f("restrictSources=192.0.2.7", mission.Unknown)
	f("restrictSources=192.0.2.8", mission.Forbidden)
	f("restrictSources=%5B%2210.0.0.0%2F8%22%2C%22192.0.2.7%22%5D", mission.Unknown)
	f("restrictSources=2001:db8::/32", mission.Forbidden)
	for _, params := range []string{"validUntil=soon", "validUntil=NaN", "validUntil=-1", "restrictSources=everywhere", "restrictIndices=%5B1%5D", "a=%zz"} {
		if _, err := restrictions(t, params); err == nil {
			t.Errorf("%s was read", params)
		}
	}
	r, err := restrictions(t, "filters=_tags%3Auser_42&userToken=42&validUntil=1900000000&hitsPerPage=5")
	if err != nil || r.Params != "filters=_tags%3Auser_42&hitsPerPage=5" {
		t.Errorf("the parameters are %q, %v", r.Params, err)
	}
}
