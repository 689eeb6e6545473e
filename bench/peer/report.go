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
	Work    []Line // recommendations, seats and search by clients who wait
	Machine Machine
	// Differences are answers that were not what they must be, some of each
	// engine; NotMeasured is what the tables lack, and why.
	Differences []string
	NotMeasured []string
	// LuceneWarmRounds is how often Lucene was asked everything before it was
	// timed; LuceneCacheHits counts what its own cache of queries gave it.
	LuceneWarmRounds int
	LuceneCacheHits  int64
}

// Engine is one of those compared.
type Engine struct {
	Name    string
	Version string
	Year    string // of that version's release, or of its line
	How     string // it is run, and how durable it is
	Cost    Cost
	Code    Code
}

// Kind is one sort of question.
type Kind struct {
	Name    string
	Words   bool // has words: what is found may differ; otherwise totals, counts and order must be those of a brute force
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
	Wrong    int     // answers that were not what they must be
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
	r.writeWork(t)
	fmt.Fprintln(t)
	r.writeCosts(t)
	r.writeNotes(t)
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
	for i, e := range r.asked() {
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
	asked := r.asked()
	for _, e := range asked[2:] {
		fmt.Fprintf(t, "%s\t", e.Name)
	}
	for _, k := range r.Kinds {
		fmt.Fprintf(t, "\n%s\t%.0f\t", k.Name, k.Engines[0].Median)
		for _, e := range k.Engines[2:] {
			if e.Wrong > 0 {
				fmt.Fprintf(t, "%d ARE WRONG\t", e.Wrong)
			} else if k.Words {
				fmt.Fprintf(t, "%.0f %%, %.0f %%, %.0f %%\t", 100*e.Totals, 100*e.Missions, 100*e.Titles)
			} else {
				fmt.Fprint(t, "counts and order equal\t")
			}
		}
	}
	fmt.Fprintln(t)
}

// asked are the engines that were asked questions.
func (r *Report) asked() []Engine {
	if len(r.Kinds) == 0 {
		return r.Engines
	}
	return r.Engines[:len(r.Kinds[0].Engines)]
}

// writeWork tells how fast clients were served who wait for an answer before
// they ask again.
func (r *Report) writeWork(t io.Writer) {
	if r.Config.Rounds == 0 || len(r.Work) == 0 {
		fmt.Fprintln(t, "no work was timed")
		return
	}
	fmt.Fprintf(t, "microseconds; %d rounds\tone client\tp99\t%d clients\tp99\tper second\tanswers\t", r.Config.Rounds, r.Config.Clients)
	for _, l := range r.Work {
		fmt.Fprintf(t, "\n%s: %s\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%s\t", l.Work, l.Engine, l.Alone.MedianMicros, l.Alone.P99Micros,
			l.Crowd.MedianMicros, l.Crowd.P99Micros, l.Crowd.PerSecond, l.verdict())
	}
	fmt.Fprintln(t)
}

// verdict says in words whether the answers were right.
func (l *Line) verdict() string {
	switch {
	case l.Work == workSeat:
		return fmt.Sprintf("%d given, %d refused, %d too many", l.Granted, l.Refused, l.Oversold)
	case l.Work == workSearch:
		return "as above"
	case l.Wishes == 0:
		return fmt.Sprintf("always the same %d bytes", l.Bytes)
	case l.Equal == l.Wishes:
		return fmt.Sprintf("all %d pages are the brute force's", l.Wishes)
	}
	return fmt.Sprintf("%d of %d pages are the brute force's, a score is off by %.1g at most", l.Equal, l.Wishes, l.Off)
}

// writeCosts tells what the indexes took, and what it takes to use them.
func (r *Report) writeCosts(t io.Writer) {
	fmt.Fprintf(t, "%d missions\tindexed in\theap\tmemory\tdisk\tlines of Go\tand of its own\tversion\tof\t\n", r.Config.Missions)
	mb := func(bytes int64) string {
		if bytes == 0 {
			return "?"
		}
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	for _, e := range r.Engines[1:] { // the first two are one index
		fmt.Fprintf(t, "%s\t%.1f s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t\n", e.Name, e.Cost.Seconds, mb(e.Cost.MemoryBytes), mb(e.Cost.AnonBytes),
			mb(e.Cost.DiskBytes), e.Code.Go, e.Code.Engine, e.Version, e.Year)
	}
}

// writeNotes tells what the figures rest on.
func (r *Report) writeNotes(t io.Writer) {
	m := &r.Machine
	fmt.Fprintf(t, "\n%d cores, %d MB, for clients and engines together. A write of 4 kB and its sync takes %.0f us where Renfort's file is (%s), %.0f us where PostgreSQL's and Redis' are (%s).\n",
		m.Cores, m.MemoryInMB, m.Renfort.SyncMicros, m.Renfort.FileSystem, m.Others.SyncMicros, m.Others.FileSystem)
	if !m.Renfort.Durable || !m.Others.Durable {
		fmt.Fprintln(t, "tmpfs is not durable: figures of seats are worth nothing.")
	}
	for _, e := range r.Engines[1:] {
		fmt.Fprintf(t, "%s: %s.\n", e.Name, e.How)
	}
	for _, d := range r.Differences {
		fmt.Fprintf(t, "Differs: %s\n", d)
	}
	for _, n := range r.NotMeasured {
		fmt.Fprintf(t, "Not measured: %s\n", n)
	}
}
