package api

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"renfort/geo/gazetteer"
	"renfort/matcher"
	"renfort/mission"
	"renfort/store"
)

// v0Words writes missions in API Engagement's words. It is for one request.
type v0Words struct {
	taxonomy *mission.Taxonomy
	places   *gazetteer.Gazetteer
	store    *store.Store
	names    map[mission.ID]string // of organisations that missions do not carry
}

// v0Words readies them for the taxonomy in force.
func (s *Service) v0Words() *v0Words {
	return &v0Words{taxonomy: s.engine.Intake().Taxonomy, places: s.engine.Places(), store: s.engine.Store(), names: map[mission.ID]string{}}
}

// v0DomainSlugs and v0ActivitySlugs are API Engagement's words where they are
// not ours and no two of ours have the same one: what is read here comes back
// through a feed as it was.
var (
	v0DomainSlugs   = map[string]string{"culture": "culture-loisirs", "cooperation-internationale": "vivre-ensemble", "memoire-citoyennete": "memoire-et-citoyennete"}
	v0ActivitySlugs = map[string]string{"medical": "sante-soins", "amenagement-espaces-naturels": "jardinage", "animation-loisirs": "animation",
		"collecte-produits": "collecte", "activites-sportives": "encadrement-d-equipes", "accueil-information": "accueil-de-public",
		"travaux-manuels": "activites-manuelles", "recherche-partenariats": "gestion-recherche-des-partenariats",
		"ecoute-aide-psychologique": "aide-psychologique", "gestion-financiere": "comptabilite-finance",
		"gestion-administrative": "taches-administratives", "gouvernance": "responsabilites-associatives", "traduction": "documentation-traduction",
		"gestion-projets": "gestion-de-projets", "ressources-humaines": "recrutement", "droit-conseil-juridique": "juridique"}
)

// domain gives API Engagement's word for a domain, ours where the taxonomy does
// not know theirs as the same.
func (w *v0Words) domain(id string) string {
	return slug(id, v0DomainSlugs, w.taxonomy.Domain)
}

func (w *v0Words) activity(id string) string {
	return slug(id, v0ActivitySlugs, w.taxonomy.Activity)
}

func slug(id string, slugs map[string]string, find func(string) (int, bool)) string {
	s, known := slugs[id]
	if !known {
		return id
	}
	if ours, ok := find(id); ok {
		if theirs, ok := find(s); ok && theirs == ours {
			return s
		}
	}
	return id
}

// facet gives the key of a count: what the records say.
func (w *v0Words) facet(field string, v *matcher.FacetValue) string {
	switch field {
	case "domain":
		return w.domain(v.Value)
	case "activity":
		return w.activity(v.Value)
	}
	if d, ok := w.places.Department(v.Value); ok {
		return d.Name
	}
	return v.Value
}

// v0Kept are the members of v0 that a mission has no field for: they are given
// back from its attributes and data, where a feed has put them.
var v0Kept = []string{"associationActions", "associationAddress", "associationCity", "associationDepartmentCode", "associationDepartmentName", "associationLogo",
	"associationPostalCode", "associationRNA", "associationRegion", "associationSiren", "associationSources", "compensationAmount", "compensationType",
	"compensationUnit", "descriptionHtml", "domainLogo", "duration", "metadata", "organizationActions", "organizationBeneficiaries", "organizationCity",
	"organizationDepartment", "organizationDepartmentCode", "organizationDepartmentName", "organizationDescription", "organizationFullAddress",
	"organizationLogo", "organizationPostCode", "organizationRNA", "organizationSiren", "organizationSiret", "organizationStatusJuridique",
	"organizationType", "organizationUrl", "priority", "publisherLogo", "publisherUrl", "romeSkills", "schedule", "snuPlaces", "tasks"}

