package truth_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"testing"
	"time"

	"renfort/bench/truth"
	"renfort/bench/world"
	"renfort/mission"
)

// Goal: truth and a real service agree, and a wrong answer is told.
//
// Method: a service over HTTP with a world of missions is asked random requests
// while its state goes from fresh, over a minute later, crises and suspended
// organisations, to seats held, confirmed, lapsed and given back, days later.
var (
	truthSeed     = flag.Uint64("seed", 1, "seed of worlds and requests")
	truthRequests = flag.Int("requests", 0, "requests to ask in each state; 0: 150, 40 with -short, 20 with -race")
)

// asker draws requests.
type asker struct {
	*rand.Rand
	world    *world.World
	missions int
}

func newAsker(t testing.TB, seed uint64, missions int) *asker {
	t.Helper()
	w, err := world.New(world.Default())
	if err != nil {
		t.Fatal(err)
	}
	return &asker{rand.New(rand.NewPCG(seed, 11)), w, missions}
}

func (k *asker) chance(p float64) bool { return k.Float64() < p }

func pick[T any](k *asker, of ...T) T { return of[k.IntN(len(of))] }

// body draws a request.
func (k *asker) body() map[string]any {
	v := k.world.Profile(k.Rand)
	if k.chance(0.1) {
		v.Location = nil
	}
	if k.chance(0.1) {
		v.PostalCode, v.Location = pick(k, "06000", "75011", "48000", "97400"), nil
	}
	b := map[string]any{"profile": v, "limit": pick(k, 1, 5, 10, 20, 20, 20, 50, 100), "explain": k.chance(0.5), "seed": fmt.Sprint(k.IntN(9))}
	if k.chance(0.2) {
		b["exclude"] = []string{id(k.IntN(k.missions)), id(k.IntN(k.missions)), "nobody"}
	}
	if k.chance(0.4) {
		b["filters"] = k.filters()
	}
	return b
}

func (k *asker) filters() map[string]any {
	f := map[string]any{}
	some := func(name string, values ...string) {
		if k.chance(0.25) {
			f[name] = []string{pick(k, values...), pick(k, values...)}
		}
	}
	some("domain", "sante", "sport", "education", "solidarite-insertion")
	some("department", "06", "75", "48", "69", "974")
	some("urgency", "calm", "normal", "urgent", "vital")
	some("remote", "no", "full", "possible")
	some("activity", "distribution")
	if k.chance(0.3) {
		f["radius_km"] = pick(k, 0.5, 5, 30, 200)
	}
	if k.chance(0.3) {
		p := k.world.Place(k.Rand)
		f["lat"], f["lon"] = p.Lat, p.Lon
	}
	return f
}

// met counts what was compared.
type met struct{ asked, missions, exact, given, widened, searched int }

// check asks requests and compares each answer with the truth.
func (l *live) check(k *asker, of *truth.Truth, requests int) (m met) {
	l.t.Helper()
	for range requests {
		body := bodyOf(l.t, k.body())
		q, _, err := truth.ReadRequest([]byte(body))
		if err != nil {
			l.t.Fatal(err)
		}
		answer := l.do("POST", "/v1/recommendations", body)
		v := of.Compare(q, answer)
		if len(v.Differences) > 0 {
			l.t.Fatalf("-seed %d, request %d at %v: %q\nsent %s\ngot %s", *truthSeed, m.asked, l.now, v.Differences, body, answer)
		}
		if m.asked++; bytes.Contains(answer, []byte(`"widened":{`)) {
			m.widened++
		}
		m.missions, m.exact, m.given = m.missions+v.Missions, m.exact+v.Exact, m.given+v.Given
		if m.asked%3 == 0 {
			l.checkSearch(k, of)
			m.searched++
		}
	}
	return m
}

// query draws a search.
func (k *asker) query() string {
	q := url.Values{"limit": {pick(k, "1", "20", "250")}, "facets": {pick(k, "domain", "domain,activity,department", "urgency,remote,department", "")}}
	q.Set("sort", pick(k, "relevance", "relevance", "urgency", "newest", "starts_at", "seats"))
	if k.chance(0.7) {
		p := k.world.Place(k.Rand)
		q.Set("lat", fmt.Sprint(p.Lat))
		q.Set("lon", fmt.Sprint(p.Lon))
		if k.chance(0.7) {
			q.Set("radius_km", pick(k, "1", "30", "300"))
		}
		if k.chance(0.4) {
			q.Set("sort", "distance")
		}
	}
	for _, f := range [][2]string{{"domain", "sante,sport"}, {"department", "06,75"}, {"urgency", "vital,urgent"}, {"remote", "no,full"}, {"activity", "distribution"}} {
		if k.chance(0.2) {
			q.Set(f[0], f[1])
		}
	}
	return q.Encode()
}

