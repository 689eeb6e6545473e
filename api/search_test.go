package api_test

// Search and what completes: what is answered stands in the goldens of the
// session, what is refused here.

import (
	"fmt"
	"strings"
	"testing"
)

// sessionSearch is the part of the session that looks round.
func sessionSearch() []step {
	return []step{
		{golden: "places", method: "GET", path: "/v1/places?q=saint-et&limit=2", status: 200},
		{golden: "places", method: "GET", path: "/v1/places?q=St%20%C3%89tienne&limit=1", status: 200, what: "the same, spelled otherwise"},
		{golden: "places", method: "GET", path: "/v1/places?q=0600&limit=1", status: 200, what: "a postal code"},
		{golden: "places", method: "GET", path: "/v1/places?q=Gen%C3%A8ve", status: 200, what: "over the border"},
		{golden: "places", method: "GET", path: "/v1/places", status: 200, what: "nothing typed yet"},
	}
}

// mustPointTo expects a GET to be refused with a pointer.
func (l *live) mustPointTo(path, pointer string) {
	l.t.Helper()
	a := l.refused("invalid", "GET", path, "")
	if !strings.Contains(string(a.body), fmt.Sprintf(`"pointer":%q`, pointer)) {
		l.t.Errorf("GET %s: want a pointer to %s in %s", path, pointer, a.body)
	}
}

// TestBadPlaces asks for places as nobody should.
func TestBadPlaces(t *testing.T) {
	l := openService(t, nil)
	l.mustPointTo("/v1/places?q="+strings.Repeat("a", 10_000), "/q")
	l.mustPointTo("/v1/places?q=a%00", "/q")
	l.mustPointTo("/v1/places?q=a%ff", "/q")
	l.mustPointTo("/v1/places?q=a&limit=0", "/limit")
	l.mustPointTo("/v1/places?q=a&limit=101", "/limit")
	l.mustPointTo("/v1/places?q=a&lat=1", "/lat")
	for _, q := range []string{"'", "%20", "***", "-", "%22"} {
		a := l.must(200, "GET", "/v1/places?q="+q, "")
		if !strings.Contains(string(a.body), `"places":[]`) {
			t.Errorf("q=%s: got %s, want no place", q, a.body)
		}
	}
}
