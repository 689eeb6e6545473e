package outbox_test

import (
	"testing"

	"renfort/mission"
	"renfort/outbox"
)

// An unknown word is refused by its number, and what else is asked for is
// known all the same: a webhook that an older version stored goes on.
func TestParseTypes(t *testing.T) {
	for _, c := range []struct {
		words []string
		wrong int // -1: none
		has   []mission.ChangeKind
		not   []mission.ChangeKind
	}{
		{nil, -1, []mission.ChangeKind{mission.SeatHeld, mission.AlertRaised}, []mission.ChangeKind{mission.Ticked, mission.SeatImported, mission.WebhookPut, mission.ObjectsWritten, mission.ObjectIndexPut}},
		{[]string{"*"}, -1, []mission.ChangeKind{mission.SeatHeld}, []mission.ChangeKind{mission.SeatImported}},
		{[]string{"seat.*"}, -1, []mission.ChangeKind{mission.SeatHeld, mission.SeatRecalled}, []mission.ChangeKind{mission.SeatImported, mission.SeatsChanged}},
		{[]string{"seat.held", "seat.imported", "alert"}, 1, []mission.ChangeKind{mission.SeatHeld, mission.AlertRaised}, []mission.ChangeKind{mission.SeatImported, mission.SeatReleased}},
		{[]string{"none", "nothing"}, 0, nil, []mission.ChangeKind{0, mission.SeatHeld}},
	} {
		got, wrong, err := outbox.ParseTypes(c.words)
		if (err != nil) != (c.wrong >= 0) || err != nil && wrong != c.wrong {
			t.Errorf("%q: got number %d, %v; want %d", c.words, wrong, err, c.wrong)
		}
		for _, k := range c.has {
			if !got.Has(k) {
				t.Errorf("%q: %s is missing", c.words, k)
			}
		}
		for _, k := range c.not {
			if got.Has(k) {
				t.Errorf("%q: has %s", c.words, k)
			}
		}
	}
}
