package peer

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// remoteFiles are the settings of the engines that a laboratory may have.
//
//go:embed remote
var remoteFiles embed.FS

// The engines that are asked where somebody has them.
const (
	Typesense     = "typesense"
	Meilisearch   = "meilisearch"
	Elasticsearch = "elasticsearch"
)

// dialect is how one of them is spoken to.
type dialect interface {
	name() string
	// authorize tells a key, "" for none.
	authorize(r *http.Request, key string)
	// create makes the index with the settings of its file.
	create(ctx context.Context, l *link, settings []byte) error
	// add stores missions, and ready waits until the last is found.
	add(ctx context.Context, l *link, batch []document) error
	ready(ctx context.Context, l *link) error
	drop(ctx context.Context, l *link) error
	// ask answers one question in one request.
	ask(ctx context.Context, l *link, q *query) (answer, error)
	version(ctx context.Context, l *link) (string, error)
}

// dialects are all of them.
func dialects() []dialect {
	return []dialect{&typesense{}, &meilisearch{}, &elasticsearch{}}
}

// parseURL reads NAME=URL.
func parseURL(flag string) (dialect, *url.URL, error) {
	name, address, _ := strings.Cut(flag, "=")
	at := slices.IndexFunc(dialects(), func(d dialect) bool { return d.name() == name })
	u, err := url.Parse(address)
	if at < 0 || err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, nil, fmt.Errorf("peer: %q is no engine's address: typesense=URL, meilisearch=URL or elasticsearch=URL, with http or https", name)
	}
	return dialects()[at], u, nil
}

// link is the way to an engine over HTTP: safe for concurrent use.
type link struct {
	client  *http.Client
	base    url.URL
	key     string
	user    string
	index   string
	speaker dialect
}

// newLink takes user and key out of the address, so that nothing prints them.
func newLink(d dialect, u *url.URL, clients int) *link {
	l := &link{base: *u, speaker: d, index: "renfort-peers-" + strconv.Itoa(os.Getpid()),
		client: &http.Client{Timeout: remoteMax, Transport: &http.Transport{MaxIdleConnsPerHost: clients + 1}}}
	if u.User != nil {
		l.user = u.User.Username()
		l.key, _ = u.User.Password()
	}
	l.base.User = nil
	l.base.Path = strings.TrimSuffix(l.base.Path, "/")
	return l
}

// The most that loading a batch may take, and waiting for what was loaded.
const (
	remoteMax = 5 * time.Minute
	remoteAsk = 200 * time.Millisecond // between two looks at what is being done
)

// answerBytesMax bounds one answer.
const answerBytesMax = 64 << 20

// do sends a request, and decodes its answer into reply: as it is into bytes,
// not at all into nil. body is sent as it is if it is bytes, else as JSON.
func (l *link) do(ctx context.Context, method, path, kind string, body, reply any) error {
	data, raw := body.([]byte)
	if !raw && body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return fmt.Errorf("peer: %s: %w", l.speaker.name(), err)
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, l.base.String()+path, bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("peer: %s: %w", l.speaker.name(), err)
	}
	if data != nil {
		r.Header.Set("Content-Type", kind)
	}
	if l.user != "" {
		r.SetBasicAuth(l.user, l.key)
	} else if l.key != "" {
		l.speaker.authorize(r, l.key)
	}
	return l.send(r, reply)
}

func (l *link) send(r *http.Request, reply any) error {
	w, err := l.client.Do(r)
	if err != nil {
		return fmt.Errorf("peer: %s: %w", l.speaker.name(), err)
	}
	defer w.Body.Close()
	text, err := io.ReadAll(io.LimitReader(w.Body, answerBytesMax))
	if err != nil {
		return fmt.Errorf("peer: %s: %w", l.speaker.name(), err)
	}
	if w.StatusCode/100 != 2 {
		return fmt.Errorf("peer: %s: %s %s: %s: %.500s", l.speaker.name(), r.Method, r.URL.Path, w.Status, text)
	}
	switch to := reply.(type) {
	case nil:
		return nil
	case *[]byte:
		*to = text
		return nil
	}
	if err := json.Unmarshal(text, reply); err != nil {
		return fmt.Errorf("peer: %s: %s %s: %w: %.200s", l.speaker.name(), r.Method, r.URL.Path, err, text)
	}
	return nil
}

