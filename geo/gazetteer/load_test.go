package gazetteer

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

// FileBytesMax is what the embedded data may weigh in the binary.
const fileBytesMax = 2 << 20

func TestFileSize(t *testing.T) {
	if len(file) > fileBytesMax {
		t.Errorf("the embedded file has %d bytes, at most %d are allowed", len(file), fileBytesMax)
	}
}

// small is a text of the format with one of everything.
const small = Format + `
regions	1
11	Île-de-France
departments	2
75	11	Paris
77	11	Seine-et-Marne
communes	3
75056	Paris	75001	2103778	488534	23488	c	
75101	Paris 1er Arrondissement	75001	15000	488630	23360	m	75056
77001	Achères-la-Forêt	77760	1100	483500	25700	p	
towns	1
BE	Tournai	67844	506070	33890	Europe/Brussels
formers	2
77999	Ailleurs	77001
	Achères	77001
`

// TestParse reads the small text and finds each of its parts.
func TestParse(t *testing.T) {
	c, err := parse(small)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.regions) != 1 || len(c.departments) != 2 || len(c.rows) != 4 || c.towns != 3 || len(c.formers) != 2 {
		t.Fatalf("got %+v", c)
	}
	g := newGazetteer(c)
	if got, ok := g.ByINSEE("77999"); !ok || got.INSEE != "77001" {
		t.Errorf("a former code: got %+v, %v", got, ok)
	}
	if got := g.ByName("acheres"); len(got) != 1 || got[0].INSEE != "77001" {
		t.Errorf("a former name: got %+v", got)
	}
	if got := g.ByPostalCode("75001"); len(got) != 1 || got[0].INSEE != "75101" {
		t.Errorf("a postal code of Paris: got %+v", got)
	}
}

// TestParseRefuses changes the small text in one place each.
func TestParseRefuses(t *testing.T) {
	f := func(what, old, new string) {
		t.Helper()
		text := strings.Replace(small, old, new, 1)
		if text == small {
			t.Fatalf("%s: %q is not in the text", what, old)
		}
		if c, err := parse(text); err == nil {
			t.Errorf("%s: got %+v, want an error", what, c)
		} else if !strings.HasPrefix(err.Error(), "gazetteer: ") {
			t.Errorf("%s: the error %q does not begin with the package", what, err)
		}
	}
	f("another format", "gazetteer 1", "gazetteer 2")
	f("a section too long", "towns\t1", "towns\t2")
	f("a section too short", "communes\t3", "communes\t2")
	f("a huge section", "communes\t3", "communes\t9999999999")
	f("a negative section", "communes\t3", "communes\t-3")
	f("no number", "2103778", "many")
	f("a negative population", "2103778", "-1")
	f("a point off the globe", "488534", "988534")
	f("an unknown precision", "23488\tc", "23488\tz")
	f("an unknown department", "77001\tAch", "78001\tAch")
	f("a commune out of order", "75101\tParis", "75001\tParis")
	f("a former code that leads nowhere", "Ailleurs\t77001", "Ailleurs\t77002")
	f("text after the end", "Achères\t77001\n", "Achères\t77001\nmore\n")
	f("the end cut off", "Achères\t77001\n", "Achères")
	f("nothing", small, "")
}

func TestReadRefuses(t *testing.T) {
	for _, data := range [][]byte{nil, []byte("not compressed"), file[:len(file)/2]} {
		if _, err := read(data); err == nil {
			t.Errorf("%d bytes that are no file: no error", len(data))
		}
	}
}

// FuzzParse feeds texts: no text makes it fail in another way than by an
// error, and what it accepts can be asked.
func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add(strings.ReplaceAll(small, "\t", " "))
	f.Add(Format + "\nregions\t0\ndepartments\t0\ncommunes\t0\ntowns\t0\nformers\t0\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse(text)
		if err != nil {
			return
		}
		g := newGazetteer(c)
		for _, w := range c.rows {
			g.Complete(w.Name, 10)
			g.TimeZoneAt(w.Point)
		}
	})
}

// TestEmbeddedText shows that the embedded file holds text of the format and
// nothing behind it, so that a person can read it with zcat.
func TestEmbeddedText(t *testing.T) {
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if !z.ModTime.IsZero() || z.Name != "" {
		t.Errorf("the header names a time or a file: %v %q", z.ModTime, z.Name)
	}
	if len(text) > textBytes {
		t.Errorf("the text has %d bytes; raise textBytes, %d", len(text), textBytes)
	}
}
