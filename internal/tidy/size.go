package tidy

import (
	"bytes"
	"fmt"
	"go/ast"
	"slices"
)

// The lengths that no file and no function exceeds. What is wanted is less:
// see the medians that the test reports.
const (
	FileLinesMax     = 600
	FunctionLinesMax = 70
)

// Lengths finds Go files and functions that are too long.
func Lengths(t *Tree) (faults []Fault) {
	t.syntax(func(f *File) {
		if n := bytes.Count(f.Source, []byte("\n")); n > FileLinesMax {
			faults = append(faults, Fault{f.Path, 0, fmt.Sprintf("has %d lines; at most %d", n, FileLinesMax)})
		}
		for _, d := range f.Syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && t.lines(fn) > FunctionLinesMax {
				faults = append(faults, Fault{f.Path, t.line(fn), fmt.Sprintf("func %s has %d lines; at most %d", fn.Name, t.lines(fn), FunctionLinesMax)})
			}
		}
	})
	return faults
}

// Sizes are the lengths of a tree in numbers, tests left out.
type Sizes struct {
	Files, FileMedian         int // lines
	Functions, FunctionMedian int // lines
	CommentPercent            int // lines of comment for 100 of code
}

// Measure gives the lengths of the tree below a folder, "" for all of it.
func Measure(t *Tree, below string) Sizes {
	var files, functions []int
	comments, code := 0, 0
	t.syntax(func(f *File) {
		if f.Test() || below != "" && !stands(f.Dir(), below+"/...") {
			return
		}
		files = append(files, bytes.Count(f.Source, []byte("\n")))
		for _, d := range f.Syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				functions = append(functions, t.lines(fn))
			}
		}
		for line := range bytes.Lines(f.Source) {
			switch line = bytes.TrimSpace(line); {
			case bytes.HasPrefix(line, []byte("//")):
				comments++
			case len(line) > 0:
				code++
			}
		}
	})
	return Sizes{len(files), median(files), len(functions), median(functions), 100 * comments / max(code, 1)}
}

// median gives the upper one of an even number, 0 of none. It sorts n.
func median(n []int) int {
	if len(n) == 0 {
		return 0
	}
	slices.Sort(n)
	return n[len(n)/2]
}
