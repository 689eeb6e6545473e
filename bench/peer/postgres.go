package peer

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"renfort/bench/world"
	"renfort/mission"
)

// postgresFiles are what PostgreSQL is told: tables, functions, statements and
// settings.
//
//go:embed postgres
var postgresFiles embed.FS

// ErrNoPostgres is returned when PostgreSQL 15 or PostGIS is not installed.
var ErrNoPostgres = errors.New("peer: no PostgreSQL 15 with PostGIS: apt-get install postgresql-15 postgresql-15-postgis-3, or leave postgres out of the peers")

// Where Debian puts them.
const (
	postgresBin     = "/usr/lib/postgresql/15/bin/"
	postgisControl  = "/usr/share/postgresql/15/extension/postgis.control"
	unaccentControl = "/usr/share/postgresql/15/extension/unaccent.control"
)

// postgresHere says with ErrNoPostgres what is missing.
func postgresHere() error {
	for _, path := range [...]string{postgresBin + "initdb", postgresBin + "postgres", postgisControl, unaccentControl} {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("%w: %w (%w)", ErrMissing, ErrNoPostgres, err)
		}
	}
	return nil
}

// postgresPeer is a cluster of PostgreSQL of our own, asked over a Unix socket.
type postgresPeer struct {
	daemon  *daemon
	home    string
	conn    *pgx.Conn // for one question at a time
	queries []query
	spent   Cost
	release string
}

// newPostgres starts a cluster and loads the missions.
func newPostgres(ctx context.Context, k *corpus, queries []query) (*postgresPeer, error) {
	if err := postgresHere(); err != nil {
		return nil, err
	}
	home, as, err := newHome(Postgres)
	if err != nil {
		return nil, err
	}
	p := &postgresPeer{home: home, queries: queries}
	if err := p.start(ctx, as); err != nil {
		return nil, errors.Join(err, p.close())
	}
	if err := p.load(ctx, k); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// start makes the cluster and has it answer.
func (p *postgresPeer) start(ctx context.Context, as *syscall.Credential) error {
	data := filepath.Join(p.home, "data")
	if said, err := command(ctx, p.home, as, postgresBin+"initdb", "-D", data, "-U", "renfort", "-A", "trust",
		"--locale=C.UTF-8", "--encoding=UTF8", "--no-sync", "--no-instructions").CombinedOutput(); err != nil {
		return fmt.Errorf("peer: postgres: initdb: %w: %s", err, said)
	}
	conf, err := postgresFiles.ReadFile("postgres/postgresql.conf")
	if err != nil {
		return fmt.Errorf("peer: postgres: %w", err)
	}
	if err := appendTo(filepath.Join(data, "postgresql.conf"), conf); err != nil {
		return err
	}
	if p.daemon, err = start(command(context.WithoutCancel(ctx), p.home, as, postgresBin+"postgres", "-D", data, "-k", p.home), p.home); err != nil {
		return err
	}
	return p.daemon.await(ctx, func(ctx context.Context) (err error) {
		p.conn, err = p.dial(ctx)
		return err
	})
}

// appendTo adds to a file that is there.
func appendTo(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("peer: %w", err)
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("peer: %w", err)
	}
	return nil
}

// dial opens one more connection.
func (p *postgresPeer) dial(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, "host="+p.home+" user=renfort dbname=postgres sslmode=disable")
	if err != nil {
		return nil, fmt.Errorf("peer: postgres: %w", err)
	}
	return conn, nil
}

// run executes a file of statements.
func (p *postgresPeer) run(ctx context.Context, name string) error {
	text, err := postgresFiles.ReadFile("postgres/" + name)
	if err != nil {
		return fmt.Errorf("peer: postgres: %w", err)
	}
	// VACUUM must not stand in a transaction, which several statements sent
	// together are.
	for _, statement := range statements(string(text)) {
		if _, err := p.conn.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol); err != nil {
			return fmt.Errorf("peer: postgres: %s: %w", name, err)
		}
	}
	return nil
}

// load makes the tables, copies the missions in, and runs the job of the
// minute.
func (p *postgresPeer) load(ctx context.Context, k *corpus) error {
	began := time.Now()
	for _, name := range [...]string{"schema.sql", "raw.sql"} {
		if err := p.run(ctx, name); err != nil {
			return err
		}
	}
	columns := []string{"n", "title", "body", "domains", "department", "remote", "published", "lat", "lon", "mask", "urgency", "once",
		"here", "open", "skilled", "starts", "ends", "apply", "created", "market", "seats", "taken"}
	rows := pgx.CopyFromSlice(len(k.rows), func(i int) ([]any, error) { return k.tuple(i) })
	if _, err := p.conn.CopyFrom(ctx, pgx.Identifier{"raw"}, columns, rows); err != nil {
		return fmt.Errorf("peer: postgres: %w", err)
	}
	for _, name := range [...]string{"load.sql", "indexes.sql", "refresh.sql", "recommend.sql"} {
		if err := p.run(ctx, name); err != nil {
			return err
		}
	}
	if _, err := p.conn.Exec(ctx, "SELECT refresh($1)", now()); err != nil {
		return fmt.Errorf("peer: postgres: refresh: %w", err)
	}
	for _, statement := range [...]string{"DROP TABLE raw", "VACUUM (ANALYZE)", "CHECKPOINT"} {
		if _, err := p.conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("peer: postgres: %s: %w", statement, err)
		}
	}
	p.spent.Seconds = time.Since(began).Seconds()
	return p.conn.QueryRow(ctx, "SELECT 'PostgreSQL ' || current_setting('server_version') || ', PostGIS ' || postgis_lib_version(), pg_database_size(current_database())").
		Scan(&p.release, &p.spent.DiskBytes)
}

// tuple is mission i as a row of raw.
func (k *corpus) tuple(i int) ([]any, error) {
	d, err := k.document(i)
	if err != nil {
		return nil, err
	}
	s := &k.rows[i].stand
	var lat, lon, department, seats any
	if len(d.Points) > 0 {
		lat, lon = d.Points[0][0], d.Points[0][1]
	}
	if len(d.Departments) > 0 {
		department = d.Departments[0]
	}
	if s.seats != mission.SeatsUnknown {
		seats = s.seats
	}
	return []any{i, d.Title, d.Text, append([]string{}, d.Domains...), department, d.Remote, d.Published, lat, lon, int64(s.domains),
		int16(s.urgency), s.once, s.here, s.open, s.needsSkill, s.starts, s.ends, s.apply, world.Default().At.Unix(), s.market, seats, s.given}, nil
}

func (p *postgresPeer) name() string { return Postgres }
func (p *postgresPeer) cost() Cost   { return p.spent }

func (p *postgresPeer) close() (err error) {
	if p.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), daemonWait)
		defer cancel()
		err = p.conn.Close(ctx)
	}
	if p.daemon == nil {
		return errors.Join(err, os.RemoveAll(p.home))
	}
	return errors.Join(err, p.daemon.stop(syscall.SIGINT)) // a fast shutdown
}
