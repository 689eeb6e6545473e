package verify_test

// The verifier against a service that lies in one way at a time: each lie is
// found, and without one nothing is.

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"renfort/bench/verify"
)

// liar is a service of one mission and two people, as its walks show them.
// What a test changes is the lie.
type liar struct {
	missions   []map[string]any
	seats      []map[string]any
	volunteers []map[string]any
	key        string // wanted of every request, "" for none
}

// honest has three seats: v1 has confirmed one, v2 holds one.
func honest() *liar {
	return &liar{
		missions: []map[string]any{{"id": "m1", "title": "Colis", "state": "open", "seats": 3, "organization": map[string]any{"id": "o1"},
			"domains": []any{"sante"}, "locations": []any{map[string]any{"lat": 43.7, "lon": 7.26, "department": "06"}},
			"occupancy": occupancy(3, 1, 1)}},
		seats:      []map[string]any{seat("h1", "v1", "confirmed"), seat("h2", "v2", "held")},
		volunteers: []map[string]any{{"id": "v1", "revision": 1}, {"id": "v2", "revision": 1}},
	}
}

func occupancy(total, held, confirmed int) map[string]any {
	return map[string]any{"total": total, "elsewhere": 0, "held": held, "confirmed": confirmed, "free": max(0, total-held-confirmed), "over": 0, "waiting": 0}
}

func seat(hold, volunteer, state string) map[string]any {
	s := map[string]any{"hold": hold, "state": state, "mission": "m1", "slots": []any{}, "volunteer": volunteer, "ref": nil, "origin": "hold",
		"created_at": "2026-11-22T12:00:00Z", "expires_at": nil, "changed_at": "2026-11-22T12:00:00Z"}
	if state == "held" {
		s["expires_at"] = "2096-11-22T12:08:00Z"
	}
	return s
}

