package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"renfort/engine"
	"renfort/mission"
	"renfort/objects"
)

// platform is a service that has the index "missions" for missions, and what
// the French platform's back end does to it.
type platform struct {
	t   *testing.T
	dir string
	at  time.Time
	*engine.Engine
}

func newPlatform(t *testing.T) *platform {
	p := &platform{t: t, dir: t.TempDir(), at: at}
	p.open()
	t.Cleanup(func() { p.Close() })
	return p
}

func (p *platform) open() {
	p.t.Helper()
	e, err := engine.Open(engine.Options{Dir: p.dir, Clock: func() time.Time { return p.at }, ManualTicks: true, MissionIndexes: []string{"missions"}})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Engine = e
}

// pass lets time pass, second by second at its end so that all is swept.
func (p *platform) pass(d time.Duration) {
	p.t.Helper()
	p.at = p.at.Add(d)
	for range 3 {
		if err := p.TickAt(p.at); err != nil {
			p.t.Fatal(err)
		}
		p.at = p.at.Add(time.Second)
	}
}

// act does one action on an index and waits until it is searchable.
func (p *platform) act(index, kind, body string) engine.ObjectsWritten {
	p.t.Helper()
	a, err := objects.NewAction(kind, "", []byte(body))
	if err != nil {
		p.t.Fatal(err)
	}
	w, err := p.WriteObjects(context.Background(), index, []objects.Action{a})
	if err != nil {
		p.t.Fatal(err)
	}
	p.await(w.Seq)
	return w
}

