package verify_test

// Recorded answers against the documented formula: an honest page is right,
// and each way of bending one is found.

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"renfort/bench/verify"
)

// object is a piece of JSON.
type object = map[string]any

// page is what an honest service answers somebody at mission m1's address: of
// its three seats one is free. The numbers are worked out here.
func page() object {
	const pMiss, fill = 0.2, 2.0 / 3
	congestion := (1 - math.Exp(fill-1)) / (1 - 1/math.E)
	urgency := 1 + pMiss
	reason := func(factor string, value, weight float64, detail object) object {
		return object{"factor": factor, "value": value, "weight": weight, "detail": detail}
	}
	item := object{"id": "m1", "distance_km": 0.0, "location": object{"lat": 43.7, "lon": 7.26, "department": "06"}, "seats_free": 1,
		"score":   math.Pow(urgency, 0.7) * math.Pow(0.8, 0.3) * math.Pow(congestion, 0.25),
		"mission": object{"title": "Colis", "domains": []any{"sante"}, "remote": "no", "urgency": "normal"},
		"reasons": []any{reason("affinity", 1, 1, nil), reason("distance", 1, 1, object{"km": 0, "scale_km": 25}), reason("availability", 1, 1, nil),
			reason("urgency", urgency, 0.7, object{"p_miss": pMiss, "urgency": "normal"}), reason("quality", 0.8, 0.3, nil),
			reason("congestion", congestion, 0.25, object{"fill": math.Round(fill*1e6) / 1e6})}}
	return object{"recommendations": []any{item}, "policy": "p/1", "seq": 20, "at": "2026-11-22T12:30:01Z", "widened": nil}
}

// noted writes a record of one answer.
func noted(t *testing.T, kind, method, path string, request, body object) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "record")
	w, err := verify.NewRecord(file)
	if err != nil {
		t.Fatal(err)
	}
	a := verify.Answer{Run: "r", N: 1, At: at(), Kind: kind, Method: method, Path: path, Status: 200}
	if a.Body, err = json.Marshal(body); err != nil {
		t.Fatal(err)
	}
	if request != nil {
		if a.Request, err = json.Marshal(request); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Answer(&a); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

// here asks for a page at the mission's address.
func here() object {
	return object{"profile": object{"location": object{"lat": 43.7, "lon": 7.26}}, "explain": true}
}

// first gives the page's first item, factor one of its reasons.
func first(page object) object { return page["recommendations"].([]any)[0].(object) }

func factor(page object, i int) object { return first(page)["reasons"].([]any)[i].(object) }

func TestRecordLies(t *testing.T) {
	if said, err := run(t, honest(), verify.Options{Records: []string{noted(t, verify.KindRecommendation, "POST", "/v1/recommendations", here(), page())}}); err != nil {
		t.Fatalf("an honest page: %v\n%s", err, said)
	}
	f := func(name string, bend func(request, page object), words ...string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request, page := here(), page()
			bend(request, page)
			mustFind(t, honest(), verify.Options{Ledgers: []string{diary(t, truth()...)},
				Records: []string{noted(t, verify.KindRecommendation, "POST", "/v1/recommendations", request, page)}}, append(words, "answer r/1")...)
		})
	}
	f("a wrong score", func(_, p object) { first(p)["score"] = first(p)["score"].(float64) + 2e-6 }, "its reasons multiply to")
	f("a wrong weight", func(_, p object) { factor(p, 0)["weight"] = 2 }, "its reasons multiply to")
	f("a factor is missing", func(_, p object) { first(p)["reasons"] = first(p)["reasons"].([]any)[1:] }, "product of the reasons")
	f("a wrong affinity", func(r, _ object) { r["profile"].(object)["domains"] = []any{"sport"} }, "affinity is 1; by the formula it is 0.2")
	f("a wrong decay", func(_, p object) {
		factor(p, 1)["value"] = 0.9
		first(p)["score"] = first(p)["score"].(float64) * 0.9
	}, "distance is 0.9; by the formula it is 1.0")
	f("a wrong distance", func(_, p object) { first(p)["distance_km"] = 0.5; factor(p, 1)["detail"].(object)["km"] = 0.5 }, "is told at 0.5 km", "its nearest address is at 0.0 km")
	f("a wrong scale", func(_, p object) { factor(p, 1)["detail"].(object)["scale_km"] = 3 }, "scales [(3, 0)]", "by the map L is from 25.000 to 25.000 km")
	f("an availability that cannot be", func(r, p object) {
		factor(p, 2)["value"] = 0.2
		first(p)["score"] = first(p)["score"].(float64) * 0.2
	}, "availability is 0.2; by the formula it is 1.0")
	f("an urgency that p_miss does not give", func(_, p object) { factor(p, 3)["detail"].(object)["p_miss"] = 0.3 }, "urgency is 1.2; by the formula it is 1.3")
	f("a p_miss that cannot be", func(_, p object) {
		factor(p, 3)["detail"].(object)["p_miss"], factor(p, 3)["value"] = 0.9, 1.9
		first(p)["score"] = first(p)["score"].(float64) * math.Pow(1.9/1.2, 0.7)
	}, "p_miss 0.9 is not from")
	f("a wrong fill", func(_, p object) { factor(p, 5)["detail"].(object)["fill"] = 0.1 }, "fill 0.1 with 1 of 3 seats free")
	f("stale seats", func(_, p object) { first(p)["seats_free"] = 3 }, "shown with 3 seats free; of its 3 seats 1 were taken for sure")
	f("no seat", func(_, p object) { first(p)["seats_free"] = 0 }, "shown with 0 seats free")
	f("twice", func(_, p object) { p["recommendations"] = []any{first(p), first(p)} }, "no mission twice")
	f("not asked for", func(r, _ object) { r["exclude"] = []any{"m1"} }, "none excluded")
	f("too young", func(r, _ object) { r["profile"].(object)["birth_year"] = 2010 }, "is for those of 18 and older")
	f("not a page", func(_, p object) { delete(first(p), "score") }, "documented shape")
}

