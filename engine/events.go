package engine

import (
	"context"

	"renfort/mission"
)

// AwaitAfter returns nil once reads see a command after seq, however long that
// takes, and ctx's error when it is done before.
func (e *Engine) AwaitAfter(ctx context.Context, seq uint64) error {
	e.watch.waiting.Add(1)
	defer e.watch.waiting.Add(-1)
	for {
		moved := e.watch.next()
		if e.Seq() > seq {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// OutboundPaused says whether everything that goes out to people is paused. It
// costs one load: whoever sends asks before each message.
func (e *Engine) OutboundPaused() bool { return e.paused.Load() }

// markOutbound takes in what a change says of what goes out.
func (e *Engine) markOutbound(k mission.ChangeKind) {
	switch k {
	case mission.OutboundPaused:
		e.paused.Store(true)
	case mission.OutboundResumed:
		e.paused.Store(false)
	}
}

// loadOutbound reads it from the store.
func (e *Engine) loadOutbound() error {
	_, paused, err := e.store.OutboundPausedSince()
	e.paused.Store(paused)
	return err
}
