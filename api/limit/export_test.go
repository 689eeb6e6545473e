package limit

// Told says that Wait would not wait.
func (p *Place) Told() bool { return len(p.told) > 0 }
