package load

import "time"

// Outcome is what came of a request.
type Outcome uint8

// The outcomes: see result.Call.
const (
	OK Outcome = iota
	No
	Refused
	Failed
	TimedOut
	Unsent
	outcomes
)

// String names an outcome as raw files do.
func (o Outcome) String() string {
	return [outcomes]string{"ok", "no", "refused", "error", "timeout", "unsent"}[o]
}

// Sample is one request. Times are since its phase began.
type Sample struct {
	Due, Sent, Done time.Duration
	Bytes           uint32 // of the answer's body
	Status          uint16 // 0: no answer
	Kind            uint8  // index into Plan.Kinds
	Outcome         Outcome
	Fault           fault
	Degraded        bool
	First           bool // the arrival's first: its lag is the generator's
	Starved         bool // it waited for a connection
	Sum             bool // not a request: a whole flow, from due to done
	lag             time.Duration
}

// fault is why there was no answer.
type fault uint8

const (
	faultNone fault = iota
	faultConnect
	faultClosed
	faultTimeout
	faultUnsent // given up before a connection was free
	faultAnswer // an answer that is none, or that its flow says is wrong
	faults
)

// String names a fault as results do.
func (f fault) String() string {
	return [faults]string{"", "no_connection", "connection_closed", "timeout", "timeout_unsent", "wrong_answer"}[f]
}

// samples are kept in chunks, so that nothing is copied while a run goes on.
// The first are small: a thousand clients that begin at once must not ask for
// half a gigabyte at once.
type samples struct{ chunks [][]Sample }

const (
	chunkLenMin = 32
	chunkLenMax = 4096
)

// add keeps one.
func (s *samples) add(one Sample) *Sample {
	last := len(s.chunks) - 1
	if last < 0 || len(s.chunks[last]) == cap(s.chunks[last]) {
		s.chunks = append(s.chunks, make([]Sample, 0, min(chunkLenMin<<len(s.chunks), chunkLenMax)))
		last++
	}
	s.chunks[last] = append(s.chunks[last], one)
	return &s.chunks[last][len(s.chunks[last])-1]
}

// each walks them in the order in which they were kept.
func (s *samples) each(visit func(*Sample)) {
	for _, chunk := range s.chunks {
		for i := range chunk {
			visit(&chunk[i])
		}
	}
}