// ServeHTTP answers the reads of the contract that the verifier needs.
func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if l.key != "" && r.Header.Get("Authorization") != "Bearer "+l.key {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	bare := map[string]any{"domains": []any{map[string]any{"id": "sante"}}, "activities": []any{}}
	var answer any
	switch path := r.URL.Path; {
	case path == "/v1/missions":
		answer = map[string]any{"missions": l.missions, "cursor": nil}
	case path == "/v1/missions/m1" && len(l.missions) > 0:
		answer = l.missions[0]
	case path == "/v1/seats":
		answer = map[string]any{"seats": l.seats, "cursor": nil}
	case path == "/v1/volunteers":
		answer = map[string]any{"volunteers": l.volunteers, "cursor": nil}
	case path == "/v1/policy":
		answer = map[string]any{"policy": policy()}
	case path == "/v1/taxonomy":
		answer = map[string]any{"taxonomy": bare}
	case path == "/v1/crises":
		answer = map[string]any{"crises": []any{}}
	default:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// policy is what the score of page is worked out from.
func policy() any {
	var p any
	err := json.Unmarshal([]byte(`{"name":"p","version":1,"weights":{"affinity":1,"distance":1,"availability":1,"urgency":0.7,"quality":0.3,"congestion":0.25},
		"affinity":{"activity":1,"domain":0.8,"adjacent":0.4,"other":0.2,"skill_bonus":0.2},
		"distance":{"free_km":2,"scale_factor":0.6,"scale_rank":20,"scale_min_km":3,"scale_max_km":25,"urgent_min_km":15,"vital_min_km":40,"max_km":150,"remote":0.5},
		"availability":{"none_fits":0.2},"quality":{"prior_answered":8,"prior_ignored":2},
		"urgency":{"calm":0,"normal":1,"urgent":3,"vital":8,"prior_fills_per_day":0.3,"prior_days":7,"prior_market_days":30,"horizon_h":{"calm":1440,"normal":336,"urgent":48,"vital":12}},
		"diversity":{"window":10,"per_organization":2,"per_group":2,"remote_share":0.2,"unserved":1,"unserved_days":14,"unserved_scale":1.5,"unserved_min_share":0.5}}`), &p)
	if err != nil {
		panic(err)
	}
	return p
}

// diary writes lines of a ledger: "acknowledged hold h1 v1" and the like.
func diary(t *testing.T, of ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger")
	w, err := verify.NewLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, words := range of {
		f := strings.Fields(words)
		e := verify.Entry{Run: "r", N: uint64(i + 1), At: at(), Op: f[1], Method: "POST", Path: "/v1/holds/" + f[2] + "/" + f[1], Volunteer: f[3]}
		switch e.Op {
		case verify.OpVolunteerPut, verify.OpVolunteerDelete:
			e.Path = "/v1/volunteers/" + f[3]
		case verify.OpHold:
			e.Path, e.Mission = "/v1/missions/m1/holds", "m1"
		}
		if err := w.Intent(&e); err != nil {
			t.Fatal(err)
		}
		e.Status, e.Seq = 200, uint64(10+i)
		if e.Op != verify.OpVolunteerPut && e.Op != verify.OpVolunteerDelete && f[0] == "acknowledged" {
			e.Hold = f[2]
		}
		switch f[0] {
		case "acknowledged":
			err = w.Acknowledged(&e)
		case "refused":
			err = w.Refused(&e)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// truth is what the ledger of an honest service says.
func truth() []string {
	return []string{"acknowledged volunteer.put - v1", "acknowledged volunteer.put - v2",
		"acknowledged hold h1 v1", "acknowledged confirm h1 v1", "acknowledged hold h2 v2"}
}

// run verifies, and gives what was said.
func run(t *testing.T, l *liar, o verify.Options) (string, error) {
	t.Helper()
	s := httptest.NewServer(l)
	defer s.Close()
	o.Target = s.URL
	var said strings.Builder
	err := verify.Run(t.Context(), o, &said, &said)
	return said.String(), err
}

// mustFind wants something to be wrong, and all the words said of it.
func mustFind(t *testing.T, l *liar, o verify.Options, words ...string) {
	t.Helper()
	said, err := run(t, l, o)
	if !errors.Is(err, verify.ErrWrong) {
		t.Errorf("got %v, want %v; it said\n%s", err, verify.ErrWrong, said)
	}
	for _, w := range words {
		if !strings.Contains(said, w) {
			t.Errorf("it does not say %q; it said\n%s", w, said)
		}
	}
}

func TestHonest(t *testing.T) {
	l := honest()
	l.key = "rk-secret"
	o := verify.Options{Ledgers: []string{diary(t, truth()...)}, Key: l.key, JSON: filepath.Join(t.TempDir(), "found.json")}
	if said, err := run(t, l, o); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	var found struct {
		Checks []struct {
			Name   string
			OK     bool
			Looked int
		}
	}
	data, err := os.ReadFile(o.JSON)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &found); err != nil || len(found.Checks) < 4 || !found.Checks[0].OK || found.Checks[0].Looked != 2 {
		t.Errorf("got %+v, %v in %s", found, err, data)
	}
}

// What a service must not have lost, kept or invented.
func TestLedgerLies(t *testing.T) {
	f := func(name string, lie func(*liar), ledger []string, words ...string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := honest()
			lie(l)
			mustFind(t, l, verify.Options{Ledgers: []string{diary(t, ledger...)}}, words...)
		})
	}
	none := func(*liar) {}
	f("a person is lost", func(l *liar) { l.volunteers = l.volunteers[1:] }, truth(), "volunteer v1 was acknowledged", "is not there")
	f("a seat is lost", func(l *liar) { l.seats = l.seats[1:]; l.missions[0]["occupancy"] = occupancy(3, 1, 0) }, truth(), "hold h1 of v1 on m1", "is not there")
	f("a confirmation is lost", func(l *liar) { l.seats[0] = seat("h1", "v1", "held"); l.missions[0]["occupancy"] = occupancy(3, 2, 0) }, truth(),
		"h1: the service says held", "the ledger says confirmed")
	f("a seat is another's", func(l *liar) { l.seats[0]["volunteer"] = "v9" }, truth(), "says confirmed for v9")
	f("a write that never happened", none, append(truth(), "acknowledged hold h9 v9"), "hold h9 of v9", "is not there")
	f("given back and kept", none, append(truth(), "acknowledged release h2 v2"), "h2: the service says held", "the ledger says released")
	f("a refused seat is there", none, append(truth()[:4], "refused hold h2 v2"), "v2 has held on m1", "or was refused")
	f("a deleted person is there", none, append(truth(), "acknowledged volunteer.delete - v2"), "volunteer v2 was deleted", "is there")
	f("expired before its time", func(l *liar) {
		l.seats[1]["state"] = "expired"
		l.missions[0]["occupancy"] = occupancy(3, 0, 1)
	}, truth(), "h2: the service says expired", "the ledger says held")
	f("held long past its end", func(l *liar) { l.seats[1]["expires_at"] = "2020-01-01T00:00:00Z" }, truth(), "h2: the service says held")
	f("nothing was acknowledged", none, nil, "nothing was proved")
}

// What nobody knows may be either way.
func TestLedgerUnknown(t *testing.T) {
	for _, lie := range []func(*liar){
		func(*liar) {},
		func(l *liar) { l.seats = l.seats[:1]; l.missions[0]["occupancy"] = occupancy(3, 0, 1) },
	} {
		l := honest()
		lie(l)
		ledger := append(truth()[:4], "unknown hold h2 v2", "unknown volunteer.put - v7", "unknown volunteer.delete - v2", "refused confirm h2 v2")
		if said, err := run(t, l, verify.Options{Ledgers: []string{diary(t, ledger...)}}); err != nil {
			t.Errorf("%v\n%s", err, said)
		}
	}
}

// A seat too many is found by counting, whatever the occupancy says.
func TestSeatsLies(t *testing.T) {
	f := func(name string, lie func(*liar), words ...string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := honest()
			lie(l)
			mustFind(t, l, verify.Options{Ledgers: []string{diary(t, truth()...)}}, append(words, "mission m1")...)
		})
	}
	more := func(l *liar, seats ...map[string]any) { l.seats = append(l.seats, seats...) }
	f("oversold", func(l *liar) { more(l, seat("h3", "v3", "confirmed"), seat("h4", "v4", "confirmed")) }, "4 seats given, and there are 3")
	f("oversold, and hidden by a clamp", func(l *liar) {
		more(l, seat("h3", "v3", "confirmed"), seat("h4", "v4", "confirmed"))
		l.missions[0]["occupancy"] = occupancy(3, 1, 2)
	}, "4 seats given, and there are 3")
	f("one slot oversold", func(l *liar) {
		l.missions[0]["slots"] = []any{map[string]any{"id": "s1", "seats": 1}, map[string]any{"id": "s2", "seats": 2}}
		l.seats[0]["slots"], l.seats[1]["slots"] = []any{"s1"}, []any{"s1"}
	}, "2 seats given in slot s1, and there are 1")
	f("one person twice", func(l *liar) {
		more(l, seat("h3", "v1", "confirmed"))
		l.missions[0]["occupancy"] = occupancy(3, 1, 2)
	}, "v1 has two live seats for the same: h1 and h3")
	f("a wrong count", func(l *liar) { l.missions[0]["occupancy"] = occupancy(3, 0, 1) }, "counted are 1 and 1")
	f("parts that do not add up", func(l *liar) { l.missions[0]["occupancy"].(map[string]any)["free"] = 2 }, "do not add up")
	f("over without a reason", func(l *liar) {
		o := l.missions[0]["occupancy"].(map[string]any)
		o["over"], o["free"] = 1, 2
	}, "1 over, and nothing was given elsewhere")
}

func TestRunCannot(t *testing.T) {
	ledger := diary(t, truth()...)
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	var said strings.Builder
	err := verify.Run(t.Context(), verify.Options{Target: s.URL, Ledgers: []string{ledger}}, &said, &said)
	if err == nil || errors.Is(err, verify.ErrWrong) {
		t.Errorf("nobody answers: got %v, want an error that is not %v; it said %s", err, verify.ErrWrong, said.String())
	}
	l := honest()
	l.key = "rk-secret"
	if said, err := run(t, l, verify.Options{Ledgers: []string{ledger}}); err == nil || errors.Is(err, verify.ErrWrong) {
		t.Errorf("without the key: got %v; it said %s", err, said)
	}
	t.Setenv("PATH", t.TempDir())
	if err := verify.Run(t.Context(), verify.Options{Ledgers: []string{ledger}}, &said, &said); !errors.Is(err, verify.ErrNoPython) {
		t.Errorf("without Python: got %v, want %v", err, verify.ErrNoPython)
	}
}
