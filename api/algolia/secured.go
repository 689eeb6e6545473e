package algolia

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"renfort/mission"
)

// A secured key is base64(hex(HMAC-SHA256(parent, params)) + params): a
// platform makes one of a search key, without asking anybody, to hold a person
// to some filters for some time. Only the SHA-256 of keys is stored here, and
// that is enough where the parent is longer than one block of SHA-256: HMAC
// hashes such a key before it uses it. Two things follow. Only keys over
// ParentBytesMin can have secured keys. And whoever reads the stored hash of a
// parent can make secured keys of it (though not the parent itself), which is
// why only keys that may search and nothing else are parents.
const (
	// ParentBytesMin is the shortest key of which secured keys can be verified.
	ParentBytesMin = sha256.BlockSize + 1
	// SecuredBytesMax is the longest secured key that is looked at: more than
	// a header carries.
	SecuredBytesMax = 16 << 10
	macLetters      = 2 * sha256.Size
)

// Secured is what a secured key says, before anybody has looked whether its
// parent is known.
type Secured struct {
	mac    [sha256.Size]byte
	params []byte
}

// ReadSecured takes a secured key apart; ok is false for what is none.
func ReadSecured(key []byte) (s Secured, ok bool) {
	if len(key) > SecuredBytesMax {
		return s, false
	}
	text := make([]byte, base64.StdEncoding.DecodedLen(len(key)))
	n, err := base64.StdEncoding.Decode(text, key)
	if err != nil || n <= macLetters {
		return s, false
	}
	if _, err := hex.Decode(s.mac[:], text[:macLetters]); err != nil {
		return s, false
	}
	s.params = text[macLetters:n]
	return s, true
}

// MadeOf says whether the key of a hash is the parent, in constant time.
func (s Secured) MadeOf(parentHash []byte) bool {
	h := hmac.New(sha256.New, parentHash)
	h.Write(s.params) // a hash's Write never fails
	return hmac.Equal(h.Sum(nil), s.mac[:])
}

// Restrictions are what a secured key allows. They are immutable.
type Restrictions struct {
	until   int64 // Unix seconds, 0: for ever
	indices []string
	sources []netip.Prefix
	// Params are search parameters, form-encoded, that go before those of a
	// request; "" for none.
	Params string
}

// Restrictions reads what the key allows. What cannot be read is refused and
// not ignored: it was meant to keep somebody from something.
func (s Secured) Restrictions() (*Restrictions, error) {
	values, err := url.ParseQuery(string(s.params))
	if err != nil {
		return nil, mission.Errorf(mission.Forbidden, "%s", InvalidKey)
	}
	r := &Restrictions{}
	if text := values.Get("validUntil"); text != "" {
		seconds, err := strconv.ParseFloat(text, 64) // some clients divide milliseconds
		if err != nil || seconds != seconds || seconds > 1<<53 || seconds < 1 {
			return nil, mission.Errorf(mission.Invalid, "validUntil of the secured key is no time in seconds")
		}
		r.until = int64(seconds)
	}
	if r.indices, err = listOf(values.Get("restrictIndices")); err != nil {
		return nil, mission.Errorf(mission.Invalid, "restrictIndices of the secured key cannot be read")
	}
	sources, err := listOf(values.Get("restrictSources"))
	if err != nil {
		return nil, mission.Errorf(mission.Invalid, "restrictSources of the secured key cannot be read")
	}
	for _, text := range sources {
		p, err := prefixOf(text)
		if err != nil {
			return nil, mission.Errorf(mission.Invalid, "restrictSources of the secured key has an address that cannot be read")
		}
		r.sources = append(r.sources, p)
	}
	// Rates are the parent's, and who the person is does not matter here.
	for _, name := range []string{"validUntil", "restrictIndices", "restrictSources", "userToken", "rateLimit"} {
		values.Del(name)
	}
	r.Params = values.Encode()
	return r, nil
}

// listOf reads a list as the clients of one time or another wrote them: as
// JSON, or with commas.
func listOf(text string) (list []string, err error) {
	if strings.HasPrefix(text, "[") {
		err = json.Unmarshal([]byte(text), &list)
		return list, err
	}
	for _, s := range strings.Split(text, ",") {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, s)
		}
	}
	return list, nil
}

// prefixOf reads a network, or an address as the network that it alone is.
func prefixOf(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		return netip.ParsePrefix(text)
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return a.Prefix(a.BitLen())
}

// Refusals in Algolia's own words: clients, and the pages built on them,
// compare some of them.
const (
	InvalidKey       = "Invalid Application-ID or API key"
	MethodNotAllowed = "Method not allowed with this API key"
	IndexNotAllowed  = "Index not allowed with this API key"
	keyExpired       = `"validUntil" parameter expired (less than current date)`
)

// Check refuses a key whose time has passed, or that is used from elsewhere
// than it may be.
func (r *Restrictions) Check(now time.Time, peer netip.Addr) error {
	if r == nil {
		return nil
	}
	if r.until != 0 && now.Unix() > r.until {
		// 400 and not 403: pages tell this one from a key that is wrong.
		return mission.Errorf(mission.Invalid, "%s", keyExpired)
	}
	peer = peer.Unmap()
	if len(r.sources) > 0 && !slices.ContainsFunc(r.sources, func(p netip.Prefix) bool { return p.Contains(peer) }) {
		return mission.Errorf(mission.Forbidden, "%s", MethodNotAllowed)
	}
	return nil
}

// may refuses an index that the key is not for. Nil restrictions allow all.
func (r *Restrictions) may(index string) error {
	if r == nil || len(r.indices) == 0 || slices.ContainsFunc(r.indices, func(p string) bool { return wildcard(p, index) }) {
		return nil
	}
	return mission.Errorf(mission.Forbidden, "%s", IndexNotAllowed)
}

// wildcard says whether a name fits a pattern in which * stands for any
// letters.
func wildcard(pattern, name string) bool {
	first, rest, any := strings.Cut(pattern, "*")
	if !any {
		return pattern == name
	}
	name, ok := strings.CutPrefix(name, first)
	for ok && any {
		var part string
		part, rest, any = strings.Cut(rest, "*")
		if !any {
			return strings.HasSuffix(name, part)
		}
		_, name, ok = strings.Cut(name, part)
	}
	return ok
}
