package api

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/matcher"
	"renfort/mission"
)

// countBody is POST /v1/volunteers/count.
type countBody struct {
	Area    *mission.Area  `json:"area"`
	Filters jsontext.Value `json:"filters"`
	By      []string       `json:"by"`
}

// countVolunteers answers POST /v1/volunteers/count.
//
// No number under mission.GroupMin is shown, nor one from which such a number
// could be had by subtraction: below a total that is not shown nothing is; of
// numbers that add up to the total (those who can be reached now, who rest, and
// the others; departments; channels) the least that could be shown is withheld,
// as null, where those under GroupMin would be told by what is left of the
// total; of numbers that overlap (domains, skills, equipment, languages) those
// are withheld that nearly everybody is in. Two requests that differ by a few
// people tell them apart all the same: that is why this is for crisis teams.
func (c *call) countVolunteers() error {
	r, err := c.readCount()
	if err != nil {
		return err
	}
	if err := c.late(); err != nil {
		return err
	}
	n := c.s.engine.CountVolunteers(r)
	c.private()
	others := n.Total - n.Reachable - n.AtRest
	parts := shownParts([]int{n.Reachable, n.AtRest, others})
	if n.Total < mission.GroupMin {
		parts = []string{tooFew, tooFew, tooFew}
	}
	c.out = appendPeople(append(c.out, `{"total":`...), n.Total)
	c.out = append(append(c.out, `,"reachable_now":`...), parts[0]...)
	c.out = append(append(c.out, `,"at_rest":`...), parts[1]...)
	c.out = append(c.out, `,"groups":{`...)
	for i, by := range r.By {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = append(appendString(c.out, by), ':')
		c.out = appendCounts(c.out, n.Groups[by], n.Total, by == "department" || by == "channel")
	}
	c.out = append(c.appendSeqTook(append(c.out, '}'), n.Seq), '}')
	return nil
}

// readCount reads the body. An area that is there must say something: an empty
// one is a mistake, not the whole country.
func (c *call) readCount() (*matcher.CountRequest, error) {
	var b countBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	r := &matcher.CountRequest{Area: b.Area, By: b.By}
	if c.key.limited() {
		r.Publishers = c.key.publishers
	}
	if b.Area != nil {
		if err := c.s.engine.Intake().Area(b.Area); err != nil {
			return nil, err
		}
	}
	fields := matcher.CountFields()
	for i, by := range b.By {
		switch {
		case !slices.Contains(fields[:], by):
			return nil, invalid("/by/"+strconv.Itoa(i), "is none of "+joinWords(fields[:]))
		case slices.Contains(b.By[:i], by):
			return nil, invalid("/by/"+strconv.Itoa(i), "is named twice")
		}
	}
	var err error
	r.Filter, err = c.volunteerFilters(b.Filters)
	return r, err
}

// tooFew stands for a number under mission.GroupMin, withheld for one that
// would tell such a number.
const (
	tooFew   = `"<11"`
	withheld = "null"
)

// shownParts gives what is shown of numbers whose sum is shown. Where some are
// under GroupMin, and what they come to together tells too much, the least of
// the others is withheld too: too much is a sum under GroupMin, or one so large
// that it tells them all.
func shownParts(parts []int) []string {
	const most = mission.GroupMin - 1
	shown := make([]string, len(parts))
	few, sum, least := 0, 0, -1
	for i, n := range parts {
		switch {
		case n == 0:
			shown[i] = tooFew // nobody is betrayed by it, nor counted in what is hidden
		case n < mission.GroupMin:
			shown[i] = tooFew
			few, sum = few+1, sum+n
		default:
			shown[i] = strconv.Itoa(n)
			if least < 0 || n < parts[least] {
				least = i
			}
		}
	}
	if few > 0 && least >= 0 && (sum < mission.GroupMin || few*most-sum < mission.GroupMin) {
		shown[least] = withheld
	}
	return shown
}

// appendCounts appends a field's groups, the largest first. Of a total that is
// not shown there are none.
func appendCounts(b []byte, groups map[string]int, total int, partition bool) []byte {
	if total < mission.GroupMin {
		return append(b, "[]"...)
	}
	values := slices.SortedFunc(maps.Keys(groups), func(a, c string) int {
		return cmp.Or(cmp.Compare(max(groups[c], mission.GroupMin-1), max(groups[a], mission.GroupMin-1)), cmp.Compare(a, c))
	})
	counts := make([]int, len(values))
	for i, v := range values {
		counts[i] = groups[v]
	}
	shown := shownParts(counts)
	if !partition {
		for i, n := range counts {
			if shown[i] = shownParts([]int{n})[0]; total-n > 0 && total-n < mission.GroupMin {
				shown[i] = withheld
			}
		}
	}
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendStringOrNull(append(b, `{"value":`...), v)
		b = append(append(append(b, `,"total":`...), shown[i]...), '}')
	}
	return append(b, ']')
}
