package engine_test

// Histories of many who want few seats at once are checked with porcupine: each
// mission's answers must be those of one order of commands that agrees with the
// clock, whatever was under way together. The model is a list and a queue.

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"renfort/engine"
	"renfort/mission"
)

const (
	linearSeats   = 2
	linearClients = 8
)

// wish is what one client asks of one mission: hold, join, release, leave or
// look.
type wish struct {
	what    string
	mission string
	who     string // one letter
}

// queueing is a mission as the model has it: who sits, in the order of letters,
// those of them by an offer, and who waits, in the order of joining.
type queueing struct{ sitting, offered, waiting string }

// answerTo gives what a wish must be answered, and what it leaves behind.
func (q queueing) answerTo(w wish) (string, queueing) {
	sits, waits := strings.Contains(q.sitting, w.who), strings.Contains(q.waiting, w.who)
	switch w.what {
	case "look":
		return fmt.Sprintf("%d sit, %d wait", len(q.sitting), len(q.waiting)), q
	case "release", "leave":
		if w.what == "leave" && waits {
			q.waiting = strings.Replace(q.waiting, w.who, "", 1)
		} else if sits && (w.what == "release" || strings.Contains(q.offered, w.who)) {
			q.sitting, q.offered = strings.Replace(q.sitting, w.who, "", 1), strings.Replace(q.offered, w.who, "", 1)
		}
		return "done", q.settled()
	case "join":
		if !sits && !waits {
			q.waiting += w.who
			q = q.settled()
		}
		if at := strings.Index(q.waiting, w.who); at >= 0 {
			return fmt.Sprint("waits at ", at+1), q
		}
		return "sits", q
	}
	if !sits && (waits || q.waiting != "" || len(q.sitting) == linearSeats) {
		return fmt.Sprintf("full, %d ahead", len(q.waiting)), q
	}
	if !sits {
		q.sitting = sorted(q.sitting + w.who)
	}
	return "sits", q
}

// settled offers what is free to those who wait.
func (q queueing) settled() queueing {
	for len(q.sitting) < linearSeats && q.waiting != "" {
		first := q.waiting[:1]
		q.sitting, q.offered, q.waiting = sorted(q.sitting+first), sorted(q.offered+first), q.waiting[1:]
	}
	return q
}

func sorted(letters string) string {
	b := []byte(letters)
	slices.Sort(b)
	return string(b)
}

func linearModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return queueing{} },
		Step: func(state, input, output any) (bool, any) {
			want, next := state.(queueing).answerTo(input.(wish))
			return output.(string) == want, next
		},
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			byMission := map[string][]porcupine.Operation{}
			for _, o := range history {
				id := o.Input.(wish).mission
				byMission[id] = append(byMission[id], o)
			}
			var parts [][]porcupine.Operation
			for _, part := range byMission {
				parts = append(parts, part)
			}
			return parts
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v: %s", input, output) },
	}
}

// client is one person who goes after seats in all missions.
type client struct {
	e     *engine.Engine
	who   string
	holds map[string]mission.ID // by mission, as far as the client was told
}

// do asks, and gives the answer in the model's words.
func (c *client) do(t *testing.T, w wish) string {
	submit := func(cmd mission.Command) (mission.Result, error) {
		return c.e.Submit(context.Background(), mission.Envelope{Command: cmd})
	}
	var res mission.Result
	var err error
	switch w.what {
	case "look":
		v, err := c.e.Store().Mission(w.mission)
		if err != nil {
			t.Error(err)
		}
		p := v.Seats.Pools[0]
		return fmt.Sprintf("%d sit, %d wait", p.Held, p.Waiting)
	case "release":
		_, err = submit(mission.ReleaseSeat{Hold: c.holds[w.mission]})
		delete(c.holds, w.mission)
	case "leave":
		_, err = submit(mission.LeaveWaiting{Mission: w.mission, Volunteer: w.who})
	case "join":
		res, err = submit(mission.JoinWaiting{Mission: w.mission, Volunteer: w.who})
	default:
		res, err = submit(mission.HoldSeat{Hold: c.e.NewID("h-"), Mission: w.mission, Volunteer: w.who})
	}
	switch {
	case mission.KindOf(err) == mission.Full:
		return fmt.Sprintf("full, %d ahead", mission.AsError(err).Waiting)
	case err != nil:
		t.Errorf("%+v: %v", w, err)
		return err.Error()
	case res.Waiting != nil:
		return fmt.Sprint("waits at ", res.Waiting.Position)
	case res.Hold != nil:
		c.holds[w.mission] = res.Hold.ID
		return "sits"
	}
	return "done"
}