// appendMission appends the members of a mission, without the braces. created
// is when it was first put here.
func (w *v0Words) appendMission(b []byte, v *store.MissionView, created int64) ([]byte, error) {
	m, err := v.Mission()
	if err != nil {
		return b, err
	}
	var data map[string]json.RawMessage
	if len(m.Data) > 0 && json.Unmarshal(m.Data, &data) != nil {
		data = nil // it was an object when it was stored
	}
	b = appendString(append(b, `"_id":`...), m.ID)
	b = appendString(append(b, `,"id":`...), m.ID)
	b = appendString(append(b, `,"clientId":`...), clientID(m.ID))
	b = appendString(append(b, `,"publisherId":`...), m.Publisher)
	b = appendString(append(b, `,"publisherName":`...), publisherName(m, data))
	b = appendString(append(b, `,"title":`...), m.Title)
	b = appendString(append(b, `,"description":`...), m.Description)
	b = appendStringOrNull(append(b, `,"applicationUrl":`...), m.URL)
	b = w.appendKinds(b, m)
	b = w.appendOrganization(b, m)
	b = w.appendPlaces(b, m)
	b = appendV0Times(b, m, &v.Times, created)
	b = appendV0Seats(b, v)
	b = appendV0Kept(b, m, data)
	return append(b, `,"deleted":false,"deletedAt":null,"statusCode":"ACCEPTED","statusComment":null`...), nil
}

// publisherName is the name that came with the mission, else its id.
func publisherName(m *mission.Mission, data map[string]json.RawMessage) string {
	for _, key := range []string{"publisherName", "publisher_name"} {
		if s, ok := m.Attributes[key].(string); ok && s != "" {
			return s
		}
		var s string
		if json.Unmarshal(data[key], &s) == nil && s != "" {
			return s
		}
	}
	return m.Publisher
}

// appendKinds appends what sort of mission it is, and for whom.
func (w *v0Words) appendKinds(b []byte, m *mission.Mission) []byte {
	domain, activities := "", make([]string, len(m.Activities))
	if len(m.Domains) > 0 {
		domain = w.domain(m.Domains[0])
	}
	for i, a := range m.Activities {
		activities[i] = w.activity(a)
	}
	skills := make([]string, len(m.Skills))
	for i := range m.Skills {
		skills[i] = m.Skills[i].ID
	}
	b = appendStringOrNull(append(b, `,"domain":`...), domain)
	b = appendStringOrNull(append(b, `,"activity":`...), strings.Join(activities, ", "))
	b = appendStrings(append(b, `,"activities":`...), activities)
	b = appendStrings(append(b, `,"audience":`...), m.Audiences)
	b = appendStrings(append(b, `,"tags":`...), m.Tags)
	b = appendStrings(append(b, `,"requirements":`...), m.Requirements)
	b = appendStrings(append(b, `,"softSkills":`...), skills)
	b = appendStrings(append(b, `,"soft_skills":`...), skills)
	b = appendString(append(b, `,"remote":`...), m.Remote)
	b = appendYesNo(append(b, `,"openToMinors":`...), m.MinimumAge() < mission.AgeDefault)
	b = appendYesNo(append(b, `,"reducedMobilityAccessible":`...), slices.Contains(m.Accessibility, "wheelchair"))
	b = appendYesNo(append(b, `,"closeToTransport":`...), m.NearTransit)
	kind, _ := m.Attributes["type"].(string)
	return appendString(append(b, `,"type":`...), firstText(kind, v0TypeDefault))
}

func appendYesNo(b []byte, yes bool) []byte {
	if yes {
		return append(b, `"yes"`...)
	}
	return append(b, `"no"`...)
}

// appendOrganization appends whose mission it is, under both names that the
// format had for it. The id is without the publisher that a feed puts before it.
func (w *v0Words) appendOrganization(b []byte, m *mission.Mission) []byte {
	id, name, networks := "", "", []string(nil)
	if o := m.Organization; o != nil {
		id, name, networks = strings.TrimPrefix(o.ID, m.Publisher+":"), o.Name, o.Networks
		if name == "" {
			name = w.nameOf(o.ID)
		}
	}
	for _, who := range []string{"organization", "association"} {
		b = appendStringOrNull(append(b, `,"`+who+`Id":`...), id)
		b = appendStringOrNull(append(b, `,"`+who+`Name":`...), name)
		b = appendStrings(append(b, `,"`+who+`Reseaux":`...), networks)
	}
	return appendStringOrNull(append(b, `,"organizationClientId":`...), id)
}

