package truth_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"renfort/bench/truth"
)

// Goal: every answer that is made wrong on purpose is told, and how.
//
// Method: right answers of a service that has full, closed and suspended
// missions are spoilt one at a time, with and without their reasons, where the
// past is known and where it is not.

// page is an answer that can be spoilt.
type page map[string]any

func (p page) items() []any { return p["recommendations"].([]any) }

func (p page) item(i int) map[string]any { return p.items()[i].(map[string]any) }

func (p page) score(i int) float64 { return p.item(i)["score"].(float64) }

// spoils are ways to be wrong, and a word of what is then said. They change a
// page of 20.
func spoils(barred map[string]string) map[string]func(page) (says string) {
	all := map[string]func(page) string{
		"two swapped": func(p page) string {
			for i := range p.items()[1:] {
				if p.score(i) > p.score(i+1)*(1+1e-5) {
					p.items()[i], p.items()[i+1] = p.items()[i+1], p.items()[i]
					return fmt.Sprintf("place %d has", i+1)
				}
			}
			return ""
		},
		"one dropped": func(p page) string {
			p["recommendations"] = slices.Delete(p.items(), 4, 5)
			return "the page has"
		},
		"one twice": func(p page) string {
			p.items()[3] = p.items()[2]
			return "twice"
		},
		"a mission that is none": func(p page) string {
			p.item(2)["id"] = "w:nothing"
			return "is no mission"
		},
		"a seat too many": func(p page) string {
			p.item(5)["seats_free"] = 123456
			return "free seats"
		},
		"a kilometre too far": func(p page) string {
			km, _ := p.item(1)["distance_km"].(float64)
			p.item(1)["distance_km"] = km + 1.1
			return "km away"
		},
		"widened": func(p page) string {
			p["widened"] = map[string]any{"asked_km": 7, "to_km": 8}
			return "widened"
		},
		"another policy": func(p page) string {
			p["policy"] = "default/9"
			return "policy"
		},
	}
	for why, id := range barred {
		all["a mission though "+why] = func(p page) string {
			p.item(6)["id"] = id
			return why
		}
	}
	return all
}

// exactly are ways to be wrong that are told where the past is known, or the
// answer explains itself.
func exactly() map[string]func(page) string {
	return map[string]func(page) string{
		"a score off by a thousandth": func(p page) string {
			p.item(0)["score"] = p.score(0) * 1.001
			return "scores"
		},
		"a score off by a hundredth of a thousandth": func(p page) string {
			p.item(0)["score"] = p.score(0) * (1 + 1e-5)
			return "scores"
		},
	}
}

// ask asks for a page of as many.
func (l *live) ask(body map[string]any, limit int) (truth.Request, []byte) {
	l.t.Helper()
	body["limit"] = limit
	text := bodyOf(l.t, body)
	q, _, err := truth.ReadRequest([]byte(text))
	if err != nil {
		l.t.Fatal(err)
	}
	return q, l.do("POST", "/v1/recommendations", text)
}

// barred finds missions that nobody may be shown, by the reason.
func (l *live) barred() map[string]string {
	by := map[string]string{}
	for _, m := range l.walk() {
		switch {
		case m.State == "closed":
			by["it is closed"] = m.ID
		case m.Times.Ends != 0 && m.Times.Ends < l.now.Unix():
			by["it has ended"] = m.ID
		case m.State == "open" && m.Occupancy.Free != nil && *m.Occupancy.Free == 0 && m.EndsAt == "" && m.ApplyBefore == "":
			by["it is full"] = m.ID
		}
	}
	return by
}

func TestWrong(t *testing.T) {
	missions, pages := missionsOf(), 12
	if raceEnabled || testing.Short() {
		pages = 4
	}
	l := openLive(t, missions, *truthSeed)
	k := newAsker(t, *truthSeed+100, missions)
	l.crises()
	l.do("PUT", "/v1/missions/full", `{"title":"x","seats":1,"locations":[{"lat":43.7,"lon":7.26}]}`)
	l.do("POST", "/v1/missions/full/holds", `{"volunteer":"p","confirm":true}`)
	l.wait(2 * time.Second)
	barred := l.barred()
	if barred["it is full"] == "" || barred["it is closed"] == "" {
		t.Fatalf("seed %d: there are no missions that are full or closed: %v", *truthSeed, barred)
	}
	known := l.truth(fresh)
	unknown := l.truth(func(r *truth.Rules) { r.Lapsed = true })
	told := 0
	for range pages {
		body := k.body()
		delete(body, "filters")
		q, answer := l.ask(body, 20)
		told += l.spoil(known, q, answer, spoils(barred))
		told += l.spoil(known, q, answer, exactly())
		told += l.spoil(unknown, q, answer, spoils(barred))
		if q.Explain {
			told += l.spoil(unknown, q, answer, exactly())
		}
		q.Limit = 21 // the same page with the best one missing
		_, longer := l.ask(body, 21)
		told += l.spoil(known, q, longer, map[string]func(page) string{"a better one missing": func(p page) string {
			p["recommendations"] = slices.Delete(p.items(), 12, 13)
			return "is missing"
		}})
	}
	t.Logf("%d wrong answers were told", told)
	if told < 12*pages {
		t.Errorf("seed %d: %d wrong answers; draw more of them", *truthSeed, told)
	}
}

// spoil spoils an answer in every way there is; it gives how many.
func (l *live) spoil(by *truth.Truth, q truth.Request, answer []byte, ways map[string]func(page) string) (n int) {
	l.t.Helper()
	if d := by.Differ(q, answer); len(d) > 0 {
		l.t.Fatalf("seed %d: a right answer differs: %q\n%s", *truthSeed, d, answer)
	}
	for _, name := range slices.Sorted(maps.Keys(ways)) {
		var p page
		if err := json.Unmarshal(answer, &p); err != nil {
			l.t.Fatal(err)
		}
		if len(p.items()) < 20 {
			continue // too few to spoil
		}
		says := ways[name](p)
		if says == "" {
			continue
		}
		n++
		d := by.Differ(q, []byte(bodyOf(l.t, p)))
		if !strings.Contains(strings.Join(d, "\n"), says) {
			l.t.Fatalf("seed %d: %s: got %q, want %q among it\n%s", *truthSeed, name, d, says, bodyOf(l.t, p))
		}
	}
	return n
}

// Goal: what truth cannot judge it says, and does not guess.
func TestUnjudged(t *testing.T) {
	of, err := truth.New(nil, truth.Rules{At: began()})
	if err != nil {
		t.Fatal(err)
	}
	q := truth.Request{}
	q.Filter.Tags = []string{"x"}
	if _, err := of.Recommend(q); err == nil {
		t.Error("a filter of tags: got a page, want an error")
	}
	for _, body := range []string{`{"profile":{},"filters":{"tag":["x"]}}`, `{"profile":{},"policy":"default/1"}`, `[`} {
		if _, _, err := truth.ReadRequest([]byte(body)); err == nil {
			t.Errorf("%s: got no error", body)
		}
	}
	for _, answer := range []string{"", "{}", `{"at":"2026-11-21T18:00:00Z","policy":"default/1","recommendations":[{"id":"x"}]}`} {
		if d := of.Differ(truth.Request{}, []byte(answer)); len(d) == 0 {
			t.Errorf("%q: got no difference", answer)
		}
	}
	if d := of.Differ(truth.Request{}, []byte(`{"at":"2026-11-21T18:00:00Z","policy":"default/1","recommendations":[]}`)); len(d) > 0 {
		t.Errorf("an empty page of an empty service differs: %q", d)
	}
}
