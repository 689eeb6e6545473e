package api_test

// Reconciliation: what is missing, extra and older, by kind, by publisher, and
// against a comparison by hand of thousands; and what is refused.

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"renfort/api"
)

// sessionReconcile is the session's evening: what does the platform have?
func sessionReconcile() []step {
	return []step{
		{golden: "reconcile", method: "POST", path: "/v1/reconcile/missions?publisher=far", status: 200, body: `{"id":"jva:1","revision":9}` + "\n" + `{"id":"gone:1"}`},
		{golden: "reconcile", method: "POST", path: "/v1/reconcile/volunteers", status: 200, body: `{"id":"v2"}` + "\n" + `{"id":"nobody","revision":1}`},
		{golden: "reconcile", method: "POST", path: "/v1/reconcile/seats", status: 200, body: `{"ref":"p:7","state":"confirmed"}` + "\n" + `{"ref":"p:8"}`},
		{golden: "reconcile", method: "POST", path: "/v1/reconcile/missions", status: 400, what: "a line that cannot be read", body: `{"id":"a"}` + "\n" + `{"id":"b","revision":-1}`},
	}
}

type reconciled struct {
	Missing, Extra, Older []string
	Received, Here        int
}

func (l *live) reconcile(kind, body string, headers ...string) (r reconciled) {
	l.t.Helper()
	a := l.must(200, "POST", "/v1/reconcile/"+kind, body, headers...)
	if err := json.Unmarshal(a.body, &r); err != nil {
		l.t.Fatalf("%v in %.300s", err, a.body)
	}
	slices.Sort(r.Missing)
	slices.Sort(r.Extra)
	slices.Sort(r.Older)
	return r
}

func (r reconciled) String() string {
	return fmt.Sprintf("missing %v extra %v older %v", r.Missing, r.Extra, r.Older)
}

func TestReconcileMissions(t *testing.T) {
	l := openService(t, func(c *api.Config) {
		withKeys(t, map[string][]string{"all": {"write"}}, nil, 0)(c)
		withKeys(t, map[string][]string{"a": {"write"}}, []string{"a"}, 0)(c)
	})
	all, a := []string{"x-api-key", l.key("all")}, []string{"x-api-key", l.key("a")}
	l.must(200, "POST", "/v1/missions/bulk", `{"id":"a:1","publisher":"a","title":"x","remote":"full","revision":5}
{"id":"a:2","publisher":"a","title":"x","remote":"full","revision":5,"state":"closed"}
{"id":"a:3","publisher":"a","title":"x","remote":"full"}
{"id":"b:1","publisher":"b","title":"x","remote":"full"}`, all...)
	sent := `{"id":"a:1","revision":5}
{"id":"a:2","revision":6}
{"id":"c:9","revision":1}
{"id":"b:1"}`
	for _, c := range []struct {
		path string
		key  []string
		want string
	}{
		{"missions", all, "missing [c:9] extra [a:3] older [a:2]"},
		{"missions?publisher=b", all, "missing [c:9] extra [] older [a:2]"},
		{"missions?publisher=b,a", all, "missing [c:9] extra [a:3] older [a:2]"},
		{"missions", a, "missing [b:1 c:9] extra [a:3] older [a:2]"},
	} {
		if got := l.reconcile(c.path, sent, c.key...).String(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.path, got, c.want)
		}
	}
	if got := l.reconcile("missions", "", a...).String(); got != "missing [] extra [a:1 a:2 a:3] older []" {
		t.Errorf("nothing sent: %s", got)
	}
	if got := l.reconcile("missions", `{"id":"a:1","revision":9}`+"\n"+`{"id":"a:1","revision":1}`, a...); len(got.Older) != 1 {
		t.Errorf("sent twice, the highest revision counts: %s", got)
	}
	l.refused("forbidden", "POST", "/v1/reconcile/missions?publisher=b", sent, a...)
}

