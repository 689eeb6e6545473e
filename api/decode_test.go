package api

// The decoders of the door, each against what it promises: nothing panics,
// what is refused is refused with a place, and what is read reads back.

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renfort/mission"
)

func TestCursorComesBack(t *testing.T) {
	walk := walkOf("missions", "jva")
	for _, after := range []string{"\x00", "jva:6581", "é\xff", strings.Repeat("x", 300)} {
		text := encodeCursor(walk, after)
		if !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(text) {
			t.Errorf("cursor %q is not URL-safe", text)
		}
		if got, err := decodeCursor(walk, text); err != nil || got != after {
			t.Errorf("decodeCursor(%q) = %q, %v, want %q", text, got, err, after)
		}
		if _, err := decodeCursor(walkOf("missions"), text); err == nil {
			t.Errorf("the cursor of one walk was taken by another")
		}
		broken := []byte(text)
		for i := range broken {
			broken[i] ^= 1
			if got, err := decodeCursor(walk, string(broken)); err == nil && got != after {
				t.Errorf("a changed cursor %q was taken as %q", broken, got)
			}
			broken[i] ^= 1
		}
	}
	if got, err := decodeCursor(walk, ""); got != "" || err != nil {
		t.Errorf("the beginning of a walk: %q, %v", got, err)
	}
}

func FuzzCursor(f *testing.F) {
	walk := walkOf("missions")
	f.Add(encodeCursor(walk, "jva:1"))
	f.Add("AAAA")
	f.Add("=")
	f.Add("\r\n" + encodeCursor(walk, "jva:1") + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		after, err := decodeCursor(walk, text)
		if err == nil && text != "" && encodeCursor(walk, after) != text {
			t.Errorf("%q was taken and is not what is given for %q", text, after)
		}
		if err != nil && mission.KindOf(err) != mission.Invalid {
			t.Errorf("%q: %v is not an invalid request", text, err)
		}
	})
}

func TestQuery(t *testing.T) {
	f := func(raw string, want map[string]string, wantPointer string) {
		t.Helper()
		params, _, err := parseQuery(nil, nil, []byte(raw), false)
		if wantPointer != "" || want == nil {
			if e := mission.AsError(err); e == nil || len(e.Fields) == 0 || e.Fields[0].Pointer != wantPointer {
				t.Errorf("%q: got %v, want a refusal at %q", raw, err, wantPointer)
			}
			return
		}
		got := map[string]string{}
		for _, p := range params {
			got[string(p.name)] = string(p.value)
		}
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%q: got %v, %v, want %v", raw, got, err, want)
		}
	}
	f("", map[string]string{}, "")
	f("a=1&b=x+y%2B&&c=", map[string]string{"a": "1", "b": "x y+"}, "")
	f("city=Saint-%C3%89tienne", map[string]string{"city": "Saint-Étienne"}, "")
	f("a=1&a=2", nil, "/a")
	f("a=%zz", nil, "/a")
	f("a=%0", nil, "/a")
	f("a=%00", nil, "/a")
	f("a=%ff", nil, "/a")
	f("%ff=1", nil, "")
	f("=1", nil, "")
	f("a~b/c=%ff", nil, "/a~0b~1c")
}

func FuzzQuery(f *testing.F) {
	f.Add([]byte("lat=43.7&lon=7.26&domain=a,b"))
	f.Add([]byte("a=%C3%A9&b=+"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		params, _, err := parseQuery(nil, nil, raw, false)
		if err != nil {
			if k := mission.KindOf(err); k != mission.Invalid && k != mission.TooLarge {
				t.Errorf("%q: %v", raw, err)
			}
			return
		}
		again := url.Values{}
		for _, p := range params {
			again.Set(string(p.name), string(p.value))
		}
		if len(again) != len(params) {
			t.Errorf("%q: a name twice in %v", raw, params)
		}
		second, _, err := parseQuery(nil, nil, []byte(again.Encode()), false)
		if err != nil || len(second) != len(params) {
			t.Errorf("%q: written again it gives %v, %v", raw, second, err)
		}
	})
}

