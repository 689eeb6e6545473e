package algolia

import (
	"context"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/engine"
	"renfort/mission"
)

// List answers the indexes that the caller may use.
func (d *Door) List(_ context.Context, c *Call) error {
	var seen []engine.ObjectIndexInfo
	for _, info := range d.records.ObjectIndexes() {
		if c.allowed(info.Name) == nil {
			seen = append(seen, info)
		}
	}
	pages, err := c.cut(&seen)
	if err != nil {
		return err
	}
	c.Out = append(c.Out, `{"items":[`...)
	for i, info := range seen {
		c.Out = appendIndex(comma(c.Out, i), info)
	}
	c.Out = append(appendInt(append(c.Out, ']'), "nbPages", pages), '}')
	return nil
}

// indexesPerPage is how many indexes a page has where only the page is named.
const indexesPerPage = 100

// cut keeps the page that is asked for and says how many there are. Without a
// page everything is on one.
func (c *Call) cut(list *[]engine.ObjectIndexInfo) (pages int, err error) {
	if c.value("page") == "" {
		return 1, nil
	}
	page, err := strconv.Atoi(c.value("page"))
	if err != nil || page < 0 {
		return 0, mission.Errorf(mission.Invalid, "page should be an integer from 0")
	}
	size := indexesPerPage
	if text := c.value("hitsPerPage"); text != "" {
		if size, err = strconv.Atoi(text); err != nil || size < 1 {
			return 0, mission.Errorf(mission.Invalid, "hitsPerPage should be an integer from 1")
		}
	}
	n := len(*list)
	pages = n / size
	if n%size > 0 {
		pages++
	}
	if page >= pages {
		*list = nil
		return pages, nil
	}
	*list = (*list)[page*size : min(n, page*size+size)]
	return pages, nil
}

func appendIndex(b []byte, info engine.ObjectIndexInfo) []byte {
	b = appendQuoted(append(b, `{"name":`...), info.Name)
	b = info.Created.UTC().AppendFormat(append(b, `,"createdAt":"`...), timeFormat)
	b = info.Updated.UTC().AppendFormat(append(b, `","updatedAt":"`...), timeFormat)
	b = appendInt(append(b, '"'), "entries", info.Entries)
	b = appendInt(b, "dataSize", int(info.Bytes))
	b = appendInt(b, "fileSize", int(info.Bytes))
	b = appendInt(b, "lastBuildTimeS", 0)
	b = appendInt(b, "numberOfPendingTasks", info.Pending)
	b = appendBool(b, "pendingTask", info.Pending > 0)
	if info.Primary != "" {
		b = appendText(b, "primary", info.Primary)
	}
	if len(info.Replicas) > 0 {
		b = append(b, `,"replicas":[`...)
		for i, name := range info.Replicas {
			b = appendQuoted(comma(b, i), name)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// Drop deletes an index.
func (d *Door) Drop(ctx context.Context, c *Call) error {
	index, err := c.indexOf()
	if err != nil {
		return err
	}
	seq, err := d.records.DropObjectIndex(ctx, index)
	return d.done(c, seq, err, "deletedAt")
}

// operation is a copy or a move.
type operation struct {
	kind, to string
	scope    []string // nil: everything
}

func readOperation(body []byte) (o operation, err error) {
	err = members(body, func(name string, value jsontext.Value) (err error) {
		switch name {
		case "operation":
			o.kind, err = stringOf(name, value)
		case "destination":
			o.to, err = stringOf(name, value)
		case "scope":
			o.scope, err = stringsOf(name, value)
		}
		return err
	})
	if err != nil {
		return o, err
	}
	if o.kind != "copy" && o.kind != "move" {
		return o, mission.Errorf(mission.Invalid, "operation should be copy or move")
	}
	for _, s := range o.scope {
		if s != "settings" && s != "synonyms" && s != "rules" {
			return o, mission.Errorf(mission.Invalid, "scope should be of settings, synonyms and rules")
		}
	}
	if len(o.scope) == 0 {
		o.scope = nil
	}
	return o, nil
}

// Operation copies an index or what its scope names of it, or moves it in the
// place of another. As there, a copy of nothing makes an empty index, and a
// move of nothing is nothing.
func (d *Door) Operation(ctx context.Context, c *Call) error {
	from, body, err := c.indexAndBody()
	if err != nil {
		return err
	}
	o, err := readOperation(body)
	if err != nil {
		return err
	}
	if err := c.allowed(o.to); err != nil {
		return err
	}
	if o.to == from {
		return mission.Errorf(mission.Invalid, "destination should be another index")
	}
	if o.kind == "move" {
		seq, err := d.records.MoveObjectIndex(ctx, from, o.to)
		return d.done(c, seq, err, "updatedAt")
	}
	seq, err := d.records.CopyObjectIndex(ctx, from, o.to, o.scope)
	return d.done(c, seq, err, "updatedAt")
}

// Settings answers how an index is searched.
func (d *Door) Settings(_ context.Context, c *Call) error {
	index, err := c.indexOf()
	if err != nil {
		return err
	}
	settings, err := d.records.ObjectSettings(index)
	if err != nil {
		return err
	}
	c.Out = append(c.Out, settings...)
	return nil
}

// PutSettings changes how an index is searched.
func (d *Door) PutSettings(ctx context.Context, c *Call) error {
	index, body, err := c.indexAndBody()
	if err != nil {
		return err
	}
	seq, err := d.records.PutObjectSettings(ctx, index, body, c.flag("forwardToReplicas", false))
	if err != nil {
		return err
	}
	c.task(seq, "updatedAt")
	return nil
}
