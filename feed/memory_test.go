package feed_test

// A feed of 200 MB goes through in the memory of some records.

import (
	"fmt"
	"io"
	"runtime"
	"testing"

	"renfort/feed"
	"renfort/mission"
)

// endless gives a feed of about n bytes, record by record.
type endless struct {
	left  int
	index int
	part  []byte
	rest  []byte
	end   bool
}

// Read implements io.Reader.
func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		switch {
		case e.end:
			return 0, io.EOF
		case e.left <= 0:
			e.end, e.rest = true, []byte("</source>")
		default:
			e.index++
			head := fmt.Sprintf("<mission><clientId>%d</clientId><title>Mission %d</title><postalCode>06000</postalCode><places>%d</places>", e.index, e.index, e.index%50)
			e.rest = append(append(append(e.rest[:0:0], head...), e.part...), "</mission>\n"...)
		}
		e.left -= len(e.rest)
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func TestLargeFeedInBoundedMemory(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("reads 200 MB")
	}
	o := options(t)
	part := "<description><![CDATA["
	for range 90 {
		part += "<p>Vous distribuez des repas chauds à qui en a besoin.</p>\n"
	}
	part += "]]></description><tags><value>repas</value><value>urgence</value></tags><organizationName>Secours &amp; Co</organizationName>"
	size := mission.FeedBytesMax - 100<<10
	from := &endless{left: size, part: []byte(part), rest: []byte("<source>")}
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r, err := feed.NewReader(from, o)
	if err != nil {
		t.Fatal(err)
	}
	records, most := 0, uint64(0)
	for ; ; records++ {
		d, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil || d.Mission == nil {
			t.Fatalf("record %d: %v %v", records, err, d)
		}
		if records%4_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}
	if records != from.index || records < 10_000 {
		t.Fatalf("%d of %d records", records, from.index)
	}
	if grew := int64(most) - int64(before.HeapAlloc); grew > 4*feed.RecordBytesMax {
		t.Errorf("%d records took %d bytes that stay", records, grew)
	}
}
