package feed_test

// Feeds as partners write them, against goldens that a person can read; and
// feeds that break, lie or attack.

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"renfort/feed"
	"renfort/mission"
)

var update = flag.Bool("update", false, "write the goldens")

// readAll reads a feed to its end, which must be one.
func readAll(t testing.TB, text string, o feed.Options) []*feed.Draft {
	t.Helper()
	drafts, err := readSome(text, o)
	if err != nil {
		t.Fatalf("%v in %.2000s", err, text)
	}
	return drafts
}

// readSome reads as far as it goes; the error is nil at a regular end.
func readSome(text string, o feed.Options) (drafts []*feed.Draft, err error) {
	r, err := feed.NewReader(strings.NewReader(text), o)
	if err != nil {
		return nil, err
	}
	for {
		d, err := r.Next()
		if err == io.EOF {
			return drafts, nil
		}
		if err != nil {
			return drafts, err
		}
		drafts = append(drafts, d)
	}
}

func options(t testing.TB) feed.Options {
	t.Helper()
	in, zones := intake()
	return feed.Options{Publisher: "p", Intake: in, Zones: zones}
}

// told is what came of a feed, as the goldens have it.
func told(drafts []*feed.Draft, err error, in *mission.Intake) string {
	var b strings.Builder
	for _, d := range drafts {
		fmt.Fprintf(&b, "%d line %d clientId %q\n", d.Index, d.Line, d.ClientID)
		for _, r := range d.Repairs {
			fmt.Fprintf(&b, "  repair %s %s: %s\n", r.Code, r.Field, r.Detail)
		}
		if d.Refusal != nil {
			fmt.Fprintf(&b, "  refused: %v\n", d.Refusal)
			continue
		}
		text, encodeErr := mission.Encode(d.Mission)
		fmt.Fprintf(&b, "  %s\n", strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(string(text), "{"), "}"), `,"`, ",\n   \""))
		if encodeErr != nil {
			fmt.Fprintf(&b, "  %v\n", encodeErr)
		}
		if e := in.Mission(d.Mission); e != nil {
			fmt.Fprintf(&b, "  Intake: %v\n", e)
		}
	}
	if err != nil {
		fmt.Fprintf(&b, "broken: %v\n", err)
	}
	return b.String()
}

