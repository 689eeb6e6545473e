package peer

// What a comparison starts ends with it, also where it is interrupted.

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

// cancelAt cancels once what is said on progress has a text.
type cancelAt struct {
	text   string
	cancel context.CancelFunc
}

// Write implements io.Writer.
func (c *cancelAt) Write(b []byte) (int, error) {
	if strings.Contains(string(b), c.text) {
		c.cancel()
	}
	return len(b), nil
}

func TestNothingIsLeft(t *testing.T) {
	config := Default()
	config.Missions, config.Queries, config.Rounds, config.Peers, config.SkipMissing = 300, 1, 0, []string{Postgres, Redis}, true
	config.Holds, config.Dir = 100, t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := Run(ctx, config, &cancelAt{"comparing 5 pages", cancel}); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if pids, err := family(os.Getpid()); err != nil || len(pids) != 1 {
		t.Errorf("%d processes are left, %v", len(pids)-1, err)
	}
}

// A program that ends at once says why.
func TestDaemonEnds(t *testing.T) {
	dir := t.TempDir()
	d, err := start(command(t.Context(), dir, nil, "/bin/sh", "-c", "echo no such setting; exit 3"), dir)
	if err != nil {
		t.Fatal(err)
	}
	err = d.await(t.Context(), func(context.Context) error { return errors.New("not yet") })
	if err == nil || !strings.Contains(err.Error(), "no such setting") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("got error %v, want what it said and how it ended", err)
	}
}
