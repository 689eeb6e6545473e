package objects

// With gives the same records under other settings and synonyms: what a replica
// shows of its primary.
func (s *Snapshot) With(settings *Settings, synonyms []Synonym) *Snapshot {
	other := *s
	other.settings, other.synonyms = settings, newSynonymTable(synonyms, settings.Separators)
	return &other
}
