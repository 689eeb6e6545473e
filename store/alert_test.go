package store_test

import (
	"fmt"
	"testing"

	"go.etcd.io/bbolt"

	"renfort/mission"
	"renfort/store"
)

// putAlert saves a search.
func putAlert(id, volunteer string, domains ...string) mission.PutAlert {
	return mission.PutAlert{Alert: &mission.Alert{ID: id, Volunteer: volunteer, Filter: mission.Filter{Domains: domains}, Sent: []byte(`{}`)}}
}

// An alert is stored, replaced, read back and forgotten, alone or with its
// volunteer.
func TestAlerts(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 22})
	mustDo(t, s, mission.Tick{At: scriptStart})
	mustDo(t, s, mission.PutVolunteer{Volunteer: someVolunteer("v1")})
	mustDo(t, s, mission.PutVolunteer{Volunteer: someVolunteer("v2")})
	if _, err := submit(s, putAlert("a1", "nobody")); mission.KindOf(err) != mission.NotFound {
		t.Errorf("of nobody: got %v", err)
	}
	first := mustDo(t, s, putAlert("a1", "v1", "sante"))
	if again := mustDo(t, s, putAlert("a1", "v1", "sante")); again.Outcome != mission.Unchanged || again.Version != first.Version {
		t.Errorf("the same again: got %+v", again)
	}
	if res := mustDo(t, s, putAlert("a1", "v1", "sport")); res.Outcome != mission.Updated {
		t.Errorf("another filter: got %+v", res)
	}
	if _, err := submit(s, putAlert("a1", "v2")); mission.KindOf(err) != mission.Conflict {
		t.Errorf("somebody else's: got %v", err)
	}
	if v, err := s.Alert("a1"); err != nil || v.Alert.Volunteer != "v1" || len(v.Alert.Filter.Domains) != 1 || v.Alert.Filter.Domains[0] != "sport" {
		t.Errorf("got %+v, %v", v.Alert, err)
	}
	for i := 2; i <= mission.AlertsMax; i++ {
		mustDo(t, s, putAlert(fmt.Sprintf("a%d", i), "v1"))
	}
	if _, err := submit(s, putAlert("more", "v1")); mission.KindOf(err) != mission.Conflict {
		t.Errorf("one more: got %v", err)
	}
	mustDo(t, s, putAlert("b1", "v2"))
	mustDo(t, s, mission.DeleteAlert{ID: "a2"})
	if _, err := submit(s, mission.DeleteAlert{ID: "a2"}); mission.KindOf(err) != mission.NotFound {
		t.Errorf("deleted twice: got %v", err)
	}
	seq := s.Seq()
	mustDo(t, s, mission.EraseVolunteer{ID: "v1"})
	changes, _, err := s.Changes(seq, 0)
	if err != nil || len(changes) != mission.AlertsMax || changes[0].Kind != mission.AlertDeleted || changes[0].Alert.Volunteer != "v1" {
		t.Errorf("erasure: got %d changes, %v; want each alert deleted, and the person", len(changes), err)
	}
	n := 0
	if err := s.Alerts(func(a *mission.Alert) { n++ }); err != nil || n != 1 {
		t.Errorf("got %d alerts left, %v; want b1", n, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	mustBeSound(t, dir)
}

// alertDamages are those of TestCheckFindsDamage that concern alerts.
func alertDamages() []damaged {
	return []damaged{
		{"alert lost", "no alert|hash", damage("alerts", "aa1", drop)},
		{"alert changed", "hash|damaged", damage("alerts", "aa1", flip)},
		{"alert cut", "damaged", damage("alerts", "aa1", cutOff)},
		{"alert of another id", "says that", damage("alerts", "aa1", func(b *bbolt.Bucket, k, v []byte) error { return b.Put([]byte("aa2"), v) })},
		{"alert of no sort", "damaged", damage("alerts", "aa1", func(b *bbolt.Bucket, k, v []byte) error { return b.Put([]byte("z"), v) })},
		{"person's alert lost", "missing", damage("people", "v6\x00l", drop)},
		{"person's alert too many", "no alert", damage("people", "v6\x00l", double)},
	}
}
