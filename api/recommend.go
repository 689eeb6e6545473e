package api

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fasthttp"

	"renfort/matcher"
	"renfort/mission"
)

// ranking is the memory of one recommendation, kept for the next: the
// request, the page, and what they point to. Not safe for concurrent use.
type ranking struct {
	request matcher.Request
	page    matcher.Page
	minSeq  uint64
	fetched uint64 // has no meaning; see fetch

	profile    mission.Volunteer // of a request that names nobody
	place      mission.Place
	lat, lon   float64
	domains    []string
	activities []string
}

// begin clears what the last request left.
func (r *ranking) begin() {
	r.request = matcher.Request{Limit: mission.RecommendDefault, French: true}
	r.profile, r.place, r.minSeq = mission.Volunteer{}, mission.Place{}, 0
	r.domains, r.activities = r.domains[:0], r.activities[:0]
}

// end lets go of the snapshot that the page points into.
func (r *ranking) end() {
	clear(r.page.Items)
	r.page.Items = r.page.Items[:0]
	r.request = matcher.Request{}
}

// recommendOptions are what a recommendation may ask for beside whom.
type recommendOptions struct {
	Limit   *int           `json:"limit"`
	Filters jsontext.Value `json:"filters"`
	Exclude []mission.ID   `json:"exclude"`
	Explain bool           `json:"explain"`
	Lang    string         `json:"lang"`
	Seed    jsontext.Value `json:"seed"` // a string or a number
	Policy  string         `json:"policy"`
	MinSeq  uint64         `json:"min_seq"`
}

// recommendBody is POST /v1/recommendations.
type recommendBody struct {
	Volunteer mission.ID         `json:"volunteer"`
	Profile   *mission.Volunteer `json:"profile"`
	recommendOptions
}

// recommend answers POST /v1/recommendations. Whom it is for decides what
// comes first; what the caller filters by only narrows it.
func (c *call) recommend() error {
	r := &c.ranking
	if err := r.read(c.s, c.key, c.body); err != nil {
		return err
	}
	return c.answerRanking()
}

// answerRanking ranks what c.ranking holds and writes the page.
func (c *call) answerRanking() error {
	r := &c.ranking
	if r.minSeq > 0 {
		if err := c.awaitSeq(r.minSeq); err != nil {
			return err
		}
	}
	if err := c.rank(); err != nil {
		return err
	}
	c.out = append(r.appendPage(append(c.out, '{'), c), '}')
	c.private()
	return nil
}

// private keeps an answer about one person out of every cache.
func (c *call) private() {
	c.ctx.Response.Header.Set(fasthttp.HeaderCacheControl, "private, no-store")
}

// rank runs the request; under load it leaves the explanation out.
// Explanations are the first to go: a page without reasons is still a page.
func (c *call) rank() error {
	r := &c.ranking
	if err := c.late(); err != nil {
		return err
	}
	if c.busy && r.request.Explain {
		r.request.Explain, c.degraded = false, true
	}
	return c.s.engine.Recommend(&r.request, &r.page)
}

// read fills the request from a body.
func (r *ranking) read(s *Service, key *grant, body []byte) error {
	r.begin()
	var err error
	if r.request.Policy, err = s.engine.Policy(""); err != nil {
		return err
	}
	if id, limit, ok := scanSimple(body); ok {
		r.request.Limit = limit
		return r.person(s, key, string(id))
	}
	if limit, ok := scanProfile(body, &r.profile); ok {
		r.request.Limit = limit
		if err := r.stranger(s, &r.profile); err != nil {
			return err
		}
		return r.limits(key)
	}
	var b recommendBody
	if err := decodeObject(body, &b); err != nil {
		return err
	}
	if (b.Volunteer == "") == (b.Profile == nil) {
		return invalid("", "needs either a volunteer or a profile")
	}
	if b.Profile == nil {
		err = r.person(s, key, b.Volunteer)
	} else {
		err = r.stranger(s, b.Profile)
	}
	if err != nil {
		return err
	}
	return r.options(s, key, &b.recommendOptions)
}

// person ranks for a stored volunteer.
func (r *ranking) person(s *Service, key *grant, id mission.ID) error {
	if key.limited() {
		v, err := s.engine.Store().Volunteer(id)
		if err != nil {
			return err
		}
		if !key.sees(v.Volunteer.Publisher) {
			return mission.Errorf(mission.NotFound, "there is no such volunteer")
		}
	}
	r.request.Volunteer = id
	return r.limits(key)
}

