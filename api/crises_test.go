package api_test

// Crises, recalls and the pause of what goes out, over HTTP.

import (
	"fmt"
	"strings"
	"testing"

	"renfort/mission"
)

// valley is a circle around Nice.
const valley = `"area":{"center":{"lat":43.7,"lon":7.26},"radius_km":30}`

// sessionCrises are the steps of a crisis team in TestRoutesAgainstGoldens.
func sessionCrises() []step {
	return []step{
		{golden: "crises", method: "PUT", path: "/v1/crises/vesubie", status: 201, body: `{"name":"Vésubie",` + valley + `,"domains":["solidarite-insertion"],"boost":3,"reach_km":60,"min_age":18,"from":"2026-11-20","until":"2026-12-24"}`},
		{golden: "crises", method: "PUT", path: "/v1/crises/vesubie", status: 412, what: "another version", headers: []string{"If-Match", `"999999"`}, body: `{"name":"Vésubie",` + valley + `}`},
		{golden: "crises", method: "PUT", path: "/v1/crises/roya", status: 201, what: "places by their codes, not begun yet", body: `{"name":"Roya","area":{"communes":["06163"],"departments":["06"],"polygon":[[44.0,7.5],{"lat":44.2,"lon":7.5},[44.1,7.7]]},"from":"2027-01-01"}`},
		{golden: "crises", method: "PUT", path: "/v1/crises/roya", status: 400, what: "drawn wrong", body: `{"name":"Roya","area":{"communes":["6163"],"departments":["6"],"polygon":[[44.0,7.5],[44.2,7.7],[44.0,7.7],[44.2,7.5]]},"domains":["sant"],"from":"2027-01-02","until":"2027-01-01"}`},
		{golden: "crises", method: "POST", path: "/v1/crises/vesubie/pause", status: 200},
		{golden: "crises", method: "POST", path: "/v1/crises/vesubie/resume", status: 200},
		{golden: "crises", method: "GET", path: "/v1/crises/vesubie", status: 200},
		{golden: "crises", method: "GET", path: "/v1/crises", status: 200},
		{golden: "crises", method: "DELETE", path: "/v1/crises/roya", status: 204},
		{golden: "crises", method: "DELETE", path: "/v1/crises/roya", status: 404},
		{golden: "outbound", method: "POST", path: "/v1/outbound/pause", status: 200},
		{golden: "outbound", method: "GET", path: "/v1/outbound", status: 200},
		{golden: "outbound", method: "POST", path: "/v1/outbound/resume", status: 200},
		{golden: "outbound", method: "GET", path: "/v1/outbound", status: 200},
		{golden: "recall", method: "POST", path: "/v1/missions/jva:4/recall", status: 200, body: `{"to":["confirmed","held","waiting","asked"],"why":"danger","alternatives":true}`},
		{golden: "recall", method: "POST", path: "/v1/missions/jva:4/recall", status: 200, what: "again: nobody is left", body: `{"to":["confirmed","held"],"why":"danger"}`},
		{golden: "recall", method: "POST", path: "/v1/missions/jva:4/recall", status: 400, body: `{"to":["everybody"],"slots":["s1","s1"],"why":"rain"}`},
		{golden: "recall", method: "POST", path: "/v1/missions/jva:2/recall", status: 400, what: "no such slot", body: `{"to":["held"],"slots":["s9"],"why":"moved"}`},
		{golden: "recall", method: "POST", path: "/v1/missions/none/recall", status: 404, body: `{"to":["held"],"why":"moved"}`},
	}
}

