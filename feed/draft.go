package feed

import (
	"net/url"
	"strings"

	"renfort/mission"
)

// builder makes a draft of a record.
type builder struct {
	*Draft
	options *Options
	words   *vocabulary
	record  *record
	mission *mission.Mission
}

// build makes the draft. refused is why the record could not be kept whole: its
// name is told all the same, where it was read.
func (b *builder) build(refused error) {
	b.ClientID = b.clientID()
	if refused != nil {
		b.Refusal = asError(refused)
		return
	}
	m := &mission.Mission{ID: b.options.Publisher + ":" + b.ClientID, Publisher: b.options.Publisher, Booking: b.options.Booking}
	b.mission = m
	if b.ClientID == "" {
		b.refuse("/clientId", "is required: it is how the mission is known the next time")
		return
	}
	if err := mission.CheckID("/clientId", m.ID); err != nil {
		b.Refusal = asError(err)
		return
	}
	own := b.record.take("renfort")
	b.texts()
	b.lists()
	b.organization()
	m.Remote = b.remote()
	m.Locations = b.locations()
	b.dates()
	b.seats()
	b.ages()
	b.keep()
	if own != nil && !b.overlay(own) {
		return
	}
	b.settle()
	b.Mission = b.mission
}

// refuse says that nothing can be made of the record.
func (b *builder) refuse(pointer, detail string) {
	b.Refusal = &mission.Error{Kind: mission.Invalid, Detail: "the record is not valid",
		Fields: []mission.FieldError{{Pointer: pointer, Detail: detail}}}
}

// clientID is how the partner knows the mission.
func (b *builder) clientID() string {
	if f := b.record.take("clientid"); f != nil {
		return b.clean("clientId", f.text(), "")
	}
	for _, f := range b.record.fields {
		if (f.name == "_id" || f.name == "id") && !f.used && f.text() != "" {
			f.used = true
			b.note("clientId", Missing, "there is none; %s %q stands in for it", f.name, f.text())
			return b.clean("clientId", f.text(), "")
		}
	}
	return ""
}

// texts reads what people read.
func (b *builder) texts() {
	m, r := b.mission, b.record
	title := b.clean("title", b.flat("title", r.take("title")), "")
	m.Title = b.cut("title", b.plain("title", title), mission.TitleLettersMax)
	description := b.clean("description", b.flat("description", r.take("description")), "\n\r\t")
	m.Description = b.cut("description", description, mission.TextLettersMax)
	m.URL = b.address("applicationUrl", r.take("applicationurl"))
}

// lists reads what is a list of words.
func (b *builder) lists() {
	m, r, t := b.mission, b.record, b.words.taxonomy
	m.Domains = b.known("domain", r.take("domain", "domains"), t.Domain,
		func(i int) string { return t.Domains[i].ID }, b.words.domains, t.NearestDomain)
	m.Activities = b.known("activity", r.take("activity", "activities"), t.Activity,
		func(i int) string { return t.Activities[i].ID }, b.words.activities, t.NearestActivity)
	m.Tags = b.list("tags", r.take("tags", "tag"))
	m.Audiences = b.audiences(r.take("audience", "audiences"))
	m.Requirements = b.list("requirements", r.take("requirements", "requirement"))
	for _, s := range b.list("softSkills", r.take("softskills", "softskill")) {
		m.Skills = append(m.Skills, mission.Skill{ID: s})
	}
	if is, _ := b.yes("reducedMobilityAccessible", r.take("reducedmobilityaccessible")); is {
		m.Accessibility = []string{wheelchair}
	}
	m.NearTransit, _ = b.yes("closeToTransport", r.take("closetotransport"))
}

// wheelchair is our word for what the format calls accessible with reduced
// mobility.
const wheelchair = "wheelchair"

// audiences leaves out what an export of truths has left in the platform's
// records.
func (b *builder) audiences(f *field) (kept []string) {
	for _, a := range b.list("audience", f) {
		if a == "false" || a == "true" {
			b.note("audience", Unknown, "%q names nobody and was left out", a)
			continue
		}
		kept = append(kept, a)
	}
	return kept
}

