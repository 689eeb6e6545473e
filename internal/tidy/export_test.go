package tidy

// VariablesBut is Variables with one exception.
func VariablesBut(t *Tree, dir, name string) []Fault {
	return variables(t, []exception{{dir, name, "a fixture"}})
}
