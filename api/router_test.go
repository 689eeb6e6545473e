package api

// The table of routes: every path leads where it should, and the document
// that is made of the table is a valid one.

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestRoutes(t *testing.T) {
	tree := newTree(table())
	f := func(method, path, wantPattern string, wantParams ...string) {
		t.Helper()
		got := tree.find(method, []byte(path))
		switch {
		case wantPattern == "" && got.route != nil:
			t.Errorf("%s %s leads to %s, want nowhere", method, path, got.route.pattern)
		case wantPattern != "" && (got.route == nil || got.route.pattern != wantPattern):
			t.Errorf("%s %s leads to %+v, want %s", method, path, got.route, wantPattern)
		}
		for i, p := range wantParams {
			if string(got.params[i]) != p {
				t.Errorf("%s %s: parameter %d is %q, want %q", method, path, i, got.params[i], p)
			}
		}
	}
	f("GET", "/", "/")
	f("GET", "/v1/missions", "/v1/missions")
	f("GET", "/v1/missions/", "")
	f("PUT", "/v1/missions/jva:1", "/v1/missions/{id}", "jva:1")
	f("POST", "/v1/missions/bulk", "/v1/missions/bulk")
	f("PUT", "/v1/missions/bulk", "/v1/missions/{id}", "bulk")
	f("PUT", "/v1/missions/a%2Fb", "/v1/missions/{id}", "a%2Fb")
	f("DELETE", "/v1/missions/m1/waiting/v1", "/v1/missions/{id}/waiting/{volunteer}", "m1", "v1")
	f("POST", "/v1/holds/h1/confirm", "/v1/holds/{hold}/confirm", "h1")
	f("GET", "/v1/nothing", "")
	f("GET", "/v1/missions//seats", "")
	f("GET", "/a/b/c/d/e/f/g/h/i/j/k", "")
	f("", "", "")
	if got := tree.find("POST", []byte("/v1/policy")); len(got.allow) != 2 {
		t.Errorf("POST /v1/policy allows %v", got.allow)
	}
}

func TestTableIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range table() {
		name := r.method + " " + r.pattern
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
		if r.handle == nil || r.doc.summary == "" || r.doc.tag == "" || len(r.doc.answers) == 0 {
			t.Errorf("%s lacks a handler or its documentation", name)
		}
		if (r.body == bodyNone) != (r.doc.body == "") {
			t.Errorf("%s: the body and its documentation differ", name)
		}
	}
}

func TestDocumentIsValid(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI())
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %q", doc.OpenAPI)
	}
	for _, r := range table() {
		item := doc.Paths.Find(r.pattern)
		if item == nil || item.GetOperation(r.method) == nil {
			t.Errorf("%s %s is not documented", r.method, r.pattern)
		}
	}
}
