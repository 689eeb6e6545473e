package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"

	"renfort/bench/truth"
	"renfort/mission"
)

// listed is a mission as the service lists it.
type listed struct {
	truth.Mission
	over     int  // seats given beyond what there is
	bookable bool // it had a seat that is given out here
}

// catalogue is what a platform knows of the missions that it shows. It is
// immutable.
type catalogue struct {
	missions []listed
	byID     map[string]*listed
	bookable []*listed // seats known and free, given out here
}

// readCatalogue walks all missions.
func readCatalogue(ctx context.Context, s *service) (*catalogue, error) {
	k := &catalogue{byID: map[string]*listed{}}
	err := s.walk(ctx, "/v1/missions?limit=1000", "missions", func(raw json.RawMessage) error {
		var m listed
		var more struct{ Occupancy struct{ Over int } }
		if err := errors.Join(json.Unmarshal(raw, &m.Mission), json.Unmarshal(raw, &more)); err != nil {
			return fmt.Errorf("bench: a mission of the walk: %w", err)
		}
		m.over = more.Occupancy.Over
		k.missions = append(k.missions, m)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range k.missions {
		m := &k.missions[i]
		k.byID[string(m.ID)] = m
		if m.Booking != mission.BookingElsewhere && m.State == mission.StateOpen && m.Occupancy.Free != nil && *m.Occupancy.Free > 0 {
			m.bookable = true
			k.bookable = append(k.bookable, m)
		}
	}
	return k, nil
}

// popular draws a mission that can be held, some far more often than others:
// the n-th of the list as 1/n.
func (k *catalogue) popular(dice *rand.Rand) *listed {
	if len(k.bookable) == 0 {
		return nil
	}
	zipf := rand.NewZipf(dice, 1.1, 8, uint64(len(k.bookable)-1))
	return k.bookable[zipf.Uint64()]
}

// holdBody is the body of a hold of one seat for a volunteer; a mission with
// slots is held in its first.
func holdBody(to []byte, m *listed, volunteer string) []byte {
	to = append(append(append(to, `{"volunteer":"`...), volunteer...), '"')
	if m != nil && len(m.Slots) > 0 {
		to = append(append(append(to, `,"slots":["`...), m.Slots[0].ID...), `"]`...)
	}
	return append(to, '}')
}
