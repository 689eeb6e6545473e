package record

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"renfort/mission"
)

// Draft is the mission that a record describes, ready for mission.Intake.
type Draft struct {
	Mission *mission.Mission
	// Left is how many seats the record says are left on the platform's own
	// side; nil where it does not say. Never negative.
	Left *int
	// Dropped says in words what the record has that the mission has not.
	Dropped []string
}

// droppedMax is how many of them are told.
const droppedMax = 20

// drafting is one record on its way.
type drafting struct {
	*Mapping
	tree      map[string]any
	taxonomy  *mission.Taxonomy
	draft     *Draft
	publisher string
}

func (d *drafting) drop(format string, args ...any) {
	if len(d.draft.Dropped) < droppedMax {
		d.draft.Dropped = append(d.draft.Dropped, fmt.Sprintf(format, args...))
	}
}

// Mission reads a record, whose objectID names its mission. Refused as Invalid
// are what is no object, an objectID that no rule knows, and a record without
// a title; everything else that does not fit is left out and told. The draft
// may still be refused by Intake, most of all for having no place at all.
// record is not kept. Safe for concurrent use.
func (m *Mapping) Mission(record []byte, taxonomy *mission.Taxonomy) (*Draft, error) {
	tree, err := m.wanted.read(record)
	if err != nil {
		return nil, mission.Errorf(mission.Invalid, "the record cannot be read: %s", strings.TrimPrefix(err.Error(), "record: "))
	}
	objectID := ""
	scalars(tree, "objectID", func(v any) { objectID = words(v) })
	id, publisher, ok := m.identify(objectID)
	if !ok {
		return nil, mission.Errorf(mission.Invalid, "objectID %q is of no kind that the mapping %q knows as a mission", objectID, m.Name)
	}
	d := &drafting{Mapping: m, tree: tree, taxonomy: taxonomy, publisher: publisher,
		draft: &Draft{Mission: &mission.Mission{ID: id, Publisher: publisher}}}
	if err := d.title(); err != nil {
		return nil, err
	}
	d.texts()
	d.lists()
	d.rules()
	d.seats()
	d.places()
	d.dates()
	d.commitment()
	d.extras(objectID)
	return d.draft, nil
}

// first gives the first of the paths at which a text stands that is not blank.
func (d *drafting) first(paths []Path) (text string) {
	return firstOf(d.tree, paths)
}

func firstOf(tree any, paths []Path) (text string) {
	for _, p := range paths {
		scalars(tree, p, func(v any) {
			if text == "" {
				text = strings.TrimSpace(words(v))
			}
		})
		if text != "" {
			return text
		}
	}
	return ""
}

func (d *drafting) title() error {
	t := line(d.first(d.Title))
	if t == "" {
		return mission.Errorf(mission.Invalid, "%s is missing or blank: a mission has a title", d.Title[0])
	}
	d.draft.Mission.Title = d.cut("title", t, mission.TitleLettersMax)
	return nil
}

func (d *drafting) texts() {
	m := d.draft.Mission
	var all []string
	for _, p := range d.Description {
		scalars(d.tree, p, func(v any) {
			if t := strings.TrimSpace(paragraph(words(v))); t != "" {
				all = append(all, t)
			}
		})
	}
	m.Description = d.cut("description", strings.Join(all, "\n\n"), mission.TextLettersMax)
	m.URL = d.url()
	if o := d.organization(); o.ID != "" || o.Name != "" {
		m.Organization = o
	}
	if g := line(d.first(d.Group.From)); g != "" {
		if g = d.Group.Prefix + g; mission.CheckID("", g) == nil {
			m.Group = g
		}
	}
}

func (d *drafting) organization() *mission.OrgRef {
	o := &mission.OrgRef{Name: d.cut("organization name", line(d.first(d.Organization.Name)), mission.WordLettersMax)}
	if id := line(d.first(d.Organization.ID)); id != "" {
		if o.ID = d.publisher + ":" + id; mission.CheckID("", o.ID) != nil {
			d.drop("the organization id %.40q is too long", id)
			o.ID = ""
		}
	}
	o.Networks = d.list("network", d.Organization.Networks, nil)
	return o
}

// url gives the mission's address, "" if there is none that can be.
func (d *drafting) url() string {
	if u := d.first(d.URL.From); u != "" {
		if p, err := url.Parse(u); err == nil && (p.Scheme == "https" || p.Scheme == "http") && p.Host != "" && len(u) <= mission.URLBytesMax && line(u) == u {
			return u
		}
		d.drop("%.80q is no address (http, https)", u)
	}
	u, rest := "", d.URL.Template
	for rest != "" {
		before, after, found := strings.Cut(rest, "{")
		u += before
		if !found {
			break
		}
		name, after, _ := strings.Cut(after, "}")
		value := d.first([]Path{Path(name)})
		if value == "" {
			return ""
		}
		u, rest = u+url.PathEscape(value), after
	}
	if len(u) > mission.URLBytesMax {
		return ""
	}
	return u
}

