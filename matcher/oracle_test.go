package matcher_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// Goal: the page of a request is that of section 5 of the design.
//
// Method: a brute force that shares no code with index and matcher (files
// oracle_*_test.go) keeps its own state of missions, seats, organisations,
// people and time, and answers every request by scoring every mission. Random
// requests are asked of both while random changes go into both.
//
// Every request is also asked of a second matcher that has seen nothing else,
// once more with the explanation switched over, and again after later changes
// on the snapshot it was first asked on: all must be the same.
var (
	oracleSeed     = flag.Uint64("seed", 1, "seed of the oracle's worlds")
	oracleRequests = flag.Int("requests", 0, "requests to ask the oracle; 0: 10,000, 200 with -race, 500 with -short")
)

func TestOracle(t *testing.T) {
	requests := *oracleRequests
	if requests == 0 {
		requests = 10_000
		if raceEnabled {
			requests = 200 // .ci/run asks the others without the detector
		}
		if testing.Short() {
			requests = 500
		}
	}
	served := 0
	for i, terrain := range terrains() {
		t.Run(terrain.name, func(t *testing.T) {
			o := openOracle(t, *oracleSeed+uint64(i), terrain)
			o.flood = i%3 != 2 // crises in most worlds, beside some without
			for asked := 0; asked < requests*terrain.requests/100; {
				asked += o.round(t)
			}
			o.report(t)
			served += o.served
		})
	}
	if requests >= 10_000 && served < 30 && !t.Failed() {
		t.Errorf("-seed %d: the place for a mission nobody took was given %d times; draw more of them", *oracleSeed, served)
	}
}

// oracle is a world in which requests are checked.
type oracle struct {
	*maker
	seed     uint64
	policies []*mission.Policy
	index    *index.Index
	matcher  *matcher.Matcher
	kept     []keptAnswer // of earlier snapshots

	asked, widened, empty, served, tied int // what was met
}

type keptAnswer struct {
	snapshot *index.Snapshot
	request  *matcher.Request
	items    []matcher.Item
}

func openOracle(t *testing.T, seed uint64, of terrain) *oracle {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 7))
	toy := newToy(mission.DefaultPolicy())
	toy.now = oracleStart
	if of.wide {
		toy.taxonomy = wideTaxonomy()
	}
	o := &oracle{maker: &maker{Rand: rng, terrain: of, t: toy}, seed: seed, matcher: matcher.New(toy.zones)}
	o.policies = append(o.maker.policies(6), toy.policy)
	o.index = index.New(index.Options{Policy: toy.policy, Taxonomy: toy.taxonomy, Places: gazetteer.Default(), Zones: toy.zones, Standing: matcher.Standing})
	var cs []mission.Change
	for i := range of.missions {
		cs = append(cs, toy.put(o.mission(fmt.Sprint("m", i))))
	}
	for i := range 10 {
		cs = append(cs, toy.putVolunteer(o.volunteer(fmt.Sprint("v", i), true)))
	}
	o.apply(append(cs, toy.tick(1)))
	return o
}

func (o *oracle) apply(cs []mission.Change) {
	o.index.Apply(cs)
	o.t.applied()
}

// round changes the world and asks a few requests; it gives how many.
func (o *oracle) round(t *testing.T) int {
	t.Helper()
	o.apply(o.changes(o.policies))
	if o.equal && o.asked%40 == 0 { // the equals become equal again
		var cs []mission.Change
		for _, m := range o.t.alive() {
			cs = append(cs, o.t.put(o.mission(m.ID)), o.t.seated(o.t.missions[m.ID], mission.SeatsChanged, func(s *mission.Seats) {
				*s = mission.Seats{Ordinal: s.Ordinal, State: mission.StateOpen, Created: oracleStart, Slots: []mission.SlotTerms{{}}, Pools: []mission.Pool{{Total: 1}}}
			}))
		}
		o.apply(append(cs, o.t.tick(60)))
	}
	n := 1 + o.IntN(20)
	for range n {
		r := o.request(o.policies)
		o.check(t, r)
	}
	o.checkKept(t)
	return n
}

// check asks one request of the matcher and of the oracle.
func (o *oracle) check(t *testing.T, r *matcher.Request) {
	t.Helper()
	s := o.index.Snapshot()
	got := o.recommend(t, o.matcher, s, r)
	o.asked++
	a := o.t.ask(r)
	widened := a.widen()
	if got.Widened != widened {
		o.fail(t, r, "widened: got %+v, want %+v", got.Widened, widened)
	}
	found := a.found()
	o.checkItems(t, a, got, found)
	want := a.page(found)
	if !slices.EqualFunc(got.Items, want, func(g matcher.Item, w *scored) bool { return g.ID == w.m.ID }) {
		o.fail(t, r, "order:\n%s", sideBySide(got.Items, want))
	}
	if got.Seq != o.t.seq || got.At != o.t.now || got.Policy != a.policy.Key() {
		o.fail(t, r, "got seq %d, at %d, policy %s; want %d, %d, %s", got.Seq, got.At, got.Policy, o.t.seq, o.t.now, a.policy.Key())
	}
	o.checkRepeats(t, s, r, got)
	o.note(got, a, s)
}

