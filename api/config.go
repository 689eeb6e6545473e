package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"
)

// Config is everything there is to choose about the service. Read it in cmd
// only; start from Default.
type Config struct {
	Addr        string   // host:port to listen on
	Keys        []Key    // none: loopback only, and everything is allowed
	TLSCert     string   // file; with TLSKey, or neither
	TLSKey      string   // file
	CORSOrigins []string // origins whose pages may read answers; "*" for all

	// InFlightMax is how many requests may be under way at once. The lowest
	// class is refused at a sixteenth of it, the highest at the whole.
	InFlightMax int

	ReadTimeout  time.Duration // of a whole request; a bulk body has BulkTimeout
	WriteTimeout time.Duration // of an answer
	IdleTimeout  time.Duration // between requests of a connection
	BulkTimeout  time.Duration // of a bulk body and of a streamed answer
	WorkTimeout  time.Duration // of a handler where X-Request-Timeout asks for no less

	// ShownEvery is how often the store hears what stored volunteers were
	// recommended.
	ShownEvery time.Duration

	// WebhookAllowPrivate lets webhooks point to addresses inside, and to http.
	WebhookAllowPrivate bool

	Feeds []Feed // partners' feeds that are fetched, at most 100

	Log *slog.Logger // nil: nothing is logged
}

// inFlightMin keeps 64 requests in flight from ever being overload: the
// lowest class has a sixteenth.
const inFlightMin = 64 * 16

// Default gives the configuration of a service on loopback without keys.
func Default() Config {
	return Config{
		Addr:         "127.0.0.1:8080",
		InFlightMax:  4096,
		ReadTimeout:  15 * time.Second,
		WriteTimeout: 15 * time.Second,
		IdleTimeout:  60 * time.Second,
		BulkTimeout:  5 * time.Minute,
		WorkTimeout:  30 * time.Second,
		ShownEvery:   time.Second,
	}
}

// ErrConfig is wrapped by every error of Validate.
var ErrConfig = errors.New("api: configuration")

// Validate refuses a configuration that would serve strangers without keys,
// or that could hang.
func (c Config) Validate() error {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return fmt.Errorf("%w: the address %q is not host:port: %w", ErrConfig, c.Addr, err)
	}
	if len(c.Keys) == 0 && !loopback(host) {
		return fmt.Errorf("%w: %q is not a loopback address; anything else needs keys", ErrConfig, c.Addr)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fmt.Errorf("%w: a TLS certificate and its key come together", ErrConfig)
	}
	if c.InFlightMax < inFlightMin {
		return fmt.Errorf("%w: %d requests in flight are too few; at least %d", ErrConfig, c.InFlightMax, inFlightMin)
	}
	for _, d := range []time.Duration{c.ReadTimeout, c.WriteTimeout, c.IdleTimeout, c.BulkTimeout, c.WorkTimeout, c.ShownEvery} {
		if d <= 0 {
			return fmt.Errorf("%w: every time must be above zero", ErrConfig)
		}
	}
	if len(c.Feeds) > feedsMax {
		return fmt.Errorf("%w: %d feeds; at most %d", ErrConfig, len(c.Feeds), feedsMax)
	}
	for i := range c.Feeds {
		if err := c.Feeds[i].validate(); err != nil {
			return fmt.Errorf("%w: %w", ErrConfig, err)
		}
	}
	return c.validateKeys()
}

// validateKeys also refuses two keys of one name: names scope idempotency
// keys, and one caller must not be answered with what another did.
func (c Config) validateKeys() error {
	names := map[string]bool{}
	for i := range c.Keys {
		if err := c.Keys[i].validate(); err != nil {
			return fmt.Errorf("%w: key %d: %w", ErrConfig, i+1, err)
		}
		if names[c.Keys[i].Name] {
			return fmt.Errorf("%w: two keys are named %q", ErrConfig, c.Keys[i].Name)
		}
		names[c.Keys[i].Name] = true
	}
	return nil
}

// loopback says whether a host can only be reached from this machine.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
