package api

import (
	"bytes"
	"strings"

	"renfort/mission"
)

// class is how dear a route is to keep under load, least first.
type class uint8

const (
	// classBulk can wait: whoever sends thousands of lines sends them again.
	classBulk class = iota
	// classRead is what a page can do without for a moment.
	classRead
	// classSearch is how people look round: dearer than a read, and what a
	// page can show less of.
	classSearch
	// classRecommend is what people came for, and dearer than a write.
	classRecommend
	// classWrite is the platform's own bookkeeping, which it would repeat.
	classWrite
	// classHold is somebody who wants to help, with the form open.
	classHold
	// classCrisis is the same on an urgent mission of a running crisis: no
	// route has it, a hold is raised to it for its mission (call.raised).
	classCrisis
	// classResolve are confirmations and releases: they end what has begun,
	// and free what others wait for.
	classResolve
	// classOutbound is the one thing that must get through when all else is
	// refused: that nothing more goes out to people.
	classOutbound
	// classAlways is health, which says that there is too much to do.
	classAlways
	classes // how many there are
)

// body is what a route takes.
type body uint8

const (
	bodyNone  body = iota
	bodyJSON       // one value of at most BodyBytesMax
	bodyMaybe      // the same, and it may be left out
	bodyLines      // NDJSON, read as it comes
	bodyFront      // one value of JSON whatever its type says, perhaps packed; may be left out
	bodyFeed       // XML or JSON of at most FeedBytesMax, plain or gzip, read as it comes
)

// shape is how the callers of a route are used to being spoken to.
type shape uint8

const (
	shapeProblem shape = iota // RFC 9457
	shapeAlgolia              // {"message","status"}
	shapeV0                   // {"ok":false,"code","message"}
	shapes                    // how many there are
)

// route is one line of the contract. It is immutable once the service runs.
type route struct {
	method  string
	pattern string
	scopes  []scope // one of these must be held whole; none: open to everybody
	class   class
	body    body
	reads   bool     // takes min_seq
	all     bool     // speaks of every publisher: not for keys limited to some
	query   []string // parameters it knows, min_seq excepted
	attr    bool     // takes attr.NAME too
	free    bool     // takes any query parameter, and ignores those it does not know
	shape   shape    // of its refusals, and where it looks for keys
	handle  func(*call) error
	doc     routeDoc

	index int // into the metrics
}

// knows says whether the route takes a query parameter.
func (r *route) knows(name []byte) bool {
	for _, q := range r.query {
		if string(name) == q {
			return true
		}
	}
	return r.free || r.reads && string(name) == "min_seq" || r.attr && bytes.HasPrefix(name, []byte(attrPrefix))
}

// paramBytesMax is the longest parameter of the route's path. Records of front
// ends have longer names than missions.
func (r *route) paramBytesMax() int {
	if r.shape == shapeAlgolia {
		return mission.ObjectIDBytesMax
	}
	return mission.IDBytesMax
}

// checkID refuses a parameter of the path that can be no name.
func (r *route) checkID(id string) error {
	if r.shape != shapeAlgolia {
		return mission.CheckID("/id", id)
	}
	if len(id) > r.paramBytesMax() || !cleanBytes([]byte(id)) {
		return mission.Errorf(mission.Invalid, "a name in the path is over %d bytes or has a control character", r.paramBytesMax())
	}
	return nil
}

// node is a place in the tree of paths: what follows by name, and what
// follows whatever its name.
type node struct {
	named  map[string]*node
	any    *node
	routes []*route
}

// pathParamsMax is the most {…} that a pattern has.
const pathParamsMax = 2

// pathSegmentsMax bounds a path before it is looked at.
const pathSegmentsMax = 8

// newTree makes the tree of a table.
func newTree(routes []*route) *node {
	root := &node{}
	for i, r := range routes {
		r.index = i
		at := root
		for _, s := range strings.Split(strings.Trim(r.pattern, "/"), "/") {
			at = at.child(s)
		}
		at.routes = append(at.routes, r)
	}
	return root
}

// child gives the place below n for one segment of a pattern, made if need
// be.
func (n *node) child(segment string) *node {
	if strings.HasPrefix(segment, "{") {
		if n.any == nil {
			n.any = &node{}
		}
		return n.any
	}
	if n.named == nil {
		n.named = map[string]*node{}
	}
	if n.named[segment] == nil {
		n.named[segment] = &node{}
	}
	return n.named[segment]
}

// found is what a look-up gives: the route, or what the path allows instead.
type found struct {
	route  *route
	params [pathParamsMax][]byte // still percent-encoded
	allow  []string              // methods of the path, where no route fits
}

// find looks a path up. A name goes before a parameter, unless its routes do
// not take the method: a mission may be called "bulk". A path deeper than any
// route is not looked at.
func (n *node) find(method string, path []byte) (f found) {
	var parts [pathSegmentsMax][]byte
	count := 0
	path = bytes.TrimPrefix(path, []byte{'/'})
	for more := true; more; count++ {
		if count == pathSegmentsMax {
			return found{}
		}
		parts[count], path, more = bytes.Cut(path, []byte{'/'})
	}
	n.walk(&f, method, parts[:count], 0)
	return f
}

// walk looks the rest of a path up below n. It comes back from a name that
// does not take the method to try the parameter beside it, and collects the
// methods that were met on the way.
func (n *node) walk(f *found, method string, parts [][]byte, depth int) bool {
	if len(parts) == 0 {
		for _, r := range n.routes {
			if r.method == method {
				f.route = r
				return true
			}
		}
		for _, r := range n.routes { // what is found allocates nothing
			f.allow = append(f.allow, r.method)
		}
		return false
	}
	if next := n.named[string(parts[0])]; next != nil && next.walk(f, method, parts[1:], depth) {
		return true
	}
	if n.any == nil || len(parts[0]) == 0 {
		return false
	}
	f.params[depth] = parts[0]
	return n.any.walk(f, method, parts[1:], depth+1)
}
