package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// feedPath is the service's door for feeds.
const feedPath = "/v1/feeds/api-engagement"

// feedAnswer is a service's report of a feed.
type feedAnswer struct {
	Complete  bool         `json:"complete"`
	Received  int          `json:"received"`
	Stored    int          `json:"stored"`
	Unchanged int          `json:"unchanged"`
	Ignored   int          `json:"ignored"`
	Rejected  int          `json:"rejected"`
	Repaired  int          `json:"repaired"`
	Pruned    int          `json:"pruned"`
	Paused    int          `json:"paused"`
	Errors    []feedFault  `json:"errors"`
	More      int          `json:"errors_more"`
	Repairs   []feedRepair `json:"repairs"`
	MoreFixes int          `json:"repairs_more"`
	SeatsKept []struct {
		ClientID string `json:"clientId"`
		Places   int    `json:"places"`
		Seats    int    `json:"seats"`
	} `json:"seats_kept"`
	Prune *struct {
		Open, Missing int
		Why           string
	} `json:"prune"`
}

// feedFault is a record that was refused, or where the feed broke.
type feedFault struct {
	ClientID string `json:"clientId"`
	Line     int    `json:"line"`
	Code     string `json:"code"`
	Detail   string `json:"detail"`
}

// feedRepair is a field that was read otherwise than it was written.
type feedRepair struct {
	ClientID string `json:"clientId"`
	Field    string `json:"field"`
	Detail   string `json:"detail"`
}

// feedHeadBytes is how far into a file it is looked whether it is a feed.
const feedHeadBytes = 64 << 10

// isFeed says whether a file holds a feed: XML, a JSON list, an object that has
// a list, or v0's records a line. NDJSON of ours has ids and none of that.
func isFeed(path string) (bool, error) {
	l, err := openLines(path)
	if err != nil {
		return false, err
	}
	defer l.close()
	head, err := io.ReadAll(io.LimitReader(l.from, feedHeadBytes))
	if err != nil && len(head) == 0 {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return true, nil
	}
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	if len(head) == 0 || head[0] != '{' {
		return len(head) > 0 && (head[0] == '<' || head[0] == '['), nil
	}
	return isFeedObject(head), nil
}

// isFeedObject looks at the members of the first object, as far as they come.
func isFeedObject(head []byte) bool {
	d := json.NewDecoder(bytes.NewReader(head))
	if _, err := d.Token(); err != nil {
		return false
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return false
		}
		if name == "clientId" || name == "applicationUrl" {
			return true
		}
		rest, err := io.ReadAll(d.Buffered())
		if err != nil {
			return false
		}
		rest = bytes.TrimLeft(rest, ": \t\r\n")
		if (name == "data" || name == "hits") && bytes.HasPrefix(rest, []byte("[")) {
			return true
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			return false
		}
	}
	return false
}

// importFeed sends a feed whole, and prints what came of it. It is sent again
// where the service could not take it; what it stored is unchanged then.
func (i *importer) importFeed() (totals, error) {
	query := url.Values{}
	for name, value := range map[string]string{"publisher": i.command.Publisher, "places": i.command.Places, "prune": i.command.Prune, "booking": i.command.Booking} {
		if value != "" {
			query.Set(name, value)
		}
	}
	wait, began := waitMin, time.Now()
	for {
		a, err := i.tryFeed(feedPath + "?" + query.Encode())
		var later *notNow
		if !errors.As(err, &later) {
			return i.reportFeed(a, err)
		}
		pause := max(wait, later.after)
		if time.Since(began)+pause > patienceMax {
			return totals{}, fmt.Errorf("%s: given up after %.0f s: %w", i.path, time.Since(began).Seconds(), later.why)
		}
		fmt.Fprintf(i.process.stderr, "%s: %v; again in %.1f s\n", i.path, later.why, pause.Seconds())
		if err := sleep(i.process.ctx, pause); err != nil {
			return totals{}, err
		}
		wait = min(2*wait, waitMax)
	}
}

