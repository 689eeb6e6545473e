package selftest

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"

	"renfort/bench/result"
)

// Key names a build among controls: its commit, or "" for one that was made of
// something else than a commit.
func Key(b result.Build) string {
	if b.Modified {
		return ""
	}
	return b.Commit
}

// path is where the control of a build is kept. A build without a commit is
// known by its bytes.
func path(key string) (string, error) {
	dir, err := os.UserCacheDir()
	if err == nil && key == "" {
		key, err = fingerprint()
	}
	if err != nil {
		return "", fmt.Errorf("selftest: %w", err)
	}
	return filepath.Join(dir, "renfort", "selftest-"+filepath.Base(key)+".json"), nil
}

// fingerprint tells this binary from others.
func fingerprint() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("binary-%x", h.Sum(nil)[:10]), nil
}

// WriteFile writes a control as JSON.
func WriteFile(name string, c *result.Control) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err == nil {
		err = os.WriteFile(name, append(data, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("selftest: %w", err)
	}
	return nil
}

// Keep stores a control as the last one of a build, by its Key.
func Keep(key string, c *result.Control) error {
	name, err := path(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("selftest: %w", err)
	}
	return WriteFile(name, c)
}

// Last gives the last control that was made with a build on this machine, by
// its Key; nil if there was none.
func Last(key string) (*result.Control, error) {
	name, err := path(key)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	c := &result.Control{}
	if err == nil {
		err = json.Unmarshal(data, c)
	}
	if err != nil {
		return nil, fmt.Errorf("selftest: the last control: %w", err)
	}
	return c, nil
}

// Write prints an outcome as a table, and what it comes to.
func Write(w io.Writer, o *Outcome) error {
	c := o.Control
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "what was wrong\treported\tby")
	for _, f := range c.Faults {
		fmt.Fprintf(t, "%s\t%s\t%s\n", f.Name, map[bool]string{true: "yes", false: "NO"}[f.Reported], shorten(f.By))
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("selftest: %w", err)
	}
	fmt.Fprintf(w, "the same server against itself: no difference in %d of %d pairs; %d are wanted\n", c.Same, c.Pairs, c.Pairs-differentMax(c.Pairs))
	for _, name := range o.Unjudged {
		fmt.Fprintf(w, "not judged, the machine is too busy to time anything: %s\n", name)
	}
	for _, name := range o.Missed {
		fmt.Fprintf(w, "missed: %s\n", name)
	}
	_, err := fmt.Fprintln(w, map[bool]string{true: "passed", false: "not passed"}[c.Passed])
	return err
}

// shorten cuts what a table has no room for; the JSON has all of it.
func shorten(s string) string {
	const letters = 160
	if r := []rune(s); len(r) > letters {
		return string(r[:letters]) + "…"
	}
	return s
}
