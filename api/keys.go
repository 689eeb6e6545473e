package api

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"renfort/mission"
)

// scope is a set of things that a key may do.
type scope uint8

const (
	// scopeSearch reads missions and their seats.
	scopeSearch scope = 1 << iota
	// scopeRecommend ranks for volunteers, stored or not.
	scopeRecommend
	// scopeWrite is a platform's own: missions, volunteers and seats.
	scopeWrite
	// scopeCrisis lets an urgency above normal count.
	scopeCrisis
	// scopeAdmin changes what holds for everybody, and looks inside. It does
	// not contain the others: a key has what its line says.
	scopeAdmin
)

// scopeNames are the words of the contract, [i] for bit i.
var scopeNames = [...]string{"search", "recommend", "write", "crisis", "admin"}

// scopeOf gives the bit of a scope by its word.
func scopeOf(name string) (scope, bool) {
	for i, n := range scopeNames {
		if n == name {
			return 1 << i, true
		}
	}
	return 0, false
}

// words lists the scopes of a set.
func (s scope) words() string {
	var names []string
	for i, n := range scopeNames {
		if s&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return strings.Join(names, " and ")
}

// Key is one line of a key file: who may ask for what. Only the hash of the
// key itself is ever stored.
type Key struct {
	Name       string   `json:"name"`
	Hash       string   `json:"hash"` // SHA-256 of the key, in hexadecimal
	Scopes     []string `json:"scopes"`
	Publishers []string `json:"publishers,omitempty"` // none: all
	Rate       float64  `json:"rate,omitempty"`       // requests per second; 0: no limit
}

// keysMax is how many keys a file may hold: each request is compared with all.
const keysMax = 1_000

// validate refuses a key that would give nothing, everything by mistake, or
// could not be told in a log.
func (k *Key) validate() error {
	if k.Name == "" || len(k.Name) > mission.IDBytesMax {
		return fmt.Errorf("needs a name of at most %d bytes", mission.IDBytesMax)
	}
	if h, err := hex.DecodeString(k.Hash); err != nil || len(h) != sha256.Size {
		return fmt.Errorf("%q: the hash is not a SHA-256 in hexadecimal", k.Name)
	}
	if len(k.Scopes) == 0 {
		return fmt.Errorf("%q: has no scopes; they are %s", k.Name, strings.Join(scopeNames[:], ", "))
	}
	for _, s := range k.Scopes {
		if _, ok := scopeOf(s); !ok {
			return fmt.Errorf("%q: %q is no scope; they are %s", k.Name, s, strings.Join(scopeNames[:], ", "))
		}
	}
	if k.Rate < 0 || k.Rate != k.Rate {
		return fmt.Errorf("%q: a rate of %v", k.Name, k.Rate)
	}
	if len(k.Publishers) > mission.PublisherMax {
		return fmt.Errorf("%q: %d publishers; at most %d", k.Name, len(k.Publishers), mission.PublisherMax)
	}
	return nil
}

// ReadKeys reads a key file: a JSON list, or an object a line. Blank lines
// and lines that begin with # are skipped.
func ReadKeys(r io.Reader) ([]Key, error) {
	data, err := io.ReadAll(io.LimitReader(r, mission.BulkBytesMax))
	if err != nil {
		return nil, fmt.Errorf("api: read keys: %w", err)
	}
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '[' {
		var keys []Key
		if err := mission.Decode(trimmed, &keys); err != nil {
			return nil, fmt.Errorf("api: read keys: %w", err)
		}
		return keys, checkKeys(keys)
	}
	keys, err := readKeyLines(data)
	if err != nil {
		return nil, err
	}
	return keys, checkKeys(keys)
}

// readKeyLines reads an object a line. A file can be written by appending
// what NewKey gives.
func readKeyLines(data []byte) (keys []Key, err error) {
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, mission.BodyBytesMax)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		var k Key
		if err := mission.Decode(line, &k); err != nil {
			return nil, fmt.Errorf("api: read keys: line %d: %w", n, err)
		}
		keys = append(keys, k)
	}
	return keys, lines.Err()
}

