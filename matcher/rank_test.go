package matcher_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// Goal: rankings that a person can read, and judge when they change.
//
// Method: testdata/rank/*.txt say who asks for what among which missions; the
// answer stands below, "wanted" names the missions that belong on top, in
// their order, and "unwanted" those that must not be there. -update writes the
// answers; it never writes what is wanted.
//
//	# what the file shows
//	mission {...}         as the contract has it; put at log time
//	crowd 20 30 {...}     20 like it, spread eastwards over 30 km
//	taken m1 2            two seats confirmed at log time
//	record org 8 2        answered 8, ignored 2
//	tick 26h              log time moves
//	policy {...}          what it says of the policy in force is changed
//	ask {"profile":{...},"filter":{...},"limit":5,"seed":"s"}
//	wanted m1 m2
//	unwanted m3
//	----
//	the answer, to the next blank line
var updateGoldens = flag.Bool("update", false, "write the answers of testdata/rank")

const goldenFiles = "testdata/rank/*.txt"

func TestRankGoldens(t *testing.T) {
	for _, name := range mustGlob(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			was, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			now := play(t, string(was), mission.DefaultPolicy(), true)
			switch diff := cmp.Diff(string(was), now); {
			case diff == "" || t.Failed():
			case *updateGoldens:
				if err := os.WriteFile(name, []byte(now), 0o644); err != nil {
					t.Fatal(err)
				}
			default:
				t.Errorf("%s (-want +got; -update accepts it):\n%s", name, diff)
			}
		})
	}
}

func mustGlob(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(goldenFiles)
	if err != nil || len(names) < 15 {
		t.Fatalf("%s: %d files, %v", goldenFiles, len(names), err)
	}
	return names
}

// Goal: no constant of the policy can move without a golden that shows it.
//
// Method: each one is raised by a tenth (whole ones by one) and every golden
// played again; one of them at least must come out differently.
func TestEveryConstantIsPinned(t *testing.T) {
	files := map[string]string{}
	for _, name := range mustGlob(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = play(t, string(text), mission.DefaultPolicy(), false)
	}
	for _, path := range constants(t) {
		pinned := ""
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if pinned == "" && play(t, files[name], moved(t, path), false) != files[name] {
				pinned = filepath.Base(name)
			}
		}
		if pinned == "" {
			t.Errorf("%s: no golden changes with it", path)
		}
		t.Logf("%-36s %s", path, pinned)
	}
}

// constants names every number of the policy that ranking reads today.
func constants(t *testing.T) (paths []string) {
	t.Helper()
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				walk(at+"."+name, inner)
			}
		case float64:
			paths = append(paths, at[1:])
		}
	}
	for section, v := range policyMap(t) {
		if section != "seats" && section != "reverse" && section != "version" {
			walk("."+section, v)
		}
	}
	// Words come with search, and nothing is ranked by them yet.
	paths = slices.DeleteFunc(paths, func(p string) bool { return p == "weights.text" })
	slices.Sort(paths)
	return paths
}

