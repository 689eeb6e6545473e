package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"renfort/api"
	"renfort/engine"
)

// How long a service takes to end, together less than the 10 seconds after
// which those who stop services kill them. What is cut off then was not
// acknowledged.
const (
	shutdownMax = 8 * time.Second
	closeMax    = 1500 * time.Millisecond
)

// host is an engine and the service before it, in this process.
type host struct {
	engine   *engine.Engine
	service  *api.Service
	listener net.Listener
	address  string // as one types it: http://127.0.0.1:8080
}

// openHost listens and opens the engine. Who connects before it is open waits
// in the listener's queue: a restart is slow and not an error.
func openHost(config api.Config, options engine.Options) (*host, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", config.Addr)
	if err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	limitMemory()
	relaxTimers() // where it may not, it is only slower
	options.Pause = newPause()
	e, err := engine.Open(options)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	freeGarbage()
	scheme := "http"
	if config.TLSCert != "" {
		scheme = "https"
	}
	return &host{engine: e, service: api.New(e, config), listener: l, address: scheme + "://" + l.Addr().String()}, nil
}

// close ends a host that does not serve.
func (h *host) close() error { return errors.Join(h.listener.Close(), h.engine.Close()) }

// serve answers until ctx is done, then finishes what is in flight and closes
// the engine. The host cannot be used again.
func (h *host) serve(ctx context.Context) error {
	go keepPace(ctx)
	go pollSweeps(ctx)
	served := make(chan error, 1)
	go func() { served <- h.service.Serve(h.listener) }()
	select {
	case err := <-served:
		return errors.Join(err, h.engine.Close())
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.Background(), shutdownMax)
	defer cancel()
	err := h.service.Shutdown(late)
	return errors.Join(err, h.closeEngine())
}

// closeEngine closes the engine, but not for longer than closeMax: a copy that
// somebody reads slowly holds it open, and nothing is lost by leaving.
func (h *host) closeEngine() error {
	closed := make(chan error, 1)
	go func() { closed <- h.engine.Close() }()
	select {
	case err := <-closed:
		return err
	case <-time.After(closeMax):
		return errors.New("serve: left while the data file was being read")
	}
}

// newLog gives the log of a service: a line of text each, without places,
// queries and persons.
func newLog(to io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(to, nil)) }

// shown gives an address for people: a host that listens everywhere is reached
// by the name of this machine, for which localhost stands.
func shown(address string) string {
	for _, all := range []string{"[::]", "0.0.0.0"} {
		address = strings.Replace(address, "://"+all+":", "://localhost:", 1)
	}
	return address
}
