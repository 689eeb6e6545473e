package peer

// Lines of code are counted, not told: blank lines and comments are none, in
// every language there is here.

import (
	"strings"
	"testing"
)

func TestCountLines(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       int
	}{
		{"a.go", "// why\npackage a\n\nvar a = 1 // one\n", 2},
		{"a.java", "/**\n * why\n */\nclass A {}\n// no\n", 1},
		{"a.sql", "-- why\nSELECT 1; -- one\n\nSELECT 2;\n", 2},
		{"a.lua", "-- why\nreturn 1\n", 1},
		{"a.conf", "# why\nfsync = on\n", 1},
		{"a.sql.tmpl", "{{- /* why\nso */ -}}\nSELECT 1\n", 1},
		{"a.json", "{\n}\n", 2},
	} {
		if got := countLines(c.name, c.text); got != c.want {
			t.Errorf("%s %q: got %d lines, want %d", c.name, c.text, got, c.want)
		}
	}
	for _, engine := range []string{renfortName, Bleve, Lucene, Postgres, Redis} {
		code, err := codeOf(engine)
		told := engine == Lucene || engine == Postgres || engine == Redis
		if err != nil || code.Go < 50 || told != (code.Engine > 10) {
			t.Errorf("%s: got %+v, %v", engine, code, err)
		}
	}
}

// Statements are cut where they end, and nowhere inside a body.
func TestStatements(t *testing.T) {
	text := "-- one; not here\nSELECT 1;\nCREATE FUNCTION f() AS $$\nBEGIN\n  a := 1;\nEND $$;\n-- the end\nSELECT 2;\n"
	got := statements(text)
	if len(got) != 3 || !strings.Contains(got[1], "a := 1;") || strings.Join(got, "") != strings.TrimRight(text, "\n") {
		t.Errorf("%q: got %q, want 3 statements", text, got)
	}
}

// Times are told by their ranks.
func TestQuantile(t *testing.T) {
	values := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for share, want := range map[float64]float64{0.5: 5, 0.99: 10, 1: 10, 0: 1} {
		if got := quantile(values, share); got != want {
			t.Errorf("quantile %g: got %g, want %g", share, got, want)
		}
	}
	if got := quantile(nil, 0.5); got != 0 {
		t.Errorf("of nothing: got %g, want 0", got)
	}
}

// A page is off by the share that its worst place lacks, and wholly if it is
// no page of these missions.
func TestOff(t *testing.T) {
	r := ranking{scores: []float64{0.5, 1, 0.8, 0, 0.8}, best: []int{1, 2, 4}}
	for _, c := range []struct {
		page []int
		want float64
	}{{[]int{1, 2, 4}, 0}, {[]int{1, 4, 2}, 0}, {[]int{1, 2, 0}, 0.375}, {[]int{1, 2}, 1}, {[]int{1, 1, 2}, 1}, {[]int{1, 2, 3}, 1}, {[]int{1, 2, 9}, 1}} {
		if got := r.off(c.page); got < c.want-1e-12 || got > c.want+1e-12 {
			t.Errorf("page %v: got %g, want %g", c.page, got, c.want)
		}
	}
}
