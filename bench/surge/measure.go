package surge

import "math"

// Estimate is a mean over seeds and half the width of its interval of 95 %
// confidence, by Student's t; 0 of one seed says that nobody knows.
type Estimate struct {
	Mean float64
	Half float64
}

// studentT is the 97.5th percentile of Student's t by degrees of freedom, from
// 1 on; beyond the table, the normal law's.
var studentT = [...]float64{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
	2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042}

// estimate works out the mean of some values, one by seed.
func estimate(values []float64) Estimate {
	n, sum := float64(len(values)), 0.0
	for _, v := range values {
		sum += v
	}
	e := Estimate{Mean: sum / n}
	if len(values) < 2 {
		return e
	}
	squares := 0.0
	for _, v := range values {
		squares += (v - e.Mean) * (v - e.Mean)
	}
	t := 1.96
	if len(values)-2 < len(studentT) {
		t = studentT[len(values)-2]
	}
	e.Half = t * math.Sqrt(squares/(n-1)/n)
	return e
}

// unit is how a measure is written.
type unit int

const (
	percent unit = iota
	number
	ratioOfOne
)

// Measure is one of the columns of a report.
type Measure struct {
	Key     string // in JSON
	English string
	French  string
	of      func(*Figures) float64
	unit    unit
}

// Measures are the columns, in order.
func Measures() []Measure {
	return []Measure{
		{"filled", "filled, of the best possible", "places prises, du meilleur possible", func(f *Figures) float64 { return f.Filled }, percent},
		{"fills", "people seated", "personnes placées", func(f *Figures) float64 { return float64(f.Fills) }, number},
		{"refused", "asked for a full mission, of all", "demandes pour une mission complète", func(f *Figures) float64 { return f.Refused }, percent},
		{"refused_form", "refused after the form", "refus après le formulaire", func(f *Figures) float64 { return f.RefusedForm }, percent},
		{"refused_click", "refused at the click", "refus au clic", func(f *Figures) float64 { return f.RefusedClick }, percent},
		{"refused_link", "refused at the click, by a link", "refus au clic, par un lien", func(f *Figures) float64 { return f.RefusedLink }, percent},
		{"oversold", "people beyond the seats", "personnes en trop", func(f *Figures) float64 { return float64(f.Oversold) }, number},
		{"served", "missions with somebody", "missions avec quelqu’un", func(f *Figures) float64 { return float64(f.Served) }, number},
		{"servable", "missions that could have", "missions qui auraient pu", func(f *Figures) float64 { return float64(f.Servable) }, number},
		{"rural", "seats filled, rural", "places prises, rural", func(f *Figures) float64 { return f.Rural }, percent},
		{"urban", "seats filled, urban", "places prises, urbain", func(f *Figures) float64 { return f.Urban }, percent},
		{"pressing", "seats filled, urgent or vital", "places prises, urgent ou vital", func(f *Figures) float64 { return f.Pressing }, percent},
		{"gini", "inequality of missions (Gini)", "inégalité des missions (Gini)", func(f *Figures) float64 { return f.Gini }, ratioOfOne},
		{"relevance_lost", "relevance lost", "pertinence perdue", func(f *Figures) float64 { return f.RelevanceLost }, percent},
		{"liking_lost", "interest lost in what is shown", "intérêt perdu pour ce qui est montré", func(f *Figures) float64 { return f.LikingLost }, percent},
		{"idle_hours", "place-hours idle, in 2 hours", "places-heures vides, en 2 heures", func(f *Figures) float64 { return f.IdleHours }, number},
	}
}
