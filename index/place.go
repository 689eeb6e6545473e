package index

// Place gives the department of a mission's first address and its first
// domain by number, "" for none.
func (s *Snapshot) Place(m *Mission) (department, domain string) {
	if m.Addresses.Len > 0 {
		a := s.Addresses.At(m.Addresses.First)
		for _, n := range s.Terms.At(a.Terms) {
			if f, value := s.Dictionary.Term(n); f == Department {
				department = value
			}
		}
	}
	for i := range s.Taxonomy.Domains {
		if m.Domains&(1<<i) != 0 {
			return department, s.Taxonomy.Domains[i].ID
		}
	}
	return department, ""
}
