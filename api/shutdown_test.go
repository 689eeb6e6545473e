package api_test

// A service that is told to end does so while connections are open that
// nobody has asked anything on.

import (
	"context"
	"net"
	"testing"
	"time"

	"renfort/api"
	"renfort/engine"
)

func TestShutdownWithSilentConnections(t *testing.T) {
	t.Parallel() // it mostly waits
	e, err := engine.Open(engine.Options{Dir: t.TempDir(), ManualTicks: true, Clock: start})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, served := api.New(e, api.Default()), make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	var silent []net.Conn
	for range 3 {
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		silent = append(silent, c)
	}
	// One that has asked, so that those before it were accepted.
	asked, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer asked.Close()
	if _, err := asked.Write([]byte("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := asked.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Second) // less than a silent connection is waited for
	defer stop()
	if err := s.Shutdown(ctx); err != nil {
		t.Errorf("with %d silent connections: %v", len(silent), err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
