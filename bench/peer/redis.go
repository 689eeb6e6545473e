package peer

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"renfort/mission"
)

// redisFiles are what Redis is told: settings and scripts.
//
//go:embed redis
var redisFiles embed.FS

// ErrNoRedis is returned when Redis is not installed here.
var ErrNoRedis = errors.New("peer: no Redis 7: apt-get install redis-server, or leave redis out of the peers")

const redisProgram = "redis-server"

// redisHere says with ErrNoRedis what is missing.
func redisHere() error {
	if _, err := exec.LookPath(redisProgram); err != nil {
		return fmt.Errorf("%w: %w (%w)", ErrMissing, ErrNoRedis, err)
	}
	return nil
}

// The scripts, read once.
var (
	redisRecommend = sync.OnceValue(func() *redis.Script { return redisScript("recommend.lua") })
	redisHold      = sync.OnceValue(func() *redis.Script { return redisScript("hold.lua") })
)

func redisScript(name string) *redis.Script {
	text, err := redisFiles.ReadFile("redis/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return redis.NewScript(string(text))
}

// redisPeer is a Redis of our own, on a free port of the loopback interface.
type redisPeer struct {
	daemon  *daemon
	home    string
	addr    string
	client  *redis.Client
	spent   Cost
	release string
}

// newRedis starts it and loads the missions.
func newRedis(ctx context.Context, k *corpus) (*redisPeer, error) {
	if err := redisHere(); err != nil {
		return nil, err
	}
	home, as, err := newHome(Redis)
	if err != nil {
		return nil, err
	}
	p := &redisPeer{home: home}
	if err := p.start(ctx, as); err != nil {
		return nil, errors.Join(err, p.close())
	}
	if err := p.load(ctx, k); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *redisPeer) start(ctx context.Context, as *syscall.Credential) error {
	conf, err := redisFiles.ReadFile("redis/redis.conf")
	if err != nil {
		return fmt.Errorf("peer: redis: %w", err)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	file := p.home + "/redis.conf"
	if err := os.WriteFile(file, fmt.Appendf(conf, "port %d\ndir %s\n", port, p.home), 0o644); err != nil {
		return fmt.Errorf("peer: redis: %w", err)
	}
	if p.daemon, err = start(command(context.WithoutCancel(ctx), p.home, as, redisProgram, file), p.home); err != nil {
		return err
	}
	p.addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	p.client = redis.NewClient(redisOptions(p.addr))
	return p.daemon.await(ctx, func(ctx context.Context) error { return p.client.Ping(ctx).Err() })
}

func redisOptions(addr string) *redis.Options {
	return &redis.Options{Addr: addr, PoolSize: 1, MaxRetries: -1, DisableIdentity: true, ReadTimeout: answerMax, WriteTimeout: answerMax}
}

// freePort gives a port that nobody listens on now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("peer: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// redisBatch is how many missions go in one pipeline.
const redisBatch = 1000

// load writes the missions that can be had: their places into the geo set of
// their urgency, their facts and seats into hashes. What they stand at is
// worked out by the application, as is done where scripts must be short.
func (p *redisPeer) load(ctx context.Context, k *corpus) error {
	began := time.Now()
	summit := map[string]any{}
	best := [3]float64{}
	pipe := p.client.Pipeline()
	for i := range k.rows {
		r := &k.rows[i]
		if s := &r.stand; s.standing > 0 && !(s.needsSkill && len(r.points) == 0) {
			p.put(ctx, pipe, i, r)
			if g := group(s.urgency); !s.needsSkill {
				best[g] = max(best[g], s.standing)
				summit[geoKeys()[g]] = best[g]
			}
		}
		if pipe.Len() >= redisBatch || i == len(k.rows)-1 {
			if _, err := pipe.Exec(ctx); err != nil {
				return fmt.Errorf("peer: redis: %w", err)
			}
		}
	}
	if err := p.client.HSet(ctx, "summit", summit).Err(); err != nil {
		return fmt.Errorf("peer: redis: %w", err)
	}
	p.spent.Seconds = time.Since(began).Seconds()
	return p.weigh(ctx)
}

// put writes one mission.
func (p *redisPeer) put(ctx context.Context, pipe redis.Pipeliner, i int, r *row) {
	n, s := strconv.Itoa(i), &r.stand
	if s.seats != mission.SeatsUnknown {
		pipe.HSet(ctx, "free", n, s.free())
	}
	if len(r.points) == 0 {
		return
	}
	at := r.points[0].Point()
	key := geoKeys()[group(s.urgency)]
	if s.needsSkill {
		key = "geo:skilled" // it counts for how far things are, and is recommended to nobody here
	}
	pipe.GeoAdd(ctx, key, &redis.GeoLocation{Name: n, Longitude: at.Lon, Latitude: at.Lat})
	pipe.HSet(ctx, "facts", n, fmt.Sprintf("%d %.17g", s.domains, s.standing))
}

// group is which geo set a mission of an urgency is in.
func group(urgency int) int { return max(0, urgency-1) }

func geoKeys() []string { return []string{"geo:usual", "geo:urgent", "geo:vital"} }

// weigh asks what it takes.
func (p *redisPeer) weigh(ctx context.Context) (err error) {
	info := p.client.InfoMap(ctx, "server", "memory")
	if err := info.Err(); err != nil {
		return fmt.Errorf("peer: redis: %w", err)
	}
	p.release = "Redis " + info.Item("Server", "redis_version")
	if p.spent.MemoryBytes, err = strconv.ParseInt(info.Item("Memory", "used_memory"), 10, 64); err != nil {
		return fmt.Errorf("peer: redis: %w", err)
	}
	p.spent.DiskBytes, err = diskBytes(p.home)
	return err
}

func (p *redisPeer) close() (err error) {
	if p.client != nil {
		err = p.client.Close()
	}
	if p.daemon == nil {
		return errors.Join(err, os.RemoveAll(p.home))
	}
	return errors.Join(err, p.daemon.stop(syscall.SIGTERM))
}
