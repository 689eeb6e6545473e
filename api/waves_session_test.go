package api_test

import (
	"context"
	"strings"
	"testing"

	"renfort/mission"
)

// sessionWaves asks three people for two seats, and goes on to the wave's end.
func sessionWaves() []step {
	people := ""
	for _, id := range []string{"a1", "a2", "a3"} {
		people += `{"id":"` + id + `","location":{"lat":43.71,"lon":7.25},"birth_year":1990,"consent":{"alerts":true},"channel":"push"}` + "\n"
	}
	return []step{
		{golden: "-", method: "PUT", path: "/v1/missions/flood", status: 201, body: `{"title":"Nettoyer après la crue","urgency":"urgent","seats":2,"locations":[{"lat":43.70,"lon":7.26}]}`},
		{golden: "-", method: "POST", path: "/v1/volunteers/bulk", status: 200, body: people},
		{golden: "waves", method: "POST", path: "/v1/waves", status: 200, what: "what would come of it", keep: "plan", body: `{"mission":"flood","dial":"vital","preview":true}`},
		{golden: "waves", method: "POST", path: "/v1/waves", status: 201, what: "as planned", keep: "wave", body: `{"plan":"${plan}"}`},
		{golden: "-", method: "GET", path: "/healthz", status: 200, then: stepWaves},
		{golden: "waves", method: "POST", path: "/v1/waves/${wave}/deliveries", status: 200, body: `{"volunteer":"a1","state":"delivered"}` + "\n" + `{"volunteer":"a2","state":"lost"}` + "\n" + `{"volunteer":"nobody","state":"sent"}`},
		{golden: "waves", method: "POST", path: "/v1/waves/${wave}/answers", status: 200, body: `{"volunteer":"a1","answer":"accept","ref":"participation:7"}`},
		{golden: "waves", method: "POST", path: "/v1/waves/${wave}/answers", status: 200, what: "the same again", body: `{"volunteer":"a1","answer":"accept"}`},
		{golden: "waves", method: "POST", path: "/v1/waves/${wave}/answers", status: 409, what: "who sits gives the seat back by its hold", body: `{"volunteer":"a1","answer":"decline"}`},
		{golden: "waves", method: "POST", path: "/v1/waves/${wave}/answers", status: 404, what: "was not asked", body: `{"volunteer":"v1","answer":"accept"}`},
		{golden: "waves", method: "GET", path: "/v1/waves/${wave}", status: 200},
		{golden: "waves", method: "GET", path: "/v1/waves/${wave}/asks?limit=10", status: 200},
		{golden: "waves", method: "PATCH", path: "/v1/waves/${wave}", status: 200, body: `{"dial":"calm"}`},
		{golden: "-", method: "POST", path: "/v1/missions/flood/holds", status: 201, body: `{"volunteer":"v2","confirm":true}`},
		{golden: "waves", method: "POST", path: "/v1/waves/${wave}/answers", status: 200, what: "no seat is left", body: `{"volunteer":"a2","answer":"accept"}`},
		{golden: "-", method: "GET", path: "/healthz", status: 200, then: stepWaves},
		{golden: "waves", method: "GET", path: "/v1/waves?limit=10", status: 200, what: "full, and everybody told"},
		{golden: "waves", method: "PATCH", path: "/v1/waves/${wave}", status: 409, body: `{"state":"running"}`},
		{golden: "waves", method: "POST", path: "/v1/waves", status: 409, what: "a full mission", body: `{"mission":"flood"}`},
		{golden: "waves", method: "POST", path: "/v1/waves", status: 404, body: `{"targets":[{"mission":"none"}]}`},
		{golden: "waves", method: "POST", path: "/v1/waves", status: 400, body: `{"targets":[],"dial":"loud","filters":{"channels":["pigeon"]}}`},
		{golden: "waves", method: "POST", path: "/v1/waves", status: 409, what: "a plan that is none", body: `{"plan":"p-0"}`},
	}
}