// next gives a wish that the client may have: only what it was told it has, it
// gives back.
func (c *client) next(rnd *rand.Rand) wish {
	w := wish{what: []string{"hold", "hold", "join", "join", "leave", "look"}[rnd.IntN(6)], mission: fmt.Sprintf("m%d", rnd.IntN(2)), who: c.who}
	if c.holds[w.mission] != "" {
		w.what = []string{"release", "release", "hold", "look"}[rnd.IntN(4)]
	}
	return w
}

func TestSeatsAreLinearizable(t *testing.T) {
	wishes := 200
	if testing.Short() {
		wishes = 60
	}
	e, err := engine.Open(engine.Options{Dir: t.TempDir(), ManualTicks: true, NoText: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for i := range 2 {
		seats := linearSeats
		m := &mission.Mission{ID: fmt.Sprintf("m%d", i), Title: "x", Remote: mission.RemoteFull, Seats: &seats, State: mission.StateOpen, Booking: mission.BookingHere}
		if _, err := e.Submit(context.Background(), mission.Envelope{Command: mission.PutMission{Mission: m}}); err != nil {
			t.Fatal(err)
		}
	}
	histories := make([][]porcupine.Operation, linearClients)
	began := time.Now()
	var all sync.WaitGroup
	for i := range linearClients {
		c := &client{e: e, who: string(rune('a' + i)), holds: map[string]mission.ID{}}
		all.Go(func() {
			rnd := rand.New(rand.NewPCG(1, uint64(i)))
			for range wishes {
				w := c.next(rnd)
				call := time.Since(began).Nanoseconds()
				answer := c.do(t, w)
				histories[i] = append(histories[i], porcupine.Operation{ClientId: i, Input: w, Call: call, Output: answer, Return: time.Since(began).Nanoseconds()})
			}
		})
	}
	all.Wait()
	history := slices.Concat(histories...)
	counts := map[string]int{}
	for _, o := range history {
		word, _, _ := strings.Cut(o.Output.(string), " ")
		counts[strings.Trim(word, ",")]++
	}
	if counts["full"] < len(history)/20 || counts["waits"] < len(history)/20 || counts["sits"] < len(history)/20 {
		t.Errorf("got the answers %v: there was no contention", counts)
	}
	if got := porcupine.CheckOperationsTimeout(linearModel(), history, time.Minute); got != porcupine.Ok {
		t.Errorf("got %s, want a history that one order explains; answers %v", got, counts)
	}
}

// The model refuses what must not happen: a seat too many, a queue jumped, an
// answer that forgets what was answered before.
func TestLinearModelHasTeeth(t *testing.T) {
	f := func(want bool, answers ...string) {
		t.Helper()
		var history []porcupine.Operation
		for i, a := range answers {
			words := strings.SplitN(a, " ", 3)
			history = append(history, porcupine.Operation{ClientId: i, Input: wish{words[1], "m0", words[0]}, Output: words[2], Call: int64(2 * i), Return: int64(2*i + 1)})
		}
		if got := porcupine.CheckOperations(linearModel(), history); got != want {
			t.Errorf("%q: got %v, want %v", answers, got, want)
		}
	}
	f(true, "a hold sits", "b hold sits", "c hold full, 0 ahead", "c join waits at 1", "a release done", "c hold sits", "d hold full, 0 ahead")
	f(false, "a hold sits", "b hold sits", "c hold sits")
	f(false, "a hold sits", "b hold sits", "c join waits at 1", "a release done", "d hold sits")
	f(false, "a hold sits", "b hold sits", "c join waits at 1", "d join waits at 1")
	f(false, "a hold sits", "x look 0 sit, 0 wait")
	f(false, "a hold sits", "b hold full, 0 ahead")
}