func policyMap(t *testing.T) (m map[string]any) {
	t.Helper()
	b, err := json.Marshal(mission.DefaultPolicy())
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// moved gives the default policy with one constant moved.
func moved(t *testing.T, path string) *mission.Policy {
	t.Helper()
	all := policyMap(t)
	names := strings.Split(path, ".")
	at := all
	for _, n := range names[:len(names)-1] {
		at = at[n].(map[string]any)
	}
	last := names[len(names)-1]
	switch v := at[last].(float64); {
	case path == "diversity.unserved": // a switch
		at[last] = 1 - v
	case path == "affinity.activity" || v == 0:
		at[last] = v*0.9 + boolFloat(v == 0)*0.5
	case last == "remote_share": // counts in tenths of the window
		at[last] = v + 0.1
	case slices.Contains([]string{"scale_rank", "window", "per_organization", "per_group", "unserved_days"}, last):
		at[last] = v + 1
	default:
		at[last] = v * 1.1
	}
	b, err := json.Marshal(all)
	p := new(mission.Policy)
	if err == nil {
		err = json.Unmarshal(b, p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func boolFloat(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// stage is where one golden is played.
type stage struct {
	*testing.T
	*toy
	intake *mission.Intake
	index  *index.Index
	who    struct {
		Profile mission.Volunteer
		Filter  *mission.Filter
		Limit   int
		Seed    string
	}
	wanted, unwanted []string
	judge            bool // fail where wanted is not met
}

// goldenStart is the log time at which goldens begin: a Saturday evening.
var goldenStart = time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)

// newStage opens an index without missions at goldenStart.
func newStage(t *testing.T, p *mission.Policy) *stage {
	s := &stage{T: t, toy: newToy(p)}
	s.now = goldenStart.Unix()
	s.intake = mission.NewIntake(s.taxonomy, gazetteer.Default(), s.zones)
	s.index = index.New(index.Options{Policy: p, Taxonomy: s.taxonomy, Places: gazetteer.Default(), Zones: s.zones, Standing: matcher.Standing})
	s.index.Apply([]mission.Change{s.tick(0)})
	return s
}

// play gives a golden's text with the answers of now.
func play(t *testing.T, text string, p *mission.Policy, judge bool) string {
	t.Helper()
	s := newStage(t, p)
	s.judge = judge
	var out strings.Builder
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		out.WriteString(lines[i] + "\n")
		if lines[i] != "----" {
			s.command(lines[i])
			continue
		}
		s.answer(&out)
		for i+1 < len(lines) && lines[i+1] != "" {
			i++ // the answer that was
		}
	}
	return out.String()
}

// command obeys one line.
func (s *stage) command(line string) {
	s.Helper()
	word, rest, _ := strings.Cut(line, " ")
	args := strings.Fields(rest)
	switch word {
	case "", "#":
	case "mission":
		s.putJSON(rest, 0)
	case "crowd":
		head := strings.SplitN(rest, " ", 3)
		n, km := s.number(head[0]), s.number(head[1])
		for i := range int(n) {
			s.putJSON(strings.Replace(head[2], `"id":"`, fmt.Sprintf(`"id":"%02d-`, i+1), 1), km*float64(i+1)/n)
		}
	case "policy":
		p := *s.policy
		if err := json.Unmarshal([]byte(rest), &p); err != nil {
			s.Fatalf("%q: %v", line, err)
		}
		s.index.Apply([]mission.Change{s.putPolicy(&p)})
	case "taken":
		m := s.missions[args[0]]
		for i := range int(s.number(args[1])) {
			c := s.hold(m, 0, fmt.Sprint("somebody", i), fmt.Sprint(args[0], "-", s.seq))
			s.index.Apply([]mission.Change{c, s.resolve(s.holds[len(s.holds)-1], mission.SeatConfirmed, mission.Confirmed)})
		}
	case "record":
		r := mission.Record{Answered: int64(s.number(args[1])), Ignored: int64(s.number(args[2]))}
		s.index.Apply([]mission.Change{s.putOrg(args[0], toyOrg{record: r}, mission.OrganizationRecord)})
	case "tick":
		d, err := time.ParseDuration(args[0])
		if err != nil {
			s.Fatalf("%q: %v", line, err)
		}
		s.index.Apply([]mission.Change{s.tick(int64(d / time.Second))})
	case "ask":
		s.who.Profile, s.who.Filter, s.who.Limit, s.who.Seed = mission.Volunteer{}, nil, 20, ""
		if err := json.Unmarshal([]byte(rest), &s.who); err != nil {
			s.Fatalf("%q: %v", line, err)
		}
		s.wanted, s.unwanted = nil, nil
	case "wanted":
		s.wanted = args
	case "unwanted":
		s.unwanted = args
	default:
		s.Fatalf("%q: what is %q?", line, word)
	}
}

func (s *stage) number(word string) float64 {
	s.Helper()
	v, err := strconv.ParseFloat(word, 64)
	if err != nil {
		s.Fatal(err)
	}
	return v
}

// putJSON puts a mission as the contract writes it, so many km further east.
func (s *stage) putJSON(text string, km float64) {
	s.Helper()
	m := new(mission.Mission)
	if err := json.Unmarshal([]byte(text), m); err != nil {
		s.Fatalf("%s: %v", text, err)
	}
	if m.Title == "" {
		m.Title = m.ID
	}
	for i := range m.Locations {
		if l := &m.Locations[i]; l.Lon != nil {
			*l.Lon += km / (2 * math.Pi * earthKm / 360 * math.Cos(*l.Lat*math.Pi/180))
		}
	}
	if err := s.intake.Mission(m); err != nil {
		s.Fatalf("%s: %v", text, err)
	}
	s.index.Apply([]mission.Change{s.put(m, seatsAs(m, s.now))})
}

// seatsAs gives the seats of a mission that is new at a log time: its slots,
// or one unnamed with the mission's own days.
func seatsAs(m *mission.Mission, now int64) *mission.Seats {
	total := mission.SeatsUnknown
	if m.Seats != nil {
		total = *m.Seats
	}
	s := &mission.Seats{State: m.State, Booking: m.Booking, Starts: m.Times.Starts, Ends: m.Times.Ends, ApplyBefore: m.Times.ApplyBefore,
		MinAge: m.MinimumAge(), MaxAge: m.MaximumAge(), Created: now, Organization: m.OrganizationID(), Pools: []mission.Pool{{Total: total}}}
	for i, t := range m.Times.Slots {
		s.Slots = append(s.Slots, mission.SlotTerms{ID: m.Slots[i].ID, Starts: t.Starts, Ends: t.Ends, Days: t.Days})
	}
	if len(s.Slots) == 0 {
		s.Slots = []mission.SlotTerms{{Days: m.Times.Days}}
	}
	return s
}

// answer writes the page.
func (s *stage) answer(out *strings.Builder) {
	s.Helper()
	if err := s.intake.Profile(&s.who.Profile, time.Unix(s.now, 0)); err != nil {
		s.Fatal(err)
	}
	// Scales are taken at a Tick: what was put since counts in the next.
	s.index.Apply([]mission.Change{s.tick(60)})
	page := new(matcher.Page)
	r := &matcher.Request{Profile: &s.who.Profile, Filter: s.who.Filter, Limit: s.who.Limit, Seed: s.who.Seed, Explain: true}
	if err := matcher.New(s.zones).Recommend(s.index.Snapshot(), r, page); err != nil {
		s.Fatal(err)
	}
	if w := page.Widened; w.ToKm > 0 {
		fmt.Fprintf(out, "widened from %v to %v km\n", w.AskedKm, w.ToKm)
	}
	var ids []string
	for i, item := range page.Items {
		ids = append(ids, item.ID)
		fmt.Fprintf(out, "%2d. %-12s %.4f", i+1, item.ID, item.Score)
		for _, r := range item.Reasons {
			fmt.Fprintf(out, "  %s %.4g", r.Factor, r.Value)
			if r.Weight != 1 {
				fmt.Fprintf(out, "^%v", r.Weight)
			}
			if r.Text != "" {
				fmt.Fprintf(out, " (%s)", r.Text)
			}
		}
		out.WriteString("\n")
	}
	if len(ids) == 0 {
		out.WriteString("nothing\n")
	}
	if s.judge {
		s.judged(ids)
	}
}

// judged fails where the page is not what the file wants.
func (s *stage) judged(ids []string) {
	s.Helper()
	if len(s.wanted) == 0 && len(s.unwanted) == 0 {
		s.Errorf("a question without wanted or unwanted: %+v", s.who)
	}
	if len(ids) < len(s.wanted) || !slices.Equal(ids[:len(s.wanted)], s.wanted) {
		s.Errorf("got %v, want %v on top", ids, s.wanted)
	}
	for _, id := range s.unwanted {
		if slices.Contains(ids, id) {
			s.Errorf("got %v, with %s, which is unwanted", ids, id)
		}
	}
}
