package tidy

// Rule is one thing that the tree is held to.
type Rule struct {
	Name  string
	Check func(*Tree) []Fault
}

// Rules are all of them. The caller may change the slice.
func Rules() []Rule {
	return []Rule{
		{"ladder", Ladder},
		{"doors", Doors},
		{"lengths", Lengths},
		{"package docs", PackageDocs},
		{"exported docs", ExportedDocs},
		{"folders", Folders},
		{"init", Inits},
		{"variables", Variables},
		{"words", Words},
		{"gofmt", Formatted},
	}
}
