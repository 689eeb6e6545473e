package index

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"renfort/mission"
)

// What a page shows of a mission is encoded by hand as mission.Encode does it.
func TestEncodesByHandAsMissionDoes(t *testing.T) {
	word := rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[a-z :/."\\<>&-]{1,40}`), rapid.String())
	words := rapid.SliceOfN(word, 0, 4)
	number := rapid.OneOf(rapid.Float64Range(-180, 180), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, -1e-7, 1e-6, 48.8566, 1e21, 5e-324}),
		rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64))
	rapid.Check(t, func(t *rapid.T) {
		moment := func(name string) *mission.Moment { return orNull(mission.Moment(word.Draw(t, name))) }
		s := summary{Title: word.Draw(t, "title"), Domains: words.Draw(t, "domains"), Activities: words.Draw(t, "activities"), Remote: word.Draw(t, "remote"),
			StartsAt: moment("starts"), EndsAt: moment("ends"), Urgency: word.Draw(t, "urgency"), URL: orNull(word.Draw(t, "url"))}
		if rapid.Bool().Draw(t, "organization") {
			s.Organization = &summaryOrg{mission.ID(word.Draw(t, "id")), word.Draw(t, "name")}
		}
		if got, want := string(s.encode()), string(mustEncode(s)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		l := mission.Location{ID: word.Draw(t, "address"), Label: word.Draw(t, "label"), City: word.Draw(t, "city"), PostalCode: word.Draw(t, "code"),
			Department: word.Draw(t, "department"), INSEE: word.Draw(t, "insee"), Country: word.Draw(t, "country"), Precision: word.Draw(t, "precision")}
		if rapid.Bool().Draw(t, "placed") {
			lat, lon := number.Draw(t, "lat"), number.Draw(t, "lon")
			l.Lat, l.Lon = &lat, &lon
		}
		if got, want := string(encodeLocation(&l)), string(mustEncode(&l)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}
