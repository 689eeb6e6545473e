// Package algolia answers: what does Algolia's wire format say?
//
// It reads the requests that Algolia's official clients send and writes the
// answers that they expect, over records that the engine keeps. It knows
// bytes, not HTTP: paths, headers, status codes and keys of the service are
// api's. What the words of a search mean is objects' business.
package algolia
