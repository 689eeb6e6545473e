package truth

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"renfort/mission"
)

// tolerance is what two scores may differ by and still be the same, as a share.
const tolerance = 1e-6

// Verdict says what an answer was compared with, and in what it differs.
type Verdict struct {
	Differences []string // a line each, in plain words; none: the answer is right
	Missions    int      // looked at on the page
	Exact       int      // of these, whose score was derived
	Given       int      // of these, whose p_miss was given by the answer, not derived
}

// told is an answer of POST /v1/recommendations.
type told struct {
	Recommendations []toldItem `json:"recommendations"`
	Policy          string     `json:"policy"`
	At              time.Time  `json:"at"`
	Widened         *Widened   `json:"widened"`
	Degraded        bool       `json:"degraded"`
}

type toldItem struct {
	ID         mission.ID `json:"id"`
	Score      float64    `json:"score"`
	DistanceKm *float64   `json:"distance_km"`
	SeatsFree  *int       `json:"seats_free"`
	Reasons    []struct {
		Factor string  `json:"factor"`
		Value  float64 `json:"value"`
		Weight float64 `json:"weight"`
	} `json:"reasons"`
}

// Differ compares an answer with the truth at the answer's own instant: each
// difference is a line. It is Compare for whoever wants to know no more.
func (t *Truth) Differ(q Request, answer []byte) []string { return t.Compare(q, answer).Differences }

// Compare compares the body of an answer of POST /v1/recommendations with the
// truth at the answer's own instant. An answer that cannot be read, or a request
// that is not judged here, is a difference too. Safe for concurrent use; the
// first answer of an instant costs as much as ten.
func (t *Truth) Compare(q Request, answer []byte) Verdict {
	var got told
	if err := json.Unmarshal(answer, &got); err != nil || got.At.IsZero() {
		return Verdict{Differences: []string{fmt.Sprintf("the answer cannot be read: %v", err)}}
	}
	a, err := t.ask(q, got.At.Unix())
	if err != nil {
		return Verdict{Differences: []string{err.Error()}}
	}
	c := comparison{ask: a, got: &got, verdict: Verdict{Missions: len(got.Recommendations)}}
	c.compare()
	return c.verdict
}

// comparison is one answer being compared.
type comparison struct {
	*ask
	got     *told
	verdict Verdict
}

func (c *comparison) report(format string, args ...any) {
	c.verdict.Differences = append(c.verdict.Differences, fmt.Sprintf(format, args...))
}

func (c *comparison) compare() {
	if key := c.rules.Policy.Key(); c.got.Policy != key {
		c.report("ranked by the policy %s, not %s", c.got.Policy, key)
	}
	if w := c.widen(); (w == nil) != (c.got.Widened == nil) || w != nil && !same(w, c.got.Widened) {
		c.report("widened is %s, not %s", words(c.got.Widened), words(w))
	}
	all := c.find()
	at := map[int]*found{}
	for i := range all {
		at[all[i].i] = &all[i]
		all[i].key = all[i].score.least * (1 - tolerance) // at least; and of equals, those on the page come first
	}
	ids := make([]mission.ID, 0, len(c.got.Recommendations))
	for k := range c.got.Recommendations {
		it := &c.got.Recommendations[k]
		if slices.Contains(ids, it.ID) {
			c.report("%s is there twice", it.ID)
			return
		}
		ids = append(ids, it.ID)
		c.item(k, it, at)
	}
	c.order(all, ids)
}

func same(w, x *Widened) bool {
	return math.Abs(w.AskedKm-x.AskedKm) < 1e-3 && math.Abs(w.ToKm-x.ToKm) < 1e-3
}

func words(w *Widened) string {
	if w == nil {
		return "null"
	}
	return fmt.Sprintf("%v to %v km", w.AskedKm, w.ToKm)
}

// item compares one mission of the page, and orders it by its score if that is
// possible.
func (c *comparison) item(place int, it *toldItem, at map[int]*found) {
	i, known := c.byID[it.ID]
	if !known {
		c.report("place %d: %s is no mission", place+1, it.ID)
		return
	}
	if why := c.bars(i); why != "" {
		c.report("place %d: %s should not be there: %s", place+1, it.ID, why)
		return
	}
	f := at[i]
	if f == nil {
		c.report("place %d: %s should not be there: it is out of reach", place+1, it.ID)
		return
	}
	c.shown(it, f)
	want, exact := f.score, f.score.exact() && c.rows[i].sure
	if c.request.Explain && it.Reasons == nil && !c.got.Degraded {
		c.report("%s is not explained", it.ID)
	}
	if it.Reasons != nil {
		if given, ok := c.reasons(it, f); ok && !exact {
			want = exactly(given)
			c.verdict.Given++
		}
	}
	if exact {
		c.verdict.Exact++
	}
	if !want.has(it.Score) {
		c.report("%s scores %.9g, not %s", it.ID, it.Score, want)
		return
	}
	f.key = it.Score
}

