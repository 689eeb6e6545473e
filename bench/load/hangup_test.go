package load_test

// Who runs many plans in one process has no connections left of them.

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"renfort/bench/load"
)

func TestHangUp(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	const clients = 5
	opened, closed := make(chan struct{}, clients), make(chan struct{}, clients)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			opened <- struct{}{}
		case http.StateClosed:
			closed <- struct{}{}
		}
	}
	s.Start()
	defer s.Close()
	_, err := load.Run(t.Context(), &load.Plan{Target: s.URL, Kinds: []load.Kind{{Name: "ask"}}, Timeout: 5 * time.Second, Phases: []load.Phase{
		{Name: "one", Streams: []load.Stream{{Name: "s", Clients: clients, Arrivals: load.Eager(100), Do: func(c *load.Client, _ int) { c.Send(0, "GET", "/", nil) }}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for range len(opened) {
		<-closed // the test's own timeout is the failure
	}
}
