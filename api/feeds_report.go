package api

import (
	"errors"
	"slices"
	"strings"

	"renfort/feed"
	"renfort/mission"
)

// feedListMax bounds each list of a report; what is beyond is counted.
const feedListMax = 1_000

// feedReport says what came of a feed, in words that a partner can act on.
type feedReport struct {
	Publisher string `json:"publisher"`
	Complete  bool   `json:"complete"` // read to its end
	Received  int    `json:"received"` // stored + unchanged + ignored + rejected
	Stored    int    `json:"stored"`
	Unchanged int    `json:"unchanged"`
	Ignored   int    `json:"ignored"`
	Rejected  int    `json:"rejected"`
	Repaired  int    `json:"repaired"` // records with repairs
	Pruned    int    `json:"pruned"`
	Paused    int    `json:"paused"`

	Prune *pruneReport `json:"prune,omitzero"` // where it was asked for

	Errors        []feedFault  `json:"errors"`
	ErrorsMore    int          `json:"errors_more"` // those that are not listed
	Repairs       []feedRepair `json:"repairs"`
	RepairsMore   int          `json:"repairs_more"`
	SeatsKept     []keptSeats  `json:"seats_kept"`
	SeatsKeptMore int          `json:"seats_kept_more"`
	Seq           uint64       `json:"seq"`
}

// pruneReport says how many missions the feed leaves out.
type pruneReport struct {
	Open    int    `json:"open"`    // of the publisher, not ended, before the feed
	Missing int    `json:"missing"` // of these, those that the feed does not name
	Done    bool   `json:"done"`
	Why     string `json:"why,omitzero"` // not done: incomplete, empty or too_large
}

// feedFault is a record that was refused, or where the feed broke.
type feedFault struct {
	ClientID *string              `json:"clientId"` // null where none could be read
	Index    int                  `json:"index"`    // of the record, from 1
	Line     int                  `json:"line"`     // where it begins, or where the feed broke
	Code     string               `json:"code"`
	Detail   string               `json:"detail"`
	Errors   []mission.FieldError `json:"errors,omitzero"`
	Taken    int                  `json:"taken,omitzero"`
}

// feedRepair is one thing that was read otherwise than it was written.
type feedRepair struct {
	ClientID string `json:"clientId"`
	feed.Repair
}

// keptSeats is a mission whose places are fewer than the seats taken here.
type keptSeats struct {
	ClientID string `json:"clientId"`
	Places   int    `json:"places"` // as the feed has it
	Seats    int    `json:"seats"`  // as it was kept
}

// refused reports a record.
func (r *feedReport) refused(d *feed.Draft, e *mission.Error) {
	r.Rejected++
	r.fault(d.ClientID, d.Index, d.Line, e)
}

// feedNames are the feed's words for the mission's, by which a partner finds
// what is meant.
var feedNames = map[string]string{"locations": "addresses", "starts_at": "startAt", "ends_at": "endAt", "published_at": "postedAt",
	"url": "applicationUrl", "domains": "domain", "activities": "activity", "audiences": "audience", "skills": "softSkills",
	"seats": "places", "organization": "organizationName", "min_age": "openToMinors", "id": "clientId"}

// inFeed gives a fault with the feed's words.
func inFeed(e *mission.Error) *mission.Error {
	said := *e
	said.Fields = slices.Clone(e.Fields)
	for i := range said.Fields {
		name, rest, _ := strings.Cut(strings.TrimPrefix(said.Fields[i].Pointer, "/"), "/")
		if word := feedNames[name]; word != "" {
			said.Fields[i].Pointer = strings.TrimSuffix("/"+word+"/"+rest, "/")
		}
	}
	return &said
}

func (r *feedReport) fault(clientID string, index, line int, e *mission.Error) {
	e = inFeed(e)
	if len(r.Errors) == feedListMax {
		r.ErrorsMore++
		return
	}
	f := feedFault{Index: index, Line: line, Code: rowOf(e.Kind).code, Detail: lineDetail(e), Taken: e.Taken}
	if clientID != "" {
		f.ClientID = &clientID
	}
	if len(e.Fields) > 1 {
		f.Errors = e.Fields
	}
	r.Errors = append(r.Errors, f)
}

// broke reports where the feed could not be read further.
func (r *feedReport) broke(err error) {
	var b *feed.Broken
	if errors.As(err, &b) {
		r.fault("", b.Index, b.Line, b.Err)
	}
}

// repaired reports what was repaired of a record.
func (r *feedReport) repaired(d *feed.Draft) {
	if len(d.Repairs) == 0 {
		return
	}
	r.Repaired++
	for _, repair := range d.Repairs {
		if len(r.Repairs) == feedListMax {
			r.RepairsMore++
			continue
		}
		r.Repairs = append(r.Repairs, feedRepair{d.ClientID, repair})
	}
}

// kept reports seats that could not be cut.
func (r *feedReport) kept(clientID string, places, seats int) {
	if len(r.SeatsKept) == feedListMax {
		r.SeatsKeptMore++
		return
	}
	r.SeatsKept = append(r.SeatsKept, keptSeats{clientID, places, seats})
}

// refusal is why the request as a whole is refused, although the feed's own
// missions are stored: nil but for a prune that would close too much.
func (r *feedReport) refusal() *mission.Error {
	if r.Prune == nil || r.Prune.Why != pruneTooLarge {
		return nil
	}
	return mission.Errorf(mission.PruneTooLarge, "the feed leaves out %d of the publisher's %d open missions, more than a fifth; its own missions are stored, none was closed; prune=force closes them",
		r.Prune.Missing, r.Prune.Open)
}
