package tidy

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// rung says what the packages of one folder may import of ours. "x/..." stands
// for x and all below it.
type rung struct {
	room  string
	below []string
	tests []string // what its tests may import besides
}

// ladder is section 1 of the design, lowest first. A folder that is not on it
// is a fault: a new room says where it stands.
//
// Tests keep to it too, or a room could not be moved without its tests: what
// they need from above is named rung by rung. The one thing that is never
// given is store to index or index to store.
func ladder() []rung {
	nouns := []string{"mission", "geo", "geo/gazetteer"}
	live := append([]string{"engine", "matcher/wave", "matcher", "index", "store", "objects", "feed", "feed/record"}, nouns...)
	worlds := []string{"bench/world"}[:1:1] // full, so that append copies
	return []rung{
		{room: "geo"},
		{room: "geo/gazetteer", below: []string{"geo"}},
		{room: "geo/gazetteer/generate", below: []string{"geo", "geo/gazetteer"}},
		{room: "mission", below: []string{"geo", "geo/gazetteer"}},
		{room: "store", below: []string{"mission", "geo"}, tests: append(worlds, "geo/gazetteer")},
		{room: "index", below: nouns, tests: append(worlds, "matcher")}, // which gives it Standing
		{room: "matcher", below: []string{"index", "mission", "geo"}, tests: append(worlds, "geo/gazetteer")},
		{room: "matcher/wave", below: []string{"matcher", "index", "mission"}},
		{room: "objects", below: nouns}, // of geo/gazetteer how letters are spelt out,
		{room: "feed", below: nouns, tests: worlds},
		{room: "feed/record", below: append([]string{"feed"}, nouns...)},
		{room: "engine", below: live[1:], tests: worlds},
		{room: "outbox", below: append([]string{"engine"}, live[1:]...)},
		{room: "api/algolia", below: live},
		{room: "api/limit"},
		{room: "api", below: append([]string{"api/algolia", "api/limit", "outbox"}, live...), tests: worlds},
		{room: "bench/world", below: nouns},
		{room: "bench/oracle", tests: worlds},
		{room: "bench/surge", below: append(append(worlds, "bench/oracle"), live...)},
		{room: "bench/waves", below: live},
		{room: "bench/player"}, // it speaks HTTP
		{room: "bench/result", tests: []string{"bench/result/made"}},
		{room: "bench/result/made", below: []string{"bench/result"}},
		{room: "bench/machine", below: []string{"bench/result"}},
		{room: "bench/load", below: []string{"bench/result"}},
		{room: "bench/report", below: []string{"bench/result"}, tests: []string{"bench/result/made"}},
		{room: "bench/verify", tests: []string{"bench/result"}},
		{room: "bench/truth", below: nouns, tests: append(worlds, "api", "engine")}, // an oracle apart: its tests ask a real service
		{room: "bench", below: append([]string{"bench/load", "bench/machine", "bench/result", "bench/truth", "bench/verify"}, append(worlds, nouns...)...)}, // it knows the service by HTTP alone
		{room: "bench/selftest", below: append([]string{"bench", "bench/load", "bench/machine", "bench/result", "bench/truth", "bench/verify"}, append(worlds, nouns...)...)},
		{room: "bench/peer", below: append([]string{"api", "bench/machine", "bench/world"}, live...)},
		{room: "cmd/...", tests: []string{"bench/result/made"}, below: append([]string{"api", "outbox", "bench", "bench/load", "bench/result", "bench/report", "bench/selftest", "bench/truth", "bench/verify", "bench/machine", "bench/world", "bench/peer", "bench/surge", "bench/waves", "bench/player"}, live...)},
		{room: "internal/tidy"},
	}
}

// door is who may import a library. A room without a file pattern is open in
// all its files, tests among them.
type door struct {
	library string // a prefix of import paths
	rooms   []string
	files   string // pattern of the base name, "" for any
	tests   []string
	whole   []string // rooms open in all their files, whatever the pattern
}

