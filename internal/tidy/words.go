package tidy

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// nameless are the names of folders that say nothing of what is in them.
func nameless() []string {
	return []string{"util", "utils", "common", "helper", "helpers", "misc", "lib", "base"}
}

// Folders finds folders of Go and packages whose name says nothing.
func Folders(t *Tree) (faults []Fault) {
	seen := map[string]bool{}
	t.syntax(func(f *File) {
		for _, part := range append(strings.Split(f.Dir(), "/"), strings.TrimSuffix(f.Syntax.Name.Name, "_test")) {
			if slices.Contains(nameless(), part) && !seen[f.Dir()] {
				seen[f.Dir()] = true
				faults = append(faults, Fault{f.Dir(), 0, fmt.Sprintf("%q says nothing: name the folder by the question it answers", part)})
			}
		}
	})
	return faults
}

// Inits finds init functions: what they do happens unasked and cannot fail.
func Inits(t *Tree) (faults []Fault) {
	t.syntax(func(f *File) {
		for _, d := range f.Syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				faults = append(faults, Fault{f.Path, t.line(fn), "has an init: call what it does from where it is needed"})
			}
		}
	})
	return faults
}

// word is text that must not be in the tree. It is written in two halves
// here, so that this file is not a fault itself.
type word struct{ text, why string }

// bannedWords are looked for in all files, whatever their language, and as
// bytes: a word inside a word counts.
func bannedWords() []word {
	const machine, host = "a path of one machine", "the host of a registry: clients know theirs"
	const open = "work left open belongs into an issue"
	return []word{
		{"/wo" + "rk/", machine}, {"/ro" + "ot/", machine}, {"/ho" + "me/", machine},
		{"proxy.gol" + "ang.org", host}, {"registry.np" + "mjs.org", host}, {"deb.deb" + "ian.org", host},
		{"TO" + "DO", open}, {"FIX" + "ME", open},
	}
}

// Words finds banned words in every file that is text.
func Words(t *Tree) (faults []Fault) {
	for _, f := range t.Files {
		if !utf8.Valid(f.Source) || bytes.IndexByte(f.Source, 0) >= 0 {
			continue
		}
		for _, w := range bannedWords() {
			if at := bytes.Index(f.Source, []byte(w.text)); at >= 0 {
				line := 1 + bytes.Count(f.Source[:at], []byte("\n"))
				faults = append(faults, Fault{f.Path, line, fmt.Sprintf("says %q: %s", w.text, w.why)})
			}
		}
	}
	return faults
}

// Formatted finds Go that gofmt would write otherwise.
func Formatted(t *Tree) (faults []Fault) {
	t.syntax(func(f *File) {
		want, err := format.Source(f.Source)
		if err != nil || !bytes.Equal(want, f.Source) {
			faults = append(faults, Fault{f.Path, 0, "is not as gofmt writes it: gofmt -w " + path.Base(f.Path)})
		}
	})
	return faults
}
