package api_test

// The OpenAPI document as the judge of answers. A service gives out the same
// document whatever its configuration, so it is read once for all tests, and
// each schema is compiled when the first answer of its kind comes.

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"renfort/api"
)

// document is what a service promises.
type document struct {
	text   []byte
	router routers.Router

	mu       sync.Mutex
	compiler *jsonschema.Compiler          // guarded by mu
	schemas  map[string]*jsonschema.Schema // guarded by mu; by where they stand
}

// sharedDocument is the one of the table of routes.
var sharedDocument = sync.OnceValues(func() (*document, error) { return readDocument(api.Document()) })

// documentURL names the document to the compiler of schemas; nothing is
// fetched from there.
const documentURL = "https://renfort/openapi.json"

func readDocument(text []byte) (*document, error) {
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	router, err := legacy.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	if err := compiler.AddResource(documentURL, value); err != nil {
		return nil, err
	}
	return &document{text: text, router: router, compiler: compiler, schemas: map[string]*jsonschema.Schema{}}, nil
}

// judge holds an answer against the document: its status, its headers, and
// its body where that is JSON.
func (d *document) judge(req *http.Request, a answer) error {
	route, params, err := d.router.FindRoute(req)
	if err != nil {
		return nil // not documented: a 404, or a route that is still to come
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 a.status, Header: a.header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: true},
	}
	if err := openapi3filter.ValidateResponse(context.Background(), input); err != nil {
		return err
	}
	kind := a.header.Get("Content-Type")
	if req.Method == http.MethodHead || a.status == http.StatusNotModified || !strings.Contains(kind, "json") || strings.Contains(kind, "ndjson") {
		return nil
	}
	schema, err := d.schemaOf(route, a.status, kind)
	if schema == nil || err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(a.body))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// schemaOf gives the schema of a route's answers of a status, nil if they have
// none.
func (d *document) schemaOf(route *routers.Route, status int, kind string) (*jsonschema.Schema, error) {
	name := fmt.Sprint(status)
	response := route.Operation.Responses.Value(name)
	if response == nil {
		name, response = "default", route.Operation.Responses.Default()
	}
	if response == nil {
		return nil, fmt.Errorf("status %d is not promised", status)
	}
	if len(response.Value.Content) == 0 {
		return nil, nil
	}
	kind, _, _ = strings.Cut(kind, ";")
	media := response.Value.Content[kind]
	if media == nil {
		return nil, fmt.Errorf("%s is not promised for status %d", kind, status)
	}
	if media.Schema == nil {
		return nil, nil
	}
	at := response.Ref
	if at == "" {
		at = pointer("paths", route.Path, strings.ToLower(route.Method), "responses", name)
	}
	return d.compiled(at + strings.TrimPrefix(pointer("content", kind, "schema"), "#"))
}

// compiled gives the schema that stands at a pointer into the document.
func (d *document) compiled(at string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.schemas[at]; s != nil {
		return s, nil
	}
	s, err := d.compiler.Compile(documentURL + at)
	if err != nil {
		return nil, err
	}
	d.schemas[at] = s
	return s, nil
}

// pointer makes the fragment of a URL that leads to a member.
func pointer(names ...string) string {
	var b strings.Builder
	b.WriteString("#")
	for _, name := range names {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(name))
	}
	return b.String()
}

// Goal: the judge sees what is wrong. Method: an answer that is right, and the
// same with one thing wrong.
func TestDocumentJudges(t *testing.T) {
	d, err := sharedDocument()
	if err != nil {
		t.Fatal(err)
	}
	f := func(right bool, method, path string, status int, kind, body string) {
		t.Helper()
		req, err := http.NewRequest(method, "http://renfort"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = d.judge(req, answer{status: status, header: http.Header{"Content-Type": {kind}}, body: []byte(body)})
		if right != (err == nil) {
			t.Errorf("%s %s, %d %s %s: %v, want right to be %v", method, path, status, kind, body, err, right)
		}
	}
	const volunteer = "/v1/volunteers/v1"
	const gone = `{"type":"about:blank","title":"x","status":404,"code":"not_found","detail":"y"}`
	f(true, "GET", volunteer, 404, "application/problem+json", gone)
	f(false, "GET", volunteer, 404, "application/json", gone)
	f(false, "GET", volunteer, 200, "application/problem+json", gone)
	f(false, "GET", volunteer, 200, "application/json", gone)
	f(false, "GET", "/v1/holds/h1", 200, "application/json", `[]`)
	f(false, "GET", volunteer, 404, "application/problem+json", `{"type":"about:blank","title":"x","status":404,"detail":"y"}`)
	f(false, "GET", volunteer, 404, "application/problem+json", strings.Replace(gone, "404", `"404"`, 1))
	f(false, "GET", volunteer, 404, "application/problem+json", gone+"}")
	f(true, "GET", "/nowhere", 200, "application/json", `1`)
}
