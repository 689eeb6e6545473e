package store_test

import (
	"bytes"

	"go.etcd.io/bbolt"
)

// objectDamages are those of TestCheckFindsDamage that concern free records and
// missions that are not listed any more.
func objectDamages() []damaged {
	return []damaged{
		{"index lost", "no index", damage("object_indexes", "n", drop)},
		{"index cut", "damaged", damage("object_indexes", "n", cutOff)},
		{"index changed", "hash|damaged", damage("object_indexes", "n", flip)},
		{"index doubled", "another", damage("object_indexes", "n", double)},
		{"index without a name", "must be", damage("object_indexes", "n", func(b *bbolt.Bucket, k, v []byte) error {
			if err := b.Delete(k); err != nil {
				return err
			}
			return b.Put([]byte("n"), v)
		})},
		{"settings lost", "hash", damage("object_indexes", "s", drop)},
		{"settings of no index", "no index", damage("object_indexes", "s", func(b *bbolt.Bucket, k, v []byte) error {
			k[len(k)-1]++
			return b.Put(k, v)
		})},
		{"settings are no JSON", "not a JSON object", damage("object_indexes", "s", flip)},
		{"synonyms are no JSON", "not a JSON list", damage("object_indexes", "y", flip)},
		{"what is swept lost", "no index", damage("object_indexes", "d", drop)},
		{"what is swept miscounted", "should have", damage("object_indexes", "d", func(b *bbolt.Bucket, k, v []byte) error {
			return b.Put(k, []byte{v[0], 7})
		})},
		{"key of no sort", "no key of ours", damage("object_indexes", "n", func(b *bbolt.Bucket, _, v []byte) error { return b.Put([]byte("z"), v) })},
		{"record lost", "should have", damage("objects", "", drop)},
		{"record too many", "should have", damage("objects", "", double)},
		{"record cut", "damaged", damage("objects", "", cutOff)},
		{"record is no JSON", "not a JSON object", damage("objects", "", flip)},
		{"record from later", "and the state is at", damage("objects", "", func(b *bbolt.Bucket, k, v []byte) error {
			return b.Put(k, append([]byte{v[0], 0xff, 0x7f}, v[bytes.IndexByte(v, '{')-1:]...))
		})},
		{"withdrawal lost", "missing", damage("due", "\x0c", drop)},
		{"withdrawal too many", "no mission", damage("due", "\x0c", double)},
	}
}
