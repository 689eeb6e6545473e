package matcher

import (
	"math"

	"renfort/index"
)

// How an outlook is reckoned: simply, from what is known at the moment of the
// page. outlookTake is fitted to the surges of bench/world of 15, 30 and 60
// thousand arrivals, by the least Brier score of what was told with nothing
// held: to seed 11, checked on seed 12, where it scores 0.151, the base rate
// 0.182, and a logistic of five features of the page, fitted to the same, 0.152.
// `renfort bench world` reports the score on seeds 1 to 10. The people of these
// worlds come for a mission and click on the first they like: in real life,
// where some only look, the outlook says too much.
const (
	// outlookDays is the time in which a seat is hoped for.
	outlookDays = 1
	// outlookTake is the chance that somebody wants a mission of relevance 1
	// that they are shown, and reaches it on the page; one of half the relevance
	// half as often.
	outlookTake = 0.28
	// outlookKeep is the chance that a held seat is confirmed: one form in four
	// is abandoned in the worlds. Who abandons theirs there finishes no other.
	outlookKeep = 0.75
)

// Outlook gives the chance that somebody who was shown a page has a seat within
// 24 hours:
//
//	keep (1 - product over the page of (1 - take relevance left))
//
// where relevance is the part of the score that is the person's own (affinity,
// distance, availability, and the text), and left is the chance that fewer
// others come for the mission in that time than there are seats, free or held
// and given back, while it fills at its smoothed rate. More seats never make it
// less.
//
// held and confirmed say that the person has a seat already: held, it is keep,
// whatever the page; confirmed, it is 1. An empty page and no seat: 0. A page
// made by another policy than the one in force counts its relevance as well as
// that one can tell.
func Outlook(s *index.Snapshot, p *Page, held, confirmed bool) float64 {
	switch {
	case confirmed:
		return 1
	case held:
		return outlookKeep
	}
	none := 1.0
	for i := range p.Items {
		it := &p.Items[i]
		none *= 1 - outlookTake*relevance(s, uint32(it.Ordinal), it.Score)*left(s, uint32(it.Ordinal))
	}
	return outlookKeep * (1 - none)
}

// relevance is what a score has from the person, at most 1: without what the
// mission brings to any, which is nothing if it has filled since.
func relevance(s *index.Snapshot, o uint32, score float64) float64 {
	m := s.Missions.At(o)
	standing := Standing(s.Policy, s.Climate, m, s.Live.At(o), s.Orgs.At(m.Org))
	if standing <= score {
		return 1
	}
	return score / standing
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
