package gazetteer

import "renfort/geo"

// Precision says how surely the point of a place is known, best first.
type Precision string

// How a commune was placed. The accuracy of each is in the package's comment.
const (
	PrecisionCommune        Precision = "commune"        // GeoNames has the commune's seat
	PrecisionApproximate    Precision = "approximate"    // read off a map
	PrecisionPostalCode     Precision = "postal_code"    // amid the communes of its postal code
	PrecisionEPCI           Precision = "epci"           // amid those of its association of communes
	PrecisionArrondissement Precision = "arrondissement" // amid those of its sub-prefecture
)

// Precisions are all of them, best first.
func Precisions() []Precision {
	return []Precision{PrecisionCommune, PrecisionApproximate, PrecisionPostalCode, PrecisionEPCI, PrecisionArrondissement}
}

// Letter is how the embedded file writes p.
func (p Precision) Letter() string {
	switch p {
	case PrecisionCommune:
		return "c"
	case PrecisionApproximate:
		return "m" // off a map
	case PrecisionPostalCode:
		return "p"
	case PrecisionEPCI:
		return "e"
	case PrecisionArrondissement:
		return "a"
	}
	return "?"
}

// CountryFrance is the country of every commune, overseas ones included.
const CountryFrance = "FR"

// Commune is a commune of France, a municipal arrondissement of Paris, Lyon or
// Marseille, or a town of a neighbouring country, which has no codes.
type Commune struct {
	INSEE       string // "06088", "2A004", "97411"; "" abroad
	Name        string
	Department  string   // code: "06", "2A", "974"; "" abroad
	Region      string   // code: "93"; "" abroad
	PostalCodes []string // read only; ascending; empty abroad and where nobody lives
	City        string   // of a municipal arrondissement: the INSEE code of its city, else ""
	Population  int      // 0 where it is not known
	Point       geo.Point
	Precision   Precision
	Country     string // ISO 3166: CountryFrance, or "BE", "CH" ...
	TimeZone    string // IANA: "Europe/Paris", "Indian/Reunion"
}

// Department is a department, or an overseas collectivity (975 to 989) in the
// place of one.
type Department struct {
	Code       string // "01" to "95" with "2A" and "2B", "971" to "989"
	Name       string
	RegionCode string // the collectivities are regions of their own, with the same code
	Region     string
	TimeZone   string
	Population int
	Cap        geo.Cap // bounds the places of its communes, not its land
}

// Region is a region, or an overseas collectivity in the place of one.
type Region struct {
	Code, Name string
}