// organization reads whose mission it is. Its id is the publisher's, as the
// mission's is; associations are what organisations were called before.
func (b *builder) organization() {
	r := b.record
	id := b.word("organizationId", r.take("organizationid", "organizationclientid", "associationid"))
	name := b.word("organizationName", r.take("organizationname", "associationname"))
	networks := b.list("organizationReseaux", r.take("organizationreseaux", "associationreseaux"))
	if id == "" && name == "" {
		return
	}
	o := &mission.OrgRef{Name: name, Networks: networks}
	if id != "" {
		o.ID = b.options.Publisher + ":" + id
		if len(o.ID) > mission.IDBytesMax {
			b.note("organizationId", LeftOut, "%q is over %d bytes with the publisher's name and was left out", id, mission.IDBytesMax)
			o.ID = ""
		}
	}
	if o.ID != "" || o.Name != "" {
		b.mission.Organization = o
	}
}

// dates reads when it is, in the time zone of its place where none is given.
func (b *builder) dates() {
	m, r := b.mission, b.record
	m.StartsAt = b.moment("startAt", r.take("startat"))
	m.EndsAt = b.moment("endAt", r.take("endat"))
	m.PublishedAt = b.moment("postedAt", r.take("postedat", "publishedat"))
}

// seats reads how many are wanted and how urgently.
func (b *builder) seats() {
	m, r := b.mission, b.record
	if n, ok := b.whole("places", r.take("places"), mission.SeatsMax); ok {
		m.Seats, b.Places = &n, n
	}
	f := r.take("priority")
	switch t := strings.ToLower(f.text()); t {
	case "", "no", "non", "false", "0", "normal", "low", "basse":
	case "yes", "oui", "true", "1", "high", "haute", "urgent", "urgente":
		m.Urgency = mission.UrgencyUrgent
	case mission.UrgencyCalm, mission.UrgencyVital:
		m.Urgency = t
	default:
		f.used = false // keep has it
	}
}

// The ages that the format can say.
const (
	minorAge = mission.AgeMin
	adultAge = mission.AgeDefault
)

// ages reads from which age one may come.
func (b *builder) ages() {
	if is, ok := b.yes("openToMinors", b.record.take("opentominors")); ok {
		age := adultAge
		if is {
			age = minorAge
		}
		b.mission.MinAge = &age
	}
}

// remote reads where it is done.
func (b *builder) remote() string {
	t := b.record.take("remote").text()
	switch s := strings.ToLower(t); s {
	case "", mission.RemoteNo, mission.RemotePossible, mission.RemoteFull, mission.RemoteLocal:
		return s
	case "false", "non", "0", "présentiel", "presentiel", "en présentiel":
		b.note("remote", Rewritten, "%q was read as %q", t, mission.RemoteNo)
		return mission.RemoteNo
	case "true", "oui", "yes", "1", "à distance", "a distance", "distance", "distanciel", "total":
		b.note("remote", Rewritten, "%q was read as %q", t, mission.RemoteFull)
		return mission.RemoteFull
	case "partial", "partiel", "hybride", "hybrid":
		b.note("remote", Rewritten, "%q was read as %q", t, mission.RemotePossible)
		return mission.RemotePossible
	}
	b.note("remote", Unknown, "%q is not one of no, possible, full, local and was left out", t)
	return ""
}

// address reads a link. One without a scheme is https.
func (b *builder) address(what string, f *field) string {
	t := b.clean(what, f.text(), "")
	if t == "" {
		return ""
	}
	u := strings.ReplaceAll(t, " ", "%20")
	if !strings.Contains(u, "://") {
		u = "https://" + strings.TrimLeft(u, "/")
	}
	p, err := url.Parse(u)
	if err != nil || p.Scheme != "https" && p.Scheme != "http" || p.Host == "" || !strings.Contains(p.Host, ".") && p.Port() == "" && p.Hostname() != "localhost" {
		b.note(what, Unreadable, "%q is not an http(s) address and was left out", t)
		return ""
	}
	if len(u) > mission.URLBytesMax {
		b.note(what, LeftOut, "is over %d bytes and was left out", mission.URLBytesMax)
		return ""
	}
	if u != t {
		b.note(what, Rewritten, "%q was read as %q", t, u)
	}
	return u
}

// settle leaves the mission's seats to its slots where all of these have their
// own.
func (b *builder) settle() {
	m := b.mission
	with := 0
	for i := range m.Slots {
		if m.Slots[i].Seats != nil {
			with++
		}
	}
	if with > 0 && with == len(m.Slots) {
		m.Seats = nil
	}
}
