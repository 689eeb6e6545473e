package matcher

import "renfort/index"

// CandidatesBrute is Candidates by one look at everybody, without bounds, floor
// or quarters.
func (m *Matcher) CandidatesBrute(s *index.Snapshot, r *ReverseRequest, out *Candidates) error {
	q := &reverse{decay: newDecay()}
	*out = Candidates{Items: out.Items[:0]}
	if err := q.compile(s, r, m); err != nil {
		return err
	}
	q.list.begin(int(s.VolunteerRows)+1, s)
	for o := range s.VolunteerRows {
		if v := s.Volunteers.At(o); v.Exists {
			q.visitAt(isMoved, []index.Resident{s.Resident(o)}, v.Cell)
		}
	}
	out.Considered = q.scored
	q.write(out)
	return nil
}