// waveFaults are the wrong bodies of the routes about waves.
func waveFaults() map[string][]fault {
	many := strings.TrimSuffix(strings.Repeat(`{"mission":"m1"},`, mission.WaveTargetsMax+1), ",")
	return map[string][]fault{
		"POST /v1/waves": {{"no targets", `{}`, "/targets"}, {"both", `{"mission":"m1","targets":[{"mission":"m1"}]}`, "/mission"}, {"a mission twice", `{"targets":[{"mission":"m1"},{"mission":"m1"}]}`, "/targets/1/mission"},
			{"too many", `{"targets":[` + many + `]}`, "/targets"}, {"seats below zero", `{"targets":[{"mission":"m1","seats":-1}]}`, "/targets/0/seats"}, {"a dial", `{"mission":"m1","dial":"loud"}`, "/dial"},
			{"a slot that is none", `{"targets":[{"mission":"m1","slots":["none"]}]}`, "/targets/0/slots/0"}, {"a pigeon", `{"mission":"m1","filters":{"channels":["pigeon"]}}`, "/filters/channels/0"},
			{"an unknown domain", `{"mission":"m1","filters":{"domains":["sporz"]}}`, "/filters/domains/0"}, {"a radius round the world", `{"mission":"m1","radius_km":20001}`, "/radius_km"},
			{"too many to ask", `{"mission":"m1","limits":{"asked":100001}}`, "/limits/asked"}, {"an unknown filter", `{"mission":"m1","filters":{"name":"Jean"}}`, "/filters/name"}},
		"PATCH /v1/waves/{id}": {{"neither", `{}`, ""}, {"a dial", `{"dial":"loud"}`, "/dial"}, {"a state of ours", `{"state":"full"}`, "/state"}},
		"POST /v1/waves/{id}/answers": {{"nobody", `{"answer":"accept"}`, "/volunteer"}, {"a mail address", `{"volunteer":"a@b.org","answer":"accept"}`, "/volunteer"}, {"no answer", `{"volunteer":"v1"}`, "/answer"},
			{"an answer of ours", `{"volunteer":"v1","answer":"stood_down"}`, "/answer"}, {"a control character", `{"volunteer":"v1","answer":"accept","ref":"\u0001"}`, "/ref"}},
		"POST /v1/waves/{id}/deliveries": {{"nobody", `{"state":"sent"}`, "/volunteer"}, {"no state", `{"volunteer":"v1"}`, "/state"}, {"a pigeon", `{"volunteer":"v1","state":"sent","channel":"pigeon"}`, "/channel"},
			{"a date that cannot be", `{"volunteer":"v1","state":"sent","at":"2026-02-30"}`, "/at"}},
	}
}

// stepWaves takes the step of every wave that is due.
func stepWaves(l *live) {
	if err := l.engine.StepWaves(context.Background()); err != nil {
		l.t.Fatal(err)
	}
}

// A repeat under an idempotency key answers the wave that the first one opened;
// a key for one publisher sees and asks only that one's.
func TestWavesByKey(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", `,"seats":2`))
	first := l.must(201, "POST", "/v1/waves", `{"mission":"m"}`, "Idempotency-Key", "k").json(t)["wave"]
	if again := l.must(201, "POST", "/v1/waves", `{"mission":"m"}`, "Idempotency-Key", "k").json(t)["wave"]; first != again {
		t.Errorf("the repeat opened %v, the first one %v", again, first)
	}
	if n := len(l.must(200, "GET", "/v1/waves", "").json(t)["waves"].([]any)); n != 1 {
		t.Errorf("got %d waves, want 1", n)
	}
	strict := openService(t, withKeys(t, map[string][]string{"jva": {"crisis", "write"}}, []string{"jva"}, 1000))
	key := []string{"x-api-key", strict.key("jva")}
	strict.must(201, "PUT", "/v1/missions/ours", niceMission("ours", `,"seats":2`), key...)
	theirs := &mission.Mission{ID: "theirs", Publisher: "other", Title: "x", Remote: mission.RemoteFull, Seats: new(2)}
	if err := strict.engine.Intake().Mission(theirs); err != nil {
		t.Fatal(err)
	}
	all := &mission.Wave{ID: "w-all", Targets: []mission.Target{{Mission: "theirs"}}}
	for _, c := range []mission.Command{mission.PutMission{Mission: theirs}, mission.OpenWave{Wave: all}} {
		if _, err := strict.engine.Submit(context.Background(), mission.Envelope{Command: c}); err != nil {
			t.Fatal(err)
		}
	}
	strict.refused("not_found", "POST", "/v1/waves", `{"mission":"theirs"}`, key...)
	strict.refused("not_found", "GET", "/v1/waves/w-all", "", key...)
	strict.refused("not_found", "POST", "/v1/waves/w-all/answers", `{"volunteer":"v1","answer":"accept"}`, key...)
	ours := strict.must(201, "POST", "/v1/waves", `{"mission":"ours"}`, key...).json(t)["wave"].(string)
	strict.must(200, "GET", "/v1/waves/"+ours, "", key...)
	if n := len(strict.must(200, "GET", "/v1/waves", "", key...).json(t)["waves"].([]any)); n != 1 {
		t.Errorf("the key sees %d waves, want its own", n)
	}
	if w, err := strict.engine.Store().Wave(ours); err != nil || w.Publisher != "jva" || w.State != mission.WaveRunning {
		t.Errorf("got %+v, %v; want a wave of jva's", w, err)
	}
}