// nameOf looks up the name of an organisation that its mission only names by
// id; "" where nobody knows.
func (w *v0Words) nameOf(id mission.ID) string {
	name, known := w.names[id]
	if !known {
		if v, err := w.store.Organization(id); err == nil && v.Organization != nil {
			name = v.Organization.Name
		}
		w.names[id] = name
	}
	return name
}

// appendPlaces appends the addresses, and the first of them as the members that
// the format had before there were several.
func (w *v0Words) appendPlaces(b []byte, m *mission.Mission) []byte {
	var first mission.Location
	if len(m.Locations) > 0 {
		first = m.Locations[0]
		b = w.appendPlace(append(b, ','), &first, "address")
	} else {
		b = append(b, `,"address":null,"postalCode":null,"departmentCode":null,"departmentName":null,"city":null,"region":null,"country":null,"location":null`...)
	}
	b = appendStringOrNull(append(b, `,"adresse":`...), first.Label)
	b = append(b, `,"addresses":[`...)
	for i := range m.Locations {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(w.appendPlace(append(b, '{'), &m.Locations[i], "street"), '}')
	}
	return append(b, ']')
}

// appendPlace appends the members of an address.
func (w *v0Words) appendPlace(b []byte, l *mission.Location, street string) []byte {
	country, department := firstText(l.Country, "FR"), l.Department
	var region string
	if d, ok := w.places.Department(l.Department); ok {
		department, region = d.Name, d.Region
	}
	b = append(appendString(b, street), ':')
	b = appendStringOrNull(b, l.Label)
	b = appendStringOrNull(append(b, `,"postalCode":`...), l.PostalCode)
	b = appendStringOrNull(append(b, `,"departmentCode":`...), l.Department)
	b = appendStringOrNull(append(b, `,"departmentName":`...), department)
	b = appendStringOrNull(append(b, `,"city":`...), l.City)
	b = appendStringOrNull(append(b, `,"region":`...), region)
	b = appendString(append(b, `,"country":`...), country)
	p, ok := l.Point()
	if !ok {
		return append(b, `,"location":null`...)
	}
	b = appendNumber(append(b, `,"location":{"lat":`...), p.Lat)
	return append(appendNumber(append(b, `,"lon":`...), p.Lon), '}')
}

// appendV0Times appends times as JavaScript writes them.
func appendV0Times(b []byte, m *mission.Mission, t *mission.Times, created int64) []byte {
	b = appendMillis(append(b, `,"startAt":`...), t.Starts)
	b = appendMillis(append(b, `,"endAt":`...), t.Ends)
	b = appendMillis(append(b, `,"postedAt":`...), t.Published)
	return appendMillis(append(b, `,"createdAt":`...), created)
}

// appendMillis appends Unix seconds as a time in UTC with milliseconds; null for
// none.
func appendMillis(b []byte, unix int64) []byte {
	if unix == 0 {
		return append(b, "null"...)
	}
	return append(time.Unix(unix, 0).UTC().AppendFormat(append(b, '"'), "2006-01-02T15:04:05.000Z"), '"')
}

// appendV0Seats appends the seats that are left now: none where the mission is
// not open, null where nobody knows how many there are.
func appendV0Seats(b []byte, v *store.MissionView) []byte {
	b = append(b, `,"places":`...)
	o := v.Seats.Occupancy()
	switch {
	case v.Seats.State != mission.StateOpen:
		return append(b, '0')
	case o.Total == mission.SeatsUnknown:
		return append(b, "null"...)
	}
	return appendNumber(b, float64(o.FreeSeats))
}

// appendV0Kept appends what a feed has kept for us; what it has not is left out.
func appendV0Kept(b []byte, m *mission.Mission, data map[string]json.RawMessage) []byte {
	snu := false
	for _, key := range []string{"snu", "is_snu_mig_compatible"} {
		if v, ok := m.Attributes[key].(bool); ok {
			snu = v
		}
	}
	b = append(b, `,"snu":`...)
	if snu {
		b = append(b, "true"...)
	} else {
		b = append(b, "false"...)
	}
	for _, name := range v0Kept {
		value := data[name]
		if v, ok := m.Attributes[name]; ok {
			value, _ = mission.Encode(v) // a scalar, which can be encoded
		}
		if value != nil {
			b = append(append(append(b, ',', '"'), name...), '"', ':')
			b = append(b, value...)
		}
	}
	return b
}
