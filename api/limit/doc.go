// Package limit answers: is there too much to do to take this request, and
// whose turn is it?
//
// On a busy core the queue does not stand in the handlers, which run one after
// the other, but in front of them: in the kernel's sockets and in the
// scheduler's run queue, in the order in which connections were polled. A count
// of requests in flight says nothing of it, nobody there can be refused, and
// who matters more waits behind who does not.
//
// So requests wait here, in a line for each class, and begin in rounds of a few:
// those who came meanwhile are read between two rounds, and begin, join a line,
// or are refused, before the next begin. How long the lines are and how long
// each takes is known, not guessed. Where there is little to do every request
// begins at once, and a round is asked for now and then. Rounds are larger where
// nothing is refused: writers that one commit answered together are to be in
// the next together.
//
// A round is over when there is nothing else to run. Who is last to begin asks
// for the next by Options.Send, which puts a byte where the scheduler polls it
// together with the connections; that is when Round is to be called.
//
// In the tight state, below, a round goes in stretches of a few, and those who came
// are read between two of them: most of these are to be refused, and are told then. The
// classes' parts and the places of writes are of the whole round.
//
// # Two states
//
// Loose is the normal one: nothing is refused. It ends when a standing queue
// has lasted standNanos: one of more than crowd requests that wait longer than
// crowdNanos, or of more than few that wait longer than fewNanos. It ends at once when
// of more than few somebody whose class has a part has waited for starvedNanos: classes
// above go before, and a line that callers keep short may starve. A short peak
// is no standing queue, and sixty-four callers never are one; nor are some
// hundred that send their next request after each answer, unless what they ask
// is dear. This is measured on a clock that a stop of the whole process (the
// collector, a stolen core) hardly advances: what was not our work is not taken
// for it.
//
// Tight is the other: who would wait for longer than their class may is refused
// at once, and of those in line the newest whenever they are far beyond that; those
// from before it began are served within standerNanos, or refused when it begins, the
// newest of them. It ends when
// nothing had to be refused for a while, and is given up for a moment every
// trialNanos: callers who ask again at once whenever they are refused
// would otherwise keep it up by themselves.
//
// # Writes
//
// A write waits a second time, for the commit that it shares with others, and
// that queue is known: what is in flight. Backlog says how much of it is finished in a
// given time. Where too much gathers the tight state begins (Tighten), and whoever
// would find too much there is refused in it before they wait in line (Options.Full):
// only there is who comes read soon enough to be told soon. What is allowed grows with
// what the disk takes for a commit: to refuse on a slow disk what would have shared the
// same commits makes them no faster. What is left to do after
// the commit waits for its turn as well (Again), before all others: a commit brings
// hundreds back at once. Where all that is left is to answer that is so in the tight
// state alone (Answer).
//
// How long a line of them takes includes that: how many of a class go on is counted,
// and each is reckoned with both of its parts.
//
// A commit costs much the same for four writes as for forty, and a write little
// before it. So in the tight state more of them begin in a round than of what
// is done at once, beside it, and of what goes on after its commit too; but none
// while more wait to go on than a round has places for, or they would only wait
// there instead.
//
// # Turns
//
// The order of classes alone would have the lower ones starve: where writes come
// at twice what can be served they are all taken, and nothing is left for a page.
// So in the tight state the classes below Options.Shed share what begins, each by
// its part (Options.Parts): who has had least for their part is next, and the
// round ends with them if it has no place for them. A class that asks for less
// than its part gets all of it, and the rest goes to the others by their parts.
// Nothing is measured for it and nothing is steered: a part is of what begins,
// counted, so that it neither swings nor grows with how often somebody asks again.
// It also tells how long a line takes, and who would wait for too long in the one
// of their class is refused at once. A write counts once, when it begins; its
// going on is not counted.
//
// # What is promised
//
// In the tight state no class below Options.Shed takes what is another's: where
// some of a class are refused, others began at most in the proportion of their
// parts to its own. Of two such classes the higher may wait for longer, but it
// need not be served before the other. Those without a part come after all others
// and may starve. Those from Options.Shed on go before all of these, the higher
// first; they wait for lastNanos before they are refused, and those from
// Options.Never on wait in no line and are not refused here.
//
// In the loose state, and where there are no parts, classes are never inverted:
// who waits for their turn waits for those of their own class and above, and may
// wait for longer the higher it is.
//
// Within a class who came first begins first. A round that was not asked for is
// not late: where nobody waits the next is taken.
// Time is an argument everywhere, in nanoseconds of any one clock that does not
// go backwards. All methods are safe for concurrent use; only lines that grow
// allocate.
package limit
