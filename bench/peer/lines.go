package peer

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// adapters is what of this package speaks to each engine: it is counted.
//
//go:embed renfort.go service.go bleve.go lucene.go postgres.go postgres_search.go postgres_desk.go redis.go redis_desk.go remote*.go
var adapters embed.FS

// adaptersOf names the Go files of an engine.
func adaptersOf(engine string) []string {
	switch engine {
	case renfortName:
		return []string{"renfort.go", "service.go"}
	case Bleve:
		return []string{"bleve.go"}
	case Lucene:
		return []string{"lucene.go"}
	case Postgres:
		return []string{"postgres.go", "postgres_search.go", "postgres_desk.go"}
	case Redis:
		return []string{"redis.go", "redis_desk.go"}
	}
	return []string{"remote.go", "remote_" + engine + ".go"}
}

// Code is how many lines it takes to do the work with an engine, blank ones
// and comments left out: Go, and what the engine itself is told.
type Code struct {
	Go     int
	Engine int
}

// codeOf counts the lines of an engine.
func codeOf(engine string) (c Code, err error) {
	for _, name := range adaptersOf(engine) {
		text, err := adapters.ReadFile(name)
		if err != nil {
			return c, fmt.Errorf("peer: %w", err)
		}
		c.Go += countLines(name, string(text))
	}
	var told fs.FS
	switch engine {
	case Lucene:
		told = program
	case Postgres:
		told = postgresFiles
	case Redis:
		told = redisFiles
	case Typesense, Meilisearch, Elasticsearch:
		text, err := remoteFiles.ReadFile("remote/" + engine + ".json")
		if err != nil {
			return c, fmt.Errorf("peer: %w", err)
		}
		c.Engine = countLines(engine+".json", string(text))
		return c, nil
	default:
		return c, nil
	}
	err = fs.WalkDir(told, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(told, name)
		c.Engine += countLines(name, string(text))
		return err
	})
	if err != nil {
		return c, fmt.Errorf("peer: %w", err)
	}
	return c, nil
}

// countLines counts the lines that are neither blank nor comment.
func countLines(name, text string) (n int) {
	begin, end := "/*", "*/"
	line := map[string]string{".go": "//", ".java": "//", ".sql": "--", ".tmpl": "--", ".lua": "--", ".conf": "#"}[path.Ext(name)]
	inside := false
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(l), "{{- "))
		switch {
		case inside:
			inside = !strings.Contains(l, end)
		case strings.HasPrefix(l, begin) && line != "--" || strings.HasPrefix(l, begin) && path.Ext(name) == ".tmpl":
			inside = !strings.Contains(l, end)
		case l != "" && (line == "" || !strings.HasPrefix(l, line)):
			n++
		}
	}
	return n
}