func (o *oracle) recommend(t *testing.T, by *matcher.Matcher, s *index.Snapshot, r *matcher.Request) *matcher.Page {
	t.Helper()
	page := new(matcher.Page)
	if err := by.Recommend(s, r, page); err != nil {
		o.fail(t, r, "got error %v, want a page", err)
	}
	return page
}

// checkItems compares each item with what the oracle found, and orders the
// oracle by the scores given where they agree: neighbours closer than rounding
// may stand either way. Missions that are not on the page and score exactly
// like one that is are ordered like it, so that the draw of ties is checked.
func (o *oracle) checkItems(t *testing.T, a *ask, got *matcher.Page, found []*scored) {
	t.Helper()
	byID, given := map[mission.ID]*scored{}, map[float64]float64{}
	for _, f := range found {
		f.key = f.score * (1 - 1e-10)
		byID[f.m.ID] = f
	}
	for i := range got.Items {
		g := &got.Items[i]
		f := byID[g.ID]
		if f == nil {
			o.fail(t, a.request, "got %s, which is not for this request", g.ID)
		}
		if !near(g.Score, f.score, 1e-9) || math.Abs(g.Km-f.way.km) > 1e-6 {
			o.fail(t, a.request, "%s: got score %v at %v km, want %v at %v km", g.ID, g.Score, g.Km, f.score, f.way.km)
		}
		f.key, given[f.score] = g.Score, g.Score
		o.checkShown(t, a, g, f)
		o.checkReasons(t, a, g)
	}
	for _, f := range found {
		if key, ok := given[f.score]; ok && f.key != key {
			f.key = key
			o.tied++
		}
	}
}

func near(a, b, relative float64) bool {
	return math.Abs(a-b) <= relative*math.Max(math.Abs(a), math.Abs(b))
}

// checkShown compares the address and the seats that an item shows.
func (o *oracle) checkShown(t *testing.T, a *ask, g *matcher.Item, f *scored) {
	t.Helper()
	free, endless := o.t.seatsLeft(f.m.seats)
	if _, known := toyTotal(f.m.seats); !known || endless {
		free = -1
	}
	if g.Free != free || g.Ordinal != f.m.ordinal {
		o.fail(t, a.request, "%s: got %d free, ordinal %d; want %d, %d", g.ID, g.Free, g.Ordinal, free, f.m.ordinal)
	}
	if f.way.address < 0 {
		if g.Location != nil {
			o.fail(t, a.request, "%s from afar: got the place %s, want none", g.ID, g.Location)
		}
		return
	}
	var l mission.Location
	if err := json.Unmarshal(g.Location, &l); err != nil {
		o.fail(t, a.request, "%s: place %q: %v", g.ID, g.Location, err)
	}
	want := f.m.Locations[f.way.address]
	p, _ := l.Point()
	if a.placed && (math.Abs(greatCircleKm(a.at, p)-f.way.km) > 1e-6 || !passesPlace(a.filter, &l)) || !a.placed && l.ID != want.ID {
		o.fail(t, a.request, "%s: got the place %s, want %s", g.ID, g.Location, want.ID)
	}
}

// checkReasons: the reasons multiply to the score, and are there only if asked
// for.
func (o *oracle) checkReasons(t *testing.T, a *ask, g *matcher.Item) {
	t.Helper()
	if !a.request.Explain {
		if g.Reasons != nil {
			o.fail(t, a.request, "%s: got reasons that nobody asked for", g.ID)
		}
		return
	}
	product, names := 1.0, []string{}
	for _, r := range g.Reasons {
		product *= math.Pow(r.Value, r.Weight)
		names = append(names, r.Factor)
	}
	if !near(product, g.Score, 1e-9) {
		o.fail(t, a.request, "%s: reasons multiply to %v, the score is %v: %+v", g.ID, product, g.Score, g.Reasons)
	}
	want := []string{"affinity", "distance", "availability", "urgency", "quality", "congestion"}
	if !a.placed {
		want = slices.Delete(want, 1, 2)
	}
	if !slices.Equal(names, want) {
		o.fail(t, a.request, "%s: got factors %v, want %v", g.ID, names, want)
	}
}

