package engine

import "context"

// Task does a write of records as the doors' writes are done.
func (e *Engine) Task(do func(context.Context) (uint64, error)) (uint64, error) { return e.task(do) }

// TaskTold is Task for a write that has records to tell of.
func (e *Engine) TaskTold(do func(context.Context) []RefusedRecord) uint64 {
	return e.taskTold(func(ctx context.Context) outcome { return outcome{told: do(ctx)} }).seq
}
