package matcher

// TookOldShelf says whether the last request was answered by a shelf from before
// the last renewal of bounds, as far as is known.
func (m *Matcher) TookOldShelf() bool {
	q := m.pool.Get().(*query)
	defer m.pool.Put(q)
	return q.raise > 1
}
