package tidy_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"renfort/internal/tidy"
)

// TestTree holds the repository to every rule, and reports its medians.
func TestTree(t *testing.T) {
	tree, err := tidy.Read(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range tidy.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			for _, fault := range rule.Check(tree) {
				t.Error(fault)
			}
		})
	}
	for _, room := range []string{"", "mission", "geo", "store", "index", "objects", "feed", "matcher", "engine", "api", "bench", "cmd", "internal"} {
		s := tidy.Measure(tree, room)
		t.Logf("%-8s %3d files, median %3d lines (400 wanted at most); %4d functions, median %2d (12 wanted); %2d lines of comment for 100 of code (15 to 25 wanted)",
			room, s.Files, s.FileMedian, s.Functions, s.FunctionMedian, s.CommentPercent)
	}
}

// TestMeasure counts a tree of two files by hand.
func TestMeasure(t *testing.T) {
	tree := treeWith(t, "mission/x.go", doc("mission")+"\nfunc f() {\n}\n\n// g is longer.\nfunc g() {\n\t_ = 1\n\t_ = 2\n}\n")
	want := tidy.Sizes{Files: 1, FileMedian: 11, Functions: 2, FunctionMedian: 4, CommentPercent: 28} // 2 for 7
	if got := tidy.Measure(tree, "mission"); got != want {
		t.Errorf("mission: got %+v, want %+v", got, want)
	}
	if got := tidy.Measure(tree, ""); got.Files != 2 {
		t.Errorf("the whole tree: got %d files, want 2", got.Files)
	}
}

// The smallest tree that breaks no rule. Fixtures lay one file over it.
func tidyTree() fstest.MapFS {
	return fstest.MapFS{
		"README.md": {Data: []byte("# Renfort\n")},
		"geo/doc.go": {Data: []byte(`// Package geo answers: where is it?
package geo

import "errors"

// ErrFar is returned when it is too far.
var ErrFar = errors.New("geo: too far")
`)},
	}
}

// treeWith reads the tidy tree with one file more, or another in its place.
func treeWith(t *testing.T, name, source string) *tidy.Tree {
	t.Helper()
	files := tidyTree()
	if name != "" {
		files[name] = &fstest.MapFile{Data: []byte(source)}
	}
	tree, err := tidy.Read(files)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return tree
}

// TestRulesPass shows that no rule finds fault with a tree that has none.
func TestRulesPass(t *testing.T) {
	for _, rule := range tidy.Rules() {
		if faults := rule.Check(treeWith(t, "", "")); len(faults) > 0 {
			t.Errorf("%s: got %v, want no fault", rule.Name, faults)
		}
	}
}

// doc is the head of a fixture's file.
func doc(name string) string { return "// Package " + name + " is a fixture.\npackage " + name + "\n" }

// imports is the body of a fixture that imports one package.
func imports(path string) string { return fmt.Sprintf("\nimport _ %q\n", path) }

