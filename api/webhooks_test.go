package api_test

// Events and webhooks where the rest of the service meets them: what an import
// tells, what a key for one publisher may have sent, and what becomes of
// deliveries that are dead or whose webhook is deleted.

import (
	"fmt"
	"testing"

	"renfort/mission"
)

// Seats given before Renfort are no news: an import makes no event of any
// type, not even where it fills a mission. What happens to such a seat later
// does.
func TestImportTellsNothing(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", `,"seats":2`))
	before := l.engine.Seq()
	l.must(200, "POST", "/v1/seats/bulk?import=true", `{"mission":"m","volunteer":"v1","ref":"p:1","answer":"accepted"}`+"\n"+
		`{"mission":"m","volunteer":"v2"}`+"\n"+`{"mission":"m","volunteer":"v3","state":"released"}`+"\n")
	if got := l.engine.Seq(); got != before+3 {
		t.Fatalf("got seq %d after three imports, want %d", got, before+3)
	}
	hold := l.must(200, "GET", "/v1/seats?volunteer=v2", "").json(t)["seats"].([]any)[0].(map[string]any)["hold"].(string)
	l.must(200, "POST", "/v1/holds/"+hold+"/release", "")
	address, _ := openTCP(t, l.engine, nil)
	s := listen(t, address+fmt.Sprintf("/v1/events?since=%d&follow=false", before))
	if first := s.mustNext("seat.released"); first.data["volunteer"] != "v2" {
		t.Errorf("got %v, want the release of v2", first.data)
	}
	s.mustNext(mission.MissionReopened.String())
	if more, ok := s.next(); ok {
		t.Errorf("got %s %v besides", more.kind, more.data)
	}
	l.refused("invalid", "PUT", "/v1/webhooks/w", `{"url":"https://example.org/","types":["seat.imported"]}`)
}
