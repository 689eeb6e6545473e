// Package world answers: what does a France of missions and volunteers look
// like?
//
// It makes missions and volunteers up from a seed: placed by the population of
// the gazetteer's communes, worded by the templates of texts/, with the seats,
// addresses, dates and preferences that real platforms show. Mission(i) and
// Volunteer(i) are pure functions of the Config and i: they may be called in
// any order and from many goroutines, and give the same bytes on every
// platform. To that end nothing here depends on how a machine rounds floats:
// places are whole hundred-thousandths of a degree and chances whole per mille.
//
// The templates are Markdown for people to read and correct: see texts.go for
// the form. What a template says goes out as it stands but for typography
// (curved apostrophes, no-break spaces) and for {ville}, {à ville}, {de ville}
// and {association}.
package world
