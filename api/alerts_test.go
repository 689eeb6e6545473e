package api_test

import (
	"fmt"
	"strings"
	"testing"

	"renfort/api"
	"renfort/mission"
)

// sessionAlerts saves searches, reads them back and forgets them.
func sessionAlerts() []step {
	return []step{
		{golden: "alerts", method: "PUT", path: "/v1/alerts/a1", status: 201, body: `{"volunteer":"v9","filters":{"near":"Nice", "radius_km":20,"domain":["sante"],"attr.qpv":true}}`},
		{golden: "alerts", method: "PUT", path: "/v1/alerts/a1", status: 200, what: "another place", body: `{"volunteer":"v9","filters":{"department":["06","83"]}}`},
		{golden: "alerts", method: "PUT", path: "/v1/alerts/a2", status: 201, what: "around the volunteer", body: `{"volunteer":"v9"}`},
		{golden: "alerts", method: "PUT", path: "/v1/alerts/a3", status: 404, what: "of nobody", body: `{"volunteer":"nobody"}`},
		{golden: "alerts", method: "PUT", path: "/v1/alerts/a1", status: 409, what: "somebody else's", body: `{"volunteer":"v20"}`},
		{golden: "alerts", method: "GET", path: "/v1/alerts/a1", status: 200},
		{golden: "alerts", method: "GET", path: "/v1/alerts?limit=1", status: 200},
		{golden: "alerts", method: "GET", path: "/v1/alerts?volunteer=v9", status: 200},
		{golden: "alerts", method: "DELETE", path: "/v1/alerts/a2", status: 204},
		{golden: "alerts", method: "DELETE", path: "/v1/alerts/a2", status: 404, what: "again"},
		{golden: "alerts", method: "DELETE", path: "/v1/volunteers/v9", status: 204},
		{golden: "alerts", method: "GET", path: "/v1/alerts/a1", status: 404, what: "gone with its volunteer"},
	}
}

// alertFaults are wrong bodies of PUT /v1/alerts/{id}.
func alertFaults() []fault {
	f := func(what, filters, pointer string) fault {
		return fault{what, `{"volunteer":"v1","filters":` + filters + `}`, pointer}
	}
	return []fault{
		{"nobody", `{}`, "/volunteer"},
		{"another id", `{"id":"x","volunteer":"v1"}`, "/id"},
		{"a control character", `{"volunteer":"v\u0001"}`, "/volunteer"},
		{"filters that are a list", `{"volunteer":"v1","filters":[]}`, "/filters"},
		f("words", `{"q":"soupe"}`, "/filters/q"),
		f("an unknown filter", `{"colour":"red"}`, "/filters/colour"),
		f("an unknown domain", `{"domain":"sporz"}`, "/filters/domain/0"),
		f("half a point", `{"lat":43}`, "/filters"),
		f("a point without a radius", `{"lat":43.7,"lon":7.2}`, "/filters/radius_km"),
		f("a commune without a radius", `{"near":"Nice"}`, "/filters/radius_km"),
		f("a radius without a point", `{"radius_km":5}`, "/filters/radius_km"),
		f("a radius round the world", `{"near":"Nice","radius_km":20001}`, "/filters/radius_km"),
		f("a commune that is none", `{"near":"Xyzzy","radius_km":5}`, "/filters/near"),
		f("what cannot be had", `{"open":false}`, "/filters/open"),
		f("a polygon that crosses itself", `{"polygon":[[43,7],[44,8],[44,7],[43,8]]}`, "/filters/polygon"),
		f("a date that cannot be", `{"from":"2026-13-01"}`, "/filters/from"),
		f("too many words", `{"tag":[`+strings.TrimSuffix(strings.Repeat(`"x",`, 1001), ",")+`]}`, "/filters/tag"),
	}
}

// One person has so many alerts and no more, and pages of a walk join up.
func TestAlertsOfOnePerson(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/volunteers/v1", `{"postal_code":"06000"}`)
	for i := range mission.AlertsMax {
		l.must(201, "PUT", fmt.Sprintf("/v1/alerts/a%02d", i), `{"volunteer":"v1","filters":{"domain":"sante"}}`)
	}
	l.refused("conflict", "PUT", "/v1/alerts/one-more", `{"volunteer":"v1"}`)
	l.must(200, "PUT", "/v1/alerts/a00", `{"volunteer":"v1"}`)
	for _, query := range []string{"", "&volunteer=v1"} {
		var ids []string
		for cursor, path := "", "/v1/alerts?limit=7"+query; ; path = "/v1/alerts?limit=7" + query + "&cursor=" + cursor {
			page := l.must(200, "GET", path, "").json(t)
			for _, a := range page["alerts"].([]any) {
				ids = append(ids, a.(map[string]any)["id"].(string))
			}
			if page["cursor"] == nil {
				break
			}
			cursor = page["cursor"].(string)
		}
		if len(ids) != mission.AlertsMax || ids[0] != "a00" || ids[len(ids)-1] != fmt.Sprintf("a%02d", mission.AlertsMax-1) {
			t.Errorf("walk %q: got %v", query, ids)
		}
	}
	if got := l.must(200, "GET", "/v1/volunteers/v1/export", "").json(t)["alerts"].([]any); len(got) != mission.AlertsMax {
		t.Errorf("export: got %d alerts", len(got))
	}
}

// A key for some publishers saves searches for their volunteers alone.
func TestAlertsArePublishers(t *testing.T) {
	l := openService(t, func(c *api.Config) {
		withKeys(t, map[string][]string{"theirs": {"write"}}, []string{"jva"}, 0)(c)
		withKeys(t, map[string][]string{"all": {"write", "admin"}}, nil, 0)(c)
	})
	theirs, all := l.key("theirs"), l.key("all")
	l.must(201, "PUT", "/v1/volunteers/v1", `{"publisher":"jva"}`, "x-api-key", all)
	l.must(201, "PUT", "/v1/volunteers/v2", `{"publisher":"far"}`, "x-api-key", all)
	l.must(201, "PUT", "/v1/alerts/a1", `{"volunteer":"v1"}`, "x-api-key", theirs)
	l.must(201, "PUT", "/v1/alerts/a2", `{"volunteer":"v2"}`, "x-api-key", all)
	l.refused("not_found", "PUT", "/v1/alerts/a3", `{"volunteer":"v2"}`, "x-api-key", theirs)
	l.refused("not_found", "GET", "/v1/alerts/a2", "", "x-api-key", theirs)
	l.refused("not_found", "DELETE", "/v1/alerts/a2", "", "x-api-key", theirs)
	l.refused("forbidden", "PUT", "/v1/alerts/a1", `{"volunteer":"v1","filters":{"publisher":"far"}}`, "x-api-key", theirs)
	if got := l.must(200, "GET", "/v1/alerts", "", "x-api-key", theirs).json(t)["alerts"].([]any); len(got) != 1 {
		t.Errorf("got %v, want one alert", got)
	}
	v, err := l.engine.Store().Alert("a1")
	if err != nil || len(v.Alert.Filter.Publishers) != 1 || v.Alert.Filter.Publishers[0] != "jva" {
		t.Errorf("got %+v, %v; want the key's publisher", v.Alert, err)
	}
}
