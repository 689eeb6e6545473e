package verify_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renfort/bench/verify"
)

// at is when things happen here.
func at() time.Time { return time.Date(2026, 11, 22, 12, 30, 1, 2000, time.UTC) }

// lines reads a file of JSON lines.
func lines(t *testing.T, path string) (all []map[string]any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatalf("%v in %q", err, s.Text())
		}
		all = append(all, line)
	}
	return all
}

// A line says what it was given, whatever letters are in it, and no more.
func TestLedgerLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	w, err := verify.NewLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	odd := "a\"b\\c\nd\x01é\x7f"
	e := verify.Entry{Run: "r", N: 7, At: at(), Op: verify.OpHold, Method: "POST", Path: "/v1/x", Mission: odd}
	if err := w.Intent(&e); err != nil {
		t.Fatal(err)
	}
	e.Status, e.Seq, e.Volunteer, e.Hold, e.Slots, e.State, e.Expires, e.SHA256 = 201, 9, "v", "h", []string{"s1", odd}, "held", "2026-11-22T12:38:01Z", "00ff"
	for _, write := range []func(*verify.Entry) error{w.Acknowledged, w.Refused} {
		if err := write(&e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	intent := map[string]any{"line": "intent", "run": "r", "n": 7.0, "at": "2026-11-22T12:30:01.000002Z", "op": "hold", "method": "POST", "path": "/v1/x", "mission": odd}
	answered := func(line string) map[string]any {
		all := map[string]any{"line": line, "status": 201.0, "seq": 9.0, "volunteer": "v", "hold": "h", "slots": []any{"s1", odd},
			"state": "held", "expires": "2026-11-22T12:38:01Z", "sha256": "00ff"}
		for k, v := range intent {
			if k != "line" {
				all[k] = v
			}
		}
		return all
	}
	if diff := cmp.Diff([]map[string]any{intent, answered("acknowledged"), answered("refused")}, lines(t, path)); diff != "" {
		t.Errorf("want less got: %s", diff)
	}
}

// An answer stands in its line as JSON; what is none is refused, and the next
// one is not harmed.
func TestRecordLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record")
	w, err := verify.NewRecord(path)
	if err != nil {
		t.Fatal(err)
	}
	a := verify.Answer{Run: "r", N: 1, At: at(), Kind: verify.KindSearch, Method: "GET", Path: "/v1/search?q=a", Status: 200, Seq: 3, Body: []byte("{\n\"hits\": []}\n")}
	broken := a
	broken.Body = []byte("{")
	if err := w.Answer(&broken); err == nil {
		t.Error("half an answer: got no error")
	}
	if err := w.Answer(&a); err != nil {
		t.Fatal(err)
	}
	if n := w.Lines(); n != 1 {
		t.Errorf("got %d lines, want 1", n)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"line": "answer", "run": "r", "n": 1.0, "at": "2026-11-22T12:30:01.000002Z", "kind": "search", "method": "GET",
		"path": "/v1/search?q=a", "status": 200.0, "seq": 3.0, "request": nil, "body": map[string]any{"hits": []any{}}}
	if diff := cmp.Diff([]map[string]any{want}, lines(t, path)); diff != "" {
		t.Errorf("want less got: %s", diff)
	}
}

// Lines of many writers at once are whole, and none is lost.
func TestLedgerConcurrent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	w, err := verify.NewLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	const writers, each = 8, 500
	var running sync.WaitGroup
	for i := range writers {
		running.Go(func() {
			for k := range each {
				e := verify.Entry{Run: "r", N: uint64(i*each + k + 1), At: at(), Op: verify.OpFeedback, Path: strings.Repeat("x", k)}
				if err := w.Intent(&e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	seen := map[any]bool{}
	for _, line := range lines(t, path) {
		seen[line["n"]] = true
	}
	if len(seen) != writers*each {
		t.Errorf("got %d lines, want %d", len(seen), writers*each)
	}
}

// No error is swallowed: not of a full disk, nor of a closed file.
func TestLedgerErrors(t *testing.T) {
	if _, err := verify.NewLedger(filepath.Join(t.TempDir(), "none", "ledger")); err == nil {
		t.Error("a folder that is not there: got no error")
	}
	w, err := verify.NewLedger(filepath.Join(t.TempDir(), "ledger"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Intent(&verify.Entry{}); !errors.Is(err, verify.ErrClosed) {
		t.Errorf("after the end: got %v, want %v", err, verify.ErrClosed)
	}
	if err := w.Close(); !errors.Is(err, verify.ErrClosed) {
		t.Errorf("closed twice: got %v, want %v", err, verify.ErrClosed)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		return // only Linux has a disk that is always full
	}
	if w, err = verify.NewLedger("/dev/full"); err != nil {
		t.Fatal(err)
	}
	if err := w.Intent(&verify.Entry{Path: "/"}); err != nil {
		t.Errorf("a line in the buffer: %v", err)
	}
	if err := w.Close(); err == nil {
		t.Error("a full disk: got no error")
	}
}

// What a line costs the generator.
func BenchmarkAcknowledged(b *testing.B) {
	w, err := verify.NewLedger(os.DevNull)
	if err != nil {
		b.Fatal(err)
	}
	e := verify.Entry{Run: "e-20261122-1", At: at(), Op: verify.OpHold, Method: "POST", Path: "/v1/missions/w:000010/holds", Status: 201, Seq: 12345,
		Mission: "w:000010", Volunteer: "e-20261122-1-000123", Hold: "h-01LG5L6I000000EM4UO9H857", State: "held", Expires: "2026-11-22T12:38:01Z"}
	b.ReportAllocs()
	for b.Loop() {
		e.N++
		if err := w.Acknowledged(&e); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}
