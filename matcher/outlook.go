package matcher

import (
	"math"

	"renfort/index"
)

// How an outlook is reckoned: simply, from what is known at the moment of the
// page. The worlds of bench/world say how well it is calibrated.
const (
	// outlookDays is the time in which a seat is hoped for.
	outlookDays = 1
	// outlookTake is the chance that somebody who is shown a mission wants it
	// and gets as far as its form: a page of ten gives two in three a mission.
	outlookTake = 0.10
	// outlookKeep is the chance that a held seat is confirmed: one form in four
	// is abandoned.
	outlookKeep = 0.75
)

// Outlook gives the chance that somebody who was shown a page gets a seat of
// one of its missions within 24 hours: 1 - product of (1 - take * left), where
// left is the chance that fewer others come for the mission in that time than
// there are seats, free or held and given back. Each mission fills at its
// smoothed rate.
//
// held and confirmed say that the person has a seat of the page already: held,
// it is kept with outlookKeep, else the rest of the page remains; confirmed,
// the chance is 1. An empty page and no seat: 0.
func Outlook(s *index.Snapshot, p *Page, held, confirmed bool) float64 {
	if confirmed {
		return 1
	}
	none := 1.0
	for i := range p.Items {
		none *= 1 - outlookTake*left(s, uint32(p.Items[i].Ordinal))
	}
	if held {
		none *= 1 - outlookKeep
	}
	return 1 - none
}

// left is the chance that a mission still has a seat a day from now. Where
// nobody knows how many it has, it does.
func left(s *index.Snapshot, o uint32) float64 {
	m, l := s.Missions.At(o), s.Live.At(o)
	if !l.Known() {
		return 1
	}
	seats := int(l.Free) + int(math.Round(float64(l.Held)*(1-outlookKeep)))
	return fewer(seats, fillRate(s.Policy, s.Climate, m, l)*outlookDays)
}

// fewer is the chance that a Poisson count of a mean is below n: as shortfall,
// it sums what weighs.
func fewer(n int, mean float64) float64 {
	if n <= 0 {
		return 0
	}
	return min(1, max(0, shortfall(n, mean)-shortfall(n-1, mean)))
}
