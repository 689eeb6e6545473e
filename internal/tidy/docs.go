package tidy

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// PackageDocs finds packages without a comment that says what they answer. A
// folder of tests alone needs none.
func PackageDocs(t *Tree) (faults []Fault) {
	var dirs []string
	documented, named := map[string]bool{}, map[string]string{}
	t.syntax(func(f *File) {
		if f.Test() {
			return
		}
		if named[f.Dir()] == "" {
			dirs, named[f.Dir()] = append(dirs, f.Dir()), f.Syntax.Name.Name
		}
		text := f.Syntax.Doc.Text()
		if strings.HasPrefix(text, "Package "+f.Syntax.Name.Name+" ") || f.Syntax.Name.Name == "main" && strings.HasPrefix(text, "Command ") {
			documented[f.Dir()] = true
		}
	})
	for _, dir := range dirs {
		if !documented[dir] {
			faults = append(faults, Fault{dir, 0, fmt.Sprintf("package %s has no comment that begins \"Package %[1]s\" (a command: \"Command\")", named[dir])})
		}
	}
	return faults
}

// ExportedDocs finds exported names without a comment: their own, or that of
// the group they are in. Lines of methods set without a blank line between
// them are a group too, of which the first carries the comment.
func ExportedDocs(t *Tree) (faults []Fault) {
	t.syntax(func(f *File) {
		if f.Test() {
			return
		}
		grouped := 0 // the line after a documented declaration
		for _, d := range f.Syntax.Decls {
			after := t.line(d) + t.lines(d)
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Doc != nil || t.line(d) == grouped {
					grouped = after
				} else if d.Name.IsExported() && exportedReceiver(d) {
					faults = append(faults, Fault{f.Path, t.line(d), fmt.Sprintf("func %s has no comment", d.Name)})
				}
			case *ast.GenDecl:
				faults = append(faults, t.undocumented(f, d)...)
			}
		}
	})
	return faults
}

// exportedReceiver says whether a function is one, or a method of an exported
// type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	exported := false
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && !exported {
			exported = id.IsExported()
			return false
		}
		return true
	})
	return exported
}

// undocumented gives the exported names of a declaration that have no comment.
func (t *Tree) undocumented(f *File, d *ast.GenDecl) (faults []Fault) {
	if d.Doc != nil && d.Tok != token.TYPE || d.Tok == token.IMPORT {
		return nil
	}
	for _, spec := range d.Specs {
		var names []*ast.Ident
		documented := d.Doc != nil
		switch s := spec.(type) {
		case *ast.TypeSpec:
			names, documented = []*ast.Ident{s.Name}, documented || s.Doc != nil || s.Comment != nil
		case *ast.ValueSpec:
			names, documented = s.Names, documented || s.Doc != nil || s.Comment != nil
		}
		for _, n := range slices.DeleteFunc(slices.Clone(names), func(n *ast.Ident) bool { return documented || !n.IsExported() }) {
			faults = append(faults, Fault{f.Path, t.line(n), fmt.Sprintf("%s %s has no comment", d.Tok, n)})
		}
	}
	return faults
}
