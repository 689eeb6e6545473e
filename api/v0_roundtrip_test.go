package api_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What v0 gives can be posted to the feed's door, and comes out as it was: the
// records, their places after seats were taken here, and who may come.
func TestV0RoundTrip(t *testing.T) {
	l := openV0(t, nil)
	l.must(201, "POST", "/v1/missions/v0q:3/holds", `{"volunteer":"v1","confirm":true}`)
	for _, publisher := range []string{"v0p", "v0q"} {
		path := "/v0/mission?publisher=" + publisher
		before := l.must(200, "GET", path, "")
		report := l.must(200, "POST", "/v1/feeds/api-engagement?places=left&publisher="+publisher, string(before.body))
		after := l.must(200, "GET", path, "")
		var a, b any
		if err := json.Unmarshal(before.body, &a); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(after.body, &b); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(a, b); d != "" {
			t.Errorf("%s (-before +after):\n%s\nreport %s", publisher, d, report.body)
		}
	}
	if got := idsOf(l.v0("/v0/mission?organizationRNA=W1").Data); len(got) != 1 {
		t.Errorf("by the number of a feed's association: %v", got)
	}
	if v := l.must(200, "GET", "/v1/missions/v0q:3", "").json(t)["occupancy"].(map[string]any); v["confirmed"] != 1.0 || fmt.Sprint(v["free"]) != "2" {
		t.Errorf("the seat taken here: %v", v)
	}
}
