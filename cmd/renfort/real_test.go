package main

// Real missions of New York, the United Kingdom and France go in through the
// binary and come out ranked sensibly: near, explained, open, the order that
// of the scores but for the page's rules. The records lie beside the project
// and are not copied into it; without them these tests say so and skip.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"renfort/mission"
)

// shared gives the path of a shared record file.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("RENFORT_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(dir, "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the real records are not here: %v (RENFORT_SHARED says where)", err)
	}
	return path
}

// recordsFrom is the day around which the dates of the real missions lie.
func recordsFrom() time.Time { return time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) }

// today copies the file with its dates moved by whole days, so that these
// tests mean the same in other years.
func today(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	days := max(0, int(time.Since(recordsFrom()).Hours()/24))
	var out bytes.Buffer
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var m map[string]any
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		move(m, days)
		line, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(line, '\n'))
	}
	return mustWrite(t, filepath.Base(path), out.String())
}

// move moves every date below v.
func move(v any, days int) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			move(e, days)
		}
	case map[string]any:
		for k, e := range v {
			if s, ok := e.(string); ok && (strings.HasSuffix(k, "_at") || k == "date" || k == "apply_before") {
				for _, layout := range []string{time.DateOnly, time.RFC3339} {
					if at, err := time.Parse(layout, s); err == nil {
						v[k] = at.AddDate(0, 0, days).Format(layout)
					}
				}
			}
			move(e, days)
		}
	}
}

// suggestion is one recommended mission as the contract has it.
type suggestion struct {
	ID       string
	Score    float64
	Distance *float64 `json:"distance_km"`
	Location *struct{ Lat, Lon float64 }
	Mission  struct {
		Title        string
		Domains      []string
		Remote       string
		Organization struct{ ID string }
	}
	Reasons []struct {
		Factor        string
		Value, Weight float64
		Text          string
	}
}

// recommend asks for a page around a place.
func recommend(s *server, lat, lon float64, more string) (page []suggestion) {
	s.t.Helper()
	var answer struct{ Recommendations []suggestion }
	s.must(200, "POST", "/v1/recommendations", fmt.Sprintf(
		`{"profile":{"location":{"lat":%v,"lon":%v}%s},"limit":20,"explain":true,"lang":"en"}`, lat, lon, more), &answer)
	return answer.Recommendations
}

// kmBetween is the great circle by the haversine: not the engine's way.
func kmBetween(lat1, lon1, lat2, lon2 float64) float64 {
	const rad = math.Pi / 180
	a := math.Pow(math.Sin((lat2-lat1)*rad/2), 2) + math.Cos(lat1*rad)*math.Cos(lat2*rad)*math.Pow(math.Sin((lon2-lon1)*rad/2), 2)
	return 2 * 6371.0088 * math.Asin(math.Sqrt(a))
}

// sensible wants what a person would: missions, near, at the distance that is
// told, for reasons that add up and are told in words, the best one first.
func sensible(t *testing.T, where string, lat, lon, nearKm float64, page []suggestion) {
	t.Helper()
	if len(page) < 10 {
		t.Fatalf("%s: only %d recommendations", where, len(page))
	}
	organizations := map[string]int{}
	for i, m := range page {
		product, words := 1.0, 0
		for _, r := range m.Reasons {
			product *= math.Pow(r.Value, r.Weight)
			if r.Text != "" {
				words++
			}
		}
		if math.Abs(product-m.Score) > 1e-6 || words == 0 {
			t.Errorf("%s: %s: score %v, its reasons multiply to %v, %d in words", where, m.ID, m.Score, product, words)
		}
		if m.Score > page[0].Score {
			t.Errorf("%s: place %d scores %v, the first %v", where, i+1, m.Score, page[0].Score)
		}
		if m.Distance == nil || m.Location == nil {
			if m.Mission.Remote == "no" {
				t.Errorf("%s: %s is at a place and nobody says how far", where, m.ID)
			}
			continue
		}
		if km := kmBetween(lat, lon, m.Location.Lat, m.Location.Lon); math.Abs(km-*m.Distance) > 0.002 || km > nearKm {
			t.Errorf("%s: %s %q is said to be at %v km, is at %.3f, and near is %v", where, m.ID, m.Mission.Title, *m.Distance, km, nearKm)
		}
		if i < 10 && m.Mission.Organization.ID != "" {
			organizations[m.Mission.Organization.ID]++
		}
	}
	for id, n := range organizations {
		if n > 2 {
			t.Errorf("%s: %d of the first ten are of %s", where, n, id)
		}
	}
}

func TestRealMissions(t *testing.T) {
	file := today(t, shared(t, "missions_real.ndjson"))
	dir := t.TempDir()
	s := serve(t, dir)
	o := mustRun(t, "import", "--to", s.url, file)
	// Two lines have no coordinates and say 0,0; nine do not know their seats
	// and say -1 where the contract wants null.
	if !strings.Contains(o.stdout, "921 missions, 910 stored, 11 refused") ||
		strings.Count(o.stderr, "/locations/0 the point 0,0") != 2 || strings.Count(o.stderr, "/seats is -1") != 9 {
		t.Fatalf("import says %q, %q; want 910 stored, two refused for the point 0,0 and nine for -1 seats", o.stdout, o.stderr)
	}
	const newYorkLat, newYorkLon, londonLat, londonLon = 40.7306, -73.9866, 51.5072, -0.1276
	page := recommend(s, newYorkLat, newYorkLon, "")
	sensible(t, "New York", newYorkLat, newYorkLon, 30, page)
	sensible(t, "London", londonLat, londonLon, 150, recommend(s, londonLat, londonLon, ""))
	chosen := recommend(s, newYorkLat, newYorkLon, `,"domains":["education"]`)
	sensible(t, "New York, education", newYorkLat, newYorkLon, 40, chosen)
	if d := chosen[0].Mission.Domains; len(d) == 0 || d[0] != "education" {
		t.Errorf("who chose education is shown %q first, of %v", chosen[0].Mission.Title, d)
	}
	takeSeat(t, s, page)
	s.kill()
	mustRun(t, "check", dir)
	again := recommend(serve(t, dir), newYorkLat, newYorkLon, "")
	sensible(t, "New York after kill -9", newYorkLat, newYorkLon, 30, again)
}

