package peer

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"renfort/bench/world"
	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/mission"
)

// document is a mission as the others get it, one line of missions.ndjson.
type document struct {
	Number      int          `json:"n"`
	Title       string       `json:"title"`
	Text        string       `json:"text"` // all other words
	Domains     []string     `json:"domains,omitzero"`
	Departments []string     `json:"departments,omitzero"` // of its addresses
	Remote      string       `json:"remote"`
	Points      [][2]float64 `json:"points,omitzero"` // lat, lon
	Published   int64        `json:"published"`
}

// corpus is the missions compared. Missions and documents are made when they
// are asked for; what the brute force needs of them is kept.
type corpus struct {
	world     *world.World
	taxonomy  *mission.Taxonomy
	intake    *mission.Intake
	addresses string
	seed      uint64
	hot       hotSeats
	rows      []row
}

// row is what of a mission the brute force and the questions need.
type row struct {
	id          mission.ID
	title       string
	stand       stand
	domains     []string
	departments []string
	remote      string
	points      []geo.Vec
	published   int64
}

func newCorpus(c *Config) (*corpus, error) {
	made := world.Default()
	made.Missions, made.Seed = c.Missions, c.Seed
	w, err := world.New(made)
	if err != nil {
		return nil, err
	}
	taxonomy := mission.DefaultTaxonomy()
	k := &corpus{world: w, taxonomy: taxonomy, addresses: c.Addresses, seed: c.Seed, rows: make([]row, c.Missions),
		intake: mission.NewIntake(taxonomy, gazetteer.Default(), new(mission.Zones))}
	if k.hot, err = k.chooseHot(c); err != nil {
		return nil, err
	}
	for i := range k.rows {
		m, err := k.mission(i)
		if err != nil {
			return nil, err
		}
		d := k.documentOf(i, m)
		r := row{id: m.ID, title: d.Title, domains: d.Domains, departments: d.Departments, remote: d.Remote, published: d.Published, stand: k.stand(i, m)}
		for _, p := range d.Points {
			r.points = append(r.points, geo.Point{Lat: p[0], Lon: p[1]}.Vec())
		}
		k.rows[i] = r
	}
	k.settle()
	return k, nil
}

// mission makes mission i, as the intake leaves it. All its seats are for one
// time: what others keep of seats is one number.
func (k *corpus) mission(i int) (*mission.Mission, error) {
	m := k.world.Mission(i)
	m.Slots = nil
	if k.addresses == AddressesFirst && len(m.Locations) > 1 {
		m.Locations = m.Locations[:1]
	}
	if k.hot.has(i) {
		m.Seats = &k.hot.seats
	}
	if err := k.intake.Mission(&m); err != nil {
		return nil, fmt.Errorf("peer: mission %d: %w", i, err)
	}
	return &m, nil
}

// document makes mission i in the form for the others.
func (k *corpus) document(i int) (*document, error) {
	m, err := k.mission(i)
	if err != nil {
		return nil, err
	}
	return k.documentOf(i, m), nil
}

func (k *corpus) documentOf(i int, m *mission.Mission) *document {
	d := &document{Number: i, Title: m.Title, Domains: m.Domains, Remote: m.Remote, Published: m.Times.Published,
		Text: strings.Join(append(k.labels(m), m.Description), "\n")}
	if !m.Placed() {
		return d // done from anywhere: its addresses are no places
	}
	for j := range m.Locations {
		if p, ok := m.Locations[j].Point(); ok {
			d.Points = append(d.Points, [2]float64{p.Lat, p.Lon})
		}
		if code := m.Locations[j].Department; code != "" && !slices.Contains(d.Departments, code) {
			d.Departments = append(d.Departments, code)
		}
	}
	return d
}

// labels gives what names a mission beside its title: who runs it, what sort
// of mission it is, and where.
func (k *corpus) labels(m *mission.Mission) (all []string) {
	if m.Organization != nil {
		all = append(append(all, m.Organization.Name), m.Organization.Networks...)
	}
	for _, id := range m.Domains {
		if bit, ok := k.taxonomy.Domain(id); ok {
			all = append(all, k.taxonomy.Domains[bit].Label)
		}
	}
	for _, id := range m.Activities {
		if bit, ok := k.taxonomy.Activity(id); ok {
			all = append(all, k.taxonomy.Activities[bit].Label)
		}
	}
	all = append(all, m.Tags...)
	for _, s := range m.Skills {
		all = append(all, s.ID)
	}
	for i := range m.Locations {
		l := &m.Locations[i]
		department, _ := k.intake.Places.Department(l.Department)
		all = append(all, l.City, l.PostalCode, department.Name, department.Region)
	}
	return all
}

// writeLines writes n records as NDJSON.
func writeLines[T any](path string, n int, record func(int) (T, error)) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("peer: %w", err)
	}
	defer f.Close() // again, where Close below was not reached
	b := bufio.NewWriterSize(f, 1<<16)
	to := json.NewEncoder(b)
	to.SetEscapeHTML(false)
	for i := range n {
		r, err := record(i)
		if err != nil {
			return err
		}
		if err := to.Encode(r); err != nil {
			return fmt.Errorf("peer: write %s: %w", path, err)
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("peer: write %s: %w", path, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("peer: write %s: %w", path, err)
	}
	return nil
}
