package engine

import (
	"slices"

	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// Instead gives missions for those whom a mission sends home: the best of those
// like it that have a seat which can be held here, at most AlternativesMax.
// Those of publishers that sees refuses are left out; in danger, those in the
// same crisis too. It answers NotFound.
func (e *Engine) Instead(id mission.ID, danger bool, sees func(publisher string) bool) ([]mission.ID, error) {
	var page matcher.Page
	s := e.index.Snapshot()
	if err := e.matcher.Recommend(s, &matcher.Request{Like: id, Limit: mission.RecommendMax}, &page); err != nil {
		return nil, err
	}
	var next []mission.ID
	for i := range page.Items {
		o := uint32(page.Items[i].Ordinal)
		m := s.Missions.At(o)
		_, publisher := s.Dictionary.Term(m.Publisher)
		if page.Items[i].Free <= 0 || !m.Has(index.Here) || !sees(publisher) || danger && shareCrisis(s, id, o) {
			continue
		}
		if next = append(next, s.Texts.At(o).ID); len(next) == mission.AlternativesMax {
			break
		}
	}
	return next, nil
}

// shareCrisis says whether two missions are in one running crisis.
func shareCrisis(s *index.Snapshot, id mission.ID, o uint32) bool {
	of, ok := s.Mission(id)
	if !ok {
		return false
	}
	mine := s.CrisesOf(of)
	return slices.ContainsFunc(s.CrisesOf(o), func(c mission.ID) bool { return slices.Contains(mine, c) })
}
