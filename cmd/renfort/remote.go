package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// remote is a running service, spoken to over HTTP.
type remote struct {
	base   string // without a slash at its end
	key    string // "" for none
	client *http.Client
}

// answerMax is how long a service may take to begin an answer: longer than
// the work of a bulk body.
const answerMax = 5 * time.Minute

// newRemote refuses a URL that names no service.
func newRemote(base, key string) (*remote, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" {
		return nil, &usageError{fmt.Errorf("%q is not the URL of a service, as http://127.0.0.1:8080", base)}
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = answerMax
	return &remote{base: strings.TrimSuffix(base, "/"), key: key, client: &http.Client{Transport: t}}, nil
}

// post sends a body. The caller closes the answer's.
func (r *remote) post(ctx context.Context, path, contentType, idempotencyKey string, body io.Reader) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+path, body)
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		q.Header.Set("Content-Type", contentType)
	}
	if idempotencyKey != "" {
		q.Header.Set("Idempotency-Key", idempotencyKey)
	}
	if r.key != "" {
		q.Header.Set("Authorization", "Bearer "+r.key)
	}
	return r.client.Do(q)
}

// refusal is an answer that is not what was asked for.
type refusal struct {
	status int
	code   string // of the contract, "" where there is none
	detail string
}

// Error implements error.
func (r *refusal) Error() string {
	if r.code == "" {
		return fmt.Sprintf("the service answered %d %s", r.status, http.StatusText(r.status))
	}
	return fmt.Sprintf("the service answered %d %s: %s", r.status, r.code, r.detail)
}

// problemBytesMax bounds what of a refusal is read.
const problemBytesMax = 1 << 20

// refusalOf reads the problem that an answer tells, as far as it does.
func refusalOf(answer *http.Response) *refusal {
	var p struct {
		Code   string `json:"code"`
		Detail string `json:"detail"`
		Errors []struct {
			Pointer string `json:"pointer"`
			Detail  string `json:"detail"`
		} `json:"errors"`
	}
	r := &refusal{status: answer.StatusCode}
	if json.NewDecoder(io.LimitReader(answer.Body, problemBytesMax)).Decode(&p) == nil {
		r.code, r.detail = p.Code, p.Detail
		if len(p.Errors) > 0 {
			r.detail += ": " + strings.TrimSpace(p.Errors[0].Pointer+" "+p.Errors[0].Detail)
		}
	}
	return r
}
