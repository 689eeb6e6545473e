package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// The times and sizes of one try.
const (
	connectMax     = 5 * time.Second
	tryMax         = 15 * time.Second
	answerBytesMax = 64 << 10
)

// ErrInward is returned for an address that is not out in the world: private,
// loopback, link-local and the like.
var ErrInward = errors.New("outbox: the address points inward")

// inward are the ranges besides those that netip knows by name.
var inward = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/32"),
	netip.MustParsePrefix("fec0::/10"), netip.MustParsePrefix("::/96"), // ways to write or reach an address of the other kind
}

// Outward says whether an address is out in the world.
func Outward(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range inward {
		if p.Contains(a.WithZone("")) {
			return false
		}
	}
	return true
}

// newClient makes the client that posts: net/http's, because it gives each try
// a context and its dialer a look at the address that a name has become. It
// uses no proxy, follows no redirect and keeps few connections.
func newClient(allowPrivate bool) *http.Client {
	d := &net.Dialer{Timeout: connectMax}
	if !allowPrivate {
		// Asked after the name was resolved and right before connecting: a
		// name that answers otherwise the second time does not help.
		d.Control = func(_, address string, _ syscall.RawConn) error {
			a, err := netip.ParseAddrPort(address)
			if err != nil || !Outward(a.Addr()) {
				return ErrInward
			}
			return nil
		}
	}
	return &http.Client{
		Transport: &http.Transport{DialContext: d.DialContext, TLSHandshakeTimeout: connectMax, MaxResponseHeaderBytes: answerBytesMax,
			MaxIdleConnsPerHost: inFlightMax, IdleConnTimeout: time.Minute, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// answer is what came of a try.
type answer struct {
	status int // 0 for none
	after  time.Duration
	err    string // "" where it was delivered
}

// post sends a signed message once. Its error names no address: that may hold
// what is secret.
func post(ctx context.Context, client *http.Client, url string, key []byte, id string, at time.Time, body []byte) (a answer) {
	ctx, cancel := context.WithTimeout(ctx, tryMax)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return answer{err: "the url cannot be posted to"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "renfort")
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	req.Header.Set("webhook-signature", Sign(key, id, at.Unix(), body))
	res, err := client.Do(req)
	if err != nil {
		return answer{err: reason(err)}
	}
	defer res.Body.Close()
	// What is said is not kept; it is read so that the connection can be used
	// again, and no further.
	_, _ = io.CopyN(io.Discard, res.Body, answerBytesMax)
	a.status = res.StatusCode
	switch {
	case a.status >= 300 && a.status < 400:
		a.err = fmt.Sprintf("answered %d: redirects are not followed", a.status)
	case a.status < 200 || a.status >= 300:
		a.err = fmt.Sprintf("answered %d", a.status)
		a.after = retryAfter(res.Header.Get("Retry-After"), at)
	}
	return a
}

// reason says in stable words why no answer came.
func reason(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, ErrInward):
		return "the address points inward: private, loopback and link-local ones are refused"
	case errors.As(err, &dns):
		return "the name was not found"
	case errors.Is(err, context.Canceled):
		return "given up"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.As(err, &op):
		return "no connection (" + op.Op + ")"
	}
	return "no answer that can be read"
}

// retryAfter reads the header, seconds or a date; 0 for none.
func retryAfter(value string, now time.Time) time.Duration {
	if s, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(s, 0), int(retryMax/time.Second))) * time.Second
	}
	if t, err := http.ParseTime(value); err == nil {
		return min(max(t.Sub(now), 0), retryMax)
	}
	return 0
}
