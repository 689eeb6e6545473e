package gazetteer

import (
	"github.com/zsefvlol/timezonemapper"

	"renfort/geo"
)

// zoneFrance is the time zone of the departments in Europe.
const zoneFrance = "Europe/Paris"

// zoneOfDepartment is the time zone of a department or collectivity.
func zoneOfDepartment(code string) string {
	switch code {
	case "971":
		return "America/Guadeloupe"
	case "972":
		return "America/Martinique"
	case "973":
		return "America/Cayenne"
	case "974":
		return "Indian/Reunion"
	case "975":
		return "America/Miquelon"
	case "976":
		return "Indian/Mayotte"
	case "977":
		return "America/St_Barthelemy"
	case "978":
		return "America/Marigot"
	case "984":
		return "Indian/Kerguelen"
	case "986":
		return "Pacific/Wallis"
	case "987":
		return "Pacific/Tahiti"
	case "988":
		return "Pacific/Noumea"
	case "989":
		return "Etc/GMT+8" // Clipperton, which has no name of its own
	}
	return zoneFrance
}

// zoneOfCommune is the time zone of a commune: its department's, but for those
// far from its seat.
func zoneOfCommune(insee, department string) string {
	switch insee {
	case "98718", "98723", "98731", "98746", "98756", "98757":
		return "Pacific/Marquesas"
	case "98719":
		return "Pacific/Gambier"
	case "98413", "98415": // Crozet and the scattered islands keep Réunion's time
		return "Indian/Reunion"
	case "98414":
		return "Antarctica/DumontDUrville"
	}
	return zoneOfDepartment(department)
}

// departmentOfCountry is the department that ISO 3166 counts as a country of
// its own, "" for all other codes.
func departmentOfCountry(country string) string {
	switch country {
	case "GP":
		return "971"
	case "MQ":
		return "972"
	case "GF":
		return "973"
	case "RE":
		return "974"
	case "PM":
		return "975"
	case "YT":
		return "976"
	case "BL":
		return "977"
	case "MF":
		return "978"
	case "TF":
		return "984"
	case "WF":
		return "986"
	case "PF":
		return "987"
	case "NC":
		return "988"
	}
	return ""
}

// zoneOfWorld is the time zone of a point anywhere. The map is a tree of
// comparisons and needs no loading; the clock is another than the true one on
// 1.4 % of the land, most of it Xinjiang, which keeps two.
func zoneOfWorld(p geo.Point) string {
	return timezonemapper.LatLngToTimezoneString(p.Lat, p.Lon)
}
