package surge

// reliabilityBins divides forecasts by what was told: tenths.
const reliabilityBins = 10

// Bin are the forecasts of one tenth.
type Bin struct {
	People  int
	Seated  int     // of them, who had a seat confirmed a day after the hour began
	Told    float64 // the sum of what they were told
	Squares float64 // the sum of the squares of what was told less what came
}

// Reliability says what became of people by what they were told: of those told
// from i/10 to (i+1)/10, Reliability[i]. The zero value says that nobody was
// told anything.
type Reliability [reliabilityBins]Bin

// add counts somebody.
func (r *Reliability) add(chance float64, seated bool) {
	b := &r[min(int(chance*reliabilityBins), reliabilityBins-1)]
	miss := chance - float64(b2i(seated))
	b.People++
	b.Seated += b2i(seated)
	b.Told += chance
	b.Squares += miss * miss
}

// plus gives both together.
func (b Bin) plus(c Bin) Bin {
	return Bin{b.People + c.People, b.Seated + c.Seated, b.Told + c.Told, b.Squares + c.Squares}
}

// all gives every forecast in one bin.
func (r *Reliability) all() (sum Bin) {
	for _, b := range r {
		sum = sum.plus(b)
	}
	return sum
}

// Brier is the mean square of what was told less what came, 0 at best; 0 if
// nobody was told anything.
func (r *Reliability) Brier() float64 {
	b := r.all()
	if b.People == 0 {
		return 0
	}
	return b.Squares / float64(b.People)
}

// Base is the Brier score of telling everybody the share of all who came to
// have a seat: what a forecast must beat to be worth anything.
func (r *Reliability) Base() float64 {
	b := r.all()
	share := ratio(b.Seated, b.People)
	return share * (1 - share)
}

// Verdict says how good one kind of forecast was over all surges of a size.
type Verdict struct {
	People  int
	Seated  float64     // the share of them that had a seat
	Brier   Estimate    // over seeds
	Base    Estimate    // of each seed's own share of people with a seat
	ByTenth Reliability // all seeds together
}

// Outlook is what came of the outlook that an arm tells people who sign up.
type Outlook struct {
	Free Verdict // told with nothing held
	Held Verdict // told with a seat held for them
}

// outlook judges what an arm told, nil if it told nothing.
func outlook(figures []Figures) *Outlook {
	o := new(Outlook)
	o.Free = verdict(figures, func(f *Figures) *Reliability { return &f.Told })
	o.Held = verdict(figures, func(f *Figures) *Reliability { return &f.ToldHeld })
	if o.Free.People+o.Held.People == 0 {
		return nil
	}
	return o
}

func verdict(figures []Figures, of func(*Figures) *Reliability) (v Verdict) {
	var brier, base []float64
	for i := range figures {
		r := of(&figures[i])
		brier, base = append(brier, r.Brier()), append(base, r.Base())
		for k := range r {
			v.ByTenth[k] = v.ByTenth[k].plus(r[k])
		}
	}
	all := v.ByTenth.all()
	v.People, v.Seated, v.Brier, v.Base = all.People, ratio(all.Seated, all.People), estimate(brier), estimate(base)
	return v
}
