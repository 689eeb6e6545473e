// Package verify answers: does the service still have what it acknowledged,
// and did it rank as it says it does?
//
// It has two halves that share nothing but files. Writer is for whoever sends
// requests: it keeps a ledger of every write and a record of some answers.
// verify.py, which Run starts, is for whoever doubts: plain Python that reads
// those files and asks the service over HTTP, written from the documented
// contract and from none of this module's code. README.md says what it
// checks, what it cannot, and how both files look.
package verify
