package geo_test

import (
	"fmt"

	"renfort/geo"
)

// The engine compares vectors and bounds; points are for people.
func Example() {
	nice := geo.Point{Lat: 43.7031, Lon: 7.2661}
	valley := []geo.Vec{
		geo.Point{Lat: 44.0669, Lon: 7.2553}.Vec(), // Saint-Martin-Vésubie
		geo.Point{Lat: 43.9606, Lon: 7.3083}.Vec(), // Lantosque
	}
	bound := geo.CapOf(valley)
	fmt.Printf("in cell %s, at least %.0f km from the valley, at most %.0f\n",
		geo.CellAt(nice, 10), bound.MinKm(nice.Vec()), bound.MaxKm(nice.Vec()))
	for _, v := range valley {
		fmt.Printf("%.1f km\n", nice.Vec().DistanceKm(v))
	}
	// Output:
	// in cell 12cddb, at least 28 km from the valley, at most 41
	// 40.5 km
	// 28.8 km
}

func ExampleParsePolygon() {
	_, err := geo.ParsePolygon([]geo.Point{{Lat: 44, Lon: 7}, {Lat: 45, Lon: 8}, {Lat: 45, Lon: 7}, {Lat: 44, Lon: 8}})
	fmt.Println(err)
	// Output:
	// geo: area: ring 1 touches or crosses itself: the line from (44, 7) to (45, 8) meets the line from (45, 7) to (44, 8)
}
