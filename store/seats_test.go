package store_test

// Goldens of seat decisions: testdata/seats/*.txt holds commands and what they
// answer, for people to read. A block is commands, a line of dashes, one line
// of answer for each, and a blank line; # begins a comment. -update writes the
// answers anew; review the diff.

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renfort/mission"
	"renfort/store"
)

var update = flag.Bool("update", false, "write the goldens anew")

func TestSeats(t *testing.T) {
	files, err := filepath.Glob("testdata/seats/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := &script{t: t, start: scriptStart}
			s.store = openStore(t, t.TempDir(), store.Options{NoSync: true, MapBytes: 1 << 20, Committed: func(c []mission.Change) { s.changes = append(s.changes, c...) }})
			mustDo(t, s.store, mission.Tick{At: s.start})
			got := s.run(string(want))
			s.mustCheck()
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (- want, + got):\n%s", file, diff)
			}
		})
	}
}

// scriptStart is log time when a script begins: 2026-11-21 20:00 UTC.
const scriptStart = 1_795_291_200

// script runs one file of commands.
type script struct {
	t       *testing.T
	store   *store.Store
	start   int64
	changes []mission.Change
	holds   int
	offers  []mission.ID // the nth one is on
}

// short writes an offer's id as scripts do, and long reads it.
func (s *script) short(id mission.ID) string {
	if !strings.HasPrefix(id, "o-") {
		return id
	}
	i := slices.Index(s.offers, id)
	if i < 0 {
		s.offers = append(s.offers, id)
		i = len(s.offers) - 1
	}
	return "offer" + strconv.Itoa(i+1)
}

func (s *script) long(word string) mission.ID {
	n, err := strconv.Atoi(strings.TrimPrefix(word, "offer"))
	if !strings.HasPrefix(word, "offer") || err != nil || n < 1 || n > len(s.offers) {
		return word
	}
	return s.offers[n-1]
}

// moved tells what a command did to waiting lists beside what it answers.
func (s *script) moved() (out string) {
	for _, c := range s.changes {
		switch {
		case c.Kind == mission.SeatOffered:
			out += fmt.Sprintf("; %s %s to %s", c.Kind, s.hold(c.Hold), c.Hold.Volunteer)
		case c.Kind == mission.MissionFilled || c.Kind == mission.MissionReopened:
			out += fmt.Sprintf("; %s", c.Kind)
		case c.Kind == mission.WaitingLeft:
			out += fmt.Sprintf("; %s %s (%s)", c.Kind, c.Waiting.Volunteer, c.Waiting.Why)
		}
	}
	return out
}

func (s *script) mustCheck() {
	s.t.Helper()
	path := s.t.TempDir()
	f, err := os.Create(filepath.Join(path, store.FileName))
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.store.Backup(f); err != nil {
		s.t.Fatal(err)
	}
	f.Close()
	mustBeSound(s.t, path)
}