func TestFilterReadsNamesOfTheContract(t *testing.T) {
	got, err := decodeFilter([]byte(`{"domain":["sante","sport"],"city":"Nice","lat":43.7,"lon":7.26,"radius_km":10,
		"attr.qpv":true,"attr.level":["a",2],"bbox":[43,7,44,8],"polygon":[[43,7],{"lat":44,"lon":7},[44,8]],"open":false,"minors":true,"from":"2026-11-22","tag":null}`), "/filters")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Domains) != 2 || len(got.Cities) != 1 || got.Point == nil || got.RadiusKm != 10 || got.BBox == nil ||
		got.Polygon == nil || !got.Closed || !got.Minors || got.From != "2026-11-22" {
		t.Errorf("got %+v", got)
	}
	want := map[string][]string{"qpv": {"true"}, "level": {"a", "2"}}
	if d := cmp.Diff(want, got.Attributes); d != "" {
		t.Error(d)
	}
}

func TestFilterRefusals(t *testing.T) {
	f := func(body, wantPointer string) {
		t.Helper()
		_, err := decodeFilter([]byte(body), "/filters")
		e := mission.AsError(err)
		if e == nil || e.Kind != mission.Invalid || len(e.Fields) == 0 || e.Fields[0].Pointer != wantPointer {
			t.Errorf("%s: got %#v, want a refusal at %s", body, e, wantPointer)
		}
	}
	f(`{"colour":"red"}`, "/filters/colour")
	f(`{"lat":1}`, "/filters")
	f(`{"lat":"x","lon":1}`, "/filters/lat")
	f(`{"domain":[1]}`, "/filters/domain/0")
	f(`{"domain":1}`, "/filters/domain")
	f(`{"bbox":[1,2,3]}`, "/filters/bbox")
	f(`{"bbox":[91,0,92,1]}`, "/filters/bbox")
	f(`{"bbox":{"south":1}}`, "/filters/bbox")
	f(`{"polygon":[[0,0],[1,1]]}`, "/filters/polygon")
	f(`{"polygon":[{"lat":1}]}`, "/filters/polygon/0")
	f(`{"attr.":1}`, "/filters/attr.")
	f(`{"attr.x":{}}`, "/filters/attr.x")
	f(`{"open":"no"}`, "/filters/open")
	f(`[]`, "/filters")
	f(`{"city":"a","city":"b"}`, "/filters/city")
}

func FuzzFilter(f *testing.F) {
	f.Add([]byte(`{"domain":["sante"],"city":"Nice","lat":43.7,"lon":7.26,"attr.qpv":true}`))
	f.Add([]byte(`{"bbox":[43,7,44,8],"polygon":[[43,7],{"lat":44,"lon":7},[44,8]]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := decodeFilter(body, "/filters"); err != nil {
			mustBeRefusal(t, body, err)
		}
	})
}

func mustBeRefusal(t *testing.T, input []byte, err error) {
	t.Helper()
	e := mission.AsError(err)
	if e == nil || rowOf(e.Kind).status < 400 || rowOf(e.Kind).status >= 500 {
		t.Errorf("%q: %v is not a refusal", input, err)
	}
}

// The fast reading of a body is right wherever it says it is: the strict one
// then agrees.
func FuzzRecommendBody(f *testing.F) {
	for _, s := range []string{`{"volunteer":"v1"}`, `{"volunteer":"v1","limit":20}`, ` { "limit" : 7 , "volunteer" : "a" } `,
		`{"volunteer":"v1","limit":007}`, `{"volunteer":"\u0041"}`, `{"volunteer":"v1"}x`, `{"volunteer":"v1","volunteer":"v2"}`, `{}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		id, limit, ok := scanSimple(body)
		var b recommendBody
		err := decodeObject(body, &b)
		if err != nil {
			mustBeRefusal(t, body, err)
		}
		if !ok {
			return
		}
		want := mission.RecommendDefault
		if b.Limit != nil {
			want = *b.Limit
		}
		if err != nil || b.Volunteer != string(id) || limit != want {
			t.Errorf("%q: fast %q %d, strict %q %d, %v", body, id, limit, b.Volunteer, want, err)
		}
	})
}

func TestSimpleBodies(t *testing.T) {
	f := func(body string, want bool) {
		t.Helper()
		if _, _, ok := scanSimple([]byte(body)); ok != want {
			t.Errorf("%s: read fast %v, want %v", body, ok, want)
		}
	}
	f(`{"volunteer":"v-18273"}`, true)
	f("{\n\t\"volunteer\": \"v-18273\",\r\n \"limit\": 20 }\n", true)
	f(`{"volunteer":"é"}`, false)
	f(`{"volunteer":""}`, false)
	f(`{"volunteer":"v","limit":0}`, false)
	f(`{"volunteer":"v","limit":101}`, false)
	f(`{"volunteer":"v",}`, false)
	f(`{"limit":3}`, false)
	f(`{"volunteer":"v","explain":true}`, false)
}

