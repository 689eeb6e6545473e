package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// Goal: threads that are there and threads that come have the slack.
func TestRelaxTimers(t *testing.T) {
	if !relaxTimers() {
		t.Skip("threads may not be given a slack here: not Linux, or no CAP_SYS_NICE")
	}
	const threads = 4
	ready, done := make(chan struct{}), make(chan struct{})
	defer close(done)
	for range threads { // as many must be there at once
		go func() {
			runtime.LockOSThread()
			ready <- struct{}{}
			<-done
		}()
	}
	for range threads {
		<-ready
	}
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		got, err := os.ReadFile("/proc/" + task.Name() + "/timerslack_ns")
		if os.IsNotExist(err) {
			continue // it has ended
		}
		if want := strconv.Itoa(int(timerSlack)); err != nil || strings.TrimSpace(string(got)) != want {
			t.Errorf("thread %s has a slack of %s ns, want %s (%v)", task.Name(), strings.TrimSpace(string(got)), want, err)
		}
	}
}
