package main

// What SIGKILL does not test: a disk that fails, and one that is full. While
// it does, writes are refused with 503 and reads are served; when the cause
// goes, writes are taken again without a restart; and nothing acknowledged is
// lost, then or after a kill.

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// breakSync attaches strace to a service so that every fdatasync and fsync of
// it fails from now on; mend takes it away again.
func breakSync(t *testing.T, s *server) (mend func()) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: syncs cannot be made to fail")
	}
	cmd := exec.Command(strace, "-f", "-p", strconv.Itoa(s.cmd.Process.Pid), "-o", os.DevNull,
		"-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:error=EIO")
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	mended := false
	mend = func() {
		if !mended {
			mended = true
			cmd.Process.Signal(os.Interrupt) // it detaches
			cmd.Wait()
		}
	}
	t.Cleanup(mend)
	lines := bufio.NewScanner(said)
	text := ""
	for lines.Scan() {
		if text += lines.Text() + "\n"; strings.Contains(text, " attached") {
			return mend
		}
	}
	mend()
	t.Skipf("strace cannot trace here: %s", text)
	return nil
}

func TestFailingSync(t *testing.T) {
	if testing.Short() {
		t.Skip("long: waits for recovery")
	}
	t.Logf("seed %d", seed)
	dir := t.TempDir()
	s, missions := settled(t, dir, 500)
	l := newLedger()
	stop := make(chan struct{})
	running := l.load(s, missions, seed, loadClients, stop)
	eventually(t, "acknowledged writes", func() bool { return l.acked.Load() >= 200 })
	mend := breakSync(t, s)
	eventually(t, "a write refused with 503", func() bool { return l.refused.Load() > 0 })
	refusesWrites(t, s)
	// Nothing at all is acknowledged while syncs fail.
	acked, refused := l.acked.Load(), l.refused.Load()
	eventually(t, "more writes refused", func() bool { return l.refused.Load() >= refused+200 })
	if got := l.acked.Load(); got != acked {
		t.Errorf("%d writes were acknowledged although no sync can have succeeded", got-acked)
	}
	mend()
	recovers(t, s, l)
	close(stop)
	running.Wait()
	keeps(t, s, l, dir)
}

// refusesWrites wants a service that cannot write to say so, and to be read.
func refusesWrites(t *testing.T, s *server) {
	t.Helper()
	var p struct{ Code string }
	s.must(503, "GET", "/readyz", "", nil)
	s.must(503, "PUT", "/v1/volunteers/late", `{"id":"late","adult":true}`, &p)
	if p.Code != "unavailable" {
		t.Errorf("the refusal's code is %q, want unavailable", p.Code)
	}
	s.must(200, "GET", "/healthz", "", nil)
	s.must(200, "GET", "/v1/missions?limit=10", "", nil)
	pages(s)
}

// recovers wants a service to take writes again by itself.
func recovers(t *testing.T, s *server, l *ledger) {
	t.Helper()
	eventually(t, "ready again", func() bool { return s.ask("GET", "/readyz", "").status == 200 })
	aim := l.acked.Load() + 100
	eventually(t, "writes again", func() bool { return l.acked.Load() >= aim })
}

// keeps wants all that was acknowledged, now and after a kill; it gives the
// service that runs then.
func keeps(t *testing.T, s *server, l *ledger, dir string) *server {
	t.Helper()
	l.verify(t, s)
	s.kill()
	mustRun(t, "check", dir)
	s = serve(t, dir)
	l.verify(t, s)
	t.Logf("%d writes acknowledged, %d refused with 503, %d otherwise", l.acked.Load(), l.refused.Load(), l.rejected.Load())
	return s
}

// smallDisk mounts a file system of so many bytes in memory.
func smallDisk(t *testing.T, bytes int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// stuff fills a disk with one file.
func stuff(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 1<<16); len(block) > 0; block = block[:len(block)/2] {
		for err = nil; err == nil; {
			_, err = f.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
}

func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("long: waits for recovery")
	}
	disk := smallDisk(t, 128<<20)
	dir := filepath.Join(disk, "data")
	s, missions := settled(t, dir, 300)
	l := newLedger()
	stop := make(chan struct{})
	running := l.load(s, missions, seed, loadClients, stop)
	eventually(t, "acknowledged writes", func() bool { return l.acked.Load() >= 200 })
	filler := filepath.Join(disk, "filler")
	stuff(t, filler)
	// Long texts need pages that the file does not have yet.
	text := strings.Repeat("Un long texte. ", 1_000)
	var stored []string
	for n := 0; ; n++ {
		id := fmt.Sprintf("long-%d", n)
		r := s.ask("PUT", "/v1/missions/"+id, fmt.Sprintf(`{"id":%q,"title":"Long","remote":"full","description":%q}`, id, text))
		if r.status == 503 {
			break
		}
		if r.status != 201 || n > 20_000 {
			t.Fatalf("%s: got %d %v %s, want 201 or, once the disk is full, 503", id, r.status, r.err, beginning(r.body))
		}
		stored = append(stored, id)
	}
	s.must(200, "GET", "/v1/missions?limit=10", "", nil)
	pages(s)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	recovers(t, s, l)
	close(stop)
	running.Wait()
	s.must(201, "PUT", "/v1/missions/after", fmt.Sprintf(`{"id":"after","title":"Long","remote":"full","description":%q}`, text), nil)
	s = keeps(t, s, l, dir)
	for _, id := range append(stored, "after") {
		s.must(200, "GET", "/v1/missions/"+id, "", nil)
	}
}
