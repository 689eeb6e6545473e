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
// While the words of missions are indexed for the first time everything else
// is served, so that this is told and no reason to stay away.
func (c *call) readyz() error {
	c.header("Cache-Control", "no-store")
	if !c.s.engine.Ready() {
		return mission.Errorf(mission.Unavailable, "not caught up, or the store refuses writes")
	}
	if _, err := c.s.engine.Text(); err != nil {
		c.out = append(c.out, `{"status":"ready","words":"building"}`...)
		return nil
	}
	c.out = append(c.out, `{"status":"ready","words":"ready"}`...)
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
<p>Le service est en marche : il propose des missions aux bénévoles, les trouve par leurs mots et tient le compte des places.
Le mode d'emploi est dans <a href="/openapi.json">/openapi.json</a>, les mesures dans <a href="/metrics">/metrics</a>,
l'état dans <a href="/readyz">/readyz</a>.</p>
<form action="/v1/search">
<label>Chercher une mission · <span lang="en">Find a mission</span>
<input name="q" type="search" maxlength="400" size="40"></label>
<input name="highlight" type="hidden" value="true">
<input name="facets" type="hidden" value="domain,department">
<button>OK</button>
</form>
<p>À essayer · <span lang="en">To try</span> :
<a href="/v1/search?q=distribution+repas+sans+abri+lyon&amp;highlight=true">distribution repas sans abri lyon</a>,
<a href="/v1/search?q=aide+devoirs&amp;highlight=true">aide devoirs</a>,
<a href="/v1/search?q=ehpad&amp;highlight=true">ehpad</a>,
<a href="/v1/search?q=cours+de+francais&amp;highlight=true">cours de francais</a>,
<a href="/v1/search?q=l%27%C3%A9t%C3%A9&amp;highlight=true">l'été</a>,
<a href="/v1/search?q=banque+allimentaire&amp;highlight=true">banque allimentaire</a>,
<a href="/v1/suggest?q=dist&amp;lat=43.7&amp;lon=7.26">dist…</a>,
<a href="/v1/places?q=saint-et">saint-et…</a>.</p>
<p lang="en">The service is running: it recommends missions to volunteers, finds them by their words and keeps count of seats.
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
	service, class := c.s, c.route.class // the call goes on to another request
	go func() {
		defer b.writing.Done()
		_, err := service.engine.Store().Backup(to)
		service.lanes.leave(class) // before the client hears that it is over
		to.CloseWithError(err)
	}()
	c.bodied = true
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
