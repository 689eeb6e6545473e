package api_test

// Many clients of the event stream at once: what each costs in memory, and
// that each gets every event.

import (
	"bufio"
	"flag"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"renfort/mission"
)

var crowd = flag.Int("streams", 100, "how many clients follow the events at once")

func TestEventsForACrowd(t *testing.T) {
	e := openQuick(t)
	address, _ := openTCP(t, e, nil)
	putSeats(t, e, "m1", "jva", 1_000)
	before := memory()
	conns := make([]net.Conn, *crowd)
	for i := range conns {
		c, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "GET /v1/events?types=seat.* HTTP/1.1\r\nHost: x\r\n\r\n")
		conns[i] = c
	}
	readers := make([]*bufio.Reader, len(conns))
	for i, c := range conns { // until each has its place
		readers[i] = bufio.NewReaderSize(c, 512)
		mustLine(t, readers[i], "id: ")
	}
	t.Logf("%d streams: %d bytes each, clients included", len(conns), (memory()-before)/len(conns))
	began := time.Now()
	for i := range 20 {
		submit(t, e, mission.HoldSeat{Hold: fmt.Sprint("h", i), Mission: "m1", Volunteer: fmt.Sprint("v", i)})
	}
	for _, r := range readers {
		for range 20 {
			mustLine(t, r, "event: seat.held")
		}
	}
	t.Logf("20 events each in %v", time.Since(began))
}

// mustLine reads up to a line that begins so.
func mustLine(t *testing.T, r *bufio.Reader, prefix string) {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, prefix) {
			return
		}
	}
}

// memory gives what is in use, after a collection.
func memory() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapInuse + m.StackInuse)
}
