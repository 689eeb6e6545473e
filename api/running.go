package api

import (
	"io"
	"sync"

	"renfort/mission"
)

// healthz answers GET /healthz: the process is alive. Nothing is asked of the
// rooms below: a supervisor restarts what does not answer, and a full disk is
// no reason to.
func (c *call) healthz() error {
	c.header("Cache-Control", "no-store")
	c.out = append(c.out, `{"status":"ok"}`...)
	return nil
}

// readyz answers GET /readyz: caught up, and the store takes writes. A
// balancer sends requests elsewhere meanwhile; reads would still be answered.
func (c *call) readyz() error {
	c.header("Cache-Control", "no-store")
	if !c.s.engine.Ready() {
		return mission.Errorf(mission.Unavailable, "not caught up, or the store refuses writes")
	}
	c.out = append(c.out, `{"status":"ready"}`...)
	return nil
}

// document answers GET /openapi.json.
func (c *call) document() error {
	c.out = append(c.out, c.s.openAPI...)
	return nil
}

// home answers GET / until the crisis room is there. It says what runs to
// somebody who follows a link, in the languages of the people who might.
func (c *call) home() error {
	c.ctx.Response.Header.SetContentType("text/html; charset=utf-8")
	c.header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	c.out = append(c.out, homePage...)
	return nil
}

const homePage = `<!doctype html>
<html lang="fr">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Renfort</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>
<h1>Renfort</h1>
<p>Le service est en marche : il propose des missions aux bénévoles et tient le compte des places.
Le mode d'emploi est dans <a href="/openapi.json">/openapi.json</a>, les mesures dans <a href="/metrics">/metrics</a>,
l'état dans <a href="/readyz">/readyz</a>.</p>
<p lang="en">The service is running: it recommends missions to volunteers and keeps count of seats.
How to ask is in <a href="/openapi.json">/openapi.json</a>, its figures in <a href="/metrics">/metrics</a>,
its state in <a href="/readyz">/readyz</a>.</p>
</html>
`

// backup answers POST /v1/backup: a consistent copy of the data file. Where
// it fails half-way the connection is cut, so that nobody keeps half a copy.
func (c *call) backup() error {
	if err := c.late(); err != nil {
		return err
	}
	from, to := io.Pipe()
	b := &backupStream{PipeReader: from}
	b.writing.Add(1)
	c.handed = true
	service := c.s // the call goes on to another request
	go func() {
		defer b.writing.Done()
		_, err := service.engine.Store().Backup(to)
		service.lanes.leave() // before the client hears that it is over
		to.CloseWithError(err)
	}()
	c.streamed = true
	c.ctx.Response.Header.SetContentType("application/octet-stream")
	c.header("Content-Disposition", `attachment; filename="renfort.db"`)
	c.ctx.SetBodyStream(b, -1)
	return nil
}

// backupStream is a pipe whose Close waits for its writer: a copy holds a
// read transaction, which must end before the store closes.
type backupStream struct {
	*io.PipeReader
	writing sync.WaitGroup
}

// Close implements io.Closer.
func (b *backupStream) Close() error {
	err := b.PipeReader.Close()
	b.writing.Wait()
	return err
}
