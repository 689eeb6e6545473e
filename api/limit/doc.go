// Package limit answers: is there too much to do to take this request?
//
// On a busy core the queue does not stand in the handlers, which run one after
// the other, but in front of them: in the kernel's sockets and in the
// scheduler's run queue. A count of requests in flight says nothing of it. So
// the wait is measured where it happens: a probe, one byte in a pipe of our
// own, is put at the end of that queue by a request that passes, and stands in
// it like any request that arrives at that moment. How long it took, and how
// many requests were begun meanwhile, is what the queue costs now.
//
// # Two states
//
// Loose is the normal one: nothing is refused. It ends when a standing queue
// has lasted standNanos: one of more than crowd requests that wait longer than
// crowdNanos, or of more than few that wait longer than fewNanos. A short peak
// is no standing queue, and sixty-four callers never are one; nor are some
// hundred that send their next request after each answer, unless what they ask
// is dear. This is measured on a clock that a stop of the whole process (the
// collector, a stolen core) advances by stepNanos at most: what was not our
// work is not taken for it.
//
// Tight is the other: the wait is held at targetNanos by refusing a share of
// what comes, the lowest classes first, and what has waited for longer than its
// class may is refused at once. The share follows the wait as PIE's does
// (RFC 8033), and is dealt out over the classes by what each of them asks for,
// as DAGOR does, so that a class is touched only when all below it are refused
// whole. It ends when hardly anything had to be refused for a while, and is given
// up for a moment every trialNanos: callers who ask again at once whenever they
// are refused would otherwise keep it up by themselves.
//
// # Writes
//
// A write waits a second time, for the commit that it shares with others, and
// that queue is known: what is in flight. Backlog bounds it by what is finished
// in a given time.
//
// # What is promised
//
// Classes are never inverted: while a class is refused for the share, all of
// the lower ones are refused whole; what a class may wait is longer than what
// the one below may. Classes from Options.Shed on wait for lastNanos before
// they are refused, those from Options.Never on are not refused here.
// Time is an argument everywhere, in nanoseconds of any one clock that does not
// go backwards. All methods are safe for concurrent use and allocate nothing.
package limit
