package engine_test

// Words follow the store: what is written, renamed and deleted is found, or
// not any more, once the text watermark says so; and a restart indexes nothing
// that is indexed already.

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"renfort/engine"
	"renfort/index"
	"renfort/mission"
)

// mustFind asks for words and wants these missions, in any order.
func mustFind(t *testing.T, e *engine.Engine, q string, want ...string) {
	t.Helper()
	if err := e.AwaitText(context.Background(), e.Seq()); err != nil {
		t.Fatal(err)
	}
	r, err := e.Text()
	if err != nil {
		t.Fatal(err)
	}
	w := index.ParseWords(q, false)
	m, err := r.Match(&w, false)
	if err != nil {
		t.Fatal(err)
	}
	s, got := e.Snapshot(), []string{}
	for _, o := range m.Ordinals {
		got = append(got, s.Texts.At(o).ID)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%q: got %v, want %v", q, got, want)
	}
}

func mustSubmit(t *testing.T, e *engine.Engine, c mission.Command) {
	t.Helper()
	if _, err := e.Submit(context.Background(), mission.Envelope{Command: c}); err != nil {
		t.Fatal(err)
	}
}

func mustPutWords(t *testing.T, e *engine.Engine, m *mission.Mission) {
	t.Helper()
	if len(m.Locations) == 0 {
		m.Remote = mission.RemoteFull
	}
	if err := e.Intake().Mission(m); err != nil {
		t.Fatal(err)
	}
	mustSubmit(t, e, mission.PutMission{Mission: m})
}

func TestWordsFollowTheStore(t *testing.T) {
	dir := t.TempDir()
	e := mustOpen(t, dir)
	org := &mission.OrgRef{ID: "o1", Name: "Les Petits Frères", Networks: []string{"Réseau Entraide"}}
	mustPutWords(t, e, &mission.Mission{ID: "m1", Title: "Visites à domicile", Description: "<p>Rompre l&rsquo;isolement</p>",
		Organization: org, Activities: []string{"soutien-scolaire"}, Tags: []string{"échecs"}, Skills: []mission.Skill{{ID: "patience"}},
		Locations: []mission.Location{{City: "Lyon", PostalCode: "69003"}}})
	mustPutWords(t, e, &mission.Mission{ID: "m2", Title: "Maraude", Organization: &mission.OrgRef{ID: "o1"}})
	for _, q := range []string{"visite domicile", "isolement", "petits freres visites", "entraide visite", "echecs", "patience",
		"lyon", "69003", "rhone visites", "auvergne visites"} {
		mustFind(t, e, q, "m1")
	}
	mustFind(t, e, "freres", "m1", "m2")
	mustSubmit(t, e, mission.PutOrganization{Organization: &mission.Organization{ID: "o1", Name: "Secours du Rhône", State: mission.OrgActive}})
	mustFind(t, e, "freres")
	mustFind(t, e, "secours", "m1", "m2")
	relabel(t, e)
	mustFind(t, e, "zythologie", "m1")
	mustSubmit(t, e, mission.DeleteMission{ID: "m2"})
	mustFind(t, e, "secours", "m1")

	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = mustOpen(t, dir)
	defer e.Close()
	mustFind(t, e, "secours", "m1")
	if s := e.TextStats(); s.Indexed != 0 || s.Docs != 1 || s.Failures != 0 {
		t.Errorf("after a restart: %+v, want nothing indexed and one document", s)
	}
	mustPutWords(t, e, &mission.Mission{ID: "m3", Title: "Maraude du soir"})
	mustFind(t, e, "maraude", "m3")
}

// relabel puts the taxonomy with another label for every activity.
func relabel(t *testing.T, e *engine.Engine) {
	t.Helper()
	next := *e.Store().Taxonomy()
	next.Version++
	next.Activities = slices.Clone(next.Activities)
	for i := range next.Activities {
		next.Activities[i].Label += " zythologie"
	}
	if err := next.Compile(); err != nil {
		t.Fatal(err)
	}
	mustSubmit(t, e, mission.PutTaxonomy{Taxonomy: &next})
}

// A text folder that is gone, and one from another life of the store, are
// brought to what the store has.
func TestWordsOfAnotherState(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	e := mustOpen(t, dir)
	mustPutWords(t, e, &mission.Mission{ID: "m1", Title: "Maraude"})
	mustFind(t, e, "maraude", "m1")
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, engine.TextFolder)); err != nil {
		t.Fatal(err)
	}
	e = mustOpen(t, dir)
	eventuallyFind(t, e, "maraude", "m1")
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}

	e = mustOpen(t, other)
	mustPutWords(t, e, &mission.Mission{ID: "x1", Title: "Jardinage"})
	mustPutWords(t, e, &mission.Mission{ID: "x2", Title: "Jardinage encore"})
	mustFind(t, e, "jardinage", "x1", "x2")
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, engine.TextFolder)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(other, engine.TextFolder), filepath.Join(dir, engine.TextFolder)); err != nil {
		t.Fatal(err)
	}
	e = mustOpen(t, dir)
	defer e.Close()
	mustFind(t, e, "jardinage")
	mustFind(t, e, "maraude", "m1")
}

// eventuallyFind waits for the first build.
func eventuallyFind(t *testing.T, e *engine.Engine, q string, want ...string) {
	t.Helper()
	for {
		err := e.AwaitText(context.Background(), e.Seq())
		if err == nil {
			break
		}
		if k := mission.KindOf(err); k != mission.Unavailable && k != mission.Stale {
			t.Fatal(err)
		}
	}
	mustFind(t, e, q, want...)
}

func TestWithoutWords(t *testing.T) {
	e, err := engine.Open(engine.Options{Dir: t.TempDir(), ManualTicks: true, NoText: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Text(); err == nil {
		t.Error("an engine without a text index gave a view of one")
	}
	if err := e.AwaitText(context.Background(), 1); err == nil {
		t.Error("an engine without a text index waited for one")
	}
}