// A full mission is never shown at a seq at which its last seat was gone.
func TestRecordFull(t *testing.T) {
	l, p := honest(), page()
	l.missions[0]["seats"], l.missions[0]["occupancy"] = 1, occupancy(1, 0, 1)
	l.seats = l.seats[:1]
	o := verify.Options{Ledgers: []string{diary(t, truth()[:4]...)}, Records: []string{noted(t, verify.KindRecommendation, "POST", "/v1/recommendations", here(), p)}}
	mustFind(t, l, o, "m1 is shown with 1 seats free; of its 1 seats 1 were taken for sure")
	p["seq"] = 11 // before the hold, which is 12
	o.Records[0] = noted(t, verify.KindRecommendation, "POST", "/v1/recommendations", here(), p)
	mustFind(t, l, o, "fill", "missions shown had a seat at the answer's seq: 1 looked at, 0 wrong")
}

// What was changed since is counted as not checked; a record of nothing else
// proves nothing, and neither does an empty one.
func TestRecordProvesNothing(t *testing.T) {
	l := honest()
	l.missions[0]["title"] = "Autre chose"
	record := noted(t, verify.KindRecommendation, "POST", "/v1/recommendations", here(), page())
	mustFind(t, l, verify.Options{Records: []string{record}}, "1 not checked: the mission was changed, closed or deleted since", "of none of 1 missions shown")
	p := page()
	delete(first(p), "reasons")
	record = noted(t, verify.KindRecommendation, "POST", "/v1/recommendations", here(), p)
	mustFind(t, honest(), verify.Options{Records: []string{record}}, "1 not checked: the answer has no reasons", "of none of 1 missions shown")
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	mustFind(t, honest(), verify.Options{Records: []string{empty}}, "nothing was proved")
}

func TestSearchLies(t *testing.T) {
	f := func(name, path string, bend func(page object), words ...string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			item := first(page())
			delete(item, "reasons")
			answer := object{"hits": []any{item}, "total": 1, "seq": 20}
			if bend == nil {
				if said, err := run(t, honest(), verify.Options{Records: []string{noted(t, verify.KindSearch, "GET", path, nil, answer)}}); err != nil {
					t.Errorf("%v\n%s", err, said)
				}
				return
			}
			bend(answer)
			mustFind(t, honest(), verify.Options{Records: []string{noted(t, verify.KindSearch, "GET", path, nil, answer)}}, words...)
		})
	}
	hit := func(answer object) object { return answer["hits"].([]any)[0].(object) }
	const near = "/v1/search?lat=43.7&lon=7.26&radius_km=5&domain=sante&sort=distance"
	f("honest", near, nil)
	f("too far", near, func(a object) { hit(a)["distance_km"] = 6 }, "told at 6 km is off by 6.0 km")
	f("another domain", "/v1/search?domain=sport", func(object) {}, "m1 has domain {'sante'}, asked was {'sport'}")
	f("more than there are", near, func(a object) { a["total"] = 0 }, "1 of 0")
	f("in no order", "/v1/search?q=x", func(a object) {
		second := object{}
		for k, v := range hit(a) {
			second[k] = v
		}
		second["id"], second["score"], a["total"] = "m2", 99, 2
		a["hits"] = []any{hit(a), second}
	}, "by relevance the keys are")
}
