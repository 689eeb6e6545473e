// Package bench answers: how much can the service bear, and are its answers
// right while it bears it?
//
// A scenario is a crowd: what each who arrives does, call by call, is in
// README.md beside this file. Run starts a service of its own (or is told where
// one is), fills it with a made-up France, checks that what it recommends is
// what a brute force recommends, sends the crowd by bench/load, and then counts
// what is there: nothing that was acknowledged may be lost and no seat may be
// taken twice. Only then do its figures mean anything, and the result says so.
//
// The service is known by HTTP alone, as any load tester would know it; what is
// read of its process (processor time, memory) is read from the system.
package bench