// checkRepeats asks again: a matcher without a past, with the explanation the
// other way.
func (o *oracle) checkRepeats(t *testing.T, s *index.Snapshot, r *matcher.Request, got *matcher.Page) {
	t.Helper()
	if again := o.recommend(t, matcher.New(o.t.zones), s, r); string(bytesOf(t, again.Items)) != string(bytesOf(t, got.Items)) {
		o.fail(t, r, "asked again: %s", firstDifference(t, again.Items, got.Items))
	}
	other := *r
	other.Explain = !r.Explain
	if again := o.recommend(t, o.matcher, s, &other); !sameItems(again.Items, got.Items) {
		o.fail(t, r, "explain=%v: %s", other.Explain, firstDifference(t, again.Items, got.Items))
	}
}

func bytesOf(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sameItems compares items without their reasons.
func sameItems(a, b []matcher.Item) bool {
	return slices.EqualFunc(a, b, func(x, y matcher.Item) bool {
		x.Reasons, y.Reasons = nil, nil
		return reflect.DeepEqual(x, y)
	})
}

// note counts what was met and keeps an answer for later.
func (o *oracle) note(got *matcher.Page, a *ask, s *index.Snapshot) {
	r := a.request
	if got.Widened.ToKm > 0 {
		o.widened++
	}
	if len(got.Items) == 0 {
		o.empty++
	}
	if a.served {
		o.served++
	}
	if r.Volunteer == "" && o.chance(0.2) { // people are one for all snapshots
		o.kept = append(o.kept, keptAnswer{s, r, got.Items})
	}
}

// checkKept asks old snapshots again.
func (o *oracle) checkKept(t *testing.T) {
	t.Helper()
	for len(o.kept) > 4 {
		k := o.kept[0]
		o.kept = o.kept[1:]
		if again := o.recommend(t, o.matcher, k.snapshot, k.request); !reflect.DeepEqual(again.Items, k.items) {
			o.fail(t, k.request, "snapshot %d of policy %s asked later: %s", k.snapshot.Seq, k.snapshot.Policy.Key(), firstDifference(t, again.Items, k.items))
		}
	}
}

// report fails if the draw left something out.
func (o *oracle) report(t *testing.T) {
	t.Logf("%s: %d requests to %d missions: %d widened, %d empty, %d with a place given to an unserved mission, %d ties at the edge of a page",
		o.name, o.asked, len(o.t.missions), o.widened, o.empty, o.served, o.tied)
	if o.asked >= 500 && (o.widened == 0 || o.empty > o.asked/2 || o.equal && o.tied == 0) {
		t.Errorf("seed %d: the requests drawn do not say much", o.seed)
	}
}

// fail ends the test with everything that a person needs to look into it.
func (o *oracle) fail(t *testing.T, r *matcher.Request, format string, args ...any) {
	t.Helper()
	who := r.Profile
	switch {
	case r.Volunteer != "":
		who = o.t.volunteers[r.Volunteer]
	case r.Like != "":
		who = madeFor(o.t.missions[r.Like].Mission)
	}
	policy := cmp.Or(r.Policy, o.t.policy)
	t.Fatalf("-seed %d, world %q, request %d, seq %d: %s\nlimit %d, exclude %v\nwho %s\nfilter %s\npolicy (in force: %v) %+v", o.seed, o.name, o.asked, o.t.seq,
		fmt.Sprintf(format, args...), r.Limit, r.Exclude, bytesOf(t, who), wordsOf(r.Filter), policy == o.t.policy, *policy)
}

// wordsOf writes what a filter asks for.
func wordsOf(f *mission.Filter) string {
	if f == nil {
		return "none"
	}
	var b strings.Builder
	v := reflect.ValueOf(*f)
	for i := range v.NumField() {
		if field := v.Field(i); !field.IsZero() {
			fmt.Fprintf(&b, "%s=%+v ", v.Type().Field(i).Name, reflect.Indirect(field))
		}
	}
	return b.String()
}

// firstDifference shows where two pages part.
func firstDifference(t *testing.T, got, want []matcher.Item) string {
	t.Helper()
	for i := range min(len(got), len(want)) {
		if !reflect.DeepEqual(got[i], want[i]) {
			return fmt.Sprintf("item %d: got\n%+v\n%s\nwant\n%+v\n%s", i, got[i], bytesOf(t, got[i]), want[i], bytesOf(t, want[i]))
		}
	}
	return fmt.Sprintf("got %d items, want %d", len(got), len(want))
}

// sideBySide shows two orders.
func sideBySide(got []matcher.Item, want []*scored) string {
	var b strings.Builder
	for i := range max(len(got), len(want)) {
		g, w := "-", "-"
		if i < len(got) {
			g = fmt.Sprintf("%s %.12g", got[i].ID, got[i].Score)
		}
		if i < len(want) {
			w = fmt.Sprintf("%s %.12g (org %q group %q %s unserved %v)", want[i].m.ID, want[i].key, want[i].m.OrganizationID(), want[i].m.Group, want[i].m.Remote, want[i].unserved)
		}
		fmt.Fprintf(&b, "%3d got %-28s want %s\n", i+1, g, w)
	}
	return b.String()
}
