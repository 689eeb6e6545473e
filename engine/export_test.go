package engine

import "context"

// Task does a write of records as the doors' writes are done.
func (e *Engine) Task(do func(context.Context) (uint64, error)) (uint64, error) { return e.task(do) }
