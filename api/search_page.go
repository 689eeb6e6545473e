package api

import (
	"github.com/go-json-experiment/json"

	"renfort/index"
)

const (
	// markOpen and markClose stand around what matched.
	markOpen, markClose = "<em>", "</em>"
	// snippetLetters is about two lines.
	snippetLetters = 160
)

// appendHits appends the page's missions as the member hits.
func (c *call) appendHits() error {
	r := &c.searching
	var marks []texts
	var words index.Words
	if r.highlight {
		var err error
		if marks, err = c.textsOf(); err != nil {
			return err
		}
		words = index.ParseWords(r.request.Query, r.request.Prefix)
	}
	b := append(c.out, `"hits":[`...)
	for i := range r.page.Hits {
		h := &r.page.Hits[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = appendScored(b, h.ID, h.Score, h.Km, h.Location, h.Free, h.Mission)
		if r.highlight {
			b = append(b, `,"highlight":`...)
			b = marks[i].appendHighlight(b, &words)
		}
		b = append(b, '}')
	}
	c.out = append(b, ']')
	return nil
}

// texts are those of a mission that words are marked in.
type texts struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

// textsOf reads the texts of the page's missions from the store: the index
// has none. One that was deleted meanwhile has none either.
func (c *call) textsOf() ([]texts, error) {
	r := &c.searching
	r.ids = r.ids[:0]
	for i := range r.page.Hits {
		r.ids = append(r.ids, r.page.Hits[i].ID)
	}
	views, err := c.s.engine.Store().Records(r.ids)
	if err != nil {
		return nil, err
	}
	all := make([]texts, len(views))
	for i := range views {
		if views[i].JSON == nil {
			continue
		}
		if err := json.Unmarshal(views[i].JSON, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// appendHighlight appends the marked title and the piece of the description
// that the words are in. Both are HTML: what was written is escaped.
func (t *texts) appendHighlight(b []byte, words *index.Words) []byte {
	title, _ := words.Highlight(t.Title, markOpen, markClose)
	b = appendString(append(b, `{"title":`...), title)
	snippet := words.Snippet(index.StripHTML(t.Description), snippetLetters, markOpen, markClose)
	return append(appendString(append(b, `,"description":`...), snippet), '}')
}

// appendFoot appends what a page says of itself.
func (r *searching) appendFoot(b []byte, key *grant) []byte {
	p := &r.page
	b = appendUint(b, `,"total":`, uint64(p.Total))
	b = append(b, `,"facets":{`...)
	for i := range p.Facets {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, p.Facets[i].Name), ':')
		b = key.appendCounts(b, &p.Facets[i])
	}
	b = appendStringOrNull(append(b, `},"cursor":`...), p.Cursor)
	if r.request.Cursor != "" {
		b = append(b, `,"continued":`...)
		if p.ByKey {
			b = append(b, `"by_key"`...)
		} else {
			b = append(b, `"exact"`...)
		}
	}
	b = appendStringOrNull(append(b, `,"did_you_mean":`...), p.DidYouMean)
	if len(p.GivenUp) == 0 {
		return append(b, `,"relaxed":null`...)
	}
	return append(appendStrings(append(b, `,"relaxed":{"given_up":`...), p.GivenUp), '}')
}
