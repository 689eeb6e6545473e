package algolia

import (
	"encoding/base64"
	"encoding/binary"

	"renfort/mission"
	"renfort/objects"
)

// A cursor of this door says what was asked besides where the next part
// begins: there are clients that send nothing but the cursor.

// wrapCursor makes a cursor of where the next part begins and of what was
// asked, form-encoded.
func wrapCursor(next, form string) string {
	b := binary.AppendUvarint(nil, uint64(len(next)))
	return base64.RawURLEncoding.EncodeToString(append(append(b, next...), form...))
}

// unwrapCursor takes one apart. What wrapCursor did not make is refused.
func unwrapCursor(cursor string) (next, form string, err error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return "", "", badCursor()
	}
	n, size := binary.Uvarint(b)
	if size <= 0 || n == 0 || n > uint64(len(b)-size) {
		return "", "", badCursor()
	}
	return string(b[size : size+int(n)]), string(b[size+int(n):]), nil
}

func badCursor() error {
	return mission.Errorf(mission.Invalid, "cursor is not valid: send one that a part of this index was answered with")
}

// resume gives what a walk goes on with: what its first request asked, and on
// top of it what this one says again, read by again.
func (d *Door) resume(a *ask, again func(*objects.Query, *objects.Extras) error) (*ask, error) {
	if a.extras.Cursor == "" {
		return a, nil
	}
	next, form, err := unwrapCursor(a.extras.Cursor)
	if err != nil {
		return nil, err
	}
	whole := &ask{query: objects.NewQuery(), extras: objects.NewExtras(), echo: form}
	if err := objects.DecodeParams(form, whole.query, whole.extras, d.counts.ignored); err != nil {
		return nil, err
	}
	if err := again(whole.query, whole.extras); err != nil {
		return nil, err
	}
	whole.extras.Cursor = next
	return whole, nil
}