func (d *drafting) lists() {
	m := d.draft.Mission
	m.Domains = d.known("domain", d.Domains, d.taxonomy.Domain, func(i int) string { return d.taxonomy.Domains[i].ID })
	m.Activities = d.known("activity", d.Activities, d.taxonomy.Activity, func(i int) string { return d.taxonomy.Activities[i].ID })
	m.Tags = d.list("tag", d.Tags.From, d.Tags.Words)
	m.Audiences = d.list("audience", d.Audiences.From, d.Audiences.Words)
	m.Requirements = d.list("requirement", d.Requirements.From, d.Requirements.Words)
	for _, s := range d.list("skill", d.Skills.From, d.Skills.Words) {
		m.Skills = append(m.Skills, mission.Skill{ID: s})
	}
}

// collect visits the scalars of each list of paths, of the first path of a
// list that has any.
func (d *drafting) collect(lists [][]Path, visit func(any)) {
	for _, paths := range lists {
		for _, p := range paths {
			if scalars(d.tree, p, visit) {
				break
			}
		}
	}
}

// known gives the canonical ids of the domains or activities that the record
// names, each once; others are told.
func (d *drafting) known(what string, lists [][]Path, find func(string) (int, bool), id func(int) string) (ids []string) {
	unknown := map[string]bool{}
	d.collect(lists, func(v any) {
		name := line(words(v))
		if name == "" {
			return
		}
		bit, ok := find(name)
		if !ok {
			bit, ok = find(strings.ReplaceAll(name, "’", "'"))
		}
		switch {
		case !ok && !unknown[name]:
			unknown[name] = true
			d.drop("%s %.80q is not known", what, name)
		case ok && len(ids) < mission.EntriesMax && !slices.Contains(ids, id(bit)):
			ids = append(ids, id(bit))
		}
	})
	return ids
}

// list gives free words, each once.
func (d *drafting) list(what string, lists [][]Path, replace map[string]string) (all []string) {
	more := 0
	d.collect(lists, func(v any) {
		w := line(words(v))
		if to, ok := replace[w]; ok {
			w = to
		}
		w = d.cut(what, w, mission.WordLettersMax)
		switch {
		case w == "" || slices.Contains(all, w):
		case len(all) == mission.EntriesMax:
			more++
		default:
			all = append(all, w)
		}
	})
	if more > 0 {
		d.drop("%d more of %s than the %d a mission has", more, what, mission.EntriesMax)
	}
	return all
}

func (d *drafting) rules() {
	m := d.draft.Mission
	m.Remote = d.word(d.Remote)
	m.Booking = d.word(d.Booking)
	m.RequestedUrgency = d.word(d.RequestedUrgency)
	m.DateType = d.word(d.DateType)
	m.State = d.word(d.State)
	for _, r := range d.MinAge {
		if d.holds(r.Path, r.Is) {
			m.MinAge = &r.Then
			return
		}
	}
}

func (d *drafting) word(rules []WordRule) string {
	for i := range rules {
		if d.holds(rules[i].Path, rules[i].Is) {
			return rules[i].Then
		}
	}
	return ""
}

// holds says whether the value at a path is one of those given.
func (d *drafting) holds(p Path, is []any) (ok bool) {
	scalars(d.tree, p, func(v any) {
		if n, isNumber := v.(number); isNumber {
			v, _ = n.float()
		}
		ok = ok || slices.Contains(is, v)
	})
	return ok
}

// extras are the attributes and what is kept as it came.
func (d *drafting) extras(objectID string) {
	m := d.draft.Mission
	for name, p := range d.Attributes {
		v, _ := at(d.tree, p)
		switch s := v.(type) {
		case string:
			v = d.cut(name, line(s), mission.WordLettersMax)
		case number:
			f, ok := s.float()
			if !ok {
				continue
			}
			v = f
		case bool:
		default:
			continue
		}
		if m.Attributes == nil {
			m.Attributes = make(map[string]any, len(d.Attributes))
		}
		m.Attributes[name] = v
	}
	data := map[string]any{"objectID": objectID}
	for _, name := range slices.Sorted(maps.Keys(d.Data)) {
		if v, ok := at(d.tree, d.Data[name]); ok {
			data[name] = plain(v)
		}
	}
	if encoded, err := json.Marshal(data); err == nil && len(encoded) <= mission.DataBytesMax {
		m.Data = encoded
	} else {
		d.drop("data of more than %d bytes", mission.DataBytesMax)
	}
}
