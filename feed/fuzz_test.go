package feed_test

// Whatever comes, a reader ends, gives drafts within the limits of a mission or
// refusals, and does not panic.

import (
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"renfort/feed"
	"renfort/mission"
)

func FuzzReader(f *testing.F) {
	files, err := filepath.Glob("testdata/*.feed")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, s := range []string{`[{"clientId":"1","addresses":[[{"location":{"lat":1}}]],"a":{"b":[[[]]]}}]`, `{"hits":[]}`, `{"data":[{}],"x":`,
		"<a><mission><![CDATA[", "<mission><renfort>{\"slots\":[{\"id\":\"s\"}]}</renfort><clientId>1</clientId>", "<!DOCTYPE a [<!ENTITY b '>'>]><a/>",
		"\x1f\x8b", "\xff\xfe<\x00", "<mission><value><value>x</value></value><a xml:b='c'/></mission>", "<!--><mission>-->", "<?xml encoding='utf-16'?><a>&#0;&#xFFFE;&#99999999999;</a>"} {
		f.Add([]byte(s))
	}
	o := options(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		drafts, broken := readSome(string(text), o)
		if broken != nil && mission.AsError(broken) == nil {
			t.Errorf("an error without a kind: %v", broken)
		}
		for _, d := range drafts {
			judge(t, d, o)
		}
	})
}

// judge checks what a draft promises.
func judge(t *testing.T, d *feed.Draft, o feed.Options) {
	t.Helper()
	if (d.Mission == nil) == (d.Refusal == nil) {
		t.Fatalf("record %d is neither a mission nor refused, or both", d.Index)
	}
	for _, r := range d.Repairs {
		if r.Code == "" || r.Detail == "" || len(r.Detail) > 4_000 || !utf8.ValidString(r.Detail+r.Field) {
			t.Errorf("record %d: repair %+v", d.Index, r)
		}
	}
	m := d.Mission
	if m == nil {
		return
	}
	if m.Publisher != o.Publisher {
		t.Errorf("record %d is of %q", d.Index, m.Publisher)
	}
	if utf8.RuneCountInString(m.Title) > mission.TitleLettersMax || utf8.RuneCountInString(m.Description) > mission.TextLettersMax ||
		len(m.Data) > mission.DataBytesMax || len(m.Tags) > mission.EntriesMax && m.Slots == nil {
		t.Errorf("record %d is over a limit", d.Index)
	}
	if err := o.Intake.Mission(m); err != nil {
		return
	}
	text, err := mission.Encode(m)
	if err != nil {
		t.Fatalf("record %d: %v", d.Index, err)
	}
	if err := mission.Decode(text, new(mission.Mission)); err != nil {
		t.Errorf("record %d cannot be read again: %v in %s", d.Index, err, text)
	}
}
