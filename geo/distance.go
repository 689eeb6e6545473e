package geo

import "math"

// EarthRadiusKm is the mean radius of the Earth, the one the contract names.
const EarthRadiusKm = 6371.0088

// HalfTurnKm is the distance to the antipode: no distance is longer.
const HalfTurnKm = math.Pi * EarthRadiusKm

// The coefficients of 2*asin(c/2) = c * (1 + a1*c^2 + a2*c^4 + ...), the
// Taylor series. Cut after a5 its error is below 5e-12 of the distance where
// c^2 is below seriesChord2, which is 2,000 km: France fits into it.
const (
	a1 = 1.0 / 24
	a2 = 3.0 / 640
	a3 = 5.0 / 7168
	a4 = 35.0 / 294912
	a5 = 63.0 / 2883584

	seriesChord2 = 0.1
)

// Km is the great-circle distance that belongs to a squared chord, in
// kilometres: 0 for 0 and below, HalfTurnKm for 4 and above, NaN for NaN. Its
// relative error is below 1e-9 everywhere.
func Km(chord2 float64) float64 {
	if chord2 > seriesChord2 || chord2 < 0 {
		return kmFar(chord2)
	}
	return EarthRadiusKm * math.Sqrt(chord2) *
		(1 + chord2*(a1+chord2*(a2+chord2*(a3+chord2*(a4+chord2*a5)))))
}

// kmFar is Km where the series does not reach. Past a right angle it measures
// from the antipode, because asin has no digits left near 1.
func kmFar(chord2 float64) float64 {
	switch {
	case chord2 <= 0:
		return 0
	case chord2 >= 4:
		return HalfTurnKm
	case chord2 > 2:
		return HalfTurnKm - 2*EarthRadiusKm*math.Asin(math.Sqrt(4-chord2)/2)
	}
	return 2 * EarthRadiusKm * math.Asin(math.Sqrt(chord2)/2)
}

// Chord2 is the squared chord that belongs to a distance in kilometres, the
// inverse of Km: 0 for 0 and below, 4 for HalfTurnKm and above.
func Chord2(km float64) float64 {
	switch {
	case km <= 0:
		return 0
	case km >= HalfTurnKm:
		return 4
	}
	s := math.Sin(km / (2 * EarthRadiusKm))
	return 4 * s * s
}
