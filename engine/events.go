package engine

import "context"

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
