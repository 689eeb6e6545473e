package mission

// VolunteerFilters narrows volunteers down: all of the skills, equipment and
// one of the words in every other list. The zero value lets everybody through.
type VolunteerFilters struct {
	Skills       []string `json:"skills,omitzero"`    // all of them
	Equipment    []string `json:"equipment,omitzero"` // all of them
	Languages    []string `json:"languages,omitzero"` // one of them, as in the lists below
	Domains      []string `json:"domains,omitzero"`
	Activities   []string `json:"activities,omitzero"`
	Availability []string `json:"availability,omitzero"` // who did not say is not let through
	Channels     []string `json:"channels,omitzero"`
	Adult        bool     `json:"adult,omitzero"`   // surely 18 or older
	MinAge       int      `json:"min_age,omitzero"` // surely so old
	Consent      string   `json:"consent,omitzero"` // alerts or crisis
}

// The words of VolunteerFilters.Consent.
const (
	ConsentAlerts = "alerts"
	ConsentCrisis = "crisis"
)

// IsZero says whether everybody is let through.
func (f *VolunteerFilters) IsZero() bool {
	return len(f.Skills)+len(f.Equipment)+len(f.Languages)+len(f.Domains)+len(f.Activities)+len(f.Availability)+len(f.Channels) == 0 &&
		!f.Adult && f.MinAge == 0 && f.Consent == ""
}

// VolunteerFilters validates f and completes it in place: domains and
// activities become canonical ids.
func (in *Intake) VolunteerFilters(f *VolunteerFilters) error {
	var bad faults
	f.check(&bad, "/filters")
	f.Domains = in.domains(&bad, "/filters/domains", f.Domains)
	f.Activities = in.activities(&bad, "/filters/activities", f.Activities)
	return bad.err("the filter")
}

func (f *VolunteerFilters) check(bad *faults, pointer string) {
	for _, l := range []filterList{{"skills", f.Skills}, {"equipment", f.Equipment}, {"languages", f.Languages}, {"domains", f.Domains},
		{"activities", f.Activities}, {"availability", f.Availability}, {"channels", f.Channels}} {
		checkWords(bad, pointer+"/"+l.name, l.words, RequestListMax)
	}
	days := AvailabilityNames()
	for i, a := range f.Availability {
		checkOne(bad, at(pointer+"/availability", i), a, days[:]...)
	}
	for i, c := range f.Channels {
		checkOne(bad, at(pointer+"/channels", i), c, "push", "sms", "email")
	}
	checkRange(bad, pointer+"/min_age", float64(f.MinAge), 0, AgeMax)
	checkOne(bad, pointer+"/consent", f.Consent, ConsentAlerts, ConsentCrisis)
}
