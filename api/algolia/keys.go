package algolia

import (
	"context"

	"renfort/mission"
)

// KeyInfo is what a caller may be told of its own key. The key itself is
// nowhere: its hash is all that is stored.
type KeyInfo struct {
	Name string
	ACL  []string
}

// append writes the key as Algolia describes one; value is what the caller
// called it, "" where it did not.
func (k KeyInfo) append(b []byte, value string) []byte {
	b = appendQuoted(append(b, `{"value":`...), value)
	b = appendText(b, "description", k.Name)
	b = append(b, `,"acl":[`...)
	for i, word := range k.ACL {
		b = appendQuoted(comma(b, i), word)
	}
	return append(b, `],"createdAt":0,"validity":0,"maxHitsPerQuery":0,"maxQueriesPerIPPerHour":0}`...)
}

// Keys lists the one key that a caller may know of: its own.
func (d *Door) Keys(_ context.Context, c *Call) error {
	c.Out = append(c.Out, `{"keys":[`...)
	if c.Key.Name != "" {
		c.Out = c.Key.append(c.Out, "")
	}
	c.Out = append(c.Out, "]}"...)
	return nil
}

// Own answers what the caller's own key may do; any other is not known.
func (d *Door) Own(_ context.Context, c *Call) error {
	if c.Restrictions != nil || string(c.Sent) != c.Path[0] {
		return mission.Errorf(mission.NotFound, "Key does not exist")
	}
	c.Out = c.Key.append(c.Out, c.Path[0])
	return nil
}

// PutKey refuses: keys are lines of a file that the service reads.
func (d *Door) PutKey(context.Context, *Call) error {
	return mission.Errorf(mission.Unsupported, "keys are not made over the wire: renfort keys new makes one, and secured keys are made of a search key by the client")
}

// Logs refuses: requests are not kept.
func (d *Door) Logs(context.Context, *Call) error {
	return mission.Errorf(mission.Unsupported, "requests are not logged here; GET /metrics counts them")
}

// Recommend answers that recommendations of that kind are not here.
func (d *Door) Recommend(context.Context, *Call) error {
	return mission.Errorf(mission.NotFound, "Recommend is not served here; POST /v1/recommendations is")
}
