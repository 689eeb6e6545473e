package main

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// Goal: who polls while garbage is swept ends with the service; where another
// processor can poll nobody does.
func TestPollSweepsEnds(t *testing.T) {
	for _, procs := range []int{1, 2} {
		func() {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				pollSweeps(ctx)
			}()
			if procs == 1 {
				runtime.GC()
				select {
				case <-ended:
					t.Error("on one processor nobody polls")
				case <-time.After(20 * time.Millisecond):
				}
				cancel()
			}
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
				t.Errorf("%d processors: it does not end", procs)
			}
		}()
	}
}
