package record

import (
	"math"

	"renfort/mission"
)

// seats gives how many there are and how many are left. Where the record only
// tells what is left, that is all there is; where it only tells that none is,
// none.
func (d *drafting) seats() {
	total, left := d.count("seats", d.Seats.Total), d.count("seats left", d.Seats.Left)
	if total == nil {
		total = left
	}
	if left == nil && len(d.Seats.Has) > 0 && d.none() {
		left = new(int)
		if total == nil {
			total = new(int)
		}
	}
	if left != nil && total != nil {
		d.draft.Left = left
	}
	d.draft.Mission.Seats = total
}

// none says whether the record says that no seat is left.
func (d *drafting) none() (none bool) {
	for _, p := range d.Seats.Has {
		scalars(d.tree, p, func(v any) { none = none || v == false })
	}
	return none
}

// count gives a number of seats, nil where there is none. A negative one is
// none left.
func (d *drafting) count(what string, paths []Path) *int {
	f, ok := firstNumber(d.tree, paths)
	if !ok {
		return nil
	}
	if f > mission.SeatsMax {
		d.drop("%.0f %s are more than the %d a mission has", f, what, mission.SeatsMax)
		return nil
	}
	n := int(math.Max(f, 0))
	return &n
}

// commitment gives what is asked of a volunteer's time.
func (d *drafting) commitment() {
	k := &d.Mapping.Commitment
	hours, ok := firstNumber(d.tree, k.Hours)
	if !ok {
		hours, ok = k.Durations[d.first(k.Duration)]
	}
	per := "total"
	if p, known := k.Periods[d.first(k.Period)]; known {
		per = p
	}
	if !ok {
		hours, ok = firstNumber(d.tree, k.HoursPerYear)
		per = "year"
	}
	if ok && hours > 0 && hours <= mission.HoursMax {
		d.draft.Mission.Commitment = &mission.Commitment{Hours: hours, Per: per}
	}
}
