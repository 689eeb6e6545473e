package outbox

import (
	"fmt"
	"slices"
	"strings"

	"renfort/mission"
)

// kindsMax is above every kind of change.
const kindsMax = 64

// Types is a set of kinds of events. The zero value is empty.
type Types struct{ bits uint64 }

// told lists the kinds that are events. A Tick, what people were shown, how
// deliveries fared and what became of free records is for the inside; an imported seat was given before
// Renfort, and whoever imports it knows.
func told(k mission.ChangeKind) bool {
	switch k {
	case 0, mission.Ticked, mission.SeatImported, mission.FeedbackGiven, mission.OrganizationRecord, mission.WebhookPut, mission.WebhookDeleted, mission.WebhookDelivered,
		mission.ObjectsWritten, mission.ObjectsCleared, mission.ObjectsDropped, mission.ObjectsMoved, mission.ObjectIndexPut:
		return false
	}
	return k < kindsMax && k.String() != "unknown"
}

// AllTypes gives every kind that is an event.
func AllTypes() (t Types) {
	for k := range mission.ChangeKind(kindsMax) {
		if told(k) {
			t.bits |= 1 << k
		}
	}
	return t
}

// Has says whether a kind is in the set.
func (t Types) Has(k mission.ChangeKind) bool { return k < kindsMax && t.bits&(1<<k) != 0 }

// meets says whether two sets have a kind in common.
func (t Types) meets(o Types) bool { return t.bits&o.bits != 0 }

// Names lists the kinds of the set by their names, sorted.
func (t Types) Names() (names []string) {
	for k := range mission.ChangeKind(kindsMax) {
		if t.Has(k) {
			names = append(names, k.String())
		}
	}
	slices.Sort(names)
	return names
}

// ParseTypes reads names of kinds, and words as in "seat.*" for all that begin
// so; none at all, or "*", is all of them. It refuses a word that means no
// event, with the number of the first such and those there are; the set has
// the other words all the same: what was stored by an older version may name
// what is none any more.
func ParseTypes(words []string) (t Types, wrong int, err error) {
	if len(words) == 0 {
		return AllTypes(), 0, nil
	}
	for i, w := range words {
		meant := meaning(w)
		if meant == (Types{}) && err == nil {
			wrong, err = i, fmt.Errorf("%q is no type of event; there are %s, and words as seat.*", w, strings.Join(AllTypes().Names(), ", "))
		}
		t.bits |= meant.bits
	}
	return t, wrong, err
}

// meaning gives the kinds that one word means.
func meaning(w string) (t Types) {
	if w == "*" {
		return AllTypes()
	}
	prefix, any := strings.CutSuffix(w, ".*")
	for k := range mission.ChangeKind(kindsMax) {
		if name := k.String(); told(k) && (name == w || any && strings.HasPrefix(name, prefix+".")) {
			t.bits |= 1 << k
		}
	}
	return t
}
