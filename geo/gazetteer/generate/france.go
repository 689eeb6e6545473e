package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// The package of France's divisions, and the version that the file is made of.
const (
	francePackage = "@etalab/decoupage-administratif"
	franceVersion = "6.0.0"
)

// What the type of a commune can be in the package.
const (
	typeCommune        = "commune-actuelle"
	typeArrondissement = "arrondissement-municipal"
)

// commune is an entry of communes.json: a commune of today, a municipal
// arrondissement, or a former commune that lives on inside another one.
type commune struct {
	Code           string   `json:"code"`
	Name           string   `json:"nom"`
	Type           string   `json:"type"`
	Department     string   `json:"departement"`
	Arrondissement string   `json:"arrondissement"` // the sub-prefecture's, not the municipal one
	City           string   `json:"commune"`        // of a municipal arrondissement
	Head           string   `json:"chefLieu"`       // of a former commune: where it went
	PostalCodes    []string `json:"codesPostaux"`
	FormerCodes    []string `json:"anciensCodes"`
	Population     int      `json:"population"`
}

// division is an entry of departements.json or regions.json.
type division struct {
	Code   string `json:"code"`
	Region string `json:"region"`
	Name   string `json:"nom"`
}

// former is a code that is no longer in force, and a name if it had its own.
type former struct {
	code, name, now string
}

// france is what the package tells, ordered by code.
type france struct {
	regions, departments []division
	communes             []commune // of today, and municipal arrondissements
	formers              []former
	byCode               map[string]int    // index into communes
	nowOf                map[string]string // former code to the one of today
	epciOf               map[string]string // commune to its association of communes
}

// readFrance reads the package and gives it an order of its own, so that the
// result does not depend on the order of its files.
func readFrance(packages string) (*france, error) {
	if err := checkVersion(packages, francePackage, franceVersion); err != nil {
		return nil, err
	}
	data := filepath.Join(packages, francePackage, "data")
	f := &france{}
	var all []commune
	var epcis []struct {
		Code    string `json:"code"`
		Members []struct {
			Code string `json:"code"`
		} `json:"membres"`
	}
	for name, into := range map[string]any{
		"regions.json": &f.regions, "departements.json": &f.departments,
		"communes.json": &all, "epci.json": &epcis,
	} {
		if err := readJSON(filepath.Join(data, name), into); err != nil {
			return nil, err
		}
	}
	byCode := func(a, b division) int { return cmp.Compare(a.Code, b.Code) }
	slices.SortFunc(f.regions, byCode)
	slices.SortFunc(f.departments, byCode)
	f.takeCommunes(all)
	f.epciOf = map[string]string{}
	for _, e := range epcis {
		for _, m := range e.Members {
			f.epciOf[m.Code] = e.Code
		}
	}
	return f, nil
}

// takeCommunes parts those of today from the former ones.
func (f *france) takeCommunes(all []commune) {
	slices.SortStableFunc(all, func(a, b commune) int { return cmp.Compare(a.Code, b.Code) })
	f.byCode, f.nowOf = map[string]int{}, map[string]string{}
	for _, c := range all {
		if c.Type == typeCommune || c.Type == typeArrondissement {
			f.byCode[c.Code] = len(f.communes)
			f.communes = append(f.communes, c)
		}
	}
	for _, c := range all {
		_, current := f.byCode[c.Code]
		switch {
		case c.Type == typeCommune:
			for _, code := range c.FormerCodes {
				f.addFormer(former{code: code, now: c.Code})
			}
		case c.Type != typeArrondissement && current:
			// The former commune whose code the new one took: a name only.
			f.formers = append(f.formers, former{name: c.Name, now: c.Head})
		case c.Type != typeArrondissement:
			f.addFormer(former{code: c.Code, name: c.Name, now: c.Head})
		}
	}
	slices.SortStableFunc(f.formers, func(a, b former) int {
		return cmp.Or(cmp.Compare(a.now, b.now), cmp.Compare(a.code, b.code), cmp.Compare(a.name, b.name))
	})
}

// addFormer keeps a former code once, with its name if it has one, unless the
// code is one of today or leads nowhere.
func (f *france) addFormer(old former) {
	if _, current := f.byCode[old.code]; current {
		return
	}
	if _, ok := f.byCode[old.now]; !ok {
		return
	}
	if _, known := f.nowOf[old.code]; !known {
		f.nowOf[old.code] = old.now
		f.formers = append(f.formers, old)
		return
	}
	for i := range f.formers {
		if f.formers[i].code == old.code && f.formers[i].name == "" {
			f.formers[i].name = old.name
		}
	}
}

// checkVersion refuses a package of another version than the file is made of.
func checkVersion(packages, name, want string) error {
	var about struct {
		Version string `json:"version"`
	}
	if err := readJSON(filepath.Join(packages, name, "package.json"), &about); err != nil {
		return err
	}
	if about.Version != want {
		return fmt.Errorf("generate: %s has version %s, want %s", name, about.Version, want)
	}
	return nil
}

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("generate: read a package: %w", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("generate: read %s: %w", filepath.Base(path), err)
	}
	return nil
}