func FuzzMissionLine(f *testing.F) {
	f.Add([]byte(`{"id":"a","title":"b","remote":"full"}`))
	f.Add([]byte(`{"id":"a","_delete":true}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		m := new(mission.Mission)
		if err := decodeObject(line, m); err != nil {
			mustBeRefusal(t, line, err)
			return
		}
		patch, err := decodePatch(line)
		if err != nil {
			t.Errorf("%q is a mission and no patch: %v", line, err)
			return
		}
		record, err := mission.Encode(m)
		if err != nil {
			return
		}
		merged, err := mergeInto(record, patch)
		if err != nil {
			t.Errorf("%q cannot be merged into itself: %v", line, err)
		}
		if err := decodeObject(merged, new(mission.Mission)); err != nil {
			t.Errorf("%q merged into itself is refused: %v", line, err)
		}
	})
}

// The examples of RFC 7396, appendix A, whose patch is an object.
func TestMergePatch(t *testing.T) {
	f := func(target, patch, want string) {
		t.Helper()
		p, err := decodePatch([]byte(patch))
		if err != nil {
			t.Fatal(err)
		}
		got, err := mergeInto([]byte(target), p)
		if err != nil || string(got) != want {
			t.Errorf("%s + %s = %s, %v, want %s", target, patch, got, err, want)
		}
	}
	f(`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`)
	f(`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`)
	f(`{"a":"b"}`, `{"a":null}`, `{}`)
	f(`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`)
	f(`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`)
	f(`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`)
	f(`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`)
	f(`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`)
	f(`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`)
	f(`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`)
	f(`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`)
	f(`{"n":9007199254740993}`, `{"a":1}`, `{"a":1,"n":9007199254740993}`)
	if _, err := decodePatch([]byte(`[1]`)); err == nil {
		t.Error("a list was taken as a patch of a record")
	}
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", mission.BodyBytesMax+10)
	middle := strings.Repeat("y", 3*lineBufferBytes)
	l := newLines(strings.NewReader("a\n\n \r\n"+long+"\n"+middle+"\nlast"), mission.BulkBytesMax, -1)
	var got []string
	for {
		line, err := l.next()
		if err == errLongLine {
			got = append(got, "long")
			continue
		}
		if err != nil {
			break
		}
		got = append(got, string(line[:1])+":"+string(line[len(line)-1:]))
		if l.number == 5 && len(line) != len(middle) {
			t.Errorf("a line of %d bytes came as %d", len(middle), len(line))
		}
	}
	if want := []string{"a:a", "long", "y:y", "l:t"}; !cmp.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	cut := newLines(strings.NewReader("abc\n"), mission.BulkBytesMax, 10)
	cut.next()
	if _, err := cut.next(); mission.KindOf(err) != mission.Invalid {
		t.Errorf("a body cut short ended with %v", err)
	}
	big := newLines(bytes.NewReader(bytes.Repeat([]byte("abc\n"), 100)), 40, -1)
	var err error
	for err == nil {
		_, err = big.next()
	}
	if mission.KindOf(err) != mission.TooLarge {
		t.Errorf("a body over the limit ended with %v", err)
	}
}

func TestAppendString(t *testing.T) {
	f := func(s, want string) {
		t.Helper()
		var got string
		if err := mission.Decode(appendString(nil, s), &got); err != nil || got != want {
			t.Errorf("%q came back as %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "plain", "é\"\\\n\t\r\x00\x1f\u2028", "\U0001f600"} {
		f(s, s)
	}
	f("\xff\xfe!", "\ufffd\ufffd!")
	f("a\xe2\x82", "a\ufffd\ufffd")
}

func TestAcceptEncoding(t *testing.T) {
	f := func(header, coding string, want bool) {
		t.Helper()
		if got := accepts([]byte(header), coding); got != want {
			t.Errorf("accepts(%q, %q) = %v", header, coding, got)
		}
	}
	f("gzip, deflate, br, zstd", "zstd", true)
	f("gzip;q=1.0, identity; q=0.5", "gzip", true)
	f("gzip;q=0", "gzip", false)
	f("gzip; q=0.000", "gzip", false)
	f("identity", "gzip", false)
	f("x-gzip", "gzip", false)
}
