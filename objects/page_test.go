package objects

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// france invents records of a platform of missions: about 2 kB each, as its
// search index has them.
func france(n int, seed uint64) []Object {
	r := rand.New(rand.NewPCG(seed, 1))
	words := strings.Fields("aide aux personnes âgées collecte alimentaire accompagnement scolaire visite maison retraite distribution repas chauds maraude jardin partagé atelier lecture enfants sport handicap nature nettoyage plage forêt animation quartier soutien familles migrants cours français informatique seniors bibliothèque musée concert festival secours croix rouge restos banque tri vêtements réparation vélos parrainage tutorat orientation jeunes mentor solidarité isolement écoute téléphone hôpital médiation numérique café associatif")
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	text := func(letters int) string {
		var b strings.Builder
		for b.Len() < letters {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			if r.IntN(30) == 0 { // a word that few have: some 40,000 of them
				fmt.Fprintf(&b, "%c%c%d", 'a'+r.IntN(26), 'a'+r.IntN(26), r.IntN(400))
			}
			b.WriteString(pick(words))
		}
		return b.String()
	}
	domains := strings.Split("Solidarité et insertion;Santé pour tous;Prévention et protection;Art et culture pour tous;Sport pour tous;Coopération internationale;Mémoire et citoyenneté;Éducation pour tous;Protection de la nature;Bénévolat de compétences", ";")
	var structures []string
	for i := range 2000 {
		structures = append(structures, fmt.Sprintf("%s %s %d", pick(words), pick(words), i))
	}
	all := make([]Object, n)
	for i := range all {
		id := fmt.Sprintf(`App\Models\Mission::%d`, i+1)
		department := 1 + r.IntN(95)
		domain := pick(domains)
		left := r.IntN(40)
		lat, lng := 42.5+r.Float64()*8, -4.5+r.Float64()*12
		if r.IntN(3) == 0 { // a third around Paris
			lat, lng = 48.85+r.NormFloat64()*.2, 2.35+r.NormFloat64()*.3
		}
		json := fmt.Sprintf(`{"objectID":%s,"id":%d,"name":%s,"slug":"mission-%d","domaine":%s,"domaines":[%s,%s],"domaine_id":%d,"activity":{"id":%d,"name":"Activité %d"},"activities":[{"id":%d,"name":"Activité %d"},{"id":%d,"name":"Activité %d"}],"structure":{"id":%d,"name":%s,"state":"Validée","reseaux":[{"id":%d,"name":"Réseau %d"}]},"department":"%02d","department_name":"%02d - Département","city":"Ville %d","zip":"%05d","country":"France","type":%q,"state":"Validée","provider":"reserve_civique","publisher_name":"JeVeuxAider.gouv.fr","participations_max":%d,"places_left":%d,"has_places_left":%t,"is_registration_open":true,"is_online":true,"is_outdated":false,"is_priority":%t,"is_snu_mig_compatible":false,"commitment__duration":%q,"commitment__time_period":"week","commitment__total":%d,"start_date":%d,"end_date":%d,"created_at":%d,"score":%d,"publics_beneficiaires":["Personnes âgées","Jeunes %d"],"publics_volontaires":["Tous","Mineurs %d"],"tags":["Tag %d","Tag %d"],"template_title":%s,"template":{"id":%d,"photo":"https://example.org/photos/%d/large.jpg?version=%d"},"dates":[{"id":"2026-12-%02d","timestamp":%d},{"id":"2027-01-%02d","timestamp":%d}],"description":%s,"post_code":"%05d","address":"%d rue de la %s","_geoloc":{"lat":%.6f,"lng":%.6f}}`,
			mustQuote(id), i+1, mustQuote(text(40)), i, mustQuote(domain), mustQuote(domain), mustQuote(pick(domains)), r.IntN(11), r.IntN(38), r.IntN(38), r.IntN(38), r.IntN(38), r.IntN(38), r.IntN(38),
			r.IntN(2000), mustQuote(pick(structures)), r.IntN(60), r.IntN(60), department, department, r.IntN(4000), department*1000+r.IntN(1000),
			[]string{"Mission en présentiel", "Mission à distance"}[r.IntN(6)/5], left+r.IntN(20), left, left > 0, r.IntN(10) == 0,
			[]string{"1_hour", "2_hours", "half_day", "day"}[r.IntN(4)], r.IntN(100), 1790000000+r.IntN(10000000), 1800000000+r.IntN(10000000), 1700000000+r.IntN(90000000), r.IntN(1000),
			r.IntN(8), r.IntN(3), r.IntN(200), r.IntN(200), mustQuote(text(30)), r.IntN(300), r.IntN(500), r.IntN(9), 1+r.IntN(28), 1796000000+r.IntN(2000000), 1+r.IntN(28), 1798000000+r.IntN(2000000),
			mustQuote(text(500)), department*1000, r.IntN(200), pick(words), lat, lng)
		all[i] = Object{ID: id, JSON: []byte(json), Mission: uint32(i)}
	}
	return all
}

func mustQuote(s string) string { return string(appendString(nil, s)) }