// A seat is known by its hold or its ref; one that was given up here is behind
// a platform that believes it taken.
func TestReconcileSeats(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/a:1", `{"publisher":"a","title":"x","remote":"full","seats":9}`)
	hold := func(volunteer, more string) (id string, seq float64) {
		v := l.must(201, "POST", "/v1/missions/a:1/holds", fmt.Sprintf(`{"volunteer":%q%s}`, volunteer, more)).json(t)
		return v["hold"].(string), v["seq"].(float64)
	}
	h1, seq1 := hold("v1", `,"ref":"p:1","confirm":true`)
	h2, _ := hold("v2", `,"ref":"p:2"`)
	h3, _ := hold("v3", "")
	hold("v4", `,"ref":"p:4"`)
	l.must(200, "POST", "/v1/holds/"+h2+"/release", "")
	for _, c := range []struct{ body, want string }{
		{`{"ref":"p:1"}` + "\n" + `{"id":"` + h3 + `"}` + "\n" + `{"ref":"p:4","state":"held"}`, "missing [] extra [] older []"},
		{`{"ref":"p:1","state":"released"}` + "\n" + `{"ref":"p:2"}` + "\n" + `{"id":"` + h3 + `"}` + "\n" + `{"ref":"p:4"}`, "missing [] extra [] older [p:1 p:2]"},
		{`{"ref":"p:2","state":"released"}` + "\n" + `{"id":"` + h3 + `"}` + "\n" + `{"ref":"p:4"}` + "\n" + `{"ref":"p:9"}`, "missing [p:9] extra [" + h1 + "] older []"},
		{fmt.Sprintf(`{"ref":"p:1","revision":%.0f}`+"\n"+`{"id":%q}`+"\n"+`{"ref":"p:4"}`, seq1, h3), "missing [] extra [] older []"},
		{fmt.Sprintf(`{"ref":"p:1","revision":%.0f}`+"\n"+`{"id":%q}`+"\n"+`{"ref":"p:4"}`, seq1+1000, h3), "missing [] extra [] older [p:1]"},
	} {
		if got := l.reconcile("seats", c.body).String(); got != c.want {
			t.Errorf("%s:\ngot %s, want %s", c.body, got, c.want)
		}
	}
	if got := l.reconcile("seats?publisher=b", "").String(); got != "missing [] extra [] older []" {
		t.Errorf("of another publisher: %s", got)
	}
}

// Thousands of volunteers against a comparison by hand.
func TestReconcileVolunteersByHand(t *testing.T) {
	const seed, n = 3, 5_000
	r := rand.New(rand.NewPCG(seed, 0))
	l := openService(t, nil)
	var put, sent strings.Builder
	var want reconciled
	for i := range n {
		id, here, there, behind := fmt.Sprintf("v-%d", i), r.IntN(10) > 0, r.IntN(10) > 0, r.IntN(10) == 0
		if here {
			fmt.Fprintf(&put, `{"id":%q,"revision":7}`+"\n", id)
		}
		if there {
			fmt.Fprintf(&sent, `{"id":%q,"revision":%d}`+"\n", id, map[bool]int{true: 8, false: 7 - i%3}[behind])
		}
		switch {
		case here && !there:
			want.Extra = append(want.Extra, id)
		case there && !here:
			want.Missing = append(want.Missing, id)
		case there && behind:
			want.Older = append(want.Older, id)
		}
	}
	l.must(200, "POST", "/v1/volunteers/bulk", put.String())
	got := l.reconcile("volunteers", sent.String())
	for _, list := range []*[]string{&want.Missing, &want.Extra, &want.Older} {
		slices.Sort(*list)
	}
	if got.String() != want.String() {
		t.Errorf("seed %d: got %.300s, want %.300s", seed, got, want)
	}
	// The lists are sent after the handler has returned: what it held is free.
	if again := l.reconcile("volunteers", sent.String()); again.String() != got.String() || again.Here != got.Here {
		t.Errorf("seed %d: the second answer is another", seed)
	}
}

func TestReconcileRefuses(t *testing.T) {
	l := openService(t, nil)
	for _, c := range []struct{ kind, body, want string }{
		{"missions", "{}", `"pointer":"/1/id"`},
		{"missions", `{"id":"a"}` + "\n\n" + `{"id":"b","revision":"x"}`, `"pointer":"/3/revision"`},
		{"missions", `{"id":"a","state":"held"}`, `"pointer":"/1"`},
		{"missions", `{"id":"a","colour":1}`, `"pointer":"/1/colour"`},
		{"volunteers", "nothing", `"pointer":"/1"`},
		{"seats", `{"id":"a","ref":"b"}`, `"pointer":"/1"`},
		{"seats", `{"ref":"b","state":"open"}`, `"pointer":"/1/state"`},
	} {
		if a := l.refused("invalid", "POST", "/v1/reconcile/"+c.kind, c.body); !strings.Contains(string(a.body), c.want) {
			t.Errorf("%s %s: %s, want %s", c.kind, c.body, a.body, c.want)
		}
	}
}

// reconcileFaults are wrong first lines: one refuses the whole request.
func reconcileFaults(pattern string) []fault {
	if !strings.HasPrefix(pattern, "POST /v1/reconcile/") {
		return nil
	}
	return []fault{{"a control character in an id", `{"id":"a\u0001"}`, "/1/id"}, {"a revision below 0", `{"id":"a","revision":-1}`, "/1/revision"},
		{"a revision that is no number", `{"id":"a","revision":"1"}`, "/1/revision"}, {"an unknown field", `{"id":"a","colour":"red"}`, "/1/colour"}}
}
