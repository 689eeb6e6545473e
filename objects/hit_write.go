package objects

import (
	"math"
	"strconv"

	"renfort/geo"
)

// hitWriter writes the hits of one request.
type hitWriter struct {
	req       *request
	retrieve  *choice
	all       bool // retrieve takes everything
	live      *liveNode
	highlight *markWriter // nil: none
	snippet   *markWriter
	grouped   bool   // _distinctSeqID is written
	renfort   bool   // the score is a criterion
	record    []byte // the record at hand with its live values
}

func (r *request) newHitWriter() *hitWriter {
	w := &hitWriter{req: r, live: r.live.tree()}
	attributes := r.q.Retrieve
	if attributes == nil {
		attributes = r.s.Retrieve
	}
	w.retrieve = newChoice(attributes, r.s.Unretrievable)
	w.all = w.retrieve.all()
	w.highlight, w.snippet = r.newHighlighter(), r.newSnippeter()
	each := r.s.Distinct
	if r.q.Distinct != nil {
		each = *r.q.Distinct
	}
	w.grouped = each > 1 && r.s.DistinctBy != ""
	for _, c := range r.criteria() {
		w.renfort = w.renfort || c.kind == byRenfort
	}
	return w
}

// write is a hit as it is answered.
func (w *hitWriter) write(c *candidate) []byte {
	o := c.object()
	record := o.JSON
	if len(w.live.kids) > 0 && o.Mission != NoMission && w.req.live.Value != nil {
		var some bool
		if w.record, some = w.req.live.write(w.record[:0], w.live, o); some {
			record = w.record
		}
	}
	out := make([]byte, 0, 3*len(record)+512)
	out = w.retrieve.record(out, record, o.ID, w.all)
	out = out[:len(out)-1] // objectID is in it, so a comma follows
	if w.snippet != nil {
		out = w.snippet.append(out, `,"_snippetResult":`, record)
	}
	if w.highlight != nil {
		out = w.highlight.append(out, `,"_highlightResult":`, record)
	}
	if w.grouped {
		out = strconv.AppendInt(append(out, `,"_distinctSeqID":`...), int64(c.group), 10)
	}
	if w.req.q.ExplainRanking {
		out = w.rankingInfo(out, c)
	}
	return append(out, '}')
}

// rankingInfo writes what the order of a hit was made of.
func (w *hitWriter) rankingInfo(out []byte, c *candidate) []byte {
	field := func(name string, v int) {
		out = append(append(out, name...), ':')
		out = strconv.AppendInt(out, int64(v), 10)
	}
	rank := w.req.wordRank(c)
	out = append(out, `,"_rankingInfo":{`...)
	field(`"nbTypos"`, int(rank.Typos))
	field(`,"firstMatchedWord"`, int(rank.Attribute))
	field(`,"proximityDistance"`, int(rank.Proximity))
	field(`,"userScore"`, w.userScore(c))
	at, metres, located := w.nearest(c)
	field(`,"geoDistance"`, int(w.req.where.ranked(metres)))
	field(`,"geoPrecision"`, int(w.req.where.precision(metres)))
	field(`,"nbExactWords"`, int(rank.Exact))
	field(`,"words"`, int(rank.Words))
	field(`,"filters"`, w.filters(c))
	if located {
		out = append(out, `,"matchedGeoLocation":{"lat":`...)
		out = append(writeNumber(out, at.Lat), `,"lng":`...)
		out = writeNumber(out, at.Lon)
		field(`,"distance"`, int(math.Floor(metres)))
		out = append(out, '}')
	}
	if m := c.object().Mission; w.renfort && m != NoMission {
		out = w.explain(out, m)
	}
	return append(out, '}')
}

// explain writes the score of a mission and what it was made of.
func (w *hitWriter) explain(out []byte, mission uint32) []byte {
	score := make([]float32, 1)
	w.req.live.Score([]uint32{mission}, w.req.where.at, score)
	out = append(out, `,"renfort":{"score":`...)
	out = writeNumber(out, float64(score[0]))
	if w.req.live.Explain != nil {
		if why := w.req.live.Explain(mission, w.req.where.at); len(why) > 0 {
			out = append(append(out, `,"explain":`...), why...)
		}
	}
	return append(out, '}')
}

// nearest is the point of a hit that distances were measured to.
func (w *hitWriter) nearest(c *candidate) (at geo.Point, metres float64, ok bool) {
	if w.req.where.at == nil {
		return at, 0, false
	}
	p := &c.part().places
	chord2, i, ok := p.nearest(c.doc, w.req.where.from)
	if !ok {
		return at, 0, false
	}
	return p.points[i], geo.Km(chord2) * 1000, true
}

// userScore is the number of the first attribute that ranks, rounded; 0 for
// none.
func (w *hitWriter) userScore(c *candidate) int {
	k := &ranker{req: w.req, part: c.part(), docs: []uint32{c.doc}}
	for _, by := range w.req.criteria() {
		if by.kind != byValue {
			continue
		}
		v := k.valueKey(&by, c.part().column(by.name), c.doc).number
		if by.desc {
			v = -v
		}
		if math.Abs(v) < 1<<53 {
			return int(math.Round(v))
		}
		return 0
	}
	return 0
}

// filters is the score of a hit by the optional filters.
func (w *hitWriter) filters(c *candidate) int {
	sum := make([]int32, 1)
	for _, f := range w.req.scoring() {
		w.req.scores(c.part(), f, []uint32{c.doc}, sum)
	}
	return int(sum[0])
}
