package surge

import (
	_ "embed" // the page
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"renfort/bench/world"
)

//go:embed report.html
var reportHTML string

var reportPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Parse(reportHTML))
})

// pageSize is what the page shows of a Size.
type pageSize struct {
	Arrivals, Seats, Optimum       string
	Filled, Refused, Added, Course template.HTML
	Rows                           []pageRow
	Outlooks                       []pageOutlook
}

// pageOutlook is one kind of forecast of an arm.
type pageOutlook struct {
	Arm                 string
	Held                bool
	Plot                template.HTML
	People              string
	Seated, Brier, Base string
}

type pageRow struct {
	Name  string
	Cells []string
}

// WriteHTML writes one page that explains itself, in English and French, and
// needs nothing else: plots are SVG within it.
func (r *Report) WriteHTML(w io.Writer) error {
	page := struct {
		Missions, Storm, Seeds int
		Sizes                  []pageSize
		Heads                  []Measure
		Arms                   []Arm
		Seconds                string
	}{r.Config.Missions, world.DefaultSurge().StormTimes, r.Config.Seeds, nil, Measures(), nil, fmt.Sprintf("%.0f", r.Seconds)}
	for i := range r.Sizes {
		page.Sizes = append(page.Sizes, r.Sizes[i].page())
	}
	arms, err := r.Config.arms()
	if err != nil {
		return err
	}
	page.Arms = arms
	if err := reportPage().Execute(w, &page); err != nil {
		return fmt.Errorf("surge: report: %w", err)
	}
	return nil
}

// page works out what is shown of a size.
func (s *Size) page() pageSize {
	p := pageSize{Arrivals: spaced(float64(s.Arrivals)), Seats: spaced(s.Seats.Mean), Optimum: spaced(s.Optimum.Mean),
		Filled: s.plotFilled(), Refused: s.plotRefused(), Added: s.plotAdded(), Course: s.plotCourse()}
	for i := range s.Arms {
		row := pageRow{Name: s.Arms[i].Name}
		for _, m := range Measures() {
			row.Cells = append(row.Cells, m.write(s.Arms[i].Values[m.Key]))
		}
		p.Rows = append(p.Rows, row)
		if o := s.Arms[i].Outlook; o != nil {
			p.Outlooks = append(p.Outlooks, o.Free.page(row.Name, false), o.Held.page(row.Name, true))
		}
	}
	return p
}

// page works out what is shown of a kind of forecast.
func (v *Verdict) page(arm string, held bool) pageOutlook {
	score := func(e Estimate) string { return fmt.Sprintf("%.4f ± %.4f", e.Mean, e.Half) }
	return pageOutlook{arm, held, v.plot(), spaced(float64(v.People)), fmt.Sprintf("%.1f %%", 100*v.Seated), score(v.Brier), score(v.Base)}
}

// spaced writes a whole number with narrow spaces between thousands.
func spaced(v float64) string {
	digits := fmt.Sprintf("%.0f", v)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteRune('\u202f')
		}
		b.WriteRune(d)
	}
	return b.String()
}