func (p *platform) await(task uint64) {
	p.t.Helper()
	for range 2000 {
		done, err := p.ObjectTask(task)
		if err != nil {
			p.t.Fatal(err)
		}
		if done {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	p.t.Fatalf("task %d was not published within ten seconds", task)
}

// record is a mission in Nice as the platform pushes it.
func record(n, places, left int) string {
	return fmt.Sprintf(`{"objectID":"App\\Models\\Mission::%d","id":%d,"name":"Distribution de colis %d","domaine":{"id":7,"name":"Solidarité et insertion"},
		"type":"Mission en présentiel","_geoloc":{"lat":43.70,"lng":7.26},"zip":"06000","department":"06","participations_max":%d,"places_left":%d,"has_places_left":%t,"is_outdated":false}`,
		n, n, n, places, left, left > 0)
}

// places reads what a record answers of its seats.
func (p *platform) places(id string) (left int, has bool) {
	p.t.Helper()
	text, err := p.GetObject("missions", id, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	var r struct {
		Left int  `json:"places_left"`
		Has  bool `json:"has_places_left"`
	}
	if err := json.Unmarshal(text, &r); err != nil {
		p.t.Fatalf("%s: %v", text, err)
	}
	return r.Left, r.Has
}

// hold takes a seat for good.
func (p *platform) hold(id, volunteer string) error {
	_, err := p.Submit(context.Background(), mission.Envelope{Command: mission.HoldSeat{Hold: p.NewID("h"), Mission: id, Volunteer: volunteer, Confirm: true}})
	return err
}

func (p *platform) mustHold(id, volunteer string) {
	p.t.Helper()
	if err := p.hold(id, volunteer); err != nil {
		p.t.Fatal(err)
	}
}

func (p *platform) seats(id string) mission.Pool {
	p.t.Helper()
	v, err := p.Store().Mission(id)
	if err != nil {
		p.t.Fatal(err)
	}
	return v.Seats.Totals()
}

const firstRecord = `App\Models\Mission::1`

// A record pushed to the index of missions is a mission with the seats that the
// platform says are left, and answers the seats of this instant.
func TestRecordIsAMission(t *testing.T) {
	p := newPlatform(t)
	if w := p.act("missions", "addObject", record(1, 10, 4)); len(w.Told) != 0 || w.IDs[0] != firstRecord {
		t.Fatalf("got %+v, want nothing refused of %s", w, firstRecord)
	}
	if o := p.seats("jva:1"); o.Total != 10 || o.Elsewhere != 6 || o.Free() != 4 {
		t.Fatalf("got %+v, want 6 of 10 seats elsewhere", o)
	}
	if page := mustRecommend(t, p.Engine, "v1"); len(page.Items) != 1 || page.Items[0].ID != "jva:1" {
		t.Fatalf("got %+v, want jva:1 recommended", page.Items)
	}
	for i := range 4 {
		p.mustHold("jva:1", fmt.Sprint("v", i))
		if left, has := p.places(firstRecord); left != 3-i || has != (i < 3) {
			t.Fatalf("after %d seats: got %d left and %v", i+1, left, has)
		}
	}
	if err := p.hold("jva:1", "v9"); mission.KindOf(err) != mission.Full {
		t.Fatalf("a fifth seat: got %v, want Full", err)
	}
	// The platform knows of two of the four and pushes what it counts: nothing
	// given here is undone, and nothing is free.
	p.act("missions", "addObject", record(1, 10, 2))
	if o := p.seats("jva:1"); o.Confirmed != 4 || o.Elsewhere != 4 || o.Free() != 2 {
		t.Fatalf("got %+v, want 4 confirmed, 4 elsewhere, 2 free", o)
	}
}

// The seats of a mission that is over are not taken: the record says that it is
// over, and how many nobody wanted.
func TestSeatsOfWhatIsOver(t *testing.T) {
	p := newPlatform(t)
	over := strings.Replace(record(1, 10, 4), `"is_outdated":false`, `"end_date":"2026-11-22","is_outdated":false`, 1)
	p.act("missions", "addObject", over)
	p.pass(72 * time.Hour)
	if left, has := p.places(firstRecord); left != 4 || !has {
		t.Fatalf("got %d left and %v, want the four that nobody wanted", left, has)
	}
	text, err := p.GetObject("missions", firstRecord, []string{"is_outdated"})
	if err != nil || !strings.Contains(string(text), `"is_outdated":true`) {
		t.Fatalf("got %s, %v, want it told that it is over", text, err)
	}
}

// A record that disappears takes no new holds; back within a day it is the same
// mission with the same seats, also by way of an index that is moved.
func TestSeatsSurviveAReindex(t *testing.T) {
	p := newPlatform(t)
	p.act("missions", "addObject", record(1, 10, 10))
	p.act("missions", "addObject", record(2, 5, 5))
	p.mustHold("jva:1", "v1")
	ordinal, _ := p.Snapshot().Mission("jva:1")

	seq, err := p.ClearObjects(context.Background(), "missions")
	if err != nil {
		t.Fatal(err)
	}
	p.await(seq)
	if err := p.hold("jva:1", "v2"); err == nil {
		t.Fatal("a mission whose record is gone took a hold")
	}
	p.pass(23 * time.Hour)
	p.act("missions", "addObject", record(1, 10, 9))
	if again, _ := p.Snapshot().Mission("jva:1"); again != ordinal {
		t.Fatalf("got ordinal %d, want %d: the same mission", again, ordinal)
	}
	if o := p.seats("jva:1"); o.Confirmed != 1 || o.Free() != 9 {
		t.Fatalf("got %+v, want one confirmed and nine free", o)
	}
	p.mustHold("jva:1", "v2")
	p.pass(2 * time.Hour)
	if _, err := p.Store().Mission("jva:2"); mission.KindOf(err) != mission.NotFound {
		t.Fatalf("a record that was gone for a day: got %v, want its mission gone", err)
	}

	// By a temporary index, as a re-import does it.
	p.act("missions_tmp", "addObject", record(1, 10, 8))
	p.act("missions_tmp", "addObject", record(3, 5, 5))
	if _, err := p.Store().Mission("jva:3"); mission.KindOf(err) != mission.NotFound {
		t.Fatalf("a plain index: got %v, want no mission", err)
	}
	if seq, err = p.MoveObjectIndex(context.Background(), "missions_tmp", "missions"); err != nil {
		t.Fatal(err)
	}
	p.await(seq)
	if o := p.seats("jva:1"); o.Confirmed != 2 || o.Free() != 8 {
		t.Fatalf("after the move: got %+v, want two confirmed and eight free", o)
	}
	p.mustHold("jva:3", "v3")
	if left, _ := p.places(`App\Models\Mission::3`); left != 4 {
		t.Fatalf("got %d left, want 4", left)
	}
	if _, err := p.GetObject("missions_tmp", firstRecord, nil); mission.KindOf(err) != mission.NotFound {
		t.Fatalf("the temporary index: got %v, want it gone", err)
	}
}

// Indexes, their settings and what their records have to do with missions are
// there after a reopening.
func TestObjectsSurviveAReopening(t *testing.T) {
	p := newPlatform(t)
	p.act("missions", "addObject", record(1, 3, 3))
	p.act("places", "addObject", `{"objectID":"nice","name":"Nice"}`)
	seq, err := p.PutObjectSettings(context.Background(), "missions", []byte(`{"replicas":["missions_new"],"hitsPerPage":7}`), false)
	if err != nil {
		t.Fatal(err)
	}
	p.await(seq)
	before := p.ObjectIndexes()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p.open()
	if after := p.ObjectIndexes(); len(after) != 3 || len(after) != len(before) || after[0].Entries != 1 || !after[0].Missions ||
		after[0].Updated.IsZero() || after[1].Primary != "missions" || after[1].Entries != 1 || after[2].Missions {
		t.Fatalf("got %+v, want what there was before: %+v", after, before)
	}
	p.mustHold("jva:1", "v1")
	if left, has := p.places(firstRecord); left != 2 || !has {
		t.Fatalf("got %d left and %v, want 2", left, has)
	}
	settings, err := p.ObjectSettings("missions_new")
	if err != nil || !strings.Contains(string(settings), `"hitsPerPage":7`) || !strings.Contains(string(settings), `"primary":"missions"`) {
		t.Fatalf("the replica: got %s, %v, want its primary's settings and its name", settings, err)
	}
	a, _ := objects.NewAction("addObject", "x", []byte(`{}`))
	if _, err := p.WriteObjects(context.Background(), "missions_new", []objects.Action{a}); mission.KindOf(err) != mission.Invalid {
		t.Fatalf("a write to a replica: got %v, want it refused", err)
	}
}

// Records of an index that was plain become missions when the service is
// started with it as an index of missions.
func TestPlainRecordsAreAdopted(t *testing.T) {
	p := newPlatform(t)
	p.Close()
	e := mustOpen(t, p.dir)
	a, _ := objects.NewAction("addObject", "", []byte(record(1, 3, 2)))
	if _, err := e.WriteObjects(context.Background(), "missions", []objects.Action{a}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Store().Mission("jva:1"); mission.KindOf(err) != mission.NotFound {
		t.Fatalf("got %v, want no mission of a plain record", err)
	}
	e.Close()
	p.open()
	if o := p.seats("jva:1"); o.Free() != 2 {
		t.Fatalf("got %+v, want two seats free", o)
	}
}

// Patches of many writers add up.
func TestPatchesAddUp(t *testing.T) {
	p := newPlatform(t)
	p.act("counts", "addObject", `{"objectID":"x","n":0}`)
	var all sync.WaitGroup
	failed := make(chan error, 8)
	for range 8 {
		all.Go(func() {
			for range 20 {
				a, err := objects.NewAction("partialUpdateObject", "x", []byte(`{"n":{"_operation":"Increment","value":1}}`))
				if err == nil {
					_, err = p.WriteObjects(context.Background(), "counts", []objects.Action{a, a})
				}
				if err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(failed)
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	p.act("counts", "addObject", `{"objectID":"last"}`) // behind those that went on as tasks
	text, _, _, err := p.Store().Object("counts", "x")
	if err != nil || !strings.Contains(string(text), `"n":320`) {
		t.Fatalf("got %s, %v, want n to be 320", text, err)
	}
}

// A record that cannot be a mission is stored and told, and leaves the mission
// that it was; so is one of an id that no mission has.
func TestRecordsThatAreNoMissions(t *testing.T) {
	p := newPlatform(t)
	p.act("missions", "addObject", record(1, 3, 3))
	w := p.act("missions", "addObject", `{"objectID":"App\\Models\\Mission::1","places_left":1}`)
	if len(w.Told) != 1 || w.Told[0].ID != firstRecord {
		t.Fatalf("got %+v, want the record without a name told", w.Told)
	}
	if o := p.seats("jva:1"); o.Free() != 3 {
		t.Fatalf("got %+v, want the mission as it was", o)
	}
	if w = p.act("missions", "addObject", `{"objectID":"page:about","name":"À propos"}`); len(w.Told) != 1 {
		t.Fatalf("got %+v, want the record of no mission's id told", w.Told)
	}
	if _, err := p.GetObject("missions", "page:about", nil); err != nil {
		t.Fatal(err)
	}
}

// A copy with a scope leaves the records alone; a whole one replaces them in
// one instant. Copying what is not there makes an empty index; moving it does
// nothing.
func TestCopyAndMove(t *testing.T) {
	p := newPlatform(t)
	ctx := context.Background()
	p.act("a", "addObject", `{"objectID":"1","x":1}`)
	p.act("b", "addObject", `{"objectID":"2","x":2}`)
	must := func(seq uint64, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		p.await(seq)
	}
	ids := func(index string) (ids []string) {
		t.Helper()
		page, err := p.BrowseObjects(ctx, index, &objects.Query{PerPage: -1, Length: -1}, "")
		if err != nil {
			t.Fatal(err)
		}
		return page.IDs
	}
	must(p.PutObjectSettings(ctx, "a", []byte(`{"hitsPerPage":3}`), false))
	must(p.PutObjectSettings(ctx, "b", []byte(`{"replicas":["b_new"]}`), false))
	must(p.CopyObjectIndex(ctx, "a", "b", []string{engine.ScopeSettings, engine.ScopeRules}))
	if s, _ := p.ObjectSettings("b"); !strings.Contains(string(s), `"hitsPerPage":3`) || !strings.Contains(string(s), `"b_new"`) {
		t.Fatalf("got %s, want a's settings and b's replicas", s)
	}
	if got := ids("b"); !slices.Equal(got, []string{"2"}) {
		t.Fatalf("got %v, want b's records as they were", got)
	}
	must(p.CopyObjectIndex(ctx, "a", "b", nil))
	if got := ids("b"); !slices.Equal(got, []string{"1"}) {
		t.Fatalf("got %v, want a's records", got)
	}
	must(p.CopyObjectIndex(ctx, "nothing", "c", []string{engine.ScopeSettings}))
	if got := ids("c"); len(got) != 0 {
		t.Fatalf("got %v, want an empty index", got)
	}
	must(p.MoveObjectIndex(ctx, "nothing", "b"))
	must(p.MoveObjectIndex(ctx, "a", "b"))
	if _, err := p.ObjectSettings("a"); mission.KindOf(err) != mission.NotFound {
		t.Fatalf("got %v, want a gone", err)
	}
	if got := ids("b"); !slices.Equal(got, []string{"1"}) {
		t.Fatalf("got %v, want a's records", got)
	}
}

// A write that takes long is answered with a task, which tells its end and its
// failure.
func TestTasks(t *testing.T) {
	p := newPlatform(t)
	release := make(chan struct{})
	task, err := p.Task(func(context.Context) (uint64, error) {
		<-release
		return 0, errors.New("the disk is full")
	})
	if err != nil {
		t.Fatal(err)
	}
	if done, err := p.ObjectTask(task); done || err != nil {
		t.Fatalf("got %v, %v, want it to go on", done, err)
	}
	close(release)
	for err == nil {
		_, err = p.ObjectTask(task)
		time.Sleep(time.Millisecond)
	}
	if err.Error() != "the disk is full" {
		t.Fatalf("got %v, want the failure", err)
	}
	release = make(chan struct{})
	task = p.TaskTold(func(context.Context) []engine.RefusedRecord {
		<-release
		return []engine.RefusedRecord{{ID: "x", Reason: "has no name"}}
	})
	if told := p.ObjectTaskTold(task); told != nil {
		t.Fatalf("got %v told before the end", told)
	}
	close(release)
	p.await(task)
	if told := p.ObjectTaskTold(task); len(told) != 1 || told[0].ID != "x" {
		t.Fatalf("got %v, want what there was to tell", told)
	}
	if _, err := p.ObjectTask(task + 1); mission.KindOf(err) != mission.NotFound {
		t.Fatalf("a task of another process: got %v, want NotFound", err)
	}
}

// What one write left, the next one sees, however far the index is behind.
func TestSynonymsAddUp(t *testing.T) {
	p := newPlatform(t)
	ctx := context.Background()
	for i := range 50 {
		list, err := p.ObjectSynonyms("terms")
		if err != nil && i > 0 {
			t.Fatal(err)
		}
		if len(list) != i {
			t.Fatalf("after %d writes: got %d synonyms", i, len(list))
		}
		list = append(list, objects.Synonym{ObjectID: fmt.Sprint(i), Type: "synonym", Synonyms: []string{"aide", "entraide"}})
		if _, err := p.PutObjectSynonyms(ctx, "terms", list); err != nil {
			t.Fatal(err)
		}
		if _, err := p.PutObjectSettings(ctx, "terms", fmt.Appendf(nil, `{"hitsPerPage":%d}`, i+1), false); err != nil {
			t.Fatal(err)
		}
		if s, err := p.ObjectSettings("terms"); err != nil || !strings.Contains(string(s), fmt.Sprintf(`"hitsPerPage":%d,`, i+1)) {
			t.Fatalf("got %s, %v, want %d hits a page", s, err, i+1)
		}
	}
}

// An index tells when it was written to last, not when it was made.
func TestIndexTellsItsLastWrite(t *testing.T) {
	p := newPlatform(t)
	p.act("terms", "addObject", `{"objectID":"a"}`)
	made := p.ObjectIndexes()[0]
	p.pass(time.Hour)
	p.act("terms", "addObject", `{"objectID":"b"}`)
	if now := p.ObjectIndexes()[0]; !now.Created.Equal(made.Created) || now.Updated.Sub(made.Updated) < time.Hour {
		t.Fatalf("got %v and %v, want an hour between %v and the last write", now.Created, now.Updated, made.Updated)
	}
}
