package engine

import (
	"cmp"
	"slices"

	"renfort/matcher/wave"
	"renfort/mission"
	"renfort/store"
)

// WaveProgress is a wave as its crisis team sees it.
type WaveProgress struct {
	mission.Wave
	Counts   mission.WaveCounts
	Expected float64 // acceptances by people who are silent, within the dial's horizon
	Targets  []TargetProgress
	Fill     []FillPoint
	Seq      uint64
}

// TargetProgress is one target of a wave.
type TargetProgress struct {
	mission.Target
	Needed   int // seats still to fill
	Asked    int
	Accepted int     // with a seat that they still have or had
	Expected float64 // as of the wave
}

// FillPoint is how many had accepted, with a seat, so many seconds after the
// wave began.
type FillPoint struct {
	Seconds  int64
	Asked    int
	Accepted int
}

// fillPoints is how many points a curve has at most.
const fillPoints = 120

// Wave gives a wave and how far it has come. It answers NotFound.
func (e *Engine) Wave(id mission.ID) (*WaveProgress, error) {
	seq := e.Seq()
	w, err := e.readWave(id)
	if err != nil {
		return nil, err
	}
	p := &WaveProgress{Wave: w.Wave, Counts: w.Counts, Fill: fillCurve(w), Seq: seq}
	hopes := wave.Step(&w.state).Targets // the pools are empty: nobody new is named
	for i, t := range w.Targets {
		p.Targets = append(p.Targets, TargetProgress{Target: t, Needed: w.state.Targets[i].Need, Expected: hopes[i].Mean})
		p.Expected += hopes[i].Mean
	}
	for i := range w.asks {
		a := &w.asks[i]
		if k := slices.IndexFunc(w.Targets, func(t mission.Target) bool { return t.Mission == a.Mission }); k >= 0 {
			p.Targets[k].Asked++
			if a.Hold != "" {
				p.Targets[k].Accepted++
			}
		}
	}
	return p, nil
}

// fillCurve tells how asks and acceptances rose, by at most fillPoints moments.
func fillCurve(w *waveNow) (curve []FillPoint) {
	end := cmp.Or(w.Ended, w.state.Now)
	width := max(int64(wave.StepSeconds), (end-w.Opened+fillPoints-1)/fillPoints)
	for at := int64(0); at <= end-w.Opened+width-1 && len(curve) <= fillPoints; at += width {
		point := FillPoint{Seconds: at}
		for i := range w.asks {
			a := &w.asks[i]
			if a.At <= w.Opened+at {
				point.Asked++
			}
			if a.Hold != "" && a.Answered <= w.Opened+at {
				point.Accepted++
			}
		}
		curve = append(curve, point)
	}
	return curve
}

// PreviewWave says what a wave would probably come to if it began now: how many
// would be asked, how long it would take and how many would be turned away. It
// changes nothing. What a wave must be (missions that take people and have
// seats) it must be here too.
func (e *Engine) PreviewWave(wv *mission.Wave, seed uint64) (wave.Outlook, error) {
	w, err := e.imagine(wv)
	if err != nil {
		return wave.Outlook{}, err
	}
	if _, err := e.pools(w); err != nil {
		return wave.Outlook{}, err
	}
	return wave.Forecast(&w.state, seed), nil
}

// imagine makes a wave as if it had just begun.
func (e *Engine) imagine(wv *mission.Wave) (*waveNow, error) {
	if err := wv.Validate(); err != nil {
		return nil, err
	}
	w := &waveNow{WaveView: &store.WaveView{Wave: *wv}, snap: e.index.Snapshot(), asked: map[uint32]bool{}}
	w.Targets = slices.Clone(w.Targets)
	for i := range w.Targets {
		view, err := e.store.Mission(w.Targets[i].Mission)
		if err != nil {
			return nil, err
		}
		w.Targets[i].Ordinal = view.Seats.Ordinal
	}
	var err error
	if w.crisis, err = e.crisisOf(w); err != nil {
		return nil, err
	}
	return w, e.complete(w)
}
