package bench

import (
	"errors"
	"sync/atomic"
	"time"

	"renfort/bench/load"
	"renfort/bench/verify"
)

// ledger keeps every acknowledged write, and some answers, in files for a
// verifier that was not written with this bench. It is safe for concurrent use.
type ledger struct {
	writes  *verify.Writer // nil: not kept
	answers *verify.Writer // nil: not kept
	n       atomic.Uint64
}

// openLedger makes the files that were asked for.
func (p *play) openLedger() (err error) {
	p.ledger = &ledger{}
	if p.config.Ledger != "" {
		if p.ledger.writes, err = verify.NewLedger(p.config.Ledger); err != nil {
			return err
		}
	}
	if p.config.Record != "" {
		p.ledger.answers, err = verify.NewRecord(p.config.Record)
	}
	return err
}

// closeLedger closes them; what could not be written before shows here.
func (p *play) closeLedger() (err error) {
	for _, w := range []*verify.Writer{p.ledger.writes, p.ledger.answers} {
		if w != nil {
			err = errors.Join(err, w.Close())
		}
	}
	return err
}

// intend says that a write will be sent; nil where no ledger is kept.
func (p *play) intend(op, method, path, volunteer, mission, hold string) *verify.Entry {
	if p.ledger.writes == nil {
		return nil
	}
	e := &verify.Entry{Run: p.config.RunID, N: p.ledger.n.Add(1), At: time.Now(), Op: op, Method: method, Path: path, Mission: mission, Volunteer: volunteer, Hold: hold}
	_ = p.ledger.writes.Intent(e) // Close tells the first error
	return e
}

// ended says what came of it. Without a clear answer nothing is said: the
// write may have happened.
func (p *play) ended(e *verify.Entry, a *load.Answer) {
	if e == nil {
		return
	}
	e.At, e.Status = time.Now(), a.Status
	switch {
	case a.Outcome == load.OK:
		if e.Seq = number(a.Body, "seq"); e.Hold == "" {
			e.Hold = text(a.Body, "hold")
		}
		if e.Op != verify.OpMissionPut && e.Op != verify.OpSignup {
			e.State, e.Expires = text(a.Body, "state"), text(a.Body, "expires_at")
		}
		_ = p.ledger.writes.Acknowledged(e)
	case a.Status >= 400 && a.Status < 500:
		_ = p.ledger.writes.Refused(e)
	}
}

// record keeps an answer with its request.
func (p *play) record(kind, method, path string, request []byte, a *load.Answer) {
	if p.ledger.answers == nil {
		return
	}
	_ = p.ledger.answers.Answer(&verify.Answer{Run: p.config.RunID, N: p.ledger.n.Add(1), At: time.Now(), Kind: kind, Method: method, Path: path,
		Request: request, Status: a.Status, Seq: number(a.Body, "seq"), Body: a.Body})
}