// String writes what is known.
func (b bounds) String() string {
	if b.exact() {
		return fmt.Sprintf("%.9g", b.most)
	}
	return fmt.Sprintf("%.9g to %.9g", b.least, b.most)
}

// shown compares what is said beside the score.
func (c *comparison) shown(it *toldItem, f *found) {
	if (it.DistanceKm == nil) != (f.km < 0) || it.DistanceKm != nil && math.Abs(*it.DistanceKm-f.km) > 1e-3 {
		c.report("%s is %s km away, not %.3f", it.ID, number(it.DistanceKm), f.km)
	}
	if free := c.stands[f.i].free; c.rows[f.i].sure && ((it.SeatsFree == nil) != (free < 0) || it.SeatsFree != nil && *it.SeatsFree != free) {
		c.report("%s has %s free seats, not %d", it.ID, number(it.SeatsFree), free)
	}
}

// number writes one that may be null.
func number[T any](v *T) string {
	if v == nil {
		return "null"
	}
	return fmt.Sprint(*v)
}

// reasons compares the factors of a score with the truth's, and their product
// with the score. given is what the factors that are not derived make of it; ok
// is false if they are not all there, or are wrong.
func (c *comparison) reasons(it *toldItem, f *found) (given float64, ok bool) {
	s, w, r := &c.stands[f.i], c.rules.Policy.Weights, &c.rows[f.i]
	availability := exactly(f.availability)
	if !r.sure {
		availability.most = 1
	}
	type factor struct {
		name   string
		value  bounds
		weight float64
	}
	want := []factor{{"affinity", exactly(f.affinity), w.Affinity}, {"distance", exactly(f.distance), w.Distance}, {"availability", availability, w.Availability},
		{"urgency", s.urgency, w.Urgency}, {"quality", exactly(s.quality), w.Quality}, {"congestion", s.congestion, w.Congestion}}
	if !c.placed {
		want = slices.Delete(want, 1, 2)
	}
	if len(it.Reasons) != len(want) {
		c.report("%s has %d reasons, not %d", it.ID, len(it.Reasons), len(want))
		return 0, false
	}
	product, given, ok := 1.0, 1.0, true
	for k, reason := range it.Reasons {
		x := want[k]
		product *= math.Pow(reason.Value, reason.Weight)
		switch {
		case reason.Factor != x.name || reason.Weight != x.weight:
			c.report("%s: reason %d is %s to the %v, not %s to the %v", it.ID, k+1, reason.Factor, reason.Weight, x.name, x.weight)
			ok = false
		case !x.value.has(reason.Value):
			c.report("%s: %s is %.9g, not %s", it.ID, x.name, reason.Value, x.value)
			ok = false
		}
		if !x.value.exact() {
			x.value = exactly(reason.Value)
		}
		given *= math.Pow(x.value.most, x.weight)
	}
	if math.Abs(product-it.Score) > tolerance*math.Max(product, it.Score) {
		c.report("%s scores %.9g, and its reasons multiply to %.9g", it.ID, it.Score, product)
	}
	return given, ok
}

// order compares who stands where.
func (c *comparison) order(all []found, ids []mission.ID) {
	page := c.arrange(all, ids)
	on := map[mission.ID]bool{}
	for _, f := range page {
		on[c.rows[f.i].ID] = true
	}
	first := -1
	for k := range max(len(page), len(ids)) {
		if k >= len(page) || k >= len(ids) || c.rows[page[k].i].ID != ids[k] {
			first = k
			break
		}
	}
	if first < 0 {
		return
	}
	if len(ids) != len(page) {
		c.report("the page has %d missions, not %d", len(ids), len(page))
	}
	if first < len(page) && first < len(ids) {
		f := page[first]
		c.report("place %d has %s, not %s (%.9g)", first+1, ids[first], c.rows[f.i].ID, f.key)
	}
	for k, f := range page {
		if id := c.rows[f.i].ID; !slices.Contains(ids, id) {
			c.report("%s (%.9g) is missing: it belongs to place %d", id, f.key, k+1)
		}
	}
	for k, id := range ids {
		if i, known := c.byID[id]; known && !on[id] && c.bars(i) == "" {
			c.report("place %d: %s should not be on the page", k+1, id)
		}
	}
}
