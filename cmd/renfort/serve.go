package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"renfort/api"
	"renfort/engine"
	"renfort/feed/record"
	"renfort/mission"
)

// serveCommand serves a data directory.
type serveCommand struct {
	Addr     string   `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one. Anything but loopback needs --keys. Default: ${default}."`
	Data     string   `required:"" type:"path" placeholder:"DIR" help:"The data directory; made if it is not there."`
	Keys     string   `type:"existingfile" placeholder:"FILE" help:"Who may ask for what: lines of renfort keys new. Left out: everybody on this machine, everything."`
	Policy   string   `type:"existingfile" placeholder:"FILE" help:"The policy of ranking, JSON. One that differs from the policy in force replaces it."`
	Taxonomy string   `type:"existingfile" placeholder:"FILE" help:"Domains and activities, JSON. One that differs from the taxonomy in force replaces it."`
	Missions []string `name:"mission-index" placeholder:"NAME" help:"An index of the Algolia door whose records are missions: they are recommended, held and matched like any other. May be said several times."`
	Mapping  string   `name:"mission-mapping" type:"existingfile" placeholder:"FILE" help:"How such records become missions, JSON. Default: the French public platform's."`
	Feeds    []string `name:"feed" sep:"none" placeholder:"URL[,every=15m]" help:"Fetch a partner's feed: API Engagement's XML or v0 JSON. Options follow the URL: ,every=15m ,publisher=NAME (else its host) ,places=left ,prune=true ,booking=elsewhere. May be said several times."`
	CORS     []string `name:"cors" placeholder:"ORIGIN" help:"Origins whose pages may read answers; * for all."`
	Private  bool     `name:"webhook-allow-private" help:"Let webhooks point to private and loopback addresses, and to http. For networks where everybody who has a key may reach them."`
	TLSCert  string   `name:"tls-cert" type:"existingfile" placeholder:"FILE" help:"Certificate; with --tls-key."`
	TLSKey   string   `name:"tls-key" type:"existingfile" placeholder:"FILE" help:"Its key."`
}

// Help says what a reader of --help wants to know beyond the flags.
func (*serveCommand) Help() string {
	return `SIGTERM or SIGINT ends it: what is in flight is finished, within 10 seconds.
A data directory that is in use, newer or damaged is refused with the reason.

Go's collector is set from the machine, unless the environment sets it: GOMEMLIMIT to three quarters
of its memory or of its control group's (the data file is mapped beside that), GOGC so that a twelfth
of that limit is garbage when it is collected, and 200 at least; it follows what is live. What is in
force is logged at the start.`
}

// Run serves until the process is told to stop.
func (c *serveCommand) Run(p *process) error {
	began := time.Now()
	config, err := c.config(p)
	if err != nil {
		return err
	}
	rules, err := readRules(c.Policy, c.Taxonomy)
	if err != nil {
		return err
	}
	mapping, err := c.mapping()
	if err != nil {
		return err
	}
	h, err := openHost(config, engine.Options{Dir: c.Data, Policy: rules.policy, Taxonomy: rules.taxonomy, MissionIndexes: c.Missions, Mapping: mapping})
	if err != nil {
		return err
	}
	if err := rules.enforce(p.ctx, h.engine); err != nil {
		h.close()
		return err
	}
	s := h.engine.Snapshot()
	fmt.Fprintf(p.stdout, "renfort serves %s missions on %s (ready after %.1f s)\n", grouped(s.Exists), shown(h.address), time.Since(began).Seconds())
	config.Log.Info("memory", "collector", collectorText())
	return h.serve(p.ctx)
}

// mapping reads how records become missions; nil is the default.
func (c *serveCommand) mapping() (*record.Mapping, error) {
	if c.Mapping == "" {
		return nil, nil
	}
	return readRule(c.Mapping, record.Decode)
}

// config makes the service's configuration of the flags.
func (c *serveCommand) config(p *process) (api.Config, error) {
	config := api.Default()
	config.Addr, config.CORSOrigins, config.TLSCert, config.TLSKey = c.Addr, c.CORS, c.TLSCert, c.TLSKey
	config.WebhookAllowPrivate = c.Private
	config.Log = newLog(p.stderr)
	for _, text := range c.Feeds {
		f, err := parseFeed(text)
		if err != nil {
			return config, &usageError{err}
		}
		config.Feeds = append(config.Feeds, f)
	}
	if c.Keys == "" {
		return config, nil
	}
	f, err := os.Open(c.Keys)
	if err != nil {
		return config, fmt.Errorf("serve: %w", err)
	}
	defer f.Close()
	if config.Keys, err = api.ReadKeys(f); err != nil {
		return config, fmt.Errorf("serve: %s: %w", c.Keys, err)
	}
	if len(config.Keys) == 0 {
		// Without keys everybody may do everything: not what was asked for.
		return config, fmt.Errorf("serve: %s has no keys", c.Keys)
	}
	return config, nil
}

// rules are the policy and the taxonomy that files ask for; nil where none
// does.
type rules struct {
	policy   *mission.Policy
	taxonomy *mission.Taxonomy
}

func readRules(policy, taxonomy string) (r rules, err error) {
	if policy != "" {
		if r.policy, err = readRule(policy, mission.DecodePolicy); err != nil {
			return r, err
		}
	}
	if taxonomy != "" {
		r.taxonomy, err = readRule(taxonomy, mission.DecodeTaxonomy)
	}
	return r, err
}

func readRule[T any](path string, decode func([]byte) (*T, error)) (*T, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	rule, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("serve: %s: %w", path, err)
	}
	return rule, nil
}

// enforce replaces what is in force where it differs. A new store has taken
// the rules already.
func (r rules) enforce(ctx context.Context, e *engine.Engine) error {
	s := e.Snapshot()
	var commands []mission.Command
	if r.taxonomy != nil && differ(r.taxonomy, s.Taxonomy) {
		commands = append(commands, mission.PutTaxonomy{Taxonomy: r.taxonomy})
	}
	if r.policy != nil && differ(r.policy, s.Policy) {
		commands = append(commands, mission.PutPolicy{Policy: r.policy})
	}
	for _, command := range commands {
		if _, err := e.Submit(ctx, mission.Envelope{Command: command}); err != nil {
			return fmt.Errorf("serve: %s: %w", command.Name(), err)
		}
	}
	return nil
}

// differ compares two values as they are written.
func differ[T any](a, b *T) bool {
	x, err := mission.Encode(a)
	if err != nil {
		return true
	}
	y, err := mission.Encode(b)
	return err != nil || !bytes.Equal(x, y)
}
