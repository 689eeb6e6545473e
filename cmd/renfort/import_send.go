package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// How a service that cannot take a chunk now is waited for.
const (
	waitMin     = 200 * time.Millisecond
	waitMax     = 10 * time.Second
	patienceMax = 5 * time.Minute // in a row, without anything done
)

// totals is what became of lines, as the service counts them.
type totals struct {
	Received int `json:"received"`
	Stored   int `json:"stored"`
	Deleted  int `json:"deleted"`
	Ignored  int `json:"ignored"`
	Rejected int `json:"rejected"`
}

func (t *totals) add(o *totals) {
	t.Received += o.Received
	t.Stored += o.Stored
	t.Deleted += o.Deleted
	t.Ignored += o.Ignored
	t.Rejected += o.Rejected
}

// bulkAnswer is what a service answers to a chunk.
type bulkAnswer struct {
	totals
	Errors []lineRefusal `json:"errors"`
}

// lineRefusal is one line that was refused.
type lineRefusal struct {
	Line   int    `json:"line"`
	ID     string `json:"id"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// passing says whether a code is no verdict: the same may be taken later.
func passing(code string) bool {
	switch code {
	case "overloaded", "unavailable", "rate_limited", "stale":
		return true
	}
	return false
}

// notNow is a chunk that the service did not take whole, and may yet.
type notNow struct {
	why   error
	after time.Duration // that the service asks for; 0: it does not say
}

// Error implements error.
func (n *notNow) Error() string { return n.why.Error() }

// Unwrap gives the reason.
func (n *notNow) Unwrap() error { return n.why }

// deliver sends a chunk until the service has decided on each of its lines.
// Sent again it does no harm: a record put twice is the same record, and a
// chunk that deletes carries a key.
func (i *importer) deliver(path string, c *chunk) (*bulkAnswer, error) {
	key := ""
	if c.deletes() {
		key = fmt.Sprintf("import-%s-%d", i.progress.Run, c.first)
	}
	wait, began := waitMin, time.Now()
	for {
		a, err := i.try(path, key, c)
		var later *notNow
		if !errors.As(err, &later) {
			return a, err
		}
		pause := max(wait, later.after)
		if time.Since(began)+pause > patienceMax {
			return nil, fmt.Errorf("given up after %.0f s: %w", time.Since(began).Seconds(), later.why)
		}
		i.meter.clear()
		fmt.Fprintf(i.process.stderr, "%s: line %d: %v; again in %.1f s\n", i.path, c.first, later.why, pause.Seconds())
		if err := sleep(i.process.ctx, pause); err != nil {
			return nil, err
		}
		wait = min(2*wait, waitMax)
	}
}

// sleep waits, unless ctx is done first.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// try sends a chunk once. The error is a *notNow where it may be sent again.
func (i *importer) try(path, key string, c *chunk) (*bulkAnswer, error) {
	answer, err := i.service.post(i.process.ctx, path, "application/x-ndjson", key, bytes.NewReader(c.body.Bytes()))
	if err != nil {
		if stopped := i.process.ctx.Err(); stopped != nil {
			return nil, stopped
		}
		return nil, &notNow{why: err}
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After")) // a date, as proxies may send, counts as nothing said
		return nil, &notNow{refusalOf(answer), min(time.Duration(seconds)*time.Second, patienceMax)}
	default:
		return nil, refusalOf(answer)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, &notNow{why: err} // cut off
	}
	var a bulkAnswer
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, fmt.Errorf("this does not answer like Renfort: %w", err)
	}
	for _, e := range a.Errors {
		if passing(e.Code) {
			return nil, &notNow{why: fmt.Errorf("a line was not taken: %s: %s", e.Code, e.Detail)}
		}
	}
	if a.Received != len(c.numbers) {
		return nil, fmt.Errorf("the service received %d lines of %d", a.Received, len(c.numbers))
	}
	return &a, nil
}
