package peer

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Report is what a comparison found. Engines are in the same order everywhere:
// Renfort without its cache of text matches, Renfort, the others.
type Report struct {
	Config  Config
	Engines []Engine
	Kinds   []Kind
	// LuceneWarmRounds is how often Lucene was asked everything before it was
	// timed; LuceneCacheHits counts what its own cache of queries gave it.
	LuceneWarmRounds int
	LuceneCacheHits  int64
}

// Engine is one of those compared.
type Engine struct {
	Name string
	Cost Cost
}

// Kind is one sort of question.
type Kind struct {
	Name    string
	Words   bool // has words: answers may differ; otherwise all were equal
	Engines []Likeness
}

// Likeness is how fast an engine answered a kind of question, and how far its
// answers are Renfort's by words alone: shares from 0 to 1.
type Likeness struct {
	Micros   float64 // 0: not timed
	Missions float64 // of the first ten, in common
	Titles   float64 // the same, where missions of one title count as one another
	Totals   float64 // of the questions, with the same total
	Median   float64 // median total
}

// overlapHits is how many of the first hits are compared.
const overlapHits = 10

// likeness compares one engine's answers with the first one's.
func (r *run) likeness(first, other []answer, from, to int) (l Likeness) {
	var totals []float64
	for i := from; i < to; i++ {
		a, b := first[i].Missions, other[i].Missions
		a, b = a[:min(len(a), overlapHits)], b[:min(len(b), overlapHits)]
		l.Missions += overlap(a, b)
		l.Titles += overlap(r.titles(a), r.titles(b))
		if first[i].Total == other[i].Total {
			l.Totals++
		}
		totals = append(totals, float64(other[i].Total))
	}
	n := float64(to - from)
	l.Missions, l.Titles, l.Totals = l.Missions/n, l.Titles/n, l.Totals/n
	l.Median = median(totals)
	return l
}

func (r *run) titles(missions []int) []string {
	titles := make([]string, len(missions))
	for i, n := range missions {
		titles[i] = r.corpus.rows[n].title
	}
	return titles
}

// overlap is the share of the longer list that has its like in the other, 1
// for two empty ones.
func overlap[T comparable](a, b []T) float64 {
	if len(a) == 0 && len(b) == 0 {
		return 1
	}
	left, common := map[T]int{}, 0
	for _, v := range a {
		left[v]++
	}
	for _, v := range b {
		if left[v] > 0 {
			left[v]--
			common++
		}
	}
	return float64(common) / float64(max(len(a), len(b)))
}

// Write writes the report as tables for people.
func (r *Report) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	r.writeTimes(t)
	fmt.Fprintln(t)
	r.writeAnswers(t)
	fmt.Fprintln(t)
	r.writeCosts(t)
	if err := t.Flush(); err != nil {
		return fmt.Errorf("peer: write the report: %w", err)
	}
	return nil
}

// writeTimes tells the median time of each kind, and how many times the first
// engine's it is.
func (r *Report) writeTimes(t io.Writer) {
	if r.Config.Rounds == 0 {
		fmt.Fprintln(t, "nothing was timed")
		return
	}
	fmt.Fprintf(t, "median of %d questions each, of %d rounds, in microseconds\n\t", r.Config.Queries, r.Config.Rounds)
	for i, e := range r.Engines {
		fmt.Fprintf(t, "%s\t", e.Name)
		if i > 0 {
			fmt.Fprint(t, "times\t")
		}
	}
	for _, k := range r.Kinds {
		fmt.Fprintf(t, "\n%s\t", k.Name)
		for i, e := range k.Engines {
			fmt.Fprintf(t, "%.0f\t", e.Micros)
			if i > 0 {
				fmt.Fprintf(t, "%.1f\t", e.Micros/max(k.Engines[0].Micros, 1e-3))
			}
		}
	}
	fmt.Fprintln(t)
}

// writeAnswers tells how far the answers of the others are the first one's: the
// second is the first, with a cache, and was the same.
func (r *Report) writeAnswers(t io.Writer) {
	fmt.Fprint(t, "same totals, first ten missions, their titles\tmissions found\t")
	for _, e := range r.Engines[2:] {
		fmt.Fprintf(t, "%s\t", e.Name)
	}
	for _, k := range r.Kinds {
		fmt.Fprintf(t, "\n%s\t%.0f\t", k.Name, k.Engines[0].Median)
		for _, e := range k.Engines[2:] {
			if k.Words {
				fmt.Fprintf(t, "%.0f %%, %.0f %%, %.0f %%\t", 100*e.Totals, 100*e.Missions, 100*e.Titles)
			} else {
				fmt.Fprint(t, "counts and order equal\t")
			}
		}
	}
	fmt.Fprintln(t)
}

// writeCosts tells what the indexes took.
func (r *Report) writeCosts(t io.Writer) {
	fmt.Fprintf(t, "%d missions\tindexed in\theap per mission\tdisk per mission\t\n", r.Config.Missions)
	per := func(bytes int64) float64 { return float64(bytes) / float64(r.Config.Missions) }
	for _, e := range r.Engines[1:] { // the first two are one index
		fmt.Fprintf(t, "%s\t%.1f s\t%.0f B\t%.0f B\t\n", e.Name, e.Cost.Seconds, per(e.Cost.MemoryBytes), per(e.Cost.DiskBytes))
	}
}
