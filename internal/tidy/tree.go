package tidy

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// Module is the path of the module whose tree is held to the rules.
const Module = "renfort"

// Tree is the repository as the rules see it. It is read once and not changed.
type Tree struct {
	Files []*File // by path
	Fset  *token.FileSet
}

// File is one file of the tree.
type File struct {
	Path   string // slash-separated, from the module's root
	Source []byte
	Syntax *ast.File // nil but for Go
}

// Fault is one place that breaks a rule.
type Fault struct {
	Path   string
	Line   int // from 1; 0 is the file or folder as a whole
	Detail string
}

// String gives the fault as compilers do.
func (f Fault) String() string {
	if f.Line == 0 {
		return f.Path + ": " + f.Detail
	}
	return fmt.Sprintf("%s:%d: %s", f.Path, f.Line, f.Detail)
}

// Read reads a tree from its root. Left out are folders that version control
// ignores or keeps for itself, and files that are no text.
func Read(root fs.FS) (*Tree, error) {
	t := &Tree{Fset: token.NewFileSet()}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && foreign(name):
			return fs.SkipDir
		case d.IsDir() || !d.Type().IsRegular() || strings.HasSuffix(name, ".test") || strings.HasSuffix(name, ".out"):
			return nil
		}
		return t.read(root, name)
	})
	if err != nil {
		return nil, fmt.Errorf("tidy: read the tree: %w", err)
	}
	return t, nil
}

// foreign says whether a folder is none of ours: see .gitignore.
func foreign(dir string) bool {
	base := path.Base(dir)
	return base == ".git" || base == "node_modules" || dir == "data"
}

func (t *Tree) read(root fs.FS, name string) error {
	source, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	file := &File{Path: name, Source: source}
	if file.Go() && !strings.Contains("/"+name, "/testdata/") {
		if file.Syntax, err = parser.ParseFile(t.Fset, name, source, parser.ParseComments); err != nil {
			return err
		}
	}
	t.Files = append(t.Files, file)
	return nil
}

// Go says whether the file is Go.
func (f *File) Go() bool { return strings.HasSuffix(f.Path, ".go") }

// Test says whether the file is compiled for tests only.
func (f *File) Test() bool { return strings.HasSuffix(f.Path, "_test.go") }

// Dir gives the file's folder, "." for the root.
func (f *File) Dir() string { return path.Dir(f.Path) }

// syntax walks the Go files that are not below a testdata.
func (t *Tree) syntax(visit func(*File)) {
	for _, f := range t.Files {
		if f.Syntax != nil {
			visit(f)
		}
	}
}

func (t *Tree) line(n ast.Node) int { return t.Fset.Position(n.Pos()).Line }

// lines counts the lines that a node takes.
func (t *Tree) lines(n ast.Node) int {
	return t.Fset.Position(n.End()).Line - t.line(n) + 1
}
