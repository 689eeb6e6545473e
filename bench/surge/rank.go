package surge

import (
	"cmp"
	"math"
	"slices"

	"renfort/bench/world"
	"renfort/matcher"
	"renfort/mission"
)

// order fills the page for a request from what the site knows.
func (p *play) order(r *matcher.Request, person int32) error {
	if !p.arm.Perturbed {
		return p.ranker.Recommend(p.known, r, &p.page)
	}
	return p.perturb(r)
}

// draws is a number per seat, from 0 to 1, ascending within a mission: where
// k seats are taken, draws[m][k] takes the place of the share taken in the
// formula of congestion. That is Perturbed Greedy (Aggarwal, Goel, Karande and
// Mehta 2011) with each seat a node of its own; with many seats it comes to the
// share taken.
type draws [][]float64

func drawSeats(s *world.Surge) draws {
	d := make(draws, len(s.Sites))
	for m, site := range s.Sites {
		d[m] = make([]float64, site.Seats)
		for i := range d[m] {
			d[m][i] = s.Unit(m, i)
		}
		slices.Sort(d[m])
	}
	return d
}

// perturb ranks by relevance with the engine, as many missions as it gives, and
// puts those into the order of relevance times perturbed congestion. A page is
// exact if what was left out cannot come before its last; the ledger counts
// those that are not known to be.
func (p *play) perturb(r *matcher.Request) error {
	limit := r.Limit
	r.Limit = mission.RecommendMax
	defer func() { r.Limit = limit }()
	if err := p.ranker.Recommend(p.known, r, &p.page); err != nil {
		return err
	}
	items := p.page.Items
	beyond := 0.0 // the greatest score of what was left out
	if len(items) == mission.RecommendMax {
		beyond = items[len(items)-1].Score
	}
	for i := range items {
		l := p.known.Live.At(uint32(items[i].Ordinal))
		taken := int(l.Total - l.Free)
		u := p.draws[p.of[uint32(items[i].Ordinal)]][taken]
		items[i].Score *= (1 - math.Exp(u-1)) / (1 - 1/math.E)
	}
	slices.SortStableFunc(items, func(a, b matcher.Item) int { return cmp.Compare(b.Score, a.Score) })
	p.page.Items = items[:min(limit, len(items))]
	p.ledger.Pages++
	if n := len(p.page.Items); n > 0 && p.page.Items[n-1].Score < beyond {
		p.ledger.Inexact++
	}
	return nil
}

// relevanceEvery is how many people there are to one whose lists are compared
// with greedy ones.
const relevanceEvery = 16

// compare sets the relevance of a list to its reader against that of the list
// that looks at nothing else, ranked at the same moment.
func (p *play) compare(person int32, r *matcher.Request) error {
	shown := 0.0
	for i := range p.page.Items {
		shown += relevance(p.page.Items[i].Reasons)
	}
	liked := 0
	for _, m := range p.guests[person].list {
		liked += p.surge.Chance(int(person), int(m))
	}
	r.Policy, r.Explain = p.greedy, true
	if err := p.ranker.Recommend(p.known, r, &p.best); err != nil {
		return err
	}
	best, could := 0.0, 0
	for i := range p.best.Items {
		best += relevance(p.best.Items[i].Reasons)
		could += p.surge.Chance(int(person), int(p.of[uint32(p.best.Items[i].Ordinal)]))
	}
	p.ledger.compared(shown, best, liked, could)
	return nil
}

// relevance is what the factors of the person's side multiply to.
func relevance(reasons []matcher.Reason) float64 {
	v := 1.0
	for _, r := range reasons {
		switch r.Factor {
		case "affinity", "distance", "availability":
			v *= r.Value
		}
	}
	return v
}
