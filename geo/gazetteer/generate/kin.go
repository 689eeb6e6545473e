package main

import (
	"renfort/geo"
	"renfort/geo/gazetteer"
)

// kin are the communes whose place is known, by what they share with others.
type kin struct {
	f                *france
	byPostalCode     map[string][]member
	byEPCI           map[string][]member
	byArrondissement map[string][]member
}

// member is a commune whose place is known.
type member struct {
	code, epci string
	at         geo.Vec
}

// newKin groups the known communes, in the order of their codes, so that the
// sums over a group, and with them the last digit, are always the same.
func newKin(f *france, known map[string]placed) *kin {
	k := &kin{f, map[string][]member{}, map[string][]member{}, map[string][]member{}}
	for _, c := range f.communes {
		p, ok := known[c.Code]
		if !ok || c.Type != typeCommune {
			continue
		}
		m := member{c.Code, f.epciOf[c.Code], p.point.Vec()}
		for _, code := range c.PostalCodes {
			k.byPostalCode[code] = append(k.byPostalCode[code], m)
		}
		if m.epci != "" {
			k.byEPCI[m.epci] = append(k.byEPCI[m.epci], m)
		}
		if c.Arrondissement != "" {
			k.byArrondissement[c.Arrondissement] = append(k.byArrondissement[c.Arrondissement], m)
		}
	}
	return k
}

// place puts a commune in the middle of its kin: those of its postal code (and
// of its own EPCI, if any are), else of its EPCI, else of its arrondissement.
// Measured against the true places, the postal code is 6 km off in the median,
// the EPCI 14 km; weighing them by population makes no difference.
func (k *kin) place(c commune) (placed, bool) {
	var postal []member
	for _, code := range c.PostalCodes {
		postal = append(postal, k.byPostalCode[code]...)
	}
	epci := k.f.epciOf[c.Code]
	if near := within(postal, epci); epci != "" && len(near) > 0 {
		postal = near
	}
	switch {
	case len(postal) > 0:
		return placed{middle(postal), gazetteer.PrecisionPostalCode}, true
	case len(k.byEPCI[epci]) > 0:
		return placed{middle(k.byEPCI[epci]), gazetteer.PrecisionEPCI}, true
	case len(k.byArrondissement[c.Arrondissement]) > 0:
		return placed{middle(k.byArrondissement[c.Arrondissement]), gazetteer.PrecisionArrondissement}, true
	}
	return placed{}, false
}

func within(members []member, epci string) []member {
	var in []member
	for _, m := range members {
		if m.epci == epci {
			in = append(in, m)
		}
	}
	return in
}

// middle is the mean place.
func middle(members []member) geo.Point {
	var sum geo.Vec
	for _, m := range members {
		sum = geo.Vec{X: sum.X + m.at.X, Y: sum.Y + m.at.Y, Z: sum.Z + m.at.Z}
	}
	return sum.Point()
}