func TestGoldens(t *testing.T) {
	o := options(t)
	files, err := filepath.Glob("testdata/*.feed")
	if err != nil || len(files) == 0 {
		t.Fatal("no feeds", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			drafts, broken := readSome(string(text), o)
			got, golden := told(drafts, broken, o.Intake), strings.TrimSuffix(path, ".feed")+".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

const one = `<source><mission><clientId>1</clientId><title>Été à l’œuvre €</title><remote>full</remote></mission></source>`

// The same feed in every encoding, packed or not.
func TestEncodings(t *testing.T) {
	o := options(t)
	f := func(name, text string) {
		t.Helper()
		drafts, err := readSome(text, o)
		if err != nil || len(drafts) != 1 || drafts[0].Mission == nil || drafts[0].Mission.Title != "Été à l’œuvre €" {
			t.Errorf("%s: %v %s", name, err, told(drafts, nil, o.Intake))
		}
	}
	f("UTF-8", one)
	f("UTF-8 with a mark", "\xef\xbb\xbf\n"+one)
	windows, err := charmap.Windows1252.NewEncoder().String(one)
	if err != nil {
		t.Fatal(err)
	}
	f("Windows-1252", `<?xml version="1.0" encoding="windows-1252"?>`+windows)
	f("Latin-1 that is Windows-1252", `<?xml version='1.0' encoding='ISO-8859-1'?>`+windows)
	f("UTF-8 that is Windows-1252", `<?xml version="1.0" encoding="UTF-8"?>`+windows)
	for _, e := range []unicode.Endianness{unicode.LittleEndian, unicode.BigEndian} {
		wide, err := unicode.UTF16(e, unicode.UseBOM).NewEncoder().String(`<?xml version="1.0" encoding="UTF-16"?>` + one)
		if err != nil {
			t.Fatal(err)
		}
		f("UTF-16", wide)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, one)
	z.Close() // a buffer takes everything
	f("gzip", packed.String())
	f("JSON", `[{"clientId":1,"title":"Été à l’œuvre €","remote":"full"}]`)
	f("data", `{"ok":true,"total":1,"data":[{"clientId":"1","title":"Été à l’œuvre €","remote":"full"}],"limit":{"a":[1]},"skip":0}`)
	f("hits", ` {"hits" : [ {"client_id":"1","TITLE":"Été à l’œuvre €","remote":"full"} ] }`)
	f("lines", `{"clientId":"1","title":"Été à l’œuvre €","remote":"full"}`+"\n\n")
	if _, err := readSome(`<?xml version="1.0" encoding="EBCDIC-1"?>`+one, o); err == nil || !strings.Contains(err.Error(), "encoding") {
		t.Errorf("an unknown encoding: %v", err)
	}
}

// A feed that breaks gives what came before, and the line.
func TestBroken(t *testing.T) {
	o := options(t)
	f := func(text string, records, line int, words string) {
		t.Helper()
		drafts, err := readSome(text, o)
		var b *feed.Broken
		if !errors.As(err, &b) {
			t.Errorf("%.100q: %v", text, err)
			return
		}
		if len(drafts) != records || b.Line != line || !strings.Contains(b.Error(), words) {
			t.Errorf("%.100q: %d records, %v; want %d, line %d, %q", text, len(drafts), err, records, line, words)
		}
	}
	m := "<mission><clientId>1</clientId><title>a</title>\n</mission>\n"
	f("<source>\n"+m+m+"<mission><title>x</mission></source>", 2, 6, "<title> is ended by </mission>")
	f("<source>\n"+m+"<mission><tit", 1, 4, "EOF")
	f("<source>\n"+m, 1, 4, "inside <source>")
	f("<source>\n"+m+"</source></source>", 1, 4, "never begun")
	f("<source>\n"+m+"<mission><description><![CDATA[ never ended\n\n\n", 1, 7, "EOF")
	f("<source>\n"+m+strings.Repeat("<a>", 200), 1, 4, "deep")
	f("<source>\n"+m+"<"+strings.Repeat("a", 100<<10)+">", 1, 4, "a tag is over")
	f(`[{"clientId":"1"},`+"\n"+`{"clientId":]`, 1, 2, "not well-formed")
	f(`[{"clientId":"1"},`+"\n", 1, 2, "ends before")
	f(`[{"clientId":"1"}]`+"\n{}", 1, 2, "follows")
	f(`{"data":[{"clientId":"1"}`, 1, 1, "ends before")
	f(`[{"clientId":"1"},{"x":"`+strings.Repeat("y", 3<<20)+`"}]`, 1, 1, "over 1048576 bytes")
	f("{\"clientId\":\"1\"}\n{\"clientId\":\"2\"}\nnull\n", 2, 3, "neither")
	f("<?xml version='1.0'?>\n", 0, 2, "no element")
	for _, text := range []string{"", "  \n", "hello", "\x1f\x8b\x08"} {
		if drafts, err := readSome(text, o); mission.AsError(err) == nil || len(drafts) > 0 {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// One record that is too large is refused; the rest is read, in its memory.
func TestLargeRecordIsRefusedAlone(t *testing.T) {
	o := options(t)
	small := "<mission><clientId>2</clientId><title>b</title><remote>full</remote></mission>"
	n := 1 << 20
	if raceEnabled {
		n = 3 << 17 // still too large; .ci/run reads more without the detector
	}
	for name, part := range map[string]string{
		"text":   "<description>" + strings.Repeat("x\n", 3*n) + "</description>",
		"CDATA":  "<description><![CDATA[" + strings.Repeat("]x]\n", n) + "]]></description>",
		"many":   strings.Repeat("<tags>aaaaaaaaaaaaaaaa</tags>", n/10),
		"values": "<tags>" + strings.Repeat("<value>aaaaaaaaaaaaaaaa</value>", n/10) + "</tags>",
	} {
		lines := strings.Count(part, "\n")
		drafts := readAll(t, "<source><mission><clientId>1</clientId>"+part+"</mission>\n"+small+"</source>", o)
		if len(drafts) != 2 || drafts[0].ClientID != "1" || drafts[0].Refusal == nil || drafts[0].Refusal.Kind != mission.TooLarge {
			t.Errorf("%s: %s", name, told(drafts, nil, o.Intake))
			continue
		}
		if drafts[1].Mission == nil || drafts[1].Line != 2+lines {
			t.Errorf("%s: the next is at line %d, want %d", name, drafts[1].Line, 2+lines)
		}
	}
	long := "<source><!--" + strings.Repeat("-x\n", n) + "-->" + small + "</source>"
	if drafts := readAll(t, long, o); len(drafts) != 1 || drafts[0].Mission == nil {
		t.Errorf("a long comment: %s", told(drafts, nil, o.Intake))
	}
}

// Entities of a document type stay as they are written.
func TestBillionLaughs(t *testing.T) {
	o := options(t)
	text := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;"><!ENTITY lol3 "&lol2;&lol2;&lol2;">
		<!ENTITY file SYSTEM "file:///etc/passwd">]><source><mission><clientId>1</clientId><title>&lol3; &file; &eacute;</title><remote>full</remote></mission></source>`
	if got := readAll(t, text, o)[0].Mission.Title; got != "&lol3; &file; é" {
		t.Errorf("the title became %q", got)
	}
}

// A feed over the limit ends where the limit is, packed or not.
func TestFeedOverTheLimit(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("reads 200 MB")
	}
	o := options(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, "<source>")
	blank := strings.Repeat("\n", 1<<20)
	for range mission.FeedBytesMax>>20 + 1 {
		io.WriteString(z, blank)
	}
	z.Close() // a buffer takes everything
	_, err := readSome(packed.String(), o)
	if e := mission.AsError(err); e == nil || e.Kind != mission.TooLarge {
		t.Errorf("%d bytes that unpack to over 200 MB: %v", packed.Len(), err)
	}
}