// TestRulesFail shows that every rule fails on a tree that breaks it, with the
// words that a reader needs, and that no rule is without such a tree.
func TestRulesFail(t *testing.T) {
	shown := map[string]bool{}
	f := func(rule, file, source, want string) {
		t.Helper()
		shown[rule] = true
		at := slices.IndexFunc(tidy.Rules(), func(r tidy.Rule) bool { return r.Name == rule })
		faults := tidy.Rules()[at].Check(treeWith(t, file, source))
		if len(faults) == 0 {
			t.Errorf("%s passed over %s:\n%s", rule, file, source)
			return
		}
		if got := faults[0].String(); !strings.Contains(got, want) || !strings.HasPrefix(got, strings.TrimSuffix(file, "x.go")[:3]) {
			t.Errorf("%s on %s: got %q, want %q in it", rule, file, got, want)
		}
	}
	f("ladder", "geo/x.go", doc("geo")+imports("renfort/mission"), "geo imports mission; it may import nothing of ours")
	f("ladder", "store/x.go", doc("store")+imports("renfort/index"), "store imports index; it may import mission, geo")
	f("ladder", "index/x_test.go", doc("index")+imports("renfort/store"), "index imports store")
	f("ladder", "store/x_test.go", doc("store")+imports("renfort/index"), "store imports index")
	f("ladder", "index/x.go", doc("index")+imports("renfort/matcher"), "index imports matcher")
	f("ladder", "mission/x_test.go", doc("mission")+imports("renfort/bench/world"), "mission imports bench/world")
	f("ladder", "matcher/x.go", doc("matcher")+imports("renfort/bench/world"), "matcher imports bench/world")
	f("ladder", "bench/world/x.go", doc("world")+imports("renfort/engine"), "bench/world imports engine")
	f("ladder", "attic/x.go", doc("attic"), "folder attic has no rung")
	f("doors", "index/x.go", doc("index")+imports("go.etcd.io/bbolt"), "go.etcd.io/bbolt has its door in store, index text_check.go")
	f("doors", "mission/x.go", doc("mission")+imports("github.com/golang/geo/s2"), "github.com/golang/geo has its door in geo")
	f("doors", "engine/x_test.go", doc("engine")+imports("github.com/valyala/fasthttp"), "has its door in api")
	f("doors", "cmd/renfort/x.go", doc("main")+imports("github.com/valyala/fasthttp"), "has its door in api")
	f("doors", "api/x.go", doc("api")+imports("github.com/alecthomas/kong"), "has its door in cmd")
	f("doors", "index/x.go", doc("index")+imports("github.com/blevesearch/bleve/v2"), "text*.go")
	f("lengths", "geo/x.go", doc("geo")+strings.Repeat("\n", 600), "has 602 lines; at most 600")
	f("lengths", "geo/x.go", doc("geo")+"\nfunc long() {"+strings.Repeat("\n", 70)+"}\n", "func long has 71 lines; at most 70")
	f("package docs", "mission/x.go", "package mission\n", `package mission has no comment that begins "Package mission"`)
	f("package docs", "mission/x.go", "// This holds the nouns.\npackage mission\n", "package mission has no comment")
	f("exported docs", "geo/x.go", doc("geo")+"\nfunc Far() {}\n", "func Far has no comment")
	f("exported docs", "geo/x.go", doc("geo")+"\ntype Point struct{}\n", "type Point has no comment")
	f("exported docs", "geo/x.go", doc("geo")+"\ntype (\n\tPoint struct{}\n)\n", "type Point has no comment")
	f("exported docs", "geo/x.go", doc("geo")+"\nconst Pi, tau = 3, 6\n", "const Pi has no comment")
	f("exported docs", "geo/x.go", doc("geo")+"\n// P is one.\ntype P[T any] struct{}\n\nfunc (p *P[T]) Far() {}\n", "func Far has no comment")
	f("folders", "geo/util/x.go", doc("points"), `"util" says nothing`)
	f("folders", "geo/points/x.go", doc("helpers"), `"helpers" says nothing`)
	f("init", "geo/x.go", doc("geo")+"\nfunc init() {}\n", "has an init")
	f("words", "geo/x.md", "\nsee /wo"+"rk/main\n", "geo/x.md:2: says \"/wo"+"rk/\": a path of one machine")
	f("words", ".ci/run", "curl proxy.gol"+"ang.org\n", "the host of a registry")
	f("words", "geo/x.go", doc("geo")+"\n// TO"+"DO: all of it\n", "belongs into an issue")
	f("gofmt", "geo/x.go", doc("geo")+"\nfunc f( ) { }\n", "gofmt -w x.go")
	f("variables", "geo/x.go", doc("geo")+"\nvar n int\n", "var n can change")
	for _, rule := range tidy.Rules() {
		if !shown[rule.Name] {
			t.Errorf("nothing here shows that %q can fail", rule.Name)
		}
	}
}

// TestRulesAllow shows what the rules let pass on purpose.
func TestRulesAllow(t *testing.T) {
	f := func(rule, file, source string) {
		t.Helper()
		at := slices.IndexFunc(tidy.Rules(), func(r tidy.Rule) bool { return r.Name == rule })
		if faults := tidy.Rules()[at].Check(treeWith(t, file, source)); len(faults) > 0 {
			t.Errorf("%s on %s: got %v, want no fault\n%s", rule, file, faults, source)
		}
	}
	f("ladder", "index/x_test.go", doc("index")+imports("renfort/bench/world"))
	f("ladder", "index/x_test.go", doc("index_test")+imports("renfort/matcher"))
	f("ladder", "geo/gazetteer/x.go", doc("gazetteer")+imports("renfort/geo"))
	f("ladder", "cmd/renfort/x.go", doc("main")+imports("renfort/api"))
	f("doors", "cmd/renfort/x_test.go", doc("main")+imports("github.com/valyala/fasthttp"))
	f("doors", "index/text_terms.go", doc("index")+imports("github.com/blevesearch/bleve/v2"))
	f("lengths", "geo/x.go", doc("geo")+"\nfunc long() {"+strings.Repeat("\n", 69)+"}\n")
	f("exported docs", "geo/x.go", doc("geo")+"\n// A is one, as B is.\nfunc A() {}\nfunc B() {}\n")
	f("exported docs", "geo/x.go", doc("geo")+"\n// These are all.\nconst (\n\tA = 1\n\tB = 2\n)\n")
	f("exported docs", "geo/x.go", doc("geo")+"\ntype p struct{}\n\nfunc (p) Far() {}\n")
	f("package docs", "cmd/renfort/x.go", "// Command renfort runs it.\npackage main\n")
	f("init", "geo/x.go", doc("geo")+"\ntype p struct{}\n\nfunc (p) init() {}\n")
	f("words", "geo/x.bin", "\x00/wo"+"rk/")
}

