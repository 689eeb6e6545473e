package objects

// mergeSegments makes one segment of several, without the documents that are
// gone. No record is parsed again. A document is in one of the parts only.
func mergeSegments(parts []*part) *segment {
	total := 0
	for _, p := range parts {
		total += p.live
	}
	s := &segment{docs: make([]Object, 0, total), byName: make(map[string]int)}
	numbers := make([][]uint32, len(parts)) // numbers[i][d] is the new number of document d of part i
	for i, p := range parts {
		numbers[i] = make([]uint32, len(p.docs))
		for doc := range p.docs {
			if p.isDead(uint32(doc)) {
				numbers[i][doc] = gone
				continue
			}
			numbers[i][doc] = uint32(len(s.docs))
			s.docs = append(s.docs, p.docs[doc])
		}
	}
	mergeColumns(s, parts, numbers)
	s.places = mergePlaces(parts)
	s.words = mergeSegmentWords(s, parts, numbers)
	s.sortByID()
	s.size = s.bytes()
	return s
}

// mergeColumns merges column by column, so that only one is there twice.
func mergeColumns(s *segment, parts []*part, numbers [][]uint32) {
	for _, p := range parts {
		for _, c := range p.columns {
			if _, done := s.byName[c.name]; done {
				continue
			}
			b := newColumnBuilder(c.name)
			for i, q := range parts {
				if d := q.column(c.name); d != nil {
					b.take(d, numbers[i])
				}
			}
			s.byName[c.name] = len(s.columns)
			s.columns = append(s.columns, b.finish(len(s.docs)))
		}
	}
}
