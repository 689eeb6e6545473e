package main

import (
	"fmt"
	"io"
	"time"
)

// town is somewhere to ask for, in degrees.
type town struct {
	name     string
	lat, lon float64
}

// towns are a city where the valley behind is drowning, a place where little
// is near, and one where Paris is far.
func towns() [3]town {
	return [...]town{
		{"Nice", 43.704, 7.262},
		{"Mende, en Lozère", 44.519, 3.501},
		{"Saint-Denis de La Réunion", -20.879, 55.448},
	}
}

// searches are what people type, with the slips that they make.
func searches() [6]string {
	return [...]string{"distribution repas sans abri lyon", "aide devoirs", "ehpad", "cours de francais", "l'été", "banque allimentaire"}
}

// invite says in French and English where the service is and what to try.
func invite(to io.Writer, address string, missions int, took time.Duration, free seat) {
	fmt.Fprintf(to, `Renfort sert une France inventée : %[1]d missions, prêtes en %.1[2]f s.
Renfort serves a made-up France: %[1]d missions, ready in %.1[2]f s.

    %[3]s

Cinq requêtes à coller dans un autre terminal · five requests to paste into another terminal:

`, missions, took.Seconds(), address)
	fmt.Fprintln(to, "1. Que faire près de chez moi, et pourquoi ? · What is there to do near me, and why?")
	for i, t := range towns() {
		lang := "fr"
		if i > 0 {
			lang = "en"
		}
		fmt.Fprintf(to, "   # %s\n   curl '%s/v1/recommendations?lat=%.3f&lon=%.3f&limit=3&explain=true&lang=%s'\n", t.name, address, t.lat, t.lon, lang)
	}
	if free.mission != "" {
		fmt.Fprintln(to, "2. Une place est retenue huit minutes · A seat is held for eight minutes")
		fmt.Fprintf(to, "   curl -X POST '%s/v1/missions/%s/holds' -H 'Content-Type: application/json' -d '{\"volunteer\":\"demo-1\"}'\n", address, free.mission)
	}
	fmt.Fprintln(to, "3. Où manque-t-il du monde ? · Where is help short?")
	fmt.Fprintf(to, "   curl '%s/v1/stats'\n", address)
	fmt.Fprintln(to, "4. Que trouve-t-on avec ces mots ? · What do these words find?")
	for _, words := range searches() {
		fmt.Fprintf(to, "   curl -G '%s/v1/search' -d highlight=true -d limit=3 --data-urlencode \"q=%s\"\n", address, words)
	}
}

// inviteToWave says how to fill fifty seats, and how to see people answer.
func inviteToWave(to io.Writer, address string, crowd seat, speed int) {
	if crowd.mission != "" {
		fmt.Fprintln(to, "5. Cinquante bénévoles, vite · Fifty volunteers, quickly")
		fmt.Fprintf(to, "   curl -X POST '%s/v1/waves' -H 'Content-Type: application/json' -d '{\"targets\":[{\"mission\":\"%s\",\"seats\":%d}],\"dial\":\"urgent\"}'\n", address, crowd.mission, crowdSeats)
		fmt.Fprintln(to, "   # qui répond comme répondent des bénévoles · who answers as volunteers do:")
		fmt.Fprintf(to, "   # renfort bench player --target %s --speed %d\n", address, speed)
	}
	fmt.Fprintln(to)
	fmt.Fprintln(to, "Ctrl-C arrête tout. · Ctrl-C ends it.")
}