// TestVariables shows which package-level variables stand and which fall, and
// what somebody elsewhere in the package did to them.
func TestVariables(t *testing.T) {
	f := func(source, want string) {
		t.Helper()
		faults := tidy.Variables(treeWith(t, "geo/x.go", doc("geo")+source))
		switch {
		case want == "" && len(faults) > 0:
			t.Errorf("got %v, want no fault\n%s", faults, source)
		case want != "" && (len(faults) != 1 || !strings.Contains(faults[0].String(), want)):
			t.Errorf("got %v, want one fault with %q\n%s", faults, want, source)
		}
	}
	table := "\nvar table = []int{1, 2}\n"
	f(table, "")
	f(table+"\nfunc f(i int) int { return table[i] }\n", "")
	f(table+"\nfunc f() { table := []int{}; table[0] = 1 }\n", "") // another of that name
	f(table+"\nfunc f() { table = nil }\n", "var table is assigned to")
	f(table+"\nfunc f() { table[0] = 1 }\n", "var table is assigned to")
	f(table+"\nfunc f() { table[0]++ }\n", "var table is counted up or down")
	f(table+"\nfunc f() *int { return &table[0] }\n", "var table has its address taken")
	f(table+"\nfunc f() { for table[0] = range 3 {\n} }\n", "var table is assigned to")
	f("\nimport \"slices\"\n"+table+"\nfunc f() { slices.Sort(table) }\n", "var table is given to slices.Sort")
	f("\nvar seen = map[int]bool{}\n\nfunc f() { delete(seen, 1) }\n", "var seen is given to delete")
	f("\nvar one = struct{ a int }{1}\n\nfunc f() { one.a = 2 }\n", "var one is assigned to")
	f("\nvar ErrFar = errors.New(\"far\")\n\nfunc f() { ErrFar = nil }\n", "var ErrFar is assigned to")
	f("\nimport \"sync\"\n\nvar load = sync.OnceValue(func() int { return 1 })\n", "")
	f("\nimport _ \"embed\"\n\n//go:embed x.txt\nvar text string\n", "")
	f("\nvar name = []byte(\"name\")\n\nvar _ error = nil\n", "")
	f("\nimport \"sync\"\n\nvar mu sync.Mutex\n", "var mu can change")
	f("\nimport \"sync\"\n\nvar pool = sync.Pool{}\n", "var pool is a sync.Pool shared by all")
	f("\nimport \"time\"\n\nvar now = time.Now\n", "var now can change")
	f("\nimport \"time\"\n\nvar start = time.Now()\n", "var start comes from time.Now")
	f("\nvar depth = 3\n", "var depth can change")
}

// TestExceptions shows that an exception lets its one name pass, and that one
// that nothing needs is a fault.
func TestExceptions(t *testing.T) {
	tree := treeWith(t, "geo/x.go", doc("geo")+"\nvar depth = 3\n\nvar width = 3\n")
	faults := tidy.VariablesBut(tree, "geo", "depth")
	if len(faults) != 1 || !strings.Contains(faults[0].Detail, "width") {
		t.Errorf("depth excepted: got %v, want width alone", faults)
	}
	faults = tidy.VariablesBut(treeWith(t, "", ""), "geo", "depth")
	if len(faults) != 1 || !strings.Contains(faults[0].Detail, "the exception for depth is not needed") {
		t.Errorf("nothing to except: got %v, want the exception to be a fault", faults)
	}
}
