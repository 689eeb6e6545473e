package peer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"renfort/api"
	"renfort/bench/world"
	"renfort/engine"
	"renfort/matcher"
	"renfort/mission"
)

// plainPolicy is the default policy without the rules of the page: caps per
// organisation, of what is done from afar, and the place for what nobody took
// have no like in the others.
func plainPolicy() *mission.Policy {
	p := mission.DefaultPolicy()
	p.Name = "plain"
	p.Diversity = mission.DiversityPolicy{RemoteShare: 1}
	return p
}

// engineDesk asks Renfort in this process.
type engineDesk struct {
	engine *engine.Engine
	wishes []wish
}

// newEngineDesk puts the plain policy in force.
func newEngineDesk(ctx context.Context, e *engine.Engine, wishes []wish) (*engineDesk, error) {
	if _, err := e.Submit(ctx, mission.Envelope{Command: mission.PutPolicy{Policy: plainPolicy()}}); err != nil {
		return nil, fmt.Errorf("peer: renfort: %w", err)
	}
	// What came since the last Tick is in no tree yet.
	if err := e.TickAt(time.Unix(now(), 0)); err != nil {
		return nil, fmt.Errorf("peer: renfort: %w", err)
	}
	return &engineDesk{e, wishes}, nil
}

func (d *engineDesk) name() string    { return renfortName }
func (d *engineDesk) works() []string { return []string{workRecommend, workSearch} }

func (d *engineDesk) open(context.Context) (counter, error) {
	return &engineCounter{engineDesk: d, peer: renfortPeer{engine: d.engine, noCache: true}}, nil
}

// engineCounter is one goroutine's memory of an answer.
type engineCounter struct {
	*engineDesk
	page matcher.Page
	peer renfortPeer
}

func (c *engineCounter) ask(i int) error {
	w := &c.wishes[i]
	v := mission.Volunteer{Domains: w.Domains, Location: &mission.Place{Lat: &w.Lat, Lon: &w.Lon}, Remote: mission.RemoteNo}
	if err := c.engine.Intake().Profile(&v, world.Default().At); err != nil {
		return fmt.Errorf("recommend: %w", err)
	}
	if err := c.engine.Recommend(&matcher.Request{Profile: &v, Limit: hitsMax}, &c.page); err != nil {
		return fmt.Errorf("recommend: %w", err)
	}
	return nil
}

func (c *engineCounter) pick(i int) ([]int, error) {
	if err := c.ask(i); err != nil {
		return nil, err
	}
	page := make([]int, len(c.page.Items))
	for j := range c.page.Items {
		n, err := numberOf(c.page.Items[j].ID)
		if err != nil {
			return nil, err
		}
		page[j] = n
	}
	return page, nil
}

func (c *engineCounter) search(q *query) error { return c.peer.ask(q) }

// hold and taken are asked over HTTP alone.
func (c *engineCounter) hold(int, string) (bool, error) { return false, errors.ErrUnsupported }
func (c *engineCounter) taken(int) (int, error)         { return 0, errors.ErrUnsupported }
func (c *engineCounter) close() error                   { return nil }

// numberOf reads a mission's number out of what the world calls it.
func numberOf(id string) (int, error) {
	_, number, _ := strings.Cut(id, ":")
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0, fmt.Errorf("peer: mission %q: %w", id, err)
	}
	return n, nil
}

// serviceName is Renfort asked over HTTP.
const serviceName = "renfort, HTTP"

// serviceDesk asks Renfort over HTTP, served by this process.
type serviceDesk struct {
	server *listener
	corpus *corpus
	bodies [][]byte // of the wishes
}

func newService(e *engine.Engine, k *corpus, bodies [][]byte) (*serviceDesk, error) {
	service := api.New(e, api.Default())
	l, err := serveOn(service.Serve, func() error { return service.Shutdown(context.Background()) })
	if err != nil {
		return nil, err
	}
	return &serviceDesk{l, k, bodies}, nil
}