// Goal: the pause gets through when everything else is refused. Method: as many
// requests under way as there may be at all.
func TestOutboundPauseUnderOverload(t *testing.T) {
	l := openService(t, nil)
	limits := l.service.InFlightLimits()
	most := int(limits[len(limits)-3]) // what the dearest class but outbound and health may fill
	l.service.Crowd(most)
	defer l.service.Crowd(-most)
	l.refused("overloaded", "POST", "/v1/holds/h-1/confirm", "")
	if a := l.do("POST", "/v1/outbound/pause", ""); a.status != 200 || !strings.Contains(string(a.body), `"paused":true`) {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if !l.engine.OutboundPaused() {
		t.Error("the senders do not hear of it")
	}
}

// Goal: nobody is sent from one danger into the same. Method: two missions in a
// crisis and one outside it, and a recall of the first for each why.
func TestRecallAlternativesLeaveTheDanger(t *testing.T) {
	l := openService(t, nil)
	for i, at := range []string{`"lat":43.70,"lon":7.26`, `"lat":43.71,"lon":7.27`, `"lat":44.10,"lon":7.26`} {
		body := fmt.Sprintf(`{"title":"Aide","publisher":"jva","domains":["solidarite-insertion"],"seats":5,"locations":[{%s}]}`, at)
		if a := l.do("PUT", fmt.Sprintf("/v1/missions/m%d", i), body); a.status != 201 {
			t.Fatalf("got %d %s", a.status, a.body)
		}
	}
	if a := l.do("PUT", "/v1/crises/c1", `{"name":"Crue","area":{"center":{"lat":43.7,"lon":7.26},"radius_km":10}}`); a.status != 201 || !strings.Contains(string(a.body), `"missions":2`) {
		t.Fatalf("got %d %s, want two missions in it", a.status, a.body)
	}
	for why, want := range map[string]string{mission.WhyDanger: `"alternatives":["m2"]`, mission.WhyMoved: `"alternatives":["m1","m2"]`} {
		a := l.do("POST", "/v1/missions/m0/recall", `{"to":["waiting"],"why":"`+why+`","alternatives":true}`)
		if a.status != 200 || !strings.Contains(string(a.body), want) || !strings.Contains(string(a.body), `"state":"open"`) {
			t.Errorf("%s: got %d %s, want %s of an open mission", why, a.status, a.body, want)
		}
	}
}

// crisisFaults are wrong bodies of PUT /v1/crises/{id}.
func crisisFaults() []fault {
	return []fault{{"no name", `{` + valley + `}`, "/name"}, {"no area", `{"name":"x","area":{}}`, "/area"}, {"half a circle", `{"name":"x","area":{"radius_km":3}}`, "/area"},
		{"half a centre", `{"name":"x","area":{"center":{"lat":43.7},"radius_km":3}}`, "/area/center"}, {"a circle at 0,0", `{"name":"x","area":{"center":{"lat":0,"lon":0},"radius_km":3}}`, "/area/center"}, {"no point on earth", `{"name":"x","area":{"center":{"lat":91,"lon":0},"radius_km":3}}`, "/area/center"},
		{"two corners", `{"name":"x","area":{"polygon":[[44,7],[45,7]]}}`, "/area/polygon"}, {"half a corner", `{"name":"x","area":{"polygon":[[44],[45,7],[45,8]]}}`, "/area/polygon/0"},
		{"lines that cross", `{"name":"x","area":{"polygon":[[44,7],[45,8],[44,8],[45,7]]}}`, "/area/polygon"}, {"an unknown department", `{"name":"x","area":{"departments":["06","6"]}}`, "/area/departments/1"},
		{"an unknown commune", `{"name":"x","area":{"communes":["00000"]}}`, "/area/communes/0"}, {"an unknown domain", `{"name":"x",` + valley + `,"domains":["flood"]}`, "/domains/0"},
		{"too much boost", `{"name":"x",` + valley + `,"boost":6}`, "/boost"}, {"a reach beyond the earth", `{"name":"x",` + valley + `,"reach_km":30000}`, "/reach_km"},
		{"an age that cannot be", `{"name":"x",` + valley + `,"min_age":121}`, "/min_age"}, {"a date that cannot be", `{"name":"x",` + valley + `,"from":"2026-02-30"}`, "/from"},
		{"an end before its beginning", `{"name":"x",` + valley + `,"from":"2026-03-02","until":"2026-03-01"}`, "/until"}, {"the reducer's own field", `{"name":"x",` + valley + `,"paused":true}`, "/paused"},
		{"another id", `{"id":"x","name":"x",` + valley + `}`, "/id"}}
}

// faultsOfCrises are the wrong bodies of what a crisis team sends, and of alerts.
func faultsOfCrises(pattern string) []fault {
	switch pattern {
	case "PUT /v1/alerts/{id}":
		return alertFaults()
	case "PUT /v1/crises/{id}":
		return crisisFaults()
	case "POST /v1/missions/{id}/recall":
		return []fault{{"nobody", `{"why":"danger"}`, "/to"}, {"a group that is none", `{"to":["everybody"],"why":"danger"}`, "/to/0"}, {"no why", `{"to":["held"]}`, "/why"},
			{"a slot that is none", `{"to":["held"],"why":"danger","slots":["none"]}`, "/slots/0"}, {"an unknown field", `{"to":["held"],"why":"danger","all":true}`, "/all"}}
	}
	return nil
}