// stranger ranks for a profile that is used and not kept.
func (r *ranking) stranger(s *Service, v *mission.Volunteer) error {
	if v.ID != "" {
		return invalid("/profile/id", "a profile has no id; name a stored volunteer as volunteer")
	}
	if err := s.engine.Intake().Profile(v, s.engine.Now()); err != nil {
		return moved(err, "/profile")
	}
	r.request.Profile = v
	return nil
}

// limits narrows the request to the publishers that a key sees.
func (r *ranking) limits(key *grant) (err error) {
	r.request.Filter, err = key.narrow(r.request.Filter)
	return err
}

// options takes over everything but whom to rank for.
func (r *ranking) options(s *Service, key *grant, o *recommendOptions) error {
	q := &r.request
	if o.Limit != nil {
		if q.Limit = *o.Limit; q.Limit < 1 || q.Limit > mission.RecommendMax {
			return outOf("/limit", 1, mission.RecommendMax)
		}
	}
	q.Explain, r.minSeq = o.Explain, o.MinSeq
	if err := r.words(s, o.Lang, o.Policy); err != nil {
		return err
	}
	if err := r.seed(o.Seed); err != nil {
		return err
	}
	if len(o.Exclude) > mission.RequestListMax {
		return faulty([]mission.FieldError{entries("/exclude", 0, mission.RequestListMax)})
	}
	for i, id := range o.Exclude {
		if err := mission.CheckID(pointerTo("exclude")+indexPointer(i), id); err != nil {
			return err
		}
	}
	q.Exclude = o.Exclude
	if len(o.Filters) > 0 && o.Filters.Kind() != 'n' {
		f, err := decodeFilter(o.Filters, "/filters")
		if err != nil {
			return err
		}
		if err := s.engine.Intake().Filter(f); err != nil {
			return err
		}
		q.Filter = f
	}
	return r.limits(key)
}

// words reads the language of reasons and the name of a policy.
func (r *ranking) words(s *Service, lang, policy string) (err error) {
	switch lang {
	case "", "fr":
	case "en":
		r.request.French = false
	default:
		return invalid("/lang", "is neither fr nor en")
	}
	if policy != "" {
		r.request.Policy, err = s.engine.Policy(policy)
	}
	return err
}

// seed takes a string or a number; both are words to the hash that breaks
// ties.
func (r *ranking) seed(v jsontext.Value) error {
	switch {
	case len(v) == 0 || v.Kind() == 'n':
		return nil
	case v.Kind() == '0':
		r.request.Seed = string(v)
	case v.Kind() == '"':
		if err := decodeAt(v, &r.request.Seed, "/seed"); err != nil {
			return err
		}
	default:
		return invalid("/seed", "is neither a string nor a number")
	}
	return checkSeed(r.request.Seed)
}

// checkSeed refuses a seed longer than what it usually is, an id.
func checkSeed(seed string) error {
	if len(seed) > mission.IDBytesMax {
		return faulty([]mission.FieldError{fault("/seed", "is over %d bytes", mission.IDBytesMax)})
	}
	return nil
}

// similar answers GET /v1/missions/{id}/similar. It is somebody's page who
// lives there and chose the same.
func (c *call) similar() error {
	limit, err := c.whole("limit", 1, mission.RecommendMax, mission.RecommendDefault)
	if err != nil {
		return err
	}
	if _, err := c.mission(c.id[0]); err != nil {
		return err
	}
	r := &c.ranking
	r.begin()
	if err := c.s.engine.Similar(c.id[0], limit, &r.page); err != nil {
		return err
	}
	if err := c.onlySeen(&r.page); err != nil {
		return err
	}
	c.out = append(r.appendPage(append(c.out, '{'), c), '}')
	return nil
}

// onlySeen drops missions of publishers that the key does not see.
func (c *call) onlySeen(p *matcher.Page) error {
	if !c.key.limited() || len(p.Items) == 0 {
		return nil
	}
	ids := make([]mission.ID, len(p.Items))
	for i := range p.Items {
		ids[i] = p.Items[i].ID
	}
	views, err := c.s.engine.Store().Records(ids)
	if err != nil {
		return err
	}
	kept := p.Items[:0]
	for i := range p.Items {
		if c.key.sees(views[i].Publisher) {
			kept = append(kept, p.Items[i])
		}
	}
	p.Items = kept
	return nil
}

// indexPointer is one step of a pointer into a list.
func indexPointer(i int) string {
	return "/" + strings.TrimPrefix(string(appendUint(nil, "", uint64(i))), "/")
}
