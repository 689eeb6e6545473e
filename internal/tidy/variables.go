package tidy

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// An exception is a package-level variable that the rule would refuse, and why
// it stands. One that nothing needs any more is a fault itself.
type exception struct{ dir, name, why string }

func exceptions() []exception {
	return nil
}

// makers are the calls whose results do not change and may be shared.
func makers() []string {
	return []string{"errors.New", "regexp.MustCompile", "strings.NewReplacer", "sync.OnceFunc", "sync.OnceValue", "sync.OnceValues"}
}

// Variables finds package-level variables that can change: those that are
// neither made by one of the makers, nor embedded, nor a table written out in
// place, and those that are but to which something is done elsewhere in their
// package.
func Variables(t *Tree) []Fault { return variables(t, exceptions()) }

func variables(t *Tree, except []exception) (faults []Fault) {
	used := make([]bool, len(except))
	for _, p := range t.packages() {
		for _, v := range p.variables() {
			why := v.wrong
			if why == "" {
				why = p.changed[v.object]
			}
			at := slices.IndexFunc(except, func(e exception) bool { return e.dir == v.file.Dir() && e.name == v.name.Name })
			switch {
			case why == "":
			case at >= 0:
				used[at] = true
			default:
				faults = append(faults, Fault{v.file.Path, t.line(v.name), fmt.Sprintf("var %s %s", v.name, why)})
			}
		}
	}
	for i, e := range except {
		if !used[i] {
			faults = append(faults, Fault{e.dir, 0, fmt.Sprintf("the exception for %s is not needed any more", e.name)})
		}
	}
	return faults
}

// pack is one package without its external tests, with its names resolved.
type pack struct {
	files   []*File
	info    types.Info
	changed map[types.Object]string // what is done to a name, the first found
}

// packages resolves the names of each package that is not a test. Imports are
// not followed: what they give is unknown to the checker, which goes on.
func (t *Tree) packages() (packs []*pack) {
	at := map[string]int{}
	t.syntax(func(f *File) {
		if f.Test() && strings.HasSuffix(f.Syntax.Name.Name, "_test") {
			return
		}
		if _, ok := at[f.Dir()]; !ok {
			at[f.Dir()] = len(packs)
			packs = append(packs, &pack{})
		}
		p := packs[at[f.Dir()]]
		p.files = append(p.files, f)
	})
	for _, p := range packs {
		p.resolve(t.Fset)
	}
	return packs
}

// unfollowed is the importer of a check that stays inside one package.
type unfollowed struct{}

var errUnfollowed = errors.New("tidy: imports are not followed")

func (unfollowed) Import(string) (*types.Package, error) { return nil, errUnfollowed }

// resolve finds out what every name of the package means. A local variable
// may be called like one of the package: without this, writing to the one
// would be held against the other.
func (p *pack) resolve(fset *token.FileSet) {
	p.info = types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	p.changed = map[types.Object]string{}
	var syntax []*ast.File
	for _, f := range p.files {
		syntax = append(syntax, f.Syntax)
	}
	config := types.Config{Importer: unfollowed{}, Error: func(error) {}, DisableUnusedImportCheck: true}
	_, _ = config.Check(p.files[0].Dir(), fset, syntax, &p.info) // errors are the compiler's business
	for _, f := range syntax {
		ast.Inspect(f, p.note)
	}
}

// note remembers what a statement or expression does to a name.
func (p *pack) note(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, left := range n.Lhs {
			p.change(left, "is assigned to")
		}
	case *ast.IncDecStmt:
		p.change(n.X, "is counted up or down")
	case *ast.RangeStmt:
		p.change(n.Key, "is assigned to")
		p.change(n.Value, "is assigned to")
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			p.change(n.X, "has its address taken")
		}
	case *ast.CallExpr:
		p.noteCall(n)
	}
	return true
}

// noteCall remembers what the built-in and well-known functions that write
// into their first argument do to it.
func (p *pack) noteCall(n *ast.CallExpr) {
	if len(n.Args) == 0 {
		return
	}
	switch name := types.ExprString(n.Fun); name {
	case "append", "clear", "copy", "delete", "slices.Sort", "slices.SortFunc", "slices.SortStableFunc", "slices.Reverse", "sort.Strings", "sort.Slice":
		p.change(n.Args[0], "is given to "+name)
	}
}

// change notes what is done to the variable at the root of an expression:
// table[i].name = x changes table. Through a call or a literal nothing is
// followed: what they give is a value of its own, or somebody else's.
func (p *pack) change(e ast.Expr, what string) {
	for {
		switch x := e.(type) {
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.Ident:
			if o := p.info.Uses[x]; o != nil && p.changed[o] == "" {
				p.changed[o] = what
			}
			return
		default:
			return
		}
	}
}

// variable is one name declared by var at package level.
type variable struct {
	file   *File
	name   *ast.Ident
	object types.Object
	wrong  string // what is wrong with it as declared, "" for nothing
}

func (p *pack) variables() (all []variable) {
	for _, f := range p.files {
		if f.Test() {
			continue
		}
		for _, d := range f.Syntax.Decls {
			group, ok := d.(*ast.GenDecl)
			if !ok || group.Tok != token.VAR {
				continue
			}
			for _, s := range group.Specs {
				spec := s.(*ast.ValueSpec) // so the parser has it
				for i, name := range spec.Names {
					if name.Name != "_" {
						all = append(all, variable{f, name, p.info.Defs[name], wrongly(group, spec, i)})
					}
				}
			}
		}
	}
	return all
}

// wrongly says what is wrong with name i of a declaration, "" for nothing.
func wrongly(group *ast.GenDecl, spec *ast.ValueSpec, i int) string {
	const constant = "can change: make it a constant, a function's result, or an argument"
	switch {
	case embedded(group.Doc) || embedded(spec.Doc):
		return ""
	case i >= len(spec.Values):
		return constant
	}
	switch v := spec.Values[i].(type) {
	case *ast.CompositeLit:
		if kind := types.ExprString(v.Type); strings.HasPrefix(kind, "sync.") || strings.HasPrefix(kind, "atomic.") {
			return "is a " + kind + " shared by all: give it an owner"
		}
		return ""
	case *ast.CallExpr:
		call := types.ExprString(v.Fun)
		if slices.Contains(makers(), call) || call == "[]byte" {
			return ""
		}
		return "comes from " + call + ", which is not known to make what never changes"
	}
	return constant
}

func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}