func (s *script) run(text string) string {
	var out strings.Builder
	for block := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n\n") {
		input, _, _ := strings.Cut(block, "\n----")
		out.WriteString(input + "\n")
		var answers []string
		for line := range strings.SplitSeq(input, "\n") {
			if line != "" && line[0] != '#' {
				answers = append(answers, s.do(strings.Fields(line))...)
			}
		}
		if len(answers) > 0 {
			out.WriteString("----\n" + strings.Join(answers, "\n") + "\n")
		}
		out.WriteString("\n")
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// words are the options of one line: name=value, or a bare word.
type words map[string]string

func (w words) int(name string) *int {
	if w[name] == "" {
		return nil
	}
	n, err := strconv.Atoi(w[name])
	if err != nil {
		panic(err)
	}
	return &n
}

func (w words) seconds(name string) int {
	d, err := time.ParseDuration(strings.TrimPrefix(w[name], "+"))
	if w[name] == "" {
		return 0
	}
	if err != nil {
		panic(err)
	}
	return int(d.Seconds())
}

func (w words) list(name string) []string {
	if w[name] == "" {
		return nil
	}
	return strings.Split(w[name], ",")
}

func (s *script) do(line []string) []string {
	args, w := []string{"", ""}, words{}
	for i, word := range line[1:] {
		name, value, option := strings.Cut(word, "=")
		switch {
		case option:
			w[name] = value
		case word == "confirm" || word == "force" || word == "keep":
			w[word] = "yes"
		default:
			args[i] = word
		}
	}
	switch line[0] {
	case "seats":
		return s.seats(args[0])
	case "show":
		return []string{s.show(args[0])}
	case "waiting":
		return []string{s.waiting(args[0])}
	case "at":
		return s.at(words{"at": args[0]}.seconds("at"))
	}
	s.changes = nil
	args[0] = s.long(args[0])
	e := mission.Envelope{Command: s.command(line[0], args, w), Key: w["key"], Body: uint64(len(w["body"]))}
	res, err := s.store.Submit(context.Background(), e)
	if err != nil {
		return []string{refusal(err)}
	}
	if res.Outcome == mission.Created && res.Hold != nil && res.Hold.Origin != mission.OriginOffer && !res.Replayed {
		s.holds++ // the nth hold granted is hn
	}
	return []string{s.answer(res) + s.moved()}
}

// waiting tells who waits for a mission.
func (s *script) waiting(id string) string {
	all, err := s.store.Waiting(id)
	if err != nil {
		return refusal(err)
	}
	out := "waiting:"
	for _, w := range all {
		out += fmt.Sprintf(" %d %s", w.Position, w.Volunteer)
		if w.Slot != "" {
			out += " in " + w.Slot
		}
	}
	return out
}

// at moves log time to so many seconds after the start, and tells what ended.
func (s *script) at(seconds int) []string {
	s.changes = nil
	mustDo(s.t, s.store, mission.Tick{At: s.start + int64(seconds)})
	out := "at " + after(int64(seconds))
	for _, c := range s.changes {
		switch {
		case c.Kind == mission.MissionDeleted:
			out += fmt.Sprintf("; %s %s", c.Kind, c.MissionID)
		case c.Kind == mission.MissionPut:
			out += fmt.Sprintf("; %s %s %s", c.Kind, c.MissionID, c.Mission.State)
		case c.Waiting != nil: // told by moved
		case c.Hold != nil:
			out += fmt.Sprintf("; %s %s", c.Kind, s.short(c.Hold.ID))
		case c.Organization != nil:
			out += fmt.Sprintf("; %s %s answered %d ignored %d", c.Kind, c.Organization.ID, c.Record.Answered, c.Record.Ignored)
		}
	}
	return []string{out + s.moved()}
}

func (s *script) command(name string, args []string, w words) mission.Command {
	switch name {
	case "mission":
		return mission.PutMission{Mission: s.mission(args[0], w), KeepTaken: w["keep"] != "", IfVersion: version(w), Left: w.int("left")}
	case "withdraw":
		return mission.WithdrawMission{ID: args[0]}
	case "delete":
		return mission.DeleteMission{ID: args[0], Force: w["force"] != "", Revision: int64(deref(w.int("rev"))), IfVersion: version(w)}
	case "elsewhere":
		return mission.SetElsewhere{Mission: args[0], Slot: w["slot"], Taken: w.int("taken"), Add: w.int("add")}
	case "organization":
		return mission.PutOrganization{Organization: &mission.Organization{ID: args[0], Name: w["name"], State: w["state"]}}
	case "volunteer":
		v := &mission.Volunteer{ID: args[0], Revision: int64(deref(w.int("rev"))), BirthYear: deref(w.int("born")), Mobility: w["mobility"], Channel: w["channel"]}
		if w["adult"] != "" {
			adult := w["adult"] == "yes"
			v.Adult = &adult
		}
		return mission.PutVolunteer{Volunteer: v}
	case "erase":
		return mission.EraseVolunteer{ID: args[0]}
	}
	return s.seatCommand(name, args, w)
}

func (s *script) seatCommand(name string, args []string, w words) mission.Command {
	switch name {
	case "hold":
		return mission.HoldSeat{Hold: s.newHold(w), Mission: args[0], Volunteer: args[1], Slots: w.list("slots"), Seconds: w.seconds("ttl"),
			Confirm: w["confirm"] != "", Ref: w["ref"], Origin: w["origin"]}
	case "join":
		return mission.JoinWaiting{Mission: args[0], Volunteer: args[1], Slot: w["slot"], Clock: mission.Clock{Offset: 3600}}
	case "leave":
		return mission.LeaveWaiting{Mission: args[0], Volunteer: args[1]}
	case "import":
		return mission.ImportSeat{Hold: s.newHold(w), Mission: args[0], Volunteer: args[1], Slots: w.list("slots"), State: w["state"], Answer: w["answer"], Ref: w["ref"]}
	case "confirm":
		return mission.ConfirmSeat{Hold: args[0], Ref: w["ref"]}
	case "release":
		return mission.ReleaseSeat{Hold: args[0], Why: w["why"]}
	case "extend":
		return mission.ExtendSeat{Hold: args[0], Seconds: w.seconds("ttl")}
	case "answer":
		return mission.AnswerSeat{Hold: args[0], Answer: args[1], By: w["by"], Why: w["why"]}
	}
	s.t.Fatalf("no command %q", name)
	return nil
}

func (s *script) newHold(w words) mission.ID {
	if w["id"] != "" {
		return w["id"]
	}
	return "h" + strconv.Itoa(s.holds+1)
}

func (s *script) mission(id string, w words) *mission.Mission {
	m := someMission(id, 0)
	m.Seats, m.Organization, m.MinAge, m.MaxAge, m.Revision = w.int("seats"), nil, w.int("min_age"), w.int("max_age"), int64(deref(w.int("rev")))
	if w["org"] != "" {
		m.Organization = &mission.OrgRef{ID: w["org"], Name: w["org_name"]}
	}
	for _, o := range []struct {
		field *string
		name  string
	}{{&m.State, "state"}, {&m.Booking, "booking"}, {&m.URL, "url"}, {&m.Title, "title"}} {
		if w[o.name] != "" {
			*o.field = w[o.name]
		}
	}
	m.Times.Ends, m.Times.ApplyBefore = s.moment(w["ends"]), s.moment(w["apply_before"])
	for _, slot := range w.list("slots") { // name, name:seats, name:seats:ends, name::ends
		parts := append(strings.Split(slot, ":"), "", "")
		m.Slots = append(m.Slots, mission.Slot{ID: parts[0], Seats: words{"n": parts[1]}.int("n")})
		m.Times.Slots = append(m.Times.Slots, mission.SlotTimes{Ends: s.moment(parts[2])})
	}
	return m
}

func (s *script) moment(after string) int64 {
	if after == "" {
		return 0
	}
	return s.start + int64(words{"at": after}.seconds("at"))
}

func version(w words) *uint64 {
	if w["if"] == "" {
		return nil
	}
	v := uint64(*w.int("if"))
	return &v
}

func deref(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// answer tells a result in a line: what was done, to which hold, and how many
// seats are taken of how many.
func (s *script) answer(r mission.Result) string {
	out := string(r.Outcome)
	if r.Hold != nil {
		out += " " + s.hold(r.Hold)
	}
	if w := r.Waiting; w != nil {
		out += fmt.Sprintf(" %s waits at %d", w.Volunteer, w.Position)
		if w.Slot != "" {
			out += " in " + w.Slot
		}
	}
	if p := r.Occupancy; p != (mission.Pool{}) {
		out += ", " + pool(p)
	}
	if r.SeatsKept {
		out += ", seats kept"
	}
	if r.Replayed {
		out += ", replayed"
	}
	return out
}

func pool(p mission.Pool) string {
	out := fmt.Sprintf("%d/%d taken", p.Taken(), p.Total)
	if p.Total == mission.SeatsUnknown {
		out = fmt.Sprintf("%d/? taken", p.Taken())
	}
	if p.Over > 0 {
		out += fmt.Sprintf(" (%d over)", p.Over)
	}
	if p.Waiting > 0 {
		out += fmt.Sprintf(" (%d waiting)", p.Waiting)
	}
	return out
}

func (s *script) hold(h *mission.Hold) string {
	out := s.short(h.ID) + " " + h.State
	if h.State == mission.Held {
		out += " until " + after(h.Expires-s.start)
	}
	if len(h.Slots) > 0 {
		out += " in " + strings.Join(h.Slots, "+")
	}
	return out
}

// after writes so many seconds after the start as scripts do.
func after(seconds int64) string {
	d := (time.Duration(seconds) * time.Second).String()
	d = strings.TrimSuffix(d, "0s")
	if strings.HasSuffix(d, "h0m") {
		d = strings.TrimSuffix(d, "0m")
	}
	return "+" + d
}

func refusal(err error) string {
	e := mission.AsError(err)
	if e == nil {
		return "not a mission.Error: " + err.Error()
	}
	names := map[mission.Kind]string{mission.Invalid: "invalid", mission.NotFound: "not_found", mission.Conflict: "conflict",
		mission.PreconditionFailed: "precondition_failed", mission.IdempotencyMismatch: "idempotency_mismatch", mission.HasSeats: "has_seats",
		mission.NotEligible: "not_eligible", mission.BookElsewhere: "book_elsewhere", mission.TooManyHolds: "too_many_holds", mission.Full: "mission_full",
		mission.HoldExpired: "hold_expired", mission.AlreadyResolved: "already_resolved", mission.Unavailable: "unavailable"}
	out := "refused: " + names[e.Kind]
	if e.Why != "" {
		out += " (" + e.Why + ")"
	}
	if e.Kind == mission.Conflict && e.Minimum > 0 {
		out += fmt.Sprintf(" (taken %d, minimum %d)", e.Taken, e.Minimum)
	}
	if e.URL != "" {
		out += " (" + e.URL + ")"
	}
	return out + ": " + e.Error()
}

// seats tells how every pool of a mission stands.
func (s *script) seats(id string) []string {
	m, err := s.store.Mission(id)
	if err != nil {
		return []string{refusal(err)}
	}
	var out []string
	for i, p := range m.Seats.Pools {
		var slots []string
		for _, t := range m.Seats.Slots {
			if t.Pool == i && t.ID != "" {
				slots = append(slots, t.ID)
			}
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s: elsewhere %d, held %d, confirmed %d", strings.Join(slots, "+"), pool(p), p.Elsewhere, p.Held, p.Confirmed)))
	}
	return out
}

func (s *script) show(id string) string {
	h, _, err := s.store.Hold(s.long(id))
	if err != nil {
		return refusal(err)
	}
	out := s.hold(&h)
	for _, f := range [...]struct{ name, value string }{{"of", h.Volunteer}, {"why", h.Why}, {"answer", h.Answer}, {"ref", h.Ref}} {
		if f.value != "" {
			out += fmt.Sprintf(" %s %s", f.name, f.value)
		}
	}
	return out
}
