package main

import (
	"net"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// Goal: with one processor, who waits for the network goes on while the writer
// pauses, however long the writer would work; with two nobody has to.
func TestPauseLetsWhoWaitsForTheNetworkGoOn(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	pause := newPause()
	here, there := loopback(t)
	var read atomic.Int64
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for b := make([]byte, 1); ; read.Add(1) {
			if _, err := there.Read(b); err != nil {
				return
			}
		}
	}()
	time.Sleep(20 * time.Millisecond) // it waits
	const times = 20
	late := 0
	for n := range int64(times) {
		if _, err := here.Write([]byte{1}); err != nil {
			t.Fatal(err)
		}
		for began := time.Now(); time.Since(began) < 2*pauseEvery; { // the writer's work
		}
		if pause(); read.Load() != n+1 {
			late++
			time.Sleep(20 * time.Millisecond)
		}
	}
	if late > times/4 { // a machine may keep a packet for itself
		t.Errorf("in %d of %d pauses who had something to read did not", late, times)
	}
	_ = here.Close()
	<-ended

	runtime.GOMAXPROCS(2)
	if newPause() != nil {
		t.Error("with two processors the writer pauses")
	}
}

// loopback gives the two ends of a connection.
func loopback(t *testing.T) (here, there net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if here, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if there, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = here.Close(), there.Close() })
	return here, there
}
