package index_test

// The questions of testdata/french are answered as people mean them: those of
// questions.txt from the missions beside it, those of real.txt from real
// missions. The files say how they are to be read; only texts count here, no
// seats, places or ranking.

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/mission"
)

const (
	frenchPath = "testdata/french"
	realPath   = "../../shared/data" // beside the project
)

func TestFrench(t *testing.T) {
	l := &library{}
	for _, b := range mustBlocks(t, filepath.Join(frenchPath, "missions.txt")) {
		l.add(b.mission(t))
	}
	l.ask(t, "questions.txt")
}

func TestReal(t *testing.T) {
	if _, err := os.Stat(realPath); err != nil {
		t.Skipf("real missions are not here: %v", err)
	}
	l := &library{}
	l.addPlatform(t, filepath.Join(realPath, "fr_jva_records.json"))
	l.addLines(t, filepath.Join(realPath, "missions_real.ndjson"))
	l.ask(t, "real.txt")
}

// library is missions that questions are put to.
type library struct {
	corpus corpus
	ids    []string // ids[o] of ordinal o
	titles []string
}

func (l *library) add(m *mission.Mission) {
	o := uint32(len(l.ids))
	l.ids, l.titles = append(l.ids, m.ID), append(l.titles, m.Title)
	l.corpus.docs = append(l.corpus.docs, index.TextOf(o, m, nil, mission.DefaultTaxonomy(), gazetteer.Default()))
}

// addPlatform adds records of the French public platform.
func (l *library) addPlatform(t *testing.T, name string) {
	var records []struct {
		ID           string `json:"_id"`
		Title        string
		Description  string
		Organization string `json:"organizationName"`
		City         string
		PostalCode   string
		Department   string `json:"departmentCode"`
		Domain       string
		Activity     string
	}
	data, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(data, &records)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		m := &mission.Mission{ID: "jva:" + r.ID, Title: r.Title, Description: r.Description, Organization: &mission.OrgRef{Name: r.Organization},
			Locations: []mission.Location{{City: r.City, PostalCode: r.PostalCode, Department: r.Department}}}
		if r.Domain != "" {
			m.Domains, m.Activities = []string{r.Domain}, []string{r.Activity}
		}
		l.add(m)
	}
}

// addLines adds missions in the contract's own form.
func (l *library) addLines(t *testing.T, name string) {
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		m := new(mission.Mission)
		if err := json.Unmarshal(line, m); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		l.add(m)
	}
}

// ask puts the questions of a file.
func (l *library) ask(t *testing.T, name string) {
	x := mustOpenText(t, t.TempDir(), &l.corpus)
	defer mustClose(t, x)
	r := mustReader(t, x)
	for _, b := range mustBlocks(t, filepath.Join(frenchPath, name)) {
		t.Run(b.name, func(t *testing.T) {
			found, relaxed := l.find(t, r, b.name)
			for _, w := range b.wanted {
				at := slices.Index(found, w.id)
				switch {
				case !slices.Contains(l.ids, w.id):
					t.Errorf("no mission %s", w.id)
				case w.sign == "=" && at != 0, w.sign == "3" && (at < 0 || at > 2), w.sign == "!" && at >= 0:
					t.Errorf("line %d: %q: %s is at %d of %d (relaxed %q), want %q; found:\n%s", b.line, b.name, w.id, at+1, len(found), relaxed, w.sign, l.list(found))
				}
			}
		})
	}
}

// find gives what a search without filters finds, best first.
func (l *library) find(t *testing.T, r *index.TextReader, q string) (found, relaxed []string) {
	w := index.ParseWords(q, false)
	m, err := r.Match(&w, false)
	if err == nil && len(m.Ordinals) == 0 {
		m, err = r.Closest(&w, func(uint32) bool { return true })
	}
	if err != nil {
		t.Fatal(err)
	}
	order := make([]int, len(m.Ordinals))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(m.Scores[b], m.Scores[a]) })
	for _, i := range order {
		found = append(found, l.ids[m.Ordinals[i]])
	}
	return found, m.GivenUp
}

// list is the first missions found, to read.
func (l *library) list(found []string) string {
	var b strings.Builder
	for _, id := range found[:min(len(found), 5)] {
		fmt.Fprintf(&b, "\t%s: %s\n", id, l.titles[slices.Index(l.ids, id)])
	}
	return b.String()
}

// block is a question with what is wanted, or a mission with its lines.
type block struct {
	name   string
	line   int
	wanted []wish
	lines  map[string]string
}

// wish is a mission and where it should be.
type wish struct{ sign, id string }

// mustBlocks reads a file of questions or of missions.
func mustBlocks(t *testing.T, name string) (blocks []block) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		sign, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || line[0] == '#' || sign == "==":
		case line[0] == '[':
			blocks = append(blocks, block{name: strings.Trim(line, "[]"), line: n, lines: map[string]string{}})
		case sign == "?":
			blocks = append(blocks, block{name: rest, line: n})
		case len(blocks) == 0:
			t.Fatalf("%s:%d: %q belongs to nothing", name, n, line)
		case sign == "=" || sign == "3" || sign == "!":
			id, _, _ := strings.Cut(rest, " -- ")
			b := &blocks[len(blocks)-1]
			b.wanted = append(b.wanted, wish{sign, strings.TrimSpace(id)})
		case blocks[len(blocks)-1].lines != nil:
			blocks[len(blocks)-1].lines[sign] = rest
		default:
			t.Fatalf("%s:%d: %q is no line of a question", name, n, line)
		}
	}
	if err := s.Err(); err != nil || len(blocks) == 0 {
		t.Fatalf("%s: %d blocks, %v", name, len(blocks), err)
	}
	return blocks
}

// mission makes one of a block.
func (b *block) mission(t *testing.T) *mission.Mission {
	where, _, _ := strings.Cut(b.lines["where"], ",")
	code, city, ok := strings.Cut(where, " ")
	if !ok || len(code) != 5 || b.lines["title"] == "" || b.lines["about"] == "" {
		t.Fatalf("line %d: mission %s lacks a line", b.line, b.name)
	}
	department := code[:2]
	if department == "97" {
		department = code[:3]
	}
	taxonomy := mission.DefaultTaxonomy()
	at := slices.IndexFunc(taxonomy.Activities, func(a mission.Activity) bool { return a.Label == b.lines["what"] })
	if at < 0 {
		t.Fatalf("line %d: no activity %q", b.line, b.lines["what"])
	}
	activity := taxonomy.Activities[at]
	return &mission.Mission{ID: b.name, Title: b.lines["title"], Description: b.lines["about"], Organization: &mission.OrgRef{Name: b.lines["by"]},
		Activities: []string{activity.ID}, Domains: activity.Domains[:1],
		Locations: []mission.Location{{City: city, PostalCode: code, Department: department}}}
}
