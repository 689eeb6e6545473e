// Package player answers the waves of a running service as volunteers do, over
// HTTP: so that somebody who tries the service sees a wave fill, and has a
// platform's side of the contract to read.
//
// It follows the events of asks. Whether a person accepts, and after how long,
// is drawn from a seed, the person and the wave; a lognormal delay is cut short
// by the speed at which the service's clock runs.
package player

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Config says whom to answer, and how people are.
type Config struct {
	Target string // the service's address
	Key    string // "" for none
	Seed   uint64
	Accept float64 // chance that somebody asked accepts, 0 to 1
	// Decline is the chance that somebody says no; the rest is silent.
	Decline       float64
	MedianSeconds float64 // of the delays of answers, on the service's clock
	Sigma         float64 // of their logarithms
	Speed         float64 // of the service's clock
}

// Validate refuses what makes no sense.
func (c *Config) Validate() error {
	u, err := url.Parse(c.Target)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("player: %q is no address of a service", c.Target)
	case c.Accept < 0 || c.Decline < 0 || c.Accept+c.Decline > 1:
		return errors.New("player: the chances to accept and to decline are not from 0 to 1 together")
	case c.MedianSeconds <= 0 || c.Sigma <= 0 || c.Speed <= 0:
		return errors.New("player: median, sigma and speed must be above 0")
	}
	return nil
}

// Player is a crowd that answers. Its counts are safe to read while it plays.
type Player struct {
	config Config
	client *http.Client
	late   sync.WaitGroup

	mu    sync.Mutex
	waves map[string]bool // guarded by mu: seen so far
}

// New makes a player of a valid config.
func New(c Config) *Player {
	return &Player{config: c, waves: map[string]bool{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32, ResponseHeaderTimeout: 10 * time.Second}}}
}

// Waves gives the waves that have asked somebody since Play began.
func (p *Player) Waves() (ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id := range p.waves {
		ids = append(ids, id)
	}
	return ids
}

// asked is what the player needs of an event.
type asked struct {
	ID        string `json:"id"`
	Wave      string `json:"wave"`
	Volunteer string `json:"volunteer"`
}

// Play answers all asks of the service, those that are in its log too, until
// ctx is done. A stream that ends is taken up where it was.
func (p *Player) Play(ctx context.Context) error {
	defer p.late.Wait()
	last := "0"
	for ctx.Err() == nil {
		next, err := p.follow(ctx, last)
		if last = next; err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	return nil
}

// follow reads events after last until the stream ends, and gives the last one.
func (p *Player) follow(ctx context.Context, last string) (string, error) {
	a, err := p.send(ctx, http.MethodGet, "/v1/events?types=wave.ask&since="+last, nil)
	if err != nil {
		return last, err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return last, refusedBy(a)
	}
	lines := bufio.NewScanner(a.Body)
	for lines.Scan() {
		data, isData := strings.CutPrefix(lines.Text(), "data: ")
		if !isData {
			continue
		}
		var e asked
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return last, fmt.Errorf("player: an event: %w", err)
		}
		last = cmp.Or(e.ID, last)
		if e.Wave != "" && e.Volunteer != "" {
			p.decide(ctx, e)
		}
	}
	return last, nil // a stream that was cut off is no failure
}

// decide draws what a person does, and does it when it is time.
func (p *Player) decide(ctx context.Context, e asked) {
	p.mu.Lock()
	p.waves[e.Wave] = true
	p.mu.Unlock()
	h := fnv.New64a()
	h.Write([]byte(e.Wave + "\x00" + e.Volunteer)) // a hash's Write never fails
	r := rand.New(rand.NewPCG(p.config.Seed, h.Sum64()))
	answer, u := "", r.Float64()
	switch {
	case u < p.config.Accept:
		answer = "accept"
	case u < p.config.Accept+p.config.Decline:
		answer = "decline"
	default:
		return
	}
	delay := p.config.MedianSeconds * math.Exp(p.config.Sigma*r.NormFloat64()) / p.config.Speed
	p.late.Go(func() {
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(delay * float64(time.Second))):
			p.answer(ctx, e, answer)
		}
	})
}

// answer tells the service. One that is refused or lost is the service's to
// count: the person has spoken.
func (p *Player) answer(ctx context.Context, e asked, answer string) {
	body, err := json.Marshal(map[string]string{"volunteer": e.Volunteer, "answer": answer})
	if err != nil {
		return
	}
	if a, err := p.send(ctx, http.MethodPost, "/v1/waves/"+url.PathEscape(e.Wave)+"/answers", body); err == nil {
		io.Copy(io.Discard, a.Body)
		a.Body.Close()
	}
}

// Progress is a wave as the service tells it.
type Progress struct {
	Wave, State, Dial                            string
	Asked, Accepted, Declined, Silent, StoodDown int
	TurnedAway                                   int `json:"turned_away"`
	OpenedAt                                     time.Time
	Fill                                         []struct{ S int64 }
	Targets                                      []struct{ Needed int }
}

// Seconds gives how long the wave has run on the service's clock.
func (w *Progress) Seconds() int64 {
	if len(w.Fill) == 0 {
		return 0
	}
	return w.Fill[len(w.Fill)-1].S
}

// Needed gives the seats still to fill.
func (w *Progress) Needed() (n int) {
	for _, t := range w.Targets {
		n += t.Needed
	}
	return n
}

// Progress asks the service how far a wave has come.
func (p *Player) Progress(ctx context.Context, wave string) (w Progress, err error) {
	a, err := p.send(ctx, http.MethodGet, "/v1/waves/"+url.PathEscape(wave), nil)
	if err != nil {
		return w, err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return w, refusedBy(a)
	}
	return w, json.NewDecoder(a.Body).Decode(&w)
}

func (p *Player) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(p.config.Target, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("player: %w", err)
	}
	if p.config.Key != "" {
		q.Header.Set("x-api-key", p.config.Key)
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	a, err := p.client.Do(q)
	if err != nil {
		return nil, fmt.Errorf("player: %w", err)
	}
	return a, nil
}

// refusedBy says what the service answered.
func refusedBy(a *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(a.Body, 1<<10)) // what there is of it
	return fmt.Errorf("player: the service answers %d %s", a.StatusCode, text)
}
