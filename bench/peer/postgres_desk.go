package peer

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
)

// recommendSQL asks the function of recommend.sql.
const recommendSQL = "SELECT n, score, km FROM recommend(ST_MakePoint($1, $2)::geography, $3, ST_MakePoint($4, $5)::geography, $6, $7, $8)"

// holdSQL is the statement of hold.sql.
var holdSQL = sync.OnceValue(func() string {
	text, err := postgresFiles.ReadFile("postgres/hold.sql")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(text)
})

// postgresDesk gives every client a connection to the cluster.
type postgresDesk struct {
	peer   *postgresPeer
	wishes []wish
}

func (d *postgresDesk) name() string    { return Postgres }
func (d *postgresDesk) works() []string { return []string{workRecommend, workSeat, workSearch} }

func (d *postgresDesk) open(ctx context.Context) (counter, error) {
	conn, err := d.peer.dial(ctx)
	if err != nil {
		return nil, err
	}
	return &postgresCounter{postgresDesk: d, conn: conn}, nil
}

// postgresCounter is one connection. Statements are prepared at their first use.
type postgresCounter struct {
	*postgresDesk
	conn *pgx.Conn
	page []int
}

func (c *postgresCounter) ask(i int) error {
	w := &c.wishes[i]
	rows, err := c.conn.Query(context.Background(), recommendSQL, w.Lon, w.Lat, int64(w.cell), w.center.Lon, w.center.Lat, int64(w.chosen),
		int64(w.adjacent), hitsMax)
	if err != nil {
		return fmt.Errorf("recommend: %w", err)
	}
	c.page = c.page[:0]
	var n int
	var score, km float64
	if _, err := pgx.ForEachRow(rows, []any{&n, &score, &km}, func() error { c.page = append(c.page, n); return nil }); err != nil {
		return fmt.Errorf("recommend: %w", err)
	}
	return nil
}

func (c *postgresCounter) pick(i int) ([]int, error) {
	err := c.ask(i)
	return c.page, err
}

func (c *postgresCounter) search(q *query) error {
	_, err := searchOn(context.Background(), c.conn, q)
	return err
}

func (c *postgresCounter) hold(mission int, volunteer string) (bool, error) {
	var id int64
	switch err := c.conn.QueryRow(context.Background(), holdSQL(), mission, volunteer).Scan(&id); {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("hold: %w", err)
	}
	return true, nil
}

// taken counts the holds, and refuses a mission whose own number is another.
func (c *postgresCounter) taken(mission int) (holds int, err error) {
	var taken int
	err = c.conn.QueryRow(context.Background(), "SELECT taken, (SELECT count(*) FROM hold WHERE mission = n) FROM mission WHERE n = $1", mission).
		Scan(&taken, &holds)
	if err == nil && taken != holds {
		err = fmt.Errorf("mission %d says %d seats, and has %d holds", mission, taken, holds)
	}
	return holds, err
}

func (c *postgresCounter) close() error { return c.conn.Close(context.Background()) }