// Kinds of bodies.
const (
	kindJSON  = "application/json"
	kindLines = "application/x-ndjson"
)

// remotePeer is an engine somewhere else with an index of ours.
type remotePeer struct {
	link    *link
	queries []query
	spent   Cost
	release string
}

// remoteBatch is how many missions go in one request.
const remoteBatch = 2000

// newRemote makes an index there and loads the missions.
func newRemote(ctx context.Context, flag string, k *corpus, queries []query, clients int) (*remotePeer, error) {
	d, u, err := parseURL(flag)
	if err != nil {
		return nil, err
	}
	p := &remotePeer{link: newLink(d, u, clients), queries: queries}
	if p.release, err = d.version(ctx, p.link); err != nil {
		return nil, err
	}
	settings, err := remoteFiles.ReadFile("remote/" + d.name() + ".json")
	if err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	began := time.Now()
	if err := d.create(ctx, p.link, settings); err != nil {
		return nil, err
	}
	if err := p.fill(ctx, k); err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.spent.Seconds = time.Since(began).Seconds()
	return p, nil
}

func (p *remotePeer) fill(ctx context.Context, k *corpus) error {
	var batch []document
	for i := range k.rows {
		d, err := k.document(i)
		if err != nil {
			return err
		}
		if batch = append(batch, *d); len(batch) == remoteBatch || i == len(k.rows)-1 {
			if err := p.link.speaker.add(ctx, p.link, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return p.link.speaker.ready(ctx, p.link)
}

func (p *remotePeer) name() string { return p.link.speaker.name() }
func (p *remotePeer) cost() Cost   { return p.spent }

func (p *remotePeer) ask(q *query) (answer, error) {
	return p.link.speaker.ask(context.Background(), p.link, q)
}

func (p *remotePeer) answers() ([]answer, error) { return askAll(p.queries, p.ask) }

func (p *remotePeer) time(from, to int) ([]float64, error) {
	return timeAll(p.queries[from:to], func(q *query) error { _, err := p.ask(q); return err })
}

// close removes the index.
func (p *remotePeer) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), daemonWait)
	defer cancel()
	return p.link.speaker.drop(ctx, p.link)
}

// fields are a mission for all of them, but for its place.
func (d *document) fields() map[string]any {
	return map[string]any{"n": d.Number, "title": d.Title, "text": d.Title + "\n" + d.Text, "domain": append([]string{}, d.Domains...),
		"department": append([]string{}, d.Departments...), "remote": d.Remote, "published": d.Published}
}

// lines writes records one a line.
func lines(records ...any) ([]byte, error) {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	for _, r := range records {
		if err := to.Encode(r); err != nil {
			return nil, fmt.Errorf("peer: %w", err)
		}
	}
	return b.Bytes(), nil
}

// aside are the facets whose own field has a filter: they are counted by one
// more search each. here are the others.
func aside(q *query) (here, apart []string) {
	for _, name := range q.Facets {
		if name == facetDomain && len(q.Domains) > 0 || name == facetDepartment && len(q.Departments) > 0 {
			apart = append(apart, name)
		} else {
			here = append(here, name)
		}
	}
	return here, apart
}

// fieldFilter is one list of values of which a field must have one.
type fieldFilter struct {
	name   string
	values []string
}

// filtersBut gives the filters of a question but for one field's.
func filtersBut(q *query, except string) (list []fieldFilter) {
	for _, f := range [...]fieldFilter{{fieldDomain, q.Domains}, {fieldDepartment, q.Departments}, {fieldRemote, q.Remotes}} {
		if len(f.values) > 0 && f.name != except {
			list = append(list, f)
		}
	}
	return list
}