// doors is one door per library: what it is can then be exchanged in one room.
func doors() []door {
	return []door{
		{library: "go.etcd.io/bbolt", rooms: []string{"index"}, files: "text_check.go", whole: []string{"store"}}, // Bleve's root is such a file
		{library: "go.etcd.io/etcd", rooms: []string{"store/etcd"}},
		{library: "github.com/golang/geo", rooms: []string{"geo"}},
		{library: "github.com/zsefvlol/timezonemapper", rooms: []string{"geo/gazetteer"}},
		{library: "github.com/blevesearch", rooms: []string{"index"}, files: "text*.go", whole: []string{"bench/peer"}},                            // which compares it
		{library: "github.com/valyala/fasthttp", rooms: []string{"api", "bench/load", "bench/peer", "bench/selftest"}, tests: []string{"cmd/..."}}, // the generator must cost less than what it measures
		{library: "github.com/HdrHistogram", rooms: []string{"bench/result"}},
		{library: "github.com/jackc/pgx", rooms: []string{"bench/peer"}, files: "postgres*.go"},
		{library: "github.com/redis/go-redis", rooms: []string{"bench/peer"}, files: "redis*.go"},
		{library: "github.com/alecthomas/kong", rooms: []string{"cmd/..."}},
	}
}

// stands says whether a folder is the room.
func stands(dir, room string) bool {
	parent, all := strings.CutSuffix(room, "/...")
	return dir == parent || all && strings.HasPrefix(dir, parent+"/")
}

// standsIn says whether a folder is one of the rooms.
func standsIn(dir string, rooms []string) bool {
	return slices.ContainsFunc(rooms, func(room string) bool { return stands(dir, room) })
}

// Ladder finds imports that climb: a package imports only what stands below
// it, and so do its tests, but for what its rung gives them besides.
func Ladder(t *Tree) (faults []Fault) {
	rungs := ladder()
	t.syntax(func(f *File) {
		at := slices.IndexFunc(rungs, func(r rung) bool { return stands(f.Dir(), r.room) })
		if at < 0 {
			faults = append(faults, Fault{f.Path, 0, fmt.Sprintf("folder %s has no rung: say in tidy's ladder and in the design what it may import", f.Dir())})
			return
		}
		allowed := rungs[at].below
		if f.Test() {
			allowed = append(append([]string{f.Dir()}, allowed...), rungs[at].tests...)
		}
		t.imports(f, func(line int, name string) {
			ours, ok := strings.CutPrefix(name, Module+"/")
			if ok && !standsIn(ours, allowed) {
				faults = append(faults, Fault{f.Path, line, fmt.Sprintf("%s imports %s; it may import %s", f.Dir(), ours, words(allowed))})
			}
		})
	})
	return faults
}

// Doors finds libraries imported outside the one room that may know them.
func Doors(t *Tree) (faults []Fault) {
	t.syntax(func(f *File) {
		t.imports(f, func(line int, name string) {
			for _, d := range doors() {
				if (name == d.library || strings.HasPrefix(name, d.library+"/")) && !d.open(f) {
					faults = append(faults, Fault{f.Path, line, fmt.Sprintf("%s has its door in %s %s", d.library, words(slices.Concat(d.whole, d.rooms)), d.files)})
				}
			}
		})
	})
	return faults
}

// open says whether a file may import the library.
func (d *door) open(f *File) bool {
	if f.Test() && standsIn(f.Dir(), d.tests) || standsIn(f.Dir(), d.whole) {
		return true
	}
	fits, _ := path.Match(d.files, path.Base(f.Path)) // the patterns are constants above
	return standsIn(f.Dir(), d.rooms) && (d.files == "" || fits)
}

// imports walks the import paths of a file, with their lines.
func (t *Tree) imports(f *File, visit func(line int, name string)) {
	for _, spec := range f.Syntax.Imports {
		if name, err := strconv.Unquote(spec.Path.Value); err == nil { // the parser has read it
			visit(t.line(spec), name)
		}
	}
}

// words lists names for a message.
func words(names []string) string {
	if len(names) == 0 {
		return "nothing of ours"
	}
	return strings.Join(names, ", ")
}
