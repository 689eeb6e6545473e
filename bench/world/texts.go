package world

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"

	"renfort/mission"
)

// texts are the templates and lists, in Markdown. A template file reads
//
//	# activity | share 70 | domains primary, other
//
//	## A title
//	## Another title for the same need
//	> audiences seniors; hours 3/week; skills permis_b!, psc1; age 16; urgent
//	The description, in paragraphs.
//
// The share of an activity is divided among its templates. The line of ">" may
// hold: domains, audiences, skills (! where required), requirements, access,
// hours N/per, age, remote, parts; and the words once (it happens on a day),
// urgent, calm, vital (a kind that it is drawn for). A list file has sections
// "# name" with entries "- entry", weighted by a last number where that makes
// sense.
//
//go:embed texts/*.md
var texts embed.FS

// template is one need as an association would word it. Immutable.
type template struct {
	id           string // activity and number: "maraude-3"
	activity     string
	domains      []string // first is primary
	titles       []string
	text         string
	audiences    []string
	skills       []mission.Skill
	requirements []string
	access       []string
	hours        int
	per          string
	age          int // 0: not said
	remote       string
	part         string
	once         bool
	kind         string // urgency it is drawn for besides normal, "" for none
	weight       int
}

// library is everything that is written in texts/. Immutable, shared.
type library struct {
	templates  []template
	wheels     [kinds]wheel // wheels[k] picks among templates for kind k
	lists      map[string][]string
	names      map[string][]string // of local associations, by domain, and "all"
	national   map[string][]string
	skills     weighted
	equipment  weighted
	languages  weighted
	activities map[string][]string // by domain
}

// weighted is a list of words and how often each comes up.
type weighted struct {
	words []string
	wheel wheel
}

func (w weighted) pick(d *dice) string { return w.words[w.wheel.spin(d)] }

// openLibrary reads the embedded texts, once for all worlds.
var openLibrary = sync.OnceValues(func() (*library, error) { return readLibrary(texts) })

// readLibrary reads texts/*.md. A fault names the file and the line.
func readLibrary(files fs.FS) (*library, error) {
	l := &library{activities: map[string][]string{}}
	names, err := fs.Glob(files, "texts/*.md")
	if err != nil {
		return nil, fmt.Errorf("world: texts: %w", err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("world: texts: %w", err)
		}
		if err := l.readFile(path.Base(name), string(data)); err != nil {
			return nil, fmt.Errorf("world: texts: %s: %w", name, err)
		}
	}
	return l, l.finish()
}

func (l *library) readFile(name, text string) (err error) {
	switch name {
	case "parts.md":
		l.lists, err = readLists(text)
	case "names.md":
		l.names, err = readLists(text)
	case "national.md":
		l.national, err = readLists(text)
	default:
		err = l.readTemplates(text)
	}
	return err
}

// finish makes the wheels and the lists that follow from the rest.
func (l *library) finish() (err error) {
	for k := range kind(kinds) {
		weights := make([]int, len(l.templates))
		for i := range l.templates {
			if k.takes(&l.templates[i]) {
				weights[i] = l.templates[i].weight
			}
		}
		if l.wheels[k] = newWheel(weights); l.wheels[k].total() == 0 {
			return fmt.Errorf("world: texts: no template of kind %d", k)
		}
	}
	for _, w := range [...]struct {
		to   *weighted
		name string
	}{{&l.skills, "skills"}, {&l.equipment, "equipment"}, {&l.languages, "languages"}} {
		if *w.to, err = readWeighted(l.lists[w.name]); err != nil {
			return fmt.Errorf("world: texts: %s: %w", w.name, err)
		}
	}
	seen := map[string]bool{}
	for i := range l.templates {
		t := &l.templates[i]
		for _, d := range t.domains {
			if pair := d + " " + t.activity; !seen[pair] {
				seen[pair] = true
				l.activities[d] = append(l.activities[d], t.activity)
			}
		}
	}
	return nil
}

// readLists reads sections of entries.
func readLists(text string) (map[string][]string, error) {
	lists, section := map[string][]string{}, ""
	for n, line := range strings.Split(text, "\n") {
		name, isSection := strings.CutPrefix(line, "# ")
		entry, isEntry := strings.CutPrefix(line, "- ")
		switch {
		case isSection:
			section = name
		case isEntry && section != "":
			lists[section] = append(lists[section], french(entry))
		case line != "":
			return nil, fmt.Errorf("line %d: %q is neither a section nor an entry of one", n+1, line)
		}
	}
	return lists, nil
}

