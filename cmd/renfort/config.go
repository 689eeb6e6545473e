package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"renfort/mission"
)

// configFile gives flags their values from a JSON object by flag name, as in
// {"addr": "127.0.0.1:9000", "tls-cert": "cert.pem"}. One file may serve every
// subcommand: a name that another one has is left alone, a name that none has
// is refused.
type configFile map[string]any

// configBytesMax bounds the file: flags are few and short.
const configBytesMax = 1 << 20

// readConfig reads a configuration file.
func readConfig(r io.Reader) (kong.Resolver, error) {
	data, err := io.ReadAll(io.LimitReader(r, configBytesMax))
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	var c configFile
	if err := mission.Decode(data, &c); err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return c, nil
}

// Validate refuses a name that no subcommand has.
func (c configFile) Validate(app *kong.Application) error {
	known := map[string]bool{}
	var walk func(*kong.Node)
	walk = func(n *kong.Node) {
		for _, f := range n.Flags {
			known[f.Name] = true
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(app.Node)
	var unknown []string
	for name := range c {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("the configuration names %s, which no command knows", strings.Join(unknown, ", "))
	}
	return nil
}

// Resolve gives the value of a flag, nil where the file has none or the
// environment has one: what is set for one process goes before what is set
// for all.
func (c configFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	return c[flag.Name], nil
}
