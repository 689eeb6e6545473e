package world

import (
	"strconv"
	"strings"

	"renfort/mission"
)

// publishers are the platforms that missions come from, and how many local
// organizers of 1,000 each has. The partners take signups on their own sites:
// those are a tenth of all missions, because the associations of the whole
// country and the crisis are on the first.
var publishers = [...]struct {
	id        string
	share     int
	elsewhere bool
}{
	{"plateforme", 600, false},
	{"regions", 130, false},
	{"campus", 77, false},
	{"ruralites", 78, false},
	{"partenaire-a", 69, true},
	{"partenaire-b", 46, true},
}

// organizer is an association: who runs a mission.
type organizer struct {
	id        string
	name      string
	networks  []string
	home      *place
	publisher string
	elsewhere bool // takes signups on the publisher's own site
	national  bool
}

// missionsPerOrganizer is what an association of a town has on average; the
// spread is that of dice.early, so that a few have ten times as many.
const missionsPerOrganizer = 3

// localOrganizer gives one of the associations of a town that work for a
// domain. A town has as many as its people have missions for, at least one,
// and the first of them more missions than the last.
func (w *World) localOrganizer(d *dice, domain string, town int) organizer {
	bit := w.domainBit[domain]
	home := &w.atlas.places[town]
	expected := int64(w.config.Missions) * int64(w.domainShare[bit]) * int64(home.population) / (1000 * int64(w.atlas.population))
	n := d.early(1 + int(expected)/missionsPerOrganizer)
	own := throwFor(w.config.Seed, streamOrganizer, uint64(town)<<32|uint64(bit)<<24|uint64(n))
	o := organizer{
		id:   "o-" + home.insee + "-" + strconv.Itoa(bit) + "-" + strconv.Itoa(n),
		name: w.localName(&own, domain, town, n),
		home: home,
	}
	p := publishers[w.publishers.spin(&own)]
	o.publisher, o.elsewhere = p.id, p.elsewhere
	if own.chance(250) {
		o.networks = []string{oneOf(&own, w.library.lists["networks"])}
	}
	return o
}

// localName makes up a name; those of a town start at a pattern of the town's
// and go on to the next, so that they differ.
func (w *World) localName(d *dice, domain string, town, n int) string {
	own, all := w.library.names[domain], w.library.names["all"]
	i := (n + int(mix(uint64(town))>>40)) % (len(own) + len(all))
	pattern := ""
	if i < len(own) {
		pattern = own[i]
	} else {
		pattern = all[i-len(own)]
	}
	pattern = strings.Replace(pattern, "{lieu}", oneOf(d, w.library.lists["places"]), 1)
	return fill(pattern, w.atlas.places[town].name, "")
}

// nationalOrganizer gives one of the associations that work all over the
// country, here in a town of their choice.
func (w *World) nationalOrganizer(d *dice, domain string, town int) organizer {
	names := w.library.national[domain]
	n := d.early(len(names))
	bit := w.domainBit[domain]
	return organizer{
		id:        "o-fr-" + strconv.Itoa(bit) + "-" + strconv.Itoa(n),
		name:      names[n],
		networks:  []string{names[n]},
		home:      &w.atlas.places[town],
		publisher: publishers[0].id,
		national:  true,
	}
}

// ref is the organizer as a mission carries it.
func (o *organizer) ref() *mission.OrgRef {
	return &mission.OrgRef{ID: o.id, Name: o.name, Networks: o.networks}
}