// checkSearch asks a search and compares its answer with the truth.
func (l *live) checkSearch(k *asker, of *truth.Truth) {
	l.t.Helper()
	query := k.query()
	q, err := truth.ReadSearch(query)
	if err != nil {
		l.t.Fatal(err)
	}
	answer := l.do("GET", "/v1/search?"+query, "")
	q.At = l.now
	if d := of.DifferSearch(q, answer); len(d) > 0 {
		l.t.Fatalf("-seed %d at %v: %q\nsearch %s\ngot %.6000s", *truthSeed, l.now, d, query, answer)
	}
}

// fresh says of the past what a bench knows that has loaded the world itself.
func fresh(r *truth.Rules) { r.Since, r.Until = began(), began() }

// missionsOf gives how many missions a world has.
func missionsOf() int {
	if raceEnabled {
		return 400 // enough to race over
	}
	return 3000
}

func requestsOf() int {
	switch {
	case *truthRequests > 0:
		return *truthRequests
	case raceEnabled:
		return 20 // .ci/run asks all without the detector
	case testing.Short():
		return 40
	}
	return 150
}

func TestTruth(t *testing.T) {
	missions := missionsOf()
	l := openLive(t, missions, *truthSeed)
	k := newAsker(t, *truthSeed, missions)
	step := func(name string, past func(*truth.Rules)) {
		t.Helper()
		m := l.check(k, l.truth(past), requestsOf())
		t.Logf("%s: %+v", name, m)
		if m.missions < 5*m.asked || m.widened == 0 || name == "fresh" && m.exact < m.missions {
			t.Errorf("-seed %d: %s: %+v does not say much", *truthSeed, name, m)
		}
	}
	step("fresh", fresh)
	l.wait(90 * time.Second)
	step("a minute later", func(r *truth.Rules) { fresh(r); r.Since = r.Since.Add(-time.Minute) })
	step("a past that nobody knows", func(r *truth.Rules) { r.Lapsed = true })
	l.crises()
	step("crises", fresh)
	l.people(k, missions)
	l.wait(2 * time.Second)
	moved := l.now
	run := func(r *truth.Rules) { fresh(r); r.Lapsed, r.Moved, r.Returned = true, moved, 5 }
	step("after a run", run)
	l.wait(time.Minute)
	step("a minute after a run", run)
	l.wait(9 * 24 * time.Hour)
	step("days after a run", run)
}

// crises writes some, and what else a person in charge does.
func (l *live) crises() {
	l.do("PUT", "/v1/crises/flood", `{"name":"flood","area":{"center":{"lat":43.8,"lon":7.3},"radius_km":40},"boost":3,"reach_km":60}`)
	l.do("PUT", "/v1/crises/city", `{"name":"city","area":{"departments":["75"],"communes":["69123"]},"domains":["sante","solidarite-insertion"],"boost":2,"min_age":21}`)
	l.do("PUT", "/v1/crises/later", `{"name":"later","area":{"polygon":[[44,0],[44,4],[46,4],[46,0]]},"boost":5,"reach_km":30,"from":"2026-11-25"}`)
	l.do("PUT", "/v1/crises/off", `{"name":"off","area":{"departments":["69"]},"boost":5}`)
	l.do("POST", "/v1/crises/off/pause", "")
	for i, m := range l.walk() {
		switch o := m.OrganizationID(); {
		case i%50 == 0 && o != "":
			l.do("PATCH", "/v1/organizations/"+o, `{"state":"suspended"}`)
		case i%50 == 1:
			l.do("PATCH", "/v1/missions/"+m.ID, `{"state":"closed"}`)
		case i%50 == 2:
			l.do("PATCH", "/v1/missions/"+m.ID, `{"seats":null}`)
		case i%50 == 3:
			l.try("POST", "/v1/missions/"+m.ID+"/elsewhere", `{"taken":2}`) // those of slots need one
		}
	}
	l.wait(2 * time.Second)
}

// people take seats, confirm some, let some lapse and give some back.
func (l *live) people(k *asker, missions int) {
	for i := range 400 {
		n := id(k.IntN(missions))
		if k.chance(0.5) {
			n = id(k.IntN(40)) // some fill up
		}
		slots := ""
		if m := l.do("GET", "/v1/missions/"+n, ""); len(m) > 0 {
			if all, _, err := truth.ReadMissions([]byte(`{"missions":[` + string(m) + `]}`)); err == nil && len(all[0].Slots) > 0 {
				slots = fmt.Sprintf(`,"slots":[%q]`, pick(k, all[0].Slots...).ID)
			}
		}
		status, body := l.try("POST", "/v1/missions/"+n+"/holds", fmt.Sprintf(`{"volunteer":"p%d"%s,"confirm":%v}`, i, slots, k.chance(0.5)))
		if status != 201 {
			continue
		}
		var hold struct{ Hold, State string }
		if err := json.Unmarshal(body, &hold); err != nil {
			l.t.Fatal(err)
		}
		if hold.State == mission.Confirmed && k.chance(0.2) || k.chance(0.1) {
			l.do("POST", "/v1/holds/"+hold.Hold+"/release", "")
		}
	}
	l.wait(9 * time.Minute) // what is only held lapses
}