// tryFeed sends the file once. A prune that was refused comes with the report
// of what was stored.
func (i *importer) tryFeed(path string) (*feedAnswer, error) {
	f, err := os.Open(i.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	meter := newMeter(i.process.stderr, i.path+" (kB)", 0)
	defer meter.clear()
	answer, err := i.service.post(i.process.ctx, path, "application/octet-stream", "", &metered{f, meter, 0})
	if err != nil {
		if stopped := i.process.ctx.Err(); stopped != nil {
			return nil, stopped
		}
		return nil, &notNow{why: err}
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, &notNow{why: err}
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	switch answer.StatusCode {
	case http.StatusOK:
		a := new(feedAnswer)
		if err := json.Unmarshal(body, a); err != nil {
			return nil, fmt.Errorf("this does not answer like Renfort: %w", err)
		}
		return a, nil
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After")) // a date counts as nothing said
		return nil, &notNow{refusalOf(answer), min(time.Duration(seconds)*time.Second, patienceMax)}
	}
	var p struct{ Report *feedAnswer }
	if json.Unmarshal(body, &p) != nil {
		p.Report = nil
	}
	return p.Report, refusalOf(answer)
}

// metered shows how much of a file was read.
type metered struct {
	from  io.Reader
	meter *meter
	bytes int
}

// Read implements io.Reader.
func (m *metered) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	m.bytes += n
	m.meter.show(m.bytes >> 10)
	return n, err
}

// reportFeed prints a report: what a partner can act on to standard error, a
// line each, and the sum to standard output.
func (i *importer) reportFeed(a *feedAnswer, err error) (totals, error) {
	if a == nil {
		return totals{}, fmt.Errorf("%s: %w", i.path, err)
	}
	out := i.process.stderr
	for _, r := range a.Repairs {
		fmt.Fprintf(out, "%s: %s: repaired: %s %s\n", i.path, nameOr(r.ClientID, "the feed"), r.Field, r.Detail)
	}
	if a.MoreFixes > 0 {
		fmt.Fprintf(out, "%s: %s more repairs\n", i.path, grouped(a.MoreFixes))
	}
	for _, k := range a.SeatsKept {
		fmt.Fprintf(out, "%s: %s: seats kept at %d: so many are taken, and the feed has %d\n", i.path, k.ClientID, k.Seats, k.Places)
	}
	for _, e := range a.Errors {
		fmt.Fprintf(out, "%s:%d: %s: %s: %s\n", i.path, e.Line, nameOr(e.ClientID, "-"), e.Code, e.Detail)
	}
	if a.More > 0 {
		fmt.Fprintf(out, "%s: %s more were refused\n", i.path, grouped(a.More))
	}
	if a.Prune != nil && a.Prune.Why != "" {
		fmt.Fprintf(out, "%s: nothing was closed (%s): the feed leaves out %d of %d open missions\n", i.path, a.Prune.Why, a.Prune.Missing, a.Prune.Open)
	}
	fmt.Fprintf(i.process.stdout, "%s: %s\n", i.path, a.words())
	t := totals{Received: a.Received, Stored: a.Stored, Ignored: a.Ignored, Rejected: a.Rejected}
	switch {
	case err != nil:
		return t, fmt.Errorf("%s: %w", i.path, err)
	case !a.Complete:
		return t, fmt.Errorf("%s: the feed breaks off; what came before is stored", i.path)
	}
	return t, nil
}

func nameOr(name, other string) string {
	if name == "" {
		return other
	}
	return name
}

// words says what became of the records.
func (a *feedAnswer) words() string {
	parts := []string{fmt.Sprintf("%s missions", grouped(a.Received)), grouped(a.Stored) + " stored"}
	for _, n := range []struct {
		n    int
		word string
	}{{a.Unchanged, "unchanged"}, {a.Ignored, "ignored as older"}, {a.Rejected, "refused"}, {a.Repaired, "repaired"}, {a.Pruned, "closed"}, {a.Paused, "paused"}, {len(a.SeatsKept), "with seats kept"}} {
		if n.n > 0 {
			parts = append(parts, grouped(n.n)+" "+n.word)
		}
	}
	return strings.Join(parts, ", ")
}
