package peer

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// describe adds what the engines are, what they took, and where it all ran.
func (r *run) describe(report *Report) (err error) {
	if report.Machine, err = inspect(r.config.Dir); err != nil {
		return err
	}
	for i := range report.Engines {
		if err := r.describeEngine(&report.Engines[i]); err != nil {
			return err
		}
	}
	if r.redis != nil {
		e := Engine{Name: Redis}
		if err := r.describeEngine(&e); err != nil {
			return err
		}
		report.Engines = append(report.Engines, e)
	}
	report.NotMeasured = append(report.NotMeasured, r.notMeasured()...)
	return nil
}

// describeEngine fills in one engine.
func (r *run) describeEngine(e *Engine) (err error) {
	switch e.Name {
	case renfortName, renfortNoCache:
		e.Version, e.Year, e.How = "this commit, "+runtime.Version(), "2026", "in this process, a journal before bbolt, fdatasync at every batch"
	case Bleve:
		e.Version, e.Year, e.How = moduleVersion("github.com/blevesearch/bleve/v2"), "2026", "in this process, as its documentation shows it"
	case Lucene:
		e.Version, e.Year, e.How = luceneVersion(), "2020", "Java, a heap of "+luceneHeap+", its clients threads of its own process"
		e.Cost.AnonBytes, err = r.luceneBytes()
	case Postgres:
		e.Version, e.Year, e.How = r.postgres.release, "15: 2022", "Unix socket, fsync and synchronous_commit on, postgres/postgresql.conf"
		e.Cost.AnonBytes, err = r.postgres.resident(context.Background(), r.config.Clients)
	case Redis:
		if err = r.redis.weigh(context.Background()); err == nil {
			e.Cost = r.redis.spent
			e.Cost.AnonBytes, err = residentBytes(r.redis.daemon.process.Process.Pid)
		}
		e.Version, e.Year, e.How = r.redis.release, "7.0: 2022", "loopback, appendfsync always unless it says everysec"
	}
	if err != nil {
		return err
	}
	for _, p := range r.peers {
		if p, ok := p.(*remotePeer); ok && p.name() == e.Name {
			e.Version, e.Year, e.How = p.release, "?", "elsewhere, over HTTP, with the settings of remote/"+e.Name+".json: its memory and disk are not seen from here"
		}
	}
	e.Code, err = codeOf(e.Name)
	if e.Name == renfortNoCache {
		e.Code, err = codeOf(renfortName)
	}
	return err
}

// moduleVersion is of a library that is built in.
func moduleVersion(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == path {
				return m.Version
			}
		}
	}
	return "as in go.mod"
}

func (r *run) luceneBytes() (int64, error) {
	for _, p := range r.peers {
		if l, ok := p.(*lucenePeer); ok {
			return residentBytes(l.process.Process.Pid)
		}
	}
	return 0, nil
}

// resident is the memory of the cluster while so many are connected, each of
// whom has asked.
func (p *postgresPeer) resident(ctx context.Context, clients int) (int64, error) {
	for range clients {
		conn, err := p.dial(ctx)
		if err != nil {
			return 0, err
		}
		defer conn.Close(ctx)
		for i := range min(len(p.queries), clients) {
			if _, err := searchOn(ctx, conn, &p.queries[scattered(i, len(p.queries))]); err != nil {
				return 0, err
			}
		}
	}
	return residentBytes(p.daemon.process.Process.Pid)
}

// notMeasured lists what the table lacks, and why.
func (r *run) notMeasured() (list []string) {
	if r.redis != nil {
		list = append(list, "redis, search: it has no full text without a module that Debian does not package")
	}
	if slices.Contains(r.config.Peers, Bleve) || slices.Contains(r.config.Peers, Lucene) {
		list = append(list, "bleve and lucene, recommendations and seats: they search, and keep no seats")
	}
	for _, name := range Names() {
		if !slices.Contains(r.config.Peers, name) {
			list = append(list, fmt.Sprintf("%s: not asked for, or left out as above", name))
		}
	}
	for _, d := range dialects() {
		if !slices.ContainsFunc(r.config.URLs, func(flag string) bool { return strings.HasPrefix(flag, d.name()+"=") }) {
			list = append(list, d.name()+": no --peer "+d.name()+"=URL was given")
		}
	}
	return list
}