// readWeighted takes the number off the end of each entry.
func readWeighted(entries []string) (weighted, error) {
	var w weighted
	weights := make([]int, len(entries))
	for i, e := range entries {
		word, number, _ := strings.Cut(e, " ")
		n, err := strconv.Atoi(number)
		if err != nil || n <= 0 {
			return w, fmt.Errorf("%q: a word and a weight are wanted", e)
		}
		w.words, weights[i] = append(w.words, word), n
	}
	w.wheel = newWheel(weights)
	return w, nil
}

// readTemplates reads the sections of one file: an activity and its needs.
func (l *library) readTemplates(text string) error {
	for n, section := range strings.Split("\n"+text, "\n# ") {
		if strings.TrimSpace(section) == "" {
			continue
		}
		if n == 0 {
			return errors.New("text before the first activity")
		}
		if err := l.readActivity(section); err != nil {
			head, _, _ := strings.Cut(section, "\n")
			return fmt.Errorf("%q: %w", head, err)
		}
	}
	return nil
}

// readActivity reads "activity | share n | domains a, b" and its templates.
func (l *library) readActivity(section string) error {
	head, body, _ := strings.Cut(section, "\n")
	fields := strings.Split(head, " | ")
	if len(fields) != 3 {
		return errors.New("an activity, its share and its domains are wanted")
	}
	share, err := strconv.Atoi(strings.TrimPrefix(fields[1], "share "))
	if err != nil || share <= 0 {
		return fmt.Errorf("%q is not a share", fields[1])
	}
	domains := list(strings.TrimPrefix(fields[2], "domains "))
	blocks := templateBlocks(body)
	for _, b := range blocks {
		t := template{activity: fields[0], domains: domains, remote: mission.RemoteNo}
		t.id = fields[0] + "-" + strconv.Itoa(l.count(fields[0])+1)
		// In thousandths, so that a small share spread over many templates
		// still weighs something.
		t.weight = share * 1000 / len(blocks)
		if err := t.read(b); err != nil {
			return err
		}
		l.templates = append(l.templates, t)
	}
	return nil
}

// count gives how many templates an activity has so far.
func (l *library) count(activity string) (n int) {
	for i := range l.templates {
		if l.templates[i].activity == activity {
			n++
		}
	}
	return n
}

// templateBlocks cuts a section before each title that follows a text.
func templateBlocks(body string) (blocks [][]string) {
	inText := true
	for line := range strings.SplitSeq(strings.TrimSpace(body), "\n") {
		title := strings.HasPrefix(line, "## ")
		if title && inText {
			blocks = append(blocks, nil)
		}
		inText = !title
		if last := len(blocks) - 1; last >= 0 {
			blocks[last] = append(blocks[last], line)
		}
	}
	return blocks
}

// read fills a template from its lines: titles, facts, text.
func (t *template) read(lines []string) error {
	for len(lines) > 0 && strings.HasPrefix(lines[0], "## ") {
		t.titles = append(t.titles, french(lines[0][3:]))
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "> ") {
		return fmt.Errorf("%q: a line of facts (\"> …\") is wanted below the title", t.titles)
	}
	for fact := range strings.SplitSeq(lines[0][2:], "; ") {
		if err := t.readFact(fact); err != nil {
			return fmt.Errorf("%q: %w", t.titles, err)
		}
	}
	t.text = french(strings.TrimSpace(strings.Join(lines[1:], "\n")))
	if t.text == "" || t.hours == 0 {
		return fmt.Errorf("%q: a text and its hours are wanted", t.titles)
	}
	return nil
}

// readFact reads one of the facts that texts describes.
func (t *template) readFact(fact string) (err error) {
	name, value, _ := strings.Cut(fact, " ")
	switch name {
	case "domains":
		t.domains = list(value)
	case "audiences":
		t.audiences = list(value)
	case "requirements":
		t.requirements = list(french(value))
	case "access":
		t.access = list(value)
	case "skills":
		for _, s := range list(value) {
			id, required := strings.CutSuffix(s, "!")
			t.skills = append(t.skills, mission.Skill{ID: id, Required: required})
		}
	case "hours":
		number, per, _ := strings.Cut(value, "/")
		t.per = per
		t.hours, err = strconv.Atoi(number)
	case "age":
		t.age, err = strconv.Atoi(value)
	case "remote":
		t.remote = value
	case "parts":
		t.part = value
	case "once":
		t.once = true
	case mission.UrgencyUrgent, mission.UrgencyCalm, mission.UrgencyVital:
		t.kind = name
	default:
		return fmt.Errorf("%q is no fact that is known here", fact)
	}
	if err != nil {
		return fmt.Errorf("%q: %w", fact, err)
	}
	return nil
}

func list(s string) []string { return strings.Split(s, ", ") }