func (d *serviceDesk) name() string    { return serviceName }
func (d *serviceDesk) works() []string { return []string{workRecommend, workSeat, workSearch} }

func (d *serviceDesk) open(context.Context) (counter, error) {
	return &serviceCounter{d, newCaller(d.server.addr)}, nil
}

type serviceCounter struct {
	*serviceDesk
	*caller
}

func (c *serviceCounter) ask(i int) error {
	_, err := c.page(i)
	return err
}

// page asks for a wish and gives the answer as it came.
func (c *serviceCounter) page(i int) ([]byte, error) {
	status, body, err := c.post("/v1/recommendations", c.bodies[i])
	if err == nil && status != 200 {
		err = fmt.Errorf("recommend: %d: %s", status, body)
	}
	return body, err
}

func (c *serviceCounter) pick(i int) ([]int, error) {
	body, err := c.page(i)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Recommendations []struct {
			ID string `json:"id"`
		} `json:"recommendations"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("recommend: %w", err)
	}
	page := make([]int, len(answer.Recommendations))
	for j, r := range answer.Recommendations {
		if page[j], err = numberOf(r.ID); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// search asks one question over HTTP.
func (c *serviceCounter) search(q *query) error {
	status, body, err := c.get(searchPath(q))
	if err == nil && status != 200 {
		err = fmt.Errorf("search: %d: %s", status, body)
	}
	return err
}

// searchPath is a question as GET /v1/search takes it.
func searchPath(q *query) string {
	v := url.Values{"limit": {strconv.Itoa(q.Limit)}, "open": {"false"}}
	if q.Words != "" {
		v.Set("q", q.Words)
	}
	if q.Meters > 0 {
		number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
		v.Set("lat", number(q.Lat))
		v.Set("lon", number(q.Lon))
		v.Set("radius_km", number(q.Meters/1000))
	}
	for _, f := range [...]struct {
		name   string
		values []string
	}{{"domain", q.Domains}, {"department", q.Departments}, {"remote", q.Remotes}, {"facets", q.Facets}} {
		if len(f.values) > 0 {
			v.Set(f.name, strings.Join(f.values, ","))
		}
	}
	if q.Sort != sortScore {
		v.Set("sort", q.Sort)
	}
	return "/v1/search?" + v.Encode()
}

func (c *serviceCounter) hold(n int, volunteer string) (bool, error) {
	status, body, err := c.post("/v1/missions/"+url.PathEscape(c.corpus.rows[n].id)+"/holds", []byte(`{"volunteer":"`+volunteer+`"}`))
	switch {
	case err != nil:
		return false, err
	case status == 201:
		return true, nil
	case status == 409 && strings.Contains(string(body), "mission_full"):
		return false, nil
	}
	return false, fmt.Errorf("hold: %d: %s", status, body)
}

func (c *serviceCounter) taken(n int) (int, error) {
	status, body, err := c.get("/v1/missions/" + url.PathEscape(c.corpus.rows[n].id) + "/seats")
	if err == nil && status != 200 {
		err = fmt.Errorf("seats: %d: %s", status, body)
	}
	if err != nil {
		return 0, err
	}
	var seats struct{ Held, Confirmed int }
	if err := json.Unmarshal(body, &seats); err != nil {
		return 0, fmt.Errorf("seats: %w", err)
	}
	return seats.Held + seats.Confirmed, nil
}

// samplePage gives the answer of median length to the first wishes: what the
// roof answers with.
func (d *serviceDesk) samplePage(ctx context.Context) ([]byte, error) {
	open, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	defer open.close()
	c := open.(*serviceCounter)
	var pages [][]byte
	for i := range min(len(d.bodies), sampledPages) {
		page, err := c.page(i)
		if err != nil {
			return nil, fmt.Errorf("peer: renfort: %w", err)
		}
		pages = append(pages, slices.Clone(page))
	}
	slices.SortFunc(pages, func(a, b []byte) int { return len(a) - len(b) })
	return pages[len(pages)/2], nil
}

// sampledPages is how many answers the roof's is chosen from.
const sampledPages = 101
