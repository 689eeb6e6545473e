package peer

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// The ways in which Redis writes seats down.
const (
	redisAlways   = "always"   // every seat is on disk before its reply
	redisEverySec = "everysec" // up to a second of seats may be lost
)

// redisDesk gives every client a connection.
type redisDesk struct {
	peer   *redisPeer
	wishes []wish
	sync   string
}

func (d *redisDesk) name() string {
	if d.sync == redisAlways {
		return Redis
	}
	return Redis + ", " + d.sync
}

func (d *redisDesk) works() []string {
	if d.sync == redisAlways {
		return []string{workRecommend, workSeat}
	}
	return []string{workSeat}
}

// open sets how Redis writes down, which concerns all clients: desks are open
// one after the other.
func (d *redisDesk) open(ctx context.Context) (counter, error) {
	if err := d.peer.client.ConfigSet(ctx, "appendfsync", d.sync).Err(); err != nil {
		return nil, fmt.Errorf("peer: redis: %w", err)
	}
	return &redisCounter{d, redis.NewClient(redisOptions(d.peer.addr))}, nil
}

type redisCounter struct {
	*redisDesk
	client *redis.Client
}

func (c *redisCounter) ask(i int) error {
	_, err := c.pick(i)
	return err
}

func (c *redisCounter) pick(i int) ([]int, error) {
	w := &c.wishes[i]
	said, err := redisRecommend().Run(context.Background(), c.client, nil, w.Lon, w.Lat, strconv.FormatUint(uint64(w.cell), 10), w.center.Lon, w.center.Lat,
		w.chosen, w.adjacent, hitsMax).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("recommend: %w", err)
	}
	page := make([]int, len(said)/2)
	for j := range page {
		if page[j], err = strconv.Atoi(said[2*j]); err != nil {
			return nil, fmt.Errorf("recommend: %w", err)
		}
	}
	return page, nil
}

// holdSeconds is how long a seat is held.
const holdSeconds = 480

func (c *redisCounter) hold(mission int, volunteer string) (bool, error) {
	given, err := redisHold().Run(context.Background(), c.client, nil, mission, volunteer, holdSeconds).Int()
	if err != nil {
		return false, fmt.Errorf("hold: %w", err)
	}
	return given == 1, nil
}

func (c *redisCounter) taken(mission int) (int, error) {
	n, err := c.client.ZCard(context.Background(), "hold:"+strconv.Itoa(mission)).Result()
	if err != nil {
		return 0, fmt.Errorf("seats: %w", err)
	}
	return int(n), nil
}

func (c *redisCounter) close() error { return c.client.Close() }
