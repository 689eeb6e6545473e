// Package result answers: what was measured, and may one believe it?
//
// A Result is one file of JSON: the machine, the command, what was sent and
// what came of it, as counts and as HDR histograms that can be merged and read
// by other tools. It holds what happened and no opinion; Compare gives the
// opinion. Latency is from when a request was due until its answer was there,
// service time from when it was sent: where they differ, requests have waited,
// and a client would have too.
//
// All times are in microseconds and whole unless a name says otherwise.
package result