// takeSeat takes one of the seats recommended, and confirms it.
func takeSeat(t *testing.T, s *server, page []suggestion) {
	t.Helper()
	for _, m := range page {
		r := s.ask("POST", "/v1/missions/"+m.ID+"/holds", `{"volunteer":"v-1"}`)
		if r.status == 409 || r.status == 400 {
			continue // it wants a slot named, or takes signups elsewhere
		}
		var h struct{ Hold, State string }
		if err := json.Unmarshal(r.body, &h); err != nil || r.status != 201 || h.State != "held" {
			t.Fatalf("hold of %s: %d %s", m.ID, r.status, beginning(r.body))
		}
		s.must(200, "POST", "/v1/holds/"+h.Hold+"/confirm", "", &h)
		if h.State != "confirmed" {
			t.Errorf("the seat in %s is %s", m.ID, h.State)
		}
		return
	}
	t.Error("no mission of the page can be held")
}

// platformRecord is what of API Engagement's v0 JSON a mission is made from.
type platformRecord struct {
	ID               string `json:"_id"`
	ClientID         string `json:"clientId"`
	Title            string `json:"title"`
	Description      string `json:"description"`
	ApplicationURL   string `json:"applicationUrl"`
	PostedAt         string `json:"postedAt"`
	City             string `json:"city"`
	PostalCode       string `json:"postalCode"`
	DepartmentCode   string `json:"departmentCode"`
	Country          string `json:"country"`
	Address          string `json:"adresse"`
	Location         struct{ Lat, Lon float64 }
	Remote           string `json:"remote"`
	Domain           string `json:"domain"`
	Activity         string `json:"activity"`
	Places           *int   `json:"places"`
	OrganizationID   string `json:"organizationId"`
	OrganizationName string `json:"organizationName"`
}

// asMission maps a record as the contract's feeds do, but for its dates, which
// are of years ago: it is open still.
func (p *platformRecord) asMission() map[string]any {
	id := p.ClientID
	if id == "" {
		id = p.ID
	}
	country, remote := p.Country, p.Remote
	if country == "" {
		country = "FR"
	}
	if remote == "" {
		remote = "no"
	}
	m := map[string]any{"id": "jva:" + id, "publisher": "jva", "title": p.Title, "description": p.Description, "url": p.ApplicationURL,
		"remote": remote, "seats": p.Places, "locations": []map[string]any{{"lat": p.Location.Lat, "lon": p.Location.Lon, "label": p.Address,
			"city": p.City, "postal_code": p.PostalCode, "department": p.DepartmentCode, "country": country}}}
	if p.OrganizationName != "" {
		organization := p.OrganizationID
		if organization == "" {
			organization = p.OrganizationName
		}
		m["organization"] = map[string]any{"id": "jva:" + organization, "name": p.OrganizationName}
	}
	if p.PostedAt != "" {
		m["published_at"] = p.PostedAt
	}
	// A feed drops what the taxonomy does not know.
	taxonomy := mission.DefaultTaxonomy()
	if bit, ok := taxonomy.Domain(p.Domain); ok {
		m["domains"] = []string{taxonomy.Domains[bit].ID}
	}
	if bit, ok := taxonomy.Activity(p.Activity); ok {
		m["activities"] = []string{taxonomy.Activities[bit].ID}
	}
	return m
}

func TestFrenchPlatformRecords(t *testing.T) {
	data, err := os.ReadFile(shared(t, "fr_jva_records.json"))
	if err != nil {
		t.Fatal(err)
	}
	var records []platformRecord
	if err := json.Unmarshal(data, &records); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	for i := range records {
		line, err := mission.Encode(records[i].asMission())
		if err != nil {
			t.Fatal(err)
		}
		file.Write(append(line, '\n'))
	}
	s := serve(t, t.TempDir())
	o := mustRun(t, "import", "--strict", "--to", s.url, mustWrite(t, "jva.ndjson", file.String()))
	if !strings.Contains(o.stdout, "3 missions, 3 stored") {
		t.Fatalf("import says %q, %q", o.stdout, o.stderr)
	}
	for _, p := range records {
		page := recommend(s, p.Location.Lat, p.Location.Lon, "")
		if len(page) == 0 || page[0].Mission.Title != p.Title || page[0].Distance == nil || *page[0].Distance != 0 {
			t.Errorf("next door to %q, the page begins with %+v", p.Title, page)
		}
	}
	var m struct {
		Domains, Activities []string
		Occupancy           struct{ Total int }
	}
	s.must(200, "GET", "/v1/missions/jva:6581", "", &m)
	if m.Occupancy.Total != 30 || len(m.Domains) != 1 || len(m.Activities) != 1 || m.Activities[0] != "distribution" {
		t.Errorf("the distribution of 30 places is read back as %+v", m)
	}
}
