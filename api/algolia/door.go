package algolia

import (
	"context"
	"encoding/hex"
	"io"
	"net/url"
	"strconv"
	"sync"
	"time"

	"renfort/engine"
	"renfort/mission"
)

// Door answers requests over records. All methods are safe for concurrent use.
type Door struct {
	records  *engine.Engine
	chance   io.Reader  // of the names of searches
	synonyms sync.Mutex // a list is read, changed and written
	counts   counts
}

// New makes a door; chance gives what nobody may guess.
func New(e *engine.Engine, chance io.Reader) *Door { return &Door{records: e, chance: chance} }

// Call is one request and, afterwards, its answer. What it points to is read
// while the door answers and kept no longer.
type Call struct {
	Path  [2]string // what the path names: an index first, where it names one
	Query []byte    // the query string
	Body  []byte    // JSON, or nothing
	Began time.Time // when the request came

	Restrictions *Restrictions // of a secured key; nil for any other
	// Allowed refuses indexes that the key is not for.
	Allowed func(index string) error
	Key     KeyInfo
	Sent    []byte // the key itself, nil where it was another's or none

	Out []byte // the answer is appended
}

// indexOf gives the index that the path names, if the caller may use it.
func (c *Call) indexOf() (string, error) { return c.Path[0], c.allowed(c.Path[0]) }

// indexAndBody gives besides the body, which is one JSON object.
func (c *Call) indexAndBody() (index string, body []byte, err error) {
	if index, err = c.indexOf(); err == nil {
		body, err = whole(c.Body)
	}
	return index, body, err
}

// allowed refuses a name that is none, and an index that the key is not for.
func (c *Call) allowed(index string) error {
	if index == "" || index == "*" || len(index) > mission.ObjectIndexBytesMax {
		return mission.Errorf(mission.Invalid, "indexName is not valid: 1 to %d bytes, and not *", mission.ObjectIndexBytesMax)
	}
	if err := c.Restrictions.may(index); err != nil {
		return err
	}
	return c.Allowed(index)
}

// value gives a parameter of the query string, "" for none.
func (c *Call) value(name string) string {
	values, err := url.ParseQuery(string(c.Query))
	if err != nil {
		return ""
	}
	return values.Get(name)
}

// flag says whether a parameter of the query string is true; without it, what
// otherwise says.
func (c *Call) flag(name string, otherwise bool) bool {
	switch c.value(name) {
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	return otherwise
}

// timeFormat is how Algolia writes instants.
const timeFormat = "2006-01-02T15:04:05.000Z"

// task answers a write with the number of its task; at is the name of the
// instant.
func (c *Call) task(seq uint64, at string) {
	c.Out = strconv.AppendUint(append(c.Out, `{"taskID":`...), seq, 10)
	c.Out = append(append(append(c.Out, `,"`...), at...), `":"`...)
	c.Out = append(c.Began.UTC().AppendFormat(c.Out, timeFormat), `"}`...)
}

// named answers a write of one thing, with its id under a name.
func (c *Call) named(seq uint64, at, name, id string) {
	c.task(seq, at)
	c.Out = append(c.Out[:len(c.Out)-1], ',')
	c.Out = append(appendQuoted(append(appendQuoted(c.Out, name), ':'), id), '}')
}

// idle answers a write that had nothing to write: what was written so far is
// its task.
func (d *Door) idle(c *Call, at string) { c.task(d.records.Seq(), at) }

// done answers a write, or with idle one of what is not there. Deletions of
// what is not there succeed: whoever asks for them wants it gone.
func (d *Door) done(c *Call, task uint64, err error, at string) error {
	switch {
	case mission.KindOf(err) == mission.NotFound:
		d.idle(c, at)
	case err != nil:
		return err
	default:
		c.task(task, at)
	}
	return nil
}

// unguessable gives n random bytes in hexadecimal.
func (d *Door) unguessable(n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(d.chance, b); err != nil {
		return "", err
	}
	return hex.EncodeToString(b), nil
}

// Task answers whether everything up to a task can be found.
func (d *Door) Task(ctx context.Context, c *Call) error {
	if _, err := c.indexOf(); err != nil {
		return err
	}
	return d.taskState(ctx, c, c.Path[1])
}

// AnyTask is Task without the index.
func (d *Door) AnyTask(ctx context.Context, c *Call) error { return d.taskState(ctx, c, c.Path[0]) }

// taskPatience is how long an answer about a task waits for its end. Clients
// that hear "not yet" ask again after a fifth of a second.
const taskPatience = 100 * time.Millisecond

func (d *Door) taskState(ctx context.Context, c *Call, task string) error {
	seq, err := strconv.ParseUint(task, 10, 64)
	if err != nil {
		return mission.Errorf(mission.Invalid, "taskID is not a number")
	}
	ctx, cancel := context.WithTimeout(ctx, taskPatience)
	defer cancel()
	published, err := d.records.AwaitObjectTask(ctx, seq)
	if err != nil {
		return err
	}
	state := "notPublished"
	if published {
		state = "published"
	}
	c.Out = append(append(append(c.Out, `{"status":"`...), state...), `","pendingTask":false}`...)
	c.refusals(d.records.ObjectTaskTold(seq))
	return nil
}

// Publishers tells whose missions an index holds; ok is false where its records
// are no missions.
func (d *Door) Publishers(index string) (publishers []string, ok bool) {
	return d.records.MissionIndex(index)
}
