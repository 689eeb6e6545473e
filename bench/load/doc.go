// Package load answers: what happens when so many ask, whether or not they are
// answered?
//
// When each request is due is decided before the first is sent. A slow answer
// delays nobody else's request (an open loop), and whoever waited for a free
// connection has waited: latency is from due to done, service time from sent
// to done, and both are kept of every sample. What a client would have given up
// on is a timeout, also if it was never sent. Nothing is dropped.
//
// The generator watches itself: its lag is how late it sent what it could have
// sent, from when a request was due or a connection was free, whichever came
// last. A run whose lag passes a bound says more about the generator than about
// the service; who reads a result must throw it away.
//
// A flow that sends several requests sends each when the one before is
// answered: only the first is open, and the sum is kept as a sample of its own
// where the flow asks for it. Arrivals as fast as they go (Eager) are a closed
// loop, and are due when they are sent.
package load
