package api_test

// Key files and configurations: what is read, what is refused, and that a key
// made here is the one that its line stores.

import (
	"strings"
	"testing"

	"renfort/api"
)

func TestNewKeyIsReadBack(t *testing.T) {
	key, line, err := api.NewKey("platform", []string{"write", "recommend"}, []string{"jva"}, 50)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(line, key) {
		t.Fatal("the line stores the key itself")
	}
	for _, file := range []string{line, "# comment\n\n" + line + "\n", "[" + line + "]"} {
		keys, err := api.ReadKeys(strings.NewReader(file))
		if err != nil || len(keys) != 1 || keys[0].Name != "platform" || keys[0].Rate != 50 || len(keys[0].Publishers) != 1 {
			t.Errorf("%q: got %+v, %v", file, keys, err)
		}
	}
	if again, _, _ := api.NewKey("platform", []string{"write"}, nil, 0); again == key {
		t.Error("two keys are the same")
	}
}

func TestKeyFilesRefused(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	for _, file := range []string{
		`{"name":"a"`,
		`{"name":"a","hash":"xyz","scopes":["write"]}`,
		`{"name":"a","hash":"` + hash + `","scopes":["fly"]}`,
		`{"name":"a","hash":"` + hash + `","scopes":[]}`,
		`{"name":"a","hash":"` + hash + `","scopes":["write"],"colour":1}`,
		`{"name":"","hash":"` + hash + `","scopes":["write"]}`,
		`{"name":"a","hash":"` + hash + `","scopes":["write"],"rate":-1}`,
	} {
		if keys, err := api.ReadKeys(strings.NewReader(file)); err == nil {
			t.Errorf("%s: read as %+v", file, keys)
		}
	}
}

func TestConfig(t *testing.T) {
	_, line, err := api.NewKey("a", []string{"admin"}, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := api.ReadKeys(strings.NewReader(line))
	if err != nil {
		t.Fatal(err)
	}
	f := func(what string, change func(*api.Config), ok bool) {
		t.Helper()
		c := api.Default()
		change(&c)
		if err := c.Validate(); (err == nil) != ok {
			t.Errorf("%s: %v, want it to be right: %v", what, err, ok)
		}
	}
	f("default", func(*api.Config) {}, true)
	f("localhost", func(c *api.Config) { c.Addr = "localhost:1" }, true)
	f("ipv6 loopback", func(c *api.Config) { c.Addr = "[::1]:1" }, true)
	f("everywhere without keys", func(c *api.Config) { c.Addr = ":8080" }, false)
	f("outside without keys", func(c *api.Config) { c.Addr = "192.0.2.1:8080" }, false)
	f("outside with keys", func(c *api.Config) { c.Addr, c.Keys = "0.0.0.0:8080", keys }, true)
	f("the same name twice", func(c *api.Config) { c.Keys = append(keys, keys...) }, false)
	f("no port", func(c *api.Config) { c.Addr = "127.0.0.1" }, false)
	f("half a certificate", func(c *api.Config) { c.TLSCert = "a" }, false)
	f("no timeout", func(c *api.Config) { c.IdleTimeout = 0 }, false)
	f("too few in flight", func(c *api.Config) { c.InFlightMax = 64 }, false)
}
