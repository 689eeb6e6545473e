package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"renfort/bench/world"
)

// service is what is measured, for what is not measured: filling it and
// looking at it afterwards.
type service struct {
	base   string // http://host:port
	key    string
	client *http.Client
	own    *process // nil: somebody else's
}

// newService speaks to a service that is there.
func newService(target, key string) *service {
	return &service{base: strings.TrimSuffix(target, "/"), key: key, client: &http.Client{Timeout: 5 * time.Minute, Transport: http.DefaultTransport.(*http.Transport).Clone()}}
}

// stop ends a service of our own. Connections that were opened beforehand and
// never used would keep it from ending in peace.
func (s *service) stop() error {
	s.client.CloseIdleConnections()
	return s.own.stop()
}

// refusal is an answer that is not what was asked for.
type refusal struct {
	status int
	body   string
}

// Error implements error.
func (r *refusal) Error() string { return fmt.Sprintf("status %d: %.300s", r.status, r.body) }

// patienceMax is how long a service that refuses is asked again: what fills it
// and counts is not what is measured.
const patienceMax = time.Minute

// do sends a request and gives the answer's body, again where the service
// protects itself.
func (s *service) do(ctx context.Context, method, path string, body []byte, contentType string) ([]byte, error) {
	for began, wait := time.Now(), 100*time.Millisecond; ; wait *= 2 {
		data, err := s.once(ctx, method, path, body, contentType)
		var r *refusal
		if !errors.As(err, &r) || r.status != http.StatusTooManyRequests && r.status != http.StatusServiceUnavailable || time.Since(began) > patienceMax {
			return data, err
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// once sends a request.
func (s *service) once(ctx context.Context, method, path string, body []byte, contentType string) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, method, s.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	if len(body) > 0 {
		q.Header.Set("Content-Type", contentType)
	}
	if s.key != "" {
		q.Header.Set("Authorization", "Bearer "+s.key)
	}
	a, err := s.client.Do(q)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	defer a.Body.Close()
	data, err := io.ReadAll(a.Body)
	switch {
	case err != nil:
		return nil, fmt.Errorf("bench: %s %s: %w", method, path, err)
	case a.StatusCode >= 300:
		return nil, fmt.Errorf("bench: %s %s: %w", method, path, &refusal{a.StatusCode, strings.TrimSpace(string(data))})
	}
	return data, nil
}

// json sends JSON and reads the answer into to; nil: nowhere.
func (s *service) json(ctx context.Context, method, path string, body []byte, to any) error {
	data, err := s.do(ctx, method, path, body, "application/json")
	if err != nil || to == nil {
		return err
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("bench: answer of %s %s: %w", method, path, err)
	}
	return nil
}

// walk visits every record of a list that has cursors.
func (s *service) walk(ctx context.Context, path, member string, visit func(json.RawMessage) error) error {
	for cursor := ""; ; {
		at := path
		if cursor != "" {
			at += "&cursor=" + url.QueryEscape(cursor)
		}
		var page map[string]json.RawMessage
		if err := s.json(ctx, http.MethodGet, at, nil, &page); err != nil {
			return err
		}
		var records []json.RawMessage
		if err := json.Unmarshal(page[member], &records); err != nil {
			return fmt.Errorf("bench: %s has no list of %s: %w", path, member, err)
		}
		for _, r := range records {
			if err := visit(r); err != nil {
				return err
			}
		}
		cursor = ""
		if c, there := page["cursor"]; there {
			_ = json.Unmarshal(c, &cursor) // null at the end
		}
		if cursor == "" {
			return nil
		}
	}
}

// load fills the service with a world's missions and volunteers. Ids begin with
// prefix where it is not empty, so that they can be cleaned away.
func (s *service) load(ctx context.Context, c *Config, prefix string) error {
	settings := world.Default()
	settings.Seed, settings.Missions, settings.Volunteers, settings.At = c.Seed, c.Missions, c.Volunteers, time.Now().UTC().Truncate(time.Hour)
	w, err := world.New(settings)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	for _, part := range []struct {
		path  string
		write func(io.Writer) error
	}{{"/v1/missions/bulk", w.WriteMissions}, {"/v1/volunteers/bulk", w.WriteVolunteers}} {
		if err := s.bulk(ctx, part.path, prefix, part.write); err != nil {
			return err
		}
	}
	return s.untilIndexed(ctx)
}

// bulkLines is how many lines go in one request.
const bulkLines = 4_000

// bulk sends lines as they are written.
func (s *service) bulk(ctx context.Context, path, prefix string, write func(io.Writer) error) error {
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(write(writer)) }()
	defer reader.Close()
	var chunk bytes.Buffer
	lines, n := newLines(reader), 0
	flush := func() error {
		if n == 0 {
			return nil
		}
		err := s.chunk(ctx, path, chunk.Bytes(), n)
		chunk.Reset()
		n = 0
		return err
	}
	for lines.Scan() {
		line := lines.Bytes()
		if prefix != "" {
			line = bytes.Replace(line, []byte(`"id":"`), []byte(`"id":"`+prefix), 1)
		}
		chunk.Write(line)
		chunk.WriteByte('\n')
		if n++; n == bulkLines {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(lines.Err(), flush())
}

// chunk sends some lines; all must be stored.
func (s *service) chunk(ctx context.Context, path string, lines []byte, n int) error {
	data, err := s.do(ctx, http.MethodPost, path, lines, "application/x-ndjson")
	if err != nil {
		return err
	}
	var answer struct{ Stored, Ignored, Rejected int }
	if err := json.Unmarshal(data, &answer); err != nil || answer.Stored+answer.Ignored != n {
		return fmt.Errorf("bench: of %d lines to %s %d were stored: %.300s", n, path, answer.Stored, data)
	}
	return nil
}

// untilIndexed waits until the words of all missions can be searched.
func (s *service) untilIndexed(ctx context.Context) error {
	for range 600 {
		var stats struct{ Text struct{ Pending int } }
		if err := s.json(ctx, http.MethodGet, "/v1/stats", nil, &stats); err != nil {
			return err
		}
		if stats.Text.Pending == 0 {
			return sleep(ctx, time.Second) // for the first merges
		}
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	return errors.New("bench: the words of missions were not indexed within two minutes")
}

// sleep waits, or not as long where ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// metrics reads the counters and gauges of /metrics; nil where there are none.
func (s *service) metrics(ctx context.Context) map[string]float64 {
	data, err := s.do(ctx, http.MethodGet, "/metrics", nil, "")
	if err != nil {
		return nil
	}
	all := map[string]float64{}
	for line := range strings.Lines(string(data)) {
		name, value, found := strings.Cut(strings.TrimSpace(line), " ")
		if v, err := strconv.ParseFloat(value, 64); found && err == nil && name != "#" {
			all[name] = v
		}
	}
	return all
}