// checkKeys validates every key of a file, so that a mistake is told with the
// number of its entry when the file is read and not when a key is used.
func checkKeys(keys []Key) error {
	if len(keys) > keysMax {
		return fmt.Errorf("api: %d keys; at most %d", len(keys), keysMax)
	}
	for i := range keys {
		if err := keys[i].validate(); err != nil {
			return fmt.Errorf("api: key %d: %w", i+1, err)
		}
	}
	return nil
}

// NewKey makes a key and the line of a key file that stores its hash. The key
// itself is kept nowhere: show it once.
func NewKey(name string, scopes, publishers []string, rate float64) (key, line string, err error) {
	return newKey(rand.Reader, name, scopes, publishers, rate)
}

// keyRandomBytes makes keys of 67 letters: longer than one block of SHA-256, so
// that secured keys made of them can be verified by the stored hash alone (see
// algolia.Secured).
const keyRandomBytes = 48

// newKey is NewKey with its chance as an argument.
func newKey(chance io.Reader, name string, scopes, publishers []string, rate float64) (key, line string, err error) {
	var random [keyRandomBytes]byte
	if _, err := io.ReadFull(chance, random[:]); err != nil {
		return "", "", fmt.Errorf("api: new key: %w", err)
	}
	key = "rk_" + base64.RawURLEncoding.EncodeToString(random[:])
	hash := sha256.Sum256([]byte(key))
	k := Key{Name: name, Hash: hex.EncodeToString(hash[:]), Scopes: scopes, Publishers: publishers, Rate: rate}
	if err := k.validate(); err != nil {
		return "", "", fmt.Errorf("api: new key: %w", err)
	}
	b, err := json.Marshal(k)
	if err != nil {
		return "", "", fmt.Errorf("api: new key: %w", err)
	}
	return key, string(b), nil
}

// grant is a key as requests are checked against it.
type grant struct {
	name       string
	hash       [sha256.Size]byte
	scopes     scope
	publishers []string // sorted; nil: all
	bucket     *bucket  // nil: no rate
}

// newGrants prepares keys that have passed Validate.
func newGrants(keys []Key) []*grant {
	grants := make([]*grant, len(keys))
	for i, k := range keys {
		g := &grant{name: k.Name, publishers: slices.Sorted(slices.Values(k.Publishers))}
		hex.Decode(g.hash[:], []byte(k.Hash)) // Validate has tried
		for _, s := range k.Scopes {
			bit, _ := scopeOf(s)
			g.scopes |= bit
		}
		if k.Rate > 0 {
			g.bucket = newBucket(k.Rate)
		}
		grants[i] = g
	}
	return grants
}

// grantOf gives the grant of a key as it was sent, nil for one that is not
// known. It compares with every hash, each in constant time.
func grantOf(grants []*grant, key []byte) (g *grant) {
	sum := sha256.Sum256(key)
	for _, have := range grants {
		if subtle.ConstantTimeCompare(have.hash[:], sum[:]) == 1 {
			g = have
		}
	}
	return g
}

// holds says whether the grant has one of the sets whole. A nil grant is that
// of a service without keys and has everything.
func (g *grant) holds(sets []scope) bool {
	if g == nil || len(sets) == 0 {
		return true
	}
	for _, s := range sets {
		if g.scopes&s == s {
			return true
		}
	}
	return false
}

// limited says whether the grant is for some publishers only.
func (g *grant) limited() bool { return g != nil && len(g.publishers) > 0 }

// sees says whether the grant covers a publisher.
func (g *grant) sees(publisher string) bool {
	if !g.limited() {
		return true
	}
	_, ok := slices.BinarySearch(g.publishers, publisher)
	return ok
}

// may says whether the grant has a scope.
func (g *grant) may(s scope) bool { return g == nil || g.scopes&s == s }

// id scopes idempotency keys: one caller's are not another's.
func (g *grant) id() string {
	if g == nil {
		return ""
	}
	return g.name
}
