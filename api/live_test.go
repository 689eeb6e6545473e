package api_test

// A service on a real engine and store behind a listener in memory, spoken to
// by net/http. Every answer of every test is held against the OpenAPI
// document that the same service gives out.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp/fasthttputil"

	"renfort/api"
	"renfort/engine"
)

// start is the log time that tests begin at.
func start() time.Time { return time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC) }

// live is a running service.
type live struct {
	t        testing.TB
	engine   *engine.Engine
	service  *api.Service
	client   *http.Client
	served   chan error
	document *document // nil where answers are not held against it
}

// openService serves a fresh engine; change may alter the configuration.
func openService(t testing.TB, change func(*api.Config)) *live {
	t.Helper()
	e, err := engine.Open(engine.Options{Dir: t.TempDir(), ManualTicks: true, Clock: start})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	if err := e.TickAt(start()); err != nil {
		t.Fatal(err)
	}
	return serveEngine(t, e, change)
}

func serveEngine(t testing.TB, e *engine.Engine, change func(*api.Config)) *live {
	t.Helper()
	config := api.Default()
	config.ShownEvery = time.Hour // at the end: what is stored when is up to the test
	if change != nil {
		change(&config)
	}
	if err := config.Validate(); err != nil {
		t.Fatal(err)
	}
	l := &live{t: t, engine: e, service: api.New(e, config), served: make(chan error, 1)}
	listener := fasthttputil.NewInmemoryListener()
	go func() { l.served <- l.service.Serve(listener) }()
	l.client = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 100,
		DialContext: func(context.Context, string, string) (net.Conn, error) { return listener.Dial() }}}
	t.Cleanup(l.stop)
	document, err := sharedDocument()
	if err != nil {
		t.Fatal(err)
	}
	if got := l.get("/openapi.json").body; !bytes.Equal(got, document.text) {
		t.Errorf("the service gives out another document than that of the table of routes: %s", got)
	}
	l.document = document
	return l
}

// stop shuts the service down once.
func (l *live) stop() {
	if l.client == nil {
		return
	}
	l.client.CloseIdleConnections()
	if err := l.service.Shutdown(context.Background()); err != nil {
		l.t.Error(err)
	}
	if err := <-l.served; err != nil {
		l.t.Error(err)
	}
	l.client = nil
}

// answer is one answer, its body read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// json decodes the body.
func (a answer) json(t testing.TB) (v map[string]any) {
	t.Helper()
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	return v
}

// code is the problem's code, "" for none.
func (a answer) code() string {
	var p struct{ Code string }
	json.Unmarshal(a.body, &p) // what is no problem has no code
	return p.Code
}

func (l *live) get(path string, headers ...string) answer { return l.do("GET", path, "", headers...) }

// do sends a request and holds the answer against the document. headers are
// names and values in turn.
func (l *live) do(method, path, body string, headers ...string) answer {
	l.t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, "http://renfort"+path, r)
	if err != nil {
		l.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := l.client.Do(req)
	if err != nil {
		l.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	got := answer{status: res.StatusCode, header: res.Header}
	if got.body, err = io.ReadAll(res.Body); err != nil {
		l.t.Fatalf("%s %s: %v", method, path, err)
	}
	l.check(req, got)
	return got
}

// check holds an answer against the document.
func (l *live) check(req *http.Request, a answer) {
	l.t.Helper()
	if l.document == nil || a.header.Get("Content-Encoding") != "" {
		return
	}
	if err := l.document.judge(req, a); err != nil {
		l.t.Errorf("%s %s answers %d %s\nwhich the document does not promise: %v", req.Method, req.URL, a.status, a.body, err)
	}
}

// must is do, for a status.
func (l *live) must(status int, method, path, body string, headers ...string) answer {
	l.t.Helper()
	a := l.do(method, path, body, headers...)
	if a.status != status {
		l.t.Fatalf("%s %s %s: got %d %s, want %d", method, path, body, a.status, a.body, status)
	}
	return a
}

// refused is do, for a code.
func (l *live) refused(code, method, path, body string, headers ...string) answer {
	l.t.Helper()
	a := l.do(method, path, body, headers...)
	if a.code() != code {
		l.t.Errorf("%s %s %.300s: got %d %s, want %s", method, path, body, a.status, a.body, code)
	}
	if kind := a.header.Get("Content-Type"); a.status >= 400 && kind != "application/problem+json" {
		l.t.Errorf("%s %s: a refusal of type %q", method, path, kind)
	}
	return a
}

// niceMission is a mission in Nice.
func niceMission(id string, more string) string {
	return fmt.Sprintf(`{"id":%q,"publisher":"jva","title":"Distribution de colis","organization":{"id":"o1","name":"Secours"},
		"domains":["solidarite-insertion"],"activities":["distribution"],"locations":[{"id":"l1","lat":43.70,"lon":7.26,"city":"Nice","department":"06"}]%s}`, id, more)
}

// jsonInto decodes what may be no JSON.
func jsonInto(data []byte, v any) error { return json.Unmarshal(data, v) }

// documented says whether the document knows a request.
func (l *live) documented(method, path string) bool {
	req, err := http.NewRequest(method, "http://renfort"+path, nil)
	if err != nil {
		return false
	}
	_, _, err = l.document.router.FindRoute(req)
	return err == nil
}
