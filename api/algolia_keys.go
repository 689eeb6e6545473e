package api

import (
	"crypto/sha256"
	"net/netip"
	"sync"

	"renfort/api/algolia"
	"renfort/mission"
)

// Where Algolia's clients put the key: in a header, or, for a browser that is
// to send no preflight, in the query. Which application it is for is not asked:
// there is one.
const (
	headerFrontKey = "X-Algolia-API-Key"
	queryFrontKey  = "x-algolia-api-key"
)

// authorizeFront is authorize for callers who speak as Algolia's clients do,
// with secured keys besides. Where it refuses, it does so in the words that
// they know.
func (c *call) authorizeFront() error {
	sent, err := c.sentFrontKey()
	if err != nil {
		return err
	}
	if len(sent) == 0 {
		return mission.Errorf(mission.Forbidden, "%s", algolia.InvalidKey)
	}
	c.sent = sent
	if c.key = grantOf(c.s.grants, sent); c.key == nil {
		if err := c.authorizeSecured(sent); err != nil {
			return err
		}
	}
	if err := c.spend(); err != nil {
		return err
	}
	if !c.key.holds(c.route.scopes) {
		return mission.Errorf(mission.Forbidden, "%s", algolia.MethodNotAllowed)
	}
	if c.route.all && c.key.limited() {
		return mission.Errorf(mission.Forbidden, "this concerns every publisher; the key is for some")
	}
	peer, _ := netip.AddrFromSlice(c.ctx.RemoteIP()) // what has no address is in no network
	return c.restricted.Check(c.began, peer)
}

// sentFrontKey gives the key of the request, empty for none. Clients put keys
// that are too long for a header into the body.
func (c *call) sentFrontKey() ([]byte, error) {
	if h := c.ctx.Request.Header.Peek(headerFrontKey); len(h) > 0 {
		return h, nil
	}
	if q := c.ctx.QueryArgs().Peek(queryFrontKey); len(q) > 0 {
		return q, nil
	}
	if own := c.sentKey(); len(own) > 0 || c.route.class != classSearch || c.route.body != bodyFront {
		return own, nil
	}
	if err := c.readFront(); err != nil {
		return nil, err
	}
	return algolia.KeyIn(c.body), nil
}

// authorizeSecured finds the parent of a secured key and what the key allows.
func (c *call) authorizeSecured(sent []byte) error {
	s, err := c.s.secured.find(c.s.grants, sent)
	if err != nil {
		return err
	}
	c.key, c.restricted = s.parent, s.restrictions
	return nil
}

// securedMax is how many secured keys are remembered. A platform makes one a
// person.
const securedMax = 4_096

// secured is a secured key that was verified.
type secured struct {
	parent       *grant
	restrictions *algolia.Restrictions
}

// securedKeys remembers secured keys by their hash. Those that nobody made are
// not remembered. Safe for concurrent use.
type securedKeys struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]secured // guarded by mu
}

// find verifies a secured key, or remembers having done so.
func (k *securedKeys) find(grants []*grant, sent []byte) (secured, error) {
	name := sha256.Sum256(sent)
	k.mu.Lock()
	s, ok := k.known[name]
	k.mu.Unlock()
	if ok {
		return s, nil
	}
	read, ok := algolia.ReadSecured(sent)
	if ok {
		s.parent = parentOf(grants, read)
	}
	if s.parent == nil {
		return s, mission.Errorf(mission.Forbidden, "%s", algolia.InvalidKey)
	}
	var err error
	if s.restrictions, err = read.Restrictions(); err != nil {
		return s, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= securedMax {
		k.known = map[[sha256.Size]byte]secured{} // those in use come back by themselves
	}
	k.known[name] = s
	return s, nil
}

// count gives how many are remembered.
func (k *securedKeys) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.known)
}

// parentOf gives the key that a secured key was made of, nil for none. Keys
// that may more than search are no parents: whoever reads a stored hash can
// make secured keys of it.
func parentOf(grants []*grant, s algolia.Secured) (parent *grant) {
	for _, g := range grants {
		if g.scopes == scopeSearch && s.MadeOf(g.hash[:]) {
			parent = g
		}
	}
	return parent
}

// acl gives a grant's scopes in Algolia's words.
func (g *grant) acl() (acl []string) {
	if g.may(scopeSearch) || g.may(scopeWrite) || g.may(scopeAdmin) {
		acl = append(acl, "search")
	}
	if g.may(scopeWrite) {
		acl = append(acl, "browse", "addObject", "deleteObject", "listIndexes", "deleteIndex", "settings", "editSettings")
	}
	return acl
}
